"""Distances between logs: how far a forecast of a process lies from what came."""

from typing import Final

import numpy as np

from licet.stats.ranges import FloatArray, IntArray, OutOfRangeError
from licet.stats.simulated_process import HOUR

_DAY: Final = 24


def earth_movers(one: FloatArray, other: FloatArray) -> float:
    """Returns the earth mover's distance of two samples: how far values must be moved on average until both are alike.

    Args:
        one: at least one finite number.
        other: likewise; the two need not be equally many.

    Returns:
        At least 0, in the unit of the values; 0 for samples with the same shares of the same values.

    Raises:
        OutOfRangeError: If a sample is empty.

    Source: the area between the two distribution functions (Vallender, Theory of Probability and its Applications 18, 1974); as a measure
    of simulated processes by Chapela-Campa, Benchekroun, Baron, Dumas, Krass and Senderovich, Can I trust my simulation model?, BPM 2023.
    """
    if not (one.size and other.size):
        raise OutOfRangeError("a sample is empty, and has no distance from another: give at least one value on each side")
    both = np.sort(np.concatenate([one, other]))
    below = [np.searchsorted(np.sort(sample), both[:-1], side="right") / sample.size for sample in (one, other)]
    return float(np.sum(np.abs(below[0] - below[1]) * np.diff(both)))


def n_grams(one: tuple[IntArray, IntArray], other: tuple[IntArray, IntArray], *, n: int = 3) -> float:
    """Returns how far the orders of steps lie apart: by runs of `n` steps, ends of cases included.

    Args:
        one: cases and steps, each from 0, by case and order, shape (events,) both.
        other: likewise, of the same steps.
        n: steps in a run, at least 1.

    Returns:
        In [0, 1]: the share of runs that would have to be others; 0 for the same shares of runs, 1 where none is common.

    Source: n-gram distance of Chapela-Campa and others, BPM 2023.
    """
    steps = 2 + max(int(one[1].max()), int(other[1].max()))
    codes = [_runs(*sample, n) @ steps ** np.arange(n) for sample in (one, other)]
    at = np.unique(np.concatenate(codes), return_inverse=True)[1]
    mine, theirs = (np.bincount(side, minlength=int(at.max()) + 1) / side.size for side in (at[: codes[0].size], at[codes[0].size :]))
    return min(1.0, float(np.abs(mine - theirs).sum()) / 2.0)


def _runs(case: IntArray, step: IntArray, n: int) -> IntArray:
    """Every run of n steps inside a case, n - 1 blanks before its first and after its last: shape (runs, n); 0 is a blank."""
    sizes = np.bincount(case)
    sizes = sizes[sizes > 0]
    padded = np.zeros(int(step.size + (sizes.size + 1) * (n - 1)), dtype=np.int64)
    padded[np.arange(step.size) + np.repeat(np.arange(1, sizes.size + 1), sizes) * (n - 1)] = step + 1
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, n))


def circadian(one: FloatArray, other: FloatArray) -> float:
    """Returns how far the hours lie apart at which something is done, day of the week by day of the week.

    Args:
        one: seconds since a Monday 00:00 UTC, at least one.
        other: likewise.

    Returns:
        Hours, from 0 to 24: the mean of the days of the week on which either does anything; one that only one side knows counts as 12.

    Source: circadian event distribution of Chapela-Campa and others, BPM 2023.
    """
    found = []
    for weekday in range(7):
        mine, theirs = (_hours(times, weekday) for times in (one, other))
        if mine.size and theirs.size:
            found.append(earth_movers(mine, theirs))
        elif mine.size or theirs.size:
            found.append(_DAY / 2)
    return float(np.mean(found))


def _hours(times: FloatArray, weekday: int) -> FloatArray:
    """Hours of the day of what was done on one day of the week."""
    hour = np.floor(times / HOUR)
    return np.asarray((hour % _DAY)[(hour // _DAY) % 7 == weekday])


def arrival_rhythm(one: FloatArray, other: FloatArray) -> float:
    """Returns how far apart cases come, counted from each side's first one: the earth mover's distance in hours."""
    return earth_movers((one - one.min()) / HOUR, (other - other.min()) / HOUR)
