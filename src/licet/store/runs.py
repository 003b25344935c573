"""Runs' rows: how far a system was asked, and which chunk is under whose lease; a chunk's row goes with the proposals that are kept.

A chunk belongs to whoever holds its lease. Its proposals are written in the transaction that takes its row away, and only where it still
carries the claim: of two who asked about the same cases one is too late, and changes nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select, update

from licet.core.canonical import canonical_bytes, read_json
from licet.core.cost import Cost
from licet.core.ids import CaseNumber, Fingerprint, PersonId
from licet.core.run import MOST_ATTEMPTS, Chunk, Run, RunId
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Record, Tx, made_id
from licet.store.engines import on_postgresql
from licet.store.payloads import salts_of
from licet.store.queue import Lease
from licet.store.run_tables import evaluation_chunk, evaluation_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a run goes on: whether workers help, and how many millionths of a minor unit it may cost in all.

    Without a budget a run goes on with the one it has; a run that never had one may cost any number.
    """

    spread: bool = False
    budget: int | None = None


def unfinished(tx: Tx, use_case: UseCase, fingerprint: Fingerprint) -> Run | None:
    """The run of a system that has not ended; there is one at most."""
    r = evaluation_run.c
    wanted = select(evaluation_run).where(r.use_case_id == use_case.id, r.fingerprint == fingerprint, r.ended_at.is_(None))
    row = tx.run(wanted).first()
    return None if row is None else _run(row)


def begin(tx: Tx, use_case: UseCase, fingerprint: Fingerprint, *, by: PersonId, at: datetime) -> Run:
    """Begins a run without a case."""
    values = {"use_case_id": use_case.id, "fingerprint": fingerprint, "cases": 0, "done": 0, "spent": 0, "spread": False, "by": by}
    made = tx.conn.execute(insert(evaluation_run).values(**values, began_at=at, seen_at=at))
    return by_id(tx, RunId(made_id(made)))


def by_id(tx: Tx, run: RunId) -> Run:
    """A run by its number."""
    return _run(tx.run(select(evaluation_run).where(evaluation_run.c.id == run)).one())


def newest(tx: Tx, use_case: UseCase) -> Run | None:
    """The run of a use case that began last; None where there never was one."""
    r = evaluation_run.c
    row = tx.run(select(evaluation_run).where(r.use_case_id == use_case.id).order_by(r.began_at.desc(), r.id.desc()).limit(1)).first()
    return None if row is None else _run(row)


def _run(row: Record) -> Run:
    r = row._mapping
    return Run(
        id=RunId(r["id"]),
        fingerprint=Fingerprint(r["fingerprint"]),
        cases=r["cases"],
        done=r["done"],
        spent=None if r["currency"] is None else Cost(millionths=r["spent"], currency=r["currency"]),
        budget=r["budget"],
        began_at=r["began_at"],
        seen_at=r["seen_at"],
        ended_at=r["ended_at"],
        stopped=r["stopped"],
    )


def covered(tx: Tx, run: Run) -> set[CaseNumber]:
    """The cases that a run is still to ask about."""
    rows = tx.conn.execute(select(evaluation_chunk.c.cases).where(evaluation_chunk.c.run_id == run.id)).scalars()
    return {number for raw in rows for number in _numbers(raw)}


def go_on(tx: Tx, run: Run, blocks: Iterable[Sequence[CaseNumber]], terms: Terms, *, at: datetime) -> Run:
    """Adds cases to a run, and lets it go on where it rested; to be written while no other writes.

    Whoever names no budget lifts none, and whoever joins a run without asking for help takes none away from it.

    Args:
        tx: the transaction.
        run: the run.
        blocks: cases that it does not cover yet, each block a chunk of its own.
        terms: how it goes on from here.
        at: now.
    """
    c, r = evaluation_chunk, evaluation_run
    first = 1 + (tx.conn.execute(select(func.max(c.c.number)).where(c.c.run_id == run.id)).scalar_one() or 0)
    rows = [_chunk_row(run.id, number, block, again=False, attempts=0) for number, block in enumerate(blocks, start=first)]
    if rows:
        tx.run(insert(c), rows)
    more = sum(len(_numbers(str(row["cases"]))) for row in rows)
    joined = run.stopped is None
    changed: dict[str, object] = {"cases": r.c.cases + more, "seen_at": at, "stopped": None}
    changed |= {"spread": True} if terms.spread else {} if joined else {"spread": False}
    changed |= {} if terms.budget is None else {"budget": terms.budget}
    tx.run(update(r).where(r.c.id == run.id).values(**changed))
    return by_id(tx, run.id)


