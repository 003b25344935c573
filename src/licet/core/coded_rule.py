"""A coded rule: a Python function of a use case's folder that says where an item goes, by the digest of its file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from licet.core.ids import UseCaseSlug


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a rule.

    Attributes:
        code: SHA-256 of the file, as the item's version pins it (64 hex characters).
        function: its name there.
        facts: of the item.
    """

    code: str
    function: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unruled:
    """Why nothing was said.

    Attributes:
        reason: one of `licet.core.workflow.HELD`.
        detail: where in the file, and which kind of error; never what it said, which may quote the item. Empty where nothing is to add.
    """

    reason: str
    detail: str = ""


Ruling = str | Unruled
"""What a rule said of an item, not yet held against the outcomes of its step."""


class Rules(Protocol):
    """Asks the coded rules of use cases."""

    def ask(self, slug: UseCaseSlug, question: Question) -> Ruling:
        """What a rule in a use case's folder says, both times that it is asked; never raises for what that code does."""


class NoRules:
    """Use cases that have no coded rules."""

    def ask(self, slug: UseCaseSlug, question: Question) -> Unruled:
        """Nothing is said."""
        return Unruled(reason="rule_code_changed", detail=f"{slug!r} has no {question.function!r} here.")
