"""Engines: opens the database, a SQLite file or PostgreSQL by address, and says in words why it cannot be used."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from licet.store.statements import sharing

HEAD = "0006"
"""The schema this code writes; `licet db upgrade` brings an older database here."""

LAST = "0006"
"""The schema after this release's `post_` steps, which `licet db upgrade --post` takes; the same where it has none."""

NEEDS = "schema."
"""Before a schema's number, the name of the counter that says the oldest schema whose code still runs on it."""

BUSY_AFTER = timedelta(seconds=10)
"""How long a short command waits for another process to finish writing."""

WRITERS = 0x6C69636574
"""The advisory lock that PostgreSQL gives to one writer at a time: `licet` in ASCII."""

POSTGRESQL = ("postgresql", "postgres")
"""How the address of a PostgreSQL database begins."""

FAILED = 3
"""How libpq calls a transaction in which a statement failed (PQTRANS_INERROR)."""

HERE = ("localhost", "127.0.0.1", "::1")
"""Hosts that are this machine: nobody listens in between, and TLS is used only when it is asked for."""

NO_ENTRY = ("28000", "28P01", "3D000", "53300", "57P03")
"""PostgreSQL's codes for who or what is not let in: a user, a password, a database, one too many, a server that starts."""


Database: TypeAlias = Engine
"""An opened database, for whoever passes it on and knows nothing of SQL."""


class DatabaseMissingError(LookupError):
    """There is no database where one was expected."""


class DatabaseAddressError(ValueError):
    """The address of a database is none."""


class DatabaseUnreachableError(RuntimeError):
    """The database's server does not answer, or does not let us in."""


class DatabaseBusyError(RuntimeError):
    """Another process holds the database for longer than we wait."""


class SchemaError(RuntimeError):
    """The database was written by an older or a newer Licet."""


class BrokenDatabaseError(RuntimeError):
    """The file is not a database of ours, or is damaged."""


def on_postgresql(conn: Connection) -> bool:
    """Whether a connection leads to PostgreSQL; otherwise it is a SQLite file."""
    return conn.dialect.name == "postgresql"


SERVING = {"pool_size": 10, "max_overflow": 30}
"""Connections of a process that serves: a few, and more under load."""

SERVED = {
    "options": "-c idle_in_transaction_session_timeout=15000 -c lock_timeout=10000 -c statement_timeout=60000",
    "connect_timeout": 5,
    "tcp_user_timeout": 25_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
"""What a connection of such a process tells PostgreSQL, in milliseconds where it is PostgreSQL's: nobody waits without a limit.

A worker that stands still in a transaction holds up nobody for long; a lock, a statement, and a server whose machine is gone are not
waited for longer than that.
"""

TOO_SLOW = "57014"
"""PostgreSQL's code for a statement that took longer than it may."""


def open_engine(
    path: Path, *, url: str | None = None, create: bool = False, through_power_cuts: bool = True, serving: bool = False
) -> Engine:
    """Opens the SQLite file with the settings everything here relies on (WAL, full synchronisation, foreign keys, secure deletion).

    Args:
        path: the database file.
        url: the address of a PostgreSQL database; the file is left alone where there is one.
        create: whether the file may be made.
        through_power_cuts: whether each commit waits for the disk; without it commits outlive a killed process only. False in
            pretend worlds alone.
        serving: for a process with many threads that runs for long.

    Raises:
        DatabaseMissingError: when it is not there and may not be made.
        DatabaseAddressError: when the address is none of a PostgreSQL database.
    """
    if url is not None:
        return _open_postgresql(url, serving=serving)
    if not create and not path.exists():
        message = (
            f"There is no database at {str(path)!r}. Create one with `licet init`, name the right folder with --home, "
            "or set LICET_DATABASE_URL if it is on PostgreSQL."
        )
        raise DatabaseMissingError(message)
    pool = SERVING if serving else {}
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_AFTER.total_seconds()}, **pool)
    event.listen(engine, "connect", _prepare)
    if not through_power_cuts:
        event.listen(engine, "connect", _hasten)
    return sharing(engine)


def _hasten(raw: sqlite3.Connection, record: object) -> None:
    del record
    raw.execute("PRAGMA synchronous=OFF")


