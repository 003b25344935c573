"""What people's agreement is read from: cases that two of them answered blind, and how long they had each case in hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from licet.core.answer import Answer
from licet.core.desk import HeldState
from licet.core.ids import CaseNumber, PersonId
from licet.core.refusal import Unknown
from licet.core.use_case import UseCase
from licet.store import seconds
from licet.store.book import Tx
from licet.store.desk_tables import held_answer
from licet.store.payloads import salts_of
from licet.store.second_tables import second_look

MOST = 5000
"""The newest cases that are read; a year's at most for most use cases."""

UNTIMED = Unknown(why="nobody knows since when they had it")

_H, _L = held_answer.c, second_look.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A case that two people answered, each blind, and with which probability it came to that."""

    case: CaseNumber
    probability: float
    first: PersonId
    first_says: Answer
    second: PersonId
    second_says: Answer


def pairs(tx: Tx, use_case: UseCase, *, until: datetime) -> list[Pair]:
    """Cases that two people answered up to a moment, the newest first; erased ones are gone."""
    wanted = select(_L.case_number).where(_L.use_case_id == use_case.id, _L.second.is_not(None), _L.asked_at <= until)
    numbers = [CaseNumber(n) for n in tx.conn.execute(wanted.order_by(_L.asked_at.desc()).limit(MOST)).scalars()]
    salts = salts_of(tx, numbers)
    looks = [seconds.of_case(tx, use_case, number, salts[number]) for number in numbers if number in salts]
    return [
        Pair(
            case=look.case,
            probability=look.probability,
            first=look.first,
            first_says=look.says.first,
            second=look.second,
            second_says=look.second_says.first,
        )
        for look in looks
        if look is not None and look.second is not None and look.second_says is not None
    ]


def seconds_of(tx: Tx, use_case: UseCase, person: PersonId, *, since: datetime, until: datetime) -> Sequence[float | Unknown]:
    """How many seconds somebody had each case in hand whose answer took effect, given in a time."""
    done = (_H.use_case_id == use_case.id, _H.person_id == person, _H.state == HeldState.DONE.value, _H.given_at > since)
    rows = tx.run(select(_H.handed_at, _H.given_at).where(*done, _H.given_at <= until).order_by(_H.given_at))
    return [UNTIMED if row.handed_at is None else (row.given_at - row.handed_at).total_seconds() for row in rows]
