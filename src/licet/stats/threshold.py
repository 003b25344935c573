"""Which cases may be decided alone: the widest region of confident cases that keeps every promise, or none."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from licet.stats.bounds import exact_p_values, exceeds, log_e_values, smallest_n, upper_bound
from licet.stats.promises import Labelled, Promise, allows_none, series
from licet.stats.ranges import (
    BoolArray,
    FloatArray,
    IntArray,
    OutOfRangeError,
    count,
    finite,
    mask,
    open_unit,
    same_length,
    unit_vector,
)

STEPS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Errors and cases of one promise at each candidate threshold, strict to lenient.

    Attributes:
        target: The rate promised, in (0, 1).
        delta: The allowed probability of certifying wrongly, in (0, 1).
        errors: Errors at each threshold.
        n: Cases at each threshold.
        allows_none: Whether a single error breaks the promise.
    """

    target: float
    delta: float
    errors: tuple[int, ...]
    n: tuple[int, ...]
    allows_none: bool = False

    def __post_init__(self) -> None:
        """Refuses counts that cannot be."""
        open_unit("target", self.target)
        open_unit("delta", self.delta)
        same_length(errors=self.errors, n=self.n)
        exact_p_values(errors=self.errors, n=self.n, target=self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """The widest region at which every promise is proven, and everything stricter too.

    Attributes:
        index: Its place among the candidate thresholds, from 0.
        p_values: Exact p-value of each promise there, in the order of the promises.
        bounds: Exact upper bound of each promise there, at its own delta. What is proven over the choice of the region is "at most
            the target"; the bound is the tightest statement only for a region fixed beforehand.
    """

    index: int
    p_values: tuple[float, ...]
    bounds: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedAnytime:
    """The widest region at which every promise has ever been proven while labels came in, and everything stricter too.

    Attributes:
        index: Its place among the candidate thresholds, from 0.
        log_e: The largest ln E each promise has reached there, in the order of the promises.
    """

    index: int
    log_e: tuple[float, ...]


def start_size(*, target: float, delta: float, labels: int) -> int:
    """Returns how many labels the strictest candidate region should hold.

    Args:
        target: The error rate promised, in (0, 1).
        delta: The allowed probability of certifying wrongly, in (0, 1).
        labels: Labels there will be in all.

    Returns:
        s = max(n0, min(n3, labels / 2)), n0 and n3 the fewest labels that pass with no and with three errors.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    half = math.ceil(count("labels", labels) / 2)
    clean = smallest_n(target=target, delta=delta)
    return max(clean, min(smallest_n(target=target, delta=delta, errors=3), half))


def start_rank(*, confidence: ArrayLike, counted: ArrayLike, labels_per_case: float, start: int) -> int | None:
    """Returns how many of the most confident reference cases must be inside before one promise can expect enough labels.

    Args:
        confidence: Confidences of the reference cases that may be decided alone, shape (m,); labels are never looked at.
        counted: True where the case counts for the promise (all, or the members of a slice), shape (m,).
        labels_per_case: Labels to be had divided by reference cases in all; 1.0 when the sealed cases are their own reference.
        start: Labels the promise needs inside, from :func:`start_size`.

    Returns:
        The smallest rank in [1, m] whose region is expected to hold ``start`` labels of the promise; None if none does.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    values = unit_vector("confidence", confidence)
    order = np.argsort(-values, kind="stable")
    expected = np.cumsum(mask("counted", counted, n=len(values))[order]) * finite("labels_per_case", labels_per_case, above=0.0)
    enough = expected >= start
    return int(np.argmax(enough)) + 1 if enough.any() else None


def candidate_thresholds(*, confidence: ArrayLike, first_rank: int, steps: int = STEPS) -> tuple[float, ...]:
    """Returns the grid of thresholds to test, strict to lenient, chosen from confidences alone.

    Args:
        confidence: Confidences of reference cases that may be decided alone, each in [0, 1], shape (m,).
        first_rank: Reference cases inside the strictest region, in [1, m], from :func:`start_rank`.
        steps: At most so many thresholds, at equal steps of rank.

    Returns:
        Strictly falling thresholds; a region is {confidence >= threshold}, ties inside. The last admits every reference case.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    values = np.sort(unit_vector("confidence", confidence))[::-1]
    count("steps", steps, least=1)
    if not 1 <= first_rank <= len(values):
        raise OutOfRangeError(f"first_rank is {first_rank!r}, but must lie in [1, {len(values)}]: too few cases may be decided alone")
    ranks = np.unique(np.linspace(first_rank, len(values), steps).round().astype(np.int64))
    picked = np.unique(values[ranks - 1])[::-1]
    return tuple(float(value) for value in picked)


def tally(*, labelled: Labelled, promise: Promise, thresholds: Sequence[float]) -> Tally:
    """Returns a promise's errors and cases at each threshold.

    Args:
        labelled: The labelled cases.
        promise: What is promised.
        thresholds: Candidate thresholds, strict to lenient.

    Returns:
        Counts per threshold. For :class:`MissedPromise` n is the number of high-stakes cases at every threshold.

    Raises:
        OutOfRangeError: If a loss is neither 0 nor 1, or thresholds do not fall.
    """
    _falling(thresholds)
    counted = [series(labelled, promise, threshold)[0] for threshold in thresholds]
    if not all(np.isin(losses, (0.0, 1.0)).all() for losses in counted):
        raise OutOfRangeError("a loss lies strictly between 0 and 1, but the exact test counts errors: use anytime_sequence")
    errors, n = tuple(int(losses.sum()) for losses in counted), tuple(len(losses) for losses in counted)
    return Tally(target=promise.target, delta=promise.delta, errors=errors, n=n, allows_none=allows_none(promise))


def _falling(thresholds: Sequence[float]) -> None:
    if any(later >= earlier for earlier, later in itertools.pairwise(thresholds)):
        raise OutOfRangeError(f"thresholds {list(thresholds)!r} must fall strictly: order them from strict to lenient")


def _last_passed(passed: BoolArray) -> int | None:
    return int(np.argmin(passed)) - 1 if not passed.all() else len(passed) - 1


def _bound(counts: Tally, index: int) -> float:
    return upper_bound(errors=counts.errors[index], n=counts.n[index], delta=counts.delta)


def fixed_sequence(tallies: Sequence[Tally]) -> Certified | None:
    """Tests thresholds from strict to lenient and stops at the first that fails a promise.

    Each threshold is tested at the full delta; it passes when every promise's exact test passes there.

    Args:
        tallies: One per promise, over the same thresholds; at least one.

    Returns:
        The last threshold that passed; None if not even the strictest passed: then there is no mandate.

    Raises:
        OutOfRangeError: If there is no promise, or the promises have different numbers of thresholds.

    Source: Angelopoulos, Bates, Candes, Jordan, Lei, "Learn then Test" (2021), fixed-sequence testing; Berger (1982), intersection-union.
    """
    if not tallies:
        raise OutOfRangeError("there is no promise to test: give at least one")
    same_length(**{f"promise {at}": one.n for at, one in enumerate(tallies)})
    p_values = [exact_p_values(errors=one.errors, n=one.n, target=one.target) for one in tallies]
    clean = [~np.array(one.errors, dtype=np.bool_) if one.allows_none else np.True_ for one in tallies]
    passed = np.all([(p <= one.delta) & none for p, one, none in zip(p_values, tallies, clean, strict=True)], axis=0)
    index = _last_passed(np.atleast_1d(passed))
    if index is None or index < 0:
        return None
    return Certified(index=index, p_values=tuple(float(p[index]) for p in p_values), bounds=tuple(_bound(one, index) for one in tallies))


def _peak(losses: FloatArray, target: float) -> float:
    """Returns the largest ln E along the way; it can only peak just before a loss and at the end."""
    if not losses.size:
        return -math.inf
    totals = np.cumsum(losses)
    peaks: IntArray = np.append(np.flatnonzero(losses[1:] > 0.0), len(losses) - 1)
    return float(log_e_values(loss_sum=totals[peaks], n=peaks + 1, target=target).max())


def _evidence(labelled: Labelled, promise: Promise, threshold: float) -> float:
    losses, _ = series(labelled, promise, threshold)
    return -math.inf if allows_none(promise) and losses.any() else _peak(losses, promise.target)


def anytime_sequence(*, labelled: Labelled, promises: Sequence[Promise], thresholds: Sequence[float]) -> CertifiedAnytime | None:
    """Finds the widest region proven at any moment while labels came in; may be asked again after every label.

    A threshold passes once the evidence of every promise has ever reached 1 / delta there, and all stricter ones have passed.

    Args:
        labelled: The labelled cases **in the order they were drawn**; losses may be graded.
        promises: What is promised; at least one.
        thresholds: Candidate thresholds, strict to lenient, fixed before the first label.

    Returns:
        The last threshold that passed; None if not even the strictest has.

    Raises:
        OutOfRangeError: If there is no promise, or thresholds do not fall.

    Source: e-processes with running maximum (Ville 1939) inside fixed-sequence testing.
    """
    _falling(thresholds)
    if not promises:
        raise OutOfRangeError("there is no promise to test: give at least one")
    found: CertifiedAnytime | None = None
    for index, threshold in enumerate(thresholds):
        peaks = tuple(_evidence(labelled, promise, threshold) for promise in promises)
        if any(peak < -math.log(promise.delta) for peak, promise in zip(peaks, promises, strict=True)):
            break
        found = CertifiedAnytime(index=index, log_e=peaks)
    return found


def certifies_graded(*, losses: ArrayLike, target: float, delta: float) -> bool:
    """Tells whether graded losses, in draw order, have ever proven a mean loss of at most the target.

    Args:
        losses: Losses in [0, 1] in the order the cases were drawn, shape (n,).
        target: The mean loss promised, in (0, 1).
        delta: The allowed probability of certifying wrongly, in (0, 1).

    Returns:
        True iff the anytime evidence ever reached 1 / delta; False for no labels.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    values = unit_vector("loss", losses)
    return _peak(values, open_unit("target", target)) >= -math.log(open_unit("delta", delta))


def largest_region_fails(tallies: Sequence[Tally]) -> tuple[int, ...]:
    """Returns the promises that the largest allowed region is shown to break, each at its own delta.

    Args:
        tallies: One per promise, over the same thresholds.

    Returns:
        Places of the broken promises; empty when none is shown to be broken.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: exact binomial test in the other direction.
    """
    return tuple(
        at for at, one in enumerate(tallies) if one.n and exceeds(errors=one.errors[-1], n=one.n[-1], target=one.target, delta=one.delta)
    )
