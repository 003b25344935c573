"""Workflows' rows: versions, where each item stands, and the steps it was at; what an item says is under a key of its own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update

from licet.core.answer import AnswerKind
from licet.core.canonical import Json, canonical_bytes
from licet.core.case import CaseBody, body_from_json, body_to_json
from licet.core.ids import BY_MANDATE, CaseNumber, PersonId
from licet.core.use_case import UseCase
from licet.core.workflow import Given, ItemId, StepName, Workflow
from licet.core.workflow_json import workflow_from_json, workflow_to_json
from licet.store import tables
from licet.store.book import Record, Tx
from licet.store.payloads import read_answer, read_payload, write_json
from licet.store.workflow_tables import item, version, visit

AWAY, WAITING, HELD, ENDED = "away", "waiting", "held", "ended"
"""Where an item stands: a use case decides it, time passes, a person must say where it goes on, or it ended."""

ERASED = "erased"
"""Why an item ended that somebody erased."""

_I, _V = item.c, version.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A registered version; `number` counts from 1."""

    id: int
    number: int
    digest: str
    workflow: Workflow
    registered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item as it stands. `reason` is why it is held; `case` is the one that decides the step."""

    id: ItemId
    name: str
    use_case_id: int
    version: int
    state: str
    step: StepName
    reason: str | None
    case: CaseNumber | None
    since: datetime
    due_at: datetime | None
    whole_due_at: datetime | None
    resume_at: datetime | None
    late: bool
    late_whole: bool
    started_at: datetime
    digest: bytes
    salt: bytes | None
    sealed: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """What an item says, and who asked for it (they may not decide it); empty where nobody did."""

    body: CaseBody
    requester: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A step that an item was at, and under which number it was decided there."""

    step: StepName
    at: datetime
    case: CaseNumber | None


# --- versions ----------------------------------------------------------------------------------------------------------


def add_version(tx: Tx, use_case: UseCase, workflow: Workflow, named: str, *, by: PersonId, at: datetime) -> Version:
    """Writes a version under the next number."""
    last = tx.run(select(func.max(_V.number)).where(_V.use_case_id == use_case.id)).scalar_one() or 0
    source = canonical_bytes(workflow_to_json(workflow)).decode()
    values = {"use_case_id": use_case.id, "number": last + 1, "digest": named, "source": source, "registered_at": at, "by": by}
    tx.run(insert(version).values(values))
    return versions(tx, use_case)[-1]


def versions(tx: Tx, use_case: UseCase) -> list[Version]:
    """All versions of a use case, the oldest first."""
    return [_version(row) for row in tx.run(select(version).where(_V.use_case_id == use_case.id).order_by(_V.number))]


def version_by_id(tx: Tx, row: int) -> Version:
    """The version that an item is pinned to."""
    return _version(tx.run(select(version).where(_V.id == row)).one())


def _version(row: Record) -> Version:
    workflow = workflow_from_json(json.loads(row.source))
    return Version(id=row.id, number=row.number, digest=row.digest, workflow=workflow, registered_at=row.registered_at)


# --- items -------------------------------------------------------------------------------------------------------------


def says_to_json(says: Says) -> Json:
    """What an item says, as the ledger commits to it."""
    return {"body": body_to_json(says.body), "requester": says.requester}


def add(tx: Tx, begun: Item, says: Says, *, by: PersonId) -> Item:
    """Writes an item, encrypted under `salt`, before it enters its first step; gives it back with what was encrypted."""
    assert begun.salt is not None  # noqa: S101 - made in the same step
    sealed = write_json(tx, begun.salt, says_to_json(says))
    values = {
        "id": begun.id,
        "use_case_id": begun.use_case_id,
        "version_id": begun.version,
        "name": begun.name,
        "state": begun.state,
        "step": begun.step,
        "since": begun.since,
        "whole_due_at": begun.whole_due_at,
        "late": False,
        "late_whole": False,
        "started_at": begun.started_at,
        "by": by,
        "digest": begun.digest,
        "salt": begun.salt,
        "body": sealed,
    }
    tx.run(insert(item).values(values))
    return by_id(tx, begun.id)


