"""Watches' rows: watches over slices, the days of an audit plan, late audits, and agreements that are checked again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from licet.core.audit_plan import Day
from licet.core.ids import CaseNumber, MandateId
from licet.core.mandate import ActiveMandate
from licet.core.use_case import UseCase
from licet.stats import watch as watching
from licet.store import tables
from licet.store.book import Record, Tx
from licet.store.watch_tables import agreement_check, audit_day, delegation_hold, late_notice, slice_watch

# --- watches over slices -------------------------------------------------------------------------------------------------


def start(tx: Tx, mandate: ActiveMandate, by_name: Mapping[str, watching.Watch]) -> None:
    """Writes the watches over slices of a mandate's round."""
    rows = [(mandate.id, mandate.round, name, json.dumps(watching.to_json(watch))) for name, watch in by_name.items()]
    tx.insert_many(slice_watch, ("mandate_id", "round", "name", "state"), rows)


def of_slices(tx: Tx, mandate: ActiveMandate) -> dict[str, watching.Watch]:
    """The watches over slices of the present round, by name."""
    w = slice_watch.c
    found = tx.run(select(w.name, w.state).where(w.mandate_id == mandate.id, w.round == mandate.round).order_by(w.name))
    return {row.name: watching.from_json(json.loads(row.state)) for row in found}


def write(tx: Tx, mandate: ActiveMandate, by_name: Mapping[str, watching.Watch], *, now: datetime) -> None:
    """Writes what audits made of watches over slices."""
    w = slice_watch
    for name, watch in by_name.items():
        mine = update(w).where(w.c.mandate_id == mandate.id, w.c.round == mandate.round, w.c.name == name)
        tx.run(mine.values(state=json.dumps(watching.to_json(watch)), tripped_at=now if watch.has_tripped else None))


# --- days ----------------------------------------------------------------------------------------------------------------


def day(tx: Tx, mandate: ActiveMandate, number: int) -> Day | None:
    """A day as it was planned; None before its first case."""
    d = audit_day.c
    mine = (d.mandate_id == mandate.id, d.round == mandate.round, d.day == number)
    row = tx.run(select(audit_day).where(*mine)).one_or_none()
    return None if row is None else _day(row)


def days(tx: Tx, mandate: ActiveMandate) -> list[Day]:
    """The days of the present round on which cases were decided alone, newest first."""
    d = audit_day.c
    mine = (d.mandate_id == mandate.id, d.round == mandate.round)
    return [_day(row) for row in tx.run(select(audit_day).where(*mine).order_by(d.day.desc()))]


def plan_day(tx: Tx, mandate: ActiveMandate, planned: Day) -> None:
    """Writes a day's plan."""
    rows = [(mandate.id, mandate.round, planned.number, planned.rate, planned.planned, planned.weight)]
    tx.insert_many(audit_day, ("mandate_id", "round", "day", "rate", "planned", "weight"), rows)


def weigh(tx: Tx, mandate: ActiveMandate, number: int, *, more: float) -> None:
    """Adds the weight of cases that this transaction decides alone to their day."""
    d = audit_day
    mine = update(d).where(d.c.mandate_id == mandate.id, d.c.round == mandate.round, d.c.day == number)
    tx.run(mine.values(weight=d.c.weight + more))


def _day(row: Record) -> Day:
    return Day(number=row.day, rate=row.rate, planned=row.planned, weight=row.weight)


# --- late audits ---------------------------------------------------------------------------------------------------------


ON_AUDITS = ("audit", "dispute")
"""Kinds of questions whose answers say what an audit found."""


def late(tx: Tx, mandate: ActiveMandate, *, before: datetime) -> list[CaseNumber]:
    """Cases whose audit was drawn before a moment in the present round and whose question nobody has answered, overdue ones among them."""
    t, a = tables.task.c, tables.audit.c
    open_ones = (t.kind.in_(ON_AUDITS), t.done_at.is_(None))
    mine = (a.mandate_id == mandate.id, a.round == mandate.round, a.drawn_at <= before)
    wanted = select(a.case_number).join(tables.task, t.case_number == a.case_number).where(*mine, *open_ones)
    wanted = wanted.where((a.outcome.is_(None)) | (a.outcome == "overdue")).order_by(a.order)
    return [CaseNumber(number) for number in dict.fromkeys(tx.conn.execute(wanted).scalars())]


