"""Measuring a baseline: how long cases took, and how long they stayed at a step with how much work in it, from an event log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from licet.core.baseline import Baseline, StatedForBaseline, Stays
from licet.core.event_log import EventLog
from licet.core.level import Level, mean_level, quantile_level
from licet.core.refusal import Refused, Unknown
from licet.stats.fitted_events import marks_of
from licet.stats.fitted_process import arrivals_of
from licet.stats.process_map import pass_through
from licet.stats.ruler import cases_a_week, days_seen, people_seen, worked_seconds

HOUR: Final = 3600.0
MINUTE: Final = 60.0
WEEK: Final = 7 * 24 * HOUR

SHARE_TIMED: Final = 0.9
"""From a smaller share of stays whose work was timed, nothing is said of all of them."""

FEWEST_DAYS: Final = 7
"""From fewer days nothing is said of a week."""


def measured_baseline(log: EventLog, log_digest: str, stated: StatedForBaseline, *, span: tuple[datetime, datetime]) -> Baseline | Refused:
    """Measures a baseline from an event log, by the ruler that the simulation uses, too (`stats/ruler.py`).

    Args:
        log: the process as it was recorded.
        log_digest: of the log, as the ledger has it.
        stated: what the owner states; its step must be one of the log's.
        span: when the log's first event began, and when its last one ended.

    Returns:
        The baseline, or `Refused` where the log does not know the step.
    """
    if stated.step is not None and stated.step not in log.activities:
        return no_such_step(log, stated.step)
    people, events = people_seen(log)
    leads, stays = case_times(log), _stays(log, stated.step, worked_seconds(log, people, events))
    arrivals = arrivals_of(events)
    count, days = stays.minutes.size, days_seen(arrivals)
    too_short = Unknown(why=f"in the log cases came on {days} day{'' if days == 1 else 's'}, and a week takes {FEWEST_DAYS}")
    a_week = Level(value=count / log.cases * cases_a_week(arrivals), low=None, high=None, n=count, counted=True)
    return Baseline(
        log=log_digest,
        stated=stated,
        since=span[0],
        until=span[1],
        cases=log.cases,
        visits=stays.visits,
        weeks=max((span[1] - span[0]).total_seconds() / WEEK, 1.0 / 7.0),
        lead_median=quantile_level(leads.hours, leads.weeks, 0.5),
        lead_p90=quantile_level(leads.hours, leads.weeks, 0.9),
        turn_median=quantile_level(stays.hours, stays.weeks, 0.5),
        turn_p90=quantile_level(stays.hours, stays.weeks, 0.9),
        minutes=_minutes(stays, stated),
        lead_mean=mean_level(leads.hours, leads.weeks),
        stays=Stays(count=count, cases=stays.cases, a_week=too_short if days < FEWEST_DAYS else a_week),
    )


def no_such_step(log: EventLog, step: str) -> Refused:
    """The no to a step that a log does not know, with those that it does."""
    known = ", ".join(repr(one) for one in log.activities[:NAMED])
    more = f" and {len(log.activities) - NAMED:,} more" if len(log.activities) > NAMED else ""
    return Refused(
        code="no_such_step",
        why=f"The log knows no step {step!r}.",
        remedy=f"State one of its steps as `step:` in baseline.yaml: {known}{more}.",
    )


NAMED: Final = 20
"""So many steps are named in a message."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseTimes:
    """How many hours each case took, and the week in which it began; `begun`: when, in seconds."""

    hours: NDArray[np.float64]
    weeks: NDArray[np.int64]
    begun: NDArray[np.float64]


