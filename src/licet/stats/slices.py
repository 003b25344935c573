"""Slices that stand out: parts of the cases that err more, or less, often than the rest, named so that hardly any is named wrongly."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.special import gammaln

from licet.stats.compare import holm
from licet.stats.ranges import FloatArray, OutOfRangeError, count, open_unit


class Standing(StrEnum):
    """How a slice stands beside the rest of the cases."""

    WORSE = "worse"
    BETTER = "better"
    ALIKE = "not told apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceCount:
    """Errors in the cases of a slice.

    Raises:
        OutOfRangeError: where there are more errors than cases.
    """

    errors: int
    n: int

    def __post_init__(self) -> None:
        """Refuses counts that cannot be."""
        if count("errors", self.errors) > count("n", self.n):
            message = f"errors is {self.errors!r}, more than n = {self.n!r}: count both over the same cases"
            raise OutOfRangeError(message)


def stand_out(slices: Mapping[str, SliceCount], *, errors: int, n: int, delta: float = 0.05) -> dict[str, Standing]:
    """Names the slices that err more or less often than the cases outside them.

    Args:
        slices: by name; each is a part of the cases, and they may overlap.
        errors: errors in all cases.
        n: all cases.
        delta: the allowed probability of naming any slice wrongly, over all of them and both directions, in (0, 1).

    Returns:
        One standing per slice.

    Raises:
        OutOfRangeError: If a slice has more errors or cases than there are.

    Source: Fisher's exact test of each slice against the rest, one-sided, with Holm's method (1979) over all slices and both directions.
        Simulated with eight slices of equal error, any is named in 2.8% of draws; with a test for each, in 21%
        (`studies.stats_comparisons`).
    """
    open_unit("delta", delta)
    p_values: dict[str, float] = {}
    for name, one in slices.items():
        if one.errors > errors or one.n - one.errors > n - errors:
            message = f"slice {name!r} has {one.errors!r} errors in {one.n!r}, more than the {errors!r} in {n!r} of all cases"
            raise OutOfRangeError(message)
        chance = _hypergeometric(one.n, errors=errors, n=n)
        p_values[f"+{name}"] = min(1.0, float(chance[one.errors :].sum()))
        p_values[f"-{name}"] = min(1.0, float(chance[: one.errors + 1].sum()))
    named = holm(p_values, delta=delta)
    return {name: _standing(name, named) for name in slices}


def _standing(name: str, named: frozenset[str]) -> Standing:
    if f"+{name}" in named:
        return Standing.WORSE
    return Standing.BETTER if f"-{name}" in named else Standing.ALIKE


def _hypergeometric(drawn: int, *, errors: int, n: int) -> FloatArray:
    """Probability of each number of errors in so many cases drawn from all, shape (drawn + 1,)."""
    k = np.arange(drawn + 1)
    possible = (k <= errors) & (drawn - k <= n - errors)
    ways = np.full(drawn + 1, -np.inf)
    inside = k[possible]
    ways[possible] = _log_choose(errors, inside) + _log_choose(n - errors, drawn - inside) - _log_choose(n, np.array(drawn))
    found: FloatArray = np.exp(ways)
    return found


def _log_choose(n: int, k: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> FloatArray:
    found: FloatArray = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    return found
