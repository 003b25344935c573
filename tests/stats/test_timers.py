"""Timers: a step that a clock brings is told from one that somebody does, however regularly."""

import numpy as np
import pytest

from licet.core.event_log import EventLog
from licet.stats.ai_places import places_for_ai
from licet.stats.fitted_process import fit
from licet.stats.ranges import FloatArray
from licet.stats.simulated_process import MONDAY, Plan
from licet.stats.timers import timers_of

DAY, HOUR, MINUTE = 86_400.0, 3_600.0, 60.0
CASES = 300


def closing(waits: FloatArray, *, whole_hours: bool = False, by: int = 1, started: bool = False) -> EventLog:
    """Each working day somebody resolves cases between nine and five; after a wait each is closed, by somebody else or by the same."""
    chance = np.random.default_rng(3)
    day = np.arange(CASES) // 3
    resolved = MONDAY + 2000 * 7 * DAY + (day + 2 * (day // 5)) * DAY + 9 * HOUR + np.sort(chance.uniform(0.0, 8 * HOUR, CASES))
    resolved = np.floor(resolved / HOUR) * HOUR if whole_hours else np.floor(resolved)
    end = np.stack([resolved, resolved + waits], axis=1).ravel()
    began = np.tile([False, started], CASES)
    return EventLog(
        activities=("resolve", "close"),
        resources=("R1", "R2"),
        case=np.repeat(np.arange(CASES), 2).astype(np.int32),
        activity=np.tile([0, 1], CASES).astype(np.int32),
        resource=np.tile([0, by], CASES).astype(np.int32),
        start=end - began * 5 * MINUTE,
        end=end,
        started=began,
    )


def by_clock() -> FloatArray:
    """Fifteen days to within a minute for one case in two; the others were touched again, and wait for anything else."""
    chance = np.random.default_rng(5)
    return np.where(np.arange(CASES) % 2 == 0, 15 * DAY + chance.uniform(0.0, MINUTE, CASES), chance.uniform(16 * DAY, 50 * DAY, CASES))


def test_a_step_that_comes_a_fixed_time_later_by_somebody_who_does_nothing_else_is_a_timer() -> None:
    (found,) = timers_of(closing(by_clock())).steps.values()
    assert found.after == pytest.approx(15 * DAY, abs=MINUTE)
    assert found.share == pytest.approx(0.5, abs=0.02)


def test_nobody_works_on_a_timer_so_that_it_has_no_hours_and_no_rank() -> None:
    found = fit(closing(by_clock()))
    assert set(found.timers) == {"close"}
    assert "close" not in found.marks
    assert [one.name for one in found.steps] == ["resolve"]
    assert {one.step.name for one in places_for_ai(found.process, found.steps, Plan(replications=2))} <= {"resolve"}
    assert found.split.whole > 15 * DAY


@pytest.mark.parametrize(
    "waits",
    [
        np.random.default_rng(1).uniform(-3 * HOUR, 3 * HOUR, CASES) + 14 * DAY,
        np.random.default_rng(1).exponential(2 * DAY, CASES),
        np.random.default_rng(1).uniform(0.0, 5 * MINUTE, CASES),
    ],
    ids=["after two weeks, at some hour of the day", "as it comes", "at once"],
)
def test_whoever_does_a_step_by_hand_is_no_timer_even_if_they_do_nothing_else(waits: FloatArray) -> None:
    assert timers_of(closing(waits)).steps == {}


def test_a_person_who_also_does_other_steps_is_no_clock() -> None:
    assert timers_of(closing(by_clock(), by=0)).steps == {}


def test_a_step_whose_starts_were_recorded_is_work_whenever_it_comes() -> None:
    assert timers_of(closing(by_clock(), started=True)).steps == {}


def test_times_that_were_recorded_by_the_hour_are_alike_by_themselves() -> None:
    whole = np.floor(np.random.default_rng(2).uniform(1.0, 4.0, CASES)) * DAY
    assert timers_of(closing(whole, whole_hours=True)).steps == {}


def test_a_few_cases_show_no_clock() -> None:
    log = closing(by_clock())
    few = log.case < 40
    columns = {name: getattr(log, name)[few] for name in ("case", "activity", "resource", "start", "end", "started")}
    assert timers_of(EventLog(activities=log.activities, resources=log.resources, **columns)).steps == {}
