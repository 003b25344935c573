"""An event log: what a team's own systems recorded of its process: which case, which step, who, from when until when."""

from dataclasses import dataclass
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from licet.core.further import NOT_COUNTED, FurtherColumns
from licet.core.refusal import Unknown

EventLogId = NewType("EventLogId", str)
"""Names one imported event log of a use case."""

NOBODY = -1
"""In place of a resource, where none was recorded."""


class NotALogError(ValueError):
    """Columns that do not make an event log."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventLog:
    """Events in columns, one place an event; by case, and within a case by when it was completed, then by when it began.

    Attributes:
        activities: the names of the steps, without repetition.
        resources: who does them, under pseudonyms: never a person's name.
        case: int32, shape (n,), never falling, from 0 to `cases` - 1: every case has at least one event.
        activity: int32, shape (n,), places in `activities`.
        resource: int32, shape (n,), places in `resources`; `NOBODY` where none was recorded.
        start: float64, shape (n,), seconds since 1970 in UTC; the same as `end` where no start was recorded.
        end: float64, shape (n,), seconds since 1970 in UTC; not before `start`.
        started: bool, shape (n,), whether the start was recorded: where it was not, the time of the work is unknown, not zero.
        further: which further columns the log has, and at how many cases of each step they say something; no value of them.

    Raises:
        NotALogError: when the columns do not fit each other.
    """

    activities: tuple[str, ...]
    resources: tuple[str, ...]
    case: NDArray[np.int32]
    activity: NDArray[np.int32]
    resource: NDArray[np.int32]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    started: NDArray[np.bool_]
    further: FurtherColumns | Unknown = NOT_COUNTED

    def __post_init__(self) -> None:
        """Holds the columns to what is said of them, so that whoever reads them need not ask."""
        shapes = {column.shape for column in (self.case, self.activity, self.resource, self.start, self.end, self.started)}
        if len(shapes) != 1 or len(self.case.shape) != 1:
            raise NotALogError(f"The columns of a log are of one length, these have the shapes {sorted(shapes)!r}.")
        if self.events == 0:
            raise NotALogError("A log without events says nothing of a process.")
        steps = np.diff(self.case)
        if self.case[0] != 0 or bool(np.any((steps < 0) | (steps > 1))):
            raise NotALogError("Cases are counted from 0 without a gap, and their events lie side by side.")
        _within("activity", self.activity, low=0, high=len(self.activities))
        _within("resource", self.resource, low=NOBODY, high=len(self.resources))
        if not bool(np.all(np.isfinite(self.end)) and np.all(self.start <= self.end)):
            raise NotALogError("Every event ends at a time, and none before it begins.")
        if not bool(np.all(self.started | (self.start == self.end))):
            raise NotALogError("Where no start was recorded, the column start repeats the end.")

    @property
    def events(self) -> int:
        """How many events there are."""
        return int(self.case.shape[0])

    @property
    def cases(self) -> int:
        """How many cases they belong to."""
        return int(self.case[-1]) + 1

    @property
    def firsts(self) -> NDArray[np.int64]:
        """Where each case's events begin: shape (cases + 1,), with the number of events as its last place."""
        return np.searchsorted(self.case, np.arange(self.cases + 1)).astype(np.int64)


def _within(name: str, column: NDArray[np.int32], *, low: int, high: int) -> None:
    """Refuses places that lie outside the names they stand for."""
    lowest, highest = int(column.min()), int(column.max())
    if lowest < low or highest >= high:
        raise NotALogError(f"The column {name!r} holds places from {lowest} to {highest}; they must lie from {low} to {high - 1}.")
