"""What an audit plan rests on: false trips stay within delta under adaptive, weighted drawing, and weighted intervals hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.stats.betting import weighted_confidence_sequence
from licet.stats.bounds import confidence_sequence
from licet.stats.ranges import OutOfRangeError
from licet.stats.watch import Watch, evidence, rate_today, start, start_by_day, update_by_day
from studies.stats_audit_plan import interval_misses, planned

quick = settings(max_examples=60, deadline=None)


def fed(losses: list[float], ratios: list[float]) -> Watch:
    """A watch by day after audits of one day, each with the day's smallest probability over its own."""
    watch = start_by_day(target=0.05, delta=0.05, days=30, least_inclusion=0.25)
    for loss, ratio in zip(losses, ratios, strict=True):
        watch = update_by_day(watch, loss=loss, day=0, planned_today=100, inclusion=min(1.0, 0.25 / ratio))
    return watch


audits = st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([1.0, 0.5, 0.25])), min_size=1, max_size=25)


@quick
@given(audits, st.data())
def test_one_more_error_never_lowers_evidence_whatever_it_weighs(drawn: list[tuple[float, float]], data: st.DataObject) -> None:
    losses, ratios = [loss for loss, _ in drawn], [ratio for _, ratio in drawn]
    at = data.draw(st.integers(0, len(losses) - 1))
    right, wrong = [*losses[:at], 0.0, *losses[at + 1 :]], [*losses[:at], 1.0, *losses[at + 1 :]]
    after = fed(wrong, ratios)
    assert after.has_tripped or evidence(after) >= evidence(fed(right, ratios))


@quick
@given(audits)
def test_the_rate_of_a_day_lies_between_low_and_high_and_rises_with_evidence(drawn: list[tuple[float, float]]) -> None:
    watch = fed([loss for loss, _ in drawn], [ratio for _, ratio in drawn])
    rate = rate_today(watch, low=0.02, high=0.4)
    assert 0.02 <= rate <= 0.4
    worse = fed([1.0, *[loss for loss, _ in drawn]], [1.0, *[ratio for _, ratio in drawn]])
    assert worse.has_tripped or evidence(worse) < evidence(watch) or rate_today(worse, low=0.02, high=0.4) >= rate


def test_a_rate_is_planned_by_a_watch_by_day_alone_and_within_its_range() -> None:
    watch = start_by_day(target=0.05, delta=0.05, days=30)
    assert rate_today(watch, low=0.1, high=0.1) == 0.1
    for low, high in ((0.0, 0.5), (0.5, 0.4), (0.5, 1.1)):
        with pytest.raises(OutOfRangeError):
            rate_today(watch, low=low, high=high)
    with pytest.raises(OutOfRangeError):
        rate_today(start(target=0.05, delta=0.05, planned=10), low=0.1, high=0.2)


@pytest.mark.parametrize("watches", [1, 3])
def test_false_trips_within_a_mandates_life_stay_within_delta_with_strata_and_rising_rates(watches: int) -> None:
    """Breaks when weights are 1 / q, when today's answers move today's rate, or when watches do not share delta."""
    found = planned(runs=40, seed=4, times=3.0, watches=watches, days=30, change=10)
    assert found.false_trips <= 0.05 + 2 * (0.05 * 0.95 / 40) ** 0.5
    assert found.days <= 20


def test_the_weighted_interval_holds_at_every_look() -> None:
    assert interval_misses(runs=60, seed=2, rate=0.05, audits=120) <= 0.05 + 2 * (0.05 * 0.95 / 60) ** 0.5


def test_without_weights_it_is_close_to_the_usual_interval() -> None:
    losses = np.array([0.0] * 95 + [1.0] * 5)
    low, high = weighted_confidence_sequence(losses=losses, ratios=np.ones(100), delta=0.05)
    usual_low, usual_high = confidence_sequence(errors=5, n=100, delta=0.05)
    assert (low, high) == pytest.approx((usual_low, usual_high), abs=0.02)
    assert weighted_confidence_sequence(losses=[], ratios=[], delta=0.05) == (0.0, 1.0)


def test_ratios_out_of_range_are_refused() -> None:
    for losses, ratios in (([0.0], [0.0]), ([0.0], [1.5]), ([0.0], [1.0, 1.0])):
        with pytest.raises(OutOfRangeError):
            weighted_confidence_sequence(losses=losses, ratios=ratios, delta=0.05)
