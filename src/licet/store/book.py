"""The book: one transaction at a time, with what changed and the ledger entry of it written together or not at all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, CursorResult, Engine, Executable, Row, Table, bindparam, case, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from licet.core.ids import PersonId, TeamName
from licet.core.ledger import Event, event_bytes, leaf_hash
from licet.core.people import Person
from licet.ports import Draw, Vault
from licet.store import tables
from licet.store.engines import (
    BrokenDatabaseError,
    begin_claim,
    begin_read,
    begin_write,
    begun,
    check_schema,
    commit,
    named_errors,
    on_postgresql,
    roll_back,
)

CASE = "case"
"""The purpose under which a case's key is derived."""

MOST_KEYS = 1_000
"""Keys of cases that a transaction holds at once: one that reads a million cases reads each once or twice, and soon."""

ROWS_TO_COPY = 20
"""From so many rows on PostgreSQL takes them as a stream, which it need not parse; fewer go over in one statement."""

CLOCK_SLACK = timedelta(seconds=2)
"""How far the clock may go back (as time servers do) before acts are refused."""


CLOCK_SKEW = timedelta(seconds=10)
"""How far a machine's clock may be from the one of the database's server; leases last longer."""


class ClockWentBackError(RuntimeError):
    """The machine's clock is behind the last thing that happened."""


class ClockOffError(RuntimeError):
    """The machine's clock and the one of the database's server do not agree."""


Record = Row[*tuple[Any, ...]]
"""A row as the database gives it; each reader makes a value of the core of it."""

Records = CursorResult[*tuple[Any, ...]]
_T = TypeVar("_T")


@dataclass(slots=True, kw_only=True)
class _Late:
    """What a transaction has not said yet, and the moment of the newest entry it recorded."""

    waits: bool = False
    rows: dict[str, list[tuple[object, ...]]] = field(default_factory=dict)
    said: dict[str, tuple[object, ...]] = field(default_factory=dict)
    recorded: datetime | None = None

    def take(self) -> list[tuple[str, tuple[object, ...]]]:
        """The statements held back, with their values; the rows of one table are one statement, in the order in which they came."""
        made = [(inserting(into, rows), tuple(chain.from_iterable(rows))) for into, rows in self.rows.items()]
        made += self.said.items()
        self.rows.clear()
        self.said.clear()
        return made


