"""Event logs as files, for tests: the same small process in every format."""

import gzip
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from licet.core.event_log import EventLog
from licet.core.log_reading import LogWish, ReadLog
from licet.edge.event_log_files import read_event_log

NOW = datetime(2026, 6, 1, tzinfo=UTC)
EVENTS = (
    ("c1", "register", "ann", "2026-03-02T09:00:00+00:00", "complete"),
    ("c1", "check", "bob", "2026-03-02T10:00:00+00:00", "start"),
    ("c1", "check", "bob", "2026-03-02T10:30:00+00:00", "complete"),
    ("c2", "register", "ann", "2026-03-03T09:00:00+00:00", "complete"),
    ("c2", "close", "", "2026-03-09T09:00:00+00:00", "complete"),
)
HEADER = ("Case ID", "Activity", "Resource", "Timestamp", "lifecycle:transition")


def read(path: Path, wish: LogWish | None = None) -> ReadLog:
    """Reads a file, as of a day in June 2026."""
    return read_event_log(path, wish or LogWish(), now=NOW)


def text(path: Path, content: str | bytes) -> Path:
    """Writes a file as it stands."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def csv_log(path: Path, header: Sequence[str] = HEADER, rows: Iterable[Sequence[str]] = EVENTS, *, delimiter: str = ",") -> Path:
    """Writes a table."""
    return text(path, "\n".join(delimiter.join(row) for row in (header, *rows)) + "\n")


def xes(*traces: str) -> str:
    """A log of traces."""
    return f'<?xml version="1.0"?><log xmlns="http://www.xes-standard.org/">{"".join(traces)}</log>'


def event(activity: str, time: str, *, transition: str = "complete", resource: str = "", more: str = "") -> str:
    """An event in XES."""
    said = {"concept:name": activity, "lifecycle:transition": transition, "org:resource": resource}
    keys = "".join(f'<string key="{key}" value="{value}"/>' for key, value in said.items() if value)
    return f'<event>{keys}<date key="time:timestamp" value="{time}"/>{more}</event>'


def xes_log(path: Path, *, packed: bool = False) -> Path:
    """Writes the process as XES."""
    traces = {
        case: "".join(event(step, when, transition=word, resource=who) for c, step, who, when, word in EVENTS if c == case)
        for case in ("c1", "c2")
    }
    whole = xes(*(f'<trace><string key="concept:name" value="{case}"/>{events}</trace>' for case, events in traces.items())).encode()
    return text(path, gzip.compress(whole) if packed else whole)


def ocel(events: Sequence[object], objects: Sequence[object]) -> str:
    """A log in OCEL 2.0."""
    return json.dumps({"objectTypes": [], "eventTypes": [], "objects": objects, "events": events})


def ocel_event(step: str, when: str, cases: Iterable[str], **attributes: str) -> dict[str, object]:
    """An event in OCEL about some objects."""
    return {
        "id": f"{step} {when}",
        "type": step,
        "time": when,
        "attributes": [{"name": name.replace("_", ":"), "value": value} for name, value in attributes.items()],
        "relationships": [{"objectId": case, "qualifier": "of"} for case in cases],
    }


def ocel_log(path: Path) -> Path:
    """Writes the process as OCEL."""
    events = [ocel_event(step, when, [case], org_resource=who, lifecycle_transition=word) for case, step, who, when, word in EVENTS]
    return text(path, ocel(events, [{"id": case, "type": "claim"} for case in ("c1", "c2")]))


def same(one: EventLog, other: EventLog) -> bool:
    """Whether two logs say the same."""
    columns = ("case", "activity", "resource", "start", "end", "started")
    return one.activities == other.activities and all((getattr(one, name) == getattr(other, name)).all() for name in columns)
