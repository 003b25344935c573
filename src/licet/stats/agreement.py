"""How far people agree with each other, with what is known to be right, and with advice: each with an interval that holds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, stdtrit

from licet.stats.bounds import interval, smallest_n
from licet.stats.ranges import FloatArray, IntArray, OutOfRangeError, count, open_unit

FEWEST_ITEMS = 3
"""Fewer cases than this have no spread to speak of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share of cases.

    Attributes:
        hits: how many, in [0, n].
        n: of how many, at least 1.
        rate: hits / n.
        low: lower end of the exact interval.
        high: its upper end.
    """

    hits: int
    n: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far people agree beyond chance: 1 always, 0 as by chance.

    Attributes:
        value: the coefficient, at most 1.
        low: lower end of its interval.
        high: its upper end.
        same: how often two people say the same of one case, in [0, 1].
        items: cases that at least two people answered.
        ratings: their answers on these.
    """

    value: float
    low: float
    high: float
    same: float
    items: int
    ratings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliance:
    """How somebody takes advice, read off their answer before and after it.

    Attributes:
        rair: of the cases where they were wrong and the advice right: how often they switched to right.
        rsr: of the cases where they were right and the advice wrong: how often they stayed right.
        over: 1 - rsr: how often wrong advice took them along.
    """

    rair: Rate | None
    rsr: Rate | None
    over: Rate | None


def rate(*, hits: int, n: int, confidence: float = 0.95) -> Rate | None:
    """Returns a share with its exact interval: a catch rate, for one.

    Args:
        hits: how many, in [0, n].
        n: of how many.
        confidence: of the interval, in (0, 1).

    Returns:
        The share; None for no cases.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Clopper and Pearson, Biometrika 26 (1934).
    """
    delta = 1.0 - open_unit("confidence", confidence)
    low, high = interval(errors=hits, n=n, delta=delta)
    return None if n == 0 else Rate(hits=hits, n=n, rate=hits / n, low=low, high=high)


def reliance(*, switched: int, wrong_before: int, stayed: int, right_before: int, confidence: float = 0.95) -> Reliance:
    """Returns how somebody takes advice, each share with its exact interval.

    Args:
        switched: cases where they went from wrong to right.
        wrong_before: cases where they were wrong at first and the advice was right.
        stayed: cases where they were right and stayed so.
        right_before: cases where they were right at first and the advice was wrong.
        confidence: of each interval, in (0, 1).

    Returns:
        The shares; None where no case says anything.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Schemmer, Kuehl, Benz, Bartos and Satzger, "Appropriate reliance on AI advice", IUI (2023), arXiv 2302.02187.
    """
    return Reliance(
        rair=rate(hits=switched, n=wrong_before, confidence=confidence),
        rsr=rate(hits=stayed, n=right_before, confidence=confidence),
        over=rate(hits=right_before - stayed, n=right_before, confidence=confidence),
    )


def fewest_known_errors(*, overrides: float = 0.8, confidence: float = 0.9, misses: int = 0) -> int:
    """Returns how many known AI errors show that somebody overrides at least such a share of them.

    Args:
        overrides: the share, in (0, 1).
        confidence: in (0, 1).
        misses: errors among them that they let pass.

    Returns:
        The smallest number that shows it: 11 with no miss and 18 with one, at 80% and 90%.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: exact binomial test, Clopper and Pearson (1934).
    """
    return smallest_n(target=1.0 - open_unit("overrides", overrides), delta=1.0 - open_unit("confidence", confidence), errors=misses)


def alpha(counts: ArrayLike, *, confidence: float = 0.95) -> Agreement | None:
    """Returns Krippendorff's alpha for named answers, any number of people per case, not everybody on each.

    Args:
        counts: per case and answer how many people gave it, shape (cases, answers); cases with fewer than two answers say nothing.
        confidence: of the interval, in (0, 1).

    Returns:
        The agreement; None for fewer than three cases with two answers, or where only one answer was ever given.

    Raises:
        OutOfRangeError: If the counts are no counts.

    Source: Krippendorff, "Computing Krippendorff's alpha-reliability" (2011). Interval: delete-one jackknife over cases, carried to the
        exact binomial interval by its effective number of cases (Korn and Graubard, Survey Methodology 24, 1998). No chance in it.
    """
    table = _counts(counts)
    table = table[table.sum(axis=1) > 1]
    if len(table) < FEWEST_ITEMS:
        return None
    people, totals = table.sum(axis=1), table.sum(axis=0)
    apart = (people**2 - (table**2).sum(axis=1)) / (people - 1.0)
    n = float(people.sum())
    observed, expected = apart.sum() / n, _apart_by_chance(totals[None, :], np.array([n]))[0]
    left = n - people
    without = (apart.sum() - apart) / left / np.maximum(_apart_by_chance(totals[None, :] - table, left), 1e-12)
    return _agreement(float(observed), float(expected), without, ratings=int(n), confidence=confidence)


