"""Contests' rows: known answers that reviewers say are wrong, why, and what somebody senior decided."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, insert, select, update

from licet.core.ids import CaseNumber, PersonId
from licet.core.known import Shown
from licet.core.use_case import UseCase
from licet.store.book import Record, Tx
from licet.store.known import WITH_END, shown_of
from licet.store.known_tables import known_retired, planted
from licet.store.payloads import read_payload, salts_of, write_json

_P = planted.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A known answer that somebody contests.

    Attributes:
        about: what they said, and what is known.
        why: what they say against it.
        at: when they said so.
        settled_by, settled_at: who decided, and when; None: nobody did yet.
        reason: why it was decided so; empty where nobody said.
    """

    about: Shown
    why: str
    at: datetime
    settled_by: PersonId | None
    settled_at: datetime | None
    reason: str


def open_ones(tx: Tx, use_case: UseCase) -> list[Contest]:
    """What nobody decided yet, oldest first."""
    return _read(tx, use_case, _P.settled_at.is_(None), newest_first=False)


def settled(tx: Tx, use_case: UseCase, *, most: int) -> list[Contest]:
    """What was decided, newest first; at most so many."""
    return _read(tx, use_case, _P.settled_at.is_not(None), most=most)


def reasons(tx: Tx, use_case: UseCase, person: PersonId) -> dict[str, str]:
    """Why contests of somebody's were decided as they were, by the name of the known answer; those without a reason are left out."""
    mine = _read(tx, use_case, and_(_P.settled_at.is_not(None), _P.person_id == person))
    return {one.about.token: one.reason for one in mine if one.reason}


def find(tx: Tx, use_case: UseCase, token: str) -> Contest | None:
    """One contest by the name of its known answer; None where there is none, or its case was erased."""
    return next(iter(_read(tx, use_case, _P.token == token)), None)


def count_open(tx: Tx) -> dict[int, int]:
    """How many contests are open, by use case; those without any are left out."""
    counted = select(_P.use_case_id, func.count().label("n")).where(_P.contested_at.is_not(None), _P.settled_at.is_(None))
    return {int(row.use_case_id): int(row.n) for row in tx.run(counted.group_by(_P.use_case_id))}


def _read(tx: Tx, use_case: UseCase, which: ColumnElement[bool], *, newest_first: bool = True, most: int | None = None) -> list[Contest]:
    wanted = WITH_END.where(_P.use_case_id == use_case.id, _P.contested_at.is_not(None), which)
    order = (_P.settled_at.desc(), _P.token) if newest_first else (_P.contested_at, _P.token)
    rows = {row.token: row for row in tx.run(wanted.order_by(*order).limit(most))}
    salts = salts_of(tx, [CaseNumber(row.case_number) for row in rows.values()])
    return [_one(tx, one, rows[one.token], salts[one.case]) for one in shown_of(tx, use_case, list(rows.values()))]


def _one(tx: Tx, about: Shown, row: Record, salt: bytes) -> Contest:
    return Contest(
        about=about,
        why=str(read_payload(tx, salt, row.contest)),
        at=row.contested_at,
        settled_by=None if row.settled_by is None else PersonId(row.settled_by),
        settled_at=row.settled_at,
        reason="" if row.settled_why is None else str(read_payload(tx, salt, row.settled_why)),
    )


def begin(tx: Tx, one: Shown, why: str, *, at: datetime) -> None:
    """Writes down that somebody says the known answer is wrong."""
    salt = salts_of(tx, [one.case])[one.case]
    tx.run(update(planted).where(_P.token == one.token).values(contested_at=at, contest=write_json(tx, salt, why)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """How a contest ended: whether it was right, who says so, and why; empty: they gave no reason."""

    upheld: bool
    by: PersonId
    reason: str
    at: datetime


def settle(tx: Tx, use_case: UseCase, one: Shown, how: Decided) -> None:
    """Writes how a contest ended; where it was right, the case is planted no more, and its known answer counts for nobody."""
    salt = salts_of(tx, [one.case])[one.case]
    why = write_json(tx, salt, how.reason) if how.reason else None
    values = {"settled_by": how.by, "settled_at": how.at, "upheld": how.upheld, "settled_why": why}
    tx.run(update(planted).where(_P.token == one.token).values(values))
    if how.upheld and not one.retired:
        tx.run(insert(known_retired).values(case_number=one.case, use_case_id=use_case.id, retired_at=how.at))
