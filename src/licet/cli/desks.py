"""Commands on the desk where people answer cases: how it stands, who is away, and who has which skill."""

from datetime import UTC, datetime

import click

from licet.cli.frame import CONTEXT, Commands, at_work, granted, plain, said, usual
from licet.core.canonical import Json
from licet.core.desk import DeskStatus, Load
from licet.core.refusal import Unknown

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"])


@click.group(cls=Commands, context_settings=CONTEXT)
def desk() -> None:
    """The desk where people answer cases: how it stands, who is away, and who has which skill."""


@desk.command("status", context_settings=CONTEXT)
@click.argument("slug")
@usual
def status(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Say what waits, what is in whose hands, what is overdue, and each reviewer's load."""
    from licet.flows.desk_status import desk_status
    from licet.flows.office import who

    with at_work(home) as office:
        found = granted(desk_status(office, who(office, acting), name=slug))
    said(_data(slug, found), _lines(found), as_json=as_json)


def _data(slug: str, found: DeskStatus) -> dict[str, Json]:
    return {
        "use_case": slug,
        "waiting": found.waiting,
        "overdue": found.overdue,
        "in_hand": found.in_hand,
        "held": found.held,
        "aside": found.aside,
        "asked": found.asked,
        "came": found.came,
        "answered": found.answered,
        "load": [_load(one) for one in found.load],
    }


def _load(one: Load) -> dict[str, Json]:
    return {
        "person": one.person,
        "name": one.name,
        "in_hand": one.in_hand,
        "handed": one.handed,
        "held": one.held,
        "answered": one.answered,
        "seconds": None if isinstance(one.seconds, Unknown) else one.seconds,
        "absent_until": None if one.absent_until is None else one.absent_until.isoformat(),
    }


def _lines(found: DeskStatus) -> list[str]:
    lines = [
        f"[bold]{found.waiting:,}[/] wait, {found.overdue:,} of them overdue",
        f"{found.in_hand:,} in hand, {found.held:,} answered and held, {found.aside:,} put aside, {found.asked:,} with a question out",
        f"last day: {found.came:,} came, {found.answered:,} answered",
    ]
    return lines + [_told(one) for one in found.load]


def _told(one: Load) -> str:
    took = f"unknown ({one.seconds.why})" if isinstance(one.seconds, Unknown) else f"{one.seconds:.0f} s"
    away = "" if one.absent_until is None else f", away until {one.absent_until:%Y-%m-%d %H:%M} UTC"
    return f"{plain(one.name)}: {one.in_hand} in hand, {one.handed} handed to them, {one.answered} answered, a case takes {took}{away}"


@desk.command("absent", context_settings=CONTEXT)
@click.argument("email")
@click.option("--until", type=MOMENT, required=True, help="The end, in UTC.")
@click.option("--from", "since", type=MOMENT, help="The start, in UTC. Default: now.")
@click.option("--deputy", metavar="E-MAIL", help="Who is given what was handed to them. Default: it goes back to the queue.")
@usual
def absent(  # noqa: PLR0913 - a command's options
    email: str, until: datetime, since: datetime | None, deputy: str | None, acting: str | None, home: str | None, *, as_json: bool
) -> None:
    """Say that somebody is out of office for a time: oneself, or as an admin anybody."""
    from licet.flows.absent import be_absent
    from licet.flows.office import who

    ends = until.replace(tzinfo=UTC)
    with at_work(home) as office:
        starts = office.clock.now() if since is None else since.replace(tzinfo=UTC)
        found = granted(be_absent(office, who(office, acting), of=email, starts_at=starts, ends_at=ends, deputy=deputy))
    data: dict[str, Json] = {
        "person": found.person,
        "deputy": found.deputy,
        "starts_at": found.starts_at.isoformat(),
        "ends_at": found.ends_at.isoformat(),
    }
    stands_in = "nobody stands in" if deputy is None else f"{plain(deputy)} stands in"
    said(data, [f"{plain(email)} is away until {ends:%Y-%m-%d %H:%M} UTC; {stands_in}."], as_json=as_json)


@desk.command("back", context_settings=CONTEXT)
@click.argument("email")
@usual
def back(email: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Say that somebody is back: absences that last or are to come end."""
    from licet.flows.absent import be_back
    from licet.flows.office import who

    with at_work(home) as office:
        count = granted(be_back(office, who(office, acting), of=email))
    said({"ended": count}, [f"{count} absences of {plain(email)} ended."], as_json=as_json)


@desk.command("skill", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("email")
@click.argument("name")
@click.option("--take", is_flag=True, help="Take it instead.")
@usual
def skill(  # noqa: PLR0913 - a command's options
    slug: str, email: str, name: str, acting: str | None, home: str | None, *, take: bool, as_json: bool
) -> None:
    """Say that somebody has a skill that cases of a use case ask for, such as a language."""
    from licet.flows.office import who
    from licet.flows.skills import give_skill, take_skill

    act = take_skill if take else give_skill
    with at_work(home) as office:
        changed = granted(act(office, who(office, acting), name=slug, email=email, skill=name))
    has = "has not" if take else "has"
    said({"person": email, "skill": name, "changed": changed}, [f"{plain(email)} {has} the skill {plain(name)}."], as_json=as_json)
