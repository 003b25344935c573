"""Graded losses, groups of cases and weighted labels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.stats.betting import (
    cluster_log_e_path,
    ever_reaches,
    graded_log_e_path,
    prior_rates,
    stakes,
    weighted_log_e_path,
)
from licet.stats.bounds import log_e_values
from licet.stats.ranges import OutOfRangeError


def test_each_bet_is_the_likelihood_ratio_of_its_rate() -> None:
    for rate, stake in zip(prior_rates(target=0.05), stakes(target=0.05), strict=True):
        assert 0 < rate < 0.05
        assert 1 + stake * 0.05 == pytest.approx((1 - rate) / 0.95)
        assert 1 + stake * (0.05 - 1) == pytest.approx(rate / 0.05)


def test_for_right_or_wrong_losses_the_bets_agree_with_the_closed_form() -> None:
    losses = (np.random.default_rng(1).random(600) < 0.015).astype(float)
    closed = log_e_values(loss_sum=np.cumsum(losses), n=np.arange(1, 601), target=0.05)
    bets = graded_log_e_path(losses=losses, target=0.05)
    proven = closed > 0
    assert proven.any()
    assert np.abs(bets[proven] - closed[proven]).max() < 0.05


def test_graded_losses_prove_more_by_bets_than_by_their_sum() -> None:
    losses = np.full(150, 0.02)
    closed = log_e_values(loss_sum=np.cumsum(losses), n=np.arange(1, 151), target=0.05)
    assert graded_log_e_path(losses=losses, target=0.05)[-1] > closed[-1]


def test_groups_of_one_are_single_cases() -> None:
    losses = (np.random.default_rng(2).random(300) < 0.02).astype(float)
    single = cluster_log_e_path(clusters=[[loss] for loss in losses], target=0.05, largest=1)
    assert single == pytest.approx(graded_log_e_path(losses=losses, target=0.05))


def test_clean_groups_prove_less_when_larger_groups_were_possible() -> None:
    small = cluster_log_e_path(clusters=[np.zeros(5)] * 80, target=0.05, largest=5)
    large = cluster_log_e_path(clusters=[np.zeros(5)] * 80, target=0.05, largest=50)
    assert small[-1] > large[-1] > 0


def test_a_group_larger_than_was_fixed_beforehand_is_refused() -> None:
    with pytest.raises(OutOfRangeError, match="group 1 has 4 cases"):
        cluster_log_e_path(clusters=[[0, 0], [0, 0, 0, 0]], target=0.05, largest=3)
    with pytest.raises(OutOfRangeError, match="group 0 has 0 cases"):
        cluster_log_e_path(clusters=[[]], target=0.05, largest=3)


def test_weights_of_one_are_no_weights() -> None:
    losses = (np.random.default_rng(3).random(200) < 0.02).astype(float)
    weighted = weighted_log_e_path(losses=losses, weights=np.ones(200), target=0.05, largest_weight=1.0)
    assert weighted == pytest.approx(graded_log_e_path(losses=losses, target=0.05))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.integers(0, 59), st.floats(0.01, 0.5))
def test_a_larger_loss_never_raises_the_evidence(losses: list[float], where: int, target: float) -> None:
    worse = list(losses)
    worse[where % len(worse)] = 1.0
    before, after = graded_log_e_path(losses=losses, target=target), graded_log_e_path(losses=worse, target=target)
    assert (after <= before + 1e-9).all()


def test_one_bet_is_fair_at_the_target_by_enumeration_over_three_labels() -> None:
    total = 0.0
    for code in range(8):
        losses = [(code >> bit) & 1 for bit in range(3)]
        chance = float(np.prod([0.05 if loss else 0.95 for loss in losses]))
        total += chance * float(np.exp(graded_log_e_path(losses=losses, target=0.05)[-1]))
    assert total == pytest.approx(1.0)


def test_no_labels_are_no_evidence() -> None:
    assert graded_log_e_path(losses=[], target=0.05).shape == (0,)
    assert cluster_log_e_path(clusters=[], target=0.05, largest=3).shape == (0,)
    assert not ever_reaches(log_e=[], delta=0.05)


def test_evidence_once_enough_stays_enough() -> None:
    assert ever_reaches(log_e=[0.0, 3.0, -9.0], delta=0.05)
    assert not ever_reaches(log_e=[0.0, 2.9, -9.0], delta=0.05)


@pytest.mark.parametrize(
    "call",
    [
        lambda: graded_log_e_path(losses=[1.2], target=0.05),
        lambda: graded_log_e_path(losses=[0.2], target=1.0),
        lambda: cluster_log_e_path(clusters=[[0]], target=0.05, largest=0),
        lambda: weighted_log_e_path(losses=[0.0], weights=[2.0], target=0.05, largest_weight=1.5),
        lambda: weighted_log_e_path(losses=[0.0], weights=[0.5], target=0.05, largest_weight=0.5),
        lambda: weighted_log_e_path(losses=[0.0], weights=[], target=0.05, largest_weight=2.0),
        lambda: ever_reaches(log_e=[0.0], delta=0.0),
    ],
)
def test_what_cannot_be_meant_is_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(OutOfRangeError):
        call()
