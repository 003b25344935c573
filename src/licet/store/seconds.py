"""Second looks' rows: cases that two people answer, audits whose answer differs from AI's, and who asked for a case."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update

from licet.core.ids import CaseNumber, Digest, PersonId
from licet.core.review import Review, ReviewKind
from licet.core.second import Cause, Stands, stands
from licet.core.standard import Standard, standard_from_json
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Tx
from licet.store.payloads import read_answer, read_payload, write_answer, write_json
from licet.store.second_tables import dispute, requester, second_look

# --- the rule ------------------------------------------------------------------------------------------------------------

_S = tables.standard.c
_NEWEST = (
    select(_S.digest, _S.body)
    .where(_S.use_case_id == bindparam("use_case"))
    .order_by(_S.countersigned_by.is_(None), _S.version.desc())
    .limit(1)
)
"""Asked with people's answers: put together once."""


def standard_that_holds(tx: Tx, use_case: UseCase) -> tuple[Digest, Standard] | None:
    """The newest standard that two people signed, also while a next one is written; before there is any, the one its owner locked."""
    row = tx.run(_NEWEST, {"use_case": use_case.id}).one_or_none()
    return None if row is None else (Digest(row.digest), standard_from_json(json.loads(row.body)))


# --- second looks --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A case that two people answer.

    Attributes:
        cause, probability, standard: why, with which probability, by which standard.
        first, second: who answered; the second is None until they did.
        says, second_says: what each of them says.
    """

    case: CaseNumber
    cause: Cause
    probability: float
    standard: Digest
    first: PersonId
    says: Stands
    second: PersonId | None = None
    second_says: Stands | None = None


_L = second_look.c
_LOOK = select(second_look).where(_L.case_number == bindparam("case"))


def ask(tx: Tx, use_case: UseCase, look: Look, salt: bytes, *, at: datetime) -> None:
    """Writes down that a case takes a second person's answer, and keeps the first."""
    row = {
        "case_number": look.case,
        "use_case_id": use_case.id,
        "cause": look.cause.value,
        "probability": look.probability,
        "standard": look.standard,
        "first": look.first,
        "first_says": _write(tx, salt, look.says),
        "asked_at": at,
    }
    tx.run(insert(second_look).values(row))


def of_case(tx: Tx, use_case: UseCase, number: CaseNumber, salt: bytes) -> Look | None:
    """The second look at a case; None where one person's answer is enough."""
    row = tx.run(_LOOK, {"case": number}).one_or_none()
    if row is None:
        return None
    return Look(
        case=number,
        cause=Cause(row.cause),
        probability=row.probability,
        standard=Digest(row.standard),
        first=PersonId(row.first),
        says=_read(tx, use_case, salt, row.first_says),
        second=None if row.second is None else PersonId(row.second),
        second_says=None if row.second_says is None else _read(tx, use_case, salt, row.second_says),
    )


def _write(tx: Tx, salt: bytes, says: Stands) -> bytes:
    pair = [write_answer(tx, salt, one) for one in (says.first, says.counts)]
    return len(pair[0]).to_bytes(4, "big") + pair[0] + pair[1]


def _read(tx: Tx, use_case: UseCase, salt: bytes, raw: bytes) -> Stands:
    end = 4 + int.from_bytes(raw[:4], "big")
    first, counts = (read_answer(tx, salt, part, use_case.answer_kind)[0] for part in (raw[4:end], raw[end:]))
    return Stands(first=first, counts=counts)


def answer_second(tx: Tx, look: Look, second: Review, salt: bytes, *, agreed: bool) -> None:
    """Writes the second answer beside the first; where they say the same, that is the end of it."""
    said = {"second": second.by, "second_says": _write(tx, salt, stands(second)), "agreed": agreed}
    tx.run(update(second_look).where(_L.case_number == look.case).values(**said, ended_at=second.at if agreed else None))


def adjudicate(tx: Tx, look: Look, by: PersonId, *, first_right: bool, second_right: bool, at: datetime) -> None:
    """Writes whom somebody senior agrees with."""
    said = {"adjudicator": by, "first_right": first_right, "second_right": second_right, "ended_at": at}
    tx.run(update(second_look).where(_L.case_number == look.case).values(said))


# --- disputes ------------------------------------------------------------------------------------------------------------

