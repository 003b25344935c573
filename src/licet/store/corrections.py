"""Corrections' rows: answers that count in the place of decisions, which stay beside them."""

from collections.abc import Mapping

from sqlalchemy import func, insert, select

from licet.core.answer import Answer
from licet.core.correction import Correction, counting
from licet.core.ids import CaseNumber, PersonId
from licet.core.use_case import UseCase
from licet.store import decisions, tables
from licet.store.book import Record, Tx
from licet.store.payloads import read_answer, read_payload, write_answer, write_json
from licet.store.work_tables import correction


def add(tx: Tx, use_case: UseCase, made: Correction, salt: bytes) -> None:
    """Writes a correction, its answer and its reason encrypted under the case's key.

    A number that is taken is refused by the database: two corrections never share one.
    """
    row = {
        "case_number": made.case,
        "number": made.number,
        "use_case_id": use_case.id,
        "answer": write_answer(tx, salt, made.answer),
        "why": write_json(tx, salt, {"why": made.why}),
        "by": made.by,
        "at": made.at,
    }
    tx.run(insert(correction).values(**row))


def of_case(tx: Tx, use_case: UseCase, case: CaseNumber, salt: bytes) -> list[Correction]:
    """The corrections of a case in the order of their numbers; none where it was decided right."""
    c = correction.c
    rows = tx.run(select(correction).where(c.case_number == case, c.use_case_id == use_case.id).order_by(c.number)).all()
    return [_correction(tx, use_case, row, salt) for row in rows]


def corrected_by(tx: Tx, case: CaseNumber, person: PersonId) -> bool:
    """Whether a person corrected a case: they have seen what AI decided about it."""
    c = correction.c
    return tx.run(select(c.number).where(c.case_number == case, c.by == person).limit(1)).first() is not None


def steps(tx: Tx, use_case: UseCase, case: CaseNumber, salt: bytes) -> list[tuple[Answer, Correction]]:
    """The corrections of a case in order, each with the answer that counted before it."""
    decided = decisions.answer_of(tx, use_case, case, salt)
    made = of_case(tx, use_case, case, salt)
    return [] if decided is None else list(zip([decided, *(one.answer for one in made)], made, strict=False))


def answer_that_counts(tx: Tx, use_case: UseCase, case: CaseNumber, salt: bytes) -> Answer | None:
    """The newest correction's answer, or the decision's; None while there is no decision."""
    decided = decisions.answer_of(tx, use_case, case, salt)
    return None if decided is None else counting(decided, of_case(tx, use_case, case, salt))


def corrected(tx: Tx, use_case: UseCase, *, newest: int) -> list[CaseNumber]:
    """The cases that were corrected, the latest corrected first; at most so many."""
    c = correction.c
    last = func.max(c.at).label("last")
    wanted = select(c.case_number, last).where(c.use_case_id == use_case.id).group_by(c.case_number)
    return [CaseNumber(row.case_number) for row in tx.run(wanted.order_by(last.desc(), c.case_number.desc()).limit(newest))]


def counts(tx: Tx, use_case: UseCase) -> Mapping[str, int]:
    """How many cases were corrected, by who had decided them: `alone` and `person`."""
    c, r = correction.c, tables.routing
    cases = select(c.case_number).where(c.use_case_id == use_case.id).distinct().subquery()
    wanted = select(r.c.route, func.count().label("n")).join(cases, cases.c.case_number == r.c.case_number).group_by(r.c.route)
    found = {row.route: int(row.n) for row in tx.run(wanted)}
    return {"alone": found.get(decisions.ALONE, 0), "person": found.get(decisions.TO_PERSON, 0)}


def _correction(tx: Tx, use_case: UseCase, row: Record, salt: bytes) -> Correction:
    match read_payload(tx, salt, row.why):
        case {"why": str(why)}:
            return Correction(
                case=CaseNumber(row.case_number),
                number=row.number,
                answer=read_answer(tx, salt, row.answer, use_case.answer_kind)[0],
                why=why,
                by=PersonId(row.by),
                at=row.at,
            )
        case _:
            message = "A stored reason does not have the form it was written in; restore a backup."
            raise ValueError(message)
