"""The book: one transaction at a time, with what changed and the ledger entry of it written together or not at all."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    Executable,
    Result,
    Row,
    Table,
    create_engine,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DatabaseError, OperationalError

from licet.core.ledger import Event, event_bytes, leaf_hash
from licet.ports import Draw, Vault
from licet.store import tables

CASE = "case"
"""The purpose under which a case's key is derived."""

HEAD = "0001"
"""The schema this code writes; `licet db upgrade` brings an older database here."""

BUSY_AFTER = timedelta(seconds=10)
"""How long a short command waits for another process to finish writing."""

CLOCK_SLACK = timedelta(seconds=2)
"""How far the clock may go back (as time servers do) before acts are refused."""


class DatabaseMissingError(LookupError):
    """There is no database where one was expected."""


class DatabaseBusyError(RuntimeError):
    """Another process holds the database for longer than we wait."""


class SchemaError(RuntimeError):
    """The database was written by an older or a newer Licet."""


class ClockWentBackError(RuntimeError):
    """The machine's clock is behind the last thing that happened."""


class BrokenDatabaseError(RuntimeError):
    """The file is not a database of ours, or is damaged."""


Record = Row[*tuple[Any, ...]]
"""A row as the database gives it; each reader makes a value of the core of it."""

Records = Result[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tx:
    """An open transaction, and what readers and writers of every noun need of it."""

    conn: Connection
    vault: Vault
    draw: Draw
    keys: dict[bytes, bytes] = field(default_factory=dict, repr=False)

    def case_key(self, salt: bytes) -> bytes:
        """The key of a case from its key material; derived once in a transaction."""
        found = self.keys.get(salt)
        if found is None:
            found = self.keys[salt] = self.vault.key(CASE, salt)
        return found

    def insert_many(self, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
        """Inserts many rows the fast way: values go to the driver as they are, times as text from `moments.moment_text`."""
        if not rows:
            return
        mark = "?" if self.conn.dialect.paramstyle == "qmark" else "%s"
        named = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join([mark] * len(columns))
        self.conn.exec_driver_sql(f'INSERT INTO "{table.name}" ({named}) VALUES ({marks})', list(rows))  # noqa: S608 - names of our own tables

    def run(self, statement: Executable, rows: Sequence[Mapping[str, object]] | None = None) -> Records:
        """Runs a statement, once or for many rows."""
        return cast("Records", self.conn.execute(statement, rows) if rows is not None else self.conn.execute(statement))

    def record(self, *events: Event) -> None:
        """Writes ledger entries in this transaction.

        Raises:
            ClockWentBackError: when an event lies before the last one, by more than `CLOCK_SLACK`.
        """
        if not events:
            return
        last = self.conn.execute(select(tables.ledger_head.c.last_at)).scalar_one_or_none()
        newest = max(e.at for e in events)
        check_clock(last, newest)
        written = [(event.use_case, event_bytes(event)) for event in events]
        self.insert_many(tables.ledger_pending, ("use_case", "body", "leaf"), [(slug, raw, leaf_hash(raw)) for slug, raw in written])
        if last is not None and newest > last:
            self.conn.execute(update(tables.ledger_head).values(last_at=newest))

    def take_numbers(self, name: str, count: int) -> range:
        """Takes the next `count` numbers of a series; a number is never given twice."""
        series = tables.counter
        row = self.conn.execute(select(series.c.value).where(series.c.name == name)).scalar_one_or_none()
        if row is None:
            self.conn.execute(insert(series).values(name=name, value=count))
            return range(1, count + 1)
        self.conn.execute(update(series).where(series.c.name == name).values(value=row + count))
        return range(row + 1, row + count + 1)


def check_clock(last: datetime | None, now: datetime) -> None:
    """Refuses a moment that lies before the last entry of the ledger.

    Raises:
        ClockWentBackError: names both times and the remedy.
    """
    if last is not None and now < last - CLOCK_SLACK:
        message = (
            f"The clock says {now:%Y-%m-%d %H:%M:%S} UTC, but something happened at {last:%Y-%m-%d %H:%M:%S} UTC already. "
            "Nothing was done. Set the clock right and repeat."
        )
        raise ClockWentBackError(message)


def made_id(result: CursorResult[tuple[object, ...]]) -> int:
    """The number the database gave to the row just inserted.

    Raises:
        BrokenDatabaseError: when it gave none.
    """
    key = result.inserted_primary_key
    if key is None:
        raise BrokenDatabaseError("The database gave no number to a new row. Restore a backup with `licet restore`.")
    return int(key[0])


class Book:
    """The database. Readers see one moment; writers come one after the other."""

    def __init__(self, engine: Engine, vault: Vault, draw: Draw) -> None:
        """Takes an engine from `open_engine`."""
        self._engine = engine
        self._vault = vault
        self._draw = draw

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One transaction: everything in it lasts, or nothing.

        Raises:
            DatabaseBusyError: when another process keeps the database locked.
            BrokenDatabaseError: when the file is damaged.
        """
        with _named_errors(), self._engine.connect() as conn:
            conn.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield Tx(conn=conn, vault=self._vault, draw=self._draw)
            except BaseException:
                _roll_back(conn)
                raise
            conn.exec_driver_sql("COMMIT")

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A view of one moment; nothing is written.

        Raises:
            BrokenDatabaseError: when the file is damaged.
        """
        with _named_errors(), self._engine.connect() as conn:
            conn.exec_driver_sql("BEGIN")
            try:
                yield Tx(conn=conn, vault=self._vault, draw=self._draw)
            finally:
                _roll_back(conn)

    def last_moment(self) -> datetime | None:
        """When the newest ledger entry happened."""
        with self.read() as tx:
            return tx.conn.execute(select(tables.ledger_head.c.last_at)).scalar_one_or_none()

    def close(self) -> None:
        """Lets go of the file."""
        self._engine.dispose()


def _roll_back(conn: Connection) -> None:
    """Takes a transaction back; after Ctrl-C in a statement the connection is closed, on a full disk SQLite took it back itself."""
    if not conn.invalidated:
        with suppress(OperationalError):
            conn.exec_driver_sql("ROLLBACK")


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if "locked" in str(error.orig) or "busy" in str(error.orig):
            message = (
                f"Another process has been writing to the database for more than {BUSY_AFTER.seconds} seconds. "
                "Nothing was done. Wait for it to end and repeat."
            )
            raise DatabaseBusyError(message) from error
        raise BrokenDatabaseError(_broken(error)) from error
    except DatabaseError as error:
        if isinstance(error.orig, sqlite3.IntegrityError):
            raise
        raise BrokenDatabaseError(_broken(error)) from error


def _broken(error: DatabaseError) -> str:
    return f"The database cannot be read or written: {error.orig}. Check the disk, or restore a backup with `licet restore`."


def open_engine(path: Path, *, create: bool = False, through_power_cuts: bool = True) -> Engine:
    """Opens the SQLite file with the settings everything here relies on: WAL, full synchronisation, foreign keys, secure deletion.

    Args:
        path: the database file.
        create: whether it may be made.
        through_power_cuts: whether each commit waits for the disk; without it commits outlive a killed process only. False in
            pretend worlds alone.

    Raises:
        DatabaseMissingError: when it is not there and may not be made.
    """
    if not create and not path.exists():
        message = f"There is no database at {str(path)!r}. Create one with `licet init`, or name the right folder with --home."
        raise DatabaseMissingError(message)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_AFTER.total_seconds()})
    event.listen(engine, "connect", _prepare)
    if not through_power_cuts:
        event.listen(engine, "connect", _hasten)
    return engine


