"""Version 2 against version 1 on the same cases: is it not worse by more than a margin, is it better, and how many cases would tell."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr, ndtri, stdtrit

from licet.stats.ranges import OutOfRangeError, count, open_unit, same_length, vector

FEWEST_CLUSTERS = 20
"""Below so many groups of cases the spread between groups cannot be told, and nothing is claimed."""

PLANNED_FACTOR = 6.5
"""Cases for 80% power at 95% are about this, times the share of cases that differ, by the squared margin; 6.18 falls slightly short."""

USUAL_DELTA, POWER = 0.05, 0.8


class Comparison(StrEnum):
    """What the cases show about a claim."""

    MET = "met"
    NOT_MET = "not met"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Two versions on the same cases.

    Attributes:
        gained: cases that the new version gets right and the old one wrong.
        lost: the reverse.
        n: all cases, those on which both agree included.

    Raises:
        OutOfRangeError: where more cases differ than there are.
    """

    gained: int
    lost: int
    n: int

    def __post_init__(self) -> None:
        """Refuses counts that cannot be."""
        for name, value in (("gained", self.gained), ("lost", self.lost)):
            count(name, value)
        count("n", self.n)
        if self.gained + self.lost > self.n:
            message = f"gained + lost is {self.gained + self.lost!r}, more than n = {self.n!r}: count all over the same cases"
            raise OutOfRangeError(message)

    @property
    def difference(self) -> float | None:
        """By how much the new version is right more often, in [-1, 1]; None for no cases."""
        return (self.gained - self.lost) / self.n if self.n else None


def not_worse(paired: Paired, *, margin: float, delta: float = 0.05) -> Comparison:
    """Tells whether the new version is worse by less than a margin, worse by more, or neither is shown.

    Args:
        paired: the counts.
        margin: the loss of correct answers that would be put up with, locked beforehand, in (0, 1).
        delta: the allowed probability of each of the two claims being wrong, in (0, .5).

    Returns:
        `MET` or `NOT_MET` where the score test with continuity correction shows it; else `UNDECIDED`, also for no cases.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: the score statistic of Tango, Statistics in Medicine 17 (1998), with continuity correction: over a grid of 858 true states
    its worst error was .049 at delta .05, where the interval of Bonett and Price lets through .10. The other claim, `NOT_MET`, opens
    nothing; over 72 states its worst error was .054.
    """
    open_unit("margin", margin)
    z = _critical(delta)
    if paired.n == 0:
        return Comparison.UNDECIDED
    ahead = paired.gained - paired.lost + paired.n * margin
    return _judged(ahead, _score_spread(paired, margin), z)


HALF_A_CASE = 0.5
"""Given away in both directions, because cases are whole."""


def _judged(ahead: float, spread: float, z: float) -> Comparison:
    """Where what is ahead stands against its spread."""
    sure = max(z * spread, 0.0)
    if ahead - HALF_A_CASE > 0.0 and ahead - HALF_A_CASE >= sure:
        return Comparison.MET
    if ahead + HALF_A_CASE < 0.0 and ahead + HALF_A_CASE <= -sure:
        return Comparison.NOT_MET
    return Comparison.UNDECIDED


LARGEST_DELTA = 0.5


def _critical(delta: float) -> float:
    if not 0.0 < delta < LARGEST_DELTA:
        message = f"delta is {delta!r}, but must lie strictly between 0 and {LARGEST_DELTA}: give 0.05 for five percent"
        raise OutOfRangeError(message)
    return float(-ndtri(delta))


def _score_spread(paired: Paired, margin: float) -> float:
    """Standard deviation of gained - lost if the new version were worse by exactly the margin, with the likeliest share of losses."""
    n, b, c = paired.n, paired.gained, paired.lost
    first, second, third = 2.0 * n, -b - c - (2.0 * n - b + c) * margin, c * margin * (1.0 + margin)
    q = (math.sqrt(max(0.0, second * second - 4.0 * first * third)) - second) / (2.0 * first)
    return math.sqrt(max(0.0, n * (2.0 * q - margin * (1.0 + margin))))


