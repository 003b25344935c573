"""Group commit: transactions of several threads of one process share one commit, each for itself until then.

A commit waits for the disk, and a hundred cases that come in at once would wait a hundred times. Here a thread that has done its
part hands the open transaction to the next one that waits, and the last of them commits for all. Nobody is told that something
was done before that commit. A part that fails is taken back alone, to its savepoint.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from licet.ports import Draw, Vault
from licet.store.book import Book, Tx
from licet.store.engines import DatabaseBusyError, DatabaseUnreachableError, begin_write, begun, commit, named_errors, roll_back

MOST = 64
"""Parts in one commit."""

LONGEST = timedelta(milliseconds=20)
"""After so long a group commits, however many wait: the first of it is told by then."""

PATIENCE = timedelta(seconds=60)
"""A thread waits so long for its turn, and so long for a commit: longer than a connection that is dead is taken to live."""

_NO_TURN = (
    f"Another thread of this process has been writing to the database for more than {PATIENCE.seconds} seconds. "
    "Nothing was done. Repeat it; where that does not help, start the process again."
)
_UNTOLD = (
    f"The database has not said within {PATIENCE.seconds} seconds whether it wrote what it was given. "
    "Check that its server answers and its disk is well, and repeat: what was written is known again."
)


@dataclass(slots=True)
class _Group:
    """A transaction that several threads write in, one after the other; `error` is why it came to nothing."""

    conn: Connection
    began: float
    parts: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    error: BaseException | None = None

    @contextmanager
    def part(self) -> Iterator[None]:
        """One thread's turn; what fails is taken back alone. The first part needs no savepoint: with it the whole is taken back."""
        try:
            if self.parts:
                self.conn.exec_driver_sql("SAVEPOINT part")
            yield
            if self.parts:
                self.conn.exec_driver_sql("RELEASE SAVEPOINT part")
        except BaseException as failed:
            self._take_back(failed)
            raise
        self.parts += 1

    def _take_back(self, failed: BaseException) -> None:
        """Takes the part back; where that cannot be done, the whole group has come to nothing, and everybody is told why."""
        if not self.parts:
            return
        if self.conn.invalidated:
            self.error = failed if isinstance(failed, DBAPIError) else ConnectionError("the connection was lost")
            return
        try:
            self.conn.exec_driver_sql("ROLLBACK TO SAVEPOINT part")
            self.conn.exec_driver_sql("RELEASE SAVEPOINT part")
        except (DBAPIError, ConnectionError) as lost:  # the connection is gone, or a full disk took everything back
            self.error = lost

    def end(self) -> None:
        """Commits for all, or takes back what came to nothing; whoever waits goes on."""
        try:
            if self.parts and self.error is None:
                commit(self.conn)
            else:
                roll_back(self.conn)
        except BaseException as failed:  # noqa: BLE001 - every thread of the group is told, this one too
            self.error = failed
            roll_back(self.conn)
        finally:
            try:
                self.conn.close()
            finally:
                self.ended.set()


class GroupBook(Book):
    """The database of a server: as `Book`, for many threads."""

    def __init__(self, engine: Engine, vault: Vault, draw: Draw) -> None:
        """Takes an engine from `engines.open_engine`."""
        super().__init__(engine, vault, draw)
        self._turn = threading.Lock()
        self._count = threading.Lock()
        self._waiting = 0
        self._group: _Group | None = None

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """See `Book.write`; a body must be short and wait for nothing outside, since others wait for it."""
        with named_errors(self._engine):
            group = self._join()
            try:
                with group.part():
                    yield self._tx(group.conn)
            except BaseException:
                self._pass_on(group)
                raise
            self._pass_on(group)
            if not group.ended.wait(PATIENCE.total_seconds()):
                raise DatabaseUnreachableError(_UNTOLD)
            if group.error is not None:
                raise group.error

    @contextmanager
    def claim(self) -> Iterator[Tx]:
        """See `Book.claim`; on SQLite, where one writes at a time anyhow, in the group."""
        with super().claim() if self._engine.dialect.name == "postgresql" else self.write() as tx:
            yield tx

    def _join(self) -> _Group:
        """Waits for its turn; joins the open transaction, or begins one."""
        with self._count:
            self._waiting += 1
        came = self._turn.acquire(timeout=PATIENCE.total_seconds())
        with self._count:
            self._waiting -= 1
        if not came:
            raise DatabaseBusyError(_NO_TURN)
        try:
            if self._group is None:
                self._group = self._begun()
        except BaseException:
            self._turn.release()
            raise
        return self._group

    def _begun(self) -> _Group:
        return _Group(conn=begun(self._engine, begin_write), began=time.monotonic())

    def _pass_on(self, group: _Group) -> None:
        """Hands the open transaction to the next thread that waits; ends it where none does, or it is large or old enough."""
        room = group.parts < MOST and time.monotonic() - group.began < LONGEST.total_seconds()
        try:
            if not (group.parts and group.error is None and room and self._waiting):
                self._group = None
                group.end()
        finally:
            self._turn.release()
