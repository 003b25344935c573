"""How honest a system's confidence is, and how to mend it on unsealed cases: a temperature, or a rising curve where that is better."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from licet.stats.bounds import interval
from licet.stats.ranges import BoolArray, FloatArray, IntArray, OutOfRangeError, count, finite, mask, open_unit, unit_vector

FEWEST: Final = 30
FEWEST_FOR_CURVE: Final = 200
"""Cases needed before a curve is tried beside the temperature: with fewer it follows chance."""

FOLDS: Final = 5
_SMALLEST: Final = 1e-12
_COLDEST, _HOTTEST = 0.02, 50.0
_GOLDEN: Final = (5.0**0.5 - 1.0) / 2.0
_STEPS: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperature:
    """The number confidences are cooled or heated with.

    Attributes:
        value: In [0.02, 50]; above 1 the system was too sure of itself, below 1 too modest.
        n: Cases it was fitted on.
        loss_before: Mean negative log-likelihood with temperature 1.
        loss_after: The same at this temperature; never larger.
    """

    value: float
    n: int
    loss_before: float
    loss_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Isotonic:
    """The rising curve confidences are read off, linear between its points and level beyond them.

    Attributes:
        confidence: Stated confidences at its points, strictly rising, shape (m,), at least one.
        right: The share of right answers there, rising, each strictly between 0 and 1, shape (m,).
        n: Cases it was fitted on.
    """

    confidence: tuple[float, ...]
    right: tuple[float, ...]
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TooFewCases:
    """There are too few cases to say anything about calibration.

    Attributes:
        n: Cases there are.
        needed: Cases needed.
    """

    n: int
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Cases of similar confidence.

    Attributes:
        lowest: Lowest confidence among them.
        highest: Highest confidence among them.
        n: How many there are, at least 1.
        confidence: Their mean confidence.
        right: The share of right answers among them.
        low: Lower end of the exact interval of that share.
        high: Upper end of the exact interval of that share.
    """

    lowest: float
    highest: float
    n: int
    confidence: float
    right: float
    low: float
    high: float


def _log_odds(confidence: FloatArray) -> FloatArray:
    inside = np.clip(confidence, _SMALLEST, 1.0 - _SMALLEST)
    odds: FloatArray = np.log(inside) - np.log1p(-inside)
    return odds


def _log_softmax(scores: FloatArray) -> FloatArray:
    shifted: FloatArray = scores - scores.max(axis=1, keepdims=True)
    normed: FloatArray = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return normed


def _coolest(loss: Callable[[float], float]) -> float:
    """Returns the temperature of least loss by golden-section search on its logarithm; the loss has one minimum there."""
    low, high = np.log(_COLDEST), np.log(_HOTTEST)
    for _ in range(_STEPS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        low, high = (low, right) if loss(float(np.exp(left))) <= loss(float(np.exp(right))) else (left, high)
    return float(np.exp((low + high) / 2.0))


def _fitted(loss: Callable[[float], float], n: int) -> Temperature:
    before, value = loss(1.0), _coolest(loss)
    after = loss(value)
    return Temperature(value=value if after < before else 1.0, n=n, loss_before=before, loss_after=min(after, before))


def _scores(scores: ArrayLike) -> FloatArray:
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] < 2 or not np.isfinite(table).all():  # noqa: PLR2004 - two dimensions, two answers
        raise OutOfRangeError(
            f"scores have shape {table.shape!r}, but must be finite, one row per case, one column per answer: correct them"
        )
    return table


def fit_temperature(*, scores: ArrayLike, truth: ArrayLike, fewest: int = FEWEST) -> Temperature | TooFewCases:
    """Fits the temperature for a system that scores every answer.

    Args:
        scores: Logits, or logarithms of probabilities, shape (n, answers).
        truth: Column of the right answer, shape (n,).
        fewest: Cases needed, at least 2.

    Returns:
        The temperature of least negative log-likelihood, or that there are too few cases.

    Raises:
        OutOfRangeError: If scores are not finite, or a truth names no column.

    Source: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks" (2017).
    """
    table = _scores(scores)
    right: IntArray = np.asarray(truth, dtype=np.int64)
    n, answers = table.shape
    if right.shape != (n,) or (n and not 0 <= int(right.min()) <= int(right.max()) < answers):
        raise OutOfRangeError(f"truth has shape {right.shape!r}, but must name one of {answers} columns for each of {n} cases: correct it")
    if n < count("fewest", fewest, least=2):
        return TooFewCases(n=n, needed=fewest)
    return _fitted(lambda value: -float(_log_softmax(table / value)[np.arange(n), right].mean()), n)


