"""Standing approvals' rows: their budget, the rules they were given under, and when they ended."""

import json

from sqlalchemy import insert, select, update

from licet.core.approval import FastLaneId
from licet.core.fast_lane import FastLane, budget_from_json, budget_to_json
from licet.core.ids import Digest, PersonId
from licet.store import approvals
from licet.store.approval_tables import fast_lane
from licet.store.book import Record, Tx

_F = fast_lane.c


def add(tx: Tx, made: FastLane) -> None:
    """Writes a standing approval."""
    tx.run(
        insert(fast_lane).values(
            id=made.id,
            budget=json.dumps(budget_to_json(made.budget), sort_keys=True),
            policy=made.policy,
            gates=made.gates,
            opened_by=made.opened_by,
            opened_at=made.opened_at,
            until=made.until,
        )
    )


def close(tx: Tx, ended: FastLane) -> None:
    """Writes that somebody closed it, or that the rules it was given under changed."""
    tx.run(update(fast_lane).where(_F.id == ended.id, _F.closed_at.is_(None)).values(closed_at=ended.closed_at, closed_by=ended.closed_by))


def not_closed(tx: Tx) -> FastLane | None:
    """The standing approval nobody has closed, also one whose time is over; None where there is none."""
    row = tx.run(select(fast_lane).where(_F.closed_at.is_(None)).order_by(_F.opened_at.desc()).limit(1)).one_or_none()
    return None if row is None else _lane(tx, row)


def every(tx: Tx) -> list[FastLane]:
    """All standing approvals, oldest first."""
    return [_lane(tx, row) for row in tx.run(select(fast_lane).order_by(_F.opened_at)).all()]


def by_id(tx: Tx, lane: FastLaneId) -> FastLane | None:
    """A standing approval by its id."""
    row = tx.run(select(fast_lane).where(_F.id == lane)).one_or_none()
    return None if row is None else _lane(tx, row)


def _lane(tx: Tx, row: Record) -> FastLane:
    r = row._mapping
    lane = FastLaneId(r["id"])
    return FastLane(
        id=lane,
        budget=budget_from_json(json.loads(r["budget"])),
        policy=Digest(r["policy"]),
        gates=Digest(r["gates"]),
        opened_by=PersonId(r["opened_by"]),
        opened_at=r["opened_at"],
        until=r["until"],
        closed_at=r["closed_at"],
        closed_by=None if r["closed_by"] is None else PersonId(r["closed_by"]),
        passed=approvals.passed_by_lane(tx, lane),
    )
