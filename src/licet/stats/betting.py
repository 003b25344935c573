"""Evidence for losses between right and wrong, and for cases that come in groups: bets against "the error is above the target"."""

import math
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincinv

from licet.stats.bounds import PRIOR_A, PRIOR_B_TIMES_TARGET
from licet.stats.ranges import FloatArray, IntArray, OutOfRangeError, count, finite, open_unit, unit_vector, vector

BETS: Final = 64

SHARES: Final = np.geomspace(0.004, 0.98, 24)
"""Shares of the most that may be staked, over which bets of either direction are averaged."""


def prior_rates(*, target: float) -> FloatArray:
    """Returns the error rates that are bet on, spread like the e-process's own prior.

    Args:
        target: The error rate promised, in (0, 1).

    Returns:
        64 rates in (0, target), shape (64,): mid-quantiles of Beta(1/2, 1.25/target) truncated to [0, target].

    Raises:
        OutOfRangeError: If the target lies outside its range.
    """
    a, b = PRIOR_A, PRIOR_B_TIMES_TARGET / open_unit("target", target)
    levels = (np.arange(BETS) + 0.5) / BETS * float(betainc(a, b, target))
    rates: FloatArray = betaincinv(a, b, levels)
    return rates


def stakes(*, target: float) -> FloatArray:
    """Returns the shares of the evidence that are staked, one per rate that is bet on.

    Args:
        target: The error rate promised, in (0, 1).

    Returns:
        Stakes lambda in (0, 1 / (1 - target)), shape (64,): betting on rate p is staking (1 - p / target) / (1 - target).

    Raises:
        OutOfRangeError: If the target lies outside its range.
    """
    return (1.0 - prior_rates(target=target) / target) / (1.0 - target)


def _log_mean(log_products: FloatArray) -> FloatArray:
    top = log_products.max(axis=0)
    with np.errstate(invalid="ignore"):
        spread = np.where(np.isneginf(top), 0.0, np.exp(log_products - top))
    with np.errstate(divide="ignore"):
        total = np.log(spread.mean(axis=0))
    return np.where(np.isneginf(top), -np.inf, top + total)


def _path(gains: FloatArray, lambdas: FloatArray) -> FloatArray:
    """Mixes over stakes (b,) the products of 1 + stake * gain, gains of shape (n,): the log mixture after each, shape (n,)."""
    factors = np.log1p(np.outer(lambdas, gains))
    return _log_mean(np.cumsum(factors, axis=1))


def graded_log_e_path(*, losses: ArrayLike, target: float) -> FloatArray:
    """Returns the evidence after each label that the mean loss is below the target, for losses in [0, 1].

    Each bet on a rate p multiplies its evidence by ``loss * p / target + (1 - loss) * (1 - p) / (1 - target)``; the bets are averaged.

    Args:
        losses: Losses in the order the cases were drawn, each in [0, 1], shape (n,).
        target: The mean loss promised, in (0, 1).

    Returns:
        ln E after each label, shape (n,); an empty array for no labels.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", JRSS-B 86 (2024).
    """
    values = unit_vector("loss", losses)
    return _path(target - values, stakes(target=target))


def cluster_log_e_path(*, clusters: Sequence[ArrayLike], target: float, largest: int) -> FloatArray:
    """Returns the evidence after each group of cases that the error per case is below the target.

    Cases that share a customer, a document or a thread err together; only groups are independent, so one bet is made per group:
    ``1 + stake * sum(target - loss) / largest``, averaged over stakes. Valid at every number of errors.

    Args:
        clusters: The losses of each group in the order the groups were drawn, each loss in [0, 1].
        target: The error rate per case promised, in (0, 1).
        largest: The largest group size there can be, fixed before any label.

    Returns:
        ln E after each group, shape (groups,); an empty array for no groups.

    Raises:
        OutOfRangeError: If an argument lies outside its range, or a group is empty or larger than ``largest``.

    Source: betting on bounded group sums, after Waudby-Smith and Ramdas (2024).
    """
    gains = _group_gains(clusters, target=target, largest=largest)
    return _path(gains, stakes(target=target))


def exceeding_log_e_path(*, clusters: Sequence[ArrayLike], target: float, largest: int) -> FloatArray:
    """Returns the evidence after each group of cases that the loss per case is above the target: the same bets the other way round.

    Args:
        clusters: The losses of each group in the order the groups were drawn, each loss in [0, 1]; a group of one for a single case.
        target: The error rate per case promised, in (0, 1).
        largest: The largest group size there can be, fixed before any label.

    Returns:
        ln E after each group, shape (groups,); an empty array for no groups.

    Raises:
        OutOfRangeError: If an argument lies outside its range, or a group is empty or larger than ``largest``.

    Source: betting on bounded group sums, after Waudby-Smith and Ramdas (2024).
    """
    gains = _group_gains(clusters, target=open_unit("target", target), largest=largest)
    return _path(-gains, SHARES / target)


