"""The door for files: past cases come in from CSV and JSON Lines, tables go out that a spreadsheet opens without harm."""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from licet.core.answer import AnswerKind
from licet.core.history import PastCase
from licet.edge.bad_file import BadCellError, BadFileError
from licet.edge.past_cases import Columns, case_reader, check_columns, column_names
from licet.edge.tables import Reading, delimiter_of, is_json_lines, rows_of
from licet.edge.times import moment_reader
from licet.edge.whole import PRIVATE, written_whole

__all__ = [
    "BadFileError",
    "Columns",
    "Reading",
    "delimiter_of",
    "file_digest",
    "is_json_lines",
    "read_history",
    "read_times",
    "unguarded",
    "write_csv",
]


def read_history(
    path: Path, columns: Columns, reading: Reading, kind: AnswerKind, on_bytes: Callable[[int], None] | None = None
) -> Iterator[PastCase]:
    """Reads past cases one by one; a file of any size needs the memory of one row.

    Args:
        path: CSV with a header line, or JSON Lines (`.jsonl`, `.ndjson`).
        columns: which column says what.
        reading: encoding, delimiter, decimal sign and time zone.
        kind: what the use case's answers are; `fields` are a JSON object in the cell.
        on_bytes: told how many bytes were read since it was told last; the numbers sum to the file's size.

    Yields:
        Each row as a case, in the order of the file; at least one.

    Raises:
        BadFileError: for the first thing that is wrong, with file, line, column and remedy. Cases before it were yielded already.
    """
    check_columns(path, columns, reading)
    names = column_names(columns)
    case = None
    for line, cells in rows_of(path, names, reading, on_bytes):
        try:
            case = case or case_reader(path, columns, reading, kind, cells)
            past = case(line, cells)
        except BadCellError as bad:
            raise bad.at(path, line) from None
        yield past


def read_times(path: Path, columns: Columns, reading: Reading) -> Iterator[datetime]:
    """Reads the time column alone, as a first pass before history is cut by time.

    Yields:
        An aware UTC moment per row, in the order of the file.

    Raises:
        BadFileError: as `read_history`; also when no time column was named.
    """
    if columns.time is None:
        raise BadFileError(path, why="no time column was named.", remedy="Name it: --time COLUMN.")
    try:
        moment = moment_reader(columns.time, reading.timezone)
    except BadCellError as bad:
        raise bad.at(path, None) from None
    for line, cells in rows_of(path, (columns.time,), reading):
        try:
            yield moment(cells[0])
        except BadCellError as bad:
            raise bad.at(path, line) from None


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex (64 characters), read a piece at a time.

    Raises:
        BadFileError: when it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise BadFileError(path, why=f"it cannot be read: {error.strerror}.", remedy="Check the path and allow reading it.") from None


OutCell = str | int | float | bool | None
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001 - full-width signs start formulas too


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[OutCell]]) -> None:
    """Writes a table that a spreadsheet opens without running what is in it; whole or not at all, readable by its owner only.

    A text that would start a formula gets an apostrophe in front (OWASP, CSV injection); `unguarded` takes it off. Numbers stay
    numbers, also where they are written as text.

    Args:
        path: the file to write or replace.
        header: column names; they are guarded as texts are.
        rows: one sequence per line, as long as the header; None is written as a blank cell.

    Raises:
        BadFileError: when the folder is missing, full or not writable, or a row is not as long as the header.
    """
    try:
        with written_whole(path, PRIVATE) as stream:
            writer = csv.writer(stream)
            writer.writerow(map(_guarded, header))
            for number, row in enumerate(rows, 2):
                if len(row) != len(header):
                    why = f"{len(row)} cells to write, {len(header)} expected."
                    raise BadFileError(path, line=number, why=why, remedy="Give one cell per column.")
                writer.writerow([_guarded(cell) for cell in row])
    except OSError as error:
        remedy = "Check that the folder exists, has space, and may be written to."
        raise BadFileError(path, why=f"it cannot be written: {error.strerror}.", remedy=remedy) from None


def csv_text(header: Sequence[str], rows: Iterable[Sequence[OutCell]]) -> str:
    """As `write_csv`, for a table that leaves by another way than a file of its own."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerows(map(_guarded, row) for row in (header, *rows))
    return written.getvalue()


def unguarded(cell: str) -> str:
    """What a text was before `write_csv` guarded it."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def _guarded(cell: OutCell) -> OutCell:
    if isinstance(cell, str) and FORMULA.match(cell) and not PLAIN_NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
