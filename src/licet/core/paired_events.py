"""Paired events: which completion ends which start, where a log records the two as rows of their own."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ALONE = -1
"""In place of a start, for completions that have none, and for starts themselves."""


def paired(same: Sequence[NDArray[np.int32]], time: NDArray[np.datetime64], begins: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Finds for each completion the earliest open start before it (first in, first out), among rows that agree in all of `same`.

    Rows of one time are taken in their order. A completion while nothing is open ends nothing, and is alone.

    Args:
        same: columns in which a start and its completion agree, each of shape (n,).
        time: when each row happened, shape (n,).
        begins: whether a row is a start (or else a completion), shape (n,).

    Returns:
        Places of starts, shape (n,); `ALONE` for starts and for completions without one.
    """
    rows = time.shape[0]
    found = np.full(rows, ALONE, np.int64)
    if rows == 0:
        return found
    order = np.lexsort((time, *same))
    group = _groups([column[order] for column in same])
    start = begins[order]
    open_ = _within_group(np.where(start, 1, -1), group)
    lost = ~start & (_lowest(open_, group) < _lowest_before(open_, group))
    ends = ~start & ~lost
    nth_start, nth_end = np.flatnonzero(start), _within_group(ends.astype(np.int64), group)
    starts_before = np.concatenate(([0], np.cumsum(start)))[_firsts(group)]
    found[order[ends]] = order[nth_start[starts_before[group[ends]] + nth_end[ends] - 1]]
    return found


def _groups(columns: Sequence[NDArray[np.int32]]) -> NDArray[np.int64]:
    """Numbers runs of rows that agree in all columns, from 0."""
    changes = np.zeros(columns[0].shape[0], np.int64)
    for column in columns:
        changes[1:] |= column[1:] != column[:-1]
    return np.cumsum(changes)


def _firsts(group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each group begins."""
    return np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1])))


def _within_group(steps: NDArray[np.int64], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Running sums that begin anew with each group."""
    sums = np.cumsum(steps)
    firsts = _firsts(group)
    return sums - (sums[firsts] - steps[firsts])[group]


def _lowest(sums: NDArray[np.int64], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """The lowest of 0 and the sums so far in the group: groups are set so far below each other that none sees another's."""
    apart = group * (2 * sums.shape[0] + 2)
    lowest: NDArray[np.int64] = np.minimum(np.minimum.accumulate(sums - apart) + apart, 0)
    return lowest


def _lowest_before(sums: NDArray[np.int64], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """As `_lowest`, without the row itself."""
    before = np.concatenate(([0], _lowest(sums, group)[:-1]))
    before[_firsts(group)] = 0
    return before
