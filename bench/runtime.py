"""Benchmark: cases through Licet against LangGraph, Prefect and bare SQL, on SQLite and on PostgreSQL, every case durable.

The same work for all: a system that takes a millisecond, a proposal, a decision; every other case waits for a person and goes on
with the answer. Each side is a process on an empty database whose commits wait for the disk; rounds are interleaved, so that
whatever else the machine does meets all sides alike. Of Licet, `bench.licet_cases` and `bench.licet_posts` are started.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from bench.peers.side import Failed, Figures, Side, ran
from tests.cluster import HONEST, missing, running

ROUNDS: Final = 3
CASES: Final = 2000
FLOWS: Final = 40
"""Prefect's cases: it does few in a second, and their number does not change how many."""

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
BOTH: Final = (SQLITE, POSTGRESQL)

ALONE: Final = {
    "HOME": "{home}",
    "PREFECT_HOME": "{home}",
    "PREFECT_API_DATABASE_CONNECTION_URL": "{async_address}",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}
"""Prefect in a folder of its own, without a word to anyone and without logs, which would cost it time."""

LICET: Final = Side(name="Licet", module="bench.licet_cases", cases=CASES, workers=dict.fromkeys(BOTH, 16), ours=True)
POSTS: Final = Side(name="Licet, posted alone", module="bench.licet_posts", cases=500, workers=dict.fromkeys(BOTH, 1), ours=True)
QUIET: Final = {"LANGSMITH_TRACING": "false", "LANGCHAIN_TRACING_V2": "false"}
LANGGRAPH: Final = Side(
    name="LangGraph", module="bench.peers.langgraph_cases", cases=CASES, workers=dict.fromkeys(BOTH, 16), environment=QUIET
)
PREFECT: Final = Side(
    name="Prefect", module="bench.peers.prefect_flows", cases=FLOWS, workers={SQLITE: 4, POSTGRESQL: 8}, environment=ALONE
)
BARE: Final = Side(name="bare SQL", module="bench.peers.bare_sql", cases=CASES, workers=dict.fromkeys(BOTH, 16))
COMMIT: Final = Side(name="a bare commit", module="bench.peers.bare_commit", cases=500, workers=dict.fromkeys(BOTH, 1))
SIDES: Final = (LICET, LANGGRAPH, BARE, PREFECT, POSTS, COMMIT)

Results = Mapping[str, Sequence[Figures] | Failed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What Licet promises against a peer: a ratio of one figure, at least or at most."""

    name: str
    ours: Side
    peer: Side
    figure: str
    unit: str
    least: float | None = None
    most: float | None = None

    @property
    def says(self) -> str:
        """The goal in words."""
        return f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"

    def met(self, ratio: float) -> bool:
        """Whether a ratio keeps the promise."""
        return (self.least is None or ratio >= self.least) and (self.most is None or ratio <= self.most)


def goals(kind: str) -> tuple[Goal, ...]:
    """What is promised on a kind of database."""
    rate = partial(Goal, ours=LICET, figure="cases_per_s", unit="cases/s")
    post = partial(Goal, ours=POSTS, peer=COMMIT, unit="ms for a posted proposal")
    return (
        rate(name="runtime_langgraph", peer=LANGGRAPH, least={SQLITE: 5.0, POSTGRESQL: 8.0}[kind]),
        rate(name="runtime_prefect", peer=PREFECT, least=100.0),
        rate(name="runtime_bare_sql", peer=BARE, least=0.5),
        post(name="runtime_posted_p50", figure="p50_ms", most=3.0),
        post(name="runtime_posted_p99", figure="p99_ms", most=10.0),
    )


def row(goal: Goal, kind: str, results: Results) -> dict[str, object]:
    """The row of a goal: Licet's median, the median of the rounds' ratios, and the medians of all figures of both sides."""
    ours, theirs = results[goal.ours.name], results[goal.peer.name]
    figures = {side.name: medians(found) for side, found in ((goal.ours, ours), (goal.peer, theirs)) if not isinstance(found, Failed)}
    shared = {"unit": f"{goal.unit} on {kind}", "goal": goal.says, "figures": figures}
    if isinstance(ours, Failed) or isinstance(theirs, Failed):
        why = "; ".join(found.why for found in (ours, theirs) if isinstance(found, Failed))
        return {"value": None, "against": goal.peer.name, "ratio": None, "met": None, "why": why, **shared}
    ratio = statistics.median(one[goal.figure] / other[goal.figure] for one, other in zip(ours, theirs, strict=True))
    met = goal.met(ratio)
    return {
        "value": figures[goal.ours.name][goal.figure],
        "against": f"{goal.peer.name} ({figures[goal.peer.name][goal.figure]:g})",
        "ratio": round(ratio, 3),
        "met": met,
        "why": None if met else f"the ratio is {ratio:.2f}",
        **shared,
    }


def medians(rounds: Sequence[Figures]) -> Figures:
    """A side's figures over all rounds."""
    return {figure: statistics.median(one[figure] for one in rounds) for figure in rounds[0]}


@contextmanager
def databases(folder: Path) -> Iterator[Mapping[str, Callable[[], str] | Failed]]:
    """Where empty databases come from, by kind; PostgreSQL runs as long as they are used, and each commit waits for the disk."""
    numbers = count(1)
    files = {SQLITE: lambda: str(folder / f"{next(numbers)}.sqlite")}
    absent = missing()
    if absent is not None:
        yield files | {POSTGRESQL: Failed(why=absent)}
        return
    with running(HONEST) as cluster:
        yield files | {POSTGRESQL: cluster.new_database}


def compare(kind: str, new_database: Callable[[], str] | Failed, sides: Sequence[Side], rounds: int) -> Results:
    """Runs each of the sides once in each round; a side that failed is not tried again."""
    left_out = {side.name: Failed(why=f"{side.name} was left out") for side in SIDES}
    return {**left_out, **compared(kind, new_database, sides, rounds)}


def compared(kind: str, new_database: Callable[[], str] | Failed, sides: Sequence[Side], rounds: int) -> Results:
    """What sides found, round by round, in turn."""
    results: dict[str, list[Figures] | Failed] = {side.name: new_database if isinstance(new_database, Failed) else [] for side in sides}
    for number in range(rounds):
        for side in sides:
            before = results[side.name]
            if isinstance(before, Failed) or isinstance(new_database, Failed):
                continue
            with tempfile.TemporaryDirectory() as home:
                found = ran(side, kind, new_database(), Path(home))
            print(f"{kind}, round {number + 1}, {side.name}: {found}", file=sys.stderr, flush=True)
            results[side.name] = found if isinstance(found, Failed) else [*before, found]
    return results


def main(argv: list[str] | None = None) -> int:
    """Prints the rows of all goals: as JSON with --json, else a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--kind", choices=BOTH, action="append", help="SQLite or PostgreSQL; both where none is given")
    parser.add_argument("--side", choices=[side.name for side in SIDES], action="append", help="whom to run; all where none is given")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    sides = [side for side in SIDES if given.side is None or side.name in given.side]
    rows: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as places:
        for kind in given.kind or BOTH:
            results = compare(kind, places[kind], sides, given.rounds)
            rows |= {f"{goal.name}_{kind.lower()}": row(goal, kind, results) for goal in goals(kind)}
    lines = [f"{name}: {one['value']} {one['unit']}, {one['ratio']} x {one['against']}, goal {one['goal']}" for name, one in rows.items()]
    print(json.dumps(rows) if given.json else "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
