"""How an event log is to be read: what whoever brings it says, what is guessed for the rest, and the reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final

from licet.core.imported_log import BroughtLog

ROLES: Final = ("case", "activity", "start", "end", "lifecycle", "resource")
"""What a column can be of a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogWish:
    """What was said of a file; what is None is guessed, or as the format has it.

    Attributes:
        case, activity, start, end, lifecycle, resource: columns of a table, or keys of attributes; `end` is the time of an event
            that has one only. An empty text says that there is none.
        time_zone: IANA name of the zone of times without an offset; None: read as UTC, and said.
        day_first: whether days come before months where the year comes last.
        delimiter, encoding: of CSV.
        object_type: of OCEL, what the case is.
        keep_duplicates: whether rows that repeat another stay; None: they do not.
    """

    case: str | None = None
    activity: str | None = None
    start: str | None = None
    end: str | None = None
    lifecycle: str | None = None
    resource: str | None = None
    time_zone: str | None = None
    day_first: bool | None = None
    delimiter: str | None = None
    encoding: str | None = None
    object_type: str | None = None
    keep_duplicates: bool | None = None

    def over(self, other: "LogWish") -> "LogWish":
        """What was said here, and for the rest what was said there."""
        said = {one.name: value for one in fields(self) if (value := getattr(self, one.name)) is not None}
        return replace(other, **said)


def named(columns: Mapping[str, str]) -> LogWish:
    """A wish that names columns by their roles and says nothing else."""
    return LogWish(
        case=columns["case"],
        activity=columns["activity"],
        start=columns["start"],
        end=columns["end"],
        lifecycle=columns["lifecycle"],
        resource=columns["resource"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a column was taken for, and why.

    Attributes:
        role: one of `ROLES`, or what else was found out, such as `delimiter`.
        column: its name, or what was found; empty: no column.
        why: reasons in sentences, for people.
        told: whether whoever brings the file said so.
    """

    role: str
    column: str
    why: str
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLog:
    """A log that was read, and how.

    Attributes:
        brought: the log, ready to be kept.
        wish: how it was read, with everything that was guessed: read so again, the same log comes of it.
        guesses: what each column was taken for, and why.
    """

    brought: BroughtLog
    wish: LogWish
    guesses: tuple[Guess, ...]
