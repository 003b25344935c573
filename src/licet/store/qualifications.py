"""Rows of practice: a use case's rule, what is drawn for whom, and what they said on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, bindparam, func, insert, select, update

from licet.core.answer import Answer
from licet.core.ids import CaseNumber, PersonId
from licet.core.known import Basis, Candidate
from licet.core.qualification import QualificationRule, Trial, Work
from licet.core.use_case import UseCase
from licet.store.book import Tx
from licet.store.payloads import read_answer, salts_of, write_answer
from licet.store.qualification_tables import practice, qualification_rule

_P, _R = practice.c, qualification_rule.c


def rule_of(tx: Tx, use_case: UseCase) -> QualificationRule | None:
    """The rule that holds; None: the owner set none."""
    row = tx.run(_RULE, {"use_case": use_case.id}).one_or_none()
    if row is None:
        return None
    return QualificationRule(
        cases=row.cases,
        agreement=row.agreement,
        confidence=row.confidence,
        lasts=timedelta(days=row.lasts_days),
        work=frozenset(Work(one) for one in row.work.split()),
        version=row.version,
    )


_RULE = select(qualification_rule).where(_R.use_case_id == bindparam("use_case")).order_by(_R.version.desc()).limit(1)
"""Asked with every case that is handed out: put together once."""


def set_rule(tx: Tx, use_case: UseCase, rule: QualificationRule, *, by: PersonId, at: datetime) -> None:
    """Writes a new version of the rule."""
    row = {
        "use_case_id": use_case.id,
        "version": rule.version,
        "cases": rule.cases,
        "agreement": rule.agreement,
        "confidence": rule.confidence,
        "lasts_days": rule.lasts.days,
        "work": " ".join(sorted(rule.work)),
        "set_by": by,
        "set_at": at,
    }
    tx.run(insert(qualification_rule).values(row))


def trials(tx: Tx, use_case: UseCase, person: PersonId) -> list[Trial]:
    """What somebody's practice alone showed, oldest first; rounds with advice are drawn to teach, and count for no bound."""
    mine = (_P.use_case_id == use_case.id, _P.person_id == person, _P.round.is_(None), _P.answered_at.is_not(None))
    rows = tx.run(select(_P.first_right, _P.answered_at).where(*mine).order_by(_P.answered_at, _P.token)).all()
    return [Trial(right=row.first_right, at=row.answered_at) for row in rows]


def every_trial(tx: Tx, use_case: UseCase) -> dict[PersonId, list[Trial]]:
    """The same for everybody who practised alone."""
    alone = (_P.use_case_id == use_case.id, _P.round.is_(None), _P.answered_at.is_not(None))
    rows = tx.run(select(_P.person_id, _P.first_right, _P.answered_at).where(*alone).order_by(_P.person_id, _P.answered_at, _P.token))
    found: dict[PersonId, list[Trial]] = {}
    for row in rows.all():
        found.setdefault(PersonId(row.person_id), []).append(Trial(right=row.first_right, at=row.answered_at))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A past case that was drawn for somebody and waits for their answer."""

    token: str
    case: CaseNumber
    truth: Answer
    basis: Basis
    salt: bytes


def waiting(tx: Tx, use_case: UseCase, person: PersonId) -> Drawn | None:
    """The case that somebody was given to answer alone and did not; None: there is none, or it was erased."""
    mine = (_P.use_case_id == use_case.id, _P.person_id == person, _P.round.is_(None), _P.answered_at.is_(None))
    for row in tx.run(select(practice).where(*mine).order_by(_P.drawn_at.desc(), _P.token)).all():
        number = CaseNumber(row.case_number)
        salt = salts_of(tx, [number]).get(number)
        if salt is not None:
            truth = read_answer(tx, salt, row.truth, use_case.answer_kind)[0]
            return Drawn(token=row.token, case=number, truth=truth, basis=Basis(row.basis), salt=salt)
    return None


def count_drawn(tx: Tx, use_case: UseCase, person: PersonId) -> int:
    """How many cases were drawn for somebody to answer alone so far."""
    mine = (_P.use_case_id == use_case.id, _P.person_id == person, _P.round.is_(None))
    return int(tx.run(select(func.count()).select_from(practice).where(*mine)).scalar_one())


def draw(tx: Tx, use_case: UseCase, token: str, one: Candidate, *, person: PersonId, at: datetime) -> None:
    """Writes down what is drawn for whom."""
    salt = salts_of(tx, [one.case])[one.case]
    row = {
        "token": token,
        "use_case_id": use_case.id,
        "case_number": one.case,
        "person_id": person,
        "basis": one.basis.value,
        "truth": write_answer(tx, salt, one.truth),
        "drawn_at": at,
    }
    tx.run(insert(practice).values(row))


def answer(tx: Tx, drawn: Drawn, said: Answer, *, by: PersonId, right: bool, at: datetime) -> bool:
    """Writes what somebody said; says whether this was the first time."""
    values = {"said": write_answer(tx, drawn.salt, said, by=by), "first_right": right, "answered_at": at}
    return tx.conn.execute(update(practice).where(_P.token == drawn.token, _P.answered_at.is_(None)).values(**values)).rowcount == 1


def forget(tx: Tx, cases: Select[tuple[int]]) -> None:
    """Deletes practice on cases that are deleted."""
    tx.run(practice.delete().where(_P.case_number.in_(cases)))
