"""Audits' rows: which cases were drawn, in which order, and what came of each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from sqlalchemy import bindparam, func, insert, select, update

from licet.core.audit import Agreed, CannotTell, Disagreed, Drawn, Outcome, Overdue
from licet.core.ids import CaseNumber, MandateId
from licet.core.mandate import ActiveMandate
from licet.store import tables
from licet.store.book import Record, Tx
from licet.store.evaluation_tables import audit_loss
from licet.store.moments import moment_text
from licet.store.watch_tables import audit_chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a drawn case stands in the audit plan: its day with that day's rate and plan, its stratum and its slices."""

    day: int
    planned: int
    rate: float
    stratum: str
    slices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """A drawn case and what came of it; `outcome` is None until it is answered or late.

    Attributes:
        place: its day and slices under an audit plan; None: its mandate has none.
    """

    drawn: Drawn
    outcome: Outcome | None
    answered_at: datetime | None
    fed: bool
    place: Place | None = None

    @property
    def ratio(self) -> float:
        """How much it weighs: the smallest probability of its day over its own, in (0, 1]; 1 where all are drawn alike."""
        return 1.0 if self.place is None else min(1.0, self.place.rate / self.drawn.probability)


def draw(tx: Tx, drawn: Sequence[Drawn]) -> None:
    """Writes drawn cases."""
    rows = [(d.mandate, d.round, d.order, d.case, d.probability, moment_text(d.drawn_at), moment_text(d.due_at), False) for d in drawn]
    columns = ("mandate_id", "round", "order", "case_number", "probability", "drawn_at", "due_at", "fed")
    tx.insert_many(tables.audit, columns, rows)


def place(tx: Tx, places: Mapping[CaseNumber, Place]) -> None:
    """Writes where drawn cases stand in the audit plan."""
    rows = [(case, p.rate, p.day, p.planned, p.stratum, json.dumps(p.slices)) for case, p in places.items()]
    tx.insert_many(audit_chance, ("case_number", "rate", "day", "planned", "stratum", "slices"), rows)


def is_countable(tx: Tx, mandate: ActiveMandate, now: datetime) -> bool:
    """Whether the first audit that the watch has not counted is answered, or overdue."""
    row = tx.run(_NEXT, {"mandate": mandate.id, "round": mandate.round}).one_or_none()
    return row is not None and (row.outcome is not None or now >= row.due_at)


_A, _C = tables.audit.c, audit_chance.c
_PLACED = (_C.rate, _C.day, _C.planned, _C.stratum, _C.slices)
_L = audit_loss.c
_AUDIT = (
    select(tables.audit, *_PLACED, _L.loss)
    .outerjoin(audit_chance, _C.case_number == _A.case_number)
    .outerjoin(audit_loss, _L.case_number == _A.case_number)
)
_OF_ROUND = (_A.mandate_id == bindparam("mandate"), _A.round == bindparam("round"))
_NEXT = select(_A.outcome, _A.due_at).where(*_OF_ROUND, _A.fed.is_(False)).order_by(_A.order).limit(1)
"""Asked with every case: put together once."""


def of_case(tx: Tx, case: CaseNumber) -> AuditRow | None:
    """The audit of a case; None where it was not drawn."""
    row = tx.run(_AUDIT.where(tables.audit.c.case_number == case)).one_or_none()
    return None if row is None else _row(row)


def answer(tx: Tx, case: CaseNumber, outcome: Outcome, *, at: datetime) -> None:
    """Writes what came of an audit; the first outcome stays."""
    a = tables.audit
    done = tx.run(update(a).where(a.c.case_number == case, a.c.outcome.is_(None)).values(outcome=word_of(outcome), answered_at=at))
    if done.rowcount and isinstance(outcome, Disagreed) and outcome.loss < 1.0:
        tx.run(insert(audit_loss).values(case_number=case, loss=outcome.loss))


def not_fed(tx: Tx, mandate: ActiveMandate) -> list[AuditRow]:
    """Audits of the present round the watch has not counted, in the order in which they were drawn."""
    a = tables.audit
    wanted = _AUDIT.where(a.c.mandate_id == mandate.id, a.c.round == mandate.round, a.c.fed.is_(False)).order_by(a.c.order)
    return [_row(row) for row in tx.run(wanted)]


def mark_fed(tx: Tx, rows: Sequence[AuditRow]) -> None:
    """Remembers that the watch counted audits."""
    a = tables.audit
    for row in rows:
        tx.run(update(a).where(a.c.case_number == row.drawn.case).values(fed=True))


def every(tx: Tx, mandate: MandateId) -> list[AuditRow]:
    """All audits of a mandate, by round and order."""
    a = tables.audit
    return [_row(row) for row in tx.run(_AUDIT.where(a.c.mandate_id == mandate).order_by(a.c.round, a.c.order))]


def counted_since(tx: Tx, mandate: ActiveMandate, since: datetime) -> tuple[int, int]:
    """How many audits drawn in the present round since a moment the watch has counted, and how many of them speak against AI."""
    agreed = func.count().filter(_A.outcome == "agreed")
    wanted = select(func.count().label("n"), agreed.label("agreed")).where(*_OF_ROUND, _A.fed.is_(True), _A.drawn_at >= since)
    row = tx.run(wanted, {"mandate": mandate.id, "round": mandate.round}).one()
    return int(row.n), int(row.n) - int(row.agreed)


def word_of(outcome: Outcome) -> str:
    """An outcome in one word: agreed, disagreed, overdue or unsure."""
    match outcome:
        case Agreed():
            return "agreed"
        case Disagreed():
            return "disagreed"
        case Overdue():
            return "overdue"
        case CannotTell():
            return "unsure"
        case _:
            assert_never(outcome)


def _outcome(word: str | None, lost: float | None) -> Outcome | None:
    """What came of an audit; a disagreement without a loss of its own is wholly wrong."""
    match word:
        case None:
            return None
        case "agreed":
            return Agreed()
        case "overdue":
            return Overdue()
        case "unsure":
            return CannotTell()
        case _:
            return Disagreed(loss=1.0 if lost is None else lost)


def _row(row: Record) -> AuditRow:
    r = row._mapping
    drawn = Drawn(
        mandate=MandateId(r["mandate_id"]),
        round=r["round"],
        order=r["order"],
        case=CaseNumber(r["case_number"]),
        probability=r["probability"],
        drawn_at=r["drawn_at"],
        due_at=r["due_at"],
    )
    outcome = _outcome(r["outcome"], r["loss"])
    return AuditRow(drawn=drawn, outcome=outcome, answered_at=r["answered_at"], fed=r["fed"], place=_place(row))


def _place(row: Record) -> Place | None:
    r = row._mapping
    if r["rate"] is None:
        return None
    return Place(day=r["day"], planned=r["planned"], rate=r["rate"], stratum=r["stratum"], slices=tuple(json.loads(r["slices"])))
