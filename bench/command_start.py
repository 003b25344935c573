"""Benchmark: how long `licet --help` takes, against importing the two libraries a command line cannot do without."""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

ROUNDS: Final = 15
GOAL: Final = 2.0
OURS: Final = (str(Path(sys.executable).with_name("licet")), "--help")
BARE: Final = (sys.executable, "-c", "import click, rich")


def seconds(words: tuple[str, ...]) -> float:
    """Runs a process and measures it from start to end."""
    before = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True)
    return time.perf_counter() - before


def main(argv: list[str] | None = None) -> int:
    """Prints the row: as JSON with --json, else as a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    rounds = [(seconds(OURS), seconds(BARE)) for _ in range(given.rounds)]
    ratio = statistics.median(ours / bare for ours, bare in rounds)
    met = ratio <= GOAL
    row = {
        "value": round(1000 * statistics.median(ours for ours, _ in rounds), 1),
        "unit": "ms for `licet --help`, whole process",
        "against": '`python -c "import click, rich"`',
        "ratio": round(ratio, 2),
        "goal": f"at most {GOAL:g}",
        "met": met,
        "why": None if met else f"the ratio is {ratio:.2f}",
    }
    print(json.dumps({"command_start": row}) if given.json else f"{row['value']} {row['unit']}: {row['ratio']} x {row['against']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
