"""The difference that chance-assigned cases show: unbiased where steps differ, an interval that holds, and nothing from too few."""

import numpy as np
import pytest

from licet.stats.ranges import BoolArray, FloatArray, IntArray, OutOfRangeError
from licet.stats.rollout import FEWEST_IN_ARM, randomised_difference

EFFECT = -2.0


def rolled_out(seed: int) -> tuple[FloatArray, BoolArray, IntArray]:
    """Two steps: in the second, more cases are given to AI, and all cases take longer, whoever decides."""
    chance = np.random.default_rng(seed)
    step = np.repeat([0, 1], [300, 300])
    given = chance.random(600) < np.where(step == 0, 0.2, 0.8)
    return chance.exponential(4.0, 600) + 10.0 * step + EFFECT * given, given, step


def test_the_effect_is_found_although_later_steps_give_more_and_take_longer() -> None:
    found = [randomised_difference(*rolled_out(seed)) for seed in range(400)]
    kept = [one for one in found if one is not None]
    assert len(kept) == 400
    assert np.mean([one.estimate for one in kept]) == pytest.approx(EFFECT, abs=0.08)
    assert 0.92 < np.mean([one.low <= EFFECT <= one.high for one in kept]) < 0.98


def test_before_and_after_would_call_it_a_loss() -> None:
    outcome, given, _ = rolled_out(1)
    assert outcome[given].mean() - outcome[~given].mean() > 0.0


def test_steps_with_few_on_a_side_are_left_out_and_counted() -> None:
    outcome, given, step = rolled_out(2)
    few = given & (step == 1) & (np.cumsum(~given & (step == 1)) <= FEWEST_IN_ARM)
    keep = (step == 0) | few
    found = randomised_difference(outcome[keep], given[keep], step[keep])
    assert found is not None
    assert (found.steps, found.left_out) == (1, int(few.sum()))


def test_without_two_groups_nothing_is_said() -> None:
    assert randomised_difference(np.ones(100), np.ones(100, bool), np.zeros(100, np.int64)) is None


def test_what_is_the_same_in_every_case_differs_by_nothing() -> None:
    given = np.arange(100) % 2 == 0
    found = randomised_difference(np.ones(100), given, np.zeros(100, np.int64))
    assert found is not None
    assert (found.estimate, found.low, found.high) == (0.0, 0.0, 0.0)


def test_what_is_not_finite_is_refused() -> None:
    with pytest.raises(OutOfRangeError, match="finite"):
        randomised_difference(np.array([1.0, np.nan]), np.array([True, False]), np.zeros(2, np.int64))


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(OutOfRangeError, match="one of each"):
        randomised_difference(np.ones(3), np.ones(2, bool), np.zeros(3, np.int64))
