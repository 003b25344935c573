"""Looks into a database behind Licet's back, with SQL of its own; where it does not answer, that is an answer too."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.crash.ground import Ground

Rows = list[tuple[Any, ...]]
GONE = (psycopg.Error, sqlite3.Error, OSError)


@dataclass(slots=True, kw_only=True)
class Eye:
    """A connection of its own; made anew when it is lost."""

    ground: Ground
    _open: "sqlite3.Connection | psycopg.Connection[tuple[Any, ...]] | None" = field(default=None, init=False)

    def rows(self, query: str) -> Rows | None:
        """What a query gives; None while the database does not answer."""
        try:
            if self._open is None:
                self._open = self._connected()
            return list(self._open.execute(query).fetchall())
        except GONE:
            self.close()
            return None

    def sure_rows(self, query: str) -> Rows:
        """As `rows`, of a database that must answer within a minute."""
        deadline = time.monotonic() + 60
        while (found := self.rows(query)) is None:
            assert time.monotonic() < deadline, "the database does not answer"
            time.sleep(0.1)
        return found

    def number(self, query: str) -> int | None:
        """The one number a query gives; None while the database does not answer."""
        found = self.rows(query)
        return None if not found else int(found[0][0] or 0)

    def sure(self, query: str) -> int:
        """As `number`, of a database that must answer within a minute."""
        return int(self.sure_rows(query)[0][0] or 0)

    def _connected(self) -> "sqlite3.Connection | psycopg.Connection[tuple[Any, ...]]":
        if self.ground.url is not None:
            return psycopg.connect(self.ground.url, autocommit=True, connect_timeout=2)
        file = self.ground.home / ".licet" / "licet.sqlite"
        return sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=2)

    def close(self) -> None:
        """Lets go of the database."""
        if self._open is not None:
            with suppress(*GONE):
                self._open.close()
            self._open = None


ROUTED = "select count(*) from routing"
QUEUED = "select count(*) from work"
UNDELIVERED = "select count(*) from effect where state = 'waiting'"
SIGNED = "select max(size) from checkpoint"


def seconds_until(holds: Callable[[], bool], *, within: float, tend: Callable[[], None]) -> float | None:
    """How long it takes until something holds; None where it takes too long."""
    began = time.monotonic()
    while not holds():
        tend()
        if time.monotonic() - began > within:
            return None
        time.sleep(0.02)
    return time.monotonic() - began
