"""The classifier inside the built-in system: one weight for each feature and answer, learnt from past cases."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from licet.edge.exact import CHANCE_BITS, WEIGHT_BITS, on_grid

Floats = NDArray[np.floating[Any]]
Matrix: TypeAlias = Floats | sp.csr_array

_MEMORY = 8
_SUFFICIENT_DECREASE = 1e-4
_SMALLEST_STEP = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Softmax:
    """A trained classifier. `weights` has shape (features, classes), `intercept` (classes,)."""

    weights: Floats
    intercept: Floats

    def logits(self, rows: Matrix) -> NDArray[np.float64]:
        """Scores each class for each row.

        Args:
            rows: shape (n, features); a dense array or a `csr_array`.

        Returns:
            Shape (n, classes), natural-log scale, up to a constant per row.
        """
        scores: NDArray[np.float64] = np.asarray(rows @ self.weights, dtype=np.float64) + self.intercept
        return scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """When to stop learning: after `iterations`, or when a step lowers the loss by less than the share `tolerance` of it."""

    iterations: int
    tolerance: float


def fit_softmax(rows: Matrix, labels: NDArray[np.int64], *, classes: int, cost: float, effort: Effort) -> Softmax:
    """Multinomial logistic regression with an L2 penalty.

    Minimises sum of -log p(label) + |weights|² / (2 cost), the intercept unpenalised (scikit-learn's objective), by L-BFGS with a diagonal
    start (Nocedal & Wright 2006, algorithm 7.4) and backtracking. No chance is involved, and no sum depends on the number of threads:
    sparse products are made in order, dense ones on a grid (see `licet.edge.exact`).

    Args:
        rows: shape (n, features), a dense float64 array or a `csr_array`; n >= 1.
        labels: shape (n,), in [0, classes).
        classes: number of classes, >= 2.
        cost: inverse strength of the penalty, > 0.
        effort: when to stop.

    Returns:
        The classifier.
    """
    problem = _Problem(rows=rows, labels=labels, penalty=1.0 / cost)
    start = np.zeros((rows.shape[1] + 1, classes), dtype=rows.dtype)
    found = _minimise(problem, start, _scale_of(rows, classes, cost), effort)
    weights = on_grid(found[:-1], WEIGHT_BITS) if isinstance(rows, np.ndarray) else found[:-1]
    return Softmax(weights=weights, intercept=found[-1])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Problem:
    rows: Matrix
    labels: NDArray[np.int64]
    penalty: float

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        """Loss and gradient at a point of shape (features + 1, classes); its last row is the intercept."""
        dense = isinstance(self.rows, np.ndarray)
        weights = on_grid(point[:-1], WEIGHT_BITS) if dense else point[:-1]
        scores = self.rows @ weights
        scores += point[-1]
        scores -= scores.max(axis=1, keepdims=True)
        each = np.arange(self.labels.size)
        right = scores[each, self.labels].astype(np.float64)
        chances = np.exp(scores)
        total = chances.sum(axis=1, keepdims=True)
        loss = float((np.log(total[:, 0].astype(np.float64)) - right).sum()) + 0.5 * self.penalty * _dot(weights, weights)
        chances /= total
        chances[each, self.labels] -= 1
        slope = np.empty_like(point)
        slope[:-1] = self.rows.T @ (on_grid(chances, CHANCE_BITS) if dense else chances)
        slope[:-1] += point.dtype.type(self.penalty) * weights
        slope[-1] = chances.sum(axis=0)
        return loss, slope


@dataclass(slots=True, kw_only=True, eq=False)
class _History:
    """The last few steps, from which L-BFGS guesses the curvature."""

    scale: Floats
    steps: deque[tuple[Floats, Floats, float]] = field(default_factory=lambda: deque(maxlen=_MEMORY))

    def add(self, step: Floats, change: Floats) -> None:
        curvature = _dot(step, change)
        if curvature > 1e-10 * _dot(change, change):
            self.steps.append((step, change, curvature))

    def direction(self, slope: Floats) -> Floats:
        """The two-loop recursion; returns the direction to walk against."""
        kind = slope.dtype.type
        found = slope.copy()
        shares: list[float] = []
        for step, change, curvature in reversed(self.steps):
            shares.append(_dot(step, found) / curvature)
            found -= kind(shares[-1]) * change
        found *= self.scale
        if self.steps:
            _, change, curvature = self.steps[-1]
            found *= kind(curvature / _dot(change, change * self.scale))
        for (step, change, curvature), share in zip(self.steps, reversed(shares), strict=True):
            found += kind(share - _dot(change, found) / curvature) * step
        return found


def _minimise(problem: Callable[[Floats], tuple[float, Floats]], start: Floats, scale: Floats, effort: Effort) -> Floats:
    point = start
    loss, slope = problem(point)
    history = _History(scale=scale)
    for _ in range(effort.iterations):
        direction = history.direction(slope)
        descent, size = _dot(slope, direction), 1.0
        while True:
            following = point - point.dtype.type(size) * direction
            lower, steeper = problem(following)
            if lower <= loss - _SUFFICIENT_DECREASE * size * descent:
                break
            size /= 2
            if size < _SMALLEST_STEP:
                return point
        history.add(following - point, steeper - slope)
        settled = loss - lower <= effort.tolerance * abs(lower)
        point, loss, slope = following, lower, steeper
        if settled:
            break
    return point


def _scale_of(rows: Matrix, classes: int, cost: float) -> Floats:
    """One over the diagonal of the curvature at the start, shape (features + 1, 1)."""
    squared = rows * rows if isinstance(rows, np.ndarray) else rows.multiply(rows)
    squares = np.asarray(squared.sum(axis=0), dtype=np.float64)
    spread = (1.0 / classes) * (1.0 - 1.0 / classes)
    curvature = np.append(squares.ravel() * spread + 1.0 / cost, rows.shape[0] * spread)
    scale: Floats = (1.0 / curvature).astype(rows.dtype)[:, np.newaxis]
    return scale


def _dot(left: Floats, right: Floats) -> float:
    """Inner product without BLAS, so that it does not depend on the number of threads."""
    return float(np.einsum("i,i->", left.ravel(), right.ravel()))