def apply_temperature(*, scores: ArrayLike, temperature: float) -> FloatArray:
    """Returns probabilities at a temperature.

    Args:
        scores: Logits, or logarithms of probabilities, shape (n, answers).
        temperature: Above 0.

    Returns:
        Probabilities, shape (n, answers), each row summing to 1.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    return np.exp(_log_softmax(_scores(scores) / finite("temperature", temperature, above=0.0)))


def fit_confidence_temperature(*, confidence: ArrayLike, right: ArrayLike, fewest: int = FEWEST) -> Temperature | TooFewCases:
    """Fits the temperature for a system that only says how sure it is of its one answer.

    Args:
        confidence: Stated confidences, each in [0, 1], shape (n,).
        right: Whether each answer was right, shape (n,).
        fewest: Cases needed, at least 2.

    Returns:
        The temperature of least negative log-likelihood of log-odds / temperature, or that there are too few cases.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Guo et al. (2017), two answers.
    """
    odds = _log_odds(unit_vector("confidence", confidence))
    sign = np.where(mask("right", right, n=len(odds)), 1.0, -1.0)
    if len(odds) < count("fewest", fewest, least=2):
        return TooFewCases(n=len(odds), needed=fewest)
    return _fitted(lambda value: float(np.logaddexp(0.0, -sign * odds / value).mean()), len(odds))


def apply_confidence_temperature(*, confidence: ArrayLike, temperature: float) -> FloatArray:
    """Returns confidences at a temperature; a higher one stays higher, but beyond 1e-12 from 0 or 1 all are alike.

    Args:
        confidence: Stated confidences, each in [0, 1], shape (n,).
        temperature: Above 0.

    Returns:
        Confidences in [0, 1], shape (n,).

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    odds = _log_odds(unit_vector("confidence", confidence)) / finite("temperature", temperature, above=0.0)
    return np.exp(-np.logaddexp(0.0, -odds))


def fit_isotonic(*, confidence: ArrayLike, right: ArrayLike, fewest: int = FEWEST_FOR_CURVE) -> Isotonic | TooFewCases:
    """Fits the rising curve of least squares, drawn through the middles of its steps.

    Its ends keep 1 / (n + 2) away from 0 and 1, for no number of right answers proves that no answer is wrong.

    Args:
        confidence: Stated confidences, each in [0, 1], shape (n,).
        right: Whether each answer was right, shape (n,).
        fewest: Cases needed, at least 2.

    Returns:
        The curve, or that there are too few cases.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Zadrozny and Elkan, "Transforming classifier scores into accurate multiclass probability estimates" (KDD 2002), by pool
        adjacent violators (Ayer et al., 1955).
    """
    values = unit_vector("confidence", confidence)
    hits = mask("right", right, n=len(values)).astype(np.float64)
    n = len(values)
    if n < count("fewest", fewest, least=2):
        return TooFewCases(n=n, needed=fewest)
    stated, place, many = np.unique(values, return_inverse=True, return_counts=True)
    found: FloatArray = np.bincount(place, weights=hits).astype(np.float64)
    level = [slice(low, high) for low, high in itertools.pairwise(_steps(found, many))]
    middles = [float(np.average(stated[step], weights=many[step])) for step in level]
    heights = [float(found[step].sum() / many[step].sum()) for step in level]
    inside = np.clip(heights, 1.0 / (n + 2.0), 1.0 - 1.0 / (n + 2.0))
    return Isotonic(confidence=tuple(middles), right=tuple(inside.tolist()), n=n)


def _steps(found: FloatArray, many: IntArray) -> list[int]:
    """Where the steps of the rising curve of least squares begin, and the end; neighbours that fall are pooled until none does."""
    pooled: list[tuple[float, int, int]] = []
    for at, (hits, cases) in enumerate(zip(found.tolist(), many.tolist(), strict=True)):
        begins = at
        while pooled and pooled[-1][0] * cases >= hits * pooled[-1][1]:
            before, more, begins = pooled.pop()
            hits, cases = hits + before, cases + more  # noqa: PLW2901 - the step that grows
        pooled.append((hits, cases, begins))
    return [*(begins for _, _, begins in pooled), len(found)]


def apply_isotonic(*, confidence: ArrayLike, curve: Isotonic) -> FloatArray:
    """Returns confidences read off a curve; a higher one is never lower, and beyond the curve's ends all are alike.

    Args:
        confidence: Stated confidences, each in [0, 1], shape (n,).
        curve: From :func:`fit_isotonic`.

    Returns:
        Confidences in (0, 1), shape (n,).

    Raises:
        OutOfRangeError: If a confidence lies outside its range.
    """
    return np.interp(unit_vector("confidence", confidence), curve.confidence, curve.right)


