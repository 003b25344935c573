"""The ruler of a process: how long people worked on each event of a log, and how many cases come in a week, as the simulation counts."""

from typing import Final

import numpy as np

from licet.stats.fitted_events import Events, by_person, events_of, people_of
from licet.stats.pooled import pooled
from licet.stats.presence import Presence
from licet.stats.ranges import FloatArray
from licet.stats.recorded import NOBODY, Recorded
from licet.stats.simulated_process import MONDAY, Arrivals

_WEEK_DAYS: Final = 7


def people_seen(log: Recorded) -> tuple[tuple[Presence, ...], Events]:
    """When each person was there, and the log's events as the simulation takes them."""
    people = people_of(log)
    return people, events_of(log, people)


def worked_seconds(log: Recorded, people: tuple[Presence, ...], events: Events) -> FloatArray:
    """Returns how long people worked on each event, shape (n,), in the log's order, from its recorded start until it was done.

    Only time in which whoever did it was on duty is work: what was begun in the evening and done in the morning took no night. It is the
    time that `fit` gives the same event, and so what the simulation plays.

    Args:
        log: the log.
        people: `people_of` it.
        events: `events_of` it; they say when anybody is there, for work of which nobody knows who did it.

    Returns:
        Seconds; where no start was recorded, 0, which says nothing.
    """
    team = pooled(events, people, log.activities).clock
    took = log.end - log.start
    worked = np.where(log.started, took, 0.0)
    for who, mine in by_person(log.resource, log.started):
        if who == NOBODY:
            worked[mine] = team.shown(log.end[mine] - MONDAY) - team.shown(log.start[mine] - MONDAY)
        elif people[who].person:
            worked[mine] = people[who].on_duty(log.end[mine]) - people[who].on_duty(log.start[mine])
    return worked


def cases_a_week(arrivals: Arrivals) -> float:
    """How many cases come in a week: the mean of each weekday, added up, so that a log need not hold whole weeks.

    It goes by the days on which cases could come, not by the log's whole span: after the last case came, the log goes on until that one
    is done, and those days have no arrivals. The simulation draws each day's cases from the days of its weekday, and plays as many.

    Args:
        arrivals: of at least one day; a weekday that was never seen counts as the mean of those that were.
    """
    a_day = np.diff(arrivals.first).astype(np.float64)
    days = np.bincount(arrivals.weekday, minlength=_WEEK_DAYS)
    came = np.bincount(arrivals.weekday, a_day, _WEEK_DAYS)
    return float((came[days > 0] / days[days > 0]).mean() * _WEEK_DAYS)


def days_seen(arrivals: Arrivals) -> int:
    """On how many days cases could come."""
    return int(arrivals.weekday.size)
