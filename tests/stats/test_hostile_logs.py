"""Logs that are too large or too odd to be a process's are answered in bounded time, or refused by name."""

import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.stats.fitted_events import by_person
from licet.stats.fitted_process import MOST_PEOPLE, fit
from licet.stats.pooled import ALIKE, groups_of
from licet.stats.ranges import FloatArray, IntArray, OutOfRangeError
from licet.stats.simulated_process import Plan
from licet.stats.simulated_work import MOST_TASKS, counted_cases
from tests.stats.playing import Row, log_of_rows

SOON_S = 20.0
"""Seconds of CPU within which each of these must be over: they take well below one, and took hours before they were bounded."""


def test_more_people_than_any_team_has_are_refused_with_what_to_check() -> None:
    rows: list[Row] = [(0, 0, 0, 1.0, 0.0), (1, 0, MOST_PEOPLE, 2.0, 1.0)]
    with pytest.raises(OutOfRangeError, match=r"names 20,001 people, and at most 20,000 .* check that its column"):
        fit(log_of_rows(*rows))


def test_many_people_are_fitted_without_reading_the_log_once_for_each() -> None:
    rows: list[Row] = [(case, 0, case % 1_000, case + 0.5, case * 1.0) for case in range(3_000)]
    began = time.process_time()
    found = fit(log_of_rows(*rows))
    assert time.process_time() - began < SOON_S
    assert found.steps[0].events == 3_000


def test_work_that_is_recorded_as_begun_long_ago_ends_the_search_for_people_at_once() -> None:
    years: list[Row] = [(case, 0, 0, 500_000.0 + case / 600.0, case / 600.0) for case in range(2_000)]
    days: list[Row] = [(2_000 + case, 0, 1 + case % 3, 500_000.0 + 24.0 * case + 9.0, 500_000.0 + 24.0 * case + 8.0) for case in range(200)]
    began = time.process_time()
    process = fit(log_of_rows(*years, *days)).process
    assert time.process_time() - began < SOON_S
    assert process.cases == 2_200


@given(st.integers(1, 9), st.integers(1, 6), st.integers(0, 10_000))
def test_groups_hold_every_step_once_and_no_two_of_them_are_alike_enough_to_be_one(steps: int, people: int, seed: int) -> None:
    work = np.random.default_rng(seed).poisson(1.5, (steps, people)).astype(np.float64)
    found = groups_of(work)
    together = np.concatenate([np.empty(0, np.int64), *found])
    assert sorted(together) == np.flatnonzero(work.sum(axis=1)).tolist()
    sizes = [float(work[group].sum()) for group in found]
    assert all(more >= fewer for more, fewer in pairwise(sizes))
    assert all(_alike(work, one, other) < ALIKE for one in found for other in found if one is not other)


def _alike(work: FloatArray, one: IntArray, other: IntArray) -> float:
    shares = [work[group].sum(axis=0) / work[group].sum() for group in (one, other)]
    return float(np.minimum(*shares).sum())


@given(st.lists(st.integers(-1, 4), max_size=30), st.integers(0, 99))
def test_every_chosen_event_is_one_persons_and_nobody_is_one_of_them(who: list[int], seed: int) -> None:
    resource = np.array(who, np.int32)
    chosen = np.random.default_rng(seed).random(resource.size) < 0.7
    found = dict(by_person(resource, chosen))
    assert {one: mine.tolist() for one, mine in found.items()} == {
        one: places for one in sorted(set(who)) if (places := np.flatnonzero(chosen & (resource == one)).tolist())
    }


def test_a_replication_has_no_more_tasks_than_can_be_played_and_at_least_one_case() -> None:
    rows: list[Row] = [(case, step % 2, step % 3, 9.0 + case + step, 8.5 + case + step) for case in range(4) for step in range(5)]
    process = fit(log_of_rows(*rows)).process
    assert counted_cases(process, Plan()) == 4
    assert counted_cases(process, Plan(cases=10**9)) == MOST_TASKS // 5
