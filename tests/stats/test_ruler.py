"""The ruler of a process: work is time on duty and weeks are days on which cases come, for baseline and simulation alike."""

import numpy as np
import pytest

from licet.core.event_log import EventLog
from licet.stats.fitted_process import arrivals_of, fit
from licet.stats.ruler import cases_a_week, days_seen, people_seen, worked_seconds
from licet.stats.simulated_process import Arrivals
from tests.flows.redesigning import HOUR, MONDAY, office_log

DAY = 24 * HOUR


def over_night() -> EventLog:
    """Work of ten hours a day by one person, each time begun an hour before the end of the day and done an hour into the next."""
    days = 40
    day = MONDAY + DAY * np.arange(days)
    start = np.stack([day + 8 * HOUR, day + 17 * HOUR], axis=1).ravel()
    end = np.stack([day + 8.5 * HOUR, day + 33 * HOUR], axis=1).ravel()
    return EventLog(
        activities=("look", "decide"),
        resources=("R1",),
        case=np.repeat(np.arange(days), 2).astype(np.int32),
        activity=np.tile([0, 1], days).astype(np.int32),
        resource=np.zeros(2 * days, np.int32),
        start=start,
        end=end,
        started=np.ones(2 * days, np.bool_),
    )


def test_a_night_between_two_days_of_work_is_no_work() -> None:
    log = over_night()
    worked = worked_seconds(log, *people_seen(log))
    assert worked[1::2].max() <= 2.5 * HOUR
    assert worked[::2] == pytest.approx(np.full(40, 0.5 * HOUR))


@pytest.mark.parametrize("log", [office_log(), over_night()])
def test_the_work_of_a_step_is_what_the_simulation_plays(log: EventLog) -> None:
    worked = worked_seconds(log, *people_seen(log))
    for step in fit(log).steps:
        assert worked[log.activity == log.activities.index(step.name)].sum() / HOUR == pytest.approx(step.hours)


def test_where_the_log_names_nobody_the_recorded_time_counts() -> None:
    log = over_night()
    nobody = EventLog(
        activities=log.activities,
        resources=(),
        case=log.case,
        activity=log.activity,
        resource=np.full(log.events, -1, np.int32),
        start=log.start,
        end=log.end,
        started=log.started,
    )
    assert worked_seconds(nobody, *people_seen(nobody)) == pytest.approx(log.end - log.start)


def test_a_week_is_its_weekdays_added_up_so_that_a_log_need_not_hold_whole_weeks() -> None:
    days = np.arange(24)  # three weeks and a half: four Mondays with ten cases, three Sundays with none
    count = np.where(days % 7 == 0, 10, np.where(days % 7 == 6, 0, 2))
    first = np.concatenate([[0], np.cumsum(count)])
    found = Arrivals(weekday=days % 7, first=first, seconds=np.zeros(int(first[-1])))
    assert (cases_a_week(found), days_seen(found)) == (20.0, 24)


def test_after_the_last_case_came_no_day_counts_as_one_without_cases() -> None:
    log = office_log()
    late = EventLog(
        activities=log.activities,
        resources=log.resources,
        case=log.case,
        activity=log.activity,
        resource=log.resource,
        start=log.start,
        end=np.where(np.arange(log.events) == log.events - 1, log.end + 60 * DAY, log.end),
        started=log.started,
    )
    rates = [cases_a_week(arrivals_of(people_seen(one)[1])) for one in (log, late)]
    assert rates[0] == pytest.approx(rates[1])