def inserting(into: str, rows: Sequence[tuple[object, ...]]) -> str:
    """The statement that inserts rows on PostgreSQL."""
    marks = f"({', '.join(['%s'] * len(rows[0]))})"
    return into + ", ".join([marks] * len(rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tx:
    """An open transaction, and what readers and writers of every noun need of it.

    Attributes:
        team: whose use cases are there; None: the whole installation's.
        scoped: whose teams and use cases alone are there: somebody who has no role of the installation. None: that narrows nothing.
        acting: who signed in and works here; their entries say how they showed who they are. None: nobody in particular.
        told: what was asked `once` in a transaction that only reads; None in one that may write, where each question is asked anew.
    """

    conn: Connection
    vault: Vault
    draw: Draw
    team: TeamName | None = None
    scoped: PersonId | None = None
    acting: Person | None = None
    keys: dict[bytes, bytes] = field(default_factory=dict, repr=False)
    late: _Late = field(default_factory=_Late, repr=False)
    told: dict[tuple[object, ...], object] | None = field(default=None, repr=False)

    def once(self, question: tuple[object, ...], ask: Callable[[], _T]) -> _T:
        """The answer to a question about the database: a transaction that only reads sees one moment, so it is asked once in it.

        Args:
            question: names it, with everything that its answer depends on.
            ask: asks.
        """
        if self.told is None:
            return ask()
        if question not in self.told:
            self.told[question] = ask()
        return cast("_T", self.told[question])

    def case_key(self, salt: bytes) -> bytes:
        """The key of a case from its key material; derived once for whatever is read and written of a case around the same time."""
        found = self.keys.get(salt)
        if found is None:
            if len(self.keys) >= MOST_KEYS:
                self.keys.clear()
            found = self.keys[salt] = self.vault.key(CASE, salt)
        return found

    def insert_many(self, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
        """Inserts many rows the fast way: values go to the driver as they are, times as text from `moments.moment_text`."""
        if not rows:
            return
        named = ", ".join(f'"{column}"' for column in columns)
        into = f'INSERT INTO "{table.name}" ({named}) VALUES '  # noqa: S608 - names of our own tables
        if not on_postgresql(self.conn):
            self.conn.exec_driver_sql(f"{into}({', '.join('?' * len(columns))})", list(rows))
            return
        if len(rows) < ROWS_TO_COPY:
            self.late.rows.setdefault(into, []).extend(rows)
            self._say_unless_late()
            return
        self._say_late()
        self._copy(f'COPY "{table.name}" ({named}) FROM STDIN', rows)

    def say(self, statement: str, values: tuple[object, ...]) -> None:
        """Runs a statement of the driver's own that gives nothing back; inside `together` at its end."""
        if not on_postgresql(self.conn):
            self.conn.exec_driver_sql(statement, values)
            return
        if statement in self.late.said:
            self._say_late()  # one statement changes a row once
        self.late.said[statement] = values
        self._say_unless_late()

    def _say_unless_late(self) -> None:
        if not self.late.waits:
            self._say_late()

    @contextmanager
    def together(self) -> Iterator[None]:
        """What `say` and `insert_many` write in this block goes to PostgreSQL as one statement at its end; nothing may read it before."""
        if not on_postgresql(self.conn) or self.late.waits:
            yield
            return
        self.late.waits = True
        try:
            yield
            self._say_late()
        finally:
            self.late.waits = False
            self.late.take()

    def _say_late(self) -> None:
        """Says what was held back in one statement; PostgreSQL holds keys against each other at its end."""
        made = self.late.take()
        if not made:
            return
        *before, (last, _) = made
        held = ", ".join(f"said_{place} AS ({statement})" for place, (statement, _) in enumerate(before))
        whole = f"WITH {held} {last}" if before else last
        self.conn.exec_driver_sql(whole, tuple(chain.from_iterable(values for _, values in made)))

    def _copy(self, into: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Streams rows; what the driver says is said in SQLAlchemy's words, as of any other statement."""
        driver: Any = self.conn.dialect.loaded_dbapi
        cursor: Any = self.conn.connection.cursor()  # of the driver itself, which SQLAlchemy does not know to copy
        try:
            with cursor, cursor.copy(into) as copy:
                for row in rows:
                    copy.write_row(row)
        except driver.Error as error:
            raise DBAPIError.instance(into, None, error, driver.Error, hide_parameters=True, dialect=self.conn.dialect) from error

    def run(self, statement: Executable, rows: Sequence[Mapping[str, object]] | Mapping[str, object] | None = None) -> Records:
        """Runs a statement: once, with what its parameters stand for, or for many rows."""
        return self.conn.execute(statement, rows) if rows is not None else self.conn.execute(statement)

    def record(self, *events: Event) -> None:
        """Writes ledger entries in this transaction.

        Raises:
            ClockWentBackError: when an event lies before the last one, by more than `CLOCK_SLACK`.
        """
        if not events:
            return
        newest = max(e.at for e in events)
        if self.late.recorded is None or newest > self.late.recorded:
            check_clock(self.conn.execute(_GO_ON, {"newest": newest}).scalar_one_or_none(), newest)
            self.late.recorded = newest
        written = [(event.use_case, event_bytes(self._shown(event))) for event in events]
        self.insert_many(tables.ledger_pending, ("use_case", "body", "leaf"), [(slug, raw, leaf_hash(raw)) for slug, raw in written])

    def _shown(self, event: Event) -> Event:
        """An entry of the person who works here says how they showed who they are; those of others stay as they are."""
        if self.acting is None or event.by != self.acting.id:
            return event
        return replace(event, facts={**event.facts, "identity": self.acting.identity.value})

    def take_numbers(self, name: str, count: int) -> range:
        """Takes the next `count` numbers of a series; a number is never given twice."""
        last = self.conn.execute(_COUNT_ON, {"series": name, "count": count}).scalar_one_or_none()
        if last is None:
            self.conn.execute(insert(tables.counter).values(name=name, value=count))
            last = count
        return range(last - count + 1, last + 1)


_HEAD = tables.ledger_head.c.last_at
_NEWEST = bindparam("newest", type_=_HEAD.type)
_GO_ON = update(tables.ledger_head).values(last_at=case((_HEAD < _NEWEST, _NEWEST), else_=_HEAD)).returning(_HEAD)
"""Writes when the newest entry happened, and says when that was: later than the one at hand where the clock went back."""

_SERIES = update(tables.counter).where(tables.counter.c.name == bindparam("series"))
_COUNT_ON = _SERIES.values(value=tables.counter.c.value + bindparam("count")).returning(tables.counter.c.value)


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


def check_skew(tx: Tx, now: datetime) -> None:
    """Refuses to work where this machine's clock is not the one of the database's server; on SQLite there is only one clock.

    Several machines work on one server. One whose clock is ahead would write entries that all others lie before, for as long as it is
    ahead, and take cases from under the hands of those who decide them.

    Raises:
        ClockOffError: names both times and the remedy.
    """
    if not on_postgresql(tx.conn):
        return
    there: datetime = tx.conn.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    if abs(there - now) > CLOCK_SKEW:
        message = (
            f"The clock of this machine says {now:%Y-%m-%d %H:%M:%S} UTC, the one of the database's server "
            f"{there.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC. Nothing was done. Let a time server set both and repeat."
        )
        raise ClockOffError(message)


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
        """Takes an engine from `engines.open_engine`."""
        self._engine = engine
        self._vault = vault
        self._draw = draw

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One transaction: everything in it lasts, or nothing.

        Raises:
            DatabaseBusyError: when another process keeps the database locked.
            DatabaseUnreachableError: when the server cannot be reached.
            BrokenDatabaseError: when the file is damaged.
        """
        with self._transaction(begin_write) as tx:
            yield tx

    @contextmanager
    def claim(self) -> Iterator[Tx]:
        """As `write`, for leases and the like: no ledger entry and no number may be written in it, and it waits for no other on PostgreSQL.

        Raises:
            DatabaseBusyError, DatabaseUnreachableError, BrokenDatabaseError: as `write`.
        """
        with self._transaction(begin_claim) as tx:
            yield tx

    @contextmanager
    def _transaction(self, begin: Callable[[Connection], None]) -> Iterator[Tx]:
        with named_errors(self._engine), begun(self._engine, begin) as conn:
            try:
                yield self._tx(conn)
            except BaseException:
                roll_back(conn)
                raise
            commit(conn)

    def _tx(self, conn: Connection) -> Tx:
        return Tx(conn=conn, vault=self._vault, draw=self._draw)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A view of one moment; nothing is written.

        Raises:
            DatabaseUnreachableError: when the server cannot be reached.
            BrokenDatabaseError: when the file is damaged.
        """
        with named_errors(self._engine), begun(self._engine, begin_read) as conn:
            try:
                yield replace(self._tx(conn), told={})
            finally:
                roll_back(conn)

    def check_schema(self) -> None:
        """Refuses a database of another schema, as `engines.check_schema`.

        Raises:
            SchemaError: names both schemas and the command that helps.
            DatabaseUnreachableError, BrokenDatabaseError: when it cannot be read.
        """
        check_schema(self._engine)

    def last_moment(self) -> datetime | None:
        """When the newest ledger entry happened."""
        with self.read() as tx:
            return tx.conn.execute(select(tables.ledger_head.c.last_at)).scalar_one_or_none()

    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()


def count_rows(tx: Tx, table: str) -> int:
    """How many rows a table has; for reports on the whole installation."""
    return int(tx.conn.execute(select(func.count()).select_from(tables.metadata.tables[table])).scalar_one())
