"""An event log in OCEL 2.0 (JSON): events about several objects; one type of object is taken as the case."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from licet.core.canonical import Json
from licet.core.log_quality import Done, Finding
from licet.core.log_reading import Guess, LogWish
from licet.core.recorded_events import RecordedEvents
from licet.edge.bad_file import BadCellError, BadFileError, shown
from licet.edge.log_columns import MOST_ACTIVITIES, MOST_ROWS, Further, Names, Transitions, ints, too_many
from licet.edge.log_times import BadTimeError, TimeColumn, odd_times
from licet.edge.outside_json import Object, named, objects, parsed, part, whole_file

RESOURCE, LIFECYCLE, TIME, TYPE = "org:resource", "lifecycle:transition", "time", "type"
"""Names of attributes for who did it and for the life cycle, where none are given; and of what every event has."""
_SHOWN: Final = 20


def read_ocel(path: Path, wish: LogWish) -> tuple[RecordedEvents, LogWish, tuple[Guess, ...]]:
    """Reads a log; an event about several objects of the type that is the case belongs to each of them.

    Args:
        path: the file.
        wish: the object type, where there are several; `resource` and `lifecycle` name attributes of events, `resource` also a type.

    Returns:
        The events, how they were read, and why.

    Raises:
        BadFileError: when it is no OCEL 2.0, or nobody said which of several types of objects is the case.
    """
    for role in ("case", "activity", "start", "end"):
        if getattr(wish, role):
            why = f"--{role} was named, and OCEL says itself what an event and its time are."
            raise BadFileError(path, why=why, remedy=f"Leave --{role} out; say which object is the case: --object-type TYPE.")
    raw = parsed(path, whole_file(path))
    events, things = objects(part(raw, "events")), objects(part(raw, "objects"))
    if not events or not things:
        missing = "events" if not events else "objects"
        raise BadFileError(
            path, why=f"it has no list of {missing}, as OCEL 2.0 in JSON has.", remedy="Export it as OCEL 2.0 JSON, XES or CSV."
        )
    kind, guess = _case_type(path, wish, things)
    resource = RESOURCE if wish.resource is None else wish.resource
    lifecycle = LIFECYCLE if wish.lifecycle is None else wish.lifecycle
    types = {_id(one): named(part(one, TYPE)) or "" for one in things}
    told = {_id(one): objects(part(one, "attributes")) for one in things if types[_id(one)] == kind}
    rows = _Rows(path=path, types=types, kind=kind, resource=resource, lifecycle=lifecycle, told=told)
    for event in events:
        rows.take(event)
    settled = replace(wish, object_type=kind, resource=resource, lifecycle=lifecycle)
    return rows.recorded(wish, len(events)), settled, (guess,)


def _case_type(path: Path, wish: LogWish, things: Sequence[Object]) -> tuple[str, Guess]:
    """Which type of object is the case."""
    counts = Counter(named(part(one, TYPE)) or "" for one in things)
    if wish.object_type is not None:
        if wish.object_type not in counts:
            why = f"it has no object of the type {shown(wish.object_type)}; it has {_listed(counts)}."
            raise BadFileError(path, why=why, remedy="Name one of these: --object-type TYPE.")
        return wish.object_type, Guess(role="object_type", column=wish.object_type, why="You said so.", told=True)
    if len(counts) > 1:
        why = f"it has objects of several types, {_listed(counts)}, and nobody said which of them is the case."
        raise BadFileError(path, why=why, remedy="Name one of these: --object-type TYPE.")
    (kind,) = counts
    return kind, Guess(role="object_type", column=kind, why="It is the only type of objects in the file.")


def _listed(counts: "Counter[str]") -> str:
    told = [f"{shown(kind)} ({count:,})" for kind, count in counts.most_common(_SHOWN)]
    return ", ".join(told) + (", …" if len(counts) > _SHOWN else "")


def _id(one: Object) -> str:
    found = part(one, "id")
    return found if isinstance(found, str) else ""


@dataclass(slots=True, kw_only=True)
class _Rows:
    """What was read so far: a row for each event and each of its cases."""

    path: Path
    types: Mapping[str, str]
    kind: str
    resource: str
    lifecycle: str
    told: Mapping[str, Sequence[Object]]
    further: Further = field(default_factory=Further)
    masks: list[int] = field(default_factory=list)
    columns: tuple[list[str], list[str], list[str], list[str], list[str]] = field(default_factory=lambda: ([], [], [], [], []))
    without: int = 0
    shared: int = 0

    def take(self, event: Object) -> None:
        """Reads an event."""
        related = list(dict.fromkeys(str(part(one, "objectId")) for one in objects(part(event, "relationships"))))
        cases = [one for one in related if self.types.get(one) == self.kind]
        self.without += not cases
        self.shared += len(cases) > 1
        said = {named(part(one, "name")): part(one, "value") for one in objects(part(event, "attributes"))}
        who = said.get(self.resource) or next((one for one in related if self.resource and self.types.get(one) == self.resource), "")
        told = (part(event, TYPE), part(event, TIME), said.get(self.lifecycle), who)
        bits = 0
        for name, value in said.items():
            bits |= 0 if name is None or name in {self.resource, self.lifecycle} else self.further.said(name, _said(value))
        for case in cases:
            self.masks.append(bits)
            for column, cell in zip(self.columns, (case, *told), strict=True):
                column.append(_text(cell))
        if len(self.columns[0]) > MOST_ROWS:
            raise too_many(self.path)

    def recorded(self, wish: LogWish, events: int) -> RecordedEvents:
        """What was read."""
        cases, steps, moments, words, who = self.columns
        names = Names(self.path, TYPE, limit=MOST_ACTIVITIES)
        try:
            times = TimeColumn(column=TIME, zone_name=wish.time_zone, day_first=wish.day_first)
            time = times.read(moments)
        except BadTimeError as bad:
            raise BadFileError(self.path, column=TIME, why=f"case {shown(cases[bad.place])}: {bad.why}", remedy=bad.remedy) from None
        except BadCellError as bad:
            raise bad.at(self.path, None) from None
        odd = [
            Finding(code=code, count=count, of=events, done=done)
            for code, count, done in (("no_object", self.without, Done.DROPPED), ("shared_events", self.shared, Done.KEPT))
            if count
        ]
        return RecordedEvents(
            case=ints([Names(self.path, self.kind).read(cases)]),
            activity=ints([names.read(steps)]),
            activities=names.known(),
            resource=ints([Names(self.path, self.resource).read(who)]),
            start=np.full(len(cases), np.datetime64("NaT", "us")),
            time=time,
            transition=np.frombuffer(Transitions().read(words), np.int8),
            findings=(*odd, *odd_times([times])),
            further=self.further.recorded(np.array(self.masks, np.uint64), self._of_cases(cases, time)),
        )

    def _of_cases(self, cases: Sequence[str], time: NDArray[np.datetime64]) -> NDArray[np.uint64]:
        """What an object that is the case said of itself before each event about it; a time that cannot be read is no time before it."""
        known = {case: [(self._bit(one), _moment(part(one, TIME))) for one in self.told.get(case, ())] for case in dict.fromkeys(cases)}
        masks = np.zeros(len(cases), np.uint64)
        for row, (case, at) in enumerate(zip(cases, time, strict=True)):
            for bit, since in known[case]:
                masks[row] |= np.uint64(bit if since < at else 0)
        return masks

    def _bit(self, attribute: Object) -> int:
        return self.further.said(named(part(attribute, "name")) or "", _said(part(attribute, "value")))


def _moment(cell: Json) -> np.datetime64:
    """When an attribute of an object was said; NaT, which is before nothing, where that cannot be read."""
    try:
        moment: np.datetime64 = TimeColumn(column=TIME).read([_text(cell)])[0]
    except BadCellError:
        return np.datetime64("NaT")
    return moment


def _said(cell: Json) -> str:
    """A cell as text, also one that is true or false."""
    return str(cell) if isinstance(cell, bool) else _text(cell)


def _text(cell: Json) -> str:
    return "" if cell is None or isinstance(cell, bool) else str(cell) if isinstance(cell, str | int | float) else ""
