"""What it would take: how many more labels unlock how many more cases, and when a volume cannot carry a promise (estimates)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from scipy.special import bdtr

from licet.stats.bounds import smallest_n
from licet.stats.ranges import IntArray, OutOfRangeError, count, finite, open_unit, same_length, unit
from licet.stats.sampling import spread
from licet.stats.threshold import Tally
from licet.stats.watch import Watch, stakes, trip_line

POWER: Final = 0.8
_MOST_ERRORS: Final = 2000
_RUNS: Final = 400
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelMore:
    """An estimate, not a promise: how many more labels would likely certify a wider region.

    Attributes:
        more: Further labels over all cases.
        index: The region's place among the candidate thresholds.
        coverage: The share of cases it would decide alone.
        gain: How much more that is than now.
        power: The probability with which so many labels would be enough, if the estimated error rates were true.
    """

    more: int
    index: int
    coverage: float
    gain: float
    power: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCertifiable:
    """This volume cannot carry the promise, even without a single error.

    Attributes:
        needed: Labels inside a region that certify it with no error.
        available: Labels there can be inside the largest region.
    """

    needed: int
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfReach:
    """No wider region is estimated to keep the promises: more labels would not help, a better system would.

    Attributes:
        estimate: Estimated error rate of the next wider region under its hardest promise.
        target: The rate that was promised.
    """

    estimate: float
    target: float


@lru_cache(maxsize=64)
def _sizes(target: float, delta: float) -> tuple[IntArray, IntArray]:
    """Returns the numbers of errors from 0 and the fewest labels that certify with each, both of shape (2001,)."""
    errors = np.arange(_MOST_ERRORS + 1, dtype=np.int64)
    low = errors.copy()
    high = np.full_like(errors, smallest_n(target=target, delta=delta, errors=_MOST_ERRORS))
    while (high - low > 1).any():
        middle = (low + high) // 2
        passes = bdtr(errors, middle, target) <= delta
        low, high = np.where(passes, low, middle), np.where(passes, middle, high)
    return errors, high


def clean_labels_needed(*, target: float, delta: float) -> int:
    """Returns the fewest labels that can certify a target: all of them right.

    Args:
        target: The error rate promised, in (0, 1).
        delta: The allowed probability of certifying wrongly, in (0, 1).

    Returns:
        n0, the smallest n with (1 - target) ** n <= delta.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    return smallest_n(target=target, delta=delta)


def volume(*, available: int, target: float, delta: float) -> NotCertifiable | None:
    """Tells whether so many labels could certify a target at all.

    Args:
        available: Labels there can be inside the largest region.
        target: The error rate promised, in (0, 1).
        delta: The allowed probability of certifying wrongly, in (0, 1).

    Returns:
        None if they could; otherwise how many clean labels it takes.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    needed = clean_labels_needed(target=target, delta=delta)
    return NotCertifiable(needed=needed, available=available) if count("available", available) < needed else None


def labels_with_power(*, rate: float, target: float, delta: float, power: float = POWER) -> int | None:
    """Returns how many labels likely certify a region of a given error rate with the exact test.

    Args:
        rate: Supposed true error rate, in [0, 1].
        target: The error rate promised, in (0, 1).
        delta: The allowed probability of certifying wrongly, in (0, 1).
        power: The probability with which they should be enough, in (0, 1).

    Returns:
        The smallest n that passes with some number of errors which is not exceeded with that probability; None if more than 2,000
        errors would have to be allowed, or the rate is not below the target.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    unit("rate", rate)
    open_unit("power", power)
    if rate >= open_unit("target", target):
        return None
    errors, sizes = _sizes(target, open_unit("delta", delta))
    enough = bdtr(errors, sizes, rate) >= power
    return int(sizes[np.argmax(enough)]) if enough.any() else None


def _rate(errors: int, n: int) -> float:
    """Returns an error rate drawn a little towards one half, so that no errors in few cases does not read as perfect."""
    return (errors + _HALF) / (n + 1.0)


def _more_for(one: Tally, index: int, labelled: int) -> int | None:
    needed = labels_with_power(rate=_rate(one.errors[index], one.n[index]), target=one.target, delta=one.delta)
    if needed is None or not one.n[index]:
        return None
    return max(0, math.ceil((needed - one.n[index]) * labelled / one.n[index]))


