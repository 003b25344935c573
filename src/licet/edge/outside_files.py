"""The door for other tools' results: finds out which tool wrote a file, and reads it."""

from dataclasses import replace
from pathlib import Path

from licet.core.canonical import Json
from licet.core.outside_rows import OutsideFile
from licet.edge import deepeval_file, inspect_log, otel_events, outside_table, promptfoo_file, pydantic_evals_report
from licet.edge.bad_file import BadFileError
from licet.edge.files import file_digest
from licet.edge.outside_json import Object, parsed, whole_file
from licet.edge.outside_table import OutsideColumns, read_table
from licet.edge.tables import Reading, header_of, is_json_lines, records_of

__all__ = ["AUTO", "FORMATS", "OutsideColumns", "Reading", "format_of", "read_outside"]

AUTO = "auto"
FORMATS = (
    AUTO,
    inspect_log.EVAL,
    inspect_log.JSON,
    promptfoo_file.JSON,
    promptfoo_file.LINES,
    promptfoo_file.CSV,
    deepeval_file.FORMAT,
    pydantic_evals_report.FORMAT,
    otel_events.FORMAT,
    outside_table.FORMAT,
)
"""What `--format` takes."""
_ZIP = b"PK"
_START = 1 << 16
_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson")


def read_outside(path: Path, form: str, columns: OutsideColumns, reading: Reading) -> OutsideFile:
    """Reads a file of another tool, as far as needed to say where it comes from; its rows are read when they are asked for.

    Args:
        path: the file.
        form: one of `FORMATS`.
        columns: for a table of no tool that is known.
        reading: encoding, delimiter and decimal sign, for tables.

    Raises:
        BadFileError: when it is not of the format, or of none that is known; also while rows are read.
    """
    found = format_of(path, columns, reading) if form == AUTO else form
    read = _whole(path, form) if found is None else _read(path, found, columns, reading)
    return replace(read, digest=file_digest(path))


def _read(path: Path, form: str, columns: OutsideColumns, reading: Reading) -> OutsideFile:
    match form:
        case inspect_log.EVAL:
            return inspect_log.read_eval(path)
        case promptfoo_file.LINES:
            return promptfoo_file.read_lines(path, reading)
        case promptfoo_file.CSV:
            return promptfoo_file.read_csv(path, reading)
        case otel_events.FORMAT:
            return otel_events.read_events(path)
        case outside_table.FORMAT:
            return read_table(path, columns, reading)
        case _:
            return _whole(path, form)


def format_of(path: Path, columns: OutsideColumns, reading: Reading) -> str | None:
    """Which format a file has, by its beginning.

    Returns:
        One of `FORMATS`; None for a file that is one piece of JSON, which says what it is once it is read.

    Raises:
        BadFileError: when there is no such file, or it cannot be read.
    """
    if not path.is_file():
        raise BadFileError(path, why="there is no such file.", remedy="Check the path.")
    with path.open("rb") as stream:
        start = stream.read(_START)
    if start.startswith(_ZIP):
        return inspect_log.EVAL
    if otel_events.is_event_text(start.decode("utf-8", "replace")):
        return otel_events.FORMAT
    if columns.case is not None or columns.score is not None:
        return outside_table.FORMAT
    if path.suffix.lower() not in _TABLES:
        return None
    if is_json_lines(path):
        result = promptfoo_file.is_result(next(records_of(path, reading))[1])
        return promptfoo_file.LINES if result else outside_table.FORMAT
    return promptfoo_file.CSV if promptfoo_file.is_table(header_of(path, reading)) else outside_table.FORMAT


_READERS = (
    (inspect_log.JSON, inspect_log.is_json_log, inspect_log.read_json_log),
    (promptfoo_file.JSON, promptfoo_file.is_results, promptfoo_file.read_results),
    (deepeval_file.FORMAT, deepeval_file.is_test_run, deepeval_file.read_test_run),
    (pydantic_evals_report.FORMAT, pydantic_evals_report.is_report, pydantic_evals_report.read_report),
)


def _whole(path: Path, form: str) -> OutsideFile:
    whole: Json = parsed(path, whole_file(path))
    log: Object = whole if isinstance(whole, dict) else {}
    for name, fits, read in _READERS:
        if form in {AUTO, name} and fits(log):
            return read(log)
    what = "no format that is known" if form == AUTO else f"not {form}"
    remedy = f"Known are: {', '.join(FORMATS[1:])}. A table in CSV or JSON Lines is read with --case COL --score COL."
    raise BadFileError(path, why=f"it is {what}.", remedy=remedy)
