"""Intervals over weeks: they hold where cases of a week are alike, and they say nothing from a few weeks."""

import math

import numpy as np
import pytest

from licet.stats.blocks import FEWEST_BLOCKS, mean_interval, quantile, quantile_interval
from licet.stats.ranges import FloatArray, IntArray, OutOfRangeError


def weeks(seed: int, count: int = 26) -> tuple[FloatArray, IntArray]:
    """Skewed times in weeks that differ from each other and in size; over all weeks log-times have a mean of 0 in each."""
    chance = np.random.default_rng(seed)
    sizes = chance.integers(5, 40, count)
    blocks = np.repeat(np.arange(count), sizes)
    return np.exp(chance.normal(0.0, 0.5, count)[blocks] + chance.normal(0.0, 1.0, blocks.size)), blocks


def covered(truth: float, ends: tuple[float, float] | None) -> bool:
    assert ends is not None
    return ends[0] <= truth <= ends[1]


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    found = [weeks(seed) for seed in range(400)]
    medians = np.mean([covered(1.0, quantile_interval(values, blocks, 0.5)) for values, blocks in found])
    means = np.mean([covered(math.exp(0.625), mean_interval(values, blocks)) for values, blocks in found])
    assert medians > 0.92
    assert means > 0.88  # skewed: a mean of few weeks has a tail that was not seen


def test_counting_cases_instead_of_weeks_would_promise_too_much() -> None:
    found = [weeks(seed) for seed in range(200)]
    alone = np.mean([covered(1.0, quantile_interval(values, np.arange(values.size), 0.5)) for values, _ in found])
    assert alone < 0.8


def test_from_a_few_weeks_nothing_is_said() -> None:
    values, blocks = weeks(1, count=FEWEST_BLOCKS - 1)
    assert mean_interval(values, blocks) is None
    assert quantile_interval(values, blocks, 0.5) is None


def test_a_case_that_is_not_done_is_longer_than_any_that_is() -> None:
    blocks = np.repeat(np.arange(10), 10)
    values = np.where(np.arange(100) % 10 < 6, 1.0, np.inf)
    assert quantile(values, 0.5) == 1.0
    assert quantile(values, 0.9) == math.inf
    assert quantile_interval(values, blocks, 0.9) == (math.inf, math.inf)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(OutOfRangeError, match="share"):
        quantile_interval(np.ones(20), np.arange(20), share)


def test_values_without_blocks_are_refused() -> None:
    with pytest.raises(OutOfRangeError, match="one block for each"):
        mean_interval(np.ones(3), np.arange(2))
