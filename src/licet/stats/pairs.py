"""Whether two people agree more than their work explains: an exact test for a pair, from counts alone."""

from dataclasses import dataclass

import numpy as np
from scipy.special import bdtrc, gammaln

from licet.stats.bounds import interval
from licet.stats.ranges import OutOfRangeError, count, open_unit

GAMMA = 0.001
"""Chance that an interval of one person's accuracy misses it; added to the p-value, so that the test stays exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often something was so in a number of cases."""

    hits: int
    n: int

    def __post_init__(self) -> None:
        """Refuses what cannot be counts.

        Raises:
            OutOfRangeError: If there are more hits than cases, or fewer than none.
        """
        count("n", self.n)
        count("hits", self.hits)
        if self.hits > self.n:
            raise OutOfRangeError(f"hits is {self.hits!r}, more than n = {self.n!r}: count both over the same cases")


def more_than_elsewhere(together: Tally, elsewhere: Tally) -> float:
    """How likely so many agreements of a pair would be if each agreed with the other as often as with everybody else.

    Args:
        together: the pair's agreements in the cases that both answered.
        elsewhere: the agreements of either with others.

    Returns:
        One-sided p-value in [0, 1]; 1.0 where either has no case.

    Source: Fisher's exact test, Journal of the Royal Statistical Society 98 (1935).
    """
    if together.n == 0 or elsewhere.n == 0:
        return 1.0
    hits, whole = together.hits + elsewhere.hits, together.n + elsewhere.n
    ways = np.arange(together.hits, min(hits, together.n) + 1, dtype=float)
    logs = _choose(hits, ways) + _choose(whole - hits, together.n - ways) - _choose(whole, together.n)
    return float(min(1.0, np.exp(logs).sum()))


def _choose(n: float, k: np.ndarray | float) -> np.ndarray:
    """Log of n over k; minus infinity where there is no way."""
    k = np.asarray(k, dtype=float)
    there = (k >= 0) & (k <= n)
    inside = np.where(there, k, 0.0)
    logs = gammaln(n + 1.0) - gammaln(inside + 1.0) - gammaln(n - inside + 1.0)
    return np.where(there, logs, -np.inf)


def most_explained(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The largest share of agreement that two people's accuracies explain, if they err independently and always in the same way.

    Args:
        one: interval of one person's accuracy, within [0, 1].
        other: of the other's.

    Returns:
        Share in [0, 1]: the maximum of a·b + (1 - a)(1 - b), which lies in a corner.
    """
    return max(a * b + (1.0 - a) * (1.0 - b) for a in one for b in other)


def more_than_accuracy_explains(together: Tally, one: Tally, other: Tally, *, gamma: float = GAMMA) -> float:
    """How likely so many agreements would be if two people answered independently, each as right as they are with others.

    Args:
        together: the pair's agreements in the cases that both answered.
        one: how often one of them was right in cases without the other.
        other: the same of the other.
        gamma: chance that an accuracy lies outside its interval, each.

    Returns:
        p-value in [0, 1]: the largest over all accuracies that the counts leave possible, plus their chance of being wrong.

    Raises:
        OutOfRangeError: If gamma lies outside (0, 1).

    Source: Berger and Boos, Journal of the American Statistical Association 89 (1994).
    """
    open_unit("gamma", gamma)
    if together.n == 0 or together.hits == 0:
        return 1.0
    p_most = most_explained(*(interval(errors=who.hits, n=who.n, delta=gamma) for who in (one, other)))
    return float(min(1.0, float(bdtrc(together.hits - 1, together.n, p_most)) + 2.0 * gamma))


def pair_p_value(together: Tally, elsewhere: Tally, one: Tally, other: Tally) -> float:
    """How likely so much agreement is while either ordinary explanation holds: that both agree so with everybody, or are so often right.

    Returns:
        The larger of the two p-values: an intersection-union test, exact at its level.

    Source: Berger, Technometrics 24 (1982).
    """
    return max(more_than_elsewhere(together, elsewhere), more_than_accuracy_explains(together, one, other))
