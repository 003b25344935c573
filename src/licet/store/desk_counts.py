"""Counts of the desk: how much somebody answered since a moment, and how much waits. Each is cheap: pages ask often."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from licet.core.desk import HeldState
from licet.core.ids import PersonId
from licet.core.use_case import UseCase
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
    i = desk_item.c
    some = select(i.token).where(i.use_case_id == use_case.id, i.lane.in_(lanes)).limit(MOST).subquery()
    return tx.conn.execute(select(func.count()).select_from(some)).scalar_one()
