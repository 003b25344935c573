"""A level: how much something was, over weeks, with an interval."""

import math
from dataclasses import dataclass
from typing import Final

from licet.core.canonical import Json
from licet.core.refusal import Unknown
from licet.stats.blocks import mean_interval, quantile, quantile_interval
from licet.stats.ranges import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How much something was.

    Attributes:
        value: in the unit of its place.
        low, high: its interval over weeks at 95%; None where there are too few weeks, and a `high` of None where it has no end yet.
        n: cases or stays that it stands on.
        assumed: whether somebody states it, and nobody measured it.
        counted: whether it was counted and not drawn, so that it has no interval.
    """

    value: float
    low: float | None
    high: float | None
    n: int
    assumed: bool = False
    counted: bool = False


class NotALevelError(ValueError):
    """A value does not say a level."""


def mean_level(values: FloatArray, weeks: IntArray) -> Level | Unknown:
    """The mean of cases with its interval; `values` and `weeks` have one place a case. Unknown of no case."""
    if values.size == 0:
        return NO_CASE
    found = mean_interval(values, weeks)
    return _level(float(values.mean()), found, values.size)


def quantile_level(values: FloatArray, weeks: IntArray, share: float) -> Level | Unknown:
    """A quantile of cases with its interval, `share` in (0, 1); an infinite value is a case that is not done. Unknown of no case.

    Unknown too where so many are not done that it lies among them: it is then longer than anything that was seen.
    """
    if values.size == 0:
        return NO_CASE
    middle = quantile(values, share)
    if math.isinf(middle):
        return Unknown(why=f"more than {1.0 - share:.0%} of the cases are not done yet")
    return _level(middle, quantile_interval(values, weeks, share), values.size)


NO_CASE: Final = Unknown(why="there is no case")


def _level(value: float, found: tuple[float, float] | None, n: int) -> Level:
    low, high = (None, None) if found is None else (found[0], None if math.isinf(found[1]) else found[1])
    return Level(value=value, low=low, high=high, n=n)


def difference(before: Level, after: Level) -> Level:
    """What came after less what was before; the two were measured apart, so that their errors add as squares."""
    halves = [_half(one) for one in (before, after)]
    half = None if halves[0] is None or halves[1] is None else math.hypot(halves[0], halves[1])
    value = after.value - before.value
    ends = (None, None) if half is None else (value - half, value + half)
    return Level(value=value, low=ends[0], high=ends[1], n=after.n, assumed=before.assumed or after.assumed)


def plus(one: Level, other: Level) -> Level:
    """The sum of two that were measured apart, so that their errors add as squares."""
    halves = [_half(each) for each in (one, other)]
    half = None if halves[0] is None or halves[1] is None else math.hypot(halves[0], halves[1])
    value = one.value + other.value
    ends = (None, None) if half is None else (value - half, value + half)
    return Level(value=value, low=ends[0], high=ends[1], n=one.n, assumed=one.assumed or other.assumed)


def change(before: Level | Unknown, after: Level | Unknown) -> Level | Unknown:
    """As `difference`, where either may be unknown: then so is the change, for the reason of the earlier one first."""
    if isinstance(before, Unknown):
        return before
    return after if isinstance(after, Unknown) else difference(before, after)


def _half(level: Level) -> float | None:
    return None if level.low is None or level.high is None else max(level.high - level.value, level.value - level.low)


def times(level: Level, factor: float) -> Level:
    """The same in another unit, such as minutes a case as hours a week."""
    low, high = sorted_ends(level.low, level.high, factor)
    return Level(value=level.value * factor, low=low, high=high, n=level.n, assumed=level.assumed)


def sorted_ends(low: float | None, high: float | None, factor: float) -> tuple[float | None, float | None]:
    """Both ends in another unit, the lower first."""
    ends = (None if low is None else low * factor, None if high is None else high * factor)
    return ends if factor >= 0.0 else ends[::-1]


def level_to_json(level: Level | Unknown) -> Json:
    """A level as JSON; of one that nobody knows, why."""
    if isinstance(level, Unknown):
        return {"unknown": level.why}
    said: dict[str, Json] = {"value": level.value, "low": level.low, "high": level.high, "n": level.n, "assumed": level.assumed}
    return {**said, "counted": True} if level.counted else said


def level_from_json(raw: Json) -> Level | Unknown:
    """Reads what `level_to_json` wrote.

    Raises:
        NotALevelError: when it is no level.
    """
    match raw:
        case {"unknown": str() as why}:
            return Unknown(why=why)
        case {"value": int() | float() as value, "low": low, "high": high, "n": int() as n, "assumed": bool() as assumed, **more}:
            ends = [float(one) if isinstance(one, int | float) else None for one in (low, high)]
            return Level(value=float(value), low=ends[0], high=ends[1], n=n, assumed=assumed, counted=more.get("counted") is True)
        case _:
            raise NotALevelError(f"{raw!r} is no level.")
