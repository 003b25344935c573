"""A zip file that somebody else made: its entries, read one at a time, with limits on everything that can be made too large."""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import zstandard

from licet.edge.bad_file import BadFileError, shown

FILE_LIMIT = 2**30
"""Bytes of a zip file."""
DIRECTORY_LIMIT = 20 * 2**20
"""Bytes of its directory, which is read at once: about 200,000 entries."""
ENTRY_LIMIT = 64 * 2**20
"""Bytes of an entry once it is unpacked."""
TOTAL_LIMIT = 2 * 2**30
"""Bytes of all entries that are read, once they are unpacked."""
WINDOW_LIMIT = 2**25
"""Bytes that unpacking zstd may look back."""

STORED, DEFLATED, ZSTD = 0, 8, 93
_END, _LOCAL = b"PK\x05\x06", b"PK\x03\x04"
_END_SIZE, _LOCAL_SIZE, _LONGEST_COMMENT = 22, 30, 65_535
_ENCRYPTED = 1
_AGAIN = "Copy it again from where it was made."
_ASTRAY = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|\\|\0")


@dataclass(slots=True)
class Zip:
    """An open zip file. Nothing of it is ever written anywhere.

    Attributes:
        path: the file.
        names: of its entries, in their order.
    """

    path: Path
    names: Sequence[str]
    _entries: dict[str, zipfile.ZipInfo]
    _entry_limit: int
    _read: int = field(default=0)

    @classmethod
    def at(cls, path: Path, *, entry_limit: int | None = None) -> Self:
        """Opens a file and reads its directory.

        Args:
            path: the file.
            entry_limit: bytes that an entry may have once it is unpacked; more of it is never unpacked. None: `ENTRY_LIMIT`.

        Raises:
            BadFileError: when it is too large, cut off, or has names that lead out of it, twice the same, or an encrypted entry.
        """
        _check_size(path)
        try:
            with zipfile.ZipFile(path) as opened:
                entries = opened.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError):
            raise BadFileError(path, why="this zip file's directory cannot be read; it is damaged.", remedy=_AGAIN) from None
        found: dict[str, zipfile.ZipInfo] = {}
        for one in entries:
            if one.header_offset < 0:
                raise BadFileError(path, why="this zip file's directory leads to before its beginning; it is damaged.", remedy=_AGAIN)
            _check_entry(path, one, found)
            found[one.filename] = one
        return cls(path, tuple(found), found, ENTRY_LIMIT if entry_limit is None else entry_limit)

    def is_plain(self, name: str) -> bool:
        """Whether an entry is a file: no folder, no link, no device."""
        one = self._entries[name]
        return not one.is_dir() and stat.S_IFMT(one.external_attr >> 16) in {0, stat.S_IFREG}

    def read(self, name: str) -> bytes:
        """Unpacks an entry.

        Raises:
            BadFileError: when it is damaged, too large, or packed in a way that is not known.
        """
        one = self._entries[name]
        raw = self._packed(one)
        try:
            unpacked = _unpacked(one.compress_type, raw, self._entry_limit)
        except (zlib.error, zstandard.ZstdError):
            raise self._damaged(name) from None
        if unpacked is None:
            why = f"entry {shown(name)} is packed by method {one.compress_type}; zstd, deflate and stored are known."
            raise BadFileError(self.path, why=why, remedy="Export it as JSON.")
        self._read += len(unpacked)
        if len(unpacked) > self._entry_limit:
            raise self._too_large(f"entry {shown(name)} has more than {self._entry_limit:,} bytes when it is unpacked.")
        if self._read > TOTAL_LIMIT:
            raise self._too_large(f"its entries have more than {TOTAL_LIMIT:,} bytes when they are unpacked.")
        if zlib.crc32(unpacked) != one.CRC:
            raise self._damaged(name)
        return unpacked

    def _packed(self, one: zipfile.ZipInfo) -> bytes:
        """An entry as it lies in the file, behind a header of its own that may be longer than the directory says."""
        with self.path.open("rb") as stream:
            stream.seek(one.header_offset)
            head = stream.read(_LOCAL_SIZE)
            if len(head) < _LOCAL_SIZE or not head.startswith(_LOCAL):
                raise self._damaged(one.filename)
            stream.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), io.SEEK_CUR)
            raw = stream.read(min(one.compress_size, FILE_LIMIT))
        if len(raw) < one.compress_size:
            raise self._damaged(one.filename)
        return raw

    def _damaged(self, name: str) -> BadFileError:
        return BadFileError(self.path, why=f"entry {shown(name)} is damaged or cut off.", remedy=_AGAIN)

    def _too_large(self, why: str) -> BadFileError:
        return BadFileError(self.path, why=why, remedy="Export it as JSON Lines or CSV, which are read row by row.")


def _check_size(path: Path) -> None:
    if not path.is_file():
        raise BadFileError(path, why="there is no such file.", remedy="Check the path.")
    size = path.stat().st_size
    if size > FILE_LIMIT:
        raise BadFileError(path, why=f"it has {size:,} bytes; {FILE_LIMIT:,} are the most that is read.", remedy="Export it as CSV.")
    with path.open("rb") as stream:
        stream.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT))
        tail = stream.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < _END_SIZE:
        why = "this zip file has no directory at its end; it is cut off."
        raise BadFileError(path, why=why, remedy=_AGAIN)
    directory = int.from_bytes(tail[end + 12 : end + 16], "little")
    if directory > DIRECTORY_LIMIT:
        why = f"this zip file's directory has {directory:,} bytes; {DIRECTORY_LIMIT:,} are the most that is read."
        raise BadFileError(path, why=why, remedy="Export it as JSON Lines or CSV, which are read row by row.")


def _check_entry(path: Path, one: zipfile.ZipInfo, found: dict[str, zipfile.ZipInfo]) -> None:
    name = one.filename
    if _ASTRAY.search(name) or name != one.orig_filename:
        why = f"entry {shown(one.orig_filename)} has a name that leads out of the file."
        raise BadFileError(path, why=why, remedy="Do not trust this file; ask whoever gave it to you.")
    if name in found:
        why = f"it has two entries of the name {shown(name)}, and nobody knows which one counts."
        raise BadFileError(path, why=why, remedy="Export it again with the tool that made it.")
    if one.flag_bits & _ENCRYPTED:
        raise BadFileError(path, why=f"entry {shown(name)} is encrypted.", remedy="Export it without a password.")


def _unpacked(method: int, raw: bytes, limit: int) -> bytes | None:
    """The bytes, at most one more than an entry may have; None where the method is not known."""
    if method == STORED:
        return raw
    if method == DEFLATED:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(raw, limit + 1)
    if method == ZSTD:
        with zstandard.ZstdDecompressor(max_window_size=WINDOW_LIMIT).stream_reader(raw, read_across_frames=True) as stream:
            return stream.read(limit + 1)
    return None
