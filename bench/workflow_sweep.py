"""Benchmark: items of a workflow that the sweep moves in a second, beside bare set-based SQL that changes the same items' rows.

Two moves: items that waited end, and items that waited become cases of a use case. Each move checks the item's version, reads what it
says, and writes item, visit and a signed ledger entry in one transaction of 25 items. The bare side moves all that end in one
transaction of two statements, item and visit, without ledger: what a sweep without proof could take at the least. It has no goal.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Final

from sqlalchemy import false, insert, literal, select, update

from bench.peers.side import Failed
from bench.runtime import BOTH, POSTGRESQL, databases
from licet.core.workflow_json import workflow_from_json
from licet.flows.set_steps import register_workflow
from licet.flows.walk import start_item, walk_on
from licet.store.workflow_tables import item, visit
from licet.testing import World, done, past_cases

ITEMS: Final = 300
ROUNDS: Final = 3
NAME, LOOK = "slips", "looks"
ENDS, CASES = "items that end", "items that become cases"


def address(kind: str, place: Callable[[], str] | Failed) -> str | None:
    """Of an empty database; None for a file of the world's own.

    Raises:
        RuntimeError: where there is no PostgreSQL on this machine.
    """
    match place:
        case Failed(why=why):
            raise RuntimeError(why)
        case _:
            return place() if kind == POSTGRESQL else None


def begun(world: World, move: str, items: int) -> None:
    """Items that have waited."""
    for name in (NAME, LOOK):
        world.use_case(name)
    after = {"person": LOOK, "next": "over"} if move == CASES else "end"
    steps = {"rest": {"wait": "1 second", "next": "then"}, "then": after} | ({"over": "end"} if move == CASES else {})
    workflow = workflow_from_json({"begin": "rest", "steps": steps})
    done(register_workflow(world.office, world.owner, name=NAME, workflow=workflow))
    for number, row in enumerate(past_cases(items, name="item")):
        done(start_item(world.office, world.operator, name=NAME, row=replace(row, external_id=f"i{number}", answer=None)))
    world.clock.pass_time(timedelta(hours=1))


def swept(world: World, items: int) -> float:
    """Items in a second that the sweep moves."""
    began, moved = time.perf_counter(), 0
    while step := walk_on(world.office):
        moved += step
    return _rate(moved, items, time.perf_counter() - began)


def bare(world: World, items: int) -> float:
    """Items in a second that two statements move."""
    now = world.clock.now()
    began = time.perf_counter()
    with world.office.book.write() as tx:
        due = select(item.c.id, literal("then"), literal(1), literal(2), literal(now, item.c.since.type), false()).where(
            item.c.state == "waiting"
        )
        tx.run(insert(visit).from_select(["item_id", "step", "round", "place", "at", "sent_back"], due))
        gone = {"state": "ended", "step": "then", "since": now, "resume_at": None, "salt": None, "body": None}
        tx.run(update(item).where(item.c.state == "waiting").values(gone))
    took = time.perf_counter() - began
    with world.office.book.read() as tx:
        moved = len(
            tx.run(
                select(visit.c.item_id).join(item, item.c.id == visit.c.item_id).where(item.c.state == "ended", visit.c.place == 2)
            ).all()
        )
    return _rate(moved, items, took)


def _rate(moved: int, items: int, took: float) -> float:
    if moved != items:
        message = f"{moved} of {items} items were moved; nothing is measured by that."
        raise RuntimeError(message)
    return moved / took


def row(kind: str, move: str, ours: Sequence[float], theirs: Sequence[float]) -> dict[str, object]:
    """The row of a move on a kind of database; the ratio is the median of the rounds' ratios."""
    ratio = statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True)) if theirs else None
    return {
        "value": round(statistics.median(ours)),
        "unit": f"{move}/s on {kind}",
        "against": f"two bare statements ({statistics.median(theirs):,.0f})" if theirs else None,
        "ratio": None if ratio is None else round(ratio, 4),
        "spread": [round(min(ours)), round(max(ours))],
    }


def main(argv: list[str] | None = None) -> int:
    """Prints the rows: as JSON with --json, else a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--kind", choices=BOTH, action="append", help="SQLite or PostgreSQL; both where none is given")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    found: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as places:
        numbers = count()

        def measured(kind: str, move: str, *, by_hand: bool) -> float:
            with World(Path(folder) / f"world-{next(numbers)}", database_url=address(kind, places[kind])) as world:
                begun(world, move, given.items)
                return bare(world, given.items) if by_hand else swept(world, given.items)

        for kind in given.kind or BOTH:
            ends = [(measured(kind, ENDS, by_hand=False), measured(kind, ENDS, by_hand=True)) for _ in range(given.rounds)]
            cases = [measured(kind, CASES, by_hand=False) for _ in range(given.rounds)]
            found[f"sweep_ends_{kind.lower()}"] = row(kind, ENDS, [one for one, _ in ends], [other for _, other in ends])
            found[f"sweep_cases_{kind.lower()}"] = row(kind, CASES, cases, [])
    lines = [f"{name}: {one['value']} {one['unit']}, {one['ratio']} x {one['against']}, {one['spread']}" for name, one in found.items()]
    print(json.dumps(found) if given.json else "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
