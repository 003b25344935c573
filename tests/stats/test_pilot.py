"""A pilot, and labels where they are worth most: certificates stay true whatever the pilot said."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.stats.pilot import NARROWEST, Part, labels_expected, plan_target, proven, ranks_among, risk_curve
from licet.stats.ranges import OutOfRangeError
from studies import stats_pilot

UNIT = st.floats(0.0, 1.0, allow_nan=False)
PAIRS = st.lists(st.tuples(UNIT, UNIT), max_size=60)


@settings(deadline=None, max_examples=60)
@given(pairs=PAIRS, reference=st.lists(UNIT, min_size=1, max_size=200), target=st.floats(0.01, 0.2))
def test_a_target_region_is_a_region_of_confident_cases_with_its_ties_whatever_the_pilot_says(
    pairs: list[tuple[float, float]], reference: list[float], target: float
) -> None:
    found = plan_target(confidence=[one for one, _ in pairs], loss=[two for _, two in pairs], reference=reference, target=target)
    assert found.inner >= found.threshold
    assert found.cases == sum(one >= found.threshold for one in reference)
    assert found.inner_cases == sum(one >= found.inner for one in reference)
    assert NARROWEST * len(reference) <= found.cases <= found.of == len(reference)
    assert 0.0 <= found.predicted <= 1.0


def test_a_better_pilot_means_a_wider_region() -> None:
    reference, confidence = np.linspace(0, 1, 1000), np.linspace(0, 1, 100)
    widths = [
        plan_target(confidence=confidence, loss=confidence < wrong_below, reference=reference, target=0.05).cases
        for wrong_below in (1.1, 0.5, 0.2, 0.0)
    ]
    assert widths == sorted(widths)
    assert (widths[0], widths[-1]) == (150, 1000)


def test_the_curve_finds_the_risk_that_made_the_errors() -> None:
    rng = np.random.default_rng(1)
    rank = rng.random(20_000)
    curve = risk_curve(rank=rank, loss=rng.random(20_000) < 1 / (1 + np.exp(-(-4 + 3 * rank))))
    assert curve.at([0.0, 1.0]) == pytest.approx([0.018, 0.269], rel=0.15)


def test_ranks_count_ties_half() -> None:
    assert ranks_among(confidence=[1.0, 0.5, 0.0], reference=[0.9, 0.5, 0.5, 0.1]).tolist() == [0.0, 0.5, 1.0]


@settings(deadline=None, max_examples=40)
@given(losses=st.lists(UNIT, max_size=80), more=st.lists(UNIT, max_size=80))
def test_more_labels_never_take_back_what_was_proven(losses: list[float], more: list[float]) -> None:
    clean = [0.0] * 40 + losses
    inner = [at % 5 < 3 for at in range(len(clean) + len(more))]
    before = proven(loss=clean, inner=inner[: len(clean)], target=0.1, delta=0.05)
    after = proven(loss=clean + more, inner=inner, target=0.1, delta=0.05)
    assert before is None or after in {before, Part.REGION}


def test_the_inner_part_is_proven_where_only_the_rest_is_wrong() -> None:
    loss, inner = np.zeros(400), np.arange(400) % 5 < 3
    loss[~inner] = np.arange(160) % 3 == 0
    assert proven(loss=loss, inner=inner, target=0.05, delta=0.05) is Part.INNER
    assert proven(loss=np.zeros(400), inner=inner, target=0.05, delta=0.05) is Part.REGION
    assert proven(loss=[], inner=[], target=0.05, delta=0.05) is None


def test_what_is_expected_is_more_for_a_worse_region_and_nothing_at_the_target() -> None:
    expected = [labels_expected(rate=rate, target=0.05, delta=0.04, cap=4000) for rate in (0.0, 0.01, 0.02, 0.03, 0.05)]
    assert expected == [74, 163, 383, 1107, None]
    assert labels_expected(rate=0.0, target=0.05, delta=0.04, cap=73) is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: plan_target(confidence=[], loss=[], reference=[], target=0.05),
        lambda: plan_target(confidence=[0.5], loss=[1.5], reference=[0.5], target=0.05),
        lambda: plan_target(confidence=[0.5], loss=[], reference=[0.5], target=0.05),
        lambda: proven(loss=[0.0], inner=[True, False], target=0.05, delta=0.05),
        lambda: labels_expected(rate=0.1, target=0.05, delta=0.05, cap=0),
    ],
)
def test_what_cannot_be_meant_is_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(OutOfRangeError):
        call()


@pytest.mark.study
@pytest.mark.parametrize("kind", ["just above", "just above in the inner part"])
def test_a_region_just_above_the_target_is_certified_in_at_most_five_percent_of_draws(kind: str) -> None:
    found = stats_pilot.ended(curve=stats_pilot.made_up(kind), target=0.05, runs=200, seed=2)
    assert found.broken <= 0.05


@pytest.mark.study
def test_a_pilot_certifies_with_few_labels_and_where_labels_at_random_do_not() -> None:
    good = stats_pilot.ended(curve=stats_pilot.made_up("good"), target=0.05, runs=100, seed=3)
    assert good.certified > 0.95
    assert good.labels < 400
    weak = stats_pilot.ended(curve=stats_pilot.made_up("weak"), target=0.05, runs=100, seed=3)
    assert weak.certified > 0.75
    assert good.broken == weak.broken == 0.0
