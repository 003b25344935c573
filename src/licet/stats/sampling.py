"""Which cases are drawn: by chance that can be checked afterwards, with the probability of every draw on record."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from licet.stats.ranges import FloatArray, OutOfRangeError, count, finite, open_unit, unit, unit_vector

_BITS: Final = 53
_BYTES: Final = 8
_HALVINGS: Final = 200


def uniform(digest: bytes) -> float:
    """Returns a number in [0, 1) from the first 53 bits of a keyed digest.

    Args:
        digest: At least 8 bytes, such as HMAC-SHA256 of a case number under a secret.

    Returns:
        A float in [0, 1); whoever learns the secret later can compute it again.

    Raises:
        OutOfRangeError: If there are fewer than 8 bytes.
    """
    if len(digest) < _BYTES:
        raise OutOfRangeError(f"the digest has {len(digest)} bytes, but at least {_BYTES} are needed: use HMAC-SHA256")
    return float((int.from_bytes(digest[:_BYTES], "big") >> (8 * _BYTES - _BITS)) / (1 << _BITS))


def is_drawn(digest: bytes, *, probability: float) -> bool:
    """Tells whether a case is drawn, each on its own (Poisson sampling).

    Args:
        digest: Keyed digest of the case, at least 8 bytes.
        probability: Its inclusion probability in [0, 1], to be recorded with the case.

    Returns:
        True with that probability.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Hajek, "Asymptotic theory of rejective sampling" (1964): Poisson sampling.
    """
    return uniform(digest) < unit("probability", probability)


def part_of(digest: bytes, *, shares: Sequence[float]) -> int:
    """Returns the part a case belongs to, always the same for the same key and case.

    Args:
        digest: Keyed digest of the case, at least 8 bytes.
        shares: The parts' relative sizes, at least 0, not all 0; (50, 20, 30) and (0.5, 0.2, 0.3) mean the same.

    Returns:
        The part's place in ``shares``; a part of size 0 is never returned.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    total = math.fsum(shares)
    if not shares or min(shares) < 0.0 or not math.isfinite(total) or total <= 0.0:
        raise OutOfRangeError(f"shares are {list(shares)!r}, but must be at least 0 and not all 0: give sizes such as 50:20:30")
    point = uniform(digest) * total
    ends = [math.fsum(shares[: place + 1]) for place in range(len(shares))]
    places = [place for place, share in enumerate(shares) if share > 0.0]
    return next((place for place in places if point < ends[place]), places[-1])


def inclusion_probabilities(*, risk: ArrayLike, expected: float, least: float) -> FloatArray:
    """Returns how likely each case should be drawn, so that risky cases are drawn more often.

    Probabilities are proportional to sqrt(risk), which spends a given number of audits best, but never below ``least``.

    Args:
        risk: Supposed error probability of each case, in [0, 1], shape (n,).
        expected: Expected number of draws, in [n * least, n].
        least: The smallest probability, in (0, 1); the watch needs it fixed beforehand.

    Returns:
        Probabilities in [least, 1] that sum to ``expected``, shape (n,).

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Neyman allocation (1934) for a rare outcome.
    """
    root = np.sqrt(np.maximum(unit_vector("risk", risk), 1e-9))
    n = len(root)
    open_unit("least", least)
    if not n * least <= expected <= n:
        raise OutOfRangeError(
            f"expected is {expected!r}, but must lie in [{n * least!r}, {n}] for {n} cases: change it or least = {least!r}"
        )
    low, high = 0.0, 1.0 / float(root.min()) if n else 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if np.clip(middle * root, least, 1.0).sum() < expected else (low, middle)
    return np.clip(high * root, least, 1.0)


def weights(*, inclusion: ArrayLike) -> FloatArray:
    """Returns the weight with which each drawn case must count, given all inclusion probabilities of the cases drawn from.

    Args:
        inclusion: Inclusion probability of **every** case, drawn or not, each in (0, 1], shape (n,).

    Returns:
        Mean inclusion probability over the case's own, shape (n,); 1 for all if all are alike.

    Raises:
        OutOfRangeError: If a probability is 0 or lies outside [0, 1].

    Source: Horvitz and Thompson (1952).
    """
    values = unit_vector("inclusion", inclusion)
    if (values <= 0.0).any():
        raise OutOfRangeError(
            f"inclusion is 0 at position {int(np.argmin(values))}: a case that cannot be drawn proves nothing; give it a chance"
        )
    return values.mean() / values if values.size else values


def spread(*, seed: int, rows: int, columns: int) -> FloatArray:
    """Returns a fixed table of numbers that look like chance, for estimates by simulation; never for drawing cases.

    Args:
        seed: Which table, at least 0.
        rows: Rows, at least 0.
        columns: Columns, at least 1.

    Returns:
        Numbers in [0, 1), shape (rows, columns), the same on every machine.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Steele, Lea, Flood, SplitMix64 (OOPSLA 2014).
    """
    size = count("rows", rows) * count("columns", columns, least=1)
    with np.errstate(over="ignore"):
        state = np.arange(1, size + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(count("seed", seed))
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state = state ^ (state >> np.uint64(31))
    return ((state >> np.uint64(64 - _BITS)).astype(np.float64) / finite("scale", float(1 << _BITS), above=0.0)).reshape(rows, columns)
