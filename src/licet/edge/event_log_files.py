"""The door for event logs: finds out how a file is written, reads it, and makes a log of it with a report on its quality."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from licet.core.event_log import NotALogError
from licet.core.imported_log import BroughtLog
from licet.core.log_reading import Guess, LogWish, ReadLog
from licet.core.recorded_events import RecordedEvents, log_from
from licet.edge.bad_file import BadFileError
from licet.edge.files import file_digest
from licet.edge.gunzip import MAGIC

CSV, XES, OCEL, PARQUET = "csv", "xes", "ocel", "parquet"
FORMS: Final = (CSV, XES, OCEL, PARQUET)
"""How a log can be written."""
MEDIA_TYPES: Final[Mapping[str, str]] = {
    "text/csv": CSV,
    "application/xml": XES,
    "text/xml": XES,
    "application/gzip": XES,
    "application/json": OCEL,
    "application/vnd.apache.parquet": PARQUET,
}
"""How a log is written by the media type it is sent as."""
_START: Final = 64
_JSON_LINES: Final = (".jsonl", ".ndjson")

Read = tuple[RecordedEvents, LogWish, tuple[Guess, ...]]


def read_event_log(path: Path, wish: LogWish, *, now: datetime, form: str | None = None) -> ReadLog:
    """Reads an event log; nothing of it is kept yet.

    Args:
        path: the file.
        wish: what was said of it; the rest is guessed, and said.
        now: events more than a day after it cannot have happened.
        form: one of `FORMS`; None: found out from the first bytes.

    Returns:
        The log, how it was read, and why.

    Raises:
        BadFileError: when it cannot be read, or no event of it is left.
    """
    found = form or form_of(path)
    recorded, settled, guesses = _read(path, wish, found)
    try:
        log, findings = log_from(recorded, now=now, keep_duplicates=wish.keep_duplicates or False)
    except NotALogError as wrong:
        remedy = "Check which columns were read, with --dry-run, and name the right ones."
        raise BadFileError(path, why=f"nothing of it makes an event log. {wrong}", remedy=remedy) from None
    brought = BroughtLog(log=log, form=found, file_digest=file_digest(path), rows=recorded.rows, findings=findings)
    return ReadLog(brought=brought, wish=settled, guesses=guesses)


def form_of(path: Path) -> str:
    """How a file is written, by its first bytes; a table of text where they say nothing else.

    Raises:
        BadFileError: when it is not there, or empty.
    """
    if not path.is_file():
        raise BadFileError(path, why="there is no such file.", remedy="Check the path.")
    with path.open("rb") as stream:
        start = stream.read(_START)
    if not start:
        raise BadFileError(path, why="it is empty.", remedy="Export the log again.")
    if start.startswith(b"PAR1"):
        return PARQUET
    bare = re.sub(rb"^\xef\xbb\xbf", b"", start).lstrip()
    if start.startswith((MAGIC, b"\xff\xfe<\x00", b"\xfe\xff\x00<")) or bare.startswith(b"<"):
        return XES
    return OCEL if bare.startswith(b"{") and path.suffix.lower() not in _JSON_LINES else CSV


def _read(path: Path, wish: LogWish, form: str) -> Read:
    """Reads a file by the reader of its form, which is loaded now: each of them stands on something that the others do not need."""
    if form == XES:
        from licet.edge.log_xes import read_xes

        return read_xes(path, wish)
    if form == OCEL:
        from licet.edge.log_ocel import read_ocel

        return read_ocel(path, wish)
    from licet.edge.log_table import read_table_log

    if form == PARQUET:
        from licet.edge.log_parquet import ParquetTable

        return read_table_log(ParquetTable.at(path), wish)
    from licet.edge.log_csv import TextTable

    table = TextTable.at(path, wish)
    recorded, settled, guesses = read_table_log(table, wish)
    return recorded, table.settled(settled), (*guesses, *table.guesses)
