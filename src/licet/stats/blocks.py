"""Blocks: intervals for what was seen week after week, where cases of one week are more alike than cases of different weeks.

Whole weeks are drawn anew with replacement, and the statistic is computed from the cases in them: a busy week, a holiday or a backlog
stays together. With few weeks such an interval is too narrow; it is widened as Student's t is wider than the normal.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

from licet.stats.ranges import OutOfRangeError, open_unit

FEWEST_BLOCKS: Final = 8
"""From fewer weeks nothing is said about how much weeks differ."""

DRAWS: Final = 400

Statistic = Callable[[NDArray[np.float64]], float]


def block_interval(
    values: NDArray[np.float64], blocks: NDArray[np.int64], statistic: Statistic, *, chance: np.random.Generator, confidence: float = 0.95
) -> tuple[float, float] | None:
    """Returns an interval for a statistic of cases that came in blocks, such as weeks.

    Args:
        values: One number a case, shape (n,), n at least 1, finite.
        blocks: The block of each, shape (n,); only which are equal matters.
        statistic: What is asked for, such as the median: takes the values of any number of cases, at least 1.
        chance: Draws the blocks.
        confidence: Of the interval, in (0, 1).

    Returns:
        Its low and its high end; None where there are fewer than `FEWEST_BLOCKS` blocks.

    Raises:
        OutOfRangeError: If shapes differ, nothing is there, or confidence lies outside its range.

    Source: the block bootstrap (Hall, Stochastic Processes and their Applications 20, 1985; Davison and Hinkley, Bootstrap Methods, 1997,
    chapter 2.4), with its spread taken times the ratio of Student's t with G - 1 degrees of freedom to the normal, G the number of blocks
    (Cameron, Gelbach and Miller, Review of Economics and Statistics 90, 2008, on few clusters).
    """
    open_unit("confidence", confidence)
    if values.shape != blocks.shape or values.ndim != 1 or values.size == 0:
        message = f"values and blocks have the shapes {values.shape} and {blocks.shape}: give one block for each of at least one value"
        raise OutOfRangeError(message)
    order = np.argsort(blocks, kind="stable")
    parts = np.split(values[order], np.flatnonzero(np.diff(blocks[order])) + 1)
    if len(parts) < FEWEST_BLOCKS:
        return None
    drawn = chance.integers(len(parts), size=(DRAWS, len(parts)))
    seen = np.array([statistic(np.concatenate([parts[one] for one in row])) for row in drawn])
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(seen, [tail, 1.0 - tail])
    wider = float(t.ppf(1.0 - tail, len(parts) - 1) / norm.ppf(1.0 - tail))
    middle = statistic(values)
    return middle - (middle - float(low)) * wider, middle + (float(high) - middle) * wider
