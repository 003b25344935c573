"""The witness: keeps signed checkpoints in a file outside the database, so that a ledger cut short is noticed."""

import fcntl
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

TAIL = 8192
"""Bytes at the end of the file in which the newest checkpoint is found; each has some 200."""

NOTE = re.compile(rb"[^\n]+\n[0-9]+\n[A-Za-z0-9+/=]+\n\n\xe2\x80\x94 [^\n]+\n")
"""A checkpoint: name, size, root, an empty line, and one signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWitness:
    """Appends signed checkpoints to a file (the port `Witness`). Copy it elsewhere now and then."""

    path: Path

    def keep(self, note: str) -> None:
        """Appends one checkpoint and makes sure that it lasts; one that is the newest already is not added again.

        What a killed process left of a checkpoint is cut off; processes that keep at the same time wait for each other.

        Raises:
            OSError: when the file cannot be written.
        """
        raw = note.encode("utf-8")
        if self.newest() == note:
            return
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, stat.S_IRUSR | stat.S_IWUSR)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            start = max(0, file.seek(0, os.SEEK_END) - TAIL)
            file.seek(start)
            last = _last(file.read())
            if last is not None and last.group() == raw:
                return
            file.truncate(start + last.end() if last is not None else start)
            file.seek(0, os.SEEK_END)
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())

    def newest(self) -> str | None:
        """The checkpoint kept last; None when there is none."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
                return newest_note(file.read())
        except FileNotFoundError:
            return None


def newest_note(raw: bytes) -> str | None:
    """The last whole checkpoint in what a file of checkpoints holds; None when there is none."""
    found = _last(raw)
    return None if found is None else found.group().decode("utf-8", "replace")


def _last(raw: bytes) -> re.Match[bytes] | None:
    return next(iter([*NOTE.finditer(raw)][-1:]), None)
