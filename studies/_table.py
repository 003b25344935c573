"""A plain table on the terminal, the same for every study."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure of a study.

    Attributes:
        what: What was simulated.
        value: The figure.
        stated: The figure the documentation states, or why there is none.
    """

    what: str
    value: str
    stated: str = ""


def show(title: str, rows: Sequence[Row]) -> None:
    """Prints the rows under a title."""
    print(f"\n{title}")
    for row in rows:
        print(f"  {row.what:<88} {row.value:>22}   {row.stated}")


def runs_from(description: str, *, runs: int) -> tuple[int, int]:
    """Returns the number of runs and the seed asked for on the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--runs", type=int, default=runs, help=f"simulated runs per figure (default {runs})")
    parser.add_argument("--seed", type=int, default=1, help="seed of all chance (default 1)")
    given = parser.parse_args()
    return int(given.runs), int(given.seed)


def share(hits: float, runs: int) -> str:
    """Returns a share with its Monte-Carlo standard error."""
    error = (max(hits * (1 - hits), 1 / runs) / runs) ** 0.5
    return f"{hits:.4f} +- {error:.4f}"
