"""Which cases may be decided alone where cases come in clusters: one bet per cluster, valid at every number of errors."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from licet.stats.betting import cluster_log_e_path, exceeding_log_e_path
from licet.stats.promises import Labelled, Promise, allows_none, series
from licet.stats.ranges import FloatArray, IntArray, OutOfRangeError, same_length
from licet.stats.threshold import CertifiedAnytime


def clustered_sequence(
    *, labelled: Labelled, promises: Sequence[Promise], thresholds: Sequence[float], clusters: ArrayLike, largest: int
) -> CertifiedAnytime | None:
    """Tests thresholds from strict to lenient, each by the evidence of whole clusters, and stops at the first that fails a promise.

    The labels are those of **one declared look**, and the evidence of all of them counts (Markov): not the largest along the way, for
    large clusters come early in the order of drawing, and may err less than small ones. Asked again after more labels, clusters would
    have grown: that is another look, with a chance of its own. Clusters are taken to be independent draws.

    Args:
        labelled: The labelled cases in the order they were drawn; losses may be graded.
        promises: What is promised; at least one, each with the chance of this look.
        thresholds: Candidate thresholds, strict to lenient, fixed before the first label.
        clusters: The cluster of each case as a number, shape (n,).
        largest: The most cases a cluster can have, fixed before the first label.

    Returns:
        The last threshold that passed; None if not even the strictest has.

    Raises:
        OutOfRangeError: If shapes differ, there is no promise, or a cluster is larger than ``largest``.

    Source: bets on bounded sums of clusters, after Waudby-Smith and Ramdas (2024), inside a fixed
        sequence of tests (Angelopoulos et al. 2021).
    """
    ids = _ids(labelled, clusters)
    if not promises:
        raise OutOfRangeError("there is no promise to test: give at least one")
    found: CertifiedAnytime | None = None
    for index, threshold in enumerate(thresholds):
        found_here = tuple(_evidence(labelled, promise, threshold, ids, largest) for promise in promises)
        if any(one < -math.log(promise.delta) for one, promise in zip(found_here, promises, strict=True)):
            break
        found = CertifiedAnytime(index=index, log_e=found_here)
    return found


def broken_promises(
    *, labelled: Labelled, promises: Sequence[Promise], threshold: float, clusters: ArrayLike | None = None, largest: int = 1
) -> tuple[int, ...]:
    """Returns the promises that the region at a threshold is shown to break, each at its own delta, for losses of any size.

    Args:
        labelled: The labelled cases in the order they were drawn.
        promises: What is promised.
        threshold: Lowest confidence inside.
        clusters: The cluster of each case as a number, shape (n,); None: each case is one.
        largest: The most cases a cluster can have.

    Returns:
        Places of the broken promises; empty when none is shown to be broken.

    Raises:
        OutOfRangeError: If shapes differ or a cluster is larger than ``largest``.

    Source: the bets of ``clustered_sequence`` the other way round.
    """
    ids = np.arange(len(labelled.loss)) if clusters is None else _ids(labelled, clusters)
    return tuple(at for at, promise in enumerate(promises) if _exceeds(labelled, promise, threshold, ids, largest))


def _ids(labelled: Labelled, clusters: ArrayLike) -> IntArray:
    ids = np.asarray(clusters, dtype=np.int64)
    same_length(loss=labelled.loss, clusters=ids)
    return ids


def _evidence(labelled: Labelled, promise: Promise, threshold: float, ids: IntArray, largest: int) -> float:
    losses, places = series(labelled, promise, threshold)
    if not losses.size or (allows_none(promise) and losses.any()):
        return -math.inf
    return float(cluster_log_e_path(clusters=_grouped(losses, ids[places]), target=promise.target, largest=largest)[-1])


def _exceeds(labelled: Labelled, promise: Promise, threshold: float, ids: IntArray, largest: int) -> bool:
    losses, places = series(labelled, promise, threshold)
    if not losses.size:
        return False
    path = exceeding_log_e_path(clusters=_grouped(losses, ids[places]), target=promise.target, largest=largest)
    return float(path[-1]) >= -math.log(promise.delta)


def _grouped(losses: FloatArray, ids: IntArray) -> list[FloatArray]:
    """The losses of each cluster, in any order."""
    _, place = np.unique(ids, return_inverse=True)
    return np.split(losses[np.argsort(place, kind="stable")], np.cumsum(np.bincount(place))[:-1])
