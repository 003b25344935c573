"""Copies of the database: one moment of it while others write, and whether its file is whole."""

import sqlite3
from contextlib import closing
from pathlib import Path

from licet.store.engines import BrokenDatabaseError

BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a database file; the first holds what was committed last."""


def copy_database(database: Path, copy: Path) -> None:
    """Writes one moment of the database into a new file; others may read and write meanwhile.

    Raises:
        BrokenDatabaseError: when the database cannot be read or the copy not be written.
    """
    try:
        with closing(_readable(database)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except sqlite3.Error as error:
        message = f"{str(database)!r} cannot be copied: {error}. Check the disk, or restore an earlier backup with `licet restore`."
        raise BrokenDatabaseError(message) from error


def check_whole(database: Path) -> None:
    """Looks through the file for damage.

    Raises:
        BrokenDatabaseError: names the first damage found.
    """
    try:
        with closing(_readable(database)) as raw:
            found = str(raw.execute("pragma quick_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        found = str(error)
    if found != "ok":
        message = f"{str(database)!r} is damaged: {found}. Restore a backup with `licet restore`."
        raise BrokenDatabaseError(message)


def _readable(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
