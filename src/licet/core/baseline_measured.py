"""Measuring a baseline: how long cases and visits to a step took, and how much work was in them, from an event log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from licet.core.baseline import Baseline, StatedForBaseline
from licet.core.event_log import EventLog
from licet.core.level import Level, mean_level, quantile_level
from licet.core.refusal import Refused, Unknown

HOUR: Final = 3600.0
MINUTE: Final = 60.0
WEEK: Final = 7 * 24 * HOUR

SHARE_TIMED: Final = 0.9
"""From a smaller share of visits whose work was timed, nothing is said of all of them."""


def measured_baseline(log: EventLog, log_digest: str, stated: StatedForBaseline, *, span: tuple[datetime, datetime]) -> Baseline | Refused:
    """Measures a baseline from an event log.

    Args:
        log: the process as it was recorded.
        log_digest: of the log, as the ledger has it.
        stated: what the owner states; its step must be one of the log's.
        span: when the log's first event began, and when its last one ended.

    Returns:
        The baseline, or `Refused` where the log does not know the step.
    """
    if stated.step is not None and stated.step not in log.activities:
        why = f"The log knows no step {stated.step!r}."
        known = ", ".join(repr(one) for one in log.activities[:20])
        return Refused(code="no_such_step", why=why, remedy=f"Write one of: {known}.")
    leads, visits = case_times(log), _visits(log, stated.step)
    turn = visits.hours, visits.weeks
    return Baseline(
        log=log_digest,
        stated=stated,
        since=span[0],
        until=span[1],
        cases=log.cases,
        visits=visits.minutes.size,
        weeks=max((span[1] - span[0]).total_seconds() / WEEK, 1.0 / 7.0),
        lead_median=quantile_level(leads.hours, leads.weeks, 0.5),
        lead_p90=quantile_level(leads.hours, leads.weeks, 0.9),
        turn_median=quantile_level(*turn, 0.5),
        turn_p90=quantile_level(*turn, 0.9),
        minutes=_minutes(visits, stated),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseTimes:
    """How many hours each case took, and the week in which it began."""

    hours: NDArray[np.float64]
    weeks: NDArray[np.int64]


def case_times(log: EventLog) -> CaseTimes:
    """Times of whole cases: from the first event's beginning to the last one's end."""
    firsts = log.firsts[:-1]
    begun = np.minimum.reduceat(log.start, firsts)
    return CaseTimes(hours=(np.maximum.reduceat(log.end, firsts) - begun) / HOUR, weeks=(begun // WEEK).astype(np.int64))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Visits:
    """Visits to a step.

    Attributes:
        hours: at the step, of those that something came before; `weeks` of these.
        minutes: of work, one place a visit; 0 where it was not timed; `timed` says which were; `all_weeks` of these.
    """

    hours: NDArray[np.float64]
    weeks: NDArray[np.int64]
    minutes: NDArray[np.float64]
    timed: NDArray[np.bool_]
    all_weeks: NDArray[np.int64]


def _visits(log: EventLog, step: str | None) -> _Visits:
    """Visits to a step; of the process as a whole, one a case, with all the work on it."""
    if step is None:
        times, firsts = case_times(log), log.firsts[:-1]
        minutes = np.add.reduceat(log.end - log.start, firsts) / MINUTE
        timed = np.logical_and.reduceat(log.started, firsts)
        return _Visits(hours=times.hours, weeks=times.weeks, minutes=minutes, timed=timed, all_weeks=times.weeks)
    here = log.activity == log.activities.index(step)
    follows = np.concatenate([[False], np.diff(log.case) == 0])
    before = np.concatenate([[0.0], log.end[:-1]])
    turned = here & follows
    weeks = (log.end // WEEK).astype(np.int64)
    return _Visits(
        hours=(log.end - before)[turned] / HOUR,
        weeks=weeks[turned],
        minutes=(log.end - log.start)[here] / MINUTE,
        timed=log.started[here],
        all_weeks=weeks[here],
    )


def _minutes(visits: _Visits, stated: StatedForBaseline) -> Level | Unknown:
    """People's minutes on a visit: as the log tells, else as stated, and then assumed."""
    share = float(visits.timed.mean()) if visits.timed.size else 0.0
    if share >= SHARE_TIMED:
        return mean_level(visits.minutes[visits.timed], visits.all_weeks[visits.timed])
    if stated.minutes_a_case is not None:
        return Level(value=stated.minutes_a_case, low=None, high=None, n=0, assumed=True)
    why = f"the log has the beginning of {share:.0%} of the visits, and it takes {SHARE_TIMED:.0%} to say how long the work took"
    return Unknown(why=f"{why}; state `minutes_a_case` in baseline.yaml")
