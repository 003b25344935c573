"""The blend: how much the classifier and the precedents each count, so that confidence says how often the answer is right."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from licet.edge.features import NotTrainableError

FEWEST = 10
"""Fewest calibration cases with an answer that the build part knows."""

_DECIMALS = 4
_STEPS = 50
_PRIOR = 0.5
_BOUNDS = ((0.05, 20.0), (0.0, 5.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """p(answer) ∝ exp(score / temperature + precedent_weight · log vote).

    Attributes:
        temperature: above 0; below 1 where the classifier is too modest, above where it is too sure.
        precedent_weight: 0 or more; how much the vote of the nearest past cases counts.
    """

    temperature: float
    precedent_weight: float

    def probabilities(self, scores: NDArray[np.float64], votes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Blends.

        Args:
            scores: the classifier's logits, shape (n, classes).
            votes: logarithm of each class's share among the nearest past cases, shape (n, classes), finite.

        Returns:
            Shape (n, classes), rows sum to 1.
        """
        return _softmax(scores / self.temperature + self.precedent_weight * votes)


def fit_blend(scores: NDArray[np.float64], votes: NDArray[np.float64], labels: NDArray[np.int64]) -> Blend:
    """Fits both numbers on calibration cases, which the classifier was not trained on.

    Minimises the negative log-likelihood, which is convex in (1 / temperature, weight), with a weak pull (half a case) towards (1, 0), by
    projected Newton steps. With the weight at 0 this is temperature scaling (Guo et al. 2017, "On Calibration of Modern Neural Networks").

    Args:
        scores: logits, shape (n, classes).
        votes: log shares, shape (n, classes).
        labels: the right class of each, shape (n,).

    Returns:
        The blend, rounded to 4 decimals so that the system's fingerprint does not hang on a last digit.

    Raises:
        NotTrainableError: when n < `FEWEST`.
    """
    if labels.size < FEWEST:
        message = (
            f"{labels.size!r} calibration cases have an answer that the build part knows; {FEWEST} are needed to calibrate. "
            "Import more history, or give the calibration part a larger share."
        )
        raise NotTrainableError(message)
    parts = np.stack([scores, votes])
    point = _descend(parts, labels, np.array([1.0, 0.0]))
    return Blend(temperature=round(1.0 / float(point[0]), _DECIMALS), precedent_weight=round(float(point[1]), _DECIMALS))


def _descend(parts: NDArray[np.float64], labels: NDArray[np.int64], point: NDArray[np.float64]) -> NDArray[np.float64]:
    lower, upper = np.array(_BOUNDS).T
    loss, slope, curvature = _objective(parts, labels, point)
    for _ in range(_STEPS):
        free = ~(((point <= lower) & (slope > 0)) | ((point >= upper) & (slope < 0)))
        step = np.zeros(2)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], slope[free])
        size = 1.0
        while size > 1e-6:  # noqa: PLR2004 - a step this small changes no stored digit
            following = np.clip(point - size * step, lower, upper)
            reached = _objective(parts, labels, following)
            if reached[0] <= loss:
                break
            size /= 2
        else:
            return point
        moved = float(np.abs(following - point).max())
        point, (loss, slope, curvature) = following, reached
        if moved < 1e-9:  # noqa: PLR2004 - far below the stored digits
            break
    return point


def _objective(
    parts: NDArray[np.float64], labels: NDArray[np.int64], point: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Loss, gradient (2,) and Hessian (2, 2) at (1 / temperature, weight)."""
    chances = _softmax(point[0] * parts[0] + point[1] * parts[1])
    each = np.arange(labels.size)
    pull = point - np.array([1.0, 0.0])
    loss = -float(np.log(np.maximum(chances[each, labels], 1e-300)).sum()) + 0.5 * _PRIOR * float((pull * pull).sum())
    means = (parts * chances).sum(axis=2)
    slope = (means - parts[:, each, labels]).sum(axis=1) + _PRIOR * pull
    products = (parts[:, np.newaxis] * parts[np.newaxis] * chances).sum(axis=(2, 3)) - (means[:, np.newaxis] * means[np.newaxis]).sum(
        axis=2
    )
    return loss, slope, products + _PRIOR * np.eye(2)


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return chances
