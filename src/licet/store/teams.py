"""Teams' rows: whose each use case is, and what a view of one team shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, select, true

from licet.core.ids import PersonId, TeamName
from licet.core.team import MAIN
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Tx
from licet.store.engines import on_postgresql
from licet.store.identity_tables import role_assignment
from licet.store.work_tables import team


def of(tx: Tx, use_case: UseCase) -> TeamName:
    """Whose a use case is; it is the main team's where no row says otherwise."""
    if tx.told is not None:
        return tx.once(("teams",), lambda: {row.use_case_id: TeamName(row.name) for row in tx.run(select(team))}).get(use_case.id, MAIN)
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
    mine = true() if tx.scoped is None else _given_to(tx.scoped)
    return mine if tx.team is None else mine & (whose == tx.team)


def _given_to(person: PersonId) -> ColumnElement[bool]:
    """The use cases in which somebody was given a role, by themselves or by their team; asked anew in each transaction."""
    theirs = select(role_assignment.c.use_case_id).where(role_assignment.c.person_id == person, role_assignment.c.use_case_id.is_not(None))
    return tables.use_case.c.id.in_(theirs) | whose.in_(teams_given_to(person))


def teams_given_to(person: PersonId) -> Select[tuple[str]]:
    """The teams for which somebody was given a role."""
    return select(role_assignment.c.team).where(role_assignment.c.person_id == person, role_assignment.c.team.is_not(None))


def bound(tx: Tx) -> bool:
    """Whether not all use cases of the installation are there for this transaction."""
    return tx.team is not None or tx.scoped is not None


def narrowed(tx: Tx, name: TeamName | None) -> Tx:
    """The same transaction, for one question, as a team sees it; with None as it is."""
    return tx if name is None else replace(tx, team=name)


@contextmanager
def over_all(tx: Tx) -> Iterator[Tx]:
    """The whole installation, for the one thing that takes it: a name is given once, whoever gives it."""
    if not bound(tx):
        yield tx
        return
    show(tx.conn, None)
    yield replace(tx, team=None, scoped=None)
    show(tx.conn, tx.team)


def show(conn: Connection, name: TeamName | None) -> None:
    """Tells PostgreSQL, until the transaction ends, whose use cases it may show: its own fence behind ours. None: all.

    It holds where Licet signs in as another role than the tables' owner; SQLite has no such fence.
    """
    if on_postgresql(conn):
        conn.exec_driver_sql("SELECT set_config('licet.team', %s, true)", (name or "",))
