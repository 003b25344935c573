"""Commands on roles: give, take and see what somebody stands for, in the installation, in a team, or in one use case."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

import click

from licet.cli.frame import CONTEXT, Commands, at_work, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json
from licet.core.people import Role

if TYPE_CHECKING:
    from licet.core.assignment import Grant
    from licet.flows.give_role import Given

P = ParamSpec("P")
R = TypeVar("R")


@click.group(cls=Commands, context_settings=CONTEXT)
def role() -> None:
    """Roles for the installation, for one team, or for one use case: give, take, and see them."""


def _where(function: Callable[P, R]) -> Callable[P, R]:
    """Adds E-MAIL, ROLE, --team and --use-case."""
    function = click.option("--use-case", "slug", metavar="SLUG", help="In this use case only.")(function)
    function = click.option("--team", "whose", metavar="NAME", help="In the use cases of this team only.")(function)
    function = click.argument("wanted", type=click.Choice([one.value for one in Role]), metavar="ROLE")(function)
    return click.argument("email", metavar="E-MAIL")(function)


@role.command("give", context_settings=CONTEXT)
@_where
@usual
def give(  # noqa: PLR0913 - a command's options
    email: str, wanted: str, *, whose: str | None, slug: str | None, acting: str | None, home: str | None, as_json: bool
) -> None:
    """Give somebody a role, as an admin and never to yourself; without --team and --use-case it holds in the whole installation."""
    from licet.flows.give_role import give_role
    from licet.flows.office import who

    grant = _grant(wanted, whose, slug)
    with at_work(home) as office:
        given = granted(give_role(office, who(office, acting), email=email, grant=grant))
    _tell(given, as_json=as_json)


@role.command("take", context_settings=CONTEXT)
@_where
@usual
def take(  # noqa: PLR0913 - a command's options
    email: str, wanted: str, *, whose: str | None, slug: str | None, acting: str | None, home: str | None, as_json: bool
) -> None:
    """Take a role from somebody, exactly there; what an identity provider's groups give comes back when they next sign in."""
    from licet.flows.give_role import take_role
    from licet.flows.office import who

    grant = _grant(wanted, whose, slug)
    with at_work(home) as office:
        left = granted(take_role(office, who(office, acting), email=email, grant=grant))
    _tell(left, as_json=as_json)


@role.command("list", context_settings=CONTEXT)
@click.argument("email", metavar="E-MAIL")
@home_option
@json_option
def list_(email: str, home: str | None, *, as_json: bool) -> None:
    """Show all roles of a person: where each holds, and whether an admin or an identity provider's groups say so."""
    from licet.flows.give_role import list_roles

    with at_work(home) as office:
        found = granted(list_roles(office, email=email))
    _tell(found, as_json=as_json)


def _grant(wanted: str, whose: str | None, slug: str | None) -> "Grant":
    from licet.core.assignment import Grant, Place
    from licet.core.team import team
    from licet.core.use_case import slug as checked

    place = Place(team=None if whose is None else team(whose), use_case=None if slug is None else checked(slug))
    return Grant(role=Role(wanted), place=place)


def _tell(given: "Given", *, as_json: bool) -> None:
    rows: list[dict[str, Json]] = [{"role": one.role.value, **one.place.to_json(), "source": one.source.value} for one in given.roles]
    lines = [f"{one.role.value} for {one.place.words}, by {SOURCES[one.source.value]}" for one in given.roles]
    data: dict[str, Json] = {"person": given.person.id, "email": given.person.email, "roles": cast("list[Json]", rows)}
    said(data, [f"[bold]{plain(given.person.email)}[/]: {plain('; '.join(lines)) if lines else 'no role'}"], as_json=as_json)


SOURCES = {"hand": "an admin", "provider": "the identity provider"}
