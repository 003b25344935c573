"""Roll-out: what difference AI makes, where chance alone chose which cases it was given.

While a mandate is exposed to a share of the cases it might decide, each of them falls to AI or to a person by a draw that knows nothing
of the case. Within one step of the plan the two groups differ by chance and by nothing else, so that the difference of their means is
caused by who decided. Steps have different shares and lie in different weeks: they are compared each for itself and then weighed.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtrit

from licet.stats.ranges import BoolArray, FloatArray, IntArray, OutOfRangeError, open_unit

FEWEST_IN_ARM: Final = 30
"""A step with fewer cases on either side is left out: the mean of so few skewed times has no interval that holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The mean of the cases that chance gave to AI, less the mean of those it left to people.

    Attributes:
        estimate: the difference, in the outcome's unit.
        low, high: its interval.
        given: cases given to AI that are counted; `left` those left to people.
        steps: how many steps of the plan are counted.
        left_out: cases of steps with too few on either side.
    """

    estimate: float
    low: float
    high: float
    given: int
    left: int
    steps: int
    left_out: int


def randomised_difference(outcome: FloatArray, given: BoolArray, step: IntArray, *, confidence: float = 0.95) -> Difference | None:
    """Returns the average effect of giving a case to AI, over the cases of all steps that are large enough.

    Args:
        outcome: What came of each case, shape (n,), finite, in any unit.
        given: Whether chance gave it to AI, shape (n,).
        step: The step in which it was drawn, shape (n,).
        confidence: Of the interval, in (0, 1).

    Returns:
        The difference, each step weighed by its cases; None where no step has `FEWEST_IN_ARM` cases on both sides.

    Raises:
        OutOfRangeError: If shapes differ, an outcome is not finite, or confidence lies outside its range.

    Source: Neyman's estimator for stratified randomised experiments and its conservative variance (Imbens and Rubin, Causal Inference
    for Statistics, Social, and Biomedical Sciences, 2015, chapters 6 and 9), with Satterthwaite's degrees of freedom.
    """
    open_unit("confidence", confidence)
    if not outcome.shape == given.shape == step.shape or outcome.ndim != 1:
        shapes = f"{outcome.shape}, {given.shape} and {step.shape}"
        raise OutOfRangeError(f"outcome, given and step have the shapes {shapes}: give one of each for each case")
    if not bool(np.all(np.isfinite(outcome))):
        raise OutOfRangeError("an outcome is not finite: leave out what is unknown, and say how much")
    arms = [(outcome[(step == one) & given], outcome[(step == one) & ~given]) for one in np.unique(step)]
    counted = [arm for arm in arms if min(arm[0].size, arm[1].size) >= FEWEST_IN_ARM]
    if not counted:
        return None
    sizes = np.array([[one.size for one in arm] for arm in counted], dtype=np.float64)
    means = np.array([[one.mean() for one in arm] for arm in counted])
    spreads = np.array([[one.var(ddof=1) for one in arm] for arm in counted])
    weights = sizes.sum(axis=1) / sizes.sum()
    parts = weights[:, None] ** 2 * spreads / sizes
    estimate, variance = float(weights @ (means[:, 0] - means[:, 1])), float(parts.sum())
    freedom = 1.0 if variance == 0.0 else variance**2 / float((parts**2 / (sizes - 1.0)).sum())
    half = float(stdtrit(freedom, (1.0 + confidence) / 2.0)) * variance**0.5
    return Difference(
        estimate=estimate,
        low=estimate - half,
        high=estimate + half,
        given=int(sizes[:, 0].sum()),
        left=int(sizes[:, 1].sum()),
        steps=len(counted),
        left_out=int(outcome.size - sizes.sum()),
    )
