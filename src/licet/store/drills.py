"""Drills' rows: when the stop of a use case was exercised, and what that showed."""

from datetime import datetime

from sqlalchemy import func, insert, select, update

from licet.core.drill import Drill, Result
from licet.core.ids import PersonId
from licet.core.stop import Stop
from licet.core.use_case import UseCase
from licet.store.book import Tx
from licet.store.exposure_tables import drill


def begin(tx: Tx, use_case: UseCase, stop: Stop) -> None:
    """Writes that a stop was pressed as a drill."""
    tx.run(insert(drill).values(use_case_id=use_case.id, stop_id=stop.id, by=stop.by, began_at=stop.at))


def is_open(tx: Tx, stop: Stop) -> bool:
    """Whether a stop is pressed as a drill that is not over: it runs, or was broken off."""
    if stop.team is not None:
        return False
    return tx.run(select(drill.c.id).where(drill.c.stop_id == stop.id, drill.c.ended_at.is_(None))).first() is not None


def end(tx: Tx, stop: Stop, found: Drill) -> None:
    """Writes what a drill showed."""
    tx.run(update(drill).where(drill.c.stop_id == stop.id).values(ended_at=found.at, took_ms=found.took_ms, result=found.result.value))


def newest(tx: Tx, use_case: UseCase) -> datetime | None:
    """When the stop was last exercised and held in time; None where it never was."""
    return tx.once(("drills",), lambda: {row.use_case_id: row.at for row in tx.run(_HELD)}).get(use_case.id)


_HELD = (
    select(drill.c.use_case_id, func.max(drill.c.ended_at).label("at"))
    .where(drill.c.result == Result.HELD.value)
    .group_by(drill.c.use_case_id)
)


def every(tx: Tx, use_case: UseCase) -> list[Drill]:
    """All drills that are over, oldest first."""
    rows = tx.run(select(drill).where(drill.c.use_case_id == use_case.id, drill.c.ended_at.is_not(None)).order_by(drill.c.id))
    return [Drill(use_case=use_case.slug, by=PersonId(r.by), at=r.ended_at, took_ms=r.took_ms, result=Result(r.result)) for r in rows]
