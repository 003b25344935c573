"""Remarks' rows: what people say about a case at the desk, and what they ask whoever sent it; encrypted under the case's key."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from licet.core.desk import Information, Remark
from licet.core.ids import CaseNumber, PersonId
from licet.core.review import ReviewKind
from licet.store import tables, work_tables
from licet.store.book import Record, Tx
from licet.store.desk_tables import desk_question, desk_remark
from licet.store.desks import Item
from licet.store.held import answered_by
from licet.store.payloads import read_payload, write_json

_R, _Q = desk_remark.c, desk_question.c


def add(tx: Tx, item: Item, remark: Remark, salt: bytes) -> None:
    """Writes a remark down."""
    row = {"case_number": item.case, "use_case_id": item.use_case_id, "by": remark.by, "text": write_json(tx, salt, remark.text)}
    tx.run(insert(desk_remark).values(**row, at=remark.at))


def for_reader(tx: Tx, number: CaseNumber, salt: bytes, reader: PersonId, *, since: datetime | None = None) -> tuple[Remark, ...]:
    """What somebody may read about a case: all, once they answered it; before, only what people said who have not answered it.

    Who answered may have seen what AI proposes, and says in any case what they think of the case. What is older than `since`, when
    the case came to the desk, would tell that it waited there before, for another reason.
    """
    lately = () if since is None else (_R.at >= since,)
    rows = tx.run(select(desk_remark).where(_R.case_number == number, *lately).order_by(_R.id)).all()
    if not rows:
        return ()
    answered = who_answered(tx, number)
    return tuple(
        Remark(by=PersonId(row.by), text=str(read_payload(tx, salt, row.text)), at=row.at)
        for row in rows
        if reader in answered or row.by not in answered or row.by == reader
    )


_QUESTIONS = select(desk_question).where(_Q.token == bindparam("token")).order_by(_Q.id)
"""Asked with every case that is handed out: put together once."""


def who_answered(tx: Tx, number: CaseNumber) -> frozenset[str]:
    """Everybody who answered a case, on any way, or corrected its decision."""
    review, correction = tables.review.c, work_tables.correction.c
    reviewed = tx.conn.execute(select(review.by).where(review.case_number == number)).scalars()
    corrected = tx.conn.execute(select(correction.by).where(correction.case_number == number)).scalars()
    return frozenset([*reviewed, *corrected, *answered_by(tx, number)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A question that waits for whoever sent the case."""

    id: int
    token: str
    case: CaseNumber
    question: str
    asked_at: datetime


def ask(tx: Tx, item: Item, question: str, salt: bytes, *, by: PersonId, at: datetime) -> None:
    """Writes a question down."""
    row = {"token": item.token, "case_number": item.case, "use_case_id": item.use_case_id, "asked_by": by, "asked_at": at}
    tx.run(insert(desk_question).values(**row, question=write_json(tx, salt, question)))


def open_question(tx: Tx, number: CaseNumber, salt: bytes) -> Open | None:
    """The question on a case that waits for a decision. One on a case that is audited is told to nobody: it would tell of the audit."""
    task = tables.task
    asked = select(desk_question).join(task, task.c.token == _Q.token)
    mine = (_Q.case_number == number, _Q.ended_at.is_(None), task.c.kind == ReviewKind.DECISION.value, task.c.done_at.is_(None))
    row: Record | None = tx.run(asked.where(*mine).order_by(_Q.id.desc())).first()
    if row is None:
        return None
    said = str(read_payload(tx, salt, row.question))
    return Open(id=row.id, token=row.token, case=number, question=said, asked_at=row.asked_at)


def answer(tx: Tx, question: Open, text: str, salt: bytes, *, by: PersonId, at: datetime) -> None:
    """Writes down what whoever sent the case says."""
    values = {"answer": write_json(tx, salt, text), "answered_by": by, "ended_at": at}
    tx.run(update(desk_question).where(_Q.id == question.id).values(values))


def give_up(tx: Tx, token: str, *, at: datetime) -> None:
    """Ends the questions about a task that nobody answered."""
    tx.run(update(desk_question).where(_Q.token == token, _Q.ended_at.is_(None)).values(ended_at=at))


def information(tx: Tx, token: str, salt: bytes) -> tuple[Information, ...]:
    """What was asked about a task, and what came back."""
    rows = tx.run(_QUESTIONS, {"token": token})
    return tuple(
        Information(
            question=str(read_payload(tx, salt, row.question)),
            asked_at=row.asked_at,
            answer=None if row.answer is None else str(read_payload(tx, salt, row.answer)),
        )
        for row in rows
    )
