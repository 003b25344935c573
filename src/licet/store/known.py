"""Known answers' rows: what is planted for whom, what they said on it, what of it is contested; and what people's figures stand on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, func, insert, or_, select, update

from licet.core.answer import Answer
from licet.core.case import Part
from licet.core.grading import same
from licet.core.ids import CaseNumber, Fingerprint, PersonId
from licet.core.known import ORDINARY_RULE, Basis, Candidate, ContestState, KnownRule, Shown
from licet.core.refusal import Unknown
from licet.core.system import Proposal
from licet.core.use_case import UseCase
from licet.store import systems, tables
from licet.store.book import Record, Tx
from licet.store.cases import DONE
from licet.store.desk_tables import desk_item
from licet.store.known_tables import figures_seen, known_retired, known_rule, planted
from licet.store.payloads import read_answer, salts_of, write_answer
from licet.store.qualification_tables import practice
from licet.store.second_tables import second_look
from licet.store.work_tables import correction

LOOKED_AT = 40
"""Past cases that are looked at for one that may be planted."""

_P = planted.c


# --- the rule ------------------------------------------------------------------------------------------------------------


def rule_of(tx: Tx, use_case: UseCase) -> KnownRule:
    """How many known answers are planted in a use case."""
    row = tx.run(_RULE, {"use_case": use_case.id}).one_or_none()
    return ORDINARY_RULE if row is None else KnownRule(share=row.share, errors=row.errors)


_RULE = select(known_rule.c.share, known_rule.c.errors).where(known_rule.c.use_case_id == bindparam("use_case"))
"""Asked with every case that is handed out: put together once."""


def set_rule(tx: Tx, use_case: UseCase, rule: KnownRule, *, by: PersonId, at: datetime) -> None:
    """Writes how many are planted from now on."""
    values = {"share": rule.share, "errors": rule.errors, "set_by": by, "set_at": at}
    if not tx.conn.execute(update(known_rule).where(known_rule.c.use_case_id == use_case.id).values(values)).rowcount:
        tx.run(insert(known_rule).values(use_case_id=use_case.id, **values))


# --- what could be planted -----------------------------------------------------------------------------------------------


def planted_so_far(tx: Tx, use_case: UseCase, person: PersonId) -> tuple[int, bool]:
    """How many were planted for somebody, and whether one waits still that they did not skip: a skipped one is over for planting."""
    row = tx.run(_SO_FAR, {"use_case": use_case.id, "person": person}).one()
    return int(row.n), bool(row.waits)


_SO_FAR = select(
    func.count().label("n"),
    func.count(desk_item.c.token).filter(_P.skipped_at.is_(None)).label("waits"),
).select_from(planted.outerjoin(desk_item, desk_item.c.token == _P.token)).where(
    _P.use_case_id == bindparam("use_case"), _P.person_id == bindparam("person")
)  # fmt: skip


def candidates(tx: Tx, use_case: UseCase, person: PersonId, *, place: float, fingerprint: Fingerprint | None) -> Iterator[Candidate]:
    """Past cases whose answer is known, from a place in [0, 1) on that chance gives; those that two people answered come first.

    Never a sealed case, one that somebody saw planted or practised on before, or one whose known answer was found wrong.

    Args:
        tx: the transaction.
        use_case: whose cases.
        person: for whom.
        place: where to begin.
        fingerprint: whose proposals to read; None: none are shown.
    """
    for wanted, basis in ((_looked_at(use_case), Basis.AGREED), (_history(use_case), Basis.RECORD)):
        rows = _from_place(tx, wanted.where(*_fresh(person)), place)
        numbers = [CaseNumber(row.number) for row in rows]
        said = {} if fingerprint is None else systems.proposals_for(tx, use_case, fingerprint, numbers)
        for row in rows:
            found = _candidate(tx, use_case, row, basis)
            advice = said.get(CaseNumber(row.number))
            yield _advised(found, advice) if isinstance(advice, Proposal) else found


def history_with_advice(
    tx: Tx, use_case: UseCase, fingerprint: Fingerprint | None, *, unseen_by: PersonId | None, most: int
) -> list[Candidate]:
    """The newest past cases whose answer is known, with what a system proposed for each, if it did; never a sealed one.

    Args:
        tx: the transaction.
        use_case: whose cases.
        fingerprint: of the system; None: no proposals are read. With one, cases it spoke about alone, newest first.
        unseen_by: leaves out what this person has met before; None: nothing is left out for anybody.
        most: at most so many of each basis.
    """
    fresh = _sound() if unseen_by is None else _fresh(unseen_by)
    p, found = tables.proposal.c, []
    spoken = () if fingerprint is None else (_C.number.in_(select(p.case_number).where(p.fingerprint == fingerprint, p.failed.is_(None))),)
    for wanted, basis in ((_looked_at(use_case), Basis.AGREED), (_history(use_case), Basis.RECORD)):
        rows = tx.run(wanted.where(*fresh, *spoken).order_by(_C.number.desc()).limit(most)).all()
        said = {} if fingerprint is None else systems.proposals_for(tx, use_case, fingerprint, [CaseNumber(row.number) for row in rows])
        for row in rows:
            one, advice = _candidate(tx, use_case, row, basis), said.get(CaseNumber(row.number))
            found.append(_advised(one, advice) if isinstance(advice, Proposal) else one)
    return found


_C, _K, _L, _D = tables.case.c, tables.case_key.c, second_look.c, tables.decision.c


def _history(use_case: UseCase) -> Select[*tuple[object, ...]]:
    b = tables.import_batch.c
    there = tables.case.join(tables.case_key, _K.case_number == _C.number).join(tables.import_batch, b.id == _C.batch_id)
    parts = _C.part.in_((Part.BUILD.value, Part.CALIBRATION.value))
    of_it = (_C.use_case_id == use_case.id, parts, b.state == DONE, _C.labelled.is_(True), _C.truth.is_not(None))
    return select(_C.number, _K.salt, _C.truth).select_from(there).where(*of_it)


def _looked_at(use_case: UseCase) -> Select[*tuple[object, ...]]:
    there = second_look.join(tables.case, _C.number == _L.case_number).join(tables.case_key, _K.case_number == _L.case_number)
    columns = (_C.number, _K.salt, _D.answer.label("truth"), _L.first, _L.second, _L.adjudicator)
    ended = (_L.use_case_id == use_case.id, _L.ended_at.is_not(None))
    return select(*columns).select_from(there.join(tables.decision, _D.case_number == _L.case_number)).where(*ended)


def _fresh(person: PersonId) -> tuple[ColumnElement[bool], ...]:
    seen = select(_P.case_number).where(or_(_P.person_id == person, _P.settled_by == person))
    practised = select(practice.c.case_number).where(practice.c.person_id == person)
    answered = select(tables.review.c.case_number).where(tables.review.c.by == person)
    return (*(_C.number.not_in(one) for one in (seen, practised, answered)), *_sound())


def _sound() -> tuple[ColumnElement[bool], ...]:
    """Cases whose known answer nobody found wrong."""
    return tuple(_C.number.not_in(one) for one in (select(correction.c.case_number), select(known_retired.c.case_number)))


def _from_place(tx: Tx, wanted: Select[*tuple[object, ...]], place: float) -> Sequence[Record]:
    """Rows from a drawn number on, and around to the first."""
    first, last = tx.run(wanted.with_only_columns(func.min(_C.number), func.max(_C.number))).one()
    if first is None:
        return []
    start = int(first + place * (last - first + 1))
    later = tx.run(wanted.where(_C.number >= start).order_by(_C.number).limit(LOOKED_AT)).all()
    return [*later, *tx.run(wanted.where(_C.number < start).order_by(_C.number).limit(LOOKED_AT - len(later))).all()]


def _candidate(tx: Tx, use_case: UseCase, row: Record, basis: Basis) -> Candidate:
    truth, by = read_answer(tx, row.salt, row.truth, use_case.answer_kind)
    if basis is Basis.RECORD:
        return Candidate(case=CaseNumber(row.number), truth=truth, basis=basis, by=frozenset({by} - {""}))
    people = frozenset(one for one in (row.first, row.second, row.adjudicator) if one is not None)
    how = Basis.AGREED if row.adjudicator is None else Basis.ADJUDICATED
    return Candidate(case=CaseNumber(row.number), truth=truth, basis=how, by=people)


def _advised(found: Candidate, advice: Proposal) -> Candidate:
    return Candidate(
        case=found.case,
        truth=found.truth,
        basis=found.basis,
        by=found.by,
        advice=advice.answer,
        confidence=advice.confidence,
        advice_right=same(advice.answer, found.truth),
    )


# --- planted -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """What is planted: under which name, for whom, and with which probability."""

    token: str
    what: Candidate
    person: PersonId
    probability: float


def plant(tx: Tx, use_case: UseCase, new: Planted, *, at: datetime) -> None:
    """Writes down what is planted."""
    one = new.what
    salt = salts_of(tx, [one.case])[one.case]
    row = {
        "token": new.token,
        "use_case_id": use_case.id,
        "case_number": one.case,
        "person_id": new.person,
        "basis": one.basis.value,
        "probability": new.probability,
        "truth": write_answer(tx, salt, one.truth),
        "advice": None if one.advice is None else write_answer(tx, salt, one.advice),
        "confidence": None if one.advice is None else one.confidence,
        "advice_right": None if one.advice is None else one.advice_right,
        "planted_at": at,
    }
    tx.run(insert(planted).values(row))


def skip(tx: Tx, token: str, person: PersonId, *, at: datetime) -> None:
    """Remembers that somebody skipped a case that was planted for them; of any other case nothing is written, and nobody is told."""
    theirs = (_P.token == token, _P.person_id == person, _P.skipped_at.is_(None))
    tx.run(update(planted).where(*theirs).values(skipped_at=at))


def skipped_on_desk(tx: Tx, use_case: UseCase, person: PersonId) -> list[str]:
    """What was planted for somebody who skipped it, and lies on the desk in nobody's hands."""
    there = planted.join(desk_item, desk_item.c.token == _P.token)
    mine = (_P.use_case_id == use_case.id, _P.person_id == person, _P.skipped_at.is_not(None))
    idle = (desk_item.c.lane == desk_item.c.home, desk_item.c.lease.is_(None))
    return list(tx.conn.execute(select(_P.token).select_from(there).where(*mine, *idle)).scalars())


