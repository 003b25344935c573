"""The quality of an event log: what is odd about it, in plain sentences with a count and a share, and what was done about each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from licet.core.canonical import Json
from licet.core.event_log import NOBODY, EventLog

LEAST_SAID: Final = 0.001
"""Shares below are said to be below it."""
BATCH: Final = 5
"""From so many events of one person in one second on, they were recorded in a batch."""
SIMULATED: Final = "simulated"
"""The finding that rows were made up, and the column of a table that says so."""
_WEEK_S: Final = 7 * 86_400.0
_LONG_S: Final = 30 * 86_400.0
"""Between a start and an end that lie further apart there is hardly ever one piece of work."""


class Done(StrEnum):
    """What was done about events that are odd."""

    KEPT = "kept"
    """They are in the log as they were recorded."""

    DROPPED = "dropped"
    """They are not in the log."""

    REPAIRED = "repaired"
    """They are in the log, without what cannot be so."""


SENTENCES: Final[Mapping[str, str]] = {
    "simulated": "{count:,} of {of:,} rows ({share}) are simulated, as the column of that name says",
    "no_case": "{count:,} of {of:,} rows ({share}) name no case",
    "no_activity": "{count:,} of {of:,} rows ({share}) name no activity",
    "no_time": "{count:,} of {of:,} rows ({share}) have no time",
    "no_object": "{count:,} of {of:,} events ({share}) are about no object of the type that is the case",
    "shared_events": "{count:,} of {of:,} events ({share}) are about several objects of the type that is the case, and belong to each",
    "before_1971": "{count:,} of {of:,} rows ({share}) lie before 1971, as clocks do that were never set",
    "in_the_future": "{count:,} of {of:,} rows ({share}) lie more than a day after now",
    "other_transitions": "{count:,} of {of:,} rows ({share}) are scheduled, assigned or the like: neither a start nor a completion",
    "end_before_start": "{count:,} of {of:,} events ({share}) end before they start; their start counts as not recorded",
    "start_before_1971": "{count:,} of {of:,} events ({share}) start before 1971, which cannot be; their start counts as not recorded",
    "duplicates": "{count:,} of {of:,} rows ({share}) repeat another in case, activity, who, and times",
    "start_alone": "{count:,} of {of:,} starts ({share}) have no completion by the same person in the same case and activity",
    "complete_alone": "{count:,} of {of:,} completions ({share}) have no start by the same person in the same case and activity",
    "no_start": "{count:,} of {of:,} events ({share}) have no recorded start: how long the work took is unknown, and only ever estimated",
    "long_work": "{count:,} of {of:,} events ({share}) have more than 30 days from their start to their end: a mean of work stands on them",
    "nobody": "{count:,} of {of:,} events ({share}) do not say who did them",
    "same_second": "{count:,} of {of:,} events ({share}) were recorded in batches: five or more of one person in the same second",
    "midnight": "{count:,} of {of:,} rows ({share}) have a time of exactly midnight, as if only the day was recorded",
    "zone_assumed": "{count:,} of {of:,} rows ({share}) have a time without a zone, read as {zone}, because nobody named another",
    "zone_told": "{count:,} of {of:,} rows ({share}) have a time without a zone, read as {zone}, as was said",
    "zones_mixed": "{count:,} of {of:,} rows ({share}) have another offset from UTC than most; there are {several} offsets",
    "one_event": "{count:,} of {of:,} cases ({share}) have a single event",
    "first_week": "{count:,} of {of:,} cases ({share}) are seen first in the log's first seven days, and may have begun before it",
    "last_week": "{count:,} of {of:,} cases ({share}) are seen last in the log's last seven days, and may go on after it",
}
"""What can be odd about a log, with the sentence that says it; the documentation is tested against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is odd about a log.

    Attributes:
        code: one of `SENTENCES`.
        count: how many are so; at least one.
        of: of how many.
        done: what was done about them.
        zone: the zone that times were read in, for `zone_assumed` and `zone_told`.
        several: how many offsets there are, for `zones_mixed`.
    """

    code: str
    count: int
    of: int
    done: Done
    zone: str = ""
    several: int = 0

    @property
    def share(self) -> float:
        """Which part of all they are, from 0 to 1."""
        return self.count / self.of

    @property
    def says(self) -> str:
        """The finding in a sentence; a share of less than a tenth of a percent is never said to be none."""
        share = "under 0.1%" if self.share < LEAST_SAID else f"{self.share:.1%}"
        said = SENTENCES[self.code].format(count=self.count, of=self.of, share=share, zone=self.zone, several=self.several)
        return f"{said}: {self.done.value}."


def finding_to_json(found: Finding) -> Mapping[str, Json]:
    """Writes a finding as plain JSON, with its sentence for whoever only shows it."""
    return {
        "code": found.code,
        "count": found.count,
        "of": found.of,
        "share": found.share,
        "done": found.done.value,
        "zone": found.zone,
        "several": found.several,
        "says": found.says,
    }


def finding_from_json(raw: Json) -> Finding:
    """Reads what `finding_to_json` wrote.

    Raises:
        NotAFindingError: when it is none.
    """
    match raw:
        case {"code": str(code), "count": int(count), "of": int(of), "done": str(done), "zone": str(zone), "several": int(several)} if (
            code in SENTENCES
        ):
            return Finding(code=code, count=count, of=of, done=Done(done), zone=zone, several=several)
        case _:
            raise NotAFindingError(f"{raw!r} is no finding on an event log.")


class NotAFindingError(ValueError):
    """A stored finding does not have the form it was written in."""


def seen_in(log: EventLog) -> Iterator[Finding]:
    """What is odd about a log by itself; all of it is kept."""
    first, last = _by_case(log)
    odd = {
        "no_start": (int((~log.started).sum()), log.events),
        "long_work": (int((log.end - log.start > _LONG_S).sum()), log.events),
        "nobody": (int((log.resource == NOBODY).sum()), log.events),
        "same_second": (_in_batches(log), log.events),
        "one_event": (int((np.diff(log.firsts) == 1).sum()), log.cases),
        "first_week": (int((first < log.start.min() + _WEEK_S).sum()), log.cases),
        "last_week": (int((last > log.end.max() - _WEEK_S).sum()), log.cases),
    }
    return (Finding(code=code, count=count, of=of, done=Done.KEPT) for code, (count, of) in odd.items() if count)


def _by_case(log: EventLog) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """When each case is first and last seen."""
    firsts = log.firsts[:-1]
    return np.minimum.reduceat(log.start, firsts), np.maximum.reduceat(log.end, firsts)


def _in_batches(log: EventLog) -> int:
    """How many events one person recorded in a second with at least four others."""
    told = log.resource != NOBODY
    who, second = log.resource[told], np.floor(log.end[told])
    if not who.size:
        return 0
    order = np.lexsort((second, who))
    changes = (np.diff(who[order]) != 0) | (np.diff(second[order]) != 0)
    sizes = np.diff(np.concatenate(([0], np.flatnonzero(changes) + 1, [who.size])))
    return int(sizes[sizes >= BATCH].sum())