def _chunk_row(run: RunId, number: int, cases: Sequence[CaseNumber], *, again: bool, attempts: int) -> dict[str, object]:
    return {"run_id": run, "number": number, "cases": _text(cases), "again": again, "attempts": attempts}


def _text(cases: Sequence[CaseNumber]) -> str:
    return canonical_bytes(list(cases)).decode()


def _numbers(raw: str) -> list[CaseNumber]:
    read = read_json(raw.encode())
    return [CaseNumber(one) for one in read if isinstance(one, int)] if isinstance(read, list) else []


def claim(tx: Tx, run: RunId, lease: Lease, *, now: datetime) -> Chunk | None:
    """Takes the chunk of a run that was taken up least often; what another is about to take is left to it.

    Returns:
        The chunk; None where none is left that nobody holds.
    """
    c = evaluation_chunk
    free = select(c.c.number, c.c.cases, c.c.again, c.c.attempts).where(c.c.run_id == run, _free(now))
    wanted = free.order_by(c.c.attempts, c.c.again, c.c.number).limit(1)
    row = tx.run(wanted.with_for_update(skip_locked=True) if on_postgresql(tx.conn) else wanted).first()
    if row is None:
        return None
    held = {"claim": lease.claim, "holder": lease.holder, "leased_until": lease.until, "attempts": row.attempts + 1}
    tx.run(update(c).where(c.c.run_id == run, c.c.number == row.number).values(**held))
    cases = tuple(_numbers(row.cases))
    return Chunk(run=run, number=row.number, cases=cases, again=row.again, attempts=row.attempts + 1)


def _free(now: datetime) -> ColumnElement[bool]:
    c = evaluation_chunk.c
    return or_(c.claim.is_(None), c.leased_until < now)


def waits(tx: Tx, run: RunId) -> bool:
    """Whether a run has cases left that are not kept, in whosever hands they are."""
    return tx.run(select(evaluation_chunk.c.number).where(evaluation_chunk.c.run_id == run).limit(1)).first() is not None


def extend(tx: Tx, claims: Collection[str], until: datetime) -> None:
    """Renews leases whose holder is alive."""
    tx.run(update(evaluation_chunk).where(evaluation_chunk.c.claim.in_(claims)).values(leased_until=until))


def take_out(tx: Tx, chunk: Chunk, claim_name: str) -> bool:
    """Takes a chunk out of its run, in the transaction that keeps what was said; says no to whoever lost the lease."""
    c = evaluation_chunk
    gone = delete(c).where(c.c.run_id == chunk.run, c.c.number == chunk.number, c.c.claim == claim_name)
    return tx.conn.execute(gone).rowcount == 1


def put_back(tx: Tx, chunk: Chunk, cases: Sequence[CaseNumber], *, again: bool) -> None:
    """Puts cases of a chunk that was just taken out back into its run, in nobody's hands."""
    if cases:
        tx.run(insert(evaluation_chunk), [_chunk_row(chunk.run, chunk.number, cases, again=again, attempts=0)])


def cut(tx: Tx, chunk: Chunk, parts: Sequence[Sequence[CaseNumber]]) -> None:
    """Puts parts in the place of a chunk that was just taken out; to be written while no other writes. Each has one attempt left."""
    c = evaluation_chunk.c
    first = 1 + (tx.conn.execute(select(func.max(c.number)).where(c.run_id == chunk.run)).scalar_one() or chunk.number)
    spent = MOST_ATTEMPTS - 1
    rows = [_chunk_row(chunk.run, at, part, again=chunk.again, attempts=spent) for at, part in enumerate(parts, start=first)]
    tx.run(insert(evaluation_chunk), rows)


def release(tx: Tx, claim_name: str) -> None:
    """Lets go of a chunk that nobody asked about to the end; it does not count as taken up."""
    c = evaluation_chunk
    tx.run(update(c).where(c.c.claim == claim_name).values(claim=None, leased_until=None, attempts=c.c.attempts - 1))


