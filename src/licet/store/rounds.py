"""Rows of practice rounds: which rounds there are, their cases with the advice on each, and what was said before it and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from licet.core.answer import Answer, AnswerKind, answer_from_json, answer_to_json
from licet.core.canonical import Json
from licet.core.case import Part
from licet.core.ids import CaseNumber, Fingerprint, PersonId
from licet.core.known import Basis
from licet.core.practice_round import Pick, Try
from licet.core.system import Precedent, Proposal
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Record, Tx
from licet.store.payloads import read_answer, read_payload, salts_of, write_answer, write_json
from licet.store.qualification_tables import practice, practice_round

_P, _R = practice.c, practice_round.c
_PAST = (Part.BUILD.value, Part.CALIBRATION.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round of somebody's. `fingerprint`: of the system that advises in it; None: it is played alone."""

    id: str
    person: PersonId
    cases: int
    guided: bool
    fingerprint: Fingerprint | None
    begun_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What AI proposes on a past case, why in its own words, and the similar past cases it names."""

    answer: Answer
    confidence: float
    reason: str
    precedents: tuple[Precedent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A case that somebody practises on. `round`: None: alone. What is None was not said yet, or there was no advice."""

    token: str
    case: CaseNumber
    salt: bytes
    truth: Answer
    basis: Basis
    round: str | None
    place: int
    advice: Advice | None
    advice_right: bool | None
    first: Answer | None
    first_right: bool
    final: Answer | None
    final_right: bool


def begin(tx: Tx, use_case: UseCase, new: Round) -> None:
    """Writes down that a round begins."""
    row = {"id": new.id, "use_case_id": use_case.id, "person_id": new.person, "cases": new.cases, "guided": new.guided}
    tx.run(insert(practice_round).values(**row, fingerprint=new.fingerprint, begun_at=new.begun_at))


def draw(tx: Tx, use_case: UseCase, of: Round, picks: Mapping[str, Pick], advice: Mapping[CaseNumber, Proposal]) -> None:
    """Writes down the cases of a round, by token in their order, with the advice there is on each."""
    salts = salts_of(tx, [one.case.case for one in picks.values()])
    for place, (token, pick) in enumerate(picks.items(), start=1):
        one, said = pick.case, advice.get(pick.case.case)
        salt = salts[one.case]
        row = {
            "token": token,
            "use_case_id": use_case.id,
            "case_number": one.case,
            "person_id": of.person,
            "basis": one.basis.value,
            "truth": write_answer(tx, salt, one.truth),
            "drawn_at": of.begun_at,
            "round": of.id,
            "place": place,
            "why": pick.why.value,
            "chance": pick.chance,
            "advice": None if said is None else write_json(tx, salt, _advice_json(said)),
            "advice_right": None if said is None else one.advice_right,
        }
        tx.run(insert(practice).values(row))


def _advice_json(said: Proposal) -> Json:
    near: list[Json] = [[one.case, one.similarity] for one in said.precedents]
    return {"answer": answer_to_json(said.answer), "confidence": said.confidence, "reason": said.reason, "precedents": near}


def _advice(raw: Json, kind: AnswerKind) -> Advice:
    match raw:
        case {"answer": answer, "confidence": int() | float() as confidence, "reason": str(reason), "precedents": list(near)}:
            similar = tuple(_precedent(one) for one in near)
            return Advice(answer=answer_from_json(kind, answer), confidence=float(confidence), reason=reason, precedents=similar)
        case _:
            message = "Stored advice does not have the form it was written in; restore a backup."
            raise ValueError(message)


def _precedent(raw: Json) -> Precedent:
    match raw:
        case [int(case), int() | float() as similarity]:
            return Precedent(case=CaseNumber(case), similarity=float(similarity))
        case _:
            message = "A stored precedent does not have the form it was written in; restore a backup."
            raise ValueError(message)


