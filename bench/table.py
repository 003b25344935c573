"""Prints build/bench.json as the tables of docs/performance.md: the goals with their ratios, and the figures behind them."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.run import RESULT

Row = Mapping[str, object]

WORDS: Mapping[object, str] = {True: "yes", False: "**no**", None: "not run"}
FIGURES: Mapping[str, str] = {
    "cases_per_s": "cases/s",
    "cpu_ms_a_case": "CPU ms a case",
    "peak_memory_mb": "MB at the peak",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "flow_p50_ms": "p50 ms without HTTP",
    "flow_p99_ms": "p99 ms without HTTP",
    "worker_mb": "MB of an idle worker",
    "worker_idle_cpu": "cores of an idle worker",
}
"""Figures by the name they have in a table; others are shown as they are called."""


def number(value: object) -> str:
    """A figure as people read it: three digits that count, or whole."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else str(value)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)


def goals(rows: Mapping[str, Row]) -> str:
    """A line for each goal, as `bench.run` measured it."""
    lines = [
        [name, f"{number(row['value'])} {row['unit']}".strip(), str(row["against"] or ""), number(row["ratio"]), str(row["goal"]),
         WORDS[row["met"]] + (f" ({row['why']})" if row["why"] else "")]
        for name, row in sorted(rows.items())
    ]  # fmt: skip
    return table(["name", "Licet", "against", "ratio", "goal", "met"], lines)


def figures(rows: Mapping[str, Row]) -> str:
    """A line for each figure of each side, once for each kind of database and number of workers."""
    seen: dict[tuple[str, str, str], str] = {}
    for name, row in sorted(rows.items()):
        found = row.get("figures", {})
        where = name.rpartition("_")[2] if not name.startswith("workers") else name
        for side, values in found.items() if isinstance(found, dict) else ():
            seen |= {(where, side, FIGURES.get(key, key)): number(value) for key, value in values.items()}
    return table(["where", "side", "figure", "median"], [[*key, value] for key, value in seen.items()])


def main(argv: list[str] | None = None) -> int:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=RESULT, help="a file that `make bench` wrote; default build/bench.json")
    path = parser.parse_args(argv).file
    if not path.exists():
        print(f"There is no {str(path)!r}. Measure first: make bench.", file=sys.stderr)
        return 4
    rows = json.loads(path.read_text("utf-8"))
    print(goals(rows), figures(rows), sep="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
