"""A process put in another order keeps its cases, its tasks and its work; what is merged is done once, what is moved is done elsewhere."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.stats.ranges import OutOfRangeError
from licet.stats.redesigned_process import busier, hours_on_duty, merged, moved, place_of, with_pool
from licet.stats.simulated_process import HOURS, Arrivals, Pool, Process, Step

ALWAYS = np.full(HOURS, 2)


def process_of(*cases: str, arrivals: tuple[float, ...] = (0.0,)) -> Process:
    """A process with a past case for each text, of which each letter is a task that takes as many minutes as its place in its case."""
    names = sorted({letter for case in cases for letter in case})
    tasks = [letter for case in cases for letter in case]
    places = np.array([at + 1 for case in cases for at in range(len(case))], dtype=np.float64)
    return Process(
        steps=tuple(Step(name=name, pool=None if name == "x" else 0) for name in names),
        pools=(Pool(name="clerks", people=2, on_duty=ALWAYS),),
        first=np.cumsum([0, *map(len, cases)]),
        step=np.array([names.index(letter) for letter in tasks]),
        service=places * 60.0,
        lead=places,
        idle=places * 10.0,
        tail=np.zeros(len(cases)),
        arrivals=Arrivals(weekday=np.array([0]), first=np.array([0, len(arrivals)]), seconds=np.array(arrivals)),
        estimated=0.0,
    )


def words(process: Process) -> list[str]:
    """The cases as texts, steps by the first letter of their names."""
    letters = [process.steps[int(at)].name[0] for at in process.step]
    return ["".join(letters[a:b]) for a, b in zip(process.first[:-1], process.first[1:], strict=True)]


def test_steps_that_follow_each_other_become_one_and_others_stay() -> None:
    found = merged(process_of("abc", "acb", "abab"), ("a", "b"), into="m", time=0.5, keeps=1.0)
    assert [step.name for step in found.steps] == ["a", "b", "c", "m", "m (rest)"]
    assert words(found) == ["mmc", "acb", "mmmm"]
    assert found.service.tolist() == [90.0, 0.0, 180.0, 60.0, 120.0, 180.0, 90.0, 0.0, 210.0, 0.0]
    assert found.idle.tolist()[:2] == [30.0, 0.0], "idle time that stays is waited for once"
    assert found.lead.tolist() == process_of("abc", "acb", "abab").lead.tolist(), "what cases wait for by the clock stays"
    assert (found.steps[3].pool, found.steps[4].pool) == (0, None)


def test_what_is_merged_is_done_by_the_first_people_that_are_known() -> None:
    assert merged(process_of("xa"), ("x", "a"), into="m", time=1.0, keeps=0.0).steps[2].pool == 0
    assert merged(process_of("xa"), ("x", "a"), into="m", time=1.0, keeps=0.0).idle.tolist() == [10.0, 0.0]


def test_a_run_never_reaches_over_the_end_of_a_case() -> None:
    before = process_of("ca", "bc")
    found = merged(before, ("a", "b"), into="m", time=1.0, keeps=1.0)
    assert words(found) == ["ca", "bc"]
    assert words(merged(process_of("a"), ("a", "a"), into="m", time=1.0, keeps=1.0)) == ["a"]


def test_a_step_moves_behind_the_first_time_of_another_and_takes_its_times_along() -> None:
    before = process_of("abcd", "bda", "cab", "ddba")
    found = moved(before, "a", after="d")
    assert words(found) == ["bcda", "bda", "cab", "dadb"]
    assert found.service[:4].tolist() == [120.0, 180.0, 240.0, 60.0]
    assert found.lead[:4].tolist() == [2.0, 3.0, 4.0, 1.0]


@given(cases=st.lists(st.text(alphabet="abc", min_size=1, max_size=6), min_size=1, max_size=6), keeps=st.floats(0.0, 1.0))
def test_no_change_of_order_adds_or_loses_work_or_tasks(cases: list[str], keeps: float) -> None:
    before = process_of("abc", *cases)
    for after in (moved(before, "a", after="c"), merged(before, ("a", "b"), into="m", time=1.0, keeps=keeps)):
        assert after.cases == before.cases
        assert np.array_equal(after.first, before.first)
        assert after.service.sum() == pytest.approx(before.service.sum())
        assert after.lead.sum() == pytest.approx(before.lead.sum())
        assert after.idle.sum() <= before.idle.sum() + 1e-6


def test_steps_are_given_to_new_people_and_to_no_others() -> None:
    team = Pool(name="reviewers", people=1, on_duty=np.ones(HOURS, dtype=np.int64))
    found = with_pool(process_of("ab"), team, steps=("b",))
    assert [step.pool for step in found.steps] == [0, 1]
    assert found.pools[1] is team
    with pytest.raises(OutOfRangeError, match="another name"):
        with_pool(found, team, steps=())
    with pytest.raises(OutOfRangeError, match="it has 'a', 'b'"):
        place_of(found, "z")


def test_hours_on_duty_fill_the_days_and_run_over_midnight() -> None:
    found = hours_on_duty(people=3, days=(0, 6), from_hour=22.5, hours=4.0)
    assert np.flatnonzero(found).tolist() == [0, 1, 22, 23, 24, 25, 166, 167]
    assert set(found.tolist()) == {0, 3}
    assert hours_on_duty(people=1, days=(2,), from_hour=8.0, hours=0.25).sum() == 1
    assert hours_on_duty(people=1, days=(2,), from_hour=0.0, hours=24.0).sum() == 24


@pytest.mark.parametrize(
    ("times", "came"),
    [
        (1.0, [0, 10, 20, 40]),
        (1.5, [0, 10, 15, 20, 40, 40]),
        (2.0, [0, 5, 10, 15, 20, 30, 40, 40]),
        (0.5, [10, 40]),
    ],
)
def test_more_cases_come_between_those_that_came(times: float, came: list[float]) -> None:
    found = busier(process_of("a", arrivals=(0.0, 10.0, 20.0, 40.0)), times=times)
    assert found.arrivals.seconds.tolist() == came
    assert found.arrivals.first.tolist() == [0, len(came)]


def test_a_busier_day_stays_a_day_of_its_own() -> None:
    two = replace(
        process_of("a"),
        arrivals=Arrivals(weekday=np.array([0, 1, 2]), first=np.array([0, 2, 2, 4]), seconds=np.array([1.0, 9.0, 2.0, 4.0])),
    )
    found = busier(two, times=1.5).arrivals
    assert found.first.tolist() == [0, 3, 3, 6]
    assert found.seconds.tolist() == [1.0, 9.0, 9.0, 2.0, 4.0, 4.0]
