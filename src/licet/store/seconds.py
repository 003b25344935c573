"""Second looks' rows: cases that two people answer, audits whose answer differs from AI's, and who asked for a case."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update

from licet.core.answer import Answer
from licet.core.desk import HeldState
from licet.core.flags import Together
from licet.core.ids import CaseNumber, Digest, PersonId
from licet.core.review import SIMULATED, Review, ReviewKind
from licet.core.second import Cause, Stands, stands
from licet.core.standard import Standard, standard_from_json
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Tx
from licet.store.desk_tables import held_answer
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
_H = held_answer.c
_SAW = select(_H.case_number).where(
    _H.person_id == bindparam("person"),
    _H.case_number.in_(bindparam("cases", expanding=True)),
    _H.state == HeldState.LATE.value,
    _H.revealed.is_not(None),
)
_T = tables.task.c
_NOT_FOR_ALL = tuple(kind for kind in ReviewKind if kind is not ReviewKind.DECISION)
_OPEN = select(_T.case_number, _T.kind).where(
    _T.case_number.in_(bindparam("cases", expanding=True)), _T.done_at.is_(None), _T.kind.in_([kind.value for kind in _NOT_FOR_ALL])
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
    """Which of these cases somebody answered before, for whatever reason; or saw AI's proposal for, though their answer did not count."""
    found: set[CaseNumber] = set()
    for start in range(0, len(numbers), AT_ONCE):
        part = {"cases": list(numbers[start : start + AT_ONCE]), "person": person}
        found.update(CaseNumber(number) for wanted in (_BY, _SAW) for number in tx.run(wanted, part).scalars())
    return frozenset(found)


def looked_at_again(tx: Tx, numbers: Sequence[CaseNumber]) -> dict[CaseNumber, ReviewKind]:
    """Which of these cases wait for an answer on what somebody said or AI decided before, and for which."""
    found: dict[CaseNumber, ReviewKind] = {}
    for start in range(0, len(numbers), AT_ONCE):
        rows = tx.run(_OPEN, {"cases": list(numbers[start : start + AT_ONCE])})
        found.update({CaseNumber(row.case_number): ReviewKind(row.kind) for row in rows})
    return found


def first_of(tx: Tx, number: CaseNumber) -> PersonId | None:
    """Who gave the first answer on a case that two people answer."""
    found = tx.conn.execute(select(_L.first).where(_L.case_number == number)).scalar_one_or_none()
    return None if found is None else PersonId(found)


# --- what they came to ---------------------------------------------------------------------------------------------------


def counts_of_pairs(tx: Tx, use_case: UseCase, *, since: datetime | None = None) -> list[Together]:
    """How often each two people agreed, and how often each of them was right; only what has ended, and no simulated people."""
    said = _L.agreed.is_(True)
    each = (("agreed", said), ("r1", said | _L.first_right), ("r2", said | _L.second_right))
    hits = [func.count().filter(which).label(name) for name, which in each]
    mine = [_L.use_case_id == use_case.id, _L.ended_at.is_not(None), _L.second.is_not(None), _L.first != SIMULATED]
    mine += [] if since is None else [_L.ended_at >= since]
    rows = tx.run(select(_L.first, _L.second, func.count().label("n"), *hits).where(*mine).group_by(_L.first, _L.second))
    found: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        turned = row.first > row.second
        pair = (row.second, row.first) if turned else (row.first, row.second)
        right = (row.r2, row.r1) if turned else (row.r1, row.r2)
        there = found.setdefault(pair, [0, 0, 0, 0])
        for place, more in enumerate((row.n, row.agreed, *right)):
            there[place] += int(more)
    return [
        Together(one=PersonId(one), other=PersonId(other), n=n, agreed=agreed, one_right=first, other_right=second)
        for (one, other), (n, agreed, first, second) in sorted(found.items())
    ]


_H = held_answer.c


def seconds_of_answers(tx: Tx, use_case: UseCase, *, since: datetime) -> dict[PersonId, list[float]]:
    """How many seconds each answer at the desk took, by who gave it; neither withdrawn ones, nor those of which nobody knows it."""
    mine = (_H.handed_at.is_not(None), _H.use_case_id == use_case.id, _H.given_at >= since, _H.state != HeldState.WITHDRAWN.value)
    found: dict[PersonId, list[float]] = {}
    for row in tx.run(select(_H.person_id, _H.handed_at, _H.given_at).where(*mine)):
        found.setdefault(PersonId(row.person_id), []).append((row.given_at - row.handed_at).total_seconds())
    return found


MOST_AGAIN = 5000
"""Answers on cases that came again which are read at most."""


def answers_again(tx: Tx, use_case: UseCase, *, since: datetime) -> dict[PersonId, list[list[Answer]]]:
    """What people answered, blind, on cases whose content came to them more than once: by person, and by content in the order of time."""
    c, k = tables.case.c, tables.case_key.c
    mine = (c.use_case_id == use_case.id, _R.at >= since, _R.simulated.is_(False))
    joined = tables.review.join(tables.case, c.number == _R.case_number)
    again = select(_R.by.label("by"), c.digest.label("digest")).select_from(joined).where(*mine)
    often = again.group_by(_R.by, c.digest).having(func.count() > 1).subquery()
    wanted = (
        select(_R.by, c.digest, _R.answer, k.salt)
        .select_from(joined.join(tables.case_key, k.case_number == c.number))
        .join(often, (often.c.by == _R.by) & (often.c.digest == c.digest))
        .where(*mine)
        .order_by(_R.at, _R.id)
        .limit(MOST_AGAIN)
    )
    found: dict[PersonId, dict[bytes, list[Answer]]] = {}
    for row in tx.run(wanted):
        said = read_answer(tx, row.salt, row.answer, use_case.answer_kind)[0]
        found.setdefault(PersonId(row.by), {}).setdefault(bytes(row.digest), []).append(said)
    return {person: list(by_content.values()) for person, by_content in found.items()}
