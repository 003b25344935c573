"""Intervals as small pictures: a mark at a figure, a bar over its interval, two or more of them on one scale that holds 0."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 170.0
ROW: Final = 14.0
EDGE: Final = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is drawn in one row.

    Attributes:
        kind: how it looks: `before` or `now`.
        value: where the mark is.
        low, high: ends of the bar; both None: no bar, and a single None: it has no end there.
    """

    kind: str
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row, ready to be drawn; `x1` and `x2` are equal where there is no bar. `endless`: it goes on beyond the picture."""

    kind: str
    y: float
    x: float
    x1: float
    x2: float
    endless: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalBars:
    """Rows on one scale; `zero` is where 0 lies, and `says` tells the picture to those who do not see it."""

    width: float
    height: float
    zero: float
    bars: tuple[Bar, ...]
    says: str


def interval_bars(rows: Sequence[Shown], says: str, *, span: tuple[float, float] = (0.0, 0.0)) -> IntervalBars:
    """Draws figures with their intervals below each other.

    Args:
        rows: at least one; every number finite.
        says: the same in words.
        span: what the scale holds at least, so that pictures below each other can be compared.
    """
    known = [0.0, *span, *(one for row in rows for one in (row.value, row.low, row.high) if one is not None)]
    least, most = min(known), max(known)
    wide = (most - least) or 1.0

    def at(value: float) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * (value - least) / wide

    bars = []
    for place, row in enumerate(rows):
        known_ends = (row.low, row.high) != (None, None)
        low = at(row.value) if not known_ends else EDGE if row.low is None else at(row.low)
        high = at(row.value) if not known_ends else WIDTH if row.high is None else at(row.high)
        endless = known_ends and row.high is None
        bars.append(Bar(kind=row.kind, y=ROW * (place + 0.5), x=at(row.value), x1=low, x2=high, endless=endless))
    return IntervalBars(width=WIDTH, height=ROW * len(rows), zero=at(0.0), bars=tuple(bars), says=says)
