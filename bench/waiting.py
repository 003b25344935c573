"""Benchmark: 100,000 cases that wait for a person cost rows and nothing else, and pages stay quick with a million."""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.peers.side import Failed, Figures, Side
from bench.runtime import BOTH, compared, databases, medians

ROUNDS: Final = 1
"""It takes minutes to make the cases, and what is measured then is measured over many seconds."""

NONE: Final = Side(name="none", module="bench.licet_waiting", cases=0, workers=dict.fromkeys(BOTH, 1), ours=True)
MANY: Final = Side(name="100,000", module="bench.licet_waiting", cases=100_000, workers=dict.fromkeys(BOTH, 1), ours=True, limit_s=850.0)
IDLE_NOISE: Final = 0.005
"""Half a hundredth of a core: less than this cannot be told from none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What is promised of a figure with 100,000 cases that wait: at most so much, or so many times what it is with none."""

    name: str
    figure: str
    unit: str
    most: float | None = None
    times: float | None = None
    slack: float = 0.0

    @property
    def says(self) -> str:
        """The promise in words."""
        if self.times is None:
            return f"at most {self.most:g}"
        return f"at most {self.times:g} x none waiting" + (f" + {self.slack:g}" if self.slack else "")

    def met(self, many: float, none: float) -> bool:
        """Whether it is kept."""
        return (self.most is None or many <= self.most) and (self.times is None or many <= self.times * none + self.slack)


PROMISES: Final = (
    Promise(name="memory", figure="worker_mb", unit="MB of an idle worker", times=1.1),
    Promise(name="idle_cpu", figure="worker_idle_cpu", unit="of a core, an idle worker", times=1.25, slack=IDLE_NOISE),
    Promise(name="answer", figure="answer_p95_ms", unit="ms p95 for a person's answer", times=1.5),
    Promise(name="worksheet_answer", figure="worksheet_answer_p95_ms", unit="ms p95 for a worksheet's answer", times=1.5),
    Promise(name="page", figure="page_p95_ms", unit="ms p95 for a page of 100 over HTTP", most=150.0),
    Promise(name="case", figure="case_p95_ms", unit="ms p95 for a case over HTTP", most=150.0),
    Promise(name="page_of_a_million", figure="page_of_a_million_p95_ms", unit="ms p95 for a page, 1,000,000 cases", most=150.0),
    Promise(name="case_of_a_million", figure="case_of_a_million_p95_ms", unit="ms p95 for a case, 1,000,000 cases", most=150.0),
)


def row(promise: Promise, kind: str, none: Sequence[Figures] | Failed, many: Sequence[Figures] | Failed) -> dict[str, object]:
    """The row of a promise."""
    shared: dict[str, object] = {"unit": f"{promise.unit} on {kind}", "goal": promise.says}
    if isinstance(none, Failed) or isinstance(many, Failed):
        why = many.why if isinstance(many, Failed) else str(none)
        return {"value": None, "against": None, "ratio": None, "met": None, "why": why, **shared}
    figures = {"none waiting": medians(none), "100,000 waiting": medians(many)}
    value, before = medians(many)[promise.figure], medians(none).get(promise.figure, 0.0)
    ratio = round(value / before, 3) if before else None
    met = promise.met(value, before)
    return {
        "value": value,
        "against": f"none waiting ({before:g})" if before else None,
        "ratio": ratio,
        "met": met,
        "why": None if met else f"it is {value:g}, with none waiting {before:g}",
        "figures": figures,
        **shared,
    }


def rows(kind: str, results: Mapping[str, Sequence[Figures] | Failed]) -> dict[str, dict[str, object]]:
    """The rows of a kind of database."""
    return {f"waiting_{one.name}_{kind.lower()}": row(one, kind, results[NONE.name], results[MANY.name]) for one in PROMISES}


def main(argv: list[str] | None = None) -> int:
    """Prints the rows: as JSON with --json, else a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=BOTH, action="append", help="SQLite or PostgreSQL; both where none is given")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    found: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as places:
        for kind in given.kind or BOTH:
            found |= rows(kind, compared(kind, places[kind], (NONE, MANY), ROUNDS))
    lines = [f"{name}: {one['value']} {one['unit']}, goal {one['goal']}" for name, one in found.items()]
    print(json.dumps(found) if given.json else "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
