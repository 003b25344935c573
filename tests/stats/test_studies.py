"""Short versions of the simulations in studies/: the figures that docs/numbers.md states, and the pitfalls."""

import numpy as np
import pytest

from studies import stats_certify, stats_judge, stats_watch
from studies.stats_selection import crossing_curve, selected

pytestmark = pytest.mark.study


@pytest.mark.parametrize(("rate", "low", "high"), [(0.0, 70, 70), (0.01, 120, 145), (0.02, 250, 320), (0.03, 730, 950)])
def test_the_anytime_evidence_needs_about_so_many_labels(rate: float, low: float, high: float) -> None:
    mean, _ = stats_certify.labels_needed(rate=rate, runs=600, length=4000, seed=11)
    assert low <= mean <= high


def test_peeking_with_the_exact_test_certifies_wrongly_in_a_third_of_runs_and_the_anytime_evidence_does_not() -> None:
    runs = 600
    peeking = stats_certify.ever_certified(rate=0.05, runs=runs, limits=stats_certify.exact_limits(length=4000), seed=12)
    anytime = stats_certify.ever_certified(rate=0.05, runs=runs, limits=stats_certify.e_limits(length=4000), seed=12)
    assert 0.25 < peeking < 0.42
    assert anytime < 0.05 + 3 * (0.05 * 0.95 / runs) ** 0.5


def test_declared_looks_keep_the_promise_and_repeated_full_looks_do_not() -> None:
    declared = {150: 0.025, 300: 0.0125, 600: 0.0125}
    assert stats_certify.certified_at_looks(rate=0.05, runs=8000, looks=declared, seed=13) <= 0.05
    repeated = dict.fromkeys((100, 200, 300, 400, 500), 0.05)
    assert stats_certify.certified_at_looks(rate=0.05, runs=8000, looks=repeated, seed=13) > 0.07


def test_never_alone_classes_chosen_from_opened_errors_certify_a_false_system_always() -> None:
    assert stats_certify.classes_left_out(opened=True, rate=0.06, runs=100, seed=14) == 1.0
    assert stats_certify.classes_left_out(opened=False, rate=0.06, runs=100, seed=14) <= 0.05


def test_counting_clean_groups_certifies_falsely_and_the_bet_on_groups_does_not() -> None:
    counted, bet = stats_certify.clusters(runs=300, seed=15)
    assert counted > 0.5
    assert bet <= 0.08


def test_counting_only_full_errors_certifies_half_losses_always() -> None:
    full, total, bets = stats_certify.graded(runs=200, seed=16)
    assert full == 1.0
    assert total <= 0.08
    assert bets <= 0.09


def test_the_anytime_interval_holds_while_the_exact_one_looked_at_each_time_fails() -> None:
    anytime, exact = stats_certify.interval_misses(rate=0.03, runs=300, length=1500, seed=17)
    assert anytime <= 0.07
    assert exact > 0.2


@pytest.mark.parametrize("kind", ["rising", "step", "flat"])
def test_the_selected_region_breaks_its_target_in_at_most_five_percent_of_draws(kind: str) -> None:
    found = selected(curve=crossing_curve(kind), n=600, target=0.05, runs=400, seed=18)
    assert found.broken <= 0.05 + 3 * (0.05 * 0.95 / 400) ** 0.5
    assert found.naive_broken > 0.2 or kind == "flat"


def test_a_watch_at_the_target_trips_in_few_years() -> None:
    assert stats_watch.false_trips(runs=300, seed=19, length=1800) <= 0.07


@pytest.mark.parametrize(("rate", "low", "high"), [(0.08, 540, 730), (0.10, 260, 340), (0.20, 48, 66)])
def test_the_watch_finds_a_change_after_about_so_many_audits(rate: float, low: float, high: float) -> None:
    rates = stats_watch.constant(rate, length=stats_watch.QUARTER)
    trips = stats_watch.first_trip(stats_watch.errors(rates=rates, runs=300, seed=20))
    assert low <= float(np.median(trips)) <= high


def test_feeding_audits_in_the_order_of_arrival_trips_falsely() -> None:
    length = 1820
    drawn = stats_watch.errors(rates=stats_watch.constant(0.05, length=length), runs=200, seed=21)
    assert float((stats_watch.first_trip(stats_watch.by_arrival(drawn)) < stats_watch.NEVER).mean()) > 0.9
    assert float((stats_watch.first_trip(drawn) < stats_watch.NEVER).mean()) <= 0.09


def test_raw_weights_trip_falsely_and_bounded_weights_do_not() -> None:
    assert stats_watch.weighted(runs=200, seed=22, raw=True) > 0.95
    assert stats_watch.weighted(runs=200, seed=22, raw=False) <= 0.09


def test_a_promise_kept_only_on_average_trips_more_often_than_delta() -> None:
    mixed = stats_watch.errors(rates=stats_watch.weekly(length=stats_watch.QUARTER), runs=500, seed=23)
    assert 0.06 < float((stats_watch.first_trip(mixed) < stats_watch.NEVER).mean()) < 0.16


def test_audits_that_follow_the_evidence_cost_less_and_find_as_fast() -> None:
    steady = stats_watch.budget(low=20, high=20, runs=150, seed=24)
    flexible = stats_watch.budget(low=5, high=40, runs=150, seed=24)
    assert flexible.spent < steady.spent / 2
    assert flexible.days <= steady.days + 2
    assert flexible.false_trips <= 0.11


def test_the_interval_beside_a_judge_that_seldom_says_no_keeps_its_promise_where_small_strata_broke_it() -> None:
    runs, rare = 600, stats_judge.State(cases=2_000, labels=50, rate=0.1, sure=0.99, skill=0.5)
    held, worth = stats_judge.covered(rare, runs=runs, seed=15)
    assert held >= 0.95 - 2.0 * (0.05 * 0.95 / runs) ** 0.5
    assert worth < 1.2
    known, worth = stats_judge.covered(stats_judge.State(cases=2_000, labels=100, rate=0.1, sure=0.95, skill=0.9), runs=200, seed=15)
    assert known > 0.9
    assert worth > 1.5
