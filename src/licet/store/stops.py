"""Stops' rows: which are pressed, and which were."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from licet.core.ids import PersonId, UseCaseSlug
from licet.core.stop import LiftedStop, Stop
from licet.core.use_case import UseCase
from licet.store import tables, work_tables
from licet.store.book import Record, Tx, made_id
from licet.store.teams import in_view


def press(tx: Tx, use_case: UseCase | None, *, by: PersonId, why: str, at: datetime) -> Stop:
    """Writes a stop for a use case, or with None for the whole installation."""
    row = insert(work_tables.stop).values(use_case_id=None if use_case is None else use_case.id, by=by, why=why, at=at)
    made = made_id(tx.conn.execute(row))
    return Stop(id=made, use_case=None if use_case is None else use_case.slug, by=by, at=at, why=why)


def lift(tx: Tx, lifted: LiftedStop) -> None:
    """Writes who lifted a stop, and when."""
    s = work_tables.stop
    tx.run(update(s).where(s.c.id == lifted.stop.id).values(lifted_by=lifted.lifted_by, lifted_at=lifted.lifted_at))


def pressed(tx: Tx, use_case_id: int) -> Stop | None:
    """The stop that holds for a use case: its own or the installation's, whichever was pressed first; None where none is.

    Asked in the very transaction that decides, it is a condition of the decision.
    """
    row = tx.run(_PRESSED, {"use_case": use_case_id}).one_or_none()
    return None if row is None else _stop(row)


def standing(tx: Tx, use_case: UseCase | None) -> Stop | None:
    """The stop of exactly this reach that is pressed: a use case's own, or with None the installation's."""
    row = tx.run(_STOPS.where(_exactly(use_case), _S.lifted_at.is_(None)).limit(1)).one_or_none()
    return None if row is None else _stop(row)


def every(tx: Tx) -> list[Stop | LiftedStop]:
    """All stops there ever were, of the installation and of each use case that is there, oldest first."""
    here = _S.use_case_id.is_(None) | (tables.use_case.c.id.is_not(None) & in_view(tx))
    return [_either(row) for row in tx.run(_STOPS.where(here))]


def history(tx: Tx, use_case: UseCase | None) -> list[Stop | LiftedStop]:
    """The stops a use case (with None the installation) ever had, oldest first."""
    return [_either(row) for row in tx.run(_STOPS.where(_exactly(use_case)))]


def _exactly(use_case: UseCase | None) -> Any:  # noqa: ANN401 - a condition of a statement
    return _S.use_case_id.is_(None) if use_case is None else _S.use_case_id == use_case.id


_S = work_tables.stop.c
_JOINED = work_tables.stop.outerjoin(tables.use_case, tables.use_case.c.id == _S.use_case_id)
_STOPS = select(work_tables.stop, tables.use_case.c.slug).select_from(_JOINED).order_by(_S.id)
_HOLDS = (_S.use_case_id == bindparam("use_case")) | _S.use_case_id.is_(None)
_PRESSED = _STOPS.where(_HOLDS, _S.lifted_at.is_(None)).limit(1)
"""Asked in every deciding transaction: put together once."""


def _stop(row: Record) -> Stop:
    slug = None if row.slug is None else UseCaseSlug(row.slug)
    return Stop(id=row.id, use_case=slug, by=PersonId(row.by), at=row.at, why=row.why)


def _either(row: Record) -> Stop | LiftedStop:
    stop = _stop(row)
    return stop if row.lifted_at is None else LiftedStop(stop=stop, lifted_by=PersonId(row.lifted_by), lifted_at=row.lifted_at)
