"""How good each person is where nobody knows the truth: estimated from how all of them answer the same cases."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from licet.stats.agreement import spread
from licet.stats.ranges import FloatArray, IntArray, OutOfRangeError

FOLDS = 10
"""Parts of the cases that are left out in turn for the interval."""

MOST_ROUNDS = 100
CLOSE_ENOUGH = 1e-5
SMOOTHING = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Labeller:
    """One person's share of right answers, estimated.

    Attributes:
        right: the share, in [0, 1].
        low: lower end of its interval.
        high: its upper end.
        n: answers of theirs it stands on.
    """

    right: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """Who said what about which case; each of the three as numbers from 0 up, shape (ratings,)."""

    item: IntArray
    person: IntArray
    answer: IntArray

    def where(self, kept: ArrayLike) -> "Ratings":
        """Those of them that are kept."""
        there = np.asarray(kept, dtype=bool)
        return Ratings(item=self.item[there], person=self.person[there], answer=self.answer[there])


def ratings_of(rows: Sequence[tuple[int, int, int]]) -> Ratings:
    """Reads (case, person, answer) per rating.

    Raises:
        OutOfRangeError: If a number is negative.
    """
    table = np.asarray(rows, dtype=np.int64).reshape(-1, 3)
    if table.size and table.min() < 0:
        raise OutOfRangeError(f"ratings hold {int(table.min())!r}, but numbers start at 0: number cases, people and answers first")
    return Ratings(item=table[:, 0], person=table[:, 1], answer=table[:, 2])


def dawid_skene(ratings: Ratings, *, confidence: float = 0.95) -> tuple[Labeller | None, ...]:
    """Estimates how often each person is right, from cases that several of them answered, with no truth known.

    It assumes that people err independently of each other given the truth; errors that they share count as right.

    Args:
        ratings: who said what; only cases with two answers or more are read.
        confidence: of each interval, in (0, 1).

    Returns:
        Per person the estimate; None for somebody without a shared case, and for all where fewer than `FOLDS` cases are shared.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Dawid and Skene, Applied Statistics 28 (1979), EM from the majority; counts smoothed by 1/2 spread over the answers. Interval:
        delete-a-group jackknife (Kott, Journal of Official Statistics 17, 2001), carried to a binomial one as in `agreement.spread`.
    """
    people = int(ratings.person.max()) + 1 if ratings.person.size else 0
    shared = ratings.where(np.bincount(ratings.item)[ratings.item] > 1) if ratings.item.size else ratings
    items, place = np.unique(shared.item, return_inverse=True)
    if len(items) < FOLDS:
        return (None,) * people
    numbered = Ratings(item=place.astype(np.int64), person=shared.person, answer=shared.answer)
    shape = (people, int(shared.answer.max()) + 1)
    whole, n = _right(numbered, shape)
    folds = numbered.item % FOLDS
    parts = np.array([_right(_renumbered(numbered.where(folds != one)), shape)[0] for one in range(FOLDS)])
    parts = np.where(np.isnan(parts), whole[None, :], parts)
    variance = (FOLDS - 1) / FOLDS * ((parts - whole[None, :]) ** 2).sum(axis=0)
    return tuple(_labeller(whole[one], variance[one], int(n[one]), confidence) for one in range(people))


def _labeller(right: float, variance: float, n: int, confidence: float) -> Labeller | None:
    if n == 0:
        return None
    low, high = spread(float(right), float(variance), most=float(n), least_known=float(min(n, FOLDS)) + 1.0, confidence=confidence)
    return Labeller(right=float(right), low=low, high=high, n=n)


def _renumbered(ratings: Ratings) -> Ratings:
    _, place = np.unique(ratings.item, return_inverse=True)
    return Ratings(item=place.astype(np.int64), person=ratings.person, answer=ratings.answer)


def _right(ratings: Ratings, shape: tuple[int, int]) -> tuple[FloatArray, IntArray]:
    """Per person the expected share of right answers, NaN without one, and how many answers they gave."""
    people, _ = shape
    believed = _believed(ratings, shape)
    hits = np.bincount(ratings.person, weights=believed[ratings.item, ratings.answer], minlength=people)
    n = np.bincount(ratings.person, minlength=people)
    return np.where(n > 0, hits / np.maximum(n, 1), np.nan), n


def _believed(ratings: Ratings, shape: tuple[int, int]) -> FloatArray:
    """Per case how likely each answer is the truth, shape (cases, answers)."""
    people, answers = shape
    items = int(ratings.item.max()) + 1
    votes = np.zeros((items, answers))
    np.add.at(votes, (ratings.item, ratings.answer), 1.0)
    believed: FloatArray = votes / votes.sum(axis=1, keepdims=True)
    for _ in range(MOST_ROUNDS):
        shares = believed.mean(axis=0)
        said = np.zeros((people, answers, answers))
        np.add.at(said, (ratings.person, ratings.answer), believed[ratings.item])
        said += SMOOTHING / answers
        likely = np.log(said / said.sum(axis=1, keepdims=True))
        weight = np.zeros((items, answers)) + np.log(np.maximum(shares, 1e-12))
        np.add.at(weight, ratings.item, likely[ratings.person, ratings.answer])
        weight -= weight.max(axis=1, keepdims=True)
        fresh = np.exp(weight)
        fresh /= fresh.sum(axis=1, keepdims=True)
        moved = float(np.abs(fresh - believed).max())
        believed = fresh
        if moved < CLOSE_ENOUGH:
            break
    return believed
