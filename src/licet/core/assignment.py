"""A role given to somebody: for the installation, for one team, or for one use case; by hand, or by an identity provider's groups."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.core.canonical import Json
from licet.core.ids import PersonId, TeamName, UseCaseSlug
from licet.core.people import Role
from licet.core.refusal import Refused


class Source(StrEnum):
    """Who says that somebody has a role."""

    HAND = "hand"
    """An admin gave it; it stays until an admin takes it."""

    PROVIDER = "provider"
    """The groups of an identity provider gave it; each sign-in through it says anew whether they still do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a role holds: in a team's use cases, in one use case, or with neither everywhere in the installation."""

    team: TeamName | None = None
    use_case: UseCaseSlug | None = None

    def __post_init__(self) -> None:
        """Refuses a place that is two.

        Raises:
            TwoPlacesError: when both a team and a use case are named.
        """
        if self.team is not None and self.use_case is not None:
            message = f"Team {self.team!r} and use case {self.use_case!r}: a role is given for one of them. Give it twice."
            raise TwoPlacesError(message)

    @property
    def everywhere(self) -> bool:
        """Whether it is the installation."""
        return self.team is None and self.use_case is None

    @property
    def words(self) -> str:
        """As a sentence says it."""
        if self.team is not None:
            return f"team {self.team}"
        return "the installation" if self.use_case is None else f"use case {self.use_case}"

    def to_json(self) -> dict[str, Json]:
        """As programs and the ledger say it."""
        return {"team": self.team, "use_case": self.use_case}


class TwoPlacesError(ValueError):
    """A role was to hold in a team and in a use case at once."""


EVERYWHERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role and where it holds, without who has it."""

    role: Role
    place: Place = EVERYWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A role that somebody has somewhere."""

    person: PersonId
    role: Role
    place: Place
    source: Source
    given_at: datetime | None = None


def check_grant(grant: Grant) -> Grant | Refused:
    """Says whether a role can be given there: who keeps accounts keeps all of them, so an admin is one of the installation."""
    if grant.role is Role.ADMIN and not grant.place.everywhere:
        why = f"An admin keeps accounts and roles of all; for {grant.place.words} alone there is none."
        return Refused(code="not_a_place_for_it", why=why, remedy="Leave --team and --use-case out, or give another role.")
    return grant