def advice_on(tx: Tx, use_case: UseCase, token: str) -> tuple[Answer, float] | None:
    """What is shown as AI's proposal on a planted case; None where the token is none's, or nothing is shown."""
    row = tx.run(select(_P.case_number, _P.advice, _P.confidence).where(_P.token == token, _P.use_case_id == use_case.id)).one_or_none()
    if row is None or row.advice is None:
        return None
    salt = salts_of(tx, [CaseNumber(row.case_number)]).get(CaseNumber(row.case_number))
    return None if salt is None else (read_answer(tx, salt, row.advice, use_case.answer_kind)[0], float(row.confidence))


def waiting(tx: Tx, use_case: UseCase, token: str) -> tuple[CaseNumber, PersonId, Answer, bytes, float] | None:
    """A planted case: its number, for whom, the known answer, its key material, and the probability; None: there is none of that name."""
    row = tx.run(select(planted).where(_P.token == token, _P.use_case_id == use_case.id)).one_or_none()
    number = None if row is None else CaseNumber(row.case_number)
    salt = None if number is None else salts_of(tx, [number]).get(number)
    if row is None or number is None or salt is None:
        return None
    return number, PersonId(row.person_id), read_answer(tx, salt, row.truth, use_case.answer_kind)[0], salt, float(row.probability)


