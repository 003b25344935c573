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
from licet.store.desks import BY_NAME, HELD, WAITS

MOST = 1000
"""What is counted at most: beyond it nobody reads the number."""


def answered(tx: Tx, person: PersonId, *, since: datetime) -> int:
    """Answers that somebody gave at the desk since a moment and did not withdraw."""
    h = held_answer.c
    wanted = select(func.count()).where(h.person_id == person, h.given_at >= since, h.state != HeldState.WITHDRAWN.value)
    return tx.conn.execute(wanted).scalar_one()


def waiting(tx: Tx, use_case: UseCase, lanes: Sequence[str], now: datetime) -> int:
    """Cases of a use case that wait in these lanes, up to `MOST`; one fewer with each answer, whatever its case was asked about for."""
    return waiting_in(tx, [use_case], lanes, now).get(use_case.id, 0)


def waiting_in(tx: Tx, use_cases: Sequence[UseCase], lanes: Sequence[str], now: datetime) -> dict[int, int]:
    """Cases that wait in these lanes, up to `MOST` in each of these use cases, by its row id; one statement for all.

    A planted case is no case more while somebody has it, and one fewer while its answer is held, as if it were one of those that wait.
    """
    theirs = [lane for lane in lanes if lane.startswith(BY_NAME)]
    asked = {"use_cases": [one.id for one in use_cases], "lanes": list(lanes), "theirs": theirs, "now": now}
    return {row.id: max(0, row.n - row.held) for row in tx.run(_WAITING, asked)}


_I, _HERE = desk_item.c, tables.use_case.c.id
_OF = _I.use_case_id == _HERE
_MINE = select(_I.token).where(_OF, _I.lane.in_(bindparam("lanes", expanding=True)), _I.home.not_like(BY_NAME + "%"), WAITS)
_FEW = _MINE.correlate(tables.use_case).order_by(_I.lane, _I.due_at, _I.token).limit(MOST)  # in the index's order, or all are read
_SOME = select(func.count()).select_from(_FEW.subquery()).scalar_subquery()
_THEIRS = _I.home.in_(bindparam("theirs", expanding=True))
_HELD = select(func.count()).select_from(desk_item).where(_OF, _I.lane == HELD, _THEIRS).correlate(tables.use_case).scalar_subquery()
_WAITING = select(_HERE, _SOME.label("n"), _HELD.label("held")).where(_HERE.in_(bindparam("use_cases", expanding=True)))
