"""The durable engine's own file: quick rather than safe, since nothing that counts stands in it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any


class QuickConnection(sqlite3.Connection):
    """A connection to a file whose last moments may be lost in a power cut."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - passed on as they come
        """Opens the file with a write-ahead log, and waits for no disk."""
        super().__init__(*arguments, **named)
        self.execute("PRAGMA journal_mode=WAL")
        self.execute("PRAGMA synchronous=OFF")


def discard_if_damaged(file: Path) -> bool:
    """Removes a file that a power cut left unreadable: what was begun in it is claimed anew when its leases end.

    Returns:
        Whether it was removed.
    """
    if not file.exists():
        return False
    try:
        with closing(sqlite3.connect(file)) as raw:
            sound = raw.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    except sqlite3.OperationalError:  # it cannot be looked at now, which says nothing about what is in it
        return False
    except sqlite3.DatabaseError:
        sound = False
    if sound:
        return False
    for part in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
        part.unlink(missing_ok=True)
    return True
