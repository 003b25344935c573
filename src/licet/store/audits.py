"""Audits' rows: which cases were drawn, in which order, and what came of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from licet.core.audit import Agreed, Disagreed, Drawn, Outcome, Overdue
from licet.core.ids import CaseNumber, MandateId
from licet.core.mandate import ActiveMandate
from licet.store import tables
from licet.store.book import Record, Tx
from licet.store.moments import moment_text

WORDS: dict[str, Outcome] = {"agreed": Agreed(), "disagreed": Disagreed(), "overdue": Overdue()}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """A drawn case and what came of it; `outcome` is None until it is answered or late."""

    drawn: Drawn
    outcome: Outcome | None
    answered_at: datetime | None
    fed: bool


def draw(tx: Tx, drawn: Sequence[Drawn]) -> None:
    """Writes drawn cases."""
    rows = [(d.mandate, d.round, d.order, d.case, d.probability, moment_text(d.drawn_at), moment_text(d.due_at), False) for d in drawn]
    columns = ("mandate_id", "round", "order", "case_number", "probability", "drawn_at", "due_at", "fed")
    tx.insert_many(tables.audit, columns, rows)


def is_countable(tx: Tx, mandate: ActiveMandate, now: datetime) -> bool:
    """Whether the first audit that the watch has not counted is answered, or overdue."""
    row = tx.run(_NEXT, {"mandate": mandate.id, "round": mandate.round}).one_or_none()
    return row is not None and (row.outcome is not None or now >= row.due_at)


_A = tables.audit.c
_OF_ROUND = (_A.mandate_id == bindparam("mandate"), _A.round == bindparam("round"))
_NEXT = select(_A.outcome, _A.due_at).where(*_OF_ROUND, _A.fed.is_(False)).order_by(_A.order).limit(1)
"""Asked with every case: put together once."""


def of_case(tx: Tx, case: CaseNumber) -> AuditRow | None:
    """The audit of a case; None where it was not drawn."""
    row = tx.run(select(tables.audit).where(tables.audit.c.case_number == case)).one_or_none()
    return None if row is None else _row(row)


def answer(tx: Tx, case: CaseNumber, outcome: Outcome, *, at: datetime) -> None:
    """Writes what came of an audit; the first outcome stays."""
    a = tables.audit
    tx.run(update(a).where(a.c.case_number == case, a.c.outcome.is_(None)).values(outcome=word_of(outcome), answered_at=at))


def not_fed(tx: Tx, mandate: ActiveMandate) -> list[AuditRow]:
    """Audits of the present round the watch has not counted, in the order in which they were drawn."""
    a = tables.audit
    wanted = select(a).where(a.c.mandate_id == mandate.id, a.c.round == mandate.round, a.c.fed.is_(False)).order_by(a.c.order)
    return [_row(row) for row in tx.run(wanted)]


def mark_fed(tx: Tx, rows: Sequence[AuditRow]) -> None:
    """Remembers that the watch counted audits."""
    a = tables.audit
    for row in rows:
        tx.run(update(a).where(a.c.case_number == row.drawn.case).values(fed=True))


def every(tx: Tx, mandate: MandateId) -> list[AuditRow]:
    """All audits of a mandate, by round and order."""
    a = tables.audit
    return [_row(row) for row in tx.run(select(a).where(a.c.mandate_id == mandate).order_by(a.c.round, a.c.order))]


def counted_since(tx: Tx, mandate: ActiveMandate, since: datetime) -> tuple[int, int]:
    """How many audits drawn in the present round since a moment the watch has counted, and how many of them speak against AI."""
    agreed = func.count().filter(_A.outcome == "agreed")
    wanted = select(func.count().label("n"), agreed.label("agreed")).where(*_OF_ROUND, _A.fed.is_(True), _A.drawn_at >= since)
    row = tx.run(wanted, {"mandate": mandate.id, "round": mandate.round}).one()
    return int(row.n), int(row.n) - int(row.agreed)


def word_of(outcome: Outcome) -> str:
    """An outcome in one word: agreed, disagreed or overdue."""
    return next(word for word, value in WORDS.items() if value == outcome)


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
    outcome = None if r["outcome"] is None else WORDS[r["outcome"]]
    return AuditRow(drawn=drawn, outcome=outcome, answered_at=r["answered_at"], fed=r["fed"])