def _hardest(tallies: Sequence[Tally], index: int) -> OutOfReach:
    rates = [(_rate(one.errors[index], one.n[index]), one.target) for one in tallies]
    estimate, target = max(rates, key=lambda pair: pair[0] / pair[1])
    return OutOfReach(estimate=estimate, target=target)


def label_more(
    *, tallies: Sequence[Tally], coverage: Sequence[float], labelled: int, certified: int | None, most: int | None = None
) -> LabelMore | NotCertifiable | OutOfReach | None:
    """Estimates how many more labels would unlock how many more cases, from the errors seen so far.

    With nothing certified, the region that needs the fewest labels is named; otherwise the widest one within reach.

    Args:
        tallies: One per promise, over the same thresholds, strict to lenient; at least one.
        coverage: The share of cases inside each threshold, each in [0, 1].
        labelled: Labels so far, over all cases; at least 1.
        certified: Place of the certified threshold; None if none is.
        most: Labels there can be in all; None if more can always be had.

    Returns:
        An estimate; that the volume is too small; that no wider region is likely to keep the promises; or None when the widest
        region is certified already.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    if not tallies:
        raise OutOfRangeError("there is no promise to plan for: give at least one")
    same_length(coverage=coverage, **{f"promise {at}": one.n for at, one in enumerate(tallies)})
    first = 0 if certified is None else certified + 1
    if first >= len(coverage):
        return None
    short = _too_small(tallies, labelled=labelled, most=most)
    if short is not None:
        return short
    plans = [(index, _most_of(tallies, index, labelled)) for index in range(first, len(coverage))]
    reachable = [(more, index) for index, more in plans if more is not None and (most is None or labelled + more <= most)]
    if not reachable:
        return _hardest(tallies, first)
    more, index = min(reachable) if certified is None else max(reachable, key=lambda pair: pair[1])
    now = 0.0 if certified is None else coverage[certified]
    return LabelMore(more=more, index=index, coverage=coverage[index], gain=coverage[index] - now, power=POWER)


def _most_of(tallies: Sequence[Tally], index: int, labelled: int) -> int | None:
    needs = [_more_for(one, index, count("labelled", labelled, least=1)) for one in tallies]
    known = [need for need in needs if need is not None]
    return max(known) if len(known) == len(needs) else None


def _too_small(tallies: Sequence[Tally], *, labelled: int, most: int | None) -> NotCertifiable | None:
    if most is None:
        return None
    for one in tallies:
        available = math.floor(one.n[-1] * most / labelled)
        short = volume(available=available, target=one.target, delta=one.delta)
        if short is not None:
            return short
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedDelay:
    """An estimate, not a bound: how many further audits it takes to find a given error rate.

    Attributes:
        error: The error rate supposed from now on, in (0, 1].
        audits: Median number of further audits until the watch trips.
    """

    error: float
    audits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFoundInPlan:
    """More often than not the planned audits end before this error rate is found.

    Attributes:
        error: The error rate supposed from now on, in (0, 1].
        audits: Audits left in the plan.
    """

    error: float
    audits: int


def delay_to_find(watch: Watch, *, error: float, audits_left: int, per_day: int = 1) -> EstimatedDelay | NotFoundInPlan:
    """Estimates how many audits it takes to find that errors have risen to a given rate from now on.

    Args:
        watch: The watch as it stands.
        error: The error rate supposed from now on, in (0, 1]; twice the target for "a doubling".
        audits_left: Audits still to come within the plan, at least 0.
        per_day: Audits planned a day, at least 1; used by a watch by day only.

    Returns:
        The median of 400 simulated futures (always the same ones), or that fewer than half of them end in a trip.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    unit("error", finite("error", error, above=0.0))
    left, line = count("audits_left", audits_left), trip_line(watch)
    mass = 1.0 / (watch.plan.audits * count("per_day", per_day, least=1)) if watch.plan.by_day else 1.0
    gains = (spread(seed=1, rows=left, columns=_RUNS) < error) - watch.plan.target
    lambdas = np.array(stakes(target=watch.plan.target))[:, np.newaxis]
    masses = np.repeat(np.array(watch.masses)[:, np.newaxis], _RUNS, axis=1)
    tripped = np.full(_RUNS, watch.has_tripped)
    for audits in range(1, left + 1):
        masses = np.minimum((masses + mass) * (1.0 + lambdas * gains[audits - 1]), line * len(lambdas))
        tripped |= masses.mean(axis=0) >= line
        if tripped.mean() >= _HALF:
            return EstimatedDelay(error=error, audits=audits)
    return NotFoundInPlan(error=error, audits=left)
