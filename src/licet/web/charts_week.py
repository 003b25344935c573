"""A week as a picture: when work is completed, by weekday and hour."""

from collections.abc import Sequence
from dataclasses import dataclass

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CELL, ROW, LEFT, TOP = 21.0, 17.0, 34.0, 4.0
TICKS = (0, 6, 12, 18)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """An hour of a weekday; `full`: how much of the busiest hour is done in it, from 0 to 1."""

    x: float
    y: float
    full: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekChart:
    """A week, ready to be drawn; `says` tells it to those who do not see it."""

    width: float
    height: float
    cells: tuple[Cell, ...]
    days: tuple[tuple[float, str], ...]
    hours: tuple[tuple[float, str], ...]
    says: str


def week_chart(week: Sequence[Sequence[int]]) -> WeekChart:
    """Draws a week.

    Args:
        week: 7 days from Monday on, of 24 hours each, with what was completed in each hour.
    """
    most = max(max(day) for day in week) or 1
    busiest = max(range(7), key=lambda day: sum(week[day]))
    hour = max(range(24), key=lambda one: sum(day[one] for day in week))
    at_weekend = sum(map(sum, week[5:])) / (sum(map(sum, week)) or 1)
    return WeekChart(
        width=LEFT + 24 * CELL,
        height=TOP + 7 * ROW + 18,
        cells=tuple(
            Cell(x=LEFT + CELL * at, y=TOP + ROW * day, full=count / most)
            for day, hours in enumerate(week)
            for at, count in enumerate(hours)
        ),
        days=tuple((TOP + ROW * at + 12, name[:3]) for at, name in enumerate(DAYS)),
        hours=tuple((LEFT + CELL * at, f"{at}:00") for at in TICKS),
        says=f"Most is completed on {DAYS[busiest]}s and from {hour} to {hour + 1} o'clock UTC; {100 * at_weekend:.0f}% at weekends.",
    )