def fleiss(counts: ArrayLike, *, confidence: float = 0.95) -> Agreement | None:
    """Returns Fleiss' kappa: the same number of people on each case, not always the same people.

    Args:
        counts: per case and answer how many people gave it, shape (cases, answers); every row has the same sum, at least 2.
        confidence: of the interval, in (0, 1).

    Returns:
        The agreement; None for fewer than three cases, or where only one answer was ever given.

    Raises:
        OutOfRangeError: If the counts are no counts, or cases differ in how many people answered.

    Source: Fleiss, Psychological Bulletin 76 (1971). Interval as for `alpha`.
    """
    table = _counts(counts)
    people = table.sum(axis=1)
    if len(table) and (people.min() != people.max() or people[0] < 2.0):  # noqa: PLR2004 - agreement is between two
        raise OutOfRangeError("counts have rows of different sums, or of one answer: Fleiss' kappa needs as many people on each; use alpha")
    if len(table) < FEWEST_ITEMS:
        return None
    m, n = float(people[0]), len(table)
    totals = table.sum(axis=0)
    apart = 1.0 - ((table**2).sum(axis=1) - m) / (m * (m - 1.0))
    expected = 1.0 - float(((totals / (n * m)) ** 2).sum())
    others = 1.0 - (((totals[None, :] - table) / ((n - 1) * m)) ** 2).sum(axis=1)
    without = (apart.sum() - apart) / (n - 1) / np.maximum(others, 1e-12)
    return _agreement(float(apart.mean()), expected, without, ratings=int(n * m), confidence=confidence)


def cohen(first: ArrayLike, second: ArrayLike, *, confidence: float = 0.95) -> Agreement | None:
    """Returns Cohen's kappa of two people on the same cases.

    Args:
        first: what one says, as numbers of answers from 0 up, shape (n,).
        second: what the other says, shape (n,).
        confidence: of the interval, in (0, 1).

    Returns:
        The agreement; None for fewer than three cases, or where both only ever gave one and the same answer.

    Raises:
        OutOfRangeError: If the shapes differ or an answer is no number from 0 up.

    Source: Cohen, Educational and Psychological Measurement 20 (1960). Interval as for `alpha`.
    """
    one, two = _numbers(first), _numbers(second)
    if one.shape != two.shape:
        raise OutOfRangeError(f"first has {len(one)} answers and second {len(two)}: give both over the same cases")
    n = len(one)
    if n < FEWEST_ITEMS:
        return None
    answers = int(max(one.max(), two.max())) + 1
    ones, twos = np.bincount(one, minlength=answers), np.bincount(two, minlength=answers)
    apart = (one != two).astype(np.float64)
    by_chance = float(ones @ twos)
    expected = 1.0 - by_chance / n**2
    others = 1.0 - (by_chance - twos[one] - ones[two] + (one == two)) / (n - 1) ** 2
    without = (apart.sum() - apart) / (n - 1) / np.maximum(others, 1e-12)
    return _agreement(float(apart.mean()), expected, without, ratings=2 * n, confidence=confidence)


def _agreement(observed: float, expected: float, without: FloatArray, *, ratings: int, confidence: float) -> Agreement | None:
    """The coefficient 1 - observed / expected with its interval.

    Args:
        observed: how often two people differ.
        expected: how often they would by chance.
        without: observed / expected with each case left out in turn.
        ratings: answers on these cases.
        confidence: of the interval.
    """
    if expected <= 0.0:
        return None
    n = len(without)
    variance = (n - 1) / n * float(((without - without.mean()) ** 2).sum()) * expected**2
    low, high = spread(observed, variance, most=float(ratings - n), least_known=float(n), confidence=confidence)
    return Agreement(
        value=1.0 - observed / expected,
        low=1.0 - high / expected,
        high=1.0 - low / expected,
        same=1.0 - observed,
        items=n,
        ratings=ratings,
    )