_D = dispute.c


def open_dispute(tx: Tx, use_case: UseCase, number: CaseNumber, auditor: PersonId, *, at: datetime) -> None:
    """Writes down that an audit's answer differs from AI's, and waits for a second person's."""
    tx.run(insert(dispute).values(case_number=number, use_case_id=use_case.id, auditor=auditor, asked_at=at))


def end_dispute(tx: Tx, number: CaseNumber, by: PersonId, *, upheld: bool, at: datetime) -> None:
    """Writes what the second person said of it."""
    tx.run(update(dispute).where(_D.case_number == number).values(adjudicator=by, upheld=upheld, ended_at=at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputes:
    """How audits that differed from AI came out: open, upheld, or found to be errors in the record."""

    open: int
    upheld: int
    found_in_record: int


def disputes(tx: Tx, use_case: UseCase) -> Disputes:
    """How many audits differed from AI, and what became of them."""
    counted = select(_D.upheld, func.count().label("n")).where(_D.use_case_id == use_case.id).group_by(_D.upheld)
    found = {row.upheld: int(row.n) for row in tx.run(counted)}
    return Disputes(open=found.get(None, 0), upheld=found.get(True, 0), found_in_record=found.get(False, 0))


# --- who may not ---------------------------------------------------------------------------------------------------------


def remember_requesters(tx: Tx, asked: Sequence[tuple[CaseNumber, bytes, str]]) -> None:
    """Keeps who asked for cases: number, key material and e-mail address of each."""
    rows = [(number, write_json(tx, salt, {"email": email.strip().lower()})) for number, salt, email in asked]
    tx.insert_many(requester, ("case_number", "email"), rows)


_Q = requester.c
_ASKED = (
    select(_Q.case_number, _Q.email, tables.case_key.c.salt)
    .join(tables.case_key, tables.case_key.c.case_number == _Q.case_number)
    .where(_Q.case_number.in_(bindparam("cases", expanding=True)))
)
_R = tables.review.c
_BY = select(_R.case_number).where(_R.by == bindparam("person"), _R.case_number.in_(bindparam("cases", expanding=True)))
_T = tables.task.c
_OPEN = select(_T.case_number, _T.kind).where(
    _T.case_number.in_(bindparam("cases", expanding=True)), _T.done_at.is_(None), _T.kind.in_(("second", "adjudication", "dispute"))
)
AT_ONCE = 500


def requested_by(tx: Tx, numbers: Sequence[CaseNumber], email: str) -> frozenset[CaseNumber]:
    """Which of these cases somebody of this address asked for."""
    wanted: dict[str, object] = {"email": email.strip().lower()}
    found: set[CaseNumber] = set()
    for start in range(0, len(numbers), AT_ONCE):
        rows = tx.run(_ASKED, {"cases": list(numbers[start : start + AT_ONCE])})
        found.update(CaseNumber(row.case_number) for row in rows if read_payload(tx, row.salt, row.email) == wanted)
    return frozenset(found)


def answered_by(tx: Tx, numbers: Sequence[CaseNumber], person: PersonId) -> frozenset[CaseNumber]:
    """Which of these cases somebody answered before, for whatever reason."""
    found: set[CaseNumber] = set()
    for start in range(0, len(numbers), AT_ONCE):
        part = {"cases": list(numbers[start : start + AT_ONCE]), "person": person}
        found.update(CaseNumber(number) for number in tx.run(_BY, part).scalars())
    return frozenset(found)


def looked_at_again(tx: Tx, numbers: Sequence[CaseNumber]) -> dict[CaseNumber, ReviewKind]:
    """Which of these cases wait for somebody else's answer after a first, and for which."""
    found: dict[CaseNumber, ReviewKind] = {}
    for start in range(0, len(numbers), AT_ONCE):
        rows = tx.run(_OPEN, {"cases": list(numbers[start : start + AT_ONCE])})
        found.update({CaseNumber(row.case_number): ReviewKind(row.kind) for row in rows})
    return found


def first_of(tx: Tx, number: CaseNumber) -> PersonId | None:
    """Who gave the first answer on a case that two people answer."""
    found = tx.conn.execute(select(_L.first).where(_L.case_number == number)).scalar_one_or_none()
    return None if found is None else PersonId(found)