def choose_calibration(*, confidence: ArrayLike, right: ArrayLike) -> Temperature | Isotonic | TooFewCases:
    """Fits both, and takes the curve only where it is better on cases that it was not fitted on.

    Args:
        confidence: Stated confidences on unsealed cases, each in [0, 1], shape (n,).
        right: Whether each answer was right, shape (n,).

    Returns:
        The curve where its cross-validated log loss is lower than the temperature's by more than one standard error of the difference,
        from 200 cases on; else the temperature; or that there are too few cases for either.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: five-fold cross-validation with the one-standard-error rule (Breiman et al., 1984); folds are every fifth case.
    """
    values = unit_vector("confidence", confidence)
    hits = mask("right", right, n=len(values))
    cooled = fit_confidence_temperature(confidence=values, right=hits)
    if len(values) < FEWEST_FOR_CURVE or isinstance(cooled, TooFewCases):
        return cooled
    saved = np.zeros(len(values))
    for fold in range(FOLDS):
        held = np.arange(len(values)) % FOLDS == fold
        saved[held] = _saved(values, hits, held)
    better = float(saved.mean()) > float(saved.std(ddof=1)) / len(saved) ** 0.5
    curve = fit_isotonic(confidence=values, right=hits)
    return curve if better else cooled


def _saved(values: FloatArray, hits: BoolArray, held: BoolArray) -> FloatArray:
    """By how much the curve's log loss is below the temperature's on each case held back, shape (held,)."""
    warm = fit_confidence_temperature(confidence=values[~held], right=hits[~held], fewest=2)
    curve = fit_isotonic(confidence=values[~held], right=hits[~held], fewest=2)
    if isinstance(warm, TooFewCases) or isinstance(curve, TooFewCases):
        return np.zeros(int(held.sum()))
    cooled = apply_confidence_temperature(confidence=values[held], temperature=warm.value)
    return log_losses(confidence=cooled, right=hits[held]) - log_losses(
        confidence=apply_isotonic(confidence=values[held], curve=curve), right=hits[held]
    )


def log_losses(*, confidence: ArrayLike, right: ArrayLike) -> FloatArray:
    """Returns how surprised stated confidences are by what turned out, in nats.

    Args:
        confidence: Stated confidences, each in [0, 1]; beyond 1e-12 from 0 or 1 they count as that, shape (n,).
        right: Whether each answer was right, shape (n,).

    Returns:
        Minus the logarithm of what was said of what came, shape (n,).

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    values = np.clip(unit_vector("confidence", confidence), _SMALLEST, 1.0 - _SMALLEST)
    found: FloatArray = -np.log(np.where(mask("right", right, n=len(values)), values, 1.0 - values))
    return found


def _bin(confidence: FloatArray, right: FloatArray, delta: float) -> Bin:
    n, hits = len(confidence), int(right.sum())
    low, high = interval(errors=hits, n=n, delta=delta)
    return Bin(
        lowest=float(confidence.min()),
        highest=float(confidence.max()),
        n=n,
        confidence=float(confidence.mean()),
        right=hits / n,
        low=low,
        high=high,
    )


def reliability(
    *, confidence: ArrayLike, right: ArrayLike, bins: int = 10, delta: float = 0.05, fewest: int = FEWEST
) -> tuple[Bin, ...] | TooFewCases:
    """Returns how often answers of each confidence were right, with exact intervals.

    Args:
        confidence: Stated confidences, each in [0, 1], shape (n,).
        right: Whether each answer was right, shape (n,).
        bins: At most so many bins, of about equal numbers of cases; equal confidences share a bin.
        delta: Probability that one bin's interval misses, in (0, 1).
        fewest: Cases needed, at least 1.

    Returns:
        The bins from least to most confident, or that there are too few cases.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: reliability diagram, DeGroot and Fienberg (1983); intervals of Clopper and Pearson (1934).
    """
    values = unit_vector("confidence", confidence)
    hits = mask("right", right, n=len(values)).astype(np.float64)
    open_unit("delta", delta)
    if len(values) < count("fewest", fewest, least=1):
        return TooFewCases(n=len(values), needed=fewest)
    order = np.argsort(values, kind="stable")
    values, hits = values[order], hits[order]
    wanted = np.linspace(0, len(values), count("bins", bins, least=1) + 1).round().astype(np.int64)[1:-1]
    cuts = np.unique(np.searchsorted(values, values[wanted], side="left"))
    parts = zip(np.split(values, cuts), np.split(hits, cuts), strict=True)
    return tuple(_bin(one, two, delta) for one, two in parts if len(one))
