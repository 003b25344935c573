"""Benchmark: how many cases 1, 2 and 4 `licet worker` processes route in a second on PostgreSQL, and one on SQLite."""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.peers.side import Failed, Figures, Side
from bench.runtime import BOTH, POSTGRESQL, ROUNDS, SQLITE, compared, databases, medians

CASES: Final = 4000
COUNTS: Final[Mapping[str, Sequence[int]]] = {SQLITE: (1,), POSTGRESQL: (1, 2, 4)}
NEVER_SLOWER: Final = 1.0
"""What more workers must give at least, in cases per second against one, on however few cores: they wait for one lock to write."""


def side(count: int, cases: int) -> Side:
    """Licet with so many workers."""
    return Side(name=f"{count} workers", module="bench.licet_workers", cases=cases, workers=dict.fromkeys(BOTH, count), ours=True)


def rows(kind: str, results: Mapping[str, Sequence[Figures] | Failed]) -> dict[str, dict[str, object]]:
    """A row for each number of workers: cases in a second, against one worker in the same round."""
    one = results[side(1, CASES).name]
    return {f"workers_{count}_{kind.lower()}": row(kind, one, results[side(count, CASES).name], alone=count == 1) for count in COUNTS[kind]}


def row(kind: str, one: Sequence[Figures] | Failed, these: Sequence[Figures] | Failed, *, alone: bool) -> dict[str, object]:
    """The row of a number of workers; one worker has no goal but to have done its work."""
    goal = "all cases are routed" if alone else f"at least {NEVER_SLOWER:g} x one worker"
    shared: dict[str, object] = {"unit": f"cases/s routed on {kind}", "goal": goal}
    if isinstance(one, Failed) or isinstance(these, Failed):
        why = these.why if isinstance(these, Failed) else str(one)
        return {"value": None, "against": None, "ratio": None, "met": None, "why": why, **shared}
    found = medians(these)
    ratios = sorted(mine["cases_per_s"] / first["cases_per_s"] for mine, first in zip(these, one, strict=True))
    ratio = None if alone else round(ratios[len(ratios) // 2], 3)
    met = ratio is None or ratio >= NEVER_SLOWER
    return {
        "value": found["cases_per_s"],
        "against": None if alone else "one worker",
        "ratio": ratio,
        "met": met,
        "why": None if met else f"the ratio is {ratio}",
        "figures": {"Licet": found},
        **shared,
    }


def main(argv: list[str] | None = None) -> int:
    """Prints the rows: as JSON with --json, else a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--kind", choices=BOTH, action="append", help="SQLite or PostgreSQL; both where none is given")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    found: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as places:
        for kind in given.kind or BOTH:
            sides = [side(count, given.cases) for count in COUNTS[kind]]
            found |= rows(kind, compared(kind, places[kind], sides, given.rounds))
    lines = [f"{name}: {one['value']} {one['unit']}, {one.get('figures')}, goal {one['goal']}" for name, one in found.items()]
    print(json.dumps(found) if given.json else "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
