"""Commands on the stop: press it, lift it, see where it is pressed; each works beside a running server, and without one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import click

from licet.cli.frame import CONTEXT, Commands, at_work, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.stop import LiftedStop, Stop

WHY = "In words, for people; the ledger does not hold it."


@click.group(cls=Commands, context_settings=CONTEXT)
def stop() -> None:
    """The stop: while it is pressed nothing is decided alone; the mandate stays as it is."""


@stop.command("press", context_settings=CONTEXT)
@click.argument("slug", required=False)
@click.option("--why", required=True, help=WHY)
@usual
def press(slug: str | None, why: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """From the next decision on, people decide: in one use case, or without SLUG in the whole installation."""
    from licet.flows.office import who
    from licet.flows.stop import press_stop

    with at_work(home) as office:
        made = granted(press_stop(office, who(office, acting), name=slug, why=why))
    state = "is pressed already" if made.repeated else "is pressed"
    lines = (f"The stop of [bold]{where(slug)}[/] {state}: nothing is decided alone.", f"To lift it: {lift_command(slug)}")
    said({**stop_json(made.stop), "repeated": made.repeated}, lines, as_json=as_json)


@stop.command("lift", context_settings=CONTEXT)
@click.argument("slug", required=False)
@usual
def lift(slug: str | None, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Let AI decide alone again where a mandate permits it; takes risk, or the owner who pressed it; without SLUG risk."""
    from licet.flows.office import who
    from licet.flows.stop import lift_stop

    with at_work(home) as office:
        lifted = granted(lift_stop(office, who(office, acting), name=slug))
    said(lifted_json(lifted), (f"The stop of [bold]{where(slug)}[/] is lifted; the mandate counts again.",), as_json=as_json)


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
        f"[bold]{where(one.use_case)}[/] stopped since {one.at:%Y-%m-%d %H:%M} UTC by {plain(one.by)}: {plain(one.why)}"
        for one in found.pressed
    ]
    lines = lines or ["The stop is not pressed."]
    lines += [f"  [dim]{_past(one)}[/]" for one in found.lifted]
    data = {"pressed": [stop_json(one) for one in found.pressed], "lifted": [lifted_json(one) for one in found.lifted]}
    said(cast("dict[str, Json]", data), lines, as_json=as_json)


def _past(one: "LiftedStop") -> str:
    span = f"{one.stop.at:%Y-%m-%d %H:%M} to {one.lifted_at:%Y-%m-%d %H:%M} UTC"
    return f"{where(one.stop.use_case)}: {span}, lifted by {plain(one.lifted_by)}: {plain(one.stop.why)}"


def where(slug: str | None) -> str:
    """How far a stop reaches, in words."""
    return "the whole installation" if slug is None else plain(slug)


def lift_command(slug: str | None) -> str:
    """What to type to lift a stop; risk may lift each."""
    return "licet stop lift --as RISK" if slug is None else f"licet stop lift {plain(slug)} --as RISK"


def stop_json(one: "Stop") -> Mapping[str, Json]:
    """A stop as JSON; `use_case` is null where it holds everywhere."""
    return {"use_case": one.use_case, "reach": one.reach.value, "pressed_by": one.by, "pressed_at": one.at.isoformat(), "why": one.why}


def lifted_json(one: "LiftedStop") -> Mapping[str, Json]:
    """A lifted stop as JSON."""
    return {**stop_json(one.stop), "lifted_by": one.lifted_by, "lifted_at": one.lifted_at.isoformat()}
