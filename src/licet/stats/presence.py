"""Presence: when each person was on duty, as far as their records show it, and when they were free."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from licet.stats.ranges import FloatArray
from licet.stats.simulated_process import HOUR, HOURS, MONDAY

_LONG: Final = 24 * HOUR

MOMENT: Final = 1.0
"""Seconds between two pieces of work that are no break: records are rounded."""

REST: Final = 11 * HOUR
"""So long without any record is a rest between two stretches of duty: the daily rest that EU directive 2003/88, article 3, gives."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Presence:
    """The stretches of duty of one person: from a first record to a last one, with no rest in between.

    Whoever was there without recording anything counts as off duty, so that time off duty is an upper limit.

    Attributes:
        begin, end: of each stretch, seconds, rising, shape (stretches,).
        clockwork: whether whoever it is does nothing but let a time run out.
    """

    begin: FloatArray
    end: FloatArray
    clockwork: bool = False

    @property
    def person(self) -> bool:
        """Whether this can be one person: no clockwork, and mostly on duty in stretches of a day at most. Else a machine or a team."""
        long = self.end - self.begin
        return not self.clockwork and bool(long[long > _LONG].sum() * 2.0 <= long.sum())

    def on_duty(self, times: FloatArray) -> FloatArray:
        """Seconds on duty from the first record to each time; the person's own clock."""
        return _measured(self.begin, self.end, times)

    def week(self) -> FloatArray:
        """How often somebody was there at some time of each hour of the week, over all weeks, shape (168,)."""
        low, high = np.floor((self.begin - MONDAY) / HOUR), np.floor((self.end - MONDAY) / HOUR)
        several = (high - low).astype(np.int64) + 1
        which = np.repeat(np.arange(low.size), several)
        hour = low[which] + np.arange(which.size) - np.repeat(np.cumsum(several) - several, several)
        return np.bincount((hour % HOURS).astype(np.int64), minlength=HOURS).astype(np.float64)


def presence(records: FloatArray) -> Presence:
    """Finds a person's stretches of duty.

    Args:
        records: seconds, when anything of the person's was recorded: begun or completed, at least one, in any order.

    Returns:
        The stretches; one of no length where a record stands alone.
    """
    at = np.sort(records)
    rests = np.flatnonzero(np.diff(at) > REST)
    return Presence(begin=at[np.concatenate([[0], rests + 1])], end=at[np.concatenate([rests, [at.size - 1]])])


def without_break(begin: FloatArray, end: FloatArray) -> FloatArray:
    """Seconds before the begin of each piece of work for which others had been under way without a break.

    Args:
        begin: of the pieces, at least one, on any clock, in any order; they may overlap.
        end: of each, not before its begin.

    Returns:
        Shape of `begin`; 0 where there was a break right before.
    """
    begins, _ = stretches(begin, end)
    return np.asarray(begin - begins[np.searchsorted(begins, begin, side="right") - 1])


def stretches(begin: FloatArray, end: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where at least one of some pieces of work was under way: disjoint and rising."""
    order = np.argsort(begin, kind="stable")
    begin, reach = begin[order], np.maximum.accumulate(end[order])
    apart = np.concatenate([[True], begin[1:] > reach[:-1] + MOMENT])
    last = np.concatenate([np.flatnonzero(apart)[1:] - 1, [begin.size - 1]])
    return begin[apart], reach[last]


def _measured(begin: FloatArray, end: FloatArray, times: FloatArray) -> FloatArray:
    """How much of disjoint, rising stretches lies before each time."""
    done = np.concatenate([[0.0], np.cumsum(end - begin)])
    at = np.searchsorted(begin, times, side="right")
    within = np.where(at > 0, np.minimum(times, end[at - 1]) - begin[at - 1], 0.0)
    return np.asarray(done[np.maximum(at - 1, 0)] + within)


def occurred(times: FloatArray) -> FloatArray:
    """How often each hour of the week came between the first and the last of at least one time, shape (168,); at least once each."""
    low, high = (int((at - MONDAY) // HOUR) for at in (float(times.min()), float(times.max())))
    whole, rest = divmod(high - low + 1, HOURS)
    often = np.full(HOURS, float(whole))
    often[(low + np.arange(rest)) % HOURS] += 1.0
    return np.asarray(np.maximum(often, 1.0))
