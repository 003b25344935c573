"""The durable engine's own file: quick rather than safe, since nothing that counts stands in it."""

import sqlite3
from typing import Any


class QuickConnection(sqlite3.Connection):
    """A connection to a file whose last moments may be lost in a power cut."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - passed on as they come
        """Opens the file with a write-ahead log, and waits for no disk."""
        super().__init__(*arguments, **named)
        self.execute("PRAGMA journal_mode=WAL")
        self.execute("PRAGMA synchronous=OFF")
