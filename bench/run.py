"""Runs every benchmark and writes down, goal by goal, whether Licet is as fast as it promises."""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
RESULT: Final = HERE.parent / "build" / "bench.json"
TIME_LIMIT_S: Final = 1800

Row = Mapping[str, object]
COLUMNS: Final[Mapping[str, tuple[type, ...]]] = {
    "value": (int, float, type(None)),
    "unit": (str,),
    "against": (str, type(None)),
    "ratio": (int, float, type(None)),
    "goal": (str, int, float, type(None)),
    "met": (bool, type(None)),
    "why": (str, type(None)),
}
FIGURES: Final = "figures"
"""What a row may hold beyond its columns: by side, the medians that its ratio was made of and those measured along with them."""

NO_BENCHMARK: Final = ("run", "__init__", "installation", "table")
OURS: Final = "licet_"
"""How the name of a script begins that is Licet's side of a comparison, and no benchmark by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A benchmark that ran, with a row for each goal it measured."""

    rows: Mapping[str, Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broke:
    """A benchmark that gave no usable rows, and why."""

    why: str


def fault(row: object) -> str | None:
    """Says what is wrong with one row of a benchmark's output, or None where it is well formed."""
    if not isinstance(row, dict):
        return f"{row!r} is no object"
    if not isinstance(row.get(FIGURES, {}), dict):
        return f"{FIGURES} is {row[FIGURES]!r}, needs an object of sides"
    if set(row) - {FIGURES} != set(COLUMNS):
        return f"has {sorted(row)}, needs exactly {sorted(COLUMNS)}"
    for column, types in COLUMNS.items():
        if not isinstance(row[column], types):
            return f"{column} is {row[column]!r}, needs {' or '.join(kind.__name__ for kind in types)}"
    if row["met"] is not True and not row["why"]:
        return "met is not true and why is empty; say why"
    return None


def parse(output: str) -> Ran | Broke:
    """Reads what a benchmark printed with --json: an object of rows, name to row."""
    try:
        rows = json.loads(output)
    except json.JSONDecodeError as problem:
        return Broke(why=f"its output is no JSON: {problem}")
    if not isinstance(rows, dict) or not rows:
        return Broke(why=f"needs an object with at least one row, got {output[:80]!r}")
    for name, row in rows.items():
        if (wrong := fault(row)) is not None:
            return Broke(why=f"row {name!r}: {wrong}")
    return Ran(rows=rows)


def run(script: Path) -> Ran | Broke:
    """Runs one benchmark as a process of its own, so that none pays for another's imports."""
    command = [sys.executable, "-m", f"{script.parent.name}.{script.stem}", "--json"]
    try:
        done = subprocess.run(command, cwd=script.parent.parent, capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return Broke(why=f"not done after {TIME_LIMIT_S} s")
    if done.returncode != 0:
        return Broke(why=f"ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return parse(done.stdout)


def not_run(why: str) -> Row:
    """The row of a benchmark that could not be run: met is unknown, never false."""
    return {"value": None, "unit": "", "against": None, "ratio": None, "goal": None, "met": None, "why": why}


def line(name: str, row: Row) -> str:
    """One line of the table people read."""
    word = {True: "met", False: "NOT MET", None: "not run"}[bool(row["met"]) if row["met"] is not None else None]
    ratio = f", {row['ratio']:.2f} x {row['against']}" if isinstance(row["ratio"], int | float) else ""
    why = f" - {row['why']}" if row["why"] else ""
    return f"{word:8} {name}: {row['value']} {row['unit']}{ratio} (goal {row['goal']}){why}"


def main(argv: list[str] | None = None) -> int:
    """Runs the benchmarks, writes build/bench.json and prints a table; 1 where a benchmark itself is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="names of benchmarks, such as ledger_verify; all where none is given")
    wanted = parser.parse_args(argv).only
    scripts = [script for script in sorted(HERE.glob("*.py")) if script.stem not in NO_BENCHMARK and not script.stem.startswith(OURS)]
    rows: dict[str, Row] = json.loads(RESULT.read_text("utf-8")) if wanted and RESULT.exists() else {}
    broken = 0
    for script in scripts:
        if wanted and script.stem not in wanted:
            continue
        print(f"{script.stem} ...", file=sys.stderr, flush=True)
        result = run(script)
        if isinstance(result, Broke):
            broken += 1
            result = Ran(rows={script.stem: not_run(result.why)})
        rows.update(result.rows)
        print("\n".join(line(name, row) for name, row in result.rows.items()), flush=True)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
