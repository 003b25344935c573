"""An evaluation for other tools: JUnit for a build server, JSON for programs, a table for a spreadsheet, OpenTelemetry for a collector.

All four say what an evaluation says on a screen, and nothing more: counts of errors and cases only once the sealed cases are open.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from licet.core.canonical import Json
from licet.edge.bad_file import BadFileError
from licet.edge.files import OutCell, csv_text
from licet.edge.outside_json import Object, objects, part
from licet.edge.whole import SHARED, written_whole

SUFFIXES = (".xml", ".json", ".csv", ".jsonl")
"""What a file's name says: JUnit, JSON, a line for each measure, events one a line."""
MEASURED = ("measure", "verdict", "target", "confidence", "bound", "n", "errors", "estimate", "from", "to")
"""Columns of the table: what a measure asks for, what became of it, and, once the sealed cases are open, what was seen."""
VERDICT = "verdict"
"""The name of the line that says what became of all measures together."""
EVENT = "gen_ai.evaluation.result"
LABELS: Mapping[str, str] = {"met": "pass", "not_met": "fail", "undecided": "undecided"}
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def check_suffix(path: Path) -> None:
    """Says whether a file's name says what is to be written, before anything is judged.

    Raises:
        BadFileError: when it does not.
    """
    if path.suffix.lower() not in SUFFIXES:
        why = f"its name ends on {path.suffix!r}."
        known = "End it on .xml for JUnit, .json for JSON, .csv for a table, or .jsonl for events of OpenTelemetry."
        raise BadFileError(path, why=why, remedy=known)


def write_evaluation(path: Path, data: Object, *, at: datetime) -> None:
    """Writes an evaluation in the form that the file's name says.

    Args:
        path: the file to write or replace.
        data: the evaluation as `licet evaluate --json` says it.
        at: when it was judged.

    Raises:
        BadFileError: when the name says no form.
        OSError: when the folder is missing, full or not writable.
    """
    check_suffix(path)
    with written_whole(path, SHARED) as stream:
        stream.write(evaluation_text(path.suffix.lower(), data, at=at))


def evaluation_text(suffix: str, data: Object, *, at: datetime) -> str:
    """An evaluation in the form that the ending of a file's name says.

    Args:
        suffix: one of `SUFFIXES`.
        data: the evaluation as `licet evaluate --json` says it.
        at: when it was judged.
    """
    match suffix:
        case ".xml":
            return junit(data, at=at)
        case ".json":
            return json.dumps({**data, "judged_at": at.isoformat()}, indent=2, ensure_ascii=False) + "\n"
        case ".csv":
            return csv_text(MEASURED, _rows(data))
        case _:
            return "".join(f"{json.dumps(one)}\n" for one in events(data, at=at))


def _rows(data: Object) -> Iterator[list[OutCell]]:
    """A line for each measure, and one for the verdict as a whole."""
    for one in objects(data.get("measures")):
        names = ("name", "verdict", "target", "confidence", "bound", "n", "errors", "estimate")
        interval = one.get("interval")
        low, high = interval if isinstance(interval, list) else (None, None)
        yield [*(_cell(one.get(name)) for name in names), _cell(low), _cell(high)]
    yield [VERDICT, _cell(data[VERDICT]), *[None] * (len(MEASURED) - 2)]


def _cell(value: Json) -> OutCell:
    return value if value is None or isinstance(value, str | int | float) else str(value)


def junit(data: Object, *, at: datetime) -> str:
    """An evaluation as JUnit XML: a test for each measure and one for all together. Undecided is skipped: no failure, and no pass."""
    slug, tests = str(data["use_case"]), list(_lines(data))
    words = [word for _, word, _ in tests]
    counts = f'tests="{len(tests)}" failures="{words.count("not_met")}" skipped="{words.count("undecided")}" errors="0"'
    properties = "".join(f'<property name="{name}" value="{_xml(value)}"/>' for name, value in _facts(data))
    cases = "".join(_test(slug, *one) for one in tests)
    suite = f'<testsuite name="licet {_xml(slug)}" {counts} time="0" timestamp="{at:%Y-%m-%dT%H:%M:%SZ}">'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="licet" {counts}>\n{suite}\n<properties>{properties}</properties>\n{cases}</testsuite>\n</testsuites>\n'
    )


def _test(slug: str, name: str, word: str, says: str) -> str:
    opened = f'<testcase classname="licet.{_xml(slug)}" name="{_xml(name)}" time="0"'
    match word:
        case "met":
            return f"{opened}/>\n"
        case "not_met":
            return f'{opened}><failure type="not_met" message="{_xml(says)}"/></testcase>\n'
        case _:
            return f'{opened}><skipped message="{_xml(says)}"/></testcase>\n'


def events(data: Object, *, at: datetime) -> Iterator[Json]:
    """An evaluation as log records of OpenTelemetry (OTLP in JSON), one batch for each measure and one for all together."""
    opened = {str(one["name"]): one for one in objects(data.get("measures"))}
    for name, word, says in _lines(data):
        estimate = part(opened.get(name), "estimate")
        told: list[Json] = [
            _attribute("gen_ai.evaluation.name", name),
            _attribute("gen_ai.evaluation.score.label", LABELS.get(word, word)),
            _attribute("gen_ai.evaluation.explanation", says),
            *([] if estimate is None else [_attribute("gen_ai.evaluation.score.value", estimate)]),
            *(_attribute(f"licet.{fact}", value) for fact, value in _facts(data)),
        ]
        record: Json = {"eventName": EVENT, "timeUnixNano": str(int(at.timestamp() * 1_000_000) * 1_000), "attributes": told}
        resource: Json = {"attributes": [_attribute("service.name", "licet")]}
        yield {"resourceLogs": [{"resource": resource, "scopeLogs": [{"scope": {"name": "licet"}, "logRecords": [record]}]}]}


def _attribute(name: str, value: Json) -> Json:
    return {"key": name, "value": {"doubleValue": value} if isinstance(value, float) else {"stringValue": str(value)}}


def _lines(data: Object) -> Iterator[tuple[str, str, str]]:
    """Each measure, then the verdict: name, word and a sentence."""
    for one in objects(data.get("measures")):
        word = str(one["verdict"])
        yield str(one["name"]), word, f"{_promise(one)}: {word.replace('_', ' ')}."
    word, why = str(data[VERDICT]), data.get("why")
    yield VERDICT, word, str(why) if why else f"The standard is {word.replace('_', ' ')}."


def _promise(measure: Object) -> str:
    target, confidence = measure.get("target"), measure.get("confidence")
    if not isinstance(target, int | float) or not isinstance(confidence, int | float):
        return "The promise"
    return f"At most {target:.2%} at {confidence:.0%} confidence"


def _facts(data: Object) -> Sequence[tuple[str, str]]:
    """What was judged, by which standard, at which look."""
    places = {
        "use_case": ("use_case",),
        "verdict": (VERDICT,),
        "standard": ("standard", "digest"),
        "system": ("system", "name"),
        "version": ("system", "version"),
        "fingerprint": ("system", "fingerprint"),
        "look": ("look", "number"),
    }
    return [(name, str(part(data, *place))) for name, place in places.items()]


def _xml(text: str) -> str:
    return escape(_NO_XML.sub("\ufffd", text)).replace("\n", "&#10;")
