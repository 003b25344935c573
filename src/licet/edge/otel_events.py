"""Events `gen_ai.evaluation.result` of OpenTelemetry, as a collector or the console writes them: one JSON object after the other."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from licet.core.canonical import Json
from licet.core.outside_rows import Outcome, OutsideFile, Provenance, Row, graded
from licet.edge.bad_file import BadFileError
from licet.edge.outside_json import NAME_LIMIT, Object, moment, named, number, objects, parsed, part, whole_file

FORMAT = "otel"
TOOL = "OpenTelemetry"
EVENT = "gen_ai.evaluation.result"
NAME, VALUE, LABEL = "gen_ai.evaluation.name", "gen_ai.evaluation.score.value", "gen_ai.evaluation.score.label"
SOURCE, TARGET = "gen_ai.evaluation.evaluator.source", "gen_ai.evaluation.target"
RESPONSE, ERROR = "gen_ai.response.id", "error.type"
LABELS: Mapping[str, Outcome] = {
    **dict.fromkeys(("pass", "passed", "true"), Outcome.PASSED),
    **dict.fromkeys(("fail", "failed", "false"), Outcome.FAILED),
}
"""Labels that say that something passed or failed; under any other the number counts as a grade."""
BY_MODEL = ("LLMJudge", "GEval")
_FIRST, _LAST = b"{", b"}"


def read_events(path: Path) -> OutsideFile:
    """Reads a file of events; of a collector's batches each record. What else the file holds is passed over, and counted.

    Raises:
        BadFileError: when the file cannot be read, or no event of this name is in it.
    """
    found: list[Object] = []
    passed_over = 0
    for one in _written(path):
        events = [] if one is None else [event for event in _records(one) if _is_event(event)]
        found += events
        passed_over += not events
    if not found:
        why = f"no event {EVENT!r} is in it."
        raise BadFileError(path, why=why, remedy="Export log records as JSON, one object after the other.")
    times = [made for one in found if (made := _time(one)) is not None]
    systems = dict.fromkeys(name for one in found if (name := named(_attributes(one).get(TARGET))) is not None)
    return OutsideFile(
        provenance=Provenance(format=FORMAT, tool=TOOL, made_at=min(times, default=None), system=named(", ".join(systems))),
        rows=lambda: map(_row, found),
        findings=(f"{passed_over:,} lines or objects that are no such event were passed over.",) if passed_over else (),
    )


def is_event_text(start: str) -> bool:
    """Whether the beginning of a file has such an event."""
    return EVENT in start


def _written(path: Path) -> Iterator[Json]:
    """Each object of a file, on one line or over several; None for each line outside of one."""
    try:
        lines = whole_file(path).decode("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        why = f"it is not UTF-8: byte {error.start} is 0x{error.object[error.start]:02x}."
        raise BadFileError(path, why=why, remedy="Save it as UTF-8.") from None
    held: list[str] = []
    for number_of, line in enumerate(lines, 1):
        if not held and line.lstrip()[:1] != "{":
            if line.strip():
                yield None
            continue
        held.append(line)
        if line.rstrip() == "}" or (len(held) == 1 and _is_whole(line)):
            yield parsed(path, "".join(held).encode(), entry=f"that ends on line {number_of:,}")
            held.clear()
    if held:
        yield parsed(path, "".join(held).encode(), entry=f"that begins on line {len(lines) - len(held) + 1:,}")


def _is_whole(line: str) -> bool:
    try:
        json.JSONDecoder().raw_decode(line.strip())
    except (ValueError, RecursionError):
        return False
    return True


def _records(one: Json) -> Sequence[Object]:
    """An event as it is, or all of a collector's batch."""
    if not isinstance(one, Mapping):
        return ()
    batches = objects(one.get("resourceLogs"))
    if not batches:
        return (one,)
    return [record for batch in batches for scope in objects(batch.get("scopeLogs")) for record in objects(scope.get("logRecords"))]


def _is_event(record: Object) -> bool:
    return EVENT in (record.get("event_name"), record.get("eventName"), _attributes(record).get("event.name"))


def _attributes(record: Object) -> Object:
    """Attributes by name, also where they are written as a list of keys and typed values."""
    raw = record.get("attributes")
    if isinstance(raw, Mapping):
        return raw
    pairs = [(one.get("key"), one.get("value")) for one in objects(raw)]
    return {str(key): next(iter(value.values()), None) if isinstance(value, Mapping) else value for key, value in pairs}


def _time(record: Object) -> datetime | None:
    for name in ("timestamp", "observed_timestamp", "timeUnixNano", "observedTimeUnixNano"):
        found = moment(record.get(name))
        if found is not None:
            return found
    return None


def _row(record: Object) -> Row:
    told = _attributes(record)
    score = number(told.get(VALUE))
    return Row(
        case=_case(record, told),
        measure=named(told.get(NAME)) or "evaluation",
        outcome=_outcome(told, score),
        score=score,
        judged=True if any(word in str(told.get(SOURCE))[:NAME_LIMIT] for word in BY_MODEL) else None,
    )


def _outcome(told: Object, score: float | None) -> Outcome:
    if told.get(ERROR) is not None:
        return Outcome.ERRORED
    label = told.get(LABEL)
    return LABELS.get(label.lower() if isinstance(label, str) else "") or graded(score)[0]


def _case(record: Object, told: Object) -> str:
    """What an event is about: the response it names, else the span it was written in."""
    trace = named(part(record, "trace_id")) or named(part(record, "traceId")) or ""
    span = named(part(record, "span_id")) or named(part(record, "spanId")) or ""
    return named(told.get(RESPONSE)) or f"{trace} {span}".strip()
