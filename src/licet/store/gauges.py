"""Gauges: how an installation stands right now, read with a few queries that stay cheap however many cases there were.

Nothing here reads the table of cases, or counts what only grows: the queue, the tallies, what waits among effects, and one row for
each mandate, stop and worker are all that is looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text

from licet.core.ids import UseCaseSlug
from licet.core.ledger import read_event
from licet.core.mandate import ActiveMandate, state_of
from licet.core.use_case import Stage, UseCase
from licet.stats.watch import meter
from licet.store import exposure_tables, mandates, tables, tallies, use_cases, work_tables
from licet.store.book import Tx
from licet.store.duties import SEEN_WITHIN
from licet.store.effects import DEAD, WAITING
from licet.store.engines import on_postgresql
from licet.store.tallies import Tally
from licet.store.teams import whose


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Cases that wait for a worker: how many, since when the first of them, and how many whose worker let its lease end."""

    cases: int = 0
    oldest: datetime | None = None
    abandoned: int = 0
    abandoned_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Effects that have not arrived: those tried again, since when the first of them is due, and those given up."""

    waiting: int = 0
    due_since: datetime | None = None
    dead: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Governed:
    """The mandate that governs cases: its state in one word, when it ends, how near its watch is to the trip line, and late audits."""

    state: str
    expires_at: datetime | None
    meter: float | None
    audits_overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCaseGauges:
    """How a use case stands; `stopped_at` is when its own stop was pressed, None where none is."""

    slug: UseCaseSlug
    tally: Tally
    queue: Queue
    effects: Effects
    mandate: Governed | None
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A worker, and when it gave its last sign of life."""

    name: str
    version: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """How the installation stands.

    Attributes:
        use_cases: those that are not retired.
        workers: every worker that was ever seen, the latest first.
        pending: ledger entries without a number.
        pending_since: when the first of them happened; None where there is none.
        entries: numbered ledger entries.
        stopped_at: when everything was stopped; None where it is not.
        database_bytes: size of the database.
    """

    use_cases: tuple[UseCaseGauges, ...]
    workers: tuple[Seen, ...]
    pending: int
    pending_since: datetime | None
    entries: int
    stopped_at: datetime | None
    database_bytes: int

    def alive(self, now: datetime) -> tuple[Seen, ...]:
        """The workers that run."""
        return tuple(one for one in self.workers if one.seen_at > now - SEEN_WITHIN)


def read_gauges(tx: Tx, now: datetime) -> Gauges:
    """Reads how everything stands."""
    queues, effects, counted, stops, by_team = _queues(tx, now), _effects(tx), tallies.every(tx), _stops(tx), _team_stops(tx)
    there = [one for one in use_cases.every(tx) if one.stage is not Stage.RETIRED]
    pending, since = _pending(tx)
    return Gauges(
        use_cases=tuple(
            UseCaseGauges(
                slug=one.slug,
                tally=counted.get(one.id, Tally()),
                queue=queues.get(one.id, Queue()),
                effects=effects.get(one.id, Effects()),
                mandate=_governed(tx, one, now),
                stopped_at=stops.get(one.id) or by_team.get(one.id),
            )
            for one in there
        ),
        workers=_workers(tx),
        pending=pending,
        pending_since=since,
        entries=int(tx.conn.execute(select(tables.ledger_head.c.size)).scalar_one_or_none() or 0),
        stopped_at=stops.get(None),
        database_bytes=_size(tx),
    )


def _queues(tx: Tx, now: datetime) -> dict[int, Queue]:
    w = work_tables.work.c
    waiting = select(w.use_case_id, func.count().label("n"), func.min(w.ready_at).label("oldest")).group_by(w.use_case_id)
    ended = (
        select(w.use_case_id, func.count().label("n"), func.min(w.leased_until).label("since"))
        .where(w.claim.is_not(None), w.leased_until < now)
        .group_by(w.use_case_id)
    )
    abandoned = {row.use_case_id: row for row in tx.run(ended)}
    return {
        row.use_case_id: Queue(
            cases=row.n,
            oldest=row.oldest,
            abandoned=abandoned[row.use_case_id].n if row.use_case_id in abandoned else 0,
            abandoned_since=abandoned[row.use_case_id].since if row.use_case_id in abandoned else None,
        )
        for row in tx.run(waiting)
    }


def _effects(tx: Tx) -> dict[int, Effects]:
    """Effects that arrived are the many, and are not looked at."""
    e = work_tables.effect.c
    wanted = (
        select(e.use_case_id, e.state, func.count().label("n"), func.min(e.ready_at).label("since"))
        .where(e.state.in_([WAITING, DEAD]))
        .group_by(e.use_case_id, e.state)
    )
    found: dict[int, dict[str, tuple[int, datetime]]] = {}
    for row in tx.run(wanted):
        found.setdefault(row.use_case_id, {})[row.state] = (row.n, row.since)
    return {
        use_case: Effects(
            waiting=states[WAITING][0] if WAITING in states else 0,
            due_since=states[WAITING][1] if WAITING in states else None,
            dead=states[DEAD][0] if DEAD in states else 0,
        )
        for use_case, states in found.items()
    }


def _governed(tx: Tx, use_case: UseCase, now: datetime) -> Governed | None:
    found = mandates.in_force(tx, use_case)
    if found is None:
        return None
    if not isinstance(found, ActiveMandate):
        return Governed(state=state_of(found), expires_at=None, meter=None, audits_overdue=0)
    near = meter(mandates.watch_of(tx, found))
    return Governed(state=state_of(found), expires_at=found.expires_at, meter=near, audits_overdue=_overdue(tx, found, now))


def _overdue(tx: Tx, mandate: ActiveMandate, now: datetime) -> int:
    """Audits of one mandate that are over and not answered: as many rows are looked at as its plan has audits."""
    a = tables.audit.c
    late = (a.mandate_id == mandate.id, a.outcome.is_(None), a.due_at < now)
    return int(tx.conn.execute(select(func.count()).select_from(tables.audit).where(*late)).scalar_one())


def _stops(tx: Tx) -> Mapping[int | None, datetime]:
    s = work_tables.stop.c
    rows = tx.run(select(s.use_case_id, func.min(s.at).label("at")).where(s.lifted_at.is_(None)).group_by(s.use_case_id))
    return {row.use_case_id: row.at for row in rows}


def _team_stops(tx: Tx) -> Mapping[int, datetime]:
    u, s = tables.use_case, exposure_tables.team_stop
    wanted = select(u.c.id, func.min(s.c.at).label("at")).select_from(u.join(s, whose == s.c.team))
    return {row.id: row.at for row in tx.run(wanted.where(s.c.lifted_at.is_(None)).group_by(u.c.id))}


def _workers(tx: Tx) -> tuple[Seen, ...]:
    w = work_tables.worker.c
    rows = tx.run(select(w.name, w.version, w.seen_at).order_by(w.seen_at.desc()))
    return tuple(Seen(name=row.name, version=row.version, seen_at=row.seen_at) for row in rows)


def _pending(tx: Tx) -> tuple[int, datetime | None]:
    p = tables.ledger_pending.c
    count = int(tx.conn.execute(select(func.count()).select_from(tables.ledger_pending)).scalar_one())
    first = tx.conn.execute(select(p.body).order_by(p.id).limit(1)).scalar_one_or_none()
    return count, None if first is None else read_event(first).at


def _size(tx: Tx) -> int:
    if on_postgresql(tx.conn):
        return int(tx.conn.execute(text("select pg_database_size(current_database())")).scalar_one())
    pages, size = (tx.conn.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
    return int(pages) * int(size)
