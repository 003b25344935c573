"""Fitted events: what of a log is work, who did it, and what working times and waits follow from when it was recorded."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from licet.stats.presence import Presence, presence
from licet.stats.ranges import BoolArray, FloatArray, IntArray
from licet.stats.recorded import NOBODY, Recorded
from licet.stats.timers import timers_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Events:
    """Events by case and by when they began, points in time inside of somebody's work left out.

    Attributes:
        case, activity, resource: as in the log.
        start, end: seconds since 1970; the start estimated where it was not recorded.
        worked: whether it is work; else it is a mark, a point in time.
        estimated: whether its start was estimated, as where a person did it. Where a machine, a team or nobody known did, and no start
            was recorded, how long it took stays unknown.
        timed: whether it is known how long it took, or estimated.
        before: when everything of the case that began earlier was done; of a case's first event its own start.
    """

    case: IntArray
    activity: IntArray
    resource: IntArray
    start: FloatArray
    end: FloatArray
    worked: BoolArray
    estimated: BoolArray
    timed: BoolArray
    before: FloatArray


def people_of(log: Recorded) -> tuple[Presence, ...]:
    """The stretches of duty of each person of a log; of a person without any record one of no length."""
    most = int(log.resource.max()) + 1
    begun = log.started & (log.resource != NOBODY)
    ended = log.resource != NOBODY
    who = np.concatenate([log.resource[ended], log.resource[begun]])
    when = np.concatenate([log.end[ended], log.start[begun]])
    order = np.argsort(who, kind="stable")
    bounds = np.searchsorted(who[order], np.arange(most + 1))
    records = [when[order][bounds[one] : bounds[one + 1]] for one in range(most)]
    found = (presence(one if one.size else log.end[:1]) for one in records)
    clockwork = timers_of(log).clockwork
    return tuple(replace(one, clockwork=bool(clockwork[who])) for who, one in enumerate(found))


def marks_of(log: Recorded) -> BoolArray:
    """Which steps are points in time and no work, shape (activities,): starts are recorded of others, and never of these; and timers.

    Where the log records no start at all, every other step is taken for work.
    """
    n = len(log.activities)
    if log.started.any():
        return np.asarray(np.bincount(log.activity[log.started], minlength=n) == 0)
    timers = np.zeros(n, dtype=np.bool_)
    timers[list(timers_of(log).steps)] = True
    return timers


def events_of(log: Recorded, people: tuple[Presence, ...]) -> Events:
    """Orders events, estimates starts, and leaves out marks inside of work."""
    worked = ~marks_of(log)[log.activity]
    persons = np.array([one.person for one in people] + [False])
    estimated = worked & ~log.started & persons[log.resource]
    start = np.where(estimated, log.end - _working_times(log, people, estimated), log.start)
    order = np.lexsort((log.end, start, log.case))
    case, start, end = log.case[order].astype(np.int64), start[order], log.end[order]
    before = _done_before(case, start, end)
    keep = worked[order] | (end >= before)
    return Events(
        case=case[keep],
        activity=log.activity[order][keep].astype(np.int64),
        resource=log.resource[order][keep].astype(np.int64),
        start=start[keep],
        end=end[keep],
        worked=worked[order][keep],
        estimated=estimated[order][keep],
        timed=(estimated | log.started)[order][keep],
        before=before[keep],
    )


def _done_before(case: IntArray, start: FloatArray, end: FloatArray) -> FloatArray:
    """When everything of the case so far was done, for events by case and start."""
    base = float(start.min())
    apart = float(end.max()) - base + 1.0
    reach = np.maximum.accumulate(end - base + case * apart)
    before = np.concatenate([[0.0], reach[:-1]]) - case * apart + base
    firsts = np.concatenate([[True], case[1:] != case[:-1]])
    return np.where(firsts, start, before)


def _working_times(log: Recorded, people: tuple[Presence, ...], estimated: BoolArray) -> FloatArray:
    """Estimates how long work took of which only the end was recorded, shape (n,); 0 elsewhere.

    It took at most the person's time on duty since the case was there and since the person's last record. Most of that time the person
    may have done something else, so that no event takes more than a quarter of the step's events do at most: those come nearest to work
    without a break. Where starts of the step are recorded in part, no event takes longer than half of those recorded.

    Source: the start is the later of the two moments (Chapela-Campa and Dumas, Repairing activity start times to improve business
    process simulation, EDOC 2022), with a limit for what lies above it.
    """
    came = np.concatenate([[-np.inf], np.where(log.case[1:] == log.case[:-1], log.end[:-1], -np.inf)])
    limit = log.end - came
    most = np.where(limit > 0.0, _since_last(log, people, came), 0.0)
    most = np.where(most > 0.0, most, limit)
    took = np.zeros(log.end.shape)
    for step in np.unique(log.activity[estimated]):
        mine = estimated & (log.activity == step)
        recorded = (log.activity == step) & log.started
        known = (log.end - log.start)[recorded] if recorded.any() else most[mine & np.isfinite(most) & (most > 0.0)]
        share = 0.5 if recorded.any() else 0.25
        took[mine] = np.minimum(most[mine], float(np.quantile(known, share)) if known.size else 0.0)
    return took


def _since_last(log: Recorded, people: tuple[Presence, ...], came: FloatArray) -> FloatArray:
    """Seconds on duty since the case was there and the person's last record; infinite where neither is known."""
    since = np.full(log.end.shape, np.inf)
    order = np.lexsort((log.end, log.resource))
    who = log.resource[order]
    last = np.full(log.end.shape, -np.inf)
    last[order[1:]] = np.where(who[1:] == who[:-1], log.end[order[:-1]], -np.inf)
    later = np.maximum(came, last)
    for one, mine in by_person(log.resource, np.isfinite(later)):
        if one != NOBODY:
            since[mine] = people[one].on_duty(log.end[mine]) - people[one].on_duty(later[mine])
    return since


def by_person(resource: NDArray[np.integer], chosen: BoolArray) -> Iterator[tuple[int, IntArray]]:
    """Each person of the chosen events, `NOBODY` too, with the places of theirs, rising; the column is read once, not once for each."""
    places = np.flatnonzero(chosen)
    order = places[np.argsort(resource[places], kind="stable")]
    who = resource[order]
    ends = np.flatnonzero(np.diff(who)) + 1
    for mine in np.split(order, ends) if order.size else ():
        yield int(resource[mine[0]]), mine