def spread(share: float, variance: float, *, most: float, least_known: float, confidence: float) -> tuple[float, float]:
    """Returns the exact binomial interval of a share whose variance was estimated, by its effective number of cases.

    Args:
        share: in [0, 1].
        variance: its estimated variance, at least 0.
        most: the effective number is at most this.
        least_known: the number of cases that the variance was estimated on; it is worth less the fewer they are.
        confidence: of the interval, in (0, 1).

    Returns:
        Lower and upper end in [0, 1].

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Korn and Graubard, Survey Methodology 24 (1998).
    """
    tail = (1.0 - open_unit("confidence", confidence)) / 2.0
    plain = share * (1.0 - share)
    trust = (float(stdtrit(1e9, 1.0 - tail)) / float(stdtrit(least_known - 1.0, 1.0 - tail))) ** 2
    n = least_known if plain <= 0.0 or variance <= 0.0 else min(most, plain / variance) * trust
    hits = share * n
    low = 0.0 if share <= 0.0 else float(betaincinv(hits, n - hits + 1.0, tail))
    high = 1.0 if share >= 1.0 else float(betaincinv(hits + 1.0, n - hits, 1.0 - tail))
    return low, high


def weighted_share(alike: ArrayLike, probability: ArrayLike, *, confidence: float = 0.95) -> tuple[float, float, float] | None:
    """Returns how often two people say the same over all cases, from cases that were drawn with known probabilities: the human ceiling.

    Args:
        alike: per case whether the two say the same, 0 or 1, shape (n,).
        probability: with which each case was drawn for a second person, in (0, 1], shape (n,).
        confidence: of the interval, in (0, 1).

    Returns:
        The share weighted by 1 / probability, lower and upper end; None for fewer than three cases.

    Raises:
        OutOfRangeError: If the shapes differ, or a value lies outside its range.

    Source: Hajek's ratio estimator with its linearised variance (Saerndal, Swensson and Wretman, Model Assisted Survey Sampling, 1992);
        interval by the effective number of cases, as for `spread`.
    """
    same, drawn = np.asarray(alike, dtype=np.float64), np.asarray(probability, dtype=np.float64)
    if same.ndim != 1 or same.shape != drawn.shape:
        raise OutOfRangeError(f"alike has shape {same.shape!r} and probability {drawn.shape!r}: give both per case")
    if ((same != 0.0) & (same != 1.0)).any():
        raise OutOfRangeError("alike holds what is neither 0 nor 1: say of each case whether the two say the same")
    if not ((drawn > 0.0) & (drawn <= 1.0)).all():
        raise OutOfRangeError("probability must lie in (0, 1]: give the one with which each case was drawn")
    if len(same) < FEWEST_ITEMS:
        return None
    weight = 1.0 / drawn
    total = float(weight.sum())
    share = float(weight @ same) / total
    variance = float((weight**2 * (same - share) ** 2).sum()) / total**2
    effective = total**2 / float((weight**2).sum())
    low, high = spread(share, variance, most=effective, least_known=max(2.0, effective), confidence=confidence)
    return share, low, high


def _apart_by_chance(totals: FloatArray, n: FloatArray) -> FloatArray:
    """How often two answers differ that are drawn from all without putting back."""
    found: FloatArray = (n**2 - (totals**2).sum(axis=1)) / (n * np.maximum(n - 1.0, 1.0))
    return found


def _counts(counts: ArrayLike) -> FloatArray:
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2:  # noqa: PLR2004 - cases by answers
        raise OutOfRangeError(f"counts has shape {table.shape!r}, but must be cases by answers: give one row per case")
    if table.size and ((table < 0.0).any() or (np.floor(table) != table).any()):
        raise OutOfRangeError("counts holds what is no count: give how many people gave each answer")
    return table


def _numbers(answers: ArrayLike) -> IntArray:
    found = np.asarray(answers)
    if found.ndim != 1 or (found.size and (found.min() < 0 or (np.floor(found) != found).any())):
        raise OutOfRangeError("answers must be one-dimensional numbers from 0 up: number the answers first")
    return found.astype(np.int64)


def counts_of(item: ArrayLike, answer: ArrayLike, *, items: int, answers: int) -> IntArray:
    """Counts answers per case, for `alpha`.

    Args:
        item: per rating its case from 0 up, shape (ratings,).
        answer: per rating its answer from 0 up, shape (ratings,).
        items: how many cases there are.
        answers: how many answers there are.

    Returns:
        Shape (items, answers).

    Raises:
        OutOfRangeError: If there are no answers to count into.
    """
    count("answers", answers, least=1)
    place = _numbers(item) * answers + _numbers(answer)
    return np.bincount(place, minlength=items * answers).reshape(items, answers)
