"""Desks played case by case, against the share of late cases that the capacity rule says of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from studies._table import Row, runs_from, show
from tests.core.test_capacity import DESK, late_when_played, lateness, needed, said

DAYS: Final = 120
DESKS: Final = ((24.0, 100.0, 600.0, 0.6), (6.0, 60.0, 900.0, 19.0), (6.0, 400.0, 300.0, 18.5), (8.0, 200.0, 300.0, 24.0))
"""Hours a day that people work, cases a day, seconds for a case, hours within which a case is due."""


def main() -> None:
    """Prints how many cases are late with the fewest people that the rule takes, with one fewer, and with enough for the work alone."""
    runs, seed = runs_from(__doc__ or "", runs=3)
    rows = []
    for hours, cases, seconds, due in DESKS:
        desk = replace(DESK, hours=hours, cases=said(cases), seconds=said(seconds), due_within=timedelta(hours=due))
        few, work = needed(desk), max(1, int(cases * seconds / 3600 / hours))
        for what, people in {"as the rule says": few, "one fewer": few - 1, "enough for the work alone": work}.items():
            manned = replace(desk, people=people)
            played = [late_when_played(manned, days=DAYS, seed=seed + run) for run in range(runs)] if people else [1.0]
            told = f"{cases:g} cases a day, {seconds:g} s each, {hours:g} h, due in {due:g} h: {people} people, {what}"
            rule = f"rule: {lateness(manned):.1%}" if people else ""
            rows.append(Row(what=told, value=f"{min(played):.1%} to {max(played):.1%} late", stated=rule))
    show(f"Cases that are late, {DAYS} days, of 5% allowed", rows)


if __name__ == "__main__":
    main()