def questions_open(tx: Tx, use_case: UseCase) -> frozenset[CaseNumber]:
    """Cases about which the question of an audit, or of its second person, waits for an answer."""
    t = tables.task.c
    found = tx.conn.execute(select(t.case_number).where(t.use_case_id == use_case.id, t.kind.in_(ON_AUDITS), t.done_at.is_(None)))
    return frozenset(map(CaseNumber, found.scalars()))


def not_told(tx: Tx, numbers: Sequence[CaseNumber], *, now: datetime) -> list[CaseNumber]:
    """Those of these late audits of which nobody was told yet; they count as told from here on."""
    n = late_notice.c
    told = set(tx.conn.execute(select(n.case_number).where(n.case_number.in_(list(numbers)))).scalars()) if numbers else set()
    fresh = [number for number in numbers if number not in told]
    for number in fresh:
        tx.run(insert(late_notice).values(case_number=number, at=now))
    return fresh


def is_held(tx: Tx, mandate: MandateId) -> bool:
    """Whether nothing is decided alone under a mandate because too many audits are late."""
    h = delegation_hold.c
    return tx.run(select(h.id).where(h.mandate_id == mandate, h.released_at.is_(None)).limit(1)).first() is not None


def hold(tx: Tx, mandate: ActiveMandate, *, late: int, now: datetime) -> None:
    """Holds delegation."""
    tx.run(insert(delegation_hold).values(mandate_id=mandate.id, round=mandate.round, late=late, at=now))


def release(tx: Tx, mandate: MandateId, *, now: datetime) -> None:
    """Lets delegation go on."""
    h = delegation_hold
    tx.run(update(h).where(h.c.mandate_id == mandate, h.c.released_at.is_(None)).values(released_at=now))


# --- agreements that are checked again -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """An audit that agreed with AI and that a second person checks."""

    case: CaseNumber
    mandate: MandateId
    round: int
    probability: float
    drawn_at: datetime
    due_at: datetime
    agreed: bool | None = None


def draw_check(tx: Tx, check: Check) -> None:
    """Writes an agreement that was drawn to be checked."""
    c = agreement_check
    tx.run(
        insert(c).values(
            case_number=check.case,
            mandate_id=check.mandate,
            round=check.round,
            probability=check.probability,
            drawn_at=check.drawn_at,
            due_at=check.due_at,
        )
    )


def check_of(tx: Tx, case: CaseNumber) -> Check | None:
    """The check of a case; None where it was not drawn."""
    row = tx.run(select(agreement_check).where(agreement_check.c.case_number == case)).one_or_none()
    return None if row is None else _check(row)


def answer_check(tx: Tx, case: CaseNumber, *, agreed: bool, at: datetime) -> None:
    """Writes what a check found; the first answer stays."""
    c = agreement_check
    tx.run(update(c).where(c.c.case_number == case, c.c.agreed.is_(None)).values(agreed=agreed, answered_at=at))


def checks(tx: Tx, mandate: ActiveMandate) -> list[Check]:
    """The checks of the present round, in the order in which they were drawn."""
    c = agreement_check
    mine = (c.c.mandate_id == mandate.id, c.c.round == mandate.round)
    return [_check(row) for row in tx.run(select(c).where(*mine).order_by(c.c.drawn_at, c.c.case_number))]


def _check(row: Record) -> Check:
    return Check(
        case=CaseNumber(row.case_number),
        mandate=MandateId(row.mandate_id),
        round=row.round,
        probability=row.probability,
        drawn_at=row.drawn_at,
        due_at=row.due_at,
        agreed=row.agreed,
    )
