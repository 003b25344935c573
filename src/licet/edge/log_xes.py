"""An event log in XES (IEEE 1849), plain or gzipped: read as a stream, without document types, in the memory of a piece.

expat reads it, but for the long stretches of events that are written plainly: `licet.edge.plain_events` reads those at once, where expat
stands between two events of a trace. They begin and end between events, so that expat misses nothing but them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from licet.core.log_reading import Guess, LogWish
from licet.core.recorded_events import RecordedEvents
from licet.edge.bad_file import BadCellError, BadFileError, shown
from licet.edge.gunzip import CHUNK, MAGIC, chunks_of
from licet.edge.log_columns import MOST_ACTIVITIES, MOST_ROWS, Further, Names, Transitions, ints, too_many
from licet.edge.log_times import BadTimeError, TimeColumn, odd_times
from licet.edge.plain_events import END, PlainEvents, can_be_plain, plain_events

KEYS: Final = {"activity": "concept:name", "end": "time:timestamp", "lifecycle": "lifecycle:transition", "resource": "org:resource"}
"""The keys of the standard extensions."""
TAG_LIMIT: Final = 4 * 2**20
"""Bytes of one tag with its attributes; expat holds it whole."""
DEPTH_LIMIT: Final = 100
"""Elements inside each other."""
PIECE: Final = 1 << 15
"""Events that are made numbers at once."""

STRETCH: Final = 1 << 20
"""Bytes that are looked at together."""
MISSES: Final = 4
"""After so many stretches, one after another, that are not written plainly, no more are tried."""

_LOG, _TRACE, _EVENT = 1, 2, 3
_WIDTH: Final = 4
_BLANK: Final = ("",) * _WIDTH
Handlers = tuple[Callable[[str, list[str]], None], Callable[[str], None]]
_AGAIN: Final = "Export it again with the tool that made it."


def read_xes(path: Path, wish: LogWish) -> tuple[RecordedEvents, LogWish, tuple[Guess, ...]]:
    """Reads a log; each trace is a case.

    Args:
        path: the file; gzipped where its first bytes say so, whatever it is called.
        wish: keys of attributes for `activity`, `end`, `lifecycle` and `resource`, where they are not the standard's.

    Returns:
        The events, how they were read, and what each key was taken for.

    Raises:
        BadFileError: when it is not XES, is cut off, declares a document type or entities, or is larger than it may be.
    """
    if wish.case or wish.start:
        option = "--case" if wish.case else "--start"
        why = f"{option} was named, and in XES each trace is a case, and a start is an event of its own."
        raise BadFileError(path, why=why, remedy=f"Leave out {option}.")
    keys = {role: key if (said := getattr(wish, role)) is None else said for role, key in KEYS.items()}
    reader = _Reader(
        path=path,
        places={key: place for place, key in enumerate(keys.values()) if key},
        times=_times(path, wish, keys["end"]),
        activities=Names(path, keys["activity"], limit=MOST_ACTIVITIES),
        resources=Names(path, keys["resource"]),
    )
    reader.read()
    told = [Guess(role="case", column="trace", why="In XES each trace is a case.")]
    told += [_guess(role, key, told=getattr(wish, role) is not None) for role, key in keys.items()]
    settled = replace(wish, activity=keys["activity"], end=keys["end"], lifecycle=keys["lifecycle"], resource=keys["resource"])
    return reader.recorded(), settled, tuple(told)


def _times(path: Path, wish: LogWish, key: str) -> TimeColumn:
    try:
        return TimeColumn(column=key, zone_name=wish.time_zone, day_first=wish.day_first)
    except BadCellError as bad:
        raise bad.at(path, None) from None


def _guess(role: str, key: str, *, told: bool) -> Guess:
    return Guess(role=role, column=key, why="You said so." if told else "The standard says so.", told=told)


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Reads one file; `places` says which attribute of an event is kept where: activity, time, transition, resource."""

    path: Path
    places: dict[str, int]
    times: TimeColumn
    activities: Names
    resources: Names
    transitions: Transitions = field(default_factory=Transitions)
    further: Further = field(default_factory=Further)
    pieces: list[tuple[NDArray[Any], ...]] = field(default_factory=list)
    rows: int = 0
    _plain: bool = True
    _misses: int = 0
    _fed: int = 0
    _lines: int = 0
    _closed: int = -1
    _in_trace: bool = False
    _depth: int = 0
    _trace: int = 0
    _row: list[str] = field(default_factory=lambda: list(_BLANK))
    _case: list[int] = field(default_factory=list)
    _said: list[int] = field(default_factory=list)
    _of_trace: int = 0
    _of_traces: list[int] = field(default_factory=list)
    _cells: list[str] = field(default_factory=list)
    _parser: expat.XMLParserType = field(init=False)
    _outside: Handlers = field(init=False)
    _inside: Handlers = field(init=False)

    def read(self) -> None:
        """Reads the file from start to end."""
        parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = self._doctype
        self._outside, self._inside = (self._start, self._end), self._handlers()
        self._listen(parser, self._outside)
        parser.XmlDeclHandler = self._declared
        self._plain = can_be_plain(list(self.places))
        try:
            self._through()
            parser.Parse(b"", True)  # noqa: FBT003 - expat's own
        except expat.ExpatError as wrong:
            line = wrong.lineno + self._lines
            raise self._bad(f"it is not XML: {expat.ErrorString(wrong.code)}.", line=line, remedy=_remedy(self.path)) from None
        self._take()

    def _through(self) -> None:
        """Goes through the file, stretch by stretch."""
        left = b""
        for stretch in _stretches(self.path):
            left = self._some(left + stretch) if self._plain else self._feed(left + stretch)
        self._feed(left)

    def _some(self, stretch: bytes) -> bytes:
        """Reads a stretch up to its last event, and gives back what is behind it."""
        cut = stretch.rfind(END) + len(END)
        if cut < len(END):
            return self._feed(stretch)
        start = 0
        if not self._between_events():
            start = stretch.find(END) + len(END)
            self._feed(stretch[:start])
        if start < cut and not (self._between_events() and self._take_plain(stretch[start:cut])):
            self._feed(stretch[start:cut])
        return stretch[cut:]

    def _between_events(self) -> bool:
        """Whether the last thing that expat has read is the end of an event of a trace: not words in a comment that look like one."""
        return self._plain and self._in_trace and self._closed == self._fed - len(END)

    def _feed(self, some: bytes) -> bytes:
        """Lets expat read some bytes; nothing of them is left."""
        for start in range(0, len(some), CHUNK):
            self._parser.Parse(some[start : start + CHUNK], False)  # noqa: FBT003 - expat's own
            self._fed += len(some[start : start + CHUNK])
            if self._fed - self._parser.CurrentByteIndex > TAG_LIMIT:
                raise self._bad(f"a tag of it has more than {TAG_LIMIT:,} bytes.")
        return b""

    def _take_plain(self, piece: bytes) -> bool:
        """Takes events that are written plainly, past expat; says whether they are."""
        found = plain_events(piece, [key.encode() for key in self.places])
        self._misses = 0 if found is not None else self._misses + 1
        self._plain = self._misses < MISSES
        if found is None:
            return False
        self._take()
        empty = [""] * found.trace.size
        columns = dict(zip(self.places.values(), found.columns, strict=True))
        said = self._further(found)
        self._add(found.trace + np.int32(self._trace), [columns.get(place, empty) for place in range(_WIDTH)], said)
        self._trace += found.ended
        self._lines += piece.count(b"\n") + (piece.count(b"\r") - piece.count(b"\r\n") if b"\r" in piece else 0)
        return True

    def _further(self, found: PlainEvents) -> NDArray[np.uint64]:
        """Which further attributes each event has; those of traces are kept beside them."""
        events, traces = [0] * found.trace.size, [self._of_trace, *([0] * found.ended)]
        for owner, key, value in found.further:
            (events if owner >= 0 else traces)[owner if owner >= 0 else ~owner] |= self.further.said(key, value)
        *ended, self._of_trace = traces
        self._of_traces += ended
        return np.array(events, np.uint64)

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self._plain &= encoding is None or encoding.lower() == "utf-8"

    def _listen(self, parser: expat.XMLParserType, handlers: Handlers) -> None:
        """Lets expat call others from here on: what is inside an event is most of a log, and has handlers that look for nothing else."""
        self._parser = parser
        parser.StartElementHandler, parser.EndElementHandler = handlers

    def _start(self, tag: str, attributes: list[str]) -> None:
        self._depth += 1
        if self._depth == _EVENT and tag == "event":
            self._row[:] = _BLANK
            self._listen(self._parser, self._inside)
        elif self._depth == _EVENT and self._in_trace:
            self._of_trace |= self.further.said(*_of(attributes))
        elif self._depth == _TRACE:
            self._in_trace = tag == "trace"
        elif self._depth > DEPTH_LIMIT:
            raise self._too_deep()
        elif self._depth == 1 and tag != "log":
            raise self._bad(f"its outermost element is {shown(tag)}; that of XES is 'log'.")

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if self._depth == _LOG and tag == "trace":
            self._trace += 1
            self._of_traces.append(self._of_trace)
            self._of_trace = 0

    def _handlers(self) -> Handlers:
        """What expat calls for each attribute of an event; it counts in its own variable, which is a third faster than an object's."""
        place_of, row, further, depth, said = self.places.get, self._row, self.further.said, 0, 0

        def start(_tag: str, attributes: list[str]) -> None:
            nonlocal depth, said
            depth += 1
            if depth == 1:
                if len(attributes) != _WIDTH or attributes[0] != "key":
                    attributes = _in_order(attributes)
                if (place := place_of(attributes[1])) is not None:
                    row[place] = attributes[3]
                else:
                    said |= further(attributes[1], attributes[3])
            elif depth > DEPTH_LIMIT:
                raise self._too_deep()

        def end(_tag: str) -> None:
            nonlocal depth, said
            if depth:
                depth -= 1
            else:
                self._close(said)
                said = 0

        return start, end

    def _close(self, said: int) -> None:
        """Ends an event; `said`: its further attributes."""
        self._depth -= 1
        self._said.append(said)
        self._closed = self._parser.CurrentByteIndex
        self._case.append(self._trace)
        self._cells += self._row
        self._listen(self._parser, self._outside)
        if len(self._case) == PIECE:
            self._take()

    def _too_deep(self) -> BadFileError:
        return self._bad(f"its elements are nested more than {DEPTH_LIMIT} deep.")

    def _doctype(self, name: str, *_rest: object) -> None:
        why = f"it declares a document type, {shown(name)}, which XES never does, and with which a few bytes can stand for many."
        raise BadFileError(self.path, why=why, remedy="Do not trust this file; ask whoever gave it to you.")

    def _take(self) -> None:
        """Makes numbers of the events that expat has read since."""
        if self._case:
            cells = self._cells
            said = np.array(self._said, np.uint64)
            self._add(np.array(self._case, np.int32), [cells[place::_WIDTH] for place in range(_WIDTH)], said)
        self._case, self._cells, self._said = [], [], []

    def _add(self, case: NDArray[np.int32], columns: Sequence[Sequence[str]], said: NDArray[np.uint64]) -> None:
        """Makes numbers of some events; `said`: which further attributes each has."""
        self.rows += case.size
        if self.rows > MOST_ROWS:
            raise too_many(self.path)
        activities, times, transitions, resources = columns
        try:
            time = self.times.read(times)
        except BadTimeError as bad:
            raise bad.at(self.path, None) from None
        self.pieces.append(
            (
                case,
                ints([self.activities.read(activities)]),
                time,
                np.frombuffer(self.transitions.read(transitions), np.int8),
                ints([self.resources.read(resources)]),
                said,
            )
        )

    def recorded(self) -> RecordedEvents:
        """What was read."""
        if not self.rows:
            raise self._bad("it has no event inside a trace.")
        case, activity, time, transition, resource, said = (np.concatenate(column) for column in zip(*self.pieces, strict=True))
        return RecordedEvents(
            activities=self.activities.known(),
            case=case,
            activity=activity,
            resource=resource,
            start=np.full(self.rows, np.datetime64("NaT", "us")),
            time=time,
            transition=transition,
            findings=odd_times([self.times]),
            further=self.further.recorded(said, np.array([*self._of_traces, self._of_trace], np.uint64)[case]),
        )

    def _bad(self, why: str, line: int | None = None, remedy: str = _AGAIN) -> BadFileError:
        return BadFileError(self.path, line=line, why=why, remedy=remedy)


def _of(attributes: list[str]) -> tuple[str, str]:
    """Key and value of an attribute."""
    if len(attributes) == _WIDTH and attributes[0] == "key":
        return attributes[1], attributes[3]
    said = dict(zip(attributes[::2], attributes[1::2], strict=True))
    return said.get("key", ""), said.get("value", "")


def _stretches(path: Path) -> Iterator[bytes]:
    """A file's bytes, unpacked, in stretches."""
    chunks, size = list[bytes](), 0
    for chunk in chunks_of(path):
        chunks.append(chunk)
        size += len(chunk)
        if size >= STRETCH:
            yield b"".join(chunks)
            chunks, size = [], 0
    yield b"".join(chunks)


def _in_order(attributes: list[str]) -> list[str]:
    """Key and value of an attribute in which they stand in another order, or beside others."""
    key, value = _of(attributes)
    return ["key", key, "value", value]


def _remedy(path: Path) -> str:
    """What to do about a file that is no XML: what is gzipped may be another kind of log."""
    with path.open("rb") as stream:
        return "Of what is gzipped only XES is read: unpack anything else first." if stream.read(2) == MAGIC else _AGAIN
