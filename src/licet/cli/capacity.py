"""The command that shows a whole team against what comes to it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from licet.cli.frame import CONTEXT, at_work, granted, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.flows.list_capacity import Manned, TeamCapacity


@click.command("capacity", context_settings=CONTEXT)
@click.argument("slug")
@usual
def capacity(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Show who is there to answer, what will come to them, and what is short, as owner, senior reviewer or risk."""
    from licet.flows.list_capacity import team_capacity
    from licet.flows.office import who

    with at_work(home) as office:
        found = granted(team_capacity(office, who(office, acting), name=slug))
    said(_json(found), list(_lines(found)), as_json=as_json)


def _json(found: "TeamCapacity") -> dict[str, Json]:
    from licet.core.capacity import Enough, capacity_in_words, capacity_to_json
    from licet.core.refusal import Unknown

    held = found.held
    counted: dict[str, Json] = {} if isinstance(held, Unknown) else {"needed": held.needed, "late": held.late, "busy": held.busy}
    return {
        "use_case": found.use_case.slug,
        "enough": None if isinstance(held, Unknown) else isinstance(held, Enough),
        "asked": found.asked,
        "late_at_most": found.late,
        **capacity_to_json(found.capacity),
        **counted,
        "says": capacity_in_words(found.capacity, held, late=found.late),
        "team": [_person(one) for one in found.people],
    }


def _person(one: "Manned") -> dict[str, Json]:
    away = one.member.absence
    return {
        "person": one.member.person.id,
        "ready": one.member.ready,
        "until": None if one.until is None else one.until.isoformat(),
        "absent_until": None if away is None else away.ends_at.isoformat(),
        "in_hand": one.load.in_hand,
        "handed": one.load.handed,
        "answered": one.load.answered,
    }


def _lines(found: "TeamCapacity") -> Iterator[str]:
    from licet.core.capacity import Enough, capacity_in_words
    from licet.core.refusal import Unknown

    mark = "[yellow]unknown[/]" if isinstance(found.held, Unknown) else "[green]enough[/]"
    if not isinstance(found.held, Unknown | Enough):
        mark = "[red]short[/]"
    asked = "The gate to delegated asks for it." if found.asked else "No gate asks for it at this tier of risk."
    yield f"Capacity of [bold]{plain(found.use_case.slug)}[/]: {mark}. {asked}"
    yield plain(capacity_in_words(found.capacity, found.held, late=found.late))
    for one in found.people:
        until = "" if one.until is None else f" until {one.until:%Y-%m-%d}"
        ready = f"ready{until}" if one.member.ready else "not qualified"
        away = "" if one.member.absence is None else f", away until {one.member.absence.ends_at:%Y-%m-%d}"
        yield f"{plain(one.member.person.name)}: {ready}{away}, {one.load.in_hand + one.load.handed} with them"
    if not found.people:
        yield f"Nobody can review here. Next: licet role give E-MAIL reviewer --use-case {plain(found.use_case.slug)}"
