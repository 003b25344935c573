"""Unpacking a gzip file a little at a time, so that no file, whatever it unpacks to, takes more memory than a piece of it."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from licet.edge.bad_file import BadFileError

CHUNK: Final = 1 << 16
"""Bytes that are read, or come out, at once."""
UNPACKED_LIMIT: Final = 4 * 2**30
"""Bytes of a file once it is unpacked."""
MAGIC: Final = b"\x1f\x8b"
_GZIP: Final = 31
"""What zlib calls a gzip header with the largest window."""


def chunks_of(path: Path) -> Iterator[bytes]:
    """A file's bytes, unpacked where its first bytes say that it is gzipped, whatever it is called.

    Raises:
        BadFileError: when it is not there, is damaged or cut off, or unpacks to more than `UNPACKED_LIMIT`.
    """
    if not path.is_file():
        raise BadFileError(path, why="there is no such file.", remedy="Check the path.")
    read = 0
    with path.open("rb") as stream:
        packed = stream.read(2) == MAGIC
        stream.seek(0)
        for chunk in _unpacked(path, stream) if packed else iter(lambda: stream.read(CHUNK), b""):
            read += len(chunk)
            if read > UNPACKED_LIMIT:
                why = f"it has more than {UNPACKED_LIMIT:,} bytes when it is unpacked."
                raise BadFileError(path, why=why, remedy="Bring a shorter time of the process.")
            yield chunk


def _unpacked(path: Path, stream: BinaryIO) -> Iterator[bytes]:
    """Unpacks one part of a gzip file after the other; zeros between and behind them are padding."""
    unpacker = None
    try:
        for packed in iter(lambda: stream.read(CHUNK), b""):
            left = packed
            while left:
                if unpacker is None:
                    left = left.lstrip(b"\0")
                    unpacker = zlib.decompressobj(_GZIP) if left else None
                    continue
                yield unpacker.decompress(left, CHUNK)
                left = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
                unpacker = None if unpacker.eof else unpacker
    except zlib.error:
        raise BadFileError(path, why="its gzip packing is damaged.", remedy="Copy it again from where it was made.") from None
    if unpacker is not None:
        raise BadFileError(path, why="its gzip packing is cut off.", remedy="Copy it again from where it was made.")
