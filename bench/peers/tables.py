"""The tables that a case passes through, with Licet's columns, keys and indexes, for those who write to them without Licet."""

import sqlite3
from collections.abc import Sequence
from typing import Final, Protocol

import psycopg

TABLES: Final = """
CREATE TABLE case_item (number INTEGER PRIMARY KEY, use_case_id INTEGER NOT NULL, part VARCHAR(12) NOT NULL, digest BYTEA NOT NULL,
    external_id TEXT, place BYTEA NOT NULL, received_at VARCHAR(32) NOT NULL, labelled BOOLEAN NOT NULL, body BYTEA NOT NULL);
CREATE INDEX case_part ON case_item (use_case_id, part);
CREATE INDEX case_digest ON case_item (use_case_id, digest);
CREATE INDEX case_external ON case_item (use_case_id, external_id);
CREATE TABLE case_key (case_number INTEGER PRIMARY KEY REFERENCES case_item, salt BYTEA NOT NULL);
CREATE TABLE proposal (case_number INTEGER REFERENCES case_item, fingerprint VARCHAR(64), confidence FLOAT, familiarity FLOAT,
    body BYTEA, PRIMARY KEY (case_number, fingerprint));
CREATE TABLE routing (case_number INTEGER PRIMARY KEY REFERENCES case_item, use_case_id INTEGER NOT NULL, fingerprint VARCHAR(64) NOT NULL,
    route VARCHAR(10) NOT NULL, reason VARCHAR(40), mandate_id VARCHAR(40), at VARCHAR(32) NOT NULL);
CREATE INDEX routing_day ON routing (mandate_id, route, at);
CREATE TABLE decision (case_number INTEGER PRIMARY KEY REFERENCES case_item, use_case_id INTEGER NOT NULL, answer BYTEA NOT NULL,
    by TEXT NOT NULL, simulated BOOLEAN NOT NULL, versions TEXT NOT NULL, at VARCHAR(32) NOT NULL);
CREATE INDEX decision_use_case ON decision (use_case_id);
CREATE TABLE task (token VARCHAR(40) PRIMARY KEY, case_number INTEGER NOT NULL REFERENCES case_item, use_case_id INTEGER NOT NULL,
    kind VARCHAR(12) NOT NULL, created_at VARCHAR(32) NOT NULL, done_at VARCHAR(32), UNIQUE (case_number, kind));
CREATE INDEX task_use_case ON task (use_case_id);
CREATE TABLE ledger_entry (number INTEGER PRIMARY KEY, use_case VARCHAR(60), body BYTEA NOT NULL, leaf BYTEA NOT NULL);
CREATE INDEX ledger_use_case ON ledger_entry (use_case);
"""

Row = tuple[object, ...]


class Database(Protocol):
    """A database that bare SQL is run on."""

    def commit(self, sets: Sequence[tuple[str, Sequence[Row]]]) -> None:
        """Runs each statement with all of its rows, all in one durable transaction."""

    def commit_one(self, statement: str, row: Row) -> None:
        """Runs a statement as a durable transaction of its own."""

    def count(self, table: str) -> int:
        """How many rows a table has."""


class Sqlite:
    """A SQLite file, with every commit on the disk before it counts."""

    def __init__(self, path: str, tables: str = TABLES) -> None:
        self._conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            self._conn.execute(f"PRAGMA {pragma}")
        self._conn.executescript(tables.replace("BYTEA", "BLOB"))

    def commit(self, sets: Sequence[tuple[str, Sequence[Row]]]) -> None:
        """Runs each statement with all of its rows, all in one durable transaction."""
        self._conn.execute("BEGIN IMMEDIATE")
        for statement, rows in sets:
            self._conn.executemany(statement.replace("%s", "?"), rows)
        self._conn.execute("COMMIT")

    def commit_one(self, statement: str, row: Row) -> None:
        """Runs a statement as a durable transaction of its own."""
        self._conn.execute(statement.replace("%s", "?"), row)

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self._conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - a name written here


class Postgresql:
    """A PostgreSQL database by its address; statements of a transaction travel together."""

    def __init__(self, url: str, tables: str = TABLES) -> None:
        self._conn = psycopg.connect(url, autocommit=True, prepare_threshold=0)
        self._conn.execute(tables.encode(), prepare=False)

    def commit(self, sets: Sequence[tuple[str, Sequence[Row]]]) -> None:
        """Runs each statement with all of its rows, all in one durable transaction."""
        with self._conn.pipeline(), self._conn.transaction(), self._conn.cursor() as cursor:
            for statement, rows in sets:
                cursor.executemany(statement.encode(), rows)

    def commit_one(self, statement: str, row: Row) -> None:
        """Runs a statement as a durable transaction of its own."""
        self._conn.execute(statement.encode(), row)

    def count(self, table: str) -> int:
        """How many rows a table has."""
        row = self._conn.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 - a name written here
        return int(row[0]) if row else 0


def opened(database: str, tables: str = TABLES) -> Database:
    """Opens a database by its address or the path of a file, and makes the tables in it."""
    return Postgresql(database, tables) if database.startswith("postgresql://") else Sqlite(database, tables)
