"""A few labels to find out where labels are worth most: a pilot over all cases, a region fixed by it, and labels inside only."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from licet.stats.bounds import log_e_values
from licet.stats.ranges import BoolArray, FloatArray, IntArray, OutOfRangeError, count, mask, open_unit, same_length, unit, unit_vector
from licet.stats.threshold import certifies_graded

PILOT: Final = 100
"""Cases of a pilot."""

NARROWEST: Final = 0.15
"""Share of the cases that the target region holds at least, also where no region is predicted to be good enough."""

INNER: Final = 0.6
"""Share of the target region that its inner part holds."""

REGION_SHARE: Final = 0.8
"""Share of the accepted chance that the test of the whole target region spends; the test of its inner part spends the rest."""

_STEPS: Final = 30
_RIDGE: Final = 0.1
_FURTHEST: Final = 30.0
_START: Final = -2.0


class Part(StrEnum):
    """Which part of a target region is proven."""

    REGION = "region"
    INNER = "inner"


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskCurve:
    """How the risk of a wrong answer rises from the most confident case to the least: logistic in the rank.

    Attributes:
        intercept: Log-odds of an error of the most confident case.
        slope: By how much they rise up to the least confident one.
    """

    intercept: float
    slope: float

    def at(self, rank: ArrayLike) -> FloatArray:
        """Returns the predicted risk at ranks in [0, 1], same shape; an estimate, never a bound."""
        odds = self.intercept + self.slope * np.asarray(rank, dtype=np.float64)
        return np.exp(-np.logaddexp(0.0, -odds))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A region to be labelled, fixed before the first label inside it.

    Attributes:
        threshold: The lowest confidence inside; ties are inside.
        inner: The lowest confidence inside its inner part; equal to ``threshold`` where ties leave no difference.
        cases: Reference cases inside.
        inner_cases: Reference cases inside the inner part.
        of: Reference cases in all.
        predicted: Estimated error rate inside; a guide to planning, never evidence.
    """

    threshold: float
    inner: float
    cases: int
    inner_cases: int
    of: int
    predicted: float


def ranks_among(*, confidence: ArrayLike, reference: ArrayLike) -> FloatArray:
    """Returns where confidences stand among those of reference cases.

    Args:
        confidence: Confidences to be placed, each in [0, 1], shape (n,).
        reference: Confidences of the reference cases, each in [0, 1], shape (m,), at least one.

    Returns:
        The share of reference cases that are more confident, ties counting half, each in [0, 1], shape (n,).

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    values, others = unit_vector("confidence", confidence), np.sort(unit_vector("reference", reference))
    if not len(others):
        raise OutOfRangeError("there is no reference case: give the confidences of the cases that may be decided alone")
    above = len(others) - np.searchsorted(others, values, side="right")
    ties = np.searchsorted(others, values, side="right") - np.searchsorted(others, values, side="left")
    found: FloatArray = (above + ties / 2.0) / len(others)
    return found


def risk_curve(*, rank: ArrayLike, loss: ArrayLike) -> RiskCurve:
    """Fits the logistic risk curve of a pilot by Newton steps, with a small pull of the slope towards none.

    Args:
        rank: Where each pilot case stands by confidence, in [0, 1], 0 the most confident, shape (n,).
        loss: How wrong each answer was, in [0, 1], shape (n,).

    Returns:
        The curve; with no case the one it starts from, a risk of 12% throughout.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: logistic regression with a ridge (le Cessie and van Houwelingen, 1992).
    """
    where, wrong = unit_vector("rank", rank), unit_vector("loss", loss)
    same_length(rank=where, loss=wrong)
    design = np.column_stack([np.ones_like(where), where])
    beta = np.array([_START, 0.0])
    for _ in range(_STEPS):
        risk = np.exp(-np.logaddexp(0.0, -design @ beta))
        curvature = (design * (risk * (1.0 - risk))[:, np.newaxis]).T @ design + _RIDGE * np.eye(2)
        step = np.linalg.solve(curvature, design.T @ (wrong - risk) - _RIDGE * beta * np.array([0.0, 1.0]))
        beta = np.clip(beta + step, -_FURTHEST, _FURTHEST)
    return RiskCurve(intercept=float(beta[0]), slope=float(beta[1]))


def plan_target(*, confidence: ArrayLike, loss: ArrayLike, reference: ArrayLike, target: float) -> Target:
    """Fixes the region to be labelled: the widest one whose predicted error is at most half the target, or the most confident 15%.

    What comes out decides only where labels are asked for. The pilot's labels must never enter the evidence about the region.

    Args:
        confidence: Confidences of the pilot cases, each in [0, 1], shape (n,).
        loss: How wrong each was, in [0, 1]; 1 for cases that may not be decided alone is not meant: leave them out, shape (n,).
        reference: Confidences of all cases that may be decided alone and are not of the pilot, shape (m,), at least one.
        target: The error rate promised, in (0, 1).

    Returns:
        The region with its inner part.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    values = np.sort(unit_vector("reference", reference))[::-1]
    curve = risk_curve(rank=ranks_among(confidence=confidence, reference=values), loss=loss)
    size = len(values)
    mean = np.cumsum(curve.at((np.arange(size) + 0.5) / size)) / np.arange(1, size + 1)
    good = np.flatnonzero(mean <= open_unit("target", target) / 2.0)
    least = math.ceil(NARROWEST * size)
    wanted = max(least, int(good[-1]) + 1) if good.size else least
    threshold, inner = float(values[wanted - 1]), float(values[math.ceil(INNER * wanted) - 1])
    cases, inside = int((values >= threshold).sum()), int((values >= inner).sum())
    return Target(threshold=threshold, inner=inner, cases=cases, inner_cases=inside, of=size, predicted=float(mean[cases - 1]))


