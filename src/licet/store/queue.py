"""The queue: accepted cases that nobody has routed yet; a claim is a lease with a name, and only who holds it may decide.

A case's row is deleted in the very transaction that routes it, and only where it still carries the claim. So a worker that was
given up for dead and comes back finds its rows gone or under another name, and decides nothing a second time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, func, insert, or_, select, update

from licet.core.answer import AnswerKind, answer_from_json, answer_to_json
from licet.core.canonical import Json, canonical_bytes, read_json
from licet.core.history import PostedProposal
from licet.core.ids import CaseNumber, UseCaseSlug
from licet.core.system import SystemCard, SystemKind
from licet.core.use_case import UseCase
from licet.store import tables, work_tables
from licet.store.book import Record, Tx
from licet.store.cases import StoredCase, case_columns, read_case
from licet.store.engines import on_postgresql
from licet.store.payloads import read_payload, write_json

SUSPECT_AFTER = 2
"""Attempts after which a case is claimed alone, so that it takes no other case down with it."""

PATIENCE = timedelta(seconds=5)
"""So long a case that is claimed alone lets sound ones go first."""

Free = tuple[int, int, datetime, datetime | None]
"""What is read of a case that may be claimed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who works on which cases until when. `claim` names the lease; it is never given twice."""

    claim: str
    holder: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A case about to be put into the queue, with the key material of its payloads and what an outside system proposes for it."""

    number: CaseNumber
    salt: bytes
    posted: PostedProposal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A case under a claim. `card` is the outside system whose proposal it carries; None where the mandate's own system proposes."""

    case: StoredCase
    attempts: int
    posted: PostedProposal | None
    card: SystemCard | None


def put(tx: Tx, use_case: UseCase, queued: Sequence[Queued], card: SystemCard | None, *, at: datetime, lease: Lease | None) -> None:
    """Puts cases into the queue; under a lease at once, where whoever accepted them goes on with them."""
    system = None if card is None else canonical_bytes([card.name, card.version]).decode()
    rows = [
        {
            "case_number": one.number,
            "use_case_id": use_case.id,
            "ready_at": at,
            "attempts": 0 if lease is None else 1,
            "system": system,
            "posted": None if one.posted is None else write_json(tx, one.salt, _posted_to_json(one.posted)),
            "claim": None if lease is None else lease.claim,
            "claimed_by": None if lease is None else lease.holder,
            "leased_until": None if lease is None else lease.until,
        }
        for one in queued
    ]
    if rows:
        tx.run(insert(work_tables.work), rows)


def ready(tx: Tx, now: datetime) -> list[tuple[int, UseCaseSlug]]:
    """The use cases in which a case waits for a worker: row id and name."""
    u, w = tables.use_case.c, work_tables.work.c
    waiting = exists(select(1).where(w.use_case_id == u.id, _free(now)))
    return [(row.id, UseCaseSlug(row.slug)) for row in tx.run(select(u.id, u.slug).where(waiting))]


def claim(tx: Tx, use_case_id: int, lease: Lease, *, limit: int, now: datetime) -> int:
    """Takes the cases that wait longest; those another worker is about to take are left to it.

    A suspect is taken where nothing else waits; and once it has waited for `PATIENCE` and no other suspect is worked on, so that under a
    load that never ends suspects have their turn, and however many they are, sound cases have theirs.

    Returns:
        How many were taken.
    """
    w = work_tables.work
    free = select(w.c.case_number, w.c.attempts, w.c.ready_at, w.c.leased_until).where(w.c.use_case_id == use_case_id, _free(now))
    rows = tx.run(_locked(tx, free.order_by(w.c.ready_at, w.c.case_number).limit(limit))).all()
    sound = [row.case_number for row in rows if row.attempts < SUSPECT_AFTER]
    suspect = next((row for row in rows if row.attempts >= SUSPECT_AFTER), None)
    if suspect is not None and (not sound or (_waits_since(suspect) <= now - PATIENCE and not _suspect_in_work(tx, use_case_id, now))):
        return _hold(tx, [suspect.case_number], lease)
    return _hold(tx, sound, lease)


def _suspect_in_work(tx: Tx, use_case_id: int, now: datetime) -> bool:
    w = work_tables.work.c
    held = select(w.case_number).where(w.use_case_id == use_case_id, w.attempts > SUSPECT_AFTER, w.leased_until >= now)
    return tx.run(held.limit(1)).first() is not None


def _waits_since(row: Row[*Free]) -> datetime:
    """Since when nobody works on a case: since it came in, or since the lease of whoever took it up ended."""
    _, _, ready_at, leased_until = row
    return max(ready_at, leased_until or ready_at)


def take_over(tx: Tx, numbers: Sequence[CaseNumber], lease: Lease) -> int:
    """Takes these cases from whoever holds them: for a person who runs a command again whose first run was killed."""
    return _hold(tx, numbers, lease)


