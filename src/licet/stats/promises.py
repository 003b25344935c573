"""Promises: what is to hold of the cases decided alone, and which labelled cases count for it."""

from dataclasses import dataclass
from typing import assert_never

import numpy as np

from licet.stats.ranges import BoolArray, FloatArray, IntArray, mask, same_length, unit_vector


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labelled:
    """Sealed cases with their labels, in the order they were drawn.

    Attributes:
        confidence: The stored confidence routing will compare, each in [0, 1], shape (n,).
        loss: Loss of each case, in [0, 1]; 1 is wrong, also for unanswered and "cannot tell", shape (n,).
        eligible: False for cases a guard or the never-alone list keeps from being decided alone, shape (n,).
    """

    confidence: FloatArray
    loss: FloatArray
    eligible: BoolArray

    def __post_init__(self) -> None:
        """Refuses arrays that do not describe the same cases."""
        unit_vector("confidence", self.confidence)
        unit_vector("loss", self.loss)
        n = same_length(confidence=self.confidence, loss=self.loss)
        mask("eligible", self.eligible, n=n)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AlonePromise:
    """The mean loss among cases decided alone is at most the target.

    Attributes:
        target: The error rate promised, in (0, 1).
        delta: The allowed probability of certifying wrongly, in (0, 1).
        members: True for the cases the promise speaks of (a slice); None for all, shape (n,).
    """

    target: float
    delta: float
    members: BoolArray | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MissedPromise:
    """Of all high-stakes cases, at most the target share is decided alone and wrong.

    Attributes:
        target: The share promised, in (0, 1).
        delta: The allowed probability of certifying wrongly, in (0, 1).
        high_stakes: True for the cases whose truth is high-stakes, shape (n,).
    """

    target: float
    delta: float
    high_stakes: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NeverPromise:
    """Among cases decided alone, at most the target share is one of some named errors, and not a single one was seen.

    Attributes:
        target: The share promised, in (0, 1).
        delta: The allowed probability of certifying wrongly, in (0, 1).
        named: True for the cases with one of these errors, whether or not they are decided alone, shape (n,).
    """

    target: float
    delta: float
    named: BoolArray


Promise = AlonePromise | MissedPromise | NeverPromise


def _counted(labelled: Labelled, promise: Promise) -> BoolArray:
    n = len(labelled.loss)
    match promise:
        case AlonePromise(members=members):
            return labelled.eligible if members is None else labelled.eligible & mask("members", members, n=n)
        case MissedPromise(high_stakes=high_stakes):
            return mask("high_stakes", high_stakes, n=n)
        case NeverPromise():
            return labelled.eligible
        case _:
            assert_never(promise)


def series(labelled: Labelled, promise: Promise, threshold: float) -> tuple[FloatArray, IntArray]:
    """Returns the losses that count for a promise at a threshold, and which cases they are of.

    Args:
        labelled: The labelled cases.
        promise: What is promised.
        threshold: Lowest confidence decided alone.

    Returns:
        Losses in draw order, shape (m,), and the places of their cases, shape (m,).

    Raises:
        OutOfRangeError: If a mask has another length than the cases.
    """
    alone = labelled.eligible & (labelled.confidence >= threshold)
    counted = _counted(labelled, promise)
    match promise:
        case AlonePromise():
            places = np.flatnonzero(counted & alone)
            return labelled.loss[places], places
        case MissedPromise():
            places = np.flatnonzero(counted)
            return np.where(alone, labelled.loss, 0.0)[places], places
        case NeverPromise(named=named):
            places = np.flatnonzero(counted & alone)
            return mask("named", named, n=len(labelled.loss))[places].astype(np.float64), places
        case _:
            assert_never(promise)


def allows_none(promise: Promise) -> bool:
    """Returns whether a single error breaks the promise, whatever the target says."""
    return isinstance(promise, NeverPromise)
