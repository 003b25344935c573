"""Clusters: evidence counts customers, not their cases, and keeps its promise where cases of one err together."""

import numpy as np
import pytest

from licet.stats.clustered import broken_promises, clustered_sequence
from licet.stats.promises import AlonePromise, Labelled, NeverPromise
from licet.stats.ranges import FloatArray, IntArray, OutOfRangeError
from licet.stats.threshold import anytime_sequence, fixed_sequence, tally

RUNS = 400


def labelled(losses: FloatArray) -> Labelled:
    return Labelled(confidence=np.ones(len(losses)), loss=losses, eligible=np.ones(len(losses), dtype=np.bool_))


def certified(losses: FloatArray, ids: IntArray, *, largest: int = 20) -> bool:
    promise = AlonePromise(target=0.05, delta=0.05)
    return clustered_sequence(labelled=labelled(losses), promises=[promise], thresholds=[0.5], clusters=ids, largest=largest) is not None


def drawn(rng: np.random.Generator, *, clusters: int, rate: float) -> tuple[FloatArray, IntArray]:
    """Clusters of 1 to 20 cases that are wholly right or wholly wrong; small ones err five times as often as large ones."""
    sizes = np.where(rng.random(clusters) < 0.5, 20, 1)
    per_case = np.where(sizes == 1, 5 * rate, rate)
    scale = rate / ((sizes * per_case).sum() / sizes.sum())
    wrong = rng.random(clusters) < per_case * scale
    return np.repeat(wrong, sizes).astype(np.float64), np.repeat(np.arange(clusters), sizes)


def test_a_promise_that_is_just_broken_is_certified_in_one_draw_of_twenty_at_most() -> None:
    """Counting cases as if they were alone certifies a true 5.0001% in a good many draws; clusters as one draw do not."""
    rng = np.random.default_rng(20261128)
    mine = naive = 0
    for _ in range(RUNS):
        losses, ids = drawn(rng, clusters=150, rate=0.050001)
        mine += certified(losses, ids)
        counts = tally(labelled=labelled(losses), promise=AlonePromise(target=0.05, delta=0.05), thresholds=[0.5])
        naive += fixed_sequence([counts]) is not None
    assert mine / RUNS <= 0.05
    assert naive / RUNS > 0.15


def test_clusters_without_errors_are_certified_after_a_while_and_the_order_of_cases_says_nothing() -> None:
    ids = np.repeat(np.arange(120), 3)
    losses = np.zeros(360)
    losses[5] = 1.0
    assert certified(losses, ids, largest=3)
    order = np.random.default_rng(1).permutation(360)
    assert certified(losses[order], ids[order], largest=3)
    assert not certified(losses[:60], ids[:60], largest=3)
    with pytest.raises(OutOfRangeError, match="has 3 cases"):
        certified(losses, ids, largest=2)


def test_a_single_named_error_breaks_a_promise_of_never_whatever_the_target_allows() -> None:
    clean, seen = np.zeros(400, dtype=np.bool_), np.zeros(400, dtype=np.bool_)
    seen[7] = True
    held = labelled(np.zeros(400))
    for named, passes in ((clean, True), (seen, False)):
        promise = NeverPromise(target=0.05, delta=0.05, named=named)
        exact = fixed_sequence([tally(labelled=held, promise=promise, thresholds=[0.5])])
        anytime = anytime_sequence(labelled=held, promises=[promise], thresholds=[0.5])
        clustered = clustered_sequence(labelled=held, promises=[promise], thresholds=[0.5], clusters=np.arange(400), largest=2)
        assert [one is not None for one in (exact, anytime, clustered)] == [passes] * 3


def test_graded_losses_above_the_target_are_shown_to_break_the_promise() -> None:
    promise = AlonePromise(target=0.05, delta=0.05)
    assert broken_promises(labelled=labelled(np.full(300, 0.3)), promises=[promise], threshold=0.5) == (0,)
    assert broken_promises(labelled=labelled(np.full(300, 0.04)), promises=[promise], threshold=0.5) == ()