def better_p_value(paired: Paired) -> float:
    """Returns how likely so many gains among the differing cases would be if neither version were better (one-sided, mid-p).

    Args:
        paired: the counts.

    Returns:
        The mid-p value of McNemar's test in (0, 1]; 1.0 where no case differs.

    Source: Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13:91 (2013).
    """
    differing = paired.gained + paired.lost
    if differing == 0:
        return 1.0
    up_to, below = float(bdtr(paired.lost, differing, 0.5)), float(bdtr(paired.lost - 1, differing, 0.5)) if paired.lost else 0.0
    return (up_to + below) / 2.0


def is_better(paired: Paired, *, delta: float = 0.05) -> bool:
    """Tells whether the cases show that the new version is right more often.

    Args:
        paired: the counts.
        delta: the allowed probability of saying so wrongly, in (0, 1).

    Raises:
        OutOfRangeError: If delta lies outside its range.
    """
    return better_p_value(paired) <= open_unit("delta", delta)


def holm(p_values: Mapping[str, float], *, delta: float = 0.05) -> frozenset[str]:
    """Names which of several claims hold, so that the probability of naming any wrongly stays at most delta.

    Args:
        p_values: by name, each in [0, 1].
        delta: the allowed probability for all claims together, in (0, 1).

    Returns:
        The names of those that hold; empty where none does.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Holm, Scandinavian Journal of Statistics 6 (1979).
    """
    open_unit("delta", delta)
    found: set[str] = set()
    for place, name in enumerate(sorted(p_values, key=lambda one: (p_values[one], one))):
        p = p_values[name]
        if not 0.0 <= p <= 1.0:
            message = f"the p-value of {name!r} is {p!r}, but must lie between 0 and 1"
            raise OutOfRangeError(message)
        if p > delta / (len(p_values) - place):
            break
        found.add(name)
    return frozenset(found)


def not_worse_in_clusters(changes: ArrayLike, clusters: Sequence[str], *, margin: float, delta: float = 0.05) -> Comparison:
    """The same as `not_worse` where cases share a customer, a document or a thread, and so are not independent.

    The larger of the spread between groups and the spread between single cases counts, with Student's t over groups.

    Args:
        changes: per case 1 (gained), -1 (lost) or 0 (no difference), shape (n,).
        clusters: per case the name of its group, shape (n,).
        margin: the loss of correct answers that would be put up with, in (0, 1).
        delta: the allowed probability of each claim being wrong, in (0, .5).

    Returns:
        The comparison; `UNDECIDED` with fewer than 20 groups, whatever the cases say.

    Raises:
        OutOfRangeError: If an argument lies outside its range or the shapes differ.

    Source: cluster-robust variance of a mean, Liang and Zeger, Biometrika 73 (1986).
    """
    open_unit("margin", margin)
    _critical(delta)
    moved = vector("changes", changes)
    n = same_length(changes=moved, clusters=clusters)
    if not np.isin(moved, (-1.0, 0.0, 1.0)).all():
        message = "changes hold something else than 1 (gained), -1 (lost) and 0 (no difference)"
        raise OutOfRangeError(message)
    names, place = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
    groups = len(names)
    if groups < FEWEST_CLUSTERS:
        return Comparison.UNDECIDED
    apart = np.bincount(place, weights=moved - moved.mean(), minlength=groups)
    between = math.sqrt(groups / (groups - 1) * float((apart**2).sum()))
    paired = Paired(gained=int((moved > 0).sum()), lost=int((moved < 0).sum()), n=n)
    spread = max(between, _score_spread(paired, margin))
    return _judged(paired.gained - paired.lost + n * margin, spread, float(-stdtrit(groups - 1, delta)))


def cases_needed(*, differing: float, margin: float, delta: float = USUAL_DELTA) -> int:
    """Returns about how many cases show with 80% power that a version of the same quality is not worse by a margin.

    Args:
        differing: the share of cases on which the two versions' results differ, in (0, 1].
        margin: in (0, 1).
        delta: the allowed probability of a wrong verdict, in (0, .5); the number grows with the squared sum of both critical values.

    Returns:
        A number of cases, at least 1. It is an estimate, and is to be shown as one.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    if not 0.0 < differing <= 1.0:
        message = f"differing is {differing!r}, but must lie above 0 and not above 1: give the share of cases that differ"
        raise OutOfRangeError(message)
    open_unit("margin", margin)
    stricter = (_critical(delta) + float(ndtri(POWER))) / (_critical(USUAL_DELTA) + float(ndtri(POWER)))
    return math.ceil(PLANNED_FACTOR * stricter**2 * differing / margin**2)
