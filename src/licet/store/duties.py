"""Duties: what one worker of all does at a time, such as numbering the ledger; whoever holds a duty renews it, or loses it."""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from licet.store import work_tables
from licet.store.book import Tx
from licet.store.engines import on_postgresql

SEEN_WITHIN = timedelta(minutes=2)
"""A worker that gave a sign of life within this time is taken to run."""


def hold(tx: Tx, name: str, holder: str, *, now: datetime, until: datetime) -> bool:
    """Takes a duty, or keeps it.

    Returns:
        Whether it is the holder's until then; otherwise another has it.
    """
    d = work_tables.duty
    mine = update(d).where(d.c.name == name, or_(d.c.holder == holder, d.c.until < now)).values(holder=holder, until=until)
    if tx.conn.execute(mine).rowcount:
        return True
    if tx.run(select(d.c.name).where(d.c.name == name)).first() is not None:
        return False
    insert = insert_postgresql if on_postgresql(tx.conn) else insert_sqlite
    first = insert(d).values(name=name, holder=holder, until=until).on_conflict_do_nothing()  # another worker may write the row first
    return tx.conn.execute(first).rowcount == 1


def let_go(tx: Tx, holder: str) -> None:
    """Gives up every duty, so that another takes them at once."""
    d = work_tables.duty
    tx.run(delete(d).where(d.c.holder == holder))


def seen(tx: Tx, worker: str, *, started_at: datetime, now: datetime, version: str) -> None:
    """Writes down that a worker is alive."""
    w = work_tables.worker
    if not tx.conn.execute(update(w).where(w.c.name == worker).values(seen_at=now, started_at=started_at, version=version)).rowcount:
        tx.run(insert(w).values(name=worker, started_at=started_at, seen_at=now, version=version))


def newest_sign(tx: Tx) -> datetime | None:
    """When any worker was last seen; None where none ever was."""
    w = work_tables.worker.c
    return tx.conn.execute(select(w.seen_at).order_by(w.seen_at.desc()).limit(1)).scalar_one_or_none()
