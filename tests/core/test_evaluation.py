"""An evaluation: a region is certified by every promise or not at all, and no number of it shows a sealed answer."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from licet.core.canonical import canonical_bytes
from licet.core.evaluation import Graded, Judgment, Unlabelled, grid, judge
from licet.core.standard import Method, Standard
from licet.core.verdict import Met, NotMet, Undecided, verdict_to_json
from tests.core.examples import ERROR, MISSED, STANDARD, signed


def graded(losses: list[float], high_stakes: list[bool] | None = None) -> Graded:
    """Cases in falling order of confidence."""
    n = len(losses)
    confidence = [1.0 - k / (2 * n) for k in range(n)]
    return Graded(confidence=confidence, loss=losses, eligible=[True] * n, high_stakes=high_stakes or [False] * n)


def judged(cases: Graded, standard: Standard = STANDARD, share: float = 1.0) -> Judgment:
    """The verdict on cases, on the grid of their confidences."""
    thresholds = grid(standard, Unlabelled(confidence=cases.confidence, eligible=cases.eligible), share=share)
    return judge(signed(standard), cases, thresholds, share=share)


def test_no_error_in_enough_cases_is_met_on_all_of_them() -> None:
    verdict = judged(graded([0.0] * 150)).verdict
    assert isinstance(verdict, Met)
    assert (verdict.region.coverage, verdict.region.cases, verdict.region.bound) == (1.0, 150, 0.05)


def test_too_few_cases_are_undecided_whatever_they_say_and_a_warning_names_the_number() -> None:
    found = judged(graded([0.0] * 58))
    assert isinstance(found.verdict, Undecided)
    assert "59" in found.warnings[0]
    assert isinstance(judged(graded([0.0] * 59)).verdict, Met)


def test_errors_everywhere_are_not_met_and_no_region_is_named() -> None:
    verdict = judged(graded([1.0, 0.0] * 100)).verdict
    assert isinstance(verdict, NotMet)
    assert verdict_to_json(verdict)["region"] is None


def test_a_region_smaller_than_the_standard_asks_for_is_undecided() -> None:
    errors_below = graded([0.0] * 150 + [1.0] * 150)
    assert isinstance(judged(errors_below).verdict, Met)
    assert isinstance(judged(errors_below, replace(STANDARD, min_coverage=0.9)).verdict, Undecided)


@pytest.mark.parametrize("method", Method)
@given(losses=st.lists(st.sampled_from([0.0] * 19 + [1.0]), min_size=60, max_size=160), more=st.integers(0, 159))
def test_one_more_error_never_saves_a_verdict(method: Method, losses: list[float], more: int) -> None:
    standard = replace(STANDARD, method=method)
    worse = [1.0 if at == more else one for at, one in enumerate(losses)]
    before, after = judged(graded(losses), standard).verdict, judged(graded(worse), standard).verdict
    if isinstance(after, Met):
        assert isinstance(before, Met)
        assert before.region.threshold <= after.region.threshold
    if isinstance(before, NotMet):
        assert not isinstance(after, Met)


@given(losses=st.lists(st.sampled_from([0.0] * 29 + [1.0]), min_size=80, max_size=200), share=st.floats(0.05, 1.0))
def test_a_smaller_share_of_the_chance_never_certifies_more_on_the_same_grid(losses: list[float], share: float) -> None:
    cases = graded(losses)
    thresholds = grid(STANDARD, Unlabelled(confidence=cases.confidence, eligible=cases.eligible), share=1.0)
    less = judge(signed(), cases, thresholds, share=share).verdict
    whole = judge(signed(), cases, thresholds, share=1.0).verdict
    assert not isinstance(less, Met) or isinstance(whole, Met)


def test_a_region_needs_every_promise() -> None:
    both = replace(STANDARD, measures=(ERROR, MISSED), high_stakes=frozenset({"fraud"}))
    high = [k % 2 == 0 for k in range(300)]
    assert isinstance(judged(graded([0.0] * 300, high), both).verdict, Met)
    few = [k < 20 for k in range(300)]
    found = judged(graded([0.0] * 300, few), both)
    assert isinstance(found.verdict, Undecided)


def test_the_grid_and_the_price_of_a_look_say_nothing_of_the_answers() -> None:
    both = replace(STANDARD, measures=(ERROR, MISSED), high_stakes=frozenset({"fraud"}))
    one = judged(graded([0.0] * 300, [False] * 300), both)
    other = judged(graded([1.0] * 300, [True] * 300), both)
    assert (one.thresholds, one.outputs, one.warnings) == (other.thresholds, other.outputs, other.warnings)


def test_every_result_a_look_can_show_was_paid_for() -> None:
    rng = np.random.default_rng(7)
    shown: set[bytes] = set()
    outputs = 0
    for rate in np.linspace(0.0, 0.6, 400):
        found = judged(graded(list((rng.random(200) < rate * np.arange(200) / 100).astype(float))))
        shown.add(canonical_bytes(verdict_to_json(found.verdict)))
        outputs = found.outputs
    assert 3 <= len(shown) <= outputs


def test_a_written_verdict_has_neither_estimate_nor_errors() -> None:
    for losses in ([0.0] * 150, [1.0] * 150, [0.0] * 30):
        said = verdict_to_json(judged(graded(losses)).verdict)
        assert [(m["estimate"], m["errors"]) for m in list(said["measures"])] == [(None, None)]  # type: ignore[arg-type, call-overload, index] # a list of objects


RUNS = 2000
DELTA = 0.05


@pytest.mark.study
@pytest.mark.parametrize("method", Method)
def test_a_system_exactly_at_the_target_everywhere_is_certified_in_at_most_one_of_twenty(method: Method) -> None:
    standard = replace(STANDARD, method=method)
    rng = np.random.default_rng(11)
    runs = RUNS if method is Method.EXACT else 400
    wrong = sum(isinstance(judged(graded(list((rng.random(250) < 0.05).astype(float))), standard).verdict, Met) for _ in range(runs))
    assert wrong <= binom.ppf(0.999, runs, DELTA)


@pytest.mark.study
def test_a_first_look_and_its_recount_together_certify_falsely_no_more_often_than_promised() -> None:
    """Half of the disagreements are errors of the record; what is promised is about the other half, exactly at the target."""
    rng = np.random.default_rng(13)
    wrong = 0
    for _ in range(RUNS):
        really = rng.random(250) < 0.05
        slips = rng.random(250) < 0.03
        first = isinstance(judged(graded(list((really | slips).astype(float)))).verdict, Met)
        second = isinstance(judged(graded(list(really.astype(float)))).verdict, Met)
        assert second or not first
        wrong += first or second
    assert wrong <= binom.ppf(0.999, RUNS, DELTA)
