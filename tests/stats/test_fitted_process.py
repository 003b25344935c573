"""Fitting a process: work, lines, hours and other waits are told apart as whoever did the work was there or not."""

from dataclasses import replace

import numpy as np
import pytest

from licet.core.event_log import EventLog
from licet.stats.ai_places import places_for_ai
from licet.stats.back_test import BackTest, Beats, Distance, DoesNotBeat, TooShort, back_test, part_of, verdict_on
from licet.stats.fitted_process import fit, narrowed
from licet.stats.log_distances import arrival_rhythm, circadian, earth_movers, n_grams
from licet.stats.presence import presence, without_break
from licet.stats.ranges import OutOfRangeError
from licet.stats.simulated_figures import Interval, figures, simulate
from licet.stats.simulated_process import Plan, ToBe
from tests.stats.playing import Row, log_of_rows

HOUR = 3600.0


def days(cases: int, *, slower_from: int | None = None) -> EventLog:
    """Each working day two cases come at nine; one person reads both, another decides at two; from some case on a day later."""
    rows: list[Row] = []
    for case in range(cases):
        week, day = divmod(case // 2, 5)
        midnight, half = week * 168.0 + day * 24.0, 0.5 * (case % 2)
        later = 24.0 if slower_from is not None and case >= slower_from else 0.0
        rows += [(case, 0, 0, midnight + 9.5 + half, midnight + 9.0 + half), (case, 2, -1, midnight + 10.1, None)]
        rows.append((case, 1, 1, midnight + later + 14.5 + half, midnight + later + 14.0 + half))
    return log_of_rows(*rows)


def test_a_case_that_waits_while_its_person_does_another_waits_in_line() -> None:
    found = fit(log_of_rows((0, 0, 0, 10.0, 9.0), (1, 0, 0, 9.1, 9.0), (1, 1, 0, 11.0, 10.0)))
    decide = next(one for one in found.steps if one.name == "decide")
    assert decide.split.contention == pytest.approx(0.9 * HOUR)
    assert decide.split.service == pytest.approx(HOUR)
    assert decide.split.extraneous == pytest.approx(0.0)


def test_a_case_that_waits_over_night_waits_for_hours_and_one_whose_person_was_free_for_something_else() -> None:
    night = fit(log_of_rows((0, 0, 0, 17.0, 16.0), (0, 1, 0, 34.0, 33.0), (1, 0, 0, 9.0, 8.0)))
    assert next(one for one in night.steps if one.name == "decide").split.off_duty == pytest.approx(16.0 * HOUR)
    idle = fit(log_of_rows((0, 0, 0, 10.0, 9.0), (0, 1, 0, 16.0, 15.0)))
    assert next(one for one in idle.steps if one.name == "decide").split.extraneous == pytest.approx(5.0 * HOUR)


def test_the_parts_of_the_split_add_up_to_the_time_of_a_case() -> None:
    log = days(40)
    whole = part_of(log, np.ones(log.case.size, dtype=np.bool_))
    assert fit(log).split.whole == pytest.approx(float(whole.cycle.mean()) * HOUR)


def test_a_step_without_any_start_beside_steps_with_one_is_a_mark_and_takes_nobodys_time() -> None:
    found = fit(days(20))
    assert found.marks == ("mark",)
    assert {one.name for one in found.steps} == {"read", "decide"}
    assert found.process.estimated == 0.0


def test_where_no_start_is_recorded_work_is_estimated_below_what_lay_between_two_records_and_said_to_be() -> None:
    rows: list[Row] = [(case, 0, 0, 9.0 + case * 0.25, None) for case in range(20)]
    found = fit(log_of_rows(*rows))
    (step,) = found.steps
    assert step.estimated
    assert found.process.estimated == 1.0
    assert step.hours is not None
    assert 0.0 < step.hours <= 20 * 0.25
    assert step.hours == pytest.approx(20 * 0.25, rel=0.1)


def test_a_machine_has_no_hours_and_its_working_time_stays_unknown() -> None:
    rows: list[Row] = [(case, 0, 0, case * 5.0, None) for case in range(100)]
    found = fit(log_of_rows(*rows))
    (step,) = found.steps
    assert step.hours is None
    assert found.untimed == 1.0
    assert found.process.pools == ()
    assert places_for_ai(found.process, found.steps, Plan()) == ()


def test_people_belong_together_who_do_the_same_steps() -> None:
    apart = fit(days(40)).process
    assert [one.people for one in apart.pools] == [1, 1]
    rows: list[Row] = []
    for case in range(20):
        rows += [(case, 0, case % 3, 9.4 + case, 9.0 + case), (case, 1, (case + 1) % 3, 9.9 + case, 9.5 + case)]
    (pool,) = fit(log_of_rows(*rows)).process.pools
    assert pool.people == 3


def test_a_played_process_takes_as_long_as_the_log_it_was_read_from() -> None:
    log = days(100)
    whole = part_of(log, np.ones(log.case.size, dtype=np.bool_))
    played = figures(simulate(fit(log).process, ToBe(), Plan(replications=5)))
    assert played.cycle.mean / HOUR == pytest.approx(float(whole.cycle.mean()), rel=0.15)
    assert played.hours.mean == pytest.approx(1.0, rel=0.1)


def test_a_narrowed_process_draws_only_from_the_cases_that_are_left() -> None:
    process = fit(days(20)).process
    few = narrowed(process, np.arange(20) < 3)
    assert few.cases == 3
    assert few.service.tolist() == process.service[:6].tolist()


def test_a_back_test_knows_nothing_of_what_came_after_its_cut() -> None:
    same, slower = (back_test(days(400, slower_from=at), Plan(replications=4)) for at in (None, 220))
    assert isinstance(same, BackTest)
    assert isinstance(slower, BackTest)
    assert same.cycle.model.mean < 1.5
    assert slower.cycle.model.mean > 15.0
    assert slower.cycle.naive > 15.0
    assert slower.cycle.noise < 1.0


def test_the_verdict_takes_the_whole_interval_to_be_nearer_than_the_past() -> None:
    near = Distance(model=Interval(mean=2.0, low=1.5, high=2.5), naive=2.6, noise=0.1)
    assert isinstance(verdict_on(near), Beats)
    for naive in (2.5, 2.1, 1.0):
        assert isinstance(verdict_on(replace(near, naive=naive)), DoesNotBeat)
    same = back_test(days(400), Plan(replications=4))
    assert isinstance(same, BackTest)
    assert isinstance(same.verdict, DoesNotBeat)


def test_a_short_log_is_not_tested_and_says_why() -> None:
    found = back_test(days(60), Plan(replications=2))
    assert isinstance(found, TooShort)
    assert "50" in found.why


def test_ai_saves_the_hours_of_its_step_and_far_less_of_the_time() -> None:
    found = fit(days(60))
    places = {one.step.name: one for one in places_for_ai(found.process, found.steps, Plan(replications=4))}
    assert places["decide"].removed.hours.mean == pytest.approx(-0.5, rel=0.1)
    assert places["decide"].sped.hours.mean == pytest.approx(-0.25, rel=0.5)
    assert places["decide"].worth_hours
    assert places["decide"].removed.at_most.mean <= places["decide"].removed.cycle.mean <= 0.0


def test_distances_are_nothing_between_equals_and_say_how_far() -> None:
    assert earth_movers(np.array([1.0, 2.0, 3.0]), np.array([3.0, 1.0, 2.0, 1.0, 2.0, 3.0])) == 0.0
    assert earth_movers(np.array([1.0, 2.0]), np.array([4.0, 5.0])) == pytest.approx(3.0)
    assert earth_movers(np.array([0.0]), np.array([0.0, 10.0])) == pytest.approx(5.0)
    with pytest.raises(OutOfRangeError, match="empty"):
        earth_movers(np.zeros(0), np.ones(1))
    one, other = (np.array([0, 0, 1]), np.array([0, 1, 2])), (np.array([0, 1, 1]), np.array([2, 0, 1]))
    assert n_grams(one, other) == 0.0
    assert n_grams(one, (np.array([0]), np.array([7]))) == pytest.approx(1.0)
    assert circadian(np.array([9.5, 33.5]) * HOUR, np.array([11.5, 35.5]) * HOUR) == pytest.approx(2.0)
    assert arrival_rhythm(np.array([5.0, 5.0 + HOUR]), np.array([0.0, HOUR])) == pytest.approx(0.0)


def test_presence_ends_where_a_rest_begins_and_work_that_overlaps_is_one_stretch() -> None:
    there = presence(np.array([9.0, 17.0, 33.0, 34.0]) * HOUR)
    assert (there.begin / HOUR).tolist() == [9.0, 33.0]
    assert (there.on_duty(np.array([8.0, 12.0, 20.0, 33.5]) * HOUR) / HOUR).tolist() == [0.0, 3.0, 8.0, 8.5]
    assert sorted((np.flatnonzero(there.week()) + 4 * 24) % 168) == [*range(9, 18), 33, 34]
    busy = without_break(np.array([0.0, 100.0, 500.0, 600.0]), np.array([200.0, 300.0, 600.0, 700.0]))
    assert busy.tolist() == [0.0, 100.0, 0.0, 100.0]