def _prepare(raw: sqlite3.Connection, record: object) -> None:
    del record
    raw.isolation_level = None
    wait = f"busy_timeout={int(BUSY_AFTER.total_seconds() * 1000)}"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", wait):
        raw.execute(f"PRAGMA {pragma}")


# --- PostgreSQL --------------------------------------------------------------------------------------------------------


def _open_postgresql(raw: str, *, serving: bool) -> Engine:
    """An engine that begins and ends transactions by statement, as the one of SQLite does; nothing it says shows what is stored."""
    url = address(raw)
    engine = create_engine(
        url.set(drivername="postgresql+psycopg", query={}),
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args={"application_name": "licet", "client_encoding": "utf8", **_tls(url), **(SERVED if serving else {})},
        **(SERVING if serving else {}),
    )
    engine.dialect.use_insertmanyvalues_wo_returning = True
    return sharing(engine)


def address(raw: str) -> URL:
    """Reads the address of a PostgreSQL database.

    Raises:
        DatabaseAddressError: says what an address looks like, and nothing of the one given: it may hold a password.
    """
    try:
        url = make_url(raw)
        sound = url.drivername in POSTGRESQL and bool(url.host and url.database) and set(url.query) <= {"sslmode"}
    except (ArgumentError, ValueError):
        sound = False
    if not sound:
        message = (
            "LICET_DATABASE_URL is not the address of a PostgreSQL database. "
            "Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with ?sslmode=verify-full, require or disable where that is meant."
        )
        raise DatabaseAddressError(message)
    return url


def connection_mode(raw: str) -> tuple[str, str]:
    """The host of an address, and how the way to it is protected: verify-full, require or disable; `local` on this machine.

    Raises:
        DatabaseAddressError: as `address`.
    """
    url = address(raw)
    return str(url.host), "local" if url.host in HERE else _tls(url)["sslmode"]


def _tls(url: URL) -> dict[str, str]:
    """What protects the way to the server: a checked certificate, unless the address says otherwise or the server is this machine."""
    match url.query.get("sslmode", "disable" if url.host in HERE else "verify-full"):
        case "verify-full":
            return {"sslmode": "verify-full", "sslrootcert": "system"}
        case "require" | "disable" as mode:
            return {"sslmode": mode}
        case mode:
            message = f"LICET_DATABASE_URL says sslmode={mode!r}; write verify-full, require or disable."
            raise DatabaseAddressError(message)


def begun(engine: Engine, begin: Callable[[Connection], None]) -> Connection:
    """A connection with a transaction begun on it; one that broke while nobody used it is replaced once, without a question beforehand."""
    try:
        return _begun(engine, begin)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    return _begun(engine, begin)


def _begun(engine: Engine, begin: Callable[[Connection], None]) -> Connection:
    conn = engine.connect()
    try:
        begin(conn)
    except BaseException:
        roll_back(conn)
        conn.close()
        raise
    return conn


def begin_write(conn: Connection) -> None:
    """Begins a transaction that writes. One writer runs at a time, so that ledger entries are in the order of what happened."""
    if on_postgresql(conn):
        wait = int(BUSY_AFTER.total_seconds() * 1000)
        conn.exec_driver_sql(f"BEGIN; SET LOCAL lock_timeout = {wait}; SELECT pg_advisory_xact_lock({WRITERS})")
    else:
        conn.exec_driver_sql("BEGIN IMMEDIATE")


def begin_claim(conn: Connection) -> None:
    """Begins a transaction that writes leases and the like, and no ledger entry: on PostgreSQL many run beside each other."""
    conn.exec_driver_sql("BEGIN" if on_postgresql(conn) else "BEGIN IMMEDIATE")


def begin_read(conn: Connection) -> None:
    """Begins a transaction that sees one moment."""
    conn.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if on_postgresql(conn) else "BEGIN")


def commit(conn: Connection) -> None:
    """Commits. After a statement that failed PostgreSQL takes everything back at COMMIT, and does not call that an error; here it is one.

    Raises:
        BrokenDatabaseError: where a failure was passed over, so that nothing was written.
    """
    if on_postgresql(conn):
        raw: Any = conn.connection.driver_connection
        if raw.info.transaction_status == FAILED:
            roll_back(conn)
            raise BrokenDatabaseError("A statement failed and was passed over, so that nothing was written. This is a bug; report it.")
    conn.exec_driver_sql("COMMIT")


