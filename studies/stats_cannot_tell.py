"""What becomes of a watch when people cannot tell some hard cases: those audits left out, against counted as errors; by simulation."""

from typing import Final

import numpy as np

from studies._table import Row, runs_from, show
from studies.stats_watch import NEVER, constant, errors, first_trip

AUDITS: Final = 1800
HARD: Final = 0.1
"""Share of hard cases; people cannot tell half of them."""


def rates(*, hard: float, easy: float) -> tuple[float, float, float]:
    """Returns the true error, and that of audits where what nobody could tell is left out, and where it counts as an error.

    Args:
        hard: AI's error on hard cases, in [0, 1].
        easy: its error on the others, in [0, 1].
    """
    told = HARD / 2 * hard + (1 - HARD) * easy
    return HARD * hard + (1 - HARD) * easy, told / (1 - HARD / 2), told + HARD / 2


def trips(rate: float, *, runs: int, seed: int) -> tuple[float, float]:
    """Returns in which share of runs a watch over 1,800 audits trips, and after how many of them at the median (NaN: never)."""
    found = first_trip(errors(rates=constant(rate, length=AUDITS), runs=runs, seed=seed))
    there = found[found < NEVER]
    return float((found < NEVER).mean()), float(np.median(there)) if len(there) else float("nan")


def main() -> None:
    """Prints the table."""
    runs, seed = runs_from(__doc__ or "", runs=2000)
    rows = []
    for hard, easy in ((0.62, 0.042), (0.1, 0.0111)):
        true, left_out, counted = rates(hard=hard, easy=easy)
        for says, rate in (("left out", left_out), ("counted as errors", counted)):
            share, median = trips(rate, runs=runs, seed=seed)
            what = f"true error {true:.1%}, what nobody can tell {says} ({rate:.1%} seen)"
            rows.append(Row(what=what, value=f"{share:.3f}, {median:.0f}"))
    show("Share of mandates that trip at a target of 5%; audits until then at the median", rows)


if __name__ == "__main__":
    main()
