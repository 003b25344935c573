"""Recorded events: the rows of a log as a file has them, and how a log is made of them: nothing is left out silently."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from licet.core.event_log import NOBODY, EventLog, NotALogError
from licet.core.further import NOT_COUNTED, FurtherColumns, RecordedFurther, counted
from licet.core.log_quality import Done, Finding, seen_in
from licet.core.paired_events import paired
from licet.core.refusal import Unknown

START, COMPLETE, OTHER = 0, 1, 2
"""What a row records: that work began, that it was completed, or something else (scheduled, assigned, suspended)."""
ABSENT: Final = -1
"""In place of a case or an activity that a row does not name."""

_DAWN: Final = np.datetime64("1971-01-01", "us")
_AHEAD: Final = timedelta(days=1)
"""Clocks of other zones, read as UTC, are ahead by less."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordedEvents:
    """Rows in columns, in the order of the file.

    Attributes:
        activities: names of the steps, without repetition.
        case: int32, shape (n,), any number for each case; `ABSENT` where a row names none.
        activity: int32, shape (n,), places in `activities`; `ABSENT` where a row names none.
        resource: int32, shape (n,), any number for each person; `NOBODY` where a row names none.
        start: datetime64[us] in UTC, shape (n,), when the work of the same row began; NaT where the row does not say it.
        time: datetime64[us] in UTC, shape (n,), when it happened or was completed; NaT where the row does not say it.
        transition: int8, shape (n,), `START`, `COMPLETE` or `OTHER`.
        findings: what the reader found odd by itself.
        further: which further columns say something in each row; None: nobody looked.
    """

    activities: tuple[str, ...]
    case: NDArray[np.int32]
    activity: NDArray[np.int32]
    resource: NDArray[np.int32]
    start: NDArray[np.datetime64]
    time: NDArray[np.datetime64]
    transition: NDArray[np.int8]
    findings: tuple[Finding, ...] = ()
    further: RecordedFurther | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.case.shape[0])

    def only(self, kept: Mask) -> "RecordedEvents":
        """The rows for which `kept` is true."""
        columns = ("case", "activity", "resource", "start", "time", "transition")
        further = None if self.further is None else replace(self.further, masks=self.further.masks[kept])
        return replace(self, further=further, **{name: getattr(self, name)[kept] for name in columns})


def log_from(recorded: RecordedEvents, *, now: datetime, keep_duplicates: bool = False) -> tuple[EventLog, tuple[Finding, ...]]:
    """Makes a log of rows: drops what says nothing, pairs starts with completions, and gives people numbers by how much they did.

    A start belongs to the first completion after it in the same case and activity by the same person, the earliest start first.

    Args:
        recorded: the rows.
        now: what lies more than a day after it cannot have happened.
        keep_duplicates: whether rows stay that repeat another in everything a log holds. A join in an export makes such rows, and they
            are then work that was never done twice; a batch of like samples is real.

    Returns:
        The log, and everything that is odd, with what was done about it.

    Raises:
        NotALogError: when no event is left.
    """
    findings = list(recorded.findings)
    impossible = dict(_impossible(recorded, now))
    for code, bad in impossible.items():
        findings += _finding(code, int(bad.sum()), recorded.rows, Done.DROPPED)
    kept = recorded.only(~np.logical_or.reduce(list(impossible.values())))
    repeated = _repeated(kept)
    findings += _finding("duplicates", int(repeated.sum()), kept.rows, Done.KEPT if keep_duplicates else Done.DROPPED)
    kept = kept if keep_duplicates else kept.only(~repeated)
    for code, wrong in (("start_before_1971", kept.start < _DAWN), ("end_before_start", kept.start > kept.time)):
        findings += _finding(code, int(wrong.sum()), kept.rows, Done.REPAIRED)
        kept = replace(kept, start=np.where(wrong, np.datetime64("NaT"), kept.start))
    events, alone = _completed(kept)
    findings += alone
    if events.rows == 0:
        raise NotALogError("No row has a case, an activity and a time at which it was completed.")
    log = _log(events)
    return log, (*findings, *seen_in(log))


def _impossible(rows: RecordedEvents, now: datetime) -> Iterator[tuple[str, Mask]]:
    """Rows that make no event, by the first reason that each has."""
    latest = np.datetime64((now + _AHEAD).replace(tzinfo=None), "us")
    reasons = {
        "no_case": rows.case == ABSENT,
        "no_activity": rows.activity == ABSENT,
        "no_time": np.isnat(rows.time),
        "before_1971": rows.time < _DAWN,
        "in_the_future": rows.time > latest,
        "other_transitions": rows.transition == OTHER,
    }
    told = np.zeros(rows.rows, np.bool_)
    for code, bad in reasons.items():
        yield code, bad & ~told
        told |= bad


