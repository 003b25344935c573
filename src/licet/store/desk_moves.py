"""What time alone moves on the desk: tasks come to it, come back to it, and become overdue."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, exists, func, insert, or_, select, update

from licet.core.desk import DUE_WITHIN
from licet.core.ids import CaseNumber, PersonId
from licet.core.review import ReviewKind
from licet.core.use_case import UseCase
from licet.store import absences, remarks, tables, use_cases
from licet.store.book import Record, Tx
from licet.store.desk_tables import desk_item
from licet.store.desks import ASIDE, BY_NAME, FREE, INFORMATION, NewItem, for_person, put

_I = desk_item.c

ADMITTED = "desk.admitted"
"""The counter that says when it was last looked for tasks that did not come to the desk as they were made."""

ADMIT_EVERY = timedelta(minutes=10)


def anything_to_do(tx: Tx, now: datetime) -> bool:
    """Whether time has brought something about that `admit`, `bring_back` or `free_absent` do; asked often, and cheap."""
    back = exists().where(_I.back_at <= now)
    return bool(tx.conn.execute(select(back)).scalar_one()) or _admission_due(tx, now) or bool(_left_alone(tx, now))


def _round(now: datetime) -> int:
    return int(now.timestamp() / ADMIT_EVERY.total_seconds())


def _admission_due(tx: Tx, now: datetime) -> bool:
    last = tx.conn.execute(select(tables.counter.c.value).where(tables.counter.c.name == ADMITTED)).scalar_one_or_none()
    return last is None or last < _round(now)


def stray(tx: Tx, now: datetime, *, limit: int) -> Sequence[Record]:
    """Tasks that an older Licet made, before this one or beside it, and that are not on the desk. Looked for seldom: all are read."""
    t = tables.task.c
    if not _admission_due(tx, now):
        return []
    there = exists().where(_I.token == t.token)
    return tx.run(select(t.token, t.case_number, t.use_case_id, t.created_at).where(t.done_at.is_(None), ~there).limit(limit)).all()


def admit(tx: Tx, found: Sequence[Record], now: datetime, *, limit: int) -> int:
    """Brings stray tasks to the desk that are stray still; says how many."""
    t = tables.task.c
    for row in found:
        there = tx.run(select(_I.token).where(_I.token == row.token)).first() is not None
        closed = tx.run(select(t.token).where(t.token == row.token, t.done_at.is_(None))).first() is None
        if not there and not closed:
            item = NewItem(token=row.token, case=CaseNumber(row.case_number), due_at=row.created_at + DUE_WITHIN, skill=None)
            put(tx, use_cases.by_id(tx, row.use_case_id), [item], at=row.created_at)
    if len(found) < limit and _admission_due(tx, now):
        _looked(tx, now)
    return len(found)


def _looked(tx: Tx, now: datetime) -> None:
    c = tables.counter
    if not tx.conn.execute(update(c).where(c.c.name == ADMITTED).values(value=_round(now))).rowcount:
        tx.run(insert(c).values(name=ADMITTED, value=_round(now)))


def bring_back(tx: Tx, now: datetime, *, limit: int) -> int:
    """Brings back what was put aside until now, and what was asked about in vain; says how many."""
    back = select(_I.token, _I.lane).where(_I.back_at <= now, _I.lane.in_((ASIDE, INFORMATION))).limit(limit)
    rows = tx.run(back).all()
    for row in rows:
        if row.lane == INFORMATION:
            remarks.give_up(tx, row.token, at=now)
        tx.run(update(desk_item).where(_I.token == row.token).values({**FREE, "lane": _I.home}))
    return len(rows)


def _left_alone(tx: Tx, now: datetime) -> list[str]:
    """The lanes of those who are out of office and have no deputy, in which something waits."""
    lanes = [for_person(one.person) for one in absences.all_now(tx, now).values() if one.deputy is None]
    return list(tx.conn.execute(select(_I.lane).where(_I.lane.in_(lanes), _I.home != _I.lane).distinct()).scalars()) if lanes else []


def free_absent(tx: Tx, now: datetime) -> int:
    """Sends back to the queue what waits for somebody who is out of office and has no deputy; says how many."""
    lanes = _left_alone(tx, now)
    theirs = and_(_I.lane.in_(lanes), _I.home != _I.lane, or_(_I.leased_until.is_(None), _I.leased_until < now))
    return tx.conn.execute(update(desk_item).where(theirs).values({**FREE, "lane": _I.home})).rowcount if lanes else 0


def free_from(tx: Tx, case: CaseNumber, people: Iterable[PersonId]) -> None:
    """Sends back to the queue what waits about a case in the name of one of these people, who may not have it any more."""
    lanes = [for_person(one) for one in people]
    theirs = and_(_I.case_number == case, _I.lane.in_(lanes), _I.home != _I.lane, _I.lease.is_(None))
    if lanes:
        tx.run(update(desk_item).where(theirs).values({**FREE, "lane": _I.home}))


def with_overdue(tx: Tx, now: datetime, *, told_before: datetime) -> list[int]:
    """The use cases in which something is overdue that nobody was told of, and people were not told of any since a moment."""
    u = tables.use_case.c
    overdue = exists().where(_I.use_case_id == u.id, _I.escalated_at.is_(None), _I.due_at < now)
    lately = exists().where(_I.use_case_id == u.id, _I.escalated_at > told_before)
    return list(tx.conn.execute(select(u.id).where(overdue, ~lately)).scalars())


def escalate(tx: Tx, use_case: UseCase, now: datetime) -> int:
    """Marks what is overdue, and sends back to the queue what waits for one person.

    Returns:
        How many decisions are overdue newly; audits, which are chased elsewhere, are not counted, so that the number tells of none.
    """
    t = tables.task.c
    mine = (_I.use_case_id == use_case.id, _I.escalated_at.is_(None), _I.due_at < now)
    decisions = select(func.count()).select_from(desk_item.join(tables.task, t.token == _I.token))
    count = tx.conn.execute(decisions.where(*mine, t.kind == ReviewKind.DECISION.value)).scalar_one()
    named = and_(_I.lane.like(BY_NAME + "%"), or_(_I.leased_until.is_(None), _I.leased_until < now))
    tx.run(update(desk_item).where(*mine, named).values({**FREE, "lane": _I.home}))
    tx.run(update(desk_item).where(*mine).values(escalated_at=bindparam("moment", type_=_I.escalated_at.type)), {"moment": now})
    return int(count)