def roll_back(conn: Connection) -> None:
    """Takes a transaction back; after Ctrl-C in a statement the connection is closed, on a full disk SQLite took it back itself."""
    if not conn.invalidated:
        with suppress(DBAPIError, ConnectionError):
            conn.exec_driver_sql("ROLLBACK")


@contextmanager
def named_errors(engine: Engine) -> Iterator[None]:
    """Says in words what a database says in codes; a broken constraint stays `IntegrityError` on every database.

    Raises:
        DatabaseBusyError, DatabaseUnreachableError, BrokenDatabaseError: each with what to do.
    """
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        code, says = _said(error)
        if code.startswith("23"):  # PostgreSQL's details show the value that was not wanted
            raise IntegrityError("(hidden)", None, ValueError(says)) from None
        if isinstance(error, IntegrityError):
            raise
        raise _named(error, engine.url) from error
    except NoConnectionError as error:
        raise DatabaseBusyError(
            "All connections of this process to the database are in use, for half a minute already. Nothing was done. Repeat it."
        ) from error
    except ConnectionError as error:
        if engine.url.host is None:
            raise
        raise _unreachable(engine.url, str(error)) from error


def _named(error: DBAPIError, url: URL) -> Exception:
    code, says = _said(error)
    locked = isinstance(error, OperationalError) and ("locked" in says or "busy" in says)
    if code == TOO_SLOW:
        return DatabaseBusyError(
            f"{_where(url)} did not answer within a minute ({says}). Nothing was done. Check the server's load and its disk, and repeat."
        )
    if locked or code == "55P03":
        return DatabaseBusyError(
            f"Another process has been writing to the database for more than {BUSY_AFTER.seconds} seconds. "
            "Nothing was done. Wait for it to end and repeat."
        )
    if url.host is None:
        return BrokenDatabaseError(
            f"The database cannot be read or written: {says}. Check the disk, or restore a backup with `licet restore`."
        )
    lost = isinstance(error, InterfaceError | OperationalError) and not code
    if lost or code in NO_ENTRY or code.startswith(("08", "57P")):
        return _unreachable(url, says)
    return BrokenDatabaseError(
        f"{_where(url)} refused: {says} ({code}). Check the rights of {url.username!r}, the server's log and its disk."
    )


def _unreachable(url: URL, says: str) -> DatabaseUnreachableError:
    said = says.rstrip(".?! ")
    return DatabaseUnreachableError(
        f"{_where(url)} cannot be reached as {url.username!r}: {said}. Check that the server runs and LICET_DATABASE_URL is right."
    )


def _where(url: URL) -> str:
    return f"The database {url.database!r} on {url.host}:{url.port or 5432}"


def _said(error: DBAPIError) -> tuple[str, str]:
    """PostgreSQL's code (empty for SQLite, and where no server answered) and what the database said."""
    orig = error.orig
    code = getattr(orig, "sqlstate", None) or ""
    says = getattr(getattr(orig, "diag", None), "message_primary", None)
    return code, says or " ".join(str(orig).split())


# --- the schema --------------------------------------------------------------------------------------------------------


def check_schema(engine: Engine) -> None:
    """Refuses a database of another schema.

    Raises:
        SchemaError: names both schemas and the command that helps.
    """
    found = schema_of(engine)
    if found is None:
        raise SchemaError("There is no Licet database in it. Create one with `licet init`, or restore a backup with `licet restore`.")
    if found < HEAD:
        message = f"The database has schema {found}, this Licet writes {HEAD}. Back it up, then run `licet db upgrade`."
        raise SchemaError(message)
    if found > LAST and not _runs_on(engine, found):
        raise SchemaError(f"The database has schema {found}, newer than this Licet's {HEAD}. Install the newer Licet again.")


def _runs_on(engine: Engine, found: str) -> bool:
    """Whether a newer Licet has only added to the schema so far: then the release before runs on, until it is replaced."""
    with named_errors(engine), engine.connect() as conn:
        needs = conn.execute(text("select value from counter where name = :name"), {"name": NEEDS + found}).scalar_one_or_none()
    return needs is not None and needs <= int(LAST)


def schema_of(engine: Engine) -> str | None:
    """The schema a database has; None where there is none."""
    with named_errors(engine), engine.connect() as conn:
        there = inspect(conn).has_table("alembic_version")
        return conn.execute(text("select version_num from alembic_version")).scalar_one_or_none() if there else None
