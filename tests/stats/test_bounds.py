"""Exact and anytime bounds."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.stats.bounds import (
    certifies,
    confidence_sequence,
    exact_p_value,
    exact_p_values,
    exceeds,
    interval,
    largest_errors,
    log_e_value,
    log_e_values,
    lower_bound,
    smallest_n,
    upper_bound,
)
from licet.stats.ranges import OutOfRangeError

probability = st.floats(min_value=0.001, max_value=0.6)
deltas = st.floats(min_value=0.001, max_value=0.3)
quick = settings(max_examples=60, deadline=None)


@st.composite
def counts(draw: st.DrawFn, largest: int = 400) -> tuple[int, int]:
    n = draw(st.integers(min_value=1, max_value=largest))
    return draw(st.integers(min_value=0, max_value=n)), n


def enumerated_tail(errors: int, n: int, target: Fraction) -> Fraction:
    return sum((math.comb(n, k) * target**k * (1 - target) ** (n - k) for k in range(errors + 1)), start=Fraction(0))


@pytest.mark.parametrize(("errors", "n"), [(0, 59), (1, 93), (2, 124), (3, 153), (5, 208)])
def test_five_percent_needs_exactly_so_many_labels_for_so_many_errors(errors: int, n: int) -> None:
    assert smallest_n(target=0.05, delta=0.05, errors=errors) == n
    assert certifies(errors=errors, n=n, target=0.05, delta=0.05)
    assert not certifies(errors=errors, n=n - 1, target=0.05, delta=0.05)


@pytest.mark.parametrize(("target", "n"), [(0.10, 29), (0.05, 59), (0.02, 149), (0.01, 299), (0.005, 598)])
def test_a_stricter_target_needs_so_many_clean_labels(target: float, n: int) -> None:
    assert smallest_n(target=target, delta=0.05) == n


@pytest.mark.parametrize(("errors", "n"), [(0, 1), (0, 59), (3, 40), (7, 40), (40, 40), (12, 200)])
def test_the_p_value_equals_exact_enumeration_in_fractions(errors: int, n: int) -> None:
    assert exact_p_value(errors=errors, n=n, target=0.05) == pytest.approx(float(enumerated_tail(errors, n, Fraction(0.05))), rel=1e-10)


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("n", [20, 59, 150])
def test_exact_bounds_cover_by_enumeration_of_every_outcome(n: int, rate: float) -> None:
    weight = [math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(n + 1)]
    assert sum(w for k, w in enumerate(weight) if upper_bound(errors=k, n=n, delta=0.05) < rate) <= 0.05
    assert sum(w for k, w in enumerate(weight) if lower_bound(errors=k, n=n, delta=0.05) > rate) <= 0.05
    ends = [interval(errors=k, n=n, delta=0.05) for k in range(n + 1)]
    assert sum(w for w, (low, high) in zip(weight, ends, strict=True) if not low <= rate <= high) <= 0.05


@given(counts(), probability, deltas)
@quick
def test_one_more_error_never_saves_a_failing_bound(pair: tuple[int, int], target: float, delta: float) -> None:
    errors, n = pair
    if errors < n and not certifies(errors=errors, n=n, target=target, delta=delta):
        assert not certifies(errors=errors + 1, n=n, target=target, delta=delta)
    if errors < n:
        assert log_e_value(loss_sum=errors + 1, n=n, target=target) <= log_e_value(loss_sum=errors, n=n, target=target)
        assert upper_bound(errors=errors + 1, n=n, delta=delta) >= upper_bound(errors=errors, n=n, delta=delta)


@given(counts(), probability, deltas)
@quick
def test_a_stricter_target_never_certifies_more(pair: tuple[int, int], target: float, delta: float) -> None:
    errors, n = pair
    if certifies(errors=errors, n=n, target=target / 2, delta=delta):
        assert certifies(errors=errors, n=n, target=target, delta=delta)


@given(counts(), probability, deltas)
@quick
def test_more_confidence_never_certifies_more(pair: tuple[int, int], target: float, delta: float) -> None:
    errors, n = pair
    if certifies(errors=errors, n=n, target=target, delta=delta / 2):
        assert certifies(errors=errors, n=n, target=target, delta=delta)


@given(counts(), probability, deltas)
@quick
def test_the_bound_lies_at_or_below_the_target_exactly_when_the_test_certifies(pair: tuple[int, int], target: float, delta: float) -> None:
    errors, n = pair
    bound = upper_bound(errors=errors, n=n, delta=delta)
    if abs(bound - target) > 1e-9:
        assert certifies(errors=errors, n=n, target=target, delta=delta) == (bound < target)


@given(counts(), probability, st.floats(min_value=0.001, max_value=0.49))
@quick
def test_no_counts_are_both_proven_good_and_proven_bad(pair: tuple[int, int], target: float, delta: float) -> None:
    errors, n = pair
    good = certifies(errors=errors, n=n, target=target, delta=delta)
    assert not (good and exceeds(errors=errors, n=n, target=target, delta=delta))


@given(st.integers(min_value=1, max_value=800), probability, deltas)
@quick
def test_the_most_errors_allowed_pass_and_one_more_fails(n: int, target: float, delta: float) -> None:
    most = largest_errors(n=n, target=target, delta=delta)
    if most is None:
        assert not certifies(errors=0, n=n, target=target, delta=delta)
    else:
        assert certifies(errors=most, n=n, target=target, delta=delta)
        assert not certifies(errors=most + 1, n=n, target=target, delta=delta)


def test_no_errors_at_all_are_never_proof_of_too_many() -> None:
    assert not exceeds(errors=0, n=1000, target=0.05, delta=0.05)
    assert exceeds(errors=100, n=1000, target=0.05, delta=0.05)


def test_no_cases_prove_nothing() -> None:
    assert exact_p_value(errors=0, n=0, target=0.05) == 1.0
    assert interval(errors=0, n=0, delta=0.05) == (0.0, 1.0)
    assert confidence_sequence(errors=0, n=0, delta=0.05) == (0.0, 1.0)
    assert log_e_value(loss_sum=0, n=0, target=0.05) == -math.inf


def test_three_hundred_errors_in_three_hundred_are_no_evidence_at_all() -> None:
    assert log_e_value(loss_sum=300, n=300, target=0.05) == -math.inf
    assert log_e_value(loss_sum=100_000, n=100_000, target=0.005) == -math.inf


def test_seventy_clean_labels_are_the_first_that_certify_five_percent_at_any_time() -> None:
    values = log_e_values(loss_sum=np.zeros(100), n=np.arange(1, 101), target=0.05)
    assert int(np.argmax(values >= math.log(20))) + 1 == 70


def integrated_log_e(loss_sum: float, n: int, target: float) -> float:
    """The mixture by brute force: the mean of the likelihood ratio over the truncated prior, on a fine grid in sqrt(p)."""
    root = (np.arange(400_000) + 0.5) / 400_000 * math.sqrt(target)
    p = root**2
    prior = (1.25 / target - 1) * np.log1p(-p)
    ratio = loss_sum * np.log(p / target) + (n - loss_sum) * (np.log1p(-p) - math.log1p(-target))
    return float(np.log(np.sum(np.exp(prior + ratio))) - np.log(np.sum(np.exp(prior))))


@pytest.mark.parametrize(("loss_sum", "n"), [(0, 1), (0, 70), (2, 100), (3.5, 200), (10, 700)])
def test_the_closed_form_of_the_evidence_equals_the_integral(loss_sum: float, n: int) -> None:
    assert log_e_value(loss_sum=loss_sum, n=n, target=0.05) == pytest.approx(integrated_log_e(loss_sum, n, 0.05), abs=2e-5)


def test_the_evidence_is_at_most_one_on_average_when_the_error_is_the_target_by_enumeration() -> None:
    for n in (1, 10, 60, 200):
        k = np.arange(n + 1)
        weight = np.array([math.comb(n, int(one)) * 0.05**one * 0.95 ** (n - one) for one in k])
        assert float(weight @ np.exp(log_e_values(loss_sum=k, n=np.full(n + 1, n), target=0.05))) <= 1.0 + 1e-9


def test_one_clean_label_never_lowers_the_evidence() -> None:
    for errors, n in itertools.product((0, 1, 4), (100, 101, 400)):
        assert log_e_value(loss_sum=errors, n=n + 1, target=0.05) > log_e_value(loss_sum=errors, n=n, target=0.05)


@given(counts(largest=2000), deltas)
@quick
def test_the_anytime_interval_holds_the_estimate_and_is_wider_than_the_exact_one(pair: tuple[int, int], delta: float) -> None:
    errors, n = pair
    low, high = confidence_sequence(errors=errors, n=n, delta=delta)
    assert low <= errors / n <= high
    exact_low, exact_high = interval(errors=errors, n=n, delta=delta)
    assert low <= exact_low + 1e-9
    assert high >= exact_high - 1e-9


@pytest.mark.parametrize(
    ("call", "offender"),
    [
        (lambda: exact_p_value(errors=5, n=4, target=0.05), "errors is 5"),
        (lambda: exact_p_value(errors=-1, n=4, target=0.05), "errors is -1"),
        (lambda: exact_p_value(errors=0, n=4, target=5.0), "target is 5.0"),
        (lambda: exact_p_value(errors=0, n=4, target=math.nan), "target is nan"),
        (lambda: certifies(errors=0, n=4, target=0.05, delta=0.0), "delta is 0.0"),
        (lambda: certifies(errors=0, n=4, target=0.05, delta=1.0), "delta is 1.0"),
        (lambda: log_e_value(loss_sum=4.5, n=4, target=0.05), "loss_sum is 4.5"),
        (lambda: log_e_value(loss_sum=math.nan, n=4, target=0.05), "NaN"),
        (lambda: confidence_sequence(errors=-0.1, n=4, delta=0.05), "-0.1"),
        (lambda: exact_p_values(errors=[0.5], n=[4], target=0.05), "whole"),
        (lambda: exact_p_values(errors=[1, 2], n=[4], target=0.05), "lengths differ"),
        (lambda: smallest_n(target=1e-12, delta=0.05), "1e-12"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(call: object, offender: str) -> None:
    assert callable(call)
    with pytest.raises(OutOfRangeError, match=offender.replace(".", r"\.")):
        call()


@pytest.mark.parametrize("count", [math.nan, math.inf, 2.5, True])
def test_a_count_that_is_no_count_is_refused(count: float) -> None:
    with pytest.raises(OutOfRangeError, match="whole number"):
        exact_p_value(errors=0, n=count, target=0.05)  # type: ignore[arg-type]  # what arrives from outside may be anything