def in_lane_of(tx: Tx, use_case: UseCase, person: PersonId) -> list[tuple[str, CaseNumber]]:
    """Planted cases that somebody was given and did not answer, where they are back in the queue: their names and cases."""
    there = planted.join(desk_item, desk_item.c.token == _P.token)
    mine = (_P.use_case_id == use_case.id, _P.person_id == person, desk_item.c.lane == desk_item.c.home)
    return [(row.token, CaseNumber(row.case_number)) for row in tx.run(select(_P.token, _P.case_number).select_from(there).where(*mine))]


def answer(tx: Tx, token: str, said: bytes, values: Mapping[str, object], *, at: datetime) -> bool:
    """Writes what somebody said on a planted case; says whether this was the first time."""
    done = update(planted).where(_P.token == token, _P.answered_at.is_(None)).values(said=said, answered_at=at, **values)
    return tx.conn.execute(done).rowcount == 1


def answered(tx: Tx, use_case: UseCase, *, person: PersonId | None, since: datetime, until: datetime) -> list[Shown]:
    """Planted cases that were answered in a time, oldest first: somebody's, or everybody's. Erased ones are gone."""
    theirs = () if person is None else (_P.person_id == person,)
    within = (_P.use_case_id == use_case.id, _P.answered_at > since, _P.answered_at <= until, *theirs)
    return shown_of(tx, use_case, tx.run(WITH_END.where(*within).order_by(_P.answered_at, _P.token)).all())


