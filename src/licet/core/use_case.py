"""A use case: one repeated decision in a process, with an owner, a kind of answer, and a stage on its way to production."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.core.answer import AnswerKind
from licet.core.ids import PersonId, UseCaseSlug
from licet.core.refusal import Refused


class Stage(StrEnum):
    """How far a use case is. Each stage is entered through its gate."""

    IDEA = "idea"
    SANDBOX = "sandbox"
    SHADOW = "shadow"
    ASSISTED = "assisted"
    DELEGATED = "delegated"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCase:
    """What is known of a use case by name. Its standard and its system live under their own nouns."""

    id: int
    slug: UseCaseSlug
    title: str
    answer_kind: AnswerKind
    stage: Stage
    owner: PersonId | None
    created_by: PersonId
    created_at: datetime


SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
SLUG_LIMIT = 60


class NotASlugError(ValueError):
    """A use case's name cannot be a folder's name and an address."""

    def __init__(self, slug: str) -> None:
        """Names the offender, the limit and an example."""
        super().__init__(
            f"{slug!r} is not a use case name: lower-case letters, digits and single hyphens, a letter first, "
            f"{SLUG_LIMIT} characters at most. For example 'payment-slips'."
        )


def slug(raw: str) -> UseCaseSlug:
    """Reads a use case's name.

    Raises:
        NotASlugError: when it is not one.
    """
    if len(raw) > SLUG_LIMIT or not SLUG.fullmatch(raw):
        raise NotASlugError(raw)
    return UseCaseSlug(raw)


def in_use(use_case: UseCase) -> UseCase | Refused:
    """A retired use case takes no more acts."""
    if use_case.stage is Stage.RETIRED:
        return Refused(code="retired", why=f"{use_case.slug!r} is retired.", remedy="Create a new use case with `licet use-case new`.")
    return use_case
