"""Counts of the desk: how much somebody answered since a moment, and how much waits. Each is cheap: pages ask often."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select

from licet.core.desk import HeldState
from licet.core.ids import PersonId
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Tx
from licet.store.desk_tables import desk_item, held_answer

MOST = 1000
"""What is counted at most: beyond it nobody reads the number."""


def answered(tx: Tx, person: PersonId, *, since: datetime) -> int:
    """Answers that somebody gave at the desk since a moment and did not withdraw."""
    h = held_answer.c
    wanted = select(func.count()).where(h.person_id == person, h.given_at >= since, h.state != HeldState.WITHDRAWN.value)
    return tx.conn.execute(wanted).scalar_one()


def waiting(tx: Tx, use_case: UseCase, lanes: Sequence[str]) -> int:
    """Cases of a use case that wait in these lanes, up to `MOST`."""
    return waiting_in(tx, [use_case], lanes).get(use_case.id, 0)


def waiting_in(tx: Tx, use_cases: Sequence[UseCase], lanes: Sequence[str]) -> dict[int, int]:
    """Cases that wait in these lanes, up to `MOST` in each of these use cases, by its row id; one statement for all."""
    return {row.id: row.n for row in tx.run(_WAITING, {"use_cases": [one.id for one in use_cases], "lanes": list(lanes)})}


_I, _HERE = desk_item.c, tables.use_case.c.id
_MINE = select(_I.token).where(_I.use_case_id == _HERE, _I.lane.in_(bindparam("lanes", expanding=True))).correlate(tables.use_case)
_SOME = select(func.count()).select_from(_MINE.limit(MOST).subquery()).scalar_subquery()
_WAITING = select(_HERE, _SOME.label("n")).where(_HERE.in_(bindparam("use_cases", expanding=True)))
