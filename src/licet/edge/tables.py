"""Tables in files: CSV and JSON Lines, read row by row, with the line in every complaint."""

import codecs
import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from licet.core.canonical import Json
from licet.edge.bad_file import BadFileError, shown

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CELL_LIMIT = 1_000_000
"""Characters a cell may have."""
LINE_LIMIT = 16_000_000
"""Characters a line may have."""
COLUMN_LIMIT = 10_000
"""Columns a table may have."""
DELIMITERS = (",", ";", "\t", "|")
"""What a header line is searched for, in this order where counts are equal."""
JSON_SUFFIXES = (".jsonl", ".ndjson")
CHUNK = 1 << 18

Cells = Sequence[Json]
Row = tuple[int, Cells]
"""The line a row begins on, counted from 1, and the cells that were asked for, in that order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    r"""How a file is to be read.

    Attributes:
        encoding: name of the file's encoding; a byte order mark is taken off.
        delimiter: one character, `tab` or `\t`; None: found in the header line (see `delimiter_of`).
        decimal: `.` or `,`; with `,` a point groups thousands.
        timezone: IANA name of the zone that times without an offset are in; None: such times are refused.
    """

    encoding: str = "utf-8"
    delimiter: str | None = None
    decimal: str = "."
    timezone: str | None = None


def rows_of(path: Path, names: Sequence[str], reading: Reading, on_bytes: Callable[[int], None] | None = None) -> Iterator[Row]:
    """Reads the named columns of a table, holding one row in memory at a time.

    Args:
        path: CSV with a header line, or JSON Lines where the suffix is `.jsonl` or `.ndjson`.
        names: columns wanted; at least one.
        reading: encoding and delimiter.
        on_bytes: told how many bytes were read since it was told last; the numbers sum to the file's size.

    Yields:
        Line and cells of each row. CSV cells are strings; JSON Lines give what JSON says. Rows of blank cells only are passed over.

    Raises:
        BadFileError: for whatever cannot be read, with file and line.
    """
    with _opened(path, reading, on_bytes or _nobody) as text:
        try:
            yield from (_json_rows if is_json_lines(path) else partial(_csv_rows, reading=reading))(path, names, _lines(path, text))
        except UnicodeError:
            raise _undecodable(path, reading.encoding) from None


def records_of(path: Path, reading: Reading, on_bytes: Callable[[int], None] | None = None) -> Iterator[tuple[int, dict[str, Json]]]:
    """Reads whole objects from JSON Lines, holding one in memory at a time.

    Yields:
        Line and object, in the order of the file; at least one.

    Raises:
        BadFileError: as `rows_of`.
    """
    with _opened(path, reading, on_bytes or _nobody) as text:
        try:
            yield from _records(path, _lines(path, text))
        except UnicodeError:
            raise _undecodable(path, reading.encoding) from None


def header_of(path: Path, reading: Reading) -> tuple[str, ...]:
    """The names of a table's columns: of the header line, or of the first object of JSON Lines.

    Raises:
        BadFileError: when there is none.
    """
    if is_json_lines(path):
        return tuple(next(records_of(path, reading))[1])
    with _opened(path, reading, _nobody) as text:
        try:
            lines = _lines(path, text)
            first, line = _first_line(path, lines)
            reader = csv.reader(chain((line,), lines), delimiter=_delimiter(path, reading, line), strict=True)
            return tuple(name.strip() for name in next(reader))
        except UnicodeError:
            raise _undecodable(path, reading.encoding) from None
        except csv.Error as error:
            raise _broken(path, first, str(error)) from None


def is_json_lines(path: Path) -> bool:
    """Whether a file is read as JSON Lines, by its suffix."""
    return path.suffix.lower() in JSON_SUFFIXES


def delimiter_of(path: Path, reading: Reading) -> str | None:
    """The delimiter a CSV file is read with: the one given, or the most frequent of `DELIMITERS` in the header line, outside quotes.

    Returns:
        One character; None for JSON Lines.

    Raises:
        BadFileError: when the file cannot be opened, is empty, or the delimiter given is none.
    """
    if is_json_lines(path):
        return None
    with _opened(path, reading, _nobody) as text:
        try:
            return _delimiter(path, reading, _first_line(path, _lines(path, text))[1])
        except UnicodeError:
            raise _undecodable(path, reading.encoding) from None


class _Counted(io.FileIO):
    """A file that tells how much of it was read."""

    def __init__(self, path: Path, on_bytes: Callable[[int], None]) -> None:
        super().__init__(path, "r")
        self._on_bytes = on_bytes

    def readinto(self, buffer: "WriteableBuffer", /) -> int | None:
        count = super().readinto(buffer)
        if count:
            self._on_bytes(count)
        return count


def _nobody(_count: int) -> None:
    """Told, and keeps it to itself."""


@contextmanager
def _opened(path: Path, reading: Reading, on_bytes: Callable[[int], None]) -> Iterator[io.TextIOWrapper]:
    encoding = _encoding(path, reading.encoding)
    if not path.exists():
        raise BadFileError(path, why="there is no such file.", remedy="Check the path.")
    if not path.is_file():
        raise BadFileError(path, why="this is not a regular file.", remedy="Name a file; it is read more than once.")
    try:
        raw = _Counted(path, on_bytes)
    except OSError as error:
        raise BadFileError(path, why=f"it cannot be read: {error.strerror}.", remedy="Allow reading it.") from None
    with io.TextIOWrapper(io.BufferedReader(raw, CHUNK), encoding=encoding, newline="") as text:
        yield text


def _encoding(path: Path, name: str) -> str:
    try:
        found = codecs.lookup(name).name
        io.TextIOWrapper(io.BytesIO(), encoding=found).close()  # LookupError for codecs that make no text
    except (LookupError, ValueError):
        remedy = "Give a name such as --encoding utf-8, cp1252 or utf-16."
        raise BadFileError(path, why=f"{shown(name)} is not a text encoding.", remedy=remedy) from None
    return "utf-8-sig" if found == "utf-8" else found


def _lines(path: Path, text: io.TextIOWrapper) -> Iterator[str]:
    for number, line in enumerate(iter(partial(text.readline, LINE_LIMIT), ""), 1):
        if "\0" in line:
            why = "a NUL character; text tables have none."
            raise BadFileError(path, line=number, why=why, remedy=_binary_remedy(path))
        if len(line) == LINE_LIMIT:
            why = f"the line has more than {LINE_LIMIT:,} characters."
            raise BadFileError(path, line=number, why=why, remedy="Write one case per line.")
        yield line


def _binary_remedy(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(4)
    if start.startswith(b"PK\x03\x04"):
        return "This is a workbook or zip file: save the sheet as CSV."
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "Say what the file is written in: --encoding utf-16."
    return "Take the character out, or say what the file is written in: --encoding utf-16."


def _undecodable(path: Path, encoding: str) -> BadFileError:
    """Finds the first byte that an encoding has no character for; reads the file again, a chunk at a time."""
    decoder = codecs.getincrementaldecoder(_encoding(path, encoding))()
    read, line = 0, 1
    with path.open("rb") as stream:
        while True:
            chunk = stream.read(CHUNK)
            read += len(chunk)
            try:
                line += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                offset = read - len(error.object) + error.start
                line += error.object[: error.start].count(b"\n")
                why = f"byte {offset} (0x{error.object[error.start]:02x}) is not {encoding}."
                return BadFileError(path, line=line, why=why, remedy=_encoding_remedy(path))
            except UnicodeError as error:
                return BadFileError(path, why=f"it is not {encoding}: {error}.", remedy=_encoding_remedy(path))
            if not chunk:
                return BadFileError(path, why=f"it is not {encoding}.", remedy=_encoding_remedy(path))


def _encoding_remedy(path: Path) -> str:
    binary = _binary_remedy(path)
    plain = "Say what the file is written in: --encoding cp1252 for most exports of older office programs."
    return plain if binary.startswith("Take") else binary


def _first_line(path: Path, lines: Iterator[str]) -> tuple[int, str]:
    for number, line in enumerate(lines, 1):
        if not line.isspace():
            return number, line
    raise BadFileError(path, why="it is empty.", remedy="Give a header line and one line per case.")


def _delimiter(path: Path, reading: Reading, header: str) -> str:
    if reading.delimiter is None:
        bare = re.sub(r'"[^"]*"', "", header)
        return max(DELIMITERS, key=bare.count)
    given = {"tab": "\t", "\\t": "\t"}.get(reading.delimiter, reading.delimiter)
    if len(given) != 1 or given in '"\r\n ':
        remedy = "Give one character, such as --delimiter ';', or tab."
        raise BadFileError(path, why=f"{shown(reading.delimiter)} is not a delimiter.", remedy=remedy)
    return given


def _csv_rows(path: Path, names: Sequence[str], lines: Iterator[str], *, reading: Reading) -> Iterator[Row]:
    first, line = _first_line(path, lines)
    delimiter = _delimiter(path, reading, line)
    csv.field_size_limit(CELL_LIMIT)  # one setting for the process
    reader = csv.reader(chain((line,), lines), delimiter=delimiter, strict=True)
    end, empty = first - 1, True
    try:
        header = [name.strip() for name in next(reader)]
        places = _places(path, names, header, line=first, delimiter=delimiter)
        width, end = len(header), reader.line_num + first - 1
        for row in reader:
            start, end = end + 1, reader.line_num + first - 1
            if len(row) != width:
                if not any(row):
                    continue
                raise _ragged(path, start, len(row), width)
            if any(row):
                empty = False
                yield start, [row[place] for place in places]
    except csv.Error as error:
        raise _broken(path, end + 1, str(error)) from None
    if empty:
        raise BadFileError(path, line=first, why="there is a header and nothing below it.", remedy="Add one line per case.")


def _places(path: Path, names: Sequence[str], header: list[str], *, line: int, delimiter: str) -> list[int]:
    if len(header) > COLUMN_LIMIT:
        why = f"{len(header)} columns; at most {COLUMN_LIMIT} are read."
        raise BadFileError(path, line=line, why=why, remedy="Split the table, or check the delimiter.")
    twice = sorted({name for name in header if name and header.count(name) > 1}) if len(set(header)) < len(header) else []
    if twice:
        why = "two columns have this name."
        raise BadFileError(path, line=line, column=twice[0], why=why, remedy="Give each column its own name.")
    missing = [name for name in names if name not in header]
    if missing:
        raise _missing(path, missing[0], header, line=line, delimiter=delimiter)
    return [header.index(name) for name in names]


def _missing(path: Path, name: str, header: Sequence[str], *, line: int, delimiter: str | None) -> BadFileError:
    listed = ", ".join(shown(column) for column in header[:30]) + (", …" if len(header) > 30 else "")  # noqa: PLR2004 - a screen's width
    if len(header) == 1 and delimiter is not None and header[0] != name:
        why = f"there is no such column; read with delimiter {delimiter!r} the header is one column: {listed}."
        other = next((d for d in DELIMITERS if d != delimiter and d in header[0]), None)
        remedy = "Name the column as the header does." if other is None else f"Give the file's own delimiter: --delimiter {other!r}."
        return BadFileError(path, line=line, column=name, why=why, remedy=remedy)
    folded = {column.casefold(): column for column in header}
    near = get_close_matches(name.casefold(), folded, n=1)
    remedy = f"Did you mean {folded[near[0]]!r}?" if near else "Name one of these."
    return BadFileError(path, line=line, column=name, why=f"there is no such column; there are {listed}.", remedy=remedy)


def _ragged(path: Path, line: int, found: int, expected: int) -> BadFileError:
    remedy = "Quote cells that hold the delimiter or a line break, or complete the row."
    return BadFileError(path, line=line, why=f"{found} cells found, {expected} expected.", remedy=remedy)


def _broken(path: Path, line: int, said: str) -> BadFileError:
    if "field limit" in said:
        why = f"a cell of this row has more than {CELL_LIMIT:,} characters."
        return BadFileError(path, line=line, why=why, remedy="Shorten it, or close a quote that is left open.")
    if "unexpected end" in said:
        return BadFileError(path, line=line, why="a quote opens in this row and never closes.", remedy='Close it, or write "" for a quote.')
    if "expected after" in said:
        why = "a quoted cell goes on after its closing quote."
        return BadFileError(path, line=line, why=why, remedy='Inside quotes write "" for a quote.')
    return BadFileError(path, line=line, why=f"this row is not CSV: {said}.", remedy="Quote cells that hold quotes or line breaks.")


def _json_rows(path: Path, names: Sequence[str], lines: Iterator[str]) -> Iterator[Row]:
    cells = itemgetter(*names)
    single = len(names) == 1
    for number, record in _records(path, lines):
        try:
            found = cells(record)
        except KeyError as error:
            raise _missing(path, str(error.args[0]), list(record), line=number, delimiter=None) from None
        yield number, [found] if single else list(found)


def _records(path: Path, lines: Iterator[str]) -> Iterator[tuple[int, dict[str, Json]]]:
    empty = True
    for number, line in enumerate(lines, 1):
        if line.isspace():
            continue
        empty = False
        yield number, _record(path, number, line)
    if empty:
        raise BadFileError(path, why="it is empty.", remedy="Give one JSON object per line.")


def _record(path: Path, number: int, line: str) -> dict[str, Json]:
    remedy = "Write one JSON object per line."
    try:
        record = json.loads(line, parse_constant=str, object_pairs_hook=_unique)
    except RecursionError:
        raise BadFileError(path, line=number, why="the object is nested too deeply.", remedy=remedy) from None
    except _TwiceError as error:
        raise BadFileError(path, line=number, column=str(error), why="the object has this name twice.", remedy="Keep one.") from None
    except json.JSONDecodeError as error:
        raise BadFileError(path, line=number, why=f"this is not JSON: {error}.", remedy=remedy) from None
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        why = "this is not JSON that can be read: a number in it has thousands of digits."
        raise BadFileError(path, line=number, why=why, remedy="Shorten it, or write it as text.") from None
    if not isinstance(record, dict):
        raise BadFileError(path, line=number, why=f"this is JSON, but not an object: {shown(line.strip())}.", remedy=remedy)
    if "\\u" in line or len(line) > CELL_LIMIT:
        _check_strings(path, number, record)
    return record


class _TwiceError(ValueError):
    """A name occurs twice in one object."""


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(name for name in names if names.count(name) > 1))
    return record


def _check_strings(path: Path, number: int, value: Json) -> None:
    """Refuses what JSON can escape and text cannot hold: NUL, and halves of surrogate pairs; and cells that are too long."""
    match value:
        case str():
            if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
                why = "an escape stands for NUL or half a character."
                raise BadFileError(path, line=number, why=why, remedy="Write UTF-8 text without it.")
            if len(value) > CELL_LIMIT:
                why = f"a text of this object has more than {CELL_LIMIT:,} characters."
                raise BadFileError(path, line=number, why=why, remedy="Shorten it.")
        case dict():
            for name, item in value.items():
                _check_strings(path, number, name)
                _check_strings(path, number, item)
        case list():
            for item in value:
                _check_strings(path, number, item)
        case _:
            return
