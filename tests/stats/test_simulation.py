"""The simulation: right where mathematics knows the answer, whole, and fair to as-is and to-be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.stats.duty import DutyClock
from licet.stats.keyed_chance import places, uniforms
from licet.stats.queueing import Overloaded, mean_wait
from licet.stats.ranges import OutOfRangeError
from licet.stats.simulated_figures import Played, differences, figures, interval, simulate
from licet.stats.simulated_process import AsToday, Extra, Nobody, Plan, Pool, Takes, ToBe, Way
from licet.stats.simulation import Workload, play
from tests.stats.playing import around_the_clock, exponential, office_hours, one_step, two_steps

HOUR = 3600.0


@pytest.mark.parametrize("servers", [2, 3, 5])
def test_waits_of_a_line_are_those_of_erlang(servers: int) -> None:
    expected = mean_wait(servers=servers, load=1.7, time=1.7)
    assert not isinstance(expected, Overloaded)
    found = []
    for key in range(10, 20, 2):
        times = play((around_the_clock(servers),), one_step(np.cumsum(exponential(key, 60_000, 1.0)), exponential(key + 1, 60_000, 1.7)))
        found.append(float((times.start - times.released).mean()))
    assert np.mean(found) == pytest.approx(expected, rel=0.08)


def test_more_servers_never_make_anybody_wait_longer_with_the_same_chance() -> None:
    arrival, service = np.cumsum(exponential(3, 5_000, 1.0)), exponential(4, 5_000, 1.7)
    waits = [play((around_the_clock(c),), one_step(arrival, service)).start - arrival for c in (2, 3, 4)]
    assert np.all(waits[1] <= waits[0] + 1e-9)
    assert np.all(waits[2] <= waits[1] + 1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 4))
def test_the_short_way_and_the_long_way_give_the_same_times(seed: int, people: int, tasks: int) -> None:
    n = 60
    size = n * tasks
    workload = Workload(
        arrival=np.cumsum(exponential(seed, n, 10.0)),
        first=np.arange(n + 1) * tasks,
        pool=places((seed, 1), size, among=2),
        worked=uniforms((seed, 2), size) < 0.8,
        aside=np.zeros(size, dtype=np.bool_),
        lead=exponential(seed + 1, size, 3.0),
        waits=exponential(seed + 2, size, 3.0),
        service=exponential(seed + 3, size, 8.0),
        priority=np.zeros(size, dtype=np.int64),
    )
    short = play((around_the_clock(people), around_the_clock(1)), workload)
    hour = np.full(168, people)
    hour[100] = people + 1  # far behind the last task, so that nothing but the way it is played differs
    long = play((Pool(name="desk", people=people + 1, on_duty=hour, usual=np.full(168, 1.0)), around_the_clock(1)), workload)
    assert float(short.end.max()) < 100 * HOUR
    assert np.array_equal(short.start, long.start)
    assert np.array_equal(short.end, long.end)


def test_nobody_begins_before_the_people_come_and_what_is_begun_is_ended() -> None:
    arrival = np.array([3 * HOUR, 10 * HOUR, 16.9 * HOUR, 18 * HOUR])
    times = play((office_hours(1),), one_step(arrival, np.full(4, HOUR)))
    assert times.start / HOUR == pytest.approx([9.0, 10.0, 16.9, 33.0])
    assert times.end / HOUR == pytest.approx([10.0, 11.0, 17.9, 34.0])


def test_what_comes_on_friday_evening_waits_for_monday() -> None:
    times = play((office_hours(2),), one_step(np.array([4 * 24 * HOUR + 20 * HOUR]), np.array([60.0])))
    assert times.start[0] == (7 * 24 + 9) * HOUR


def test_what_is_urgent_goes_first_and_among_equals_what_waited_longest() -> None:
    workload = one_step(np.array([0.0, 1.0, 2.0, 3.0]), np.full(4, 10.0))
    urgent = Workload(
        **{name: getattr(workload, name) for name in ("arrival", "first", "pool", "worked", "aside", "lead", "waits", "service")},
        priority=np.array([1, 1, 1, 0]),
    )
    assert play((around_the_clock(1),), urgent).start.tolist() == [0.0, 20.0, 30.0, 10.0]


def test_a_workload_that_goes_back_in_time_is_refused() -> None:
    with pytest.raises(OutOfRangeError, match="arrivals must rise"):
        one_step(np.array([2.0, 1.0]), np.ones(2))
    with pytest.raises(OutOfRangeError, match="at least 0"):
        one_step(np.array([1.0, 2.0]), np.array([1.0, -1.0]))


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 3e6), st.floats(0, 2e6))
def test_the_clock_of_a_pool_finds_back_what_it_showed(now: float, seconds: float) -> None:
    clock = DutyClock(office_hours(3).pace)
    then = clock.later(now, seconds)
    shown = clock.shown(np.array([now, then]))
    assert then >= now
    assert shown[1] - shown[0] == pytest.approx(seconds, abs=1e-3)


def parts(one: Played) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """What the time of each case is made of, all together."""
    return np.asarray(one.service + one.machine + one.contention + one.off_duty + one.extraneous)


AI = ToBe(
    ways={
        "decide": (
            Way(
                name="alone",
                share=0.5,
                latency=(2.0, 4.0),
                work=Nobody(),
                extras=(Extra(name="audit", share=0.3, seconds=(60.0,), holds_up=False),),
            ),
            Way(name="proposes", share=0.3, work=AsToday(factor=0.5), extras=(Extra(name="second", share=0.5, seconds=(90.0,)),)),
            Way(name="other", share=0.1, work=Takes(seconds=(5.0, 9.0))),
        )
    }
)


@pytest.mark.parametrize("to_be", [ToBe(), AI, ToBe(priorities={"decide": -1})])
@pytest.mark.parametrize("pool", [around_the_clock(1), office_hours(2)])
def test_every_case_that_comes_ends_and_its_time_is_the_sum_of_its_parts(pool: Pool, to_be: ToBe) -> None:
    played = simulate(two_steps(pool, wait=500.0), to_be, Plan(replications=2, cases=80))
    for one in played.runs:
        assert one.cycle.size == 80
        assert parts(one) == pytest.approx(one.cycle)
        assert np.all(one.contention > -1e-6)
        assert np.all(one.off_duty > -1e-6)
        assert np.all(one.extraneous > -1e-6)
        assert np.all(one.finish >= one.arrival)


def test_with_nobody_in_the_way_a_case_takes_the_time_of_its_work() -> None:
    (one, _) = simulate(two_steps(around_the_clock(500)), ToBe(), Plan(replications=2, cases=50)).runs
    assert one.cycle == pytest.approx(one.service)


def test_as_is_and_to_be_meet_the_same_cases_and_what_does_not_change_changes_nothing() -> None:
    process, plan = two_steps(office_hours(2)), Plan(replications=3, cases=60)
    as_is = simulate(process, ToBe(), plan)
    same = simulate(process, ToBe(ways={"read": (Way(name="as before", share=0.7),)}), plan)
    gain = differences(as_is, same)
    assert (gain.cycle.mean, gain.cycle.low, gain.cycle.high) == (0.0, 0.0, 0.0)
    for one, other in zip(as_is.runs, simulate(process, AI, plan).runs, strict=True):
        assert np.array_equal(one.arrival, other.arrival)
        assert np.array_equal(one.source, other.source)


def test_a_larger_share_keeps_every_case_of_a_smaller_one() -> None:
    process, plan = two_steps(around_the_clock(500)), Plan(replications=2, cases=200)
    few, many = (simulate(process, ToBe(ways={"decide": (Way(name="a", share=s, work=Nobody()),)}), plan).runs[0] for s in (0.3, 0.6))
    assert np.all(many.service <= few.service)
    assert 0.2 < float(np.mean(few.service < 1300.0)) < 0.4
    assert 0.5 < float(np.mean(many.service < 1300.0)) < 0.7


def test_an_audit_takes_hours_and_holds_no_case_up() -> None:
    process, plan = two_steps(around_the_clock(500)), Plan(replications=2, cases=100)
    audit = Extra(name="audit", share=1.0, seconds=(600.0,), holds_up=False)
    gain = differences(
        simulate(process, ToBe(), plan), simulate(process, ToBe(ways={"decide": (Way(name="a", share=1.0, extras=(audit,)),)}), plan)
    )
    assert gain.cycle.mean == 0.0
    assert gain.hours.mean == pytest.approx(600.0 / HOUR)


def test_a_second_look_by_other_people_waits_for_them() -> None:
    process = two_steps(around_the_clock(500))
    look = Extra(name="look", share=1.0, seconds=(600.0,))
    plan = Plan(replications=2, cases=100)
    gain = differences(
        simulate(process, ToBe(), plan), simulate(process, ToBe(ways={"decide": (Way(name="a", share=1.0, extras=(look,)),)}), plan)
    )
    assert gain.cycle.mean == pytest.approx(600.0)


def test_while_a_way_is_shut_cases_go_as_today() -> None:
    process, plan = two_steps(around_the_clock(500)), Plan(replications=2, cases=100, warm_up=0.0)
    shut = Way(name="a", share=1.0, work=Nobody(), off=(0.0, 2 * 86400.0))
    (one, _) = simulate(process, ToBe(ways={"decide": (shut,)}), plan).runs
    assert np.array_equal(one.service > 1300.0, one.arrival < 2 * 86400.0)


def test_what_a_task_waited_for_goes_where_it_is_said_to_go() -> None:
    process, plan = two_steps(around_the_clock(500), wait=1000.0), Plan(replications=2, cases=50)
    kept, gone = (
        differences(simulate(process, ToBe(), plan), simulate(process, ToBe(ways={"decide": (Way(name="a", share=1.0, keeps=k),)}), plan))
        for k in (1.0, 0.0)
    )
    assert kept.extraneous.mean == 0.0
    assert gone.extraneous.mean == pytest.approx(-1000.0)


def test_a_to_be_that_does_not_fit_is_refused_by_name() -> None:
    process, plan = two_steps(around_the_clock(1)), Plan(replications=2)
    with pytest.raises(OutOfRangeError, match="'nowhere'"):
        simulate(process, ToBe(ways={"nowhere": ()}), plan)
    with pytest.raises(OutOfRangeError, match="more than all"):
        simulate(process, ToBe(ways={"read": (Way(name="a", share=0.7), Way(name="b", share=0.7))}), plan)
    with pytest.raises(OutOfRangeError, match="replications"):
        Plan(replications=1)
    with pytest.raises(ValueError, match="one plan"):
        differences(simulate(process, ToBe(), plan), simulate(process, ToBe(), Plan(replications=2, seed=1)))


def test_intervals_over_replications_cover_the_mean_they_speak_of() -> None:
    draws = np.sqrt(-2.0 * np.log1p(-uniforms((5,), 10_000))).reshape(1_000, 10)
    found = [interval(row) for row in draws]
    inside = np.mean([one.low <= np.sqrt(np.pi / 2.0) <= one.high for one in found])
    assert 0.93 <= inside <= 0.975


def test_within_a_limit_and_pools_are_told_with_intervals() -> None:
    told = figures(simulate(two_steps(office_hours(1)), ToBe(), Plan(replications=4, cases=40, within=8 * HOUR)))
    assert told.within is not None
    assert 0.0 <= told.within.mean <= 1.0
    (pool,) = told.pools
    assert pool.hours.mean == pytest.approx(told.hours.mean)
    assert told.cycle.low <= told.cycle.mean <= told.cycle.high
    assert 0.0 < pool.utilisation.mean < 1.5


def test_keyed_chance_is_even_the_same_for_a_key_and_another_for_another() -> None:
    one = uniforms((7, 1), 50_000)
    assert np.array_equal(one[:100], uniforms((7, 1), 100))
    assert abs(float(np.corrcoef(one, uniforms((7, 2), 50_000))[0, 1])) < 0.02
    assert abs(float(np.corrcoef(one, uniforms((1, 7), 50_000))[0, 1])) < 0.02
    assert np.histogram(one, bins=10, range=(0, 1))[0] == pytest.approx(np.full(10, 5_000), rel=0.06)
    assert set(places((1,), 1_000, among=3).tolist()) == {0, 1, 2}
    with pytest.raises(OutOfRangeError):
        uniforms((-1,), 3)
