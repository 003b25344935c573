"""A fitted process beside the truth: on logs that the engine played, people, hours, lines and waits come out as they were."""

from dataclasses import replace

import numpy as np
import pytest

from licet.stats.back_test import BackTest, Beats, DoesNotBeat, back_test, part_of
from licet.stats.duty import DutyClock
from licet.stats.fitted_process import fit
from licet.stats.people_needed import people_needed
from licet.stats.ranges import OutOfRangeError
from licet.stats.simulated_figures import figures, simulate
from licet.stats.simulated_process import Plan, ToBe
from tests.stats.known_truth import Known, log_of, played

HOUR = 3600.0


def of_later(known: Known, seed: int) -> BackTest:
    """The back-test of a log of a known process."""
    found = back_test(log_of(known, seed), Plan(replications=5))
    assert isinstance(found, BackTest)
    return found


@pytest.mark.parametrize("load", [0.6, 0.9, 1.1])
def test_people_and_their_hours_come_out_as_they_were_and_nobody_is_there_after_hours(load: float) -> None:
    known = Known(load=load)
    found = {one.name: one for one in fit(log_of(known, 1)).process.pools}["decide"]
    assert found.people == 3
    assert found.on_duty.sum() == pytest.approx(known.pools[1].on_duty.sum(), rel=0.05)
    assert not np.any(found.on_duty[known.pools[1].on_duty == 0])
    assert np.any(played(known, 1)[1].end % (24 * HOUR) > 17 * HOUR)


@pytest.mark.parametrize("load", [0.6, 0.9])
def test_waiting_for_something_else_is_told_from_waiting_in_line(load: float) -> None:
    known = Known(load=load, waits_h=6.0)
    workload, times = played(known, 1)
    clock, second = DutyClock(known.pools[1].pace), workload.step == 1
    in_line = float((clock.shown(times.start[second]) - clock.shown(times.released[second])).mean())
    process = fit(log_of(known, 1)).process
    assert float(process.idle[process.step == 1].mean()) == pytest.approx(float(workload.waits[second].mean()), rel=0.1)
    line = figures(simulate(process, ToBe(), Plan(replications=5))).contention.mean
    assert line == pytest.approx(in_line, rel=0.5)


@pytest.mark.parametrize("waits_h", [0.0, 6.0])
def test_a_known_process_played_from_its_log_takes_as_long_as_in_it(waits_h: float) -> None:
    log = log_of(Known(load=0.8, waits_h=waits_h), 1)
    took = float(part_of(log, np.ones(log.case.size, dtype=np.bool_)).cycle.mean())
    found = figures(simulate(fit(log).process, ToBe(), Plan(replications=10)))
    assert (found.cycle.mean - found.unseen.mean) / HOUR == pytest.approx(took, rel=0.15)


def test_nobody_sees_how_long_a_case_stood_in_line_for_the_first_thing_that_is_recorded_of_it() -> None:
    found = figures(simulate(fit(log_of(Known(load=0.9), 1)).process, ToBe(), Plan(replications=2)))
    assert 0.0 < found.unseen.mean < found.cycle.mean


@pytest.mark.parametrize("seed", [1, 2])
def test_where_more_comes_than_can_be_done_the_simulation_beats_the_past_since_it_knows_that_lines_grow(seed: int) -> None:
    found = of_later(Known(load=1.2), seed)
    assert isinstance(found.verdict, Beats)
    assert found.cycle.model.mean < 0.7 * found.cycle.naive


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("waits_h", [0.0, 6.0])
def test_where_what_comes_is_like_what_was_the_simulation_is_about_as_near_as_luck_allows(waits_h: float, seed: int) -> None:
    found = of_later(Known(load=0.7, waits_h=waits_h), seed)
    assert found.cycle.model.mean < 1.5 * found.cycle.noise


@pytest.mark.parametrize("seed", [1, 2])
def test_where_the_past_is_nearer_than_luck_allows_no_simulation_beats_it_and_the_back_test_says_so(seed: int) -> None:
    found = of_later(Known(load=0.7, waits_h=6.0), seed)
    assert found.cycle.naive < found.cycle.noise
    assert isinstance(found.verdict, DoesNotBeat)


def test_the_fewest_people_are_found_with_whom_enough_cases_are_done_in_time_and_no_number_where_the_time_goes_elsewhere() -> None:
    process = fit(log_of(Known(load=0.9, weeks=6), 1)).process
    experts, plan = next(one for one in process.pools if one.name == "decide"), Plan(replications=3, cases=400)
    found = people_needed(process, ToBe(), experts, plan, seconds=4 * HOUR, share=0.7)
    assert found.people is not None
    tried = dict(found.tried)
    assert tried[found.people].low >= 0.7
    assert all(share.low < 0.7 for people, share in tried.items() if people < found.people)
    assert people_needed(process, ToBe(), experts, plan, seconds=60.0, share=0.7).people is None
    other = replace(experts, name="nobody's")
    with pytest.raises(OutOfRangeError, match="nobody's"):
        people_needed(process, ToBe(), other, plan, seconds=HOUR, share=0.7)