def read_says(tx: Tx, one: Item) -> Says | None:
    """What an item says; None once it ended or was erased."""
    if one.salt is None or one.sealed is None:
        return None
    match read_payload(tx, one.salt, one.sealed):
        case {"body": body, "requester": str(requester)}:
            return Says(body=body_from_json(body), requester=requester)
        case _:
            message = f"What item {one.id!r} says does not have the form it was written in; restore a backup."
            raise ValueError(message)


def enter(tx: Tx, one: Item, step: StepName, *, at: datetime) -> None:
    """Writes that an item came to a step; the database refuses it a second time."""
    place = 1 + tx.run(select(func.count()).select_from(visit).where(visit.c.item_id == one.id)).scalar_one()
    tx.run(insert(visit).values(item_id=one.id, step=step, place=place, at=at))


def decides(tx: Tx, one: Item, step: StepName, case: CaseNumber) -> None:
    """Writes under which number an item is decided at a step."""
    tx.run(update(visit).where(visit.c.item_id == one.id, visit.c.step == step).values(case_number=case))


def stand(tx: Tx, one: Item, state: str, step: StepName, *, at: datetime, more: Mapping[str, object]) -> None:
    """Writes where an item stands now; `more` names what differs from nothing: reason, case_number, resume_at, due_at."""
    fresh: dict[str, object] = {"reason": None, "case_number": None, "resume_at": None, "due_at": None, "late": False}
    gone: dict[str, object] = {"salt": None, "body": None} if state == ENDED else {}
    values = fresh | {"state": state, "step": step, "since": at} | dict(more) | gone
    tx.run(update(item).where(_I.id == one.id).values(values))


def pin(tx: Tx, one: Item, to: Version, step: StepName, *, at: datetime) -> None:
    """Pins an item to another version, at a step of it; where it stands, its case and its times stay."""
    tx.run(update(item).where(_I.id == one.id).values(version_id=to.id, step=step))
    if step != one.step:
        enter(tx, one, step, at=at)


def by_id(tx: Tx, item_id: ItemId) -> Item:
    """The item as it stands now."""
    return _item(tx.run(select(item).where(_I.id == item_id)).one())


def named(tx: Tx, use_case: UseCase, name: str) -> Item | None:
    """The item that the outside calls so; None where there is none."""
    row = tx.run(select(item).where(_I.use_case_id == use_case.id, _I.name == name)).one_or_none()
    return None if row is None else _item(row)


def visits(tx: Tx, one: Item) -> list[Visit]:
    """The steps an item was at, in order."""
    v = visit.c
    rows = tx.run(select(visit).where(v.item_id == one.id).order_by(v.place))
    return [Visit(step=StepName(r.step), at=r.at, case=None if r.case_number is None else CaseNumber(r.case_number)) for r in rows]


def running(tx: Tx, use_case: UseCase, *, limit: int) -> list[Item]:
    """Items that have not ended: held ones first, then the late, then the longest on their way."""
    late = or_(_I.late, _I.late_whole)
    wanted = select(item).where(_I.use_case_id == use_case.id, _I.state != ENDED)
    return [_item(row) for row in tx.run(wanted.order_by(_I.state != HELD, ~late, _I.started_at, _I.id).limit(limit))]


def count(tx: Tx, use_case: UseCase) -> Mapping[str, int]:
    """How many items stand where, by state."""
    rows = tx.run(select(_I.state, func.count().label("many")).where(_I.use_case_id == use_case.id).group_by(_I.state))
    return {row.state: row.many for row in rows}


def pinned(tx: Tx, of: Version) -> list[Item]:
    """Items of a version that have not ended, in the order in which they began."""
    wanted = select(item).where(_I.version_id == of.id, _I.state != ENDED).order_by(_I.started_at, _I.id)
    return [_item(row) for row in tx.run(wanted)]


