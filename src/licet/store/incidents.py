"""Incidents' rows: what people found out and do about each, and the cases they look at again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, case, func, insert, select, update

from licet.core.ids import CaseNumber, MandateId, PersonId
from licet.core.incident import Incident
from licet.core.inquiry import (
    Action,
    AnyInquiry,
    ClosedInquiry,
    DoneAction,
    DroppedAction,
    Finding,
    Found,
    Inquiry,
    LeftOut,
    PendingAction,
    Rechecked,
    Suspect,
)
from licet.core.use_case import UseCase
from licet.store import decisions, tables
from licet.store.book import Record, Tx
from licet.store.incident_tables import incident_action, incident_end, incident_finding, recheck
from licet.store.work_tables import correction

AT_ONCE = 500
"""Rows written by one statement."""


def find(tx: Tx, number: int) -> tuple[int, AnyInquiry] | None:
    """An incident by its number, with the row id of its use case; None where it is not there."""
    i, u = tables.incident.c, tables.use_case.c
    wanted = select(tables.incident, u.slug).join(tables.use_case, u.id == i.use_case_id).where(i.id == number)
    row = tx.run(wanted).one_or_none()
    return None if row is None else (int(row.use_case_id), _inquiry(tx, row))


def every(tx: Tx, use_case: UseCase) -> list[AnyInquiry]:
    """The incidents of a use case, the newest first."""
    i, u = tables.incident.c, tables.use_case.c
    wanted = select(tables.incident, u.slug).join(tables.use_case, u.id == i.use_case_id).where(i.use_case_id == use_case.id)
    return [_inquiry(tx, row) for row in tx.run(wanted.order_by(i.id.desc()))]


def count_open(tx: Tx) -> dict[int, int]:
    """How many incidents are not closed, by the row of the use case; one that has none is not among them."""
    return {row.use_case_id: row.n for row in tx.run(_OPEN)}


_ENDED = select(incident_end.c.by).where(incident_end.c.incident_id == tables.incident.c.id).exists()
_OPEN = select(tables.incident.c.use_case_id, func.count().label("n")).where(~_ENDED).group_by(tables.incident.c.use_case_id)


def add_found(tx: Tx, inquiry: Inquiry, found: Found) -> None:
    """Writes a cause or a lesson; a number that is taken is refused by the database."""
    row = {"incident_id": inquiry.number, "finding": found.finding.value, "number": found.number, "says": found.says}
    tx.run(insert(incident_finding).values(**row, by=found.by, at=found.at))


def add_action(tx: Tx, inquiry: Inquiry, made: PendingAction) -> None:
    """Writes an action; a number that is taken is refused by the database."""
    row = {"incident_id": inquiry.number, "number": made.number, "says": made.says, "who": made.who, "until": made.until}
    tx.run(insert(incident_action).values(**row, made_by=made.made_by, made_at=made.made_at))


def end_action(tx: Tx, inquiry: Inquiry, ended: DoneAction | DroppedAction) -> None:
    """Writes how an action ended."""
    a = incident_action
    dropped = ended.why if isinstance(ended, DroppedAction) else None
    mine = update(a).where(a.c.incident_id == inquiry.number, a.c.number == ended.action.number)
    tx.run(mine.values(ended_by=ended.by, ended_at=ended.at, dropped=dropped))


def close(tx: Tx, closed: ClosedInquiry) -> None:
    """Writes that it is closed; a second time is refused by the database."""
    left = closed.left_out
    unseen = {} if left is None else {"left_out": left.cases, "why": left.why}
    tx.run(insert(incident_end).values(incident_id=closed.inquiry.number, by=closed.by, at=closed.at, **unseen))


def suspects(tx: Tx, mandate: MandateId, *, since: datetime, until: datetime) -> list[Suspect]:
    """Cases that AI decided alone under a mandate between two moments, in no order.

    Left out are those that people have looked at since (a correction, an audit that agreed or is still to come, an earlier recheck),
    and those that were erased.
    """
    r, p = tables.routing.c, tables.proposal.c
    there = _READABLE.outerjoin(tables.proposal, (p.case_number == r.case_number) & (p.fingerprint == r.fingerprint))
    wanted = select(r.case_number, p.confidence, p.familiarity).select_from(there)
    return [_suspect(row) for row in tx.run(wanted.where(*_unseen(mandate, since, until)))]


def count_suspects(tx: Tx, mandate: MandateId, *, since: datetime, until: datetime) -> int:
    """How many `suspects` there are."""
    wanted = select(func.count()).select_from(_READABLE).where(*_unseen(mandate, since, until))
    return int(tx.conn.execute(wanted).scalar_one())


_READABLE = tables.routing.join(tables.case_key, tables.case_key.c.case_number == tables.routing.c.case_number)


def _unseen(mandate: MandateId, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """Which cases were decided alone between two moments, and nobody has looked at since."""
    r, a = tables.routing.c, tables.audit.c
    seen = (
        select(correction.c.case_number).where(correction.c.case_number == r.case_number).exists(),
        select(recheck.c.case_number).where(recheck.c.case_number == r.case_number).exists(),
        select(a.case_number).where(a.case_number == r.case_number, (a.outcome == "agreed") | a.outcome.is_(None)).exists(),
    )
    return (r.mandate_id == mandate, r.route == decisions.ALONE, r.at >= since, r.at <= until, *(~one for one in seen))


def asked_since(tx: Tx, number: int) -> datetime | None:
    """The earliest moment from which on people said that errors may have been more than allowed, when they asked; None: nobody asked."""
    found: datetime | None = tx.conn.execute(select(func.min(recheck.c.since)).where(recheck.c.incident_id == number)).scalar_one()
    return found


def _suspect(row: Record) -> Suspect:
    chance = 1.0 if row.confidence is None else min(1.0, max(0.0, 1.0 - float(row.confidence)))
    return Suspect(case=CaseNumber(row.case_number), chance=chance, familiarity=row.familiarity)


def decided_alone(tx: Tx, mandate: MandateId, *, since: datetime, until: datetime) -> int:
    """How many cases AI decided alone under a mandate between two moments."""
    r = tables.routing.c
    within = (r.mandate_id == mandate, r.route == decisions.ALONE, r.at >= since, r.at <= until)
    return int(tx.conn.execute(select(func.count()).select_from(tables.routing).where(*within)).scalar_one())


def numbers_alone(tx: Tx, mandate: MandateId, *, since: datetime, until: datetime, most: int) -> list[CaseNumber]:
    """The cases that AI decided alone under a mandate between two moments, in order; at most so many."""
    r = tables.routing.c
    within = (r.mandate_id == mandate, r.route == decisions.ALONE, r.at >= since, r.at <= until)
    found = tx.conn.execute(select(r.case_number).where(*within).order_by(r.case_number).limit(most)).scalars()
    return [CaseNumber(number) for number in found]


def add_rechecks(tx: Tx, inquiry: Inquiry, found: Sequence[Suspect], *, since: datetime, at: datetime) -> None:
    """Writes which cases are looked at again, and from when on they were looked for."""
    told = {"incident_id": inquiry.number, "since": since, "asked_at": at}
    rows = [{"case_number": one.case, "chance": one.chance, **told} for one in found]
    for start in range(0, len(rows), AT_ONCE):
        tx.run(insert(recheck), rows[start : start + AT_ONCE])


def recheck_of(tx: Tx, number: CaseNumber) -> int | None:
    """For which incident a case is looked at again and was not answered; None where for none."""
    c = recheck.c
    found = tx.conn.execute(select(c.incident_id).where(c.case_number == number, c.changed.is_(None))).scalar_one_or_none()
    return None if found is None else int(found)


def end_recheck(tx: Tx, number: CaseNumber, *, changed: bool, at: datetime) -> None:
    """Writes what came of looking again."""
    c = recheck
    tx.run(update(c).where(c.c.case_number == number).values(changed=changed, answered_at=at))


def _inquiry(tx: Tx, row: Record) -> AnyInquiry:
    incident = Incident(use_case=row.slug, mandate=MandateId(row.mandate_id), kind=row.kind, says=row.says, at=row.at)
    number = int(row.id)
    f, a, e = incident_finding, incident_action, incident_end
    found = tx.run(select(f).where(f.c.incident_id == number).order_by(f.c.at, f.c.finding, f.c.number)).all()
    actions = tx.run(select(a).where(a.c.incident_id == number).order_by(a.c.number)).all()
    ended = tx.run(select(e).where(e.c.incident_id == number)).one_or_none()
    inquiry = Inquiry(
        number=number,
        incident=incident,
        found=tuple(_found(one) for one in found),
        actions=tuple(_action(one) for one in actions),
        rechecked=_rechecked(tx, number),
    )
    if ended is None:
        return inquiry
    left = None if ended.left_out is None else LeftOut(cases=int(ended.left_out), why=ended.why)
    return ClosedInquiry(inquiry=inquiry, by=PersonId(ended.by), at=ended.at, left_out=left)


def _found(row: Record) -> Found:
    return Found(finding=Finding(row.finding), number=row.number, says=row.says, by=PersonId(row.by), at=row.at)


def _action(row: Record) -> Action:
    pending = PendingAction(
        number=row.number,
        says=row.says,
        who=PersonId(row.who),
        until=row.until,
        made_by=PersonId(row.made_by),
        made_at=row.made_at,
    )
    if row.ended_at is None:
        return pending
    by = PersonId(row.ended_by)
    if row.dropped is None:
        return DoneAction(action=pending, by=by, at=row.ended_at)
    return DroppedAction(action=pending, by=by, at=row.ended_at, why=row.dropped)


def _rechecked(tx: Tx, number: int) -> Rechecked:
    c = recheck.c
    changed = func.sum(case((c.changed.is_(True), 1), else_=0), type_=Integer)
    row = tx.run(select(func.count(), func.count(c.answered_at), changed).where(c.incident_id == number)).one()
    asked, answered, wrong = tuple(row)
    return Rechecked(asked=int(asked), answered=int(answered), changed=int(wrong or 0))
