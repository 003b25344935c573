"""Counts of the desk: how much somebody answered since a moment, and how much waits. Each is cheap: pages ask often."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from licet.core.desk import HeldState
from licet.core.ids import PersonId
from licet.core.use_case import UseCase
from licet.store.book import Tx
from licet.store.desk_tables import desk_item, held_answer
from licet.store.desks import BY_NAME, HELD

MOST = 1000
"""What is counted at most: beyond it nobody reads the number."""


def answered(tx: Tx, person: PersonId, *, since: datetime) -> int:
    """Answers that somebody gave at the desk since a moment and did not withdraw."""
    h = held_answer.c
    wanted = select(func.count()).where(h.person_id == person, h.given_at >= since, h.state != HeldState.WITHDRAWN.value)
    return tx.conn.execute(wanted).scalar_one()


def waiting(tx: Tx, use_case: UseCase, lanes: Sequence[str]) -> int:
    """Cases of a use case that wait in these lanes, up to `MOST`; one fewer with each answer, whatever its case was asked about for.

    A planted case is no case more while somebody has it, and one fewer while its answer is held, as if it were one of those that wait.
    """
    i = desk_item.c
    mine = i.use_case_id == use_case.id
    some = select(i.token).where(mine, i.lane.in_(lanes), i.home.not_like(BY_NAME + "%")).limit(MOST).subquery()
    theirs = [lane for lane in lanes if lane.startswith(BY_NAME)]
    held = select(func.count()).select_from(desk_item).where(mine, i.lane == HELD, i.home.in_(theirs))
    count: int = tx.conn.execute(select(func.count()).select_from(some)).scalar_one()
    return max(0, count - tx.conn.execute(held).scalar_one())