def _hold(tx: Tx, numbers: Sequence[int], lease: Lease) -> int:
    w = work_tables.work
    changed = 0
    for start in range(0, len(numbers), 500):
        some = numbers[start : start + 500]
        held = {"claim": lease.claim, "claimed_by": lease.holder, "leased_until": lease.until, "attempts": w.c.attempts + 1}
        changed += tx.conn.execute(update(w).where(w.c.case_number.in_(some)).values(**held)).rowcount
    return changed


def _free(now: datetime) -> ColumnElement[bool]:
    w = work_tables.work.c
    return and_(w.ready_at <= now, or_(w.claim.is_(None), w.leased_until < now))


def _locked(tx: Tx, wanted: Select[*Free]) -> Select[*Free]:
    return wanted.with_for_update(skip_locked=True) if on_postgresql(tx.conn) else wanted


def held(tx: Tx, claim_name: str, kind: AnswerKind, *, limit: int) -> list[Held]:
    """The cases of a claim that are still to be decided, in the order of arrival; erased ones are left out."""
    w, c, k = work_tables.work, tables.case, tables.case_key
    wanted = (
        select(*case_columns(), w.c.attempts, w.c.posted, w.c.system)
        .select_from(w.join(c, c.c.number == w.c.case_number).join(k, k.c.case_number == c.c.number))
        .where(w.c.claim == claim_name)
        .order_by(w.c.case_number)
        .limit(limit)
    )
    return [_held(tx, row, kind) for row in tx.run(wanted)]


def _held(tx: Tx, row: Record, kind: AnswerKind) -> Held:
    *columns, attempts, posted, system = tuple(row)
    case = read_case(columns)
    said = None if posted is None or case.salt is None else _posted_from_json(read_payload(tx, case.salt, posted), kind)
    return Held(case=case, attempts=attempts, posted=said, card=None if system is None else _card(system))


def _card(raw: str) -> SystemCard:
    match read_json(raw.encode()):
        case [str(name), str(version)]:
            return SystemCard(kind=SystemKind.POSTED, name=name, version=version)
        case other:
            message = f"{other!r} in the queue is no name and version of a system; restore a backup."
            raise ValueError(message)


def finish(tx: Tx, claim_name: str, numbers: Sequence[CaseNumber]) -> frozenset[CaseNumber]:
    """Takes cases out of the queue that this claim still holds: those, and no others, may be decided in this transaction."""
    w = work_tables.work
    gone = delete(w).where(w.c.case_number.in_(numbers), w.c.claim == claim_name).returning(w.c.case_number)
    return frozenset(CaseNumber(number) for number in tx.conn.execute(gone).scalars())


def forget_erased(tx: Tx, claim_name: str) -> None:
    """Takes cases out of the queue whose key is gone: nobody can read what there is to decide."""
    w, k = work_tables.work, tables.case_key
    readable = exists(select(1).where(k.c.case_number == w.c.case_number))
    tx.run(delete(w).where(w.c.claim == claim_name, ~readable))


def extend(tx: Tx, claims: Sequence[str], until: datetime) -> None:
    """Renews leases whose holder is alive; a case that is being decided this moment needs none, and is not waited for."""
    w = work_tables.work
    if not claims:
        return
    mine = select(w.c.case_number).where(w.c.claim.in_(claims))
    if on_postgresql(tx.conn):
        mine = mine.with_for_update(skip_locked=True)
    tx.run(update(w).where(w.c.case_number.in_(mine)).values(leased_until=until))


def give_back(tx: Tx, claims: Sequence[str]) -> int:
    """Ends leases before their time, so that another worker goes on at once; no attempt is counted for it."""
    w = work_tables.work
    if not claims:
        return 0
    free = {"claim": None, "claimed_by": None, "leased_until": None, "attempts": w.c.attempts - 1}
    return tx.conn.execute(update(w).where(w.c.claim.in_(claims)).values(**free)).rowcount


def depth(tx: Tx, use_case: UseCase, *, at_most: int) -> int:
    """How many cases of a use case wait for a worker; counted no further than `at_most`."""
    w = work_tables.work.c
    some = select(w.case_number).where(w.use_case_id == use_case.id).limit(at_most).subquery()
    return int(tx.conn.execute(select(func.count()).select_from(some)).scalar_one())


def _posted_to_json(posted: PostedProposal) -> Json:
    return {
        "answer": answer_to_json(posted.answer),
        "confidence": posted.confidence,
        "probabilities": dict(posted.probabilities),
        "reason": posted.reason,
    }


def _posted_from_json(raw: Json, kind: AnswerKind) -> PostedProposal:
    match raw:
        case {"answer": answer, "confidence": float() | int() as confidence, "probabilities": dict(probabilities), "reason": str(reason)}:
            shares = {str(name): float(p) for name, p in probabilities.items() if isinstance(p, float | int)}
            answered = answer_from_json(kind, answer)
            return PostedProposal(answer=answered, confidence=float(confidence), probabilities=shares, reason=reason)
        case _:
            message = "A proposal in the queue does not have the form it was written in; restore a backup."
            raise ValueError(message)
