"""Calibrated confidence."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from licet.stats.calibration import (
    Isotonic,
    Temperature,
    TooFewCases,
    apply_confidence_temperature,
    apply_isotonic,
    apply_temperature,
    choose_calibration,
    fit_confidence_temperature,
    fit_isotonic,
    fit_temperature,
    reliability,
)
from licet.stats.ranges import FloatArray, IntArray, OutOfRangeError


def overconfident(n: int, heat: float, seed: int = 1) -> tuple[FloatArray, IntArray]:
    """Scores that are honest when divided by ``heat``."""
    rng = np.random.default_rng(seed)
    honest = rng.normal(0, 2, size=(n, 4))
    probability = np.exp(honest) / np.exp(honest).sum(axis=1, keepdims=True)
    truth = (rng.random((n, 1)) > np.cumsum(probability, axis=1)).sum(axis=1)
    return honest * heat, truth


@pytest.mark.parametrize("heat", [0.5, 1.0, 3.0])
def test_the_temperature_that_distorted_the_scores_is_found_again(heat: float) -> None:
    scores, truth = overconfident(8000, heat)
    found = fit_temperature(scores=scores, truth=truth)
    assert isinstance(found, Temperature)
    assert found.value == pytest.approx(heat, rel=0.06)
    assert found.loss_after <= found.loss_before


def test_bare_confidences_are_cooled_too() -> None:
    rng = np.random.default_rng(2)
    odds = rng.normal(1.5, 1.5, size=8000)
    right = rng.random(8000) < 1 / (1 + np.exp(-odds))
    found = fit_confidence_temperature(confidence=1 / (1 + np.exp(-2.5 * odds)), right=right)
    assert isinstance(found, Temperature)
    assert found.value == pytest.approx(2.5, rel=0.08)


def test_cooling_keeps_the_order_and_the_sum() -> None:
    scores, _ = overconfident(50, 2.0)
    warm, cool = apply_temperature(scores=scores, temperature=1.0), apply_temperature(scores=scores, temperature=2.0)
    assert (warm.argmax(axis=1) == cool.argmax(axis=1)).all()
    assert np.allclose(cool.sum(axis=1), 1.0)
    confidence = np.linspace(0.0, 1.0, 101)
    assert (np.diff(apply_confidence_temperature(confidence=confidence, temperature=3.0)) > 0).all()
    assert np.allclose(apply_confidence_temperature(confidence=confidence, temperature=1.0), confidence, atol=1e-9)


def test_all_right_or_all_wrong_still_gives_a_finite_temperature() -> None:
    for right in (True, False):
        found = fit_confidence_temperature(confidence=np.full(40, 1.0), right=np.full(40, right))
        assert isinstance(found, Temperature)
        assert 0.01 < found.value < 60


def test_too_few_cases_are_said_to_be_too_few() -> None:
    assert fit_temperature(scores=np.zeros((29, 3)), truth=np.zeros(29)) == TooFewCases(n=29, needed=30)
    assert fit_confidence_temperature(confidence=np.full(5, 0.5), right=np.ones(5, dtype=np.bool_)) == TooFewCases(n=5, needed=30)
    assert reliability(confidence=[], right=np.array([], dtype=np.bool_)) == TooFewCases(n=0, needed=30)


def test_bins_hold_every_case_once_and_equal_confidences_share_a_bin() -> None:
    rng = np.random.default_rng(3)
    confidence = np.round(rng.random(997), 1)
    bins = reliability(confidence=confidence, right=rng.random(997) < confidence)
    assert not isinstance(bins, TooFewCases)
    assert sum(one.n for one in bins) == 997
    assert all(left.highest < right.lowest for left, right in itertools.pairwise(bins))
    assert all(one.low <= one.right <= one.high for one in bins)


def test_nine_in_ten_bins_of_an_honest_system_hold_its_confidence() -> None:
    rng = np.random.default_rng(4)
    confidence = rng.random(20_000)
    bins = reliability(confidence=confidence, right=rng.random(20_000) < confidence, bins=100)
    assert not isinstance(bins, TooFewCases)
    assert sum(one.low <= one.confidence <= one.high for one in bins) >= 90


@settings(deadline=None, max_examples=40)
@given(pairs=st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=60))
def test_a_rising_curve_keeps_the_order_and_never_claims_certainty(pairs: list[tuple[float, bool]]) -> None:
    confidence, right = [one for one, _ in pairs], np.array([two for _, two in pairs])
    curve = fit_isotonic(confidence=confidence, right=right, fewest=2)
    assert isinstance(curve, Isotonic)
    assert all(left < after for left, after in itertools.pairwise(curve.confidence))
    assert all(left < after for left, after in itertools.pairwise(curve.right))
    read = apply_isotonic(confidence=np.linspace(0, 1, 101), curve=curve)
    assert (np.diff(read) >= 0).all()
    assert 0.0 < float(read.min()) <= float(read.max()) < 1.0


def test_the_curve_is_that_of_another_implementation() -> None:
    rng = np.random.default_rng(6)
    confidence = rng.random(500).round(2)
    right = rng.random(500) < confidence**2
    curve, other = fit_isotonic(confidence=confidence, right=right), IsotonicRegression().fit(confidence, right)
    assert isinstance(curve, Isotonic)
    inside = np.clip(other.predict(np.array(curve.confidence)), 1 / 502, 1 - 1 / 502)
    assert np.allclose(curve.right, inside)


def test_a_curve_is_chosen_where_no_temperature_fits_and_not_where_one_does() -> None:
    rng = np.random.default_rng(5)
    confidence = rng.random(2000)
    stepped = rng.random(2000) < np.where(confidence < 0.6, 0.85, 0.95)
    honest = rng.random(2000) < confidence
    curve = choose_calibration(confidence=confidence, right=stepped)
    assert isinstance(curve, Isotonic)
    assert apply_isotonic(confidence=[0.3, 0.8], curve=curve) == pytest.approx([0.85, 0.95], abs=0.04)
    assert isinstance(choose_calibration(confidence=confidence, right=honest), Temperature)
    assert isinstance(choose_calibration(confidence=confidence[:199], right=stepped[:199]), Temperature)
    assert choose_calibration(confidence=[0.5], right=np.array([True])) == TooFewCases(n=1, needed=30)


@pytest.mark.parametrize(
    "call",
    [
        lambda: fit_temperature(scores=np.zeros((40, 3)), truth=np.full(40, 3)),
        lambda: fit_temperature(scores=np.full((40, 3), np.nan), truth=np.zeros(40)),
        lambda: fit_temperature(scores=np.zeros((40, 1)), truth=np.zeros(40)),
        lambda: apply_temperature(scores=np.zeros((4, 3)), temperature=0.0),
        lambda: fit_confidence_temperature(confidence=np.full(40, 1.2), right=np.ones(40, dtype=np.bool_)),
        lambda: fit_confidence_temperature(confidence=np.full(40, 0.2), right=np.ones(40)),
        lambda: reliability(confidence=np.full(40, 0.5), right=np.ones(40, dtype=np.bool_), delta=0.0),
    ],
)
def test_what_cannot_be_meant_is_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(OutOfRangeError):
        call()