def _group_gains(clusters: Sequence[ArrayLike], *, target: float, largest: int) -> FloatArray:
    """By how much each group loses less than the target allows, scaled by the largest group, shape (groups,)."""
    count("largest", largest, least=1)
    gains = np.zeros(len(clusters))
    for at, cluster in enumerate(clusters):
        losses = unit_vector("loss", cluster)
        if not 1 <= len(losses) <= largest:
            raise OutOfRangeError(
                f"group {at!r} has {len(losses)} cases, but must have 1 to {largest}, fixed before labels: draw anew with a larger limit"
            )
        gains[at] = (target - losses).sum() / largest
    return gains


def weighted_log_e_path(*, losses: ArrayLike, weights: ArrayLike, target: float, largest_weight: float) -> FloatArray:
    """Returns the evidence after each label when some cases were more likely to be labelled than others.

    The bet is ``1 + stake * (target - weight * loss)``, stake < 1 / (largest_weight - target), averaged over stakes.

    Args:
        losses: Losses in the order the cases were drawn, each in [0, 1], shape (n,).
        weights: Mean inclusion probability over the case's own, each in (0, largest_weight], shape (n,).
        target: The mean loss over all cases promised, in (0, 1).
        largest_weight: The largest weight there can be, at least 1, fixed before any label.

    Returns:
        ln E after each label, shape (n,); an empty array for no labels.

    Raises:
        OutOfRangeError: If an argument lies outside its range, or a weight exceeds ``largest_weight``.

    Source: Waudby-Smith and Ramdas (2024) with inverse-probability weights (Horvitz and Thompson, 1952).
    """
    values, scale = unit_vector("loss", losses), vector("weight", weights)
    if len(values) != len(scale):
        raise OutOfRangeError(f"{len(values)} losses but {len(scale)} weights: give one weight per loss")
    if finite("largest_weight", largest_weight, above=0.0) < 1.0:
        raise OutOfRangeError(f"largest_weight is {largest_weight!r}, but must be at least 1, the mean of all weights: recompute it")
    if ((scale <= 0.0) | (scale > largest_weight)).any():
        raise OutOfRangeError(f"a weight lies outside (0, {largest_weight!r}], fixed before labels: draw anew with a larger limit")
    lambdas = stakes(target=target) * (1.0 - target) / (largest_weight - target)
    return _path(target - scale * values, lambdas)


def ever_reaches(*, log_e: ArrayLike, delta: float) -> bool:
    """Tells whether the evidence has ever been enough.

    Args:
        log_e: ln E after each label, shape (n,).
        delta: The allowed probability of certifying wrongly, in (0, 1).

    Returns:
        True iff ln E reached ln(1 / delta) at some moment; False for no labels.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Ville (1939).
    """
    path = vector("log_e", log_e)
    return bool(path.size) and float(path.max()) >= math.log(1.0 / open_unit("delta", delta))


def weighted_confidence_sequence(*, losses: ArrayLike, ratios: ArrayLike, delta: float) -> tuple[float, float]:
    """Returns an interval for the error rate of all cases, from audits that were drawn with unlike probabilities.

    For a rate p the bets ``1 + c * ratio * (loss / p - 1)`` and ``1 - c * ratio * (loss - p) / (1 - p)`` are fair while p is the rate, so
    their averages over c stay below 2/delta for ever but with probability delta; the interval holds the rates for which they do.

    Args:
        losses: Losses in the order the cases were drawn, each in [0, 1], shape (n,).
        ratios: The smallest inclusion probability of the day over the case's own, each in (0, 1], shape (n,).
        delta: Probability that the interval *ever* misses the rate, in (0, 1), as long as the rate does not change.

    Returns:
        Lower and upper end; (0.0, 1.0) for no audits.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting" (2024); weights after Horvitz and
        Thompson (1952).
    """
    values, scale = unit_vector("loss", losses), vector("ratio", ratios)
    if len(values) != len(scale) or ((scale <= 0.0) | (scale > 1.0)).any():
        raise OutOfRangeError("give one ratio in (0, 1] for each loss: the day's smallest inclusion probability over the case's own")
    limit = math.log(2.0 / open_unit("delta", delta))
    if not len(values):
        return 0.0, 1.0

    alike, many = np.unique(np.stack([values, scale]), axis=1, return_counts=True)
    loss, ratio = alike

    def too_low(rate: float) -> bool:
        return _log_final(ratio * (loss / rate - 1.0), many) >= limit

    def too_high(rate: float) -> bool:
        return _log_final(ratio * (rate - loss) / (1.0 - rate), many) >= limit

    return _last(too_low, at=TINY, other=1.0 - TINY), _last(too_high, at=1.0 - TINY, other=TINY)


def _log_final(gains: FloatArray, many: IntArray) -> float:
    """Logarithm of the averaged bets after all audits; those alike were gathered, since their order changes nothing."""
    return float(_log_mean(np.log1p(np.outer(SHARES, gains)) @ many))


TINY: Final = 1e-9


def _last(rejects: Callable[[float], bool], *, at: float, other: float) -> float:
    """The rate furthest from `at` that is still rejected, found by halving; the end itself where not even `at` is."""
    if not rejects(at):
        return float(round(at))
    inside, outside = other, at
    for _ in range(40):
        middle = (inside + outside) / 2.0
        inside, outside = (inside, middle) if rejects(middle) else (middle, outside)
    return outside
