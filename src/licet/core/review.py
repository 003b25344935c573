"""A review: a person's answer on a case, given before they saw any other."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.core.answer import Answer
from licet.core.ids import CaseNumber, PersonId


class ReviewKind(StrEnum):
    """Why somebody is asked. Nobody who answers is told."""

    DECISION = "decision"
    """A case waits for a person."""
    SECOND = "second"
    """A second person answers, too, before the first one's answer counts."""
    ADJUDICATION = "adjudication"
    """The two differ, and somebody senior says who is right."""
    AUDIT = "audit"
    """AI decided alone, and the case was drawn."""
    AGREEMENT = "agreement"
    """An audit's answer agrees with AI's and was drawn to be checked: a second person answers, since both may be wrong."""
    DISPUTE = "dispute"
    """An audit's answer differs from AI's, and a second person answers before it counts."""
    RECHECK = "recheck"
    """AI decided alone while errors may have been more than allowed, and people look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A person's blind answer.

    Attributes:
        final: what they answered after they saw what AI proposes, where that was shown after their own answer; `answer` stays.
        simulated: whether no person answered, but the data's own truth did; shown wherever the answer is.
    """

    case: CaseNumber
    kind: ReviewKind
    by: PersonId
    answer: Answer
    at: datetime
    simulated: bool
    final: Answer | None = None

    @property
    def counts(self) -> Answer:
        """What is decided; statistics use `answer`."""
        return self.answer if self.final is None else self.final


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconsidered:
    """An answer with another that the same person gave after they saw what AI proposes."""

    first: Answer
    final: Answer


TO_DECIDE = (ReviewKind.DECISION, ReviewKind.SECOND, ReviewKind.ADJUDICATION)
"""Kinds of tasks on which it hangs that a case is decided at all."""

SIMULATED = PersonId("simulated")
"""Stands where a person would: people simulated from the data's truth."""