# --- what may go on ----------------------------------------------------------------------------------------------------


def _may_move(now: datetime) -> ColumnElement[bool]:
    decided = select(tables.decision.c.case_number).where(tables.decision.c.case_number == _I.case_number).exists()
    keyed = select(tables.case_key.c.case_number).where(tables.case_key.c.case_number == _I.case_number).exists()
    return or_(and_(_I.state == AWAY, or_(decided, ~keyed)), and_(_I.state == WAITING, _I.resume_at <= now))


def _is_late(now: datetime) -> ColumnElement[bool]:
    step = and_(_I.due_at <= now, ~_I.late)
    return and_(_I.state != ENDED, or_(step, and_(_I.whole_due_at <= now, ~_I.late_whole)))


def anything_to_move(tx: Tx, now: datetime) -> bool:
    """Whether an item may go on, or is late and nobody was told."""
    return tx.run(select(_I.id).where(or_(_may_move(now), _is_late(now))).limit(1)).one_or_none() is not None


def to_move(tx: Tx, now: datetime, *, limit: int) -> list[Item]:
    """Items whose step was decided, or whose time has come, the longest standing first."""
    return _taken(tx, _may_move(now), limit)


def newly_late(tx: Tx, now: datetime, *, limit: int) -> list[Item]:
    """Items that stand for longer than they may, and of which nobody was told."""
    return _taken(tx, _is_late(now), limit)


def _taken(tx: Tx, wanted: ColumnElement[bool], limit: int) -> list[Item]:
    found = select(item).where(wanted).order_by(_I.since, _I.id).limit(limit)
    return [_item(row) for row in tx.run(found)]


def told_late(tx: Tx, one: Item, now: datetime) -> None:
    """Writes that somebody was told: of the step, of the whole, or of both."""
    step, whole = (one.late or _over(one.due_at, now)), (one.late_whole or _over(one.whole_due_at, now))
    tx.run(update(item).where(_I.id == one.id).values(late=step, late_whole=whole))


def _over(due: datetime | None, now: datetime) -> bool:
    return due is not None and due <= now


def decision_of(tx: Tx, number: CaseNumber) -> Given:
    """What was decided about a step's case; without an answer where the case was erased."""
    d, k, u = tables.decision, tables.case_key, tables.use_case
    joined = d.join(u, u.c.id == d.c.use_case_id).join(k, k.c.case_number == d.c.case_number)
    wanted = select(d.c.answer, d.c.by, u.c.answer_kind, k.c.salt).select_from(joined).where(d.c.case_number == number)
    row = tx.run(wanted).one_or_none()
    if row is None:
        return Given(answer=None, alone=False)
    answer, _ = read_answer(tx, row.salt, row.answer, AnswerKind(row.answer_kind))
    return Given(answer=answer, alone=row.by.startswith(BY_MANDATE))


def forget(tx: Tx, use_case: UseCase, name: str, now: datetime) -> Item | None:
    """Ends the item of this name and deletes what it says, its key and its name; None where there is none, or nothing left of it."""
    found = named(tx, use_case, name)
    if found is None:
        return None
    stand(tx, found, ENDED, found.step, at=now, more={"reason": ERASED})
    tx.run(update(item).where(_I.id == found.id).values(name=found.id))
    return found


def _item(row: Record) -> Item:
    return Item(
        id=ItemId(row.id),
        name=row.name,
        use_case_id=row.use_case_id,
        version=row.version_id,
        state=row.state,
        step=StepName(row.step),
        reason=row.reason,
        case=None if row.case_number is None else CaseNumber(row.case_number),
        since=row.since,
        due_at=row.due_at,
        whole_due_at=row.whole_due_at,
        resume_at=row.resume_at,
        late=row.late,
        late_whole=row.late_whole,
        started_at=row.started_at,
        digest=row.digest,
        salt=row.salt,
        sealed=row.body,
    )