def count_on(tx: Tx, run: RunId, kept: int, *, cost: Cost | None, at: datetime) -> bool:
    """Writes down that so many more cases are kept, and what they cost.

    Returns:
        Whether the cost was counted: not so where the run was paid in another currency before; the cases count all the same.
    """
    r = evaluation_run
    counted = update(r).where(r.c.id == run).values(done=r.c.done + kept, seen_at=at)
    if cost is None:
        tx.run(counted)
        return True
    alike = counted.where(or_(r.c.currency.is_(None), r.c.currency == cost.currency))
    if tx.conn.execute(alike.values(spent=r.c.spent + cost.millionths, currency=cost.currency)).rowcount == 1:
        return True
    tx.run(counted)
    return False


def stop(tx: Tx, run: RunId, why: str, *, at: datetime) -> None:
    """Writes down why nobody goes on."""
    r = evaluation_run
    tx.run(update(r).where(r.c.id == run, r.c.ended_at.is_(None)).values(stopped=why, seen_at=at))


def end(tx: Tx, run: RunId, *, at: datetime) -> None:
    """Ends a run of which no case is left; to be written while no other writes."""
    r, c = evaluation_run, evaluation_chunk
    left = exists(select(1).where(c.c.run_id == r.c.id))
    tx.run(update(r).where(r.c.id == run, r.c.ended_at.is_(None), ~left).values(ended_at=at, seen_at=at, stopped=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """Who works on a run, and what in it is asked about once more.

    Attributes:
        holders: how many hold leases that last.
        again: cases that got no answer, and are asked about for the last time.
        broken: cases whose asking was broken off before, at least once.
    """

    holders: int
    again: int
    broken: int


def under_way(tx: Tx, run: Run, now: datetime) -> UnderWay:
    """Reads what is under way in a run: one count, and the few chunks that are asked about once more."""
    c = evaluation_chunk.c
    mine = c.run_id == run.id
    lasting = select(func.count(c.holder.distinct())).where(mine, c.leased_until >= now)
    once_more = select(c.cases, c.again, c.attempts, c.leased_until).where(mine, or_(c.again.is_(True), c.attempts >= 1))
    again, broken = 0, 0
    for cases, is_again, attempts, until in tx.run(once_more).all():
        count = len(_numbers(cases))
        again += count if is_again else 0
        broken += count if attempts > (1 if until is not None and until >= now else 0) else 0
    return UnderWay(holders=int(tx.conn.execute(lasting).scalar_one()), again=again, broken=broken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A run that workers help with."""

    run: Run
    use_case_id: int


def to_help(tx: Tx, now: datetime) -> list[Spread]:
    """The runs that workers may help with now, and in which a chunk is free; the oldest first."""
    r, c = evaluation_run.c, evaluation_chunk.c
    there = exists(select(1).where(c.run_id == r.id, _free(now)))
    open_ones = select(evaluation_run).where(r.ended_at.is_(None), r.spread.is_(True), r.stopped.is_(None), there)
    return [Spread(run=_run(row), use_case_id=row.use_case_id) for row in tx.run(open_ones.order_by(r.began_at, r.id)).all()]


def salts(tx: Tx, chunk: Chunk) -> Mapping[CaseNumber, bytes]:
    """The key material of a chunk's cases; erased ones are absent."""
    return salts_of(tx, chunk.cases)


def said_of_alike(tx: Tx, use_case: UseCase, fingerprint: Fingerprint, digests: Sequence[bytes]) -> dict[bytes, CaseNumber]:
    """Cases of the same content on which a system has spoken, by the digest of their content; erased ones are left out."""
    c, k, p = tables.case.c, tables.case_key.c, tables.proposal.c
    wanted = (
        select(c.digest, func.min(c.number))
        .join(tables.proposal, p.case_number == c.number)
        .join(tables.case_key, k.case_number == c.number)
        .where(c.use_case_id == use_case.id, c.digest.in_(digests), p.fingerprint == fingerprint)
        .group_by(c.digest)
    )
    return {digest: CaseNumber(number) for digest, number in tx.run(wanted)}
