"""Steps side by side begin together, and the case goes on when the last of them is done; nothing else changes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.stats.ranges import IntArray
from licet.stats.side_by_side import on_the_way, side_by_side
from licet.stats.simulated_figures import account, simulate
from licet.stats.simulated_outage import outage_of, simulate_outage, week_of_outage
from licet.stats.simulated_process import HOURS, AsToday, Extra, Nobody, Plan, Pool, ToBe, Way
from licet.stats.simulated_work import Drawn
from licet.stats.simulation import END, Times, Workload, play
from tests.stats.test_redesigned_process import process_of

MANY = Pool(name="many", people=99, on_duty=np.full(HOURS, 99))
NINE_TO_FIVE = Pool(name="few", people=1, on_duty=np.array([1 if 9 <= hour % 24 < 17 else 0 for hour in range(HOURS)]))
NONE: frozenset[int] = frozenset()


def workload_of(*cases: str, aside: frozenset[int] = NONE, seconds: dict[str, float] | None = None) -> Workload:
    """A workload with a case for each text, a second apart, of which each letter is a task of the step of its place in the alphabet."""
    steps = np.array([ord(letter) - ord("a") for case in cases for letter in case], dtype=np.int64)
    took = seconds or {}
    n = steps.size
    return Workload(
        arrival=np.arange(len(cases), dtype=np.float64),
        first=np.cumsum([0, *map(len, cases)]),
        pool=np.zeros(n, dtype=np.int64),
        worked=np.ones(n, dtype=np.bool_),
        aside=np.array([at in aside for at in range(n)]),
        lead=np.zeros(n),
        waits=np.zeros(n),
        service=np.array([took.get(letter, 10.0) for case in cases for letter in case]),
        priority=np.zeros(n, dtype=np.int64),
        step=steps,
    )


def cases_of(workload: Workload) -> IntArray:
    return np.repeat(np.arange(workload.first.size - 1), np.diff(workload.first))


def together(workload: Workload, *groups: str, pool: Pool = MANY) -> tuple[Workload, Times]:
    """The workload with groups of steps side by side, played."""
    group = np.array([next((k for k, names in enumerate(groups) if chr(ord("a") + int(one)) in names), END) for one in workload.step])
    arranged, _ = side_by_side(workload, case=cases_of(workload), group=group.astype(np.int64))
    return arranged, play((pool,), arranged)


@pytest.mark.parametrize("pool", [MANY, Pool(name="p", people=99, on_duty=np.array([99] * 167 + [98]))], ids=["always", "hours"])
def test_the_case_goes_on_when_the_last_is_done(pool: Pool) -> None:
    _, found = together(workload_of("abcd", seconds={"b": 30.0, "c": 50.0}), "bc", pool=pool)
    assert found.start.tolist() == [0.0, 10.0, 10.0, 60.0]
    assert found.end.tolist() == [10.0, 40.0, 60.0, 70.0]
    _, other = together(workload_of("acbd", seconds={"b": 30.0, "c": 50.0}), "bc", pool=pool)
    assert other.start.tolist() == [0.0, 10.0, 10.0, 60.0]


def test_three_at_once_at_the_end_and_the_beginning_of_a_case() -> None:
    _, found = together(workload_of("abc", "d", seconds={"a": 5.0, "b": 7.0}), "abc")
    assert found.start.tolist() == [0.0, 0.0, 0.0, 1.0]


def test_what_stands_alone_or_in_another_group_stays_one_after_the_other() -> None:
    _, found = together(workload_of("abab"), "bc")
    assert found.start.tolist() == [0.0, 10.0, 20.0, 30.0]
    _, two = together(workload_of("abcd"), "ab", "cd")
    assert two.start.tolist() == [0.0, 0.0, 10.0, 10.0]


def test_a_step_that_comes_again_begins_another_stretch() -> None:
    _, found = together(workload_of("bcbc"), "bc")
    assert found.start.tolist() == [0.0, 0.0, 10.0, 10.0]
    _, doubled = together(workload_of("bbc"), "bc")
    assert doubled.start.tolist() == [0.0, 10.0, 0.0], "a line of one step stays one after the other"


def test_a_task_aside_holds_up_neither_its_line_nor_the_case() -> None:
    _, found = together(workload_of("bbcd", aside=frozenset({1}), seconds={"c": 20.0}), "bc")
    assert found.start.tolist() == [0.0, 10.0, 0.0, 20.0]
    _, last = together(workload_of("bccd", aside=frozenset({2}), seconds={"b": 50.0}), "bc")
    assert last.start.tolist() == [0.0, 0.0, 10.0, 50.0]


def test_people_are_taken_by_both_so_that_one_alone_does_one_after_the_other() -> None:
    nine = 9 * 3600.0
    _, found = together(workload_of("bc"), "bc", pool=NINE_TO_FIVE)
    assert sorted(found.start.tolist()) == [nine, nine + 10.0]


@settings(max_examples=60)
@given(
    cases=st.lists(st.text(alphabet="abcd", max_size=6), min_size=1, max_size=5), took=st.lists(st.integers(0, 50), min_size=4, max_size=4)
)
def test_with_people_enough_a_case_takes_its_longest_way_and_never_longer_than_before(cases: list[str], took: list[int]) -> None:
    seconds = {letter: float(one) for letter, one in zip("abcd", took, strict=True)}
    work = workload_of(*cases, "a", seconds=seconds)
    before = play((MANY,), work)
    case = cases_of(work)
    group = np.where((work.step == 1) | (work.step == 2), 0, END)
    arranged, branches = side_by_side(work, case=case, group=group)
    found = play((MANY,), arranged)
    done, was = np.zeros(len(cases) + 1), np.zeros(len(cases) + 1)
    np.maximum.at(done, case, found.end)
    np.maximum.at(was, case, before.end)
    assert np.all(done <= was)
    own = on_the_way(branches, found.end, arranged.aside)
    way = np.bincount(case[own], (found.end - found.ready)[own], len(cases) + 1)
    there = np.diff(work.first) > 0
    assert way[there] == pytest.approx((done - work.arrival)[there]), "the parts of a case's time add up to it"


def test_the_time_of_a_case_is_that_of_what_was_done_last() -> None:
    work = workload_of("abcd", "abcd", seconds={"b": 30.0, "c": 50.0})
    arranged, branches = side_by_side(work, case=cases_of(work), group=np.array([END, 0, 0, END] * 2))
    times = play((MANY,), arranged)
    nothing, n = np.zeros(8), np.ones(2, dtype=np.bool_)
    came = Drawn(workload=arranged, source=np.arange(2), case=cases_of(work), counted=n, machine=nothing, tail=np.zeros(2))
    found = account((MANY,), came, times, branches)
    assert found.cycle.tolist() == [70.0, 70.0]
    assert found.service.tolist() == [70.0, 70.0]
    assert found.hours.tolist() == [200.0 / 3600.0], "people work on both all the same"


# --- an outage


ALONE = (Way(name="alone", share=1.0, work=Nobody(), keeps=0.0, extras=(Extra(name="audit", share=1.0, seconds=(5.0,), holds_up=False),)),)
WITHOUT = (Way(name="person", share=1.0, work=AsToday(factor=1.0)),)
PLAN = Plan(replications=2, cases=40, seed=3)


def test_only_cases_of_the_day_go_another_way_and_all_others_as_ever() -> None:
    several = process_of("ab", "ba", "aab", arrivals=(0.0, 3600.0, 7200.0, 80000.0))
    usual = simulate(several, ToBe(ways={"a": ALONE}), PLAN)
    hit = simulate_outage(several, ToBe(ways={"a": ALONE}), ToBe(ways={"a": WITHOUT}), PLAN)
    for one, other in zip(usual.runs, hit.runs, strict=True):
        day = outage_of(one.arrival)
        then = (one.arrival >= day) & (one.arrival < day + 86_400.0)
        assert then.any()
        assert not then.all()
        assert np.all(other.service[then] > one.service[then])
        assert other.service[~then] == pytest.approx(one.service[~then])
    week = week_of_outage(hit)
    assert all(
        run.cycle.size <= 40 and run.arrival.min() >= outage_of(whole.arrival) for run, whole in zip(week.runs, hit.runs, strict=True)
    )


def test_an_outage_of_what_changes_nothing_changes_nothing() -> None:
    process = process_of("ab", "b", arrivals=(0.0, 100.0))
    same = ToBe(ways={"a": ALONE}, together=(("a", "b"),))
    usual, hit = simulate(process, same, PLAN), simulate_outage(process, same, same, PLAN)
    for one, other in zip(usual.runs, hit.runs, strict=True):
        assert np.array_equal(one.cycle, other.cycle)
        assert np.array_equal(one.hours, other.hours)


def test_side_by_side_shortens_what_is_simulated() -> None:
    process = replace(process_of("abc"), idle=np.zeros(3), lead=np.zeros(3))
    as_is, to_be = simulate(process, ToBe(), PLAN), simulate(process, ToBe(together=(("b", "c"),)), PLAN)
    assert as_is.runs[0].service.tolist() == pytest.approx([360.0] * 40)
    assert to_be.runs[0].service.tolist() == pytest.approx([240.0] * 40), "the second minute runs beside the third"
