"""Teams' rows: whose each use case is, and what a view of one team shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, true

from licet.core.ids import TeamName
from licet.core.team import MAIN
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Tx
from licet.store.engines import on_postgresql
from licet.store.work_tables import team


def of(tx: Tx, use_case: UseCase) -> TeamName:
    """Whose a use case is; it is the main team's where no row says otherwise."""
    found = tx.conn.execute(select(team.c.name).where(team.c.use_case_id == use_case.id)).scalar_one_or_none()
    return MAIN if found is None else TeamName(found)


def give(tx: Tx, use_case: UseCase, name: TeamName) -> None:
    """Gives a use case to a team."""
    tx.run(delete(team).where(team.c.use_case_id == use_case.id))
    if name != MAIN:
        tx.run(insert(team).values(use_case_id=use_case.id, name=name))


def is_there(tx: Tx, name: TeamName) -> bool:
    """Whether any use case in view is a team's."""
    return tx.run(select(tables.use_case.c.id).where(whose == name, in_view(tx)).limit(1)).first() is not None


whose = func.coalesce(select(team.c.name).where(team.c.use_case_id == tables.use_case.c.id).scalar_subquery(), MAIN)
"""The team of a row of the table of use cases."""


def in_view(tx: Tx) -> ColumnElement[bool]:
    """The condition on the table of use cases under which one is there for this transaction."""
    if tx.team is None:
        return true()
    return whose == tx.team


def narrowed(tx: Tx, name: TeamName | None) -> Tx:
    """The same transaction, for one question, as a team sees it; with None as it is."""
    return tx if name is None else replace(tx, team=name)


@contextmanager
def over_all(tx: Tx) -> Iterator[Tx]:
    """The whole installation, for the one thing that takes it: a name is given once, whoever gives it."""
    if tx.team is None:
        yield tx
        return
    show(tx.conn, None)
    yield replace(tx, team=None)
    show(tx.conn, tx.team)


def show(conn: Connection, name: TeamName | None) -> None:
    """Tells PostgreSQL, until the transaction ends, whose use cases it may show: its own fence behind ours. None: all.

    It holds where Licet signs in as another role than the tables' owner; SQLite has no such fence.
    """
    if on_postgresql(conn):
        conn.exec_driver_sql("SELECT set_config('licet.team', %s, true)", (name or "",))