def find(tx: Tx, use_case: UseCase, person: PersonId, id_: str | None = None) -> Round | None:
    """A round of somebody's by its name, the newest where none is named; None: there is none."""
    mine = [_R.use_case_id == use_case.id, _R.person_id == person, *(() if id_ is None else (_R.id == id_,))]
    row = tx.run(select(practice_round).where(*mine).order_by(_R.begun_at.desc(), _R.id).limit(1)).one_or_none()
    if row is None:
        return None
    fingerprint = None if row.fingerprint is None else Fingerprint(row.fingerprint)
    return Round(
        id=row.id,
        person=PersonId(row.person_id),
        cases=row.cases,
        guided=row.guided,
        fingerprint=fingerprint,
        begun_at=row.begun_at,
    )


def played(tx: Tx, use_case: UseCase, person: PersonId, *, token: str | None = None, round_id: str | None = None) -> list[Played]:
    """Cases that somebody practises on, in their order: one by its token, or those of a round. Erased ones are gone."""
    which = _P.token == token if round_id is None else _P.round == round_id
    rows = tx.run(select(practice).where(_P.use_case_id == use_case.id, _P.person_id == person, which).order_by(_P.place)).all()
    salts = salts_of(tx, [CaseNumber(row.case_number) for row in rows])
    return [_played(tx, row, salts[CaseNumber(row.case_number)], use_case.answer_kind) for row in rows if row.case_number in salts]


def _played(tx: Tx, row: Record, salt: bytes, kind: AnswerKind) -> Played:
    first = None if row.said is None else read_answer(tx, salt, row.said, kind)[0]
    alone = row.round is None or row.advice is None
    final = first if alone else None if row.final is None else read_answer(tx, salt, row.final, kind)[0]
    return Played(
        token=row.token,
        case=CaseNumber(row.case_number),
        salt=salt,
        truth=read_answer(tx, salt, row.truth, kind)[0],
        basis=Basis(row.basis),
        round=row.round,
        place=row.place or 1,
        advice=None if row.advice is None else _advice(read_payload(tx, salt, row.advice), kind),
        advice_right=row.advice_right,
        first=first,
        first_right=bool(row.first_right),
        final=final,
        final_right=bool(row.first_right if alone else row.final_right),
    )


def answer(tx: Tx, one: Played, said: Answer, *, by: PersonId, right: bool, at: datetime) -> bool:
    """Writes somebody's own first answer; says whether this was the first time."""
    values = {"said": write_answer(tx, one.salt, said, by=by), "first_right": right, "answered_at": at}
    return tx.conn.execute(update(practice).where(_P.token == one.token, _P.answered_at.is_(None)).values(**values)).rowcount == 1


def settle(tx: Tx, one: Played, said: Answer, *, by: PersonId, right: bool, at: datetime) -> bool:
    """Writes what was kept or changed to after the advice; says whether this was the first time."""
    values = {"final": write_answer(tx, one.salt, said, by=by), "final_right": right, "settled_at": at}
    return tx.conn.execute(update(practice).where(_P.token == one.token, _P.settled_at.is_(None)).values(**values)).rowcount == 1


def tries(tx: Tx, use_case: UseCase, person: PersonId, *, round_id: str | None = None) -> list[Try]:
    """How somebody's cases in rounds ended, in one of them or in all."""
    mine = [_P.use_case_id == use_case.id, _P.person_id == person, _P.answered_at.is_not(None)]
    which = _P.round.is_not(None) if round_id is None else _P.round == round_id
    rows = tx.run(select(_P.first_right, _P.final_right, _P.advice_right, _P.settled_at).where(*mine, which)).all()
    return [
        Try(
            first_right=row.first_right,
            final_right=row.first_right if row.advice_right is None else row.final_right,
            advice_right=row.advice_right,
        )
        for row in rows
        if row.advice_right is None or row.settled_at is not None
    ]


def truths(tx: Tx, use_case: UseCase, numbers: Sequence[CaseNumber]) -> Mapping[CaseNumber, Answer]:
    """What the record says of past cases; sealed and erased ones are left out."""
    c, k = tables.case.c, tables.case_key.c
    wanted = (
        select(c.number, k.salt, c.truth)
        .join_from(tables.case, tables.case_key, k.case_number == c.number)
        .where(c.number.in_(numbers), c.use_case_id == use_case.id, c.part.in_(_PAST), c.truth.is_not(None))
    )
    return {CaseNumber(row.number): read_answer(tx, row.salt, row.truth, use_case.answer_kind)[0] for row in tx.run(wanted).all()}
