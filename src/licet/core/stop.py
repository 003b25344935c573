"""A stop: while it is pressed AI decides nothing alone, in a use case, a team or the whole installation; mandates stay as they are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.core.ids import PROGRAM, PersonId, TeamName, UseCaseSlug
from licet.core.people import Person, Role
from licet.core.refusal import Refused


class Reach(StrEnum):
    """How far a stop reaches. The ledger says it, because a use case may have another name when its stop is lifted."""

    USE_CASE = "use_case"
    TEAM = "team"
    INSTALLATION = "installation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A stop that is pressed.

    Attributes:
        id: its number in the store.
        use_case: where it holds; None: everywhere, or in a team's use cases.
        by: who pressed it: a person, or a token.
        at: when.
        why: in words, for people; never in the ledger.
        team: the team in whose use cases it holds; None: it is no team's.
    """

    id: int
    use_case: UseCaseSlug | None
    by: PersonId
    at: datetime
    why: str
    team: TeamName | None = None

    @property
    def reach(self) -> Reach:
        """How far it reaches."""
        if self.team is not None:
            return Reach.TEAM
        return Reach.INSTALLATION if self.use_case is None else Reach.USE_CASE


def may_lift(stop: Stop, by: Person) -> Person | Refused:
    """Says whether a person who may lift stops may lift this one: risk any, an owner what they or a program pressed.

    A stop that risk or an admin pressed is a no to the owner, who cannot take it back.
    """
    if by.has(Role.RISK) or stop.by == by.id or stop.by.startswith(PROGRAM):
        return by
    why = "Somebody else than you pressed this stop; what they stopped, the owner does not start again."
    return Refused(code="not_permitted", why=why, remedy="Let risk lift it: `licet stop lift`.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftedStop:
    """A stop that somebody lifted; AI decides alone again where a mandate permits it."""

    stop: Stop
    lifted_by: PersonId
    lifted_at: datetime