def proven(*, loss: ArrayLike, inner: ArrayLike, target: float, delta: float) -> Part | None:
    """Says which part of a target region is proven by labels drawn at random inside it; may be asked again after every label.

    The region is tested at 0.8 of the accepted chance and its inner part at 0.2, each by the anytime evidence over its own cases in
    the order they were drawn; so the chance of a false certificate is at most delta, however the region was chosen before.

    Args:
        loss: How wrong each answer was, in [0, 1], **in the order the cases were drawn**, shape (n,).
        inner: Whether each case lies in the inner part, shape (n,).
        target: The error rate promised, in (0, 1).
        delta: The allowed probability of certifying wrongly, in (0, 1).

    Returns:
        The wider part that has ever been proven; None if neither has.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Ville (1939), union bound over the two tests.
    """
    losses = unit_vector("loss", loss)
    within: BoolArray = mask("inner", np.asarray(inner, dtype=np.bool_), n=len(losses))
    if certifies_graded(losses=losses, target=target, delta=REGION_SHARE * open_unit("delta", delta)):
        return Part.REGION
    if certifies_graded(losses=losses[within], target=target, delta=(1.0 - REGION_SHARE) * delta):
        return Part.INNER
    return None


def labels_expected(*, rate: float, target: float, delta: float, cap: int) -> int | None:
    """Estimates how many labels inside a region prove it by the anytime evidence, if its error rate were the one supposed.

    Args:
        rate: Supposed error rate inside, in [0, 1].
        target: The error rate promised, in (0, 1).
        delta: The allowed probability of certifying wrongly, in (0, 1).
        cap: Most labels there may be, at least 1.

    Returns:
        The fewest labels at which errors at exactly that rate prove it: an estimate, passed before in about half of all runs; None if
        that takes more than the cap.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    sizes: IntArray = np.arange(1, count("cap", cap, least=1) + 1)
    reached = log_e_values(loss_sum=unit("rate", rate) * sizes, n=sizes, target=target) >= -math.log(open_unit("delta", delta))
    return int(sizes[np.argmax(reached)]) if reached.any() else None