def _finding(code: str, count: int, of: int, done: Done) -> list[Finding]:
    return [Finding(code=code, count=count, of=of, done=done)] if count else []


def _repeated(rows: RecordedEvents) -> Mask:
    """Rows that say what an earlier one says."""
    columns = (rows.start.view(np.int64), rows.transition, rows.resource, rows.activity, rows.time.view(np.int64), rows.case)
    order = np.lexsort(columns)
    same = np.ones(max(0, rows.rows - 1), np.bool_)
    for column in columns:
        sorted_ = column[order]
        same &= sorted_[1:] == sorted_[:-1]
    repeated = np.zeros(rows.rows, np.bool_)
    repeated[order[1:][same]] = True
    return repeated


def _completed(rows: RecordedEvents) -> tuple[RecordedEvents, list[Finding]]:
    """The completions, each with its start where one was recorded."""
    begins, whole = rows.transition == START, ~np.isnat(rows.start)
    if not begins.any():
        return rows, []
    loose = np.flatnonzero(~whole)
    began = np.full(rows.rows, ABSENT, np.int64)
    began[loose] = paired((rows.case[loose], rows.activity[loose], rows.resource[loose]), rows.time[loose], begins[loose])
    has = began != ABSENT
    start = rows.start.copy()
    start[has] = rows.time[loose[began[has]]]
    starts, completions = int(begins.sum()), int((~begins).sum())
    alone = _finding("start_alone", starts - int(has.sum()), starts, Done.DROPPED)
    alone += _finding("complete_alone", int((~begins & np.isnat(start)).sum()), max(1, completions), Done.KEPT)
    return replace(_with_starts(rows, has, loose[began[has]]), start=start).only(~begins), alone


def _with_starts(rows: RecordedEvents, has: Mask, starts: NDArray[np.int64]) -> RecordedEvents:
    """The rows, with what was recorded with a start said by its completion."""
    if rows.further is None:
        return rows
    masks = rows.further.masks.copy()
    masks[has] |= masks[starts]
    return replace(rows, further=replace(rows.further, masks=masks))


def _log(rows: RecordedEvents) -> EventLog:
    """Sorts events, numbers cases by when they are first seen, and people by how much they did."""
    end = _seconds(rows.time)
    started = ~np.isnat(rows.start)
    start = np.where(started, _seconds(rows.start), end)
    first = np.full(int(rows.case.max()) + 1, np.inf)
    np.minimum.at(first, rows.case, start)
    case = _ranked(first)[rows.case]
    order = np.lexsort((start, end, case))
    used, activity = np.unique(rows.activity, return_inverse=True)
    people, resource = _pseudonyms(rows.resource)
    names = tuple(rows.activities[place] for place in used)
    return EventLog(
        activities=names,
        resources=people,
        case=case[order],
        activity=activity[order].astype(np.int32),
        resource=resource[order],
        start=start[order],
        end=end[order],
        started=started[order],
        further=_further(rows, order, (case[order], activity[order].astype(np.int32), names)),
    )


def _further(
    rows: RecordedEvents, order: NDArray[np.int64], events: tuple[NDArray[np.int32], NDArray[np.int32], tuple[str, ...]]
) -> FurtherColumns | Unknown:
    """What was at hand at each step; `events`: case and activity in their order, and the steps' names."""
    if rows.further is None:
        return NOT_COUNTED
    return counted(replace(rows.further, masks=rows.further.masks[order]), *events)


def _seconds(times: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Seconds since 1970; of no meaning where there is no time."""
    seconds: NDArray[np.float64] = times.view(np.int64) / 1e6
    return seconds


def _ranked(values: NDArray[np.float64]) -> NDArray[np.int32]:
    """The place of each value among all, the smallest first; of equal ones the first."""
    ranks = np.empty(values.shape[0], np.int32)
    ranks[np.argsort(values, kind="stable")] = np.arange(values.shape[0], dtype=np.int32)
    return ranks


def _pseudonyms(resource: NDArray[np.int32]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """R1, R2 and so on: who did most first."""
    counts = np.bincount(resource[resource != NOBODY], minlength=1)
    place = _ranked(-counts.astype(np.float64))
    known = int(np.count_nonzero(counts))
    found = np.where(resource == NOBODY, np.int32(NOBODY), place[np.maximum(resource, 0)])
    return tuple(f"R{number}" for number in range(1, known + 1)), found.astype(np.int32)
