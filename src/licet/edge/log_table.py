"""An event log in a table: columns found by the wizard or named, read piece by piece."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from licet.core.event_log import NOBODY
from licet.core.further import MOST_FURTHER, RecordedFurther, is_further, says_something
from licet.core.log_quality import SIMULATED, Done, Finding
from licet.core.log_reading import ROLES, Guess, LogWish, named
from licet.core.recorded_events import COMPLETE, START, RecordedEvents
from licet.edge.bad_file import BadCellError, BadFileError
from licet.edge.log_columns import MOST_ACTIVITIES, MOST_ROWS, Further, Names, Transitions, ints, too_many
from licet.edge.log_times import BadTimeError, TimeColumn, odd_times, order_of, year_last
from licet.edge.log_wizard import SAYS, guess, look_at, sample_of
from licet.edge.tables import COLUMN_LIMIT

PIECE: Final = 2_048
"""Rows that are read at once: more of them, and Python's search for garbage goes over all their cells again and again."""
_ORDER_SAMPLE: Final = 100

Piece = tuple[Sequence[int], Sequence[Sequence[str]]]
"""The lines of some rows, and their cells, column by column."""


class Table(Protocol):
    """A table in a file, whatever the file's format is."""

    @property
    def path(self) -> Path:
        """The file."""
        ...

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns."""
        ...

    def first(self, names: Sequence[str], rows: int) -> list[Sequence[str]]:
        """So many rows from the start."""
        ...

    def pieces(self, names: Sequence[str]) -> Iterator[Piece]:
        """The named columns, piece by piece."""
        ...


def read_table_log(table: Table, wish: LogWish) -> tuple[RecordedEvents, LogWish, tuple[Guess, ...]]:
    """Reads a table.

    Args:
        table: the table.
        wish: what was said of it.

    Returns:
        The rows, how they were read, and what each column was taken for.

    Raises:
        BadFileError: for whatever cannot be read; where a column is missing, it names the option that says which it is.
    """
    header = table.header
    if len(header) > COLUMN_LIMIT:
        why = f"{len(header):,} columns; at most {COLUMN_LIMIT:,} are read."
        raise BadFileError(table.path, why=why, remedy="Split the table, or check the delimiter.")
    sample = table.first(header, sample_of(len(header)))
    guesses = guess(look_at(header, sample), wish)
    columns = {one.role: one.column for one in guesses}
    _check(table.path, columns)
    settled = named(columns).over(wish)
    if settled.day_first is None:
        settled = replace(settled, day_first=_order(table, columns, dict(zip(header, zip(*sample, strict=True), strict=True))))
    return _read(table, settled), settled, guesses


def _check(path: Path, columns: dict[str, str]) -> None:
    for role in ("case", "activity", "end"):
        if not columns[role]:
            option = f"--{role} COLUMN"
            raise BadFileError(path, why=f"no column looks like the {SAYS[role]} of an event log.", remedy=f"Name it: {option}.")
    taken = [name for name in columns.values() if name]
    twice = next((name for name in taken if taken.count(name) > 1), None)
    if twice is not None:
        roles = " and ".join(role for role, name in columns.items() if name == twice)
        raise BadFileError(path, column=twice, why=f"it was named as {roles}.", remedy="A column is one of them.")


def _order(table: Table, columns: Mapping[str, str], sample: Mapping[str, Sequence[str]]) -> bool | None:
    """Whether days come first, where that can be asked and one time of the file shows it."""
    names = [name for role in ("end", "start") if (name := columns[role])]
    if not any(year_last(cell) for name in names for cell in sample.get(name, ())[:_ORDER_SAMPLE]):
        return None
    return order_of(cell for _, cells in table.pieces(names) for column in cells for cell in column)


@dataclass(slots=True, kw_only=True)
class _Pieces:
    """What was read so far, column by column."""

    names: dict[str, Names]
    times: dict[str, TimeColumn]
    transitions: Transitions = field(default_factory=Transitions)
    numbers: dict[str, list[NDArray[np.int32]]] = field(default_factory=dict)
    moments: dict[str, list[NDArray[np.datetime64]]] = field(default_factory=dict)
    kinds: list[NDArray[np.int8]] = field(default_factory=list)
    further: Further = field(default_factory=Further)
    masks: list[NDArray[np.uint64]] = field(default_factory=list)

    def take(self, columns: dict[str, Sequence[str]], further: dict[str, Sequence[str]]) -> None:
        """Reads one piece."""
        for role, names in self.names.items():
            self.numbers.setdefault(role, []).append(ints([names.read(columns[role])]))
        for role, times in self.times.items():
            self.moments.setdefault(role, []).append(times.read(columns[role]))
        if "lifecycle" in columns:
            self.kinds.append(np.frombuffer(self.transitions.read(columns["lifecycle"]), np.int8))
        masks = np.zeros(len(columns["end"]), np.uint64)
        for name, cells in further.items():
            said = np.fromiter(map(says_something, cells), np.bool_, len(cells))
            masks[said] |= np.uint64(self.further[name])
        self.masks.append(masks)

    def said(self) -> RecordedFurther:
        """Which further columns say something in which row; what a table says of a case, it says in rows."""
        masks = np.concatenate(self.masks)
        return self.further.recorded(masks, np.zeros_like(masks))


def _read(table: Table, wish: LogWish) -> RecordedEvents:
    path, columns = table.path, {role: name for role in ROLES if (name := getattr(wish, role))}
    limits = {"case": 0, "activity": MOST_ACTIVITIES, "resource": 0}
    names = {role: Names(path, columns[role], limit=limit) for role, limit in limits.items() if role in columns}
    pieces, rows, made_up = _Pieces(names=names, times=_time_columns(path, wish, columns)), 0, 0
    others = [name for name in table.header if name not in columns.values()]
    further = [name for name in others if name != SIMULATED and is_further(name)][:MOST_FURTHER]
    wanted = [*columns.values(), *further, *([SIMULATED] if SIMULATED in others else [])]
    for lines, cells in table.pieces(wanted):
        rows += len(lines)
        read = dict(zip(wanted, cells, strict=True))
        made_up += sum(1 for one in read.get(SIMULATED, ()) if one.strip()) if SIMULATED in others else 0
        if rows > MOST_ROWS:
            raise too_many(path)
        try:
            pieces.take({role: read[name] for role, name in columns.items()}, {name: read[name] for name in further})
        except BadTimeError as bad:
            raise bad.at(path, lines[bad.place]) from None
    return _recorded(pieces, rows, (Finding(code=SIMULATED, count=made_up, of=rows, done=Done.KEPT),) if made_up else ())


def _time_columns(path: Path, wish: LogWish, columns: dict[str, str]) -> dict[str, TimeColumn]:
    try:
        return {
            role: TimeColumn(column=columns[role], zone_name=wish.time_zone, day_first=wish.day_first)
            for role in ("start", "end")
            if role in columns
        }
    except BadCellError as bad:
        raise bad.at(path, None) from None


def _recorded(pieces: _Pieces, rows: int, findings: tuple[Finding, ...]) -> RecordedEvents:
    """The columns as one, with what follows from a row that has a start and no end."""
    time = np.concatenate(pieces.moments["end"])
    start = np.concatenate(pieces.moments["start"]) if "start" in pieces.moments else np.full(rows, np.datetime64("NaT", "us"))
    transition = np.concatenate(pieces.kinds) if pieces.kinds else np.full(rows, COMPLETE, np.int8)
    begun = np.isnat(time) & ~np.isnat(start)
    return RecordedEvents(
        activities=pieces.names["activity"].known(),
        case=np.concatenate(pieces.numbers["case"]),
        activity=np.concatenate(pieces.numbers["activity"]),
        resource=np.concatenate(pieces.numbers["resource"]) if "resource" in pieces.numbers else np.full(rows, NOBODY, np.int32),
        start=np.where(begun, np.datetime64("NaT", "us"), start),
        time=np.where(begun, start, time),
        transition=np.where(begun, np.int8(START), transition),
        findings=(*findings, *odd_times(pieces.times.values())),
        further=pieces.said(),
    )
