"""Workflows' rows: versions, where each item stands, and the steps it was at; what an item says is under a key of its own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, or_, select, update

from licet.core.answer import AnswerKind
from licet.core.canonical import Json, canonical_bytes
from licet.core.case import CaseBody, body_from_json, body_to_json
from licet.core.ids import BY_MANDATE, CaseNumber, PersonId
from licet.core.use_case import UseCase
from licet.core.workflow import HELD as WHY
from licet.core.workflow import ItemId, StepName, Workflow
from licet.core.workflow_json import workflow_from_json, workflow_to_json
from licet.core.workflow_way import Given
from licet.store import tables
from licet.store.book import Record, Tx
from licet.store.payloads import read_answer, read_payload, write_json
from licet.store.workflow_tables import item, version, visit

AWAY, RULING, WAITING, HELD, ENDED = "away", "ruling", "waiting", "held", "ended"
"""Where an item stands: a use case decides it, a coded rule is to be asked, time passes, a person must send it on, or it ended."""
PARALLEL, JOINED = "parallel", "joined"
"""An item whose branches run beside each other, and a branch that came to its join and waits for the others."""

BRANCH_HELD = "branch_held"
"""Why an item is held of which a branch is."""
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
    """An item as it stands, or a branch of it.

    Attributes:
        parent: the item of which this is a branch; None: it is one itself.
        branch: the branch, by its first step.
        round: counts from 1, and on with every way back.
        reason: why it is held, or may wait for ever; `detail` says more of it.
        case: the one that decides the step.
        name: what the outside calls it; empty for a branch.
    """

    id: ItemId
    name: str
    parent: ItemId | None
    branch: StepName | None
    round: int
    use_case_id: int
    version: int
    state: str
    step: StepName
    reason: str | None
    detail: str | None
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

    @property
    def root(self) -> ItemId:
        """The item, where this is a branch of one."""
        return self.parent or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """What an item says, and who asked for it (they may not decide it); empty where nobody did."""

    body: CaseBody
    requester: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """What an item says, or was answered, cannot be read: the database was altered, or the key file is another. It is no item's fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A step that an item was at, in which round, under which number it was decided there, and whether the step sent it back."""

    step: StepName
    round: int
    at: datetime
    case: CaseNumber | None
    sent_back: bool


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
        "round": 1,
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


def split(tx: Tx, begun: Item, way: StepName, *, at: datetime) -> Item:
    """Writes a branch of an item, before it enters its first step; it says what the item says."""
    values = {
        "id": tx.draw.token("w_"),
        "use_case_id": begun.use_case_id,
        "version_id": begun.version,
        "parent_id": begun.id,
        "branch": way,
        "round": begun.round,
        "state": HELD,
        "step": way,
        "since": at,
        "late": False,
        "late_whole": False,
        "started_at": at,
        "by": tx.run(select(_I.by).where(_I.id == begun.id)).scalar_one(),
        "digest": begun.digest,
    }
    tx.run(insert(item).values(values))
    return by_id(tx, ItemId(str(values["id"])))


def read_says(tx: Tx, one: Item) -> Says | Unreadable | None:
    """What an item says, or that of which this is a branch; None once it ended or was erased."""
    whole = one if one.parent is None else by_id(tx, one.parent)
    if whole.salt is None or whole.sealed is None:
        return None
    try:
        match read_payload(tx, whole.salt, whole.sealed):
            case {"body": body, "requester": str(requester)}:
                return Says(body=body_from_json(body), requester=requester)
            case _:
                return Unreadable()
    except ValueError:  # altered, no JSON, or no body of a case: whichever, one item must not hold up all others
        return Unreadable()


def enter(tx: Tx, one: Item, step: StepName, *, at: datetime) -> None:
    """Writes that an item came to a step; the database refuses it a second time in a round, whichever branch comes."""
    place = 1 + tx.run(select(func.count()).select_from(visit).where(visit.c.item_id == one.root)).scalar_one()
    tx.run(insert(visit).values(item_id=one.root, step=step, round=one.round, place=place, at=at, sent_back=False))


def decides(tx: Tx, one: Item, step: StepName, case: CaseNumber) -> None:
    """Writes under which number an item is decided at a step."""
    tx.run(update(visit).where(*_visit_of(one, step)).values(case_number=case))


def send_back(tx: Tx, one: Item, step: StepName) -> Item:
    """Writes that a step sent an item back, which begins a round: the next that no branch of it has had."""
    tx.run(update(visit).where(*_visit_of(one, step)).values(sent_back=True))
    last = tx.run(select(func.max(_I.round)).where(or_(_I.id == one.root, _I.parent_id == one.root))).scalar_one()
    tx.run(update(item).where(_I.id == one.id).values(round=last + 1))
    return by_id(tx, one.id)


