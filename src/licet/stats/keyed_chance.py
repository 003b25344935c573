"""Chance as a value: numbers that look drawn and follow from a key alone, so that two plays of one key meet the same chance."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from licet.stats.ranges import FloatArray, IntArray, count

_GOLDEN: Final = 0x9E3779B97F4A7C15
_MASK: Final = (1 << 64) - 1
_FIRST: Final = 0xBF58476D1CE4E5B9
_SECOND: Final = 0x94D049BB133111EB
_BITS: Final = 53


def uniforms(key: Sequence[int], n: int) -> FloatArray:
    """Returns numbers spread evenly over [0, 1).

    Args:
        key: whole numbers of at least 0, by which the numbers are found again; another key gives others, independent for all purposes.
        n: how many, at least 0. The first of a longer draw are those of a shorter one.

    Returns:
        Shape (n,).

    Raises:
        OutOfRangeError: If `n` or a part of the key is negative.

    Source: SplitMix64 (Steele, Lea and Flood, Fast splittable pseudorandom number generators, OOPSLA 2014): a counter in steps of the
    golden ratio, mixed; the key is mixed into where the counter begins in the same manner, part by part.
    """
    begins = 0
    for part in key:
        begins = _mixed_one((begins + _GOLDEN * (count("key", part) + 1)) & _MASK)
    with np.errstate(over="ignore"):
        counted = np.uint64(begins) + np.arange(1, count("n", n) + 1, dtype=np.uint64) * np.uint64(_GOLDEN)
        return (_mixed(counted) >> np.uint64(64 - _BITS)).astype(np.float64) * 2.0**-_BITS


def places(key: Sequence[int], n: int, *, among: int) -> IntArray:
    """Returns places drawn with replacement: shape (n,), from 0 to `among` - 1.

    Args:
        key: as of `uniforms`.
        n: how many, at least 0.
        among: how many there are to draw from, at least 1.

    Raises:
        OutOfRangeError: If a number lies outside its range.
    """
    return (uniforms(key, n) * count("among", among, least=1)).astype(np.int64)


def drawn(key: Sequence[int], n: int, *, values: Sequence[float]) -> FloatArray:
    """Returns values drawn with replacement, each alike: shape (n,). Raises `OutOfRangeError` where there are none to draw from."""
    return np.asarray(values, dtype=np.float64)[places(key, n, among=len(values))]


def _mixed(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(_FIRST)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(_SECOND)
    return z ^ (z >> np.uint64(31))


def _mixed_one(z: int) -> int:
    """As `_mixed`, of one number, without a warning where it runs over."""
    z = ((z ^ (z >> 30)) * _FIRST) & _MASK
    z = ((z ^ (z >> 27)) * _SECOND) & _MASK
    return z ^ (z >> 31)
