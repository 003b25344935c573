"""Blocks: intervals for what was seen week after week, where cases of one week are more alike than cases of different weeks.

Each week counts as one draw, so that a busy week, a holiday or a backlog is one event and not a thousand.
"""

from typing import Final

import numpy as np
from scipy.special import stdtrit

from licet.stats.ranges import FloatArray, IntArray, OutOfRangeError, open_unit

FEWEST_BLOCKS: Final = 8
"""From fewer weeks nothing is said about how much weeks differ."""


def mean_interval(values: FloatArray, blocks: IntArray, *, confidence: float = 0.95) -> tuple[float, float] | None:
    """Returns an interval for the mean of cases that came in blocks, such as weeks.

    Args:
        values: One number a case, shape (n,), n at least 1, finite.
        blocks: The block of each, shape (n,); only which are equal matters.
        confidence: Of the interval, in (0, 1).

    Returns:
        Its low and its high end; None where there are fewer than `FEWEST_BLOCKS` blocks.

    Raises:
        OutOfRangeError: If shapes differ, nothing is there, or confidence lies outside its range.

    Source: the linearised variance of a ratio of block sums (Cochran, Sampling Techniques, 1977, chapter 9A) with Student's t and G - 1
    degrees of freedom, G the number of blocks (Cameron, Gelbach and Miller, Review of Economics and Statistics 90, 2008, on few blocks).
    """
    half = _half_width(values, blocks, confidence)
    middle = float(values.mean())
    return None if half is None else (middle - half, middle + half)


def quantile_interval(values: FloatArray, blocks: IntArray, share: float, *, confidence: float = 0.95) -> tuple[float, float] | None:
    """Returns an interval for a quantile of cases that came in blocks.

    Args:
        values: One number a case, shape (n,), n at least 1; an infinite one stands for a case that is not done.
        blocks: The block of each, shape (n,).
        share: Of the cases at or below the quantile, in (0, 1): 0.5 for the median.
        confidence: Of the interval, in (0, 1).

    Returns:
        Its low and its high end, which may be infinite; None where there are fewer than `FEWEST_BLOCKS` blocks.

    Raises:
        OutOfRangeError: If shapes differ, nothing is there, or a share lies outside its range.

    Source: Woodruff, Journal of the American Statistical Association 47, 1952: the interval of the share below the quantile, read back
    as quantiles. It needs no density and keeps to the values that were seen.
    """
    open_unit("share", share)
    half = _half_width((values <= quantile(values, share)).astype(np.float64), blocks, confidence)
    if half is None:
        return None
    low, high = max(share - half, 0.0), min(share + half, 1.0)
    return quantile(values, low), quantile(values, high)


def quantile(values: FloatArray, share: float) -> float:
    """Returns the smallest value that at least so many of all are at or below: always one that was seen, so that it may be infinite.

    Args:
        values: Shape (n,), n at least 1.
        share: In [0, 1].
    """
    return float(np.quantile(values, share, method="inverted_cdf"))


def _half_width(values: FloatArray, blocks: IntArray, confidence: float) -> float | None:
    open_unit("confidence", confidence)
    if values.shape != blocks.shape or values.ndim != 1 or values.size == 0:
        message = f"values and blocks have the shapes {values.shape} and {blocks.shape}: give one block for each of at least one value"
        raise OutOfRangeError(message)
    _, which = np.unique(blocks, return_inverse=True)
    groups = int(which.max()) + 1
    if groups < FEWEST_BLOCKS:
        return None
    off = np.bincount(which, weights=values - values.mean())
    error = float(np.sqrt(groups / (groups - 1.0) * np.sum(off**2))) / values.size
    return float(stdtrit(groups - 1, (1.0 + confidence) / 2.0)) * error