def _visit_of(one: Item, step: StepName) -> tuple[ColumnElement[bool], ...]:
    return visit.c.item_id == one.root, visit.c.step == step, visit.c.round == one.round


def stand(tx: Tx, one: Item, state: str, step: StepName, *, at: datetime, more: Mapping[str, object]) -> None:
    """Writes where an item stands now; `more` names what differs from nothing: reason, detail, case_number, resume_at, due_at."""
    fresh: dict[str, object] = dict.fromkeys(("reason", "detail", "case_number", "resume_at", "due_at", "looked_at")) | {"late": False}
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
    return item_of(tx.run(select(item).where(_I.id == item_id)).one())


def branches(tx: Tx, one: Item) -> list[Item]:
    """The branches of an item that run, or wait for the others; none where it is in one place."""
    mine = select(item).where(_I.parent_id == one.id, _I.state != ENDED)
    return [item_of(row) for row in tx.run(mine.order_by(_I.started_at, _I.branch))]


def join(tx: Tx, one: Item) -> None:
    """Ends the branches of an item, all of which have joined."""
    tx.run(update(item).where(_I.parent_id == one.id).values(state=ENDED))


def show_branches(tx: Tx, whole: ItemId, *, at: datetime) -> None:
    """Writes with an item what its branches say of it: that one is held, and why, and whether one is late."""
    found = by_id(tx, whole)
    running = branches(tx, found)
    held = [one for one in running if one.state == HELD]
    detail = " ".join(f"{one.branch!r} at {one.step!r}: {WHY.get(one.reason or '', '')}" for one in held) or None
    state, reason = (HELD, BRANCH_HELD) if held else (PARALLEL, None)
    values = {"state": state, "reason": reason, "detail": detail, "late": any(one.late for one in running)}
    moved = {} if state == found.state else {"since": at}
    tx.run(update(item).where(_I.id == whole).values(values | moved))


def named(tx: Tx, use_case: UseCase, name: str) -> Item | None:
    """The item that the outside calls so; None where there is none."""
    row = tx.run(select(item).where(_I.use_case_id == use_case.id, _I.name == name)).one_or_none()
    return None if row is None else item_of(row)


def visits(tx: Tx, one: Item) -> list[Visit]:
    """The steps an item was at, in all of its branches, in order."""
    v = visit.c
    return [_visit(row) for row in tx.run(select(visit).where(v.item_id == one.root).order_by(v.place))]


def done_in_round(tx: Tx, one: Item) -> frozenset[StepName]:
    """The steps an item was at in its round; a branch begins in that of its item."""
    return frozenset(visit.step for visit in visits(tx, one) if visit.round == one.round)


def _visit(row: Record) -> Visit:
    case = None if row.case_number is None else CaseNumber(row.case_number)
    return Visit(step=StepName(row.step), round=row.round, at=row.at, case=case, sent_back=row.sent_back)


def pinned(tx: Tx, of: Version) -> list[Item]:
    """Items of a version that have not ended, in the order in which they began."""
    wanted = select(item).where(_I.version_id == of.id, _I.state != ENDED, _I.parent_id.is_(None)).order_by(_I.started_at, _I.id)
    return [item_of(row) for row in tx.run(wanted)]


def decision_of(tx: Tx, number: CaseNumber) -> Given | Unreadable:
    """What was decided about a step's case; without an answer where the case was erased."""
    d, k, u = tables.decision, tables.case_key, tables.use_case
    joined = d.join(u, u.c.id == d.c.use_case_id).join(k, k.c.case_number == d.c.case_number)
    wanted = select(d.c.answer, d.c.by, u.c.answer_kind, k.c.salt).select_from(joined).where(d.c.case_number == number)
    row = tx.run(wanted).one_or_none()
    if row is None:
        return Given(answer=None, alone=False)
    try:
        answer, _ = read_answer(tx, row.salt, row.answer, AnswerKind(row.answer_kind))
    except ValueError:
        return Unreadable()
    return Given(answer=answer, alone=row.by.startswith(BY_MANDATE))


def forget(tx: Tx, use_case: UseCase, name: str, now: datetime) -> Item | None:
    """Ends the item of this name and deletes what it says, its key and its name; None where there is none, or nothing left of it."""
    found = named(tx, use_case, name)
    if found is None:
        return None
    for one in (found, *branches(tx, found)):
        stand(tx, one, ENDED, one.step, at=now, more={"reason": ERASED})
    tx.run(update(item).where(_I.id == found.id).values(name=found.id))
    return found


def item_of(row: Record) -> Item:
    """An item by its row."""
    return Item(
        id=ItemId(row.id),
        name=row.name or "",
        parent=None if row.parent_id is None else ItemId(row.parent_id),
        branch=None if row.branch is None else StepName(row.branch),
        round=row.round,
        use_case_id=row.use_case_id,
        version=row.version_id,
        state=row.state,
        step=StepName(row.step),
        reason=row.reason,
        detail=row.detail,
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
