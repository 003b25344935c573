"""Choosing the region that may be decided alone, and attempts on the same cases."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.stats.attempts import attempt_delta, shown_outputs
from licet.stats.bounds import certifies, upper_bound
from licet.stats.promises import AlonePromise, Labelled, MissedPromise
from licet.stats.ranges import BoolArray, FloatArray, OutOfRangeError
from licet.stats.threshold import (
    Tally,
    anytime_sequence,
    candidate_thresholds,
    certifies_graded,
    fixed_sequence,
    largest_region_fails,
    start_rank,
    start_size,
    tally,
)

quick = settings(max_examples=60, deadline=None)


def labelled(confidence: FloatArray, loss: FloatArray, eligible: BoolArray | None = None) -> Labelled:
    return Labelled(confidence=confidence, loss=loss, eligible=np.ones(len(loss), dtype=np.bool_) if eligible is None else eligible)


def one(errors: tuple[int, ...], n: tuple[int, ...], *, target: float = 0.05, delta: float = 0.05) -> Tally:
    return Tally(target=target, delta=delta, errors=errors, n=n)


def test_when_not_even_the_strictest_region_passes_there_is_no_region() -> None:
    assert fixed_sequence([one((1, 1, 1), (59, 200, 400))]) is None


def test_the_last_region_before_the_first_failure_is_returned() -> None:
    found = fixed_sequence([one((0, 1, 30, 2), (59, 93, 124, 1000))])
    assert found is not None
    assert found.index == 1
    assert found.bounds[0] == upper_bound(errors=1, n=93, delta=0.05) < 0.05
    assert found.p_values[0] <= 0.05


def test_a_region_needs_every_promise_each_at_its_own_target_and_delta() -> None:
    alone = one((0, 1, 2), (100, 150, 200))
    missed = one((0, 1, 9), (300, 300, 300), target=0.02, delta=0.05)
    found = fixed_sequence([alone, missed])
    assert found is not None
    assert found.index == 1
    assert len(found.bounds) == 2


def test_a_promise_without_cases_is_never_certified() -> None:
    assert fixed_sequence([one((0,), (0,))]) is None


def test_the_start_is_where_enough_labels_are_expected() -> None:
    assert start_size(target=0.05, delta=0.05, labels=300) == 150
    assert start_size(target=0.05, delta=0.05, labels=1000) == 153
    assert start_size(target=0.05, delta=0.05, labels=50) == 59
    assert start_size(target=0.02, delta=0.05, labels=1000) == 386
    assert start_size(target=0.01, delta=0.05, labels=500) == 299


def test_the_start_rank_counts_only_the_members_of_a_slice() -> None:
    confidence = np.linspace(1, 0, 400)
    members = np.arange(400) % 2 == 0
    assert start_rank(confidence=confidence, counted=members, labels_per_case=1.0, start=60) == 119
    assert start_rank(confidence=confidence, counted=members, labels_per_case=0.5, start=60) == 239
    assert start_rank(confidence=confidence, counted=members, labels_per_case=0.5, start=150) is None


def test_thresholds_fall_and_the_last_admits_every_reference_case() -> None:
    confidence = np.array([0.9, 0.9, 0.9, 0.8, 0.7, 0.7, 0.6, 0.2])
    grid = candidate_thresholds(confidence=confidence, first_rank=2, steps=4)
    assert grid == (0.9, 0.8, 0.7, 0.2)
    assert all(later < earlier for earlier, later in itertools.pairwise(grid))


def test_equal_confidences_are_inside_or_outside_together() -> None:
    confidence = np.array([0.9, 0.8, 0.8, 0.8, 0.1])
    counts = tally(labelled=labelled(confidence, np.zeros(5)), promise=AlonePromise(target=0.05, delta=0.05), thresholds=(0.9, 0.8))
    assert counts.n == (1, 4)


def test_cases_a_guard_keeps_out_are_not_in_the_region() -> None:
    eligible = np.array([True, False, True])
    counts = tally(
        labelled=labelled(np.array([0.9, 0.9, 0.9]), np.array([0.0, 1.0, 1.0]), eligible),
        promise=AlonePromise(target=0.05, delta=0.05),
        thresholds=(0.5,),
    )
    assert (counts.errors, counts.n) == ((1,), (2,))


def test_a_missed_high_stakes_case_is_one_decided_alone_and_wrong_among_all_high_stakes_cases() -> None:
    eligible = np.array([True, True, False, True])
    case = labelled(np.array([0.9, 0.6, 0.9, 0.9]), np.array([1.0, 1.0, 1.0, 1.0]), eligible)
    promise = MissedPromise(target=0.05, delta=0.05, high_stakes=np.array([True, True, True, False]))
    counts = tally(labelled=case, promise=promise, thresholds=(0.8, 0.5))
    assert (counts.errors, counts.n) == ((1, 2), (3, 3))


def test_a_slice_counts_only_its_members() -> None:
    case = labelled(np.array([0.9, 0.8, 0.7]), np.array([0.0, 1.0, 0.0]))
    promise = AlonePromise(target=0.05, delta=0.05, members=np.array([True, False, True]))
    assert tally(labelled=case, promise=promise, thresholds=(0.75, 0.5)).n == (1, 2)


def test_graded_losses_are_refused_by_the_exact_test() -> None:
    with pytest.raises(OutOfRangeError, match="anytime_sequence"):
        tally(labelled=labelled(np.array([0.9]), np.array([0.5])), promise=AlonePromise(target=0.05, delta=0.05), thresholds=(0.5,))


def test_only_promises_broken_in_the_largest_region_are_named() -> None:
    good, bad = one((0, 1), (100, 200)), one((0, 60), (100, 200))
    assert largest_region_fails([good, bad]) == (1,)
    assert largest_region_fails([good]) == ()


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 200)), min_size=1, max_size=8), st.integers(0, 7))
@quick
def test_one_more_error_anywhere_never_widens_the_region(steps: list[tuple[int, int]], where: int) -> None:
    errors, extra = np.cumsum([k for k, _ in steps]), np.cumsum([k + n for k, n in steps])
    worse = errors.copy()
    worse[where % len(errors) :] += 1
    n = tuple(int(value) + 1 for value in extra)
    before = fixed_sequence([one(tuple(map(int, errors)), n)])
    after = fixed_sequence([one(tuple(map(int, worse)), n)])
    assert (-1 if after is None else after.index) <= (-1 if before is None else before.index)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 200)), min_size=1, max_size=8))
@quick
def test_a_stricter_promise_never_widens_the_region(steps: list[tuple[int, int]]) -> None:
    errors = tuple(map(int, np.cumsum([k for k, _ in steps])))
    n = tuple(map(int, np.cumsum([k + m for k, m in steps])))
    wide, narrow = fixed_sequence([one(errors, n, target=0.05)]), fixed_sequence([one(errors, n, target=0.02)])
    assert (-1 if narrow is None else narrow.index) <= (-1 if wide is None else wide.index)


def test_evidence_once_reached_is_kept_when_later_labels_are_bad() -> None:
    loss = np.concatenate([np.zeros(80), np.ones(5)])
    case = labelled(np.full(85, 0.9), loss)
    found = anytime_sequence(labelled=case, promises=[AlonePromise(target=0.05, delta=0.05)], thresholds=(0.5,))
    assert found is not None
    assert found.log_e[0] >= math.log(20)
    assert not certifies(errors=5, n=85, target=0.05, delta=0.05)


def test_a_region_passes_at_any_time_only_after_all_stricter_ones() -> None:
    confidence = np.concatenate([np.full(30, 0.9), np.full(200, 0.5)])
    case = labelled(confidence, np.zeros(230))
    promise = AlonePromise(target=0.05, delta=0.05)
    assert anytime_sequence(labelled=case, promises=[promise], thresholds=(0.8, 0.4)) is None
    found = anytime_sequence(labelled=case, promises=[promise], thresholds=(0.4,))
    assert found is not None


def test_the_anytime_sequence_needs_every_promise() -> None:
    case = labelled(np.full(100, 0.9), np.zeros(100))
    few = MissedPromise(target=0.05, delta=0.05, high_stakes=np.arange(100) < 20)
    alone = AlonePromise(target=0.05, delta=0.05)
    assert anytime_sequence(labelled=case, promises=[alone], thresholds=(0.5,)) is not None
    assert anytime_sequence(labelled=case, promises=[alone, few], thresholds=(0.5,)) is None


def test_half_losses_are_counted_by_their_sum() -> None:
    assert certifies_graded(losses=np.full(200, 0.01), target=0.05, delta=0.05)
    assert not certifies_graded(losses=np.full(2000, 0.06), target=0.05, delta=0.05)
    assert not certifies_graded(losses=[], target=0.05, delta=0.05)


def test_another_attempt_gets_its_share_divided_by_all_that_could_have_been_shown() -> None:
    shares = (0.5, 0.25, 0.25)
    assert attempt_delta(delta=0.05, shares=shares, outputs=()) == pytest.approx(0.025)
    assert attempt_delta(delta=0.05, shares=shares, outputs=(12,)) == pytest.approx(0.0125 / 12)
    assert attempt_delta(delta=0.05, shares=shares, outputs=(12, 3)) == pytest.approx(0.0125 / 36)


@pytest.mark.parametrize(("shares", "outputs"), [((0.6, 0.6), ()), ((0.5,), (2,)), ((0.5, 0.5), (0,)), ((-0.1, 0.5), ()), ((), ())])
def test_attempts_that_were_not_declared_are_refused(shares: tuple[float, ...], outputs: tuple[int, ...]) -> None:
    with pytest.raises(OutOfRangeError):
        attempt_delta(delta=0.05, shares=shares, outputs=outputs)


def test_a_look_could_have_shown_each_region_with_each_bound_and_two_verdicts_without() -> None:
    counts = one((0, 0, 0), (40, 93, 153))
    assert shown_outputs([counts], with_bounds=False) == 2 + 2
    assert shown_outputs([counts], with_bounds=True) == 2 + 2 + 4
    assert shown_outputs([counts], with_bounds=True, below_minimum=2) == 2 + 4 + 4


@pytest.mark.parametrize(
    "call",
    [
        lambda: fixed_sequence([]),
        lambda: fixed_sequence([one((0,), (9,)), one((0, 0), (9, 9))]),
        lambda: one((3,), (2,)),
        lambda: candidate_thresholds(confidence=[0.5], first_rank=2),
        lambda: candidate_thresholds(confidence=[1.5], first_rank=1),
        lambda: labelled(np.array([0.5, np.nan]), np.zeros(2)),
        lambda: labelled(np.array([0.5]), np.zeros(2)),
        lambda: labelled(np.array([0.5]), np.array([2.0])),
        lambda: tally(labelled=labelled(np.ones(1), np.ones(1)), promise=AlonePromise(target=0.1, delta=0.1), thresholds=(0.5, 0.5)),
    ],
)
def test_what_cannot_be_meant_is_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(OutOfRangeError):
        call()
