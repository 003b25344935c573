"""Near repetitions: which sets of features nearly repeat one of many others, at a cost that grows with their number and not its square."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST: Final = 0.8
"""The share of all features of both that two sets have in common from which on one nearly repeats the other."""

BANDS: Final = 16
ROWS: Final = 4
MOST_LOOKED_AT: Final = 64
"""Of one band's equals so many are looked at; a form letter that thousands share is found by the first of them."""

_MIX: Final = 0x9E3779B97F4A7C15
_WORD: Final = 1 << 64
_HALF: Final = np.uint64(32)


def near_repeats(ones: Sequence[NDArray[np.uint32]], others: Sequence[NDArray[np.uint32]], *, least: float = LEAST) -> NDArray[np.bool_]:
    """Finds which sets nearly repeat one of the others.

    Two sets are alike by their Jaccard index, the features in common as a share of all. Candidates are found by MinHash signatures in
    bands of four (two sets of index .8 share one of sixteen bands with probability .9998, two of .3 with .12), and then counted exactly.

    Args:
        ones: sets of features, each sorted and without repetition; an empty one repeats nothing.
        others: the same.
        least: the index from which on, in (0, 1].

    Returns:
        Shape (len(ones),).

    Source: Broder 1997, "On the resemblance and containment of documents"; Leskovec et al., "Mining of Massive Datasets", ch. 3.
    """
    found = np.zeros(len(ones), dtype=np.bool_)
    mine = [k for k, one in enumerate(ones) if one.size]
    theirs = [k for k, one in enumerate(others) if one.size]
    if not mine or not theirs:
        return found
    here, there = _bands([ones[k] for k in mine]), _bands([others[k] for k in theirs])
    for band in range(BANDS):
        order = np.argsort(there[:, band], kind="stable")
        keys = there[order, band]
        left, right = np.searchsorted(keys, here[:, band], "left"), np.searchsorted(keys, here[:, band], "right")
        for at in np.flatnonzero((right > left) & ~found[mine]).tolist():
            alike = order[left[at] : min(right[at], left[at] + MOST_LOOKED_AT)].tolist()
            found[mine[at]] = any(jaccard(ones[mine[at]], others[theirs[k]]) >= least for k in alike)
    return found


def jaccard(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    """The features in common as a share of all, in [0, 1]; both sets sorted, without repetition and not empty."""
    common = np.intersect1d(one, other, assume_unique=True).size
    return float(common / (one.size + other.size - common))


def _bands(sets: Sequence[NDArray[np.uint32]]) -> NDArray[np.uint64]:
    """A key for each band of each set's signature, shape (len(sets), `BANDS`)."""
    starts = np.concatenate(([0], np.cumsum([one.size for one in sets])[:-1]))
    features = np.concatenate(sets).astype(np.uint64)
    keys = np.zeros((len(sets), BANDS), dtype=np.uint64)
    turns = np.array([_turn(k) for k in range(2 * BANDS * ROWS)], dtype=np.uint64).reshape(BANDS, ROWS, 2)
    for band, row in np.ndindex(BANDS, ROWS):
        factor, shift = turns[band, row]
        least = np.minimum.reduceat((features * (factor | np.uint64(1)) + shift) >> _HALF, starts)
        keys[:, band] = (keys[:, band] ^ least) * np.uint64(_MIX)
    return keys


def _turn(k: int) -> int:
    """The k-th number of a fixed sequence of 64 bits that looks like chance (splitmix64, Steele et al. 2014)."""
    z = (k + 1) * _MIX % _WORD
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % _WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % _WORD
    return z ^ (z >> 31)