def case_times(log: EventLog) -> CaseTimes:
    """Times of whole cases: from the first event's beginning to the last one's end."""
    firsts = log.firsts[:-1]
    begun = np.minimum.reduceat(log.start, firsts)
    hours = (np.maximum.reduceat(log.end, firsts) - begun) / HOUR
    return CaseTimes(hours=hours, weeks=(begun // WEEK).astype(np.int64), begun=begun)


def leads_since(log: EventLog, since: datetime, baseline: Baseline) -> Mapping[str, Level | Unknown]:
    """Lead times of the cases in a log that began at some moment or later, by figure; none where none did.

    A log ends while cases are under way, and those that take long are cut off first: of the last ones that began, only short ones are
    whole. So cases count that began as long before its end as nine of ten took before.
    """
    times, p90 = case_times(log), baseline.lead_p90
    last = float(log.end.max()) - (0.0 if isinstance(p90, Unknown) else p90.value * HOUR)
    mine = (times.begun >= since.timestamp()) & (times.begun <= last)
    if not mine.any():
        return {}
    hours, weeks = times.hours[mine], times.weeks[mine]
    return {
        "lead_mean": mean_level(hours, weeks),
        "lead_median": quantile_level(hours, weeks, 0.5),
        "lead_p90": quantile_level(hours, weeks, 0.9),
    }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Stays:
    """Stays at a step: from a case's arrival there until it is done, with every visit that directly follows another one in between.

    Attributes:
        visits, cases: how often the step was done in them, and in how many cases.
        hours: at the step, of those that something came before; `weeks` of these.
        minutes: of people's work, one place a stay; `timed` says of which all of it was recorded; `all_weeks` of these.
    """

    visits: int
    cases: int
    hours: NDArray[np.float64]
    weeks: NDArray[np.int64]
    minutes: NDArray[np.float64]
    timed: NDArray[np.bool_]
    all_weeks: NDArray[np.int64]


def _stays(log: EventLog, step: str | None, worked: NDArray[np.float64]) -> _Stays:
    """Stays at a step; of the process as a whole, one a case, with all the work on it."""
    if step is None:
        times, firsts = case_times(log), log.firsts[:-1]
        known = log.started | marks_of(log)[log.activity]
        minutes, timed = np.add.reduceat(worked, firsts) / MINUTE, np.logical_and.reduceat(known, firsts)
        hours, weeks = times.hours, times.weeks
        return _Stays(visits=log.cases, cases=log.cases, hours=hours, weeks=weeks, minutes=minutes, timed=timed, all_weeks=weeks)
    passage = pass_through(log.case, log.start, log.end)
    activity, case, end = log.activity[passage.order], log.case[passage.order], log.end[passage.order]
    here = activity == log.activities.index(step)
    begins = here & (passage.first | np.concatenate([[True], ~here[:-1]]))
    at = np.flatnonzero(begins[here])
    done = np.maximum.reduceat(end[here], at) if at.size else np.zeros(0)
    came, weeks = (log.start[passage.order] - passage.idle)[begins], (done // WEEK).astype(np.int64)
    follows = ~passage.first[begins]
    place = passage.order[here]
    return _Stays(
        visits=int(here.sum()),
        cases=int(np.unique(case[here]).size),
        hours=((done - came) / HOUR)[follows],
        weeks=weeks[follows],
        minutes=_sums(worked[place], at) / MINUTE,
        timed=_sums(log.started[place] == 0, at) == 0,
        all_weeks=weeks,
    )


def _sums(values: NDArray[np.generic], at: NDArray[np.int64]) -> NDArray[np.float64]:
    """The sum of each stay's visits, `at`: where each stay begins."""
    return np.add.reduceat(values.astype(np.float64), at) if at.size else np.zeros(0)


def _minutes(stays: _Stays, stated: StatedForBaseline) -> Level | Unknown:
    """People's minutes on a stay: as the log tells, else as stated, and then assumed."""
    share = float(stays.timed.mean()) if stays.timed.size else 0.0
    if share >= SHARE_TIMED:
        return mean_level(stays.minutes[stays.timed], stays.all_weeks[stays.timed])
    if stated.minutes_a_case is not None:
        return Level(value=stated.minutes_a_case, low=None, high=None, n=0, assumed=True)
    why = f"the log has the beginning of {share:.0%} of the work, and it takes {SHARE_TIMED:.0%} to say how long the work took"
    return Unknown(why=f"{why}; state `minutes_a_case` in baseline.yaml")
