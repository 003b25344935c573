"""Writing a file whole or not at all: whoever reads it never sees half of it, whatever is killed when."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

PRIVATE = 0o600
"""Readable by its owner only: for cases."""
SHARED = 0o666
"""As the umask says: for files of a repository."""


@contextmanager
def written_whole(path: Path, mode: int) -> Iterator[TextIO]:
    """Opens a new file beside `path`, which takes its name when all is written and flushed to disk.

    Args:
        path: the file to write or replace; its folder must exist.
        mode: permissions, `PRIVATE` or `SHARED`, before the umask.

    Yields:
        A UTF-8 text stream that translates no line ends. When the block raises, `path` stays as it was and nothing is left.

    Raises:
        OSError: when the folder is missing, full or not writable.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    part.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(part, flags, mode), "w", encoding="utf-8", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
