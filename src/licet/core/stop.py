"""A stop: while it is pressed AI decides nothing alone, in one use case or in the whole installation; the mandate stays as it is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.core.ids import PersonId, UseCaseSlug


class Reach(StrEnum):
    """How far a stop reaches. The ledger says it, because a use case may have another name when its stop is lifted."""

    USE_CASE = "use_case"
    INSTALLATION = "installation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A stop that is pressed.

    Attributes:
        id: its number in the store.
        use_case: where it holds; None: everywhere.
        by: who pressed it: a person, or a token.
        at: when.
        why: in words, for people; never in the ledger.
    """

    id: int
    use_case: UseCaseSlug | None
    by: PersonId
    at: datetime
    why: str

    @property
    def reach(self) -> Reach:
        """How far it reaches."""
        return Reach.INSTALLATION if self.use_case is None else Reach.USE_CASE


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftedStop:
    """A stop that somebody lifted; AI decides alone again where a mandate permits it."""

    stop: Stop
    lifted_by: PersonId
    lifted_at: datetime