def of_token(tx: Tx, use_case: UseCase, token: str) -> Shown | None:
    """A planted case that was answered, by its name."""
    rows = tx.run(WITH_END.where(_P.use_case_id == use_case.id, _P.token == token, _P.answered_at.is_not(None))).all()
    return next(iter(shown_of(tx, use_case, rows)), None)


WITH_END = select(planted, known_retired.c.retired_at).outerjoin(known_retired, known_retired.c.case_number == _P.case_number)
"""Planted cases, and whether their known answer counts still."""


def shown_of(tx: Tx, use_case: UseCase, rows: Sequence[Record]) -> list[Shown]:
    """Rows of `WITH_END` as they are; erased cases are left out."""
    salts = salts_of(tx, list({CaseNumber(row.case_number) for row in rows}))
    return [_one(tx, use_case, row, salts[CaseNumber(row.case_number)]) for row in rows if CaseNumber(row.case_number) in salts]


def _one(tx: Tx, use_case: UseCase, row: Record, salt: bytes) -> Shown:
    return Shown(
        token=row.token,
        case=CaseNumber(row.case_number),
        by=PersonId(row.person_id),
        said=read_answer(tx, salt, row.said, use_case.answer_kind)[0],
        truth=read_answer(tx, salt, row.truth, use_case.answer_kind)[0],
        basis=Basis(row.basis),
        first_right=row.first_right,
        final_right=row.final_right,
        advice_right=row.advice_right if row.advised else None,
        seconds=Unknown(why="it was answered on a sheet") if row.seconds is None else row.seconds,
        at=row.answered_at,
        contest=_contest(row),
        retired=row.retired_at is not None,
    )


def _contest(row: Record) -> ContestState:
    if row.contested_at is None:
        return ContestState.NONE
    if row.settled_at is None:
        return ContestState.OPEN
    return ContestState.UPHELD if row.upheld else ContestState.REJECTED


def gave_truth(tx: Tx, case: CaseNumber) -> frozenset[str]:
    """Who gave the answer that is known of a case, where people here did."""
    row = tx.run(select(_L.first, _L.second, _L.adjudicator).where(_L.case_number == case)).one_or_none()
    return frozenset() if row is None else frozenset(one for one in tuple(row) if one is not None)


# --- who looked ----------------------------------------------------------------------------------------------------------

_F = figures_seen.c


def saw_own(tx: Tx, use_case: UseCase, person: PersonId, *, at: datetime) -> bool:
    """Writes down that somebody looked at their own figures; says whether it was the first time."""
    mine = (_F.use_case_id == use_case.id, _F.person_id == person)
    if tx.conn.execute(update(figures_seen).where(*mine).values(seen_at=at)).rowcount:
        return False
    tx.run(insert(figures_seen).values(use_case_id=use_case.id, person_id=person, seen_at=at))
    return True


def looked(tx: Tx, use_case: UseCase, person: PersonId) -> datetime | None:
    """When somebody last looked at their own figures."""
    found: datetime | None = tx.conn.execute(
        select(_F.seen_at).where(_F.use_case_id == use_case.id, _F.person_id == person)
    ).scalar_one_or_none()
    return found


def forget(tx: Tx, cases: Select[tuple[int]]) -> None:
    """Deletes what stands on cases that are deleted."""
    mine = select(_P.token).where(_P.case_number.in_(cases))
    tx.run(desk_item.delete().where(or_(desk_item.c.case_number.in_(cases), desk_item.c.token.in_(mine))))
    tx.run(planted.delete().where(_P.case_number.in_(cases)))
    tx.run(known_retired.delete().where(known_retired.c.case_number.in_(cases)))


def said_by_case(known: Sequence[Shown]) -> Mapping[CaseNumber, list[tuple[PersonId, Answer]]]:
    """What people said on planted cases, by case."""
    found: dict[CaseNumber, list[tuple[PersonId, Answer]]] = defaultdict(list)
    for one in known:
        found[one.case].append((one.by, one.said))
    return found
