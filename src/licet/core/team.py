"""A team: whoever shares use cases; what belongs to one team is not there for another."""

from licet.core.ids import TeamName
from licet.core.use_case import SLUG, SLUG_LIMIT

MAIN = TeamName("main")
"""The team of every use case that was given to no other."""


class NotATeamError(ValueError):
    """A team's name is none."""


class OtherTeamError(PermissionError):
    """A view of one team was to become a view of another."""


def team(raw: str) -> TeamName:
    """Reads a team's name: lower-case letters, digits and single hyphens, a letter first, as a use case's.

    Raises:
        NotATeamError: names the offender, the limit and an example.
    """
    if len(raw) > SLUG_LIMIT or not SLUG.fullmatch(raw):
        raise NotATeamError(
            f"{raw!r} is no team's name: lower-case letters, digits and single hyphens, a letter first, "
            f"{SLUG_LIMIT} characters at most. For example 'claims-north'."
        )
    return TeamName(raw)
