"""The watch fed by audits."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.stats.planning import EstimatedDelay, NotFoundInPlan, delay_to_find
from licet.stats.ranges import OutOfRangeError
from licet.stats.watch import (
    ODDS,
    Watch,
    audits_today,
    evidence,
    from_json,
    is_full,
    meter,
    stakes,
    start,
    start_by_day,
    to_json,
    trip_line,
    update,
    update_by_day,
)
from studies.stats_watch import first_trip

quick = settings(max_examples=60, deadline=None)


def fed(losses: list[float], *, planned: int = 1800, target: float = 0.05) -> Watch:
    watch = start(target=target, delta=0.05, planned=planned)
    for loss in losses:
        watch = update(watch, loss=loss)
    return watch


def test_each_alternative_multiplies_by_its_likelihood_ratio() -> None:
    for odds, stake in zip(ODDS, stakes(target=0.05), strict=True):
        p1 = odds * 0.05 / (0.95 + odds * 0.05)
        assert 1 + stake * (1 - 0.05) == pytest.approx(p1 / 0.05)
        assert 1 + stake * (0 - 0.05) == pytest.approx((1 - p1) / 0.95)


def test_the_first_error_and_the_next_right_one_give_the_mean_of_the_recursion() -> None:
    p1 = np.array(ODDS) * 0.05 / (0.95 + np.array(ODDS) * 0.05)
    after_error = p1 / 0.05
    after_right = (after_error + 1) * (1 - p1) / 0.95
    assert evidence(fed([1.0])) == pytest.approx(after_error.mean())
    assert evidence(fed([1.0, 0.0])) == pytest.approx(after_right.mean())


def test_the_trip_line_is_planned_audits_over_delta_and_one_over_delta_by_day() -> None:
    assert trip_line(start(target=0.05, delta=0.05, planned=1800)) == pytest.approx(36_000)
    assert trip_line(start_by_day(target=0.05, delta=0.05, days=90)) == pytest.approx(20)


def test_a_run_of_errors_trips_and_a_tripped_watch_never_recovers() -> None:
    watch = fed([1.0] * 12)
    assert watch.has_tripped
    assert fed([1.0] * 12 + [0.0] * 500) == watch
    assert meter(watch) == 1.0


def test_audits_beyond_the_plan_are_not_fed() -> None:
    watch = fed([0.0] * 10, planned=10)
    assert is_full(watch)
    assert update(watch, loss=1.0) == watch
    assert watch.fed == 10


def test_a_days_audits_beyond_its_plan_and_days_past_expiry_are_not_fed() -> None:
    watch = start_by_day(target=0.05, delta=0.05, days=2)
    first = update_by_day(watch, loss=1.0, day=0, planned_today=1)
    assert update_by_day(first, loss=1.0, day=0, planned_today=1) == first
    second = update_by_day(first, loss=1.0, day=1, planned_today=3)
    assert second.fed == 2
    assert update_by_day(second, loss=1.0, day=2, planned_today=3) == second


def test_equal_days_watch_exactly_like_equal_audits() -> None:
    rng = np.random.default_rng(4)
    losses = (rng.random(200) < 0.08).astype(float)
    by_audit, by_day = start(target=0.05, delta=0.05, planned=200), start_by_day(target=0.05, delta=0.05, days=10)
    for at, loss in enumerate(losses):
        by_audit = update(by_audit, loss=float(loss))
        by_day = update_by_day(by_day, loss=float(loss), day=at // 20, planned_today=20)
        assert evidence(by_audit) / trip_line(by_audit) == pytest.approx(evidence(by_day) / trip_line(by_day))


def test_days_may_not_go_back_nor_change_their_plan_and_kinds_may_not_mix() -> None:
    watch = update_by_day(start_by_day(target=0.05, delta=0.05, days=9), loss=0.0, day=3, planned_today=5)
    for day, planned in ((2, 5), (3, 6)):
        with pytest.raises(OutOfRangeError):
            update_by_day(watch, loss=0.0, day=day, planned_today=planned)
    with pytest.raises(OutOfRangeError, match="update_by_day"):
        update(watch, loss=0.0)
    with pytest.raises(OutOfRangeError, match="use update"):
        update_by_day(fed([]), loss=0.0, day=0, planned_today=1)


def test_a_case_drawn_more_often_counts_for_less() -> None:
    watch = start(target=0.05, delta=0.05, planned=100, least_inclusion=0.1)
    assert evidence(update(watch, loss=1.0, inclusion=0.1)) > evidence(update(watch, loss=1.0, inclusion=0.4))
    assert evidence(update(watch, loss=0.0, inclusion=0.1)) < evidence(update(watch, loss=0.0, inclusion=0.4))
    with pytest.raises(OutOfRangeError, match="fixed at grant"):
        update(watch, loss=1.0, inclusion=0.05)


@given(st.lists(st.floats(0, 1), max_size=30), st.integers(0, 29))
@quick
def test_a_larger_loss_never_lowers_the_evidence_nor_undoes_a_trip(losses: list[float], where: int) -> None:
    worse = list(losses)
    if worse:
        worse[where % len(worse)] = 1.0
    before, after = fed(losses), fed(worse)
    assert after.has_tripped or (not before.has_tripped and evidence(after) >= evidence(before) * (1 - 1e-12))


@given(st.lists(st.sampled_from([0.0, 0.25, 1.0]), max_size=80))
@quick
def test_the_state_survives_json_exactly_and_continues_the_same(losses: list[float]) -> None:
    watch = fed(losses)
    stored = from_json(json.loads(json.dumps(to_json(watch), allow_nan=False)))
    assert stored == watch
    assert update(stored, loss=1.0) == update(watch, loss=1.0)
    assert math.isfinite(evidence(watch))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("masses", [0.0] * 8),
        ("masses", [-1.0] * 9),
        ("fed", -1),
        ("fed", 1.5),
        ("delta", None),
        ("target", 0),
        ("has_tripped", 1),
        ("audits", True),
    ],
)
def test_a_stored_watch_that_was_tampered_with_is_refused(field: str, value: object) -> None:
    stored: dict[str, object] = {**to_json(fed([])), field: value}
    with pytest.raises(OutOfRangeError):
        from_json(stored)


def test_the_watch_and_the_study_trip_at_the_same_audit() -> None:
    losses = np.random.default_rng(5).random((300, 6)) < 0.25
    for run, expected in enumerate(first_trip(losses)):
        watch = start(target=0.05, delta=0.05, planned=300)
        tripped = next((at + 1 for at, loss in enumerate(losses[:, run]) if (watch := update(watch, loss=float(loss))).has_tripped), None)
        assert tripped == expected


def test_audits_a_day_rise_with_the_evidence() -> None:
    watch = start_by_day(target=0.05, delta=0.05, days=90)
    planned = [audits_today(watch, low=5, high=40)]
    for day in range(3):
        for _ in range(2):
            watch = update_by_day(watch, loss=1.0, day=day, planned_today=20)
        planned.append(audits_today(watch, low=5, high=40))
    assert planned[0] == 5
    assert planned == sorted(planned)
    assert planned[-1] > 20
    with pytest.raises(OutOfRangeError):
        audits_today(fed([]), low=5, high=40)


def test_the_estimated_delay_to_find_a_doubling_shrinks_with_evidence() -> None:
    fresh = delay_to_find(start(target=0.05, delta=0.05, planned=1800), error=0.10, audits_left=1800)
    assert isinstance(fresh, EstimatedDelay)
    assert 250 <= fresh.audits <= 350
    warm = delay_to_find(fed([1.0, 0.0, 1.0, 1.0]), error=0.10, audits_left=1800)
    assert isinstance(warm, EstimatedDelay)
    assert warm.audits < fresh.audits


def test_what_the_plan_will_likely_not_find_is_said() -> None:
    watch = start(target=0.05, delta=0.05, planned=60)
    assert delay_to_find(watch, error=0.06, audits_left=60) == NotFoundInPlan(error=0.06, audits=60)
    assert isinstance(delay_to_find(watch, error=0.06, audits_left=0), NotFoundInPlan)


@pytest.mark.parametrize(
    "call",
    [
        lambda: start(target=0.0, delta=0.05, planned=10),
        lambda: start(target=0.05, delta=1.0, planned=10),
        lambda: start(target=0.05, delta=0.05, planned=0),
        lambda: start(target=0.05, delta=0.05, planned=10, least_inclusion=0.0),
        lambda: start_by_day(target=0.05, delta=0.05, days=0),
        lambda: update(fed([]), loss=1.5),
        lambda: update(fed([]), loss=math.nan),
        lambda: update(fed([]), loss=0.0, inclusion=1.5),
    ],
)
def test_what_cannot_be_meant_is_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(OutOfRangeError):
        call()