def _hasten(raw: sqlite3.Connection, record: object) -> None:
    del record
    raw.execute("PRAGMA synchronous=OFF")


def _prepare(raw: sqlite3.Connection, record: object) -> None:
    del record
    raw.isolation_level = None
    wait = f"busy_timeout={int(BUSY_AFTER.total_seconds() * 1000)}"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", wait):
        raw.execute(f"PRAGMA {pragma}")


def check_schema(engine: Engine) -> None:
    """Refuses a database of another schema.

    Raises:
        SchemaError: names both schemas and the command that helps.
    """
    found = schema_of(engine)
    if found == HEAD:
        return
    if found is None:
        raise SchemaError("The file holds no Licet database. Create one with `licet init`, or restore a backup with `licet restore`.")
    if found < HEAD:
        message = f"The database has schema {found}, this Licet writes {HEAD}. Back it up, then run `licet db upgrade`."
        raise SchemaError(message)
    raise SchemaError(f"The database has schema {found}, newer than this Licet's {HEAD}. Install the newer Licet again.")


def schema_of(engine: Engine) -> str | None:
    """The schema a database has; None where there is none."""
    with _named_errors(), engine.connect() as conn:
        there = conn.execute(text("select count(*) from sqlite_master where name = 'alembic_version'")).scalar_one()
        return conn.execute(text("select version_num from alembic_version")).scalar_one_or_none() if there else None


def count_rows(tx: Tx, table: str) -> int:
    """How many rows a table has; for reports on the whole installation."""
    return int(tx.conn.execute(select(func.count()).select_from(tables.metadata.tables[table])).scalar_one())
