"""Items that may go on: those whose step was decided, whose time has come, whose branches have joined, or that nobody can decide."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update

from licet.core.ids import CaseNumber
from licet.core.workflow import NOBODY_LEFT
from licet.store import tables
from licet.store.book import Tx
from licet.store.workflow_tables import apart, item
from licet.store.workflows import AWAY, ENDED, JOINED, PARALLEL, RULING, WAITING, Item, item_of

_I = item.c
LOOKED_EVERY = timedelta(hours=1)
"""How often it is looked whether anybody is left who may decide a step that is kept apart from others."""


def _may_move(now: datetime) -> ColumnElement[bool]:
    decided = select(tables.decision.c.case_number).where(tables.decision.c.case_number == _I.case_number).exists()
    keyed = select(tables.case_key.c.case_number).where(tables.case_key.c.case_number == _I.case_number).exists()
    branch = item.alias("branch")
    running = select(branch.c.id).where(branch.c.parent_id == _I.id, branch.c.state.not_in((JOINED, ENDED))).exists()
    here = and_(_I.state == AWAY, or_(decided, ~keyed)), and_(_I.state == WAITING, _I.resume_at <= now)
    return or_(*here, and_(_I.state == PARALLEL, ~running))


def _is_late(now: datetime) -> ColumnElement[bool]:
    step = and_(_I.due_at <= now, ~_I.late)
    return and_(_I.state != ENDED, or_(step, and_(_I.whole_due_at <= now, ~_I.late_whole)))


def anything_to_move(tx: Tx, now: datetime) -> bool:
    """Whether an item may go on, or is late and nobody was told."""
    wanted = or_(_may_move(now), _is_late(now), _unlooked(now), _I.state == RULING)
    return tx.run(select(_I.id).where(wanted).limit(1)).one_or_none() is not None


def to_move(tx: Tx, now: datetime, *, limit: int) -> list[Item]:
    """Items whose step was decided, or whose time has come, the longest standing first."""
    return _taken(tx, _may_move(now), limit)


def to_rule(tx: Tx, *, limit: int) -> list[Item]:
    """Items whose step has a coded rule that was not asked yet, the longest standing first."""
    return _taken(tx, _I.state == RULING, limit)


def newly_late(tx: Tx, now: datetime, *, limit: int) -> list[Item]:
    """Items that stand for longer than they may, and of which nobody was told."""
    return _taken(tx, _is_late(now), limit)


def _unlooked(now: datetime) -> ColumnElement[bool]:
    bound = select(apart.c.case_number).where(apart.c.case_number == _I.case_number).exists()
    task = select(tables.task.c.token).where(tables.task.c.case_number == _I.case_number, tables.task.c.done_at.is_(None)).exists()
    return and_(_I.state == AWAY, or_(_I.looked_at.is_(None), _I.looked_at <= now - LOOKED_EVERY), bound, task)


def to_look(tx: Tx, now: datetime, *, limit: int) -> list[Item]:
    """Items of which it was not looked for a while whether anybody is left who may decide them; only those of steps that are kept apart."""
    return _taken(tx, and_(_unlooked(now), ~_may_move(now)), limit)


def decided_in(tx: Tx, case: CaseNumber) -> int:
    """The use case, by its row, in which a case is decided."""
    return int(tx.run(select(tables.case.c.use_case_id).where(tables.case.c.number == case)).scalar_one())


def looked(tx: Tx, one: Item, now: datetime, *, nobody: bool) -> None:
    """Writes that it was looked, and whether nobody is left."""
    tx.run(update(item).where(_I.id == one.id).values(looked_at=now, reason=NOBODY_LEFT if nobody else None))


def _taken(tx: Tx, wanted: ColumnElement[bool], limit: int) -> list[Item]:
    found = select(item).where(wanted).order_by(_I.since, _I.id).limit(limit)
    return [item_of(row) for row in tx.run(found)]


def told_late(tx: Tx, one: Item, now: datetime) -> None:
    """Writes that somebody was told: of the step, of the whole, or of both."""
    step, whole = (one.late or _over(one.due_at, now)), (one.late_whole or _over(one.whole_due_at, now))
    tx.run(update(item).where(_I.id == one.id).values(late=step, late_whole=whole))


def _over(due: datetime | None, now: datetime) -> bool:
    return due is not None and due <= now
