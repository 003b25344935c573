"""An event log in CSV or JSON Lines: delimiter and encoding found out and said, read row by row."""

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, Self

from licet.core.log_reading import Guess, LogWish
from licet.edge.bad_file import BadFileError
from licet.edge.log_table import PIECE, Piece
from licet.edge.tables import Cells, Reading, delimiter_of, header_of, is_json_lines, rows_of

NOT_UTF8: Final = "cp1252"
"""What a file is read in that is not UTF-8: most exports of older office programs."""
_MARKS: Final = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """A table of text.

    Attributes:
        path: the file.
        reading: encoding and delimiter, as they were said or found out.
        guesses: how they were found out.
    """

    path: Path
    reading: Reading
    guesses: tuple[Guess, ...]

    @classmethod
    def at(cls, path: Path, wish: LogWish) -> Self:
        """Finds out how a file is written.

        Raises:
            BadFileError: when it cannot be opened or is empty.
        """
        encoding, why = (wish.encoding, "You said so.") if wish.encoding else _encoding(path)
        reading = Reading(encoding=encoding, delimiter=wish.delimiter)
        found = [Guess(role="encoding", column=encoding, why=why, told=bool(wish.encoding))]
        if not is_json_lines(path):
            reading = replace(reading, delimiter=delimiter_of(path, reading))
            why = "You said so." if wish.delimiter else "It is there most often in the header line, outside quotes."
            found.append(Guess(role="delimiter", column=str(reading.delimiter), why=why, told=bool(wish.delimiter)))
        return cls(path=path, reading=reading, guesses=tuple(found))

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return header_of(self.path, self.reading)

    def first(self, names: Sequence[str], rows: int) -> list[Sequence[str]]:
        """So many rows from the start."""
        return [_texts(cells) for _, cells in islice(rows_of(self.path, names, self.reading), rows)]

    def pieces(self, names: Sequence[str]) -> Iterator[Piece]:
        """The whole table, piece by piece."""
        rows = rows_of(self.path, names, self.reading)
        plain = not is_json_lines(self.path)
        while piece := list(islice(rows, PIECE)):
            cells = [row for _, row in piece] if plain else [_texts(row) for _, row in piece]
            yield [line for line, _ in piece], list(zip(*cells, strict=True))

    def settled(self, wish: LogWish) -> LogWish:
        """The wish, with how the file is written."""
        return replace(wish, delimiter=self.reading.delimiter, encoding=self.reading.encoding)


def _encoding(path: Path) -> tuple[str, str]:
    """What a file is written in: by its first bytes, else UTF-8 where all of it is, else `NOT_UTF8`."""
    if not path.is_file():
        raise BadFileError(path, why="there is no such file.", remedy="Check the path.")
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as stream:
        mark = _MARKS.get(stream.read(2))
        if mark is not None:
            return mark, "Its first two bytes say so."
        stream.seek(0)
        try:
            for chunk in iter(lambda: stream.read(_CHUNK), b""):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return NOT_UTF8, "It is not UTF-8; most exports of older office programs are this. Check a name with an accent."
    return "utf-8", "All of it can be read so."


def _texts(cells: Cells) -> list[str]:
    return ["" if cell is None else cell if isinstance(cell, str) else str(cell) for cell in cells]
