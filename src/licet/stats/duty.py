"""Duty: the hours of a week in which a pool's people are there, as a clock that runs as fast as many of them are on duty."""

from bisect import bisect_right
from typing import Final

import numpy as np

from licet.stats.ranges import FloatArray
from licet.stats.simulated_process import HOUR, HOURS, WEEK

_LAST: Final = HOURS - 1


class DutyClock:
    """A clock of a pool: at full speed when most are there, at half of it with half of them, and at rest where nobody is.

    What a task waits for on this clock passes only as people are there to do something about it. The time by the wall clock that this
    clock does not show is time off duty.
    """

    __slots__ = ("_rate", "_rates", "_since", "_sums", "_week")

    def __init__(self, pace: FloatArray) -> None:
        """Takes how many are there on average in each hour of the week, shape (168,), from Monday 00:00; not all 0."""
        self._rate = pace / pace.max()
        self._since = np.concatenate([[0.0], np.cumsum(self._rate * HOUR)])
        self._rates: list[float] = self._rate.tolist()
        self._sums: list[float] = self._since.tolist()
        self._week: float = self._sums[-1]

    def shown(self, times: FloatArray) -> FloatArray:
        """What the clock shows at times in seconds since a Monday 00:00; it never goes back."""
        weeks = np.floor(times / WEEK)
        rest = times - weeks * WEEK
        hour = np.minimum((rest / HOUR).astype(np.int64), _LAST)
        return np.asarray(weeks * self._week + self._since[hour] + (rest - hour * HOUR) * self._rate[hour])

    def later(self, now: float, seconds: float) -> float:
        """The first time at which the clock shows so many seconds more than it does now; for 0 seconds it is now."""
        if seconds <= 0.0:
            return now
        weeks, rest = divmod(now, WEEK)
        hour = min(int(rest / HOUR), _LAST)
        more, target = divmod(self._sums[hour] + (rest - hour * HOUR) * self._rates[hour] + seconds, self._week)
        hour = bisect_right(self._sums, target) - 1
        if hour > _LAST:
            return (weeks + more + 1) * WEEK
        return max(now, (weeks + more) * WEEK + hour * HOUR + (target - self._sums[hour]) / self._rates[hour])

    @property
    def share(self) -> float:
        """How much of a week the clock runs, in (0, 1]."""
        return self._week / WEEK
