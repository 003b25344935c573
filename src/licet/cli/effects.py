"""Commands on effects: see what has not arrived, deliver it without a server, and replay what is dead."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, assert_never

import click

from licet.cli.frame import CONTEXT, Commands, at_work, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.store.effects import Listed

SHOWN = 100
"""Effects that are listed at once."""


@click.group(cls=Commands, context_settings=CONTEXT)
def effects() -> None:
    """What happens in the world after decisions."""


@effects.command("list", context_settings=CONTEXT)
@click.argument("slug", required=False)
@click.option("--dead", is_flag=True, help="Only those that are not tried again by themselves.")
@home_option
@json_option
def list_(slug: str | None, home: str | None, *, dead: bool, as_json: bool) -> None:
    """List the effects that have not arrived, oldest first, of one use case or of all; what is in them is not shown."""
    from licet.flows.deliver import not_arrived

    with at_work(home) as office:
        found = not_arrived(office, name=slug, dead_only=dead, limit=SHOWN)
    data: dict[str, Json] = {"effects": [_json(one) for one in found.effects], "waiting": found.waiting, "dead": found.dead}
    lines = [_line(one) for one in found.effects]
    shown = f" [dim](the first {SHOWN} are shown)[/]" if len(found.effects) == SHOWN else ""
    said(data, [*lines, f"{found.waiting:,} wait, {found.dead:,} are dead.{shown}"], as_json=as_json)


def _json(one: "Listed") -> Mapping[str, Json]:
    return {
        "use_case": one.use_case,
        "case_number": one.case,
        "effect": one.number,
        "way": one.way.value,
        "alone": one.alone,
        "made_at": one.made_at.isoformat(),
        **_state(one),
    }


def _state(one: "Listed") -> Mapping[str, Json]:
    from licet.core.effect import DeadEffect, DeliveredEffect, WaitingEffect

    match one.state:
        case WaitingEffect(ready_at=ready_at, attempts=attempts, last_error=why):
            return {"state": "waiting", "due_at": ready_at.isoformat(), "attempts": attempts, "why": why}
        case DeliveredEffect(at=at):
            return {"state": "delivered", "at": at.isoformat()}
        case DeadEffect(at=at, death=death, why=why):
            return {"state": "dead", "at": at.isoformat(), "death": death.value, "why": why}
        case _:
            assert_never(one.state)


def _line(one: "Listed") -> str:
    from licet.core.effect import DeadEffect, DeliveredEffect, WaitingEffect

    named = f"{one.use_case} case {one.case}" + (f", correction {one.number - 1}" if one.number > 1 else "")
    match one.state:
        case WaitingEffect(attempts=0):
            return f"  waits  {named}"
        case WaitingEffect(ready_at=ready_at, attempts=attempts, last_error=why):
            return f"  waits  {named}: tried {attempts} times, again at {ready_at:%Y-%m-%d %H:%M:%S} UTC. {plain(why)}"
        case DeadEffect(at=at, why=why):
            return f"  [red]dead[/]   {named}: since {at:%Y-%m-%d %H:%M:%S} UTC. {plain(why)}"
        case DeliveredEffect():
            return f"  there  {named}"
        case _:
            assert_never(one.state)


@effects.command("replay", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("case_id", metavar="[CASE]", required=False)
@click.option("--all", "every", is_flag=True, help="The dead effects of all cases, instead of one CASE.")
@usual
def replay(slug: str, case_id: str | None, acting: str | None, home: str | None, *, every: bool, as_json: bool) -> None:
    """Let dead effects be tried again; takes the owner or an admin by name. Their receivers know them by the same key."""
    from licet.flows.office import who
    from licet.flows.replay import replay_effects

    if every == (case_id is not None):
        message = "Name one CASE, by its outside name or number, or say --all."
        raise click.UsageError(message)
    with at_work(home) as office:
        done = granted(replay_effects(office, who(office, acting), name=slug, case=case_id))
    left = f" {done.still_dead:,} stay dead: erased, or overtaken by a later effect of the same case." if done.still_dead else ""
    data: dict[str, Json] = {"use_case": slug, "replayed": done.waiting, "still_dead": done.still_dead}
    said(data, (f"{done.waiting:,} effects are tried again.{left}",), as_json=as_json)


@effects.command("deliver", context_settings=CONTEXT)
@click.argument("slug")
@usual
def deliver(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Deliver what is due of a use case, once round, without a server. What `effect.py` prints goes to stderr."""
    from licet.flows.deliver import deliver_due
    from licet.flows.office import who

    with at_work(home) as office:
        done = granted(deliver_due(office, who(office, acting), name=slug))
    line = f"{done.attempts:,} attempts; {done.waiting:,} wait, {done.dead:,} are dead."
    said({"use_case": slug, "attempts": done.attempts, "waiting": done.waiting, "dead": done.dead}, (line,), as_json=as_json)
