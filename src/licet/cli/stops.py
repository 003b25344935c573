"""Commands on the stop: press it, lift it, exercise it, see where it is pressed; each works beside a running server, and without one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import click

from licet.cli.frame import CONTEXT, NOT_MET, OK, Commands, at_work, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.ids import TeamName
    from licet.core.stop import LiftedStop, Stop

TEAM = "The team in whose use cases the stop holds; in place of SLUG."
WHY = "In words, for people; the ledger does not hold it."


@click.group(cls=Commands, context_settings=CONTEXT)
def stop() -> None:
    """The stop: while it is pressed nothing is decided alone; the mandate stays as it is."""


@stop.command("press", context_settings=CONTEXT)
@click.argument("slug", required=False)
@click.option("--team", "team_name", help=TEAM)
@click.option("--why", required=True, help=WHY)
@usual
def press(slug: str | None, *, team_name: str | None, why: str, acting: str | None, home: str | None, as_json: bool) -> None:
    """From the next decision on, people decide: in one use case, in those of a team, or without either in the whole installation."""
    from licet.flows.office import who
    from licet.flows.stop import press_stop

    team = _team(slug, team_name)
    with at_work(home) as office:
        made = granted(press_stop(office, who(office, acting), name=slug, team=team, why=why))
    state = "is pressed already" if made.repeated else "is pressed"
    lines = (f"The stop of [bold]{where(made.stop)}[/] {state}: nothing is decided alone.", f"To lift it: {lift_command(made.stop)}")
    said({**stop_json(made.stop), "repeated": made.repeated}, lines, as_json=as_json)


@stop.command("lift", context_settings=CONTEXT)
@click.argument("slug", required=False)
@click.option("--team", "team_name", help=TEAM)
@usual
def lift(slug: str | None, *, team_name: str | None, acting: str | None, home: str | None, as_json: bool) -> None:
    """Let AI decide alone again where a mandate permits it; takes risk, or the owner who pressed it; without SLUG risk."""
    from licet.flows.office import who
    from licet.flows.stop import lift_stop

    team = _team(slug, team_name)
    with at_work(home) as office:
        lifted = granted(lift_stop(office, who(office, acting), name=slug, team=team))
    said(lifted_json(lifted), (f"The stop of [bold]{where(lifted.stop)}[/] is lifted; the mandate counts again.",), as_json=as_json)


def _team(slug: str | None, name: str | None) -> "TeamName | None":
    """The team that was named; a stop has one reach."""
    from licet.core.team import team

    if slug is not None and name is not None:
        message = f"Both {slug!r} and --team {name!r} were given; a stop is that of one use case, or of one team."
        raise click.UsageError(message)
    return None if name is None else team(name)


@stop.command("drill", context_settings=CONTEXT)
@click.argument("slug")
@usual
def drill(slug: str, *, acting: str | None, home: str | None, as_json: bool) -> int:
    """Exercise the stop: press it, see that the deciding path refuses, say how long that took, lift it. Exit: 0 held in time, 1 not."""
    from licet.core.drill import IN_WORDS, Result
    from licet.flows.drill import drill_stop
    from licet.flows.office import who

    with at_work(home) as office:
        found = granted(drill_stop(office, who(office, acting), name=slug))
    data = {"use_case": found.use_case, "by": found.by, "at": found.at.isoformat(), "took_ms": found.took_ms, "result": found.result.value}
    lines = (f"Drill of the stop of [bold]{plain(slug)}[/] after {found.took_ms:,} ms: {IN_WORDS[found.result]}.",)
    said(cast("dict[str, Json]", data), lines, as_json=as_json)
    return OK if found.result is Result.HELD else NOT_MET


@stop.command("status", context_settings=CONTEXT)
@click.argument("slug", required=False)
@home_option
@json_option
def status(slug: str | None, home: str | None, *, as_json: bool) -> None:
    """Show where the stop is pressed, by whom and why, and which stops were lifted."""
    from licet.flows.stop import stop_status

    with at_work(home) as office:
        found = stop_status(office, name=slug)
    lines = [
        f"[bold]{where(one)}[/] stopped since {one.at:%Y-%m-%d %H:%M} UTC by {plain(one.by)}: {plain(one.why)}" for one in found.pressed
    ]
    lines = lines or ["The stop is not pressed."]
    lines += [f"  [dim]{_past(one)}[/]" for one in found.lifted]
    data = {"pressed": [stop_json(one) for one in found.pressed], "lifted": [lifted_json(one) for one in found.lifted]}
    said(cast("dict[str, Json]", data), lines, as_json=as_json)


def _past(one: "LiftedStop") -> str:
    span = f"{one.stop.at:%Y-%m-%d %H:%M} to {one.lifted_at:%Y-%m-%d %H:%M} UTC"
    return f"{where(one.stop)}: {span}, lifted by {plain(one.lifted_by)}: {plain(one.stop.why)}"


def where(one: "Stop") -> str:
    """How far a stop reaches, in words."""
    if one.team is not None:
        return f"team {plain(one.team)}"
    return "the whole installation" if one.use_case is None else plain(one.use_case)


def lift_command(one: "Stop") -> str:
    """What to type to lift a stop; risk may lift each."""
    named = f" --team {plain(one.team)}" if one.team is not None else "" if one.use_case is None else f" {plain(one.use_case)}"
    return f"licet stop lift{named} --as RISK"


def stop_json(one: "Stop") -> Mapping[str, Json]:
    """A stop as JSON; `use_case` is null where it holds in more than one, `team` where it is no team's."""
    pressed = {"pressed_by": one.by, "pressed_at": one.at.isoformat(), "why": one.why}
    return {"use_case": one.use_case, "team": one.team, "reach": one.reach.value, **pressed}


def lifted_json(one: "LiftedStop") -> Mapping[str, Json]:
    """A lifted stop as JSON."""
    return {**stop_json(one.stop), "lifted_by": one.lifted_by, "lifted_at": one.lifted_at.isoformat()}
