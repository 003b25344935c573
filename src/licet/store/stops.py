"""Stops' rows: which are pressed, and which were."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, literal, select, true, union_all, update

from licet.core.ids import PersonId, TeamName, UseCaseSlug
from licet.core.stop import LiftedStop, Stop
from licet.core.team import MAIN
from licet.core.use_case import UseCase
from licet.store import tables, work_tables
from licet.store.book import Record, Tx, made_id
from licet.store.exposure_tables import team_stop
from licet.store.teams import in_view, teams_given_to

Where = UseCase | TeamName | None
"""Where a stop holds: in a use case, in those of a team, or with None in the whole installation."""


def press(tx: Tx, where: Where, *, by: PersonId, why: str, at: datetime) -> Stop:
    """Writes a stop."""
    said = {"by": by, "why": why, "at": at}
    if isinstance(where, str):
        made = made_id(tx.conn.execute(insert(team_stop).values(team=where, **said)))
        return Stop(id=made, use_case=None, team=where, by=by, at=at, why=why)
    row = insert(work_tables.stop).values(use_case_id=None if where is None else where.id, **said)
    made = made_id(tx.conn.execute(row))
    return Stop(id=made, use_case=None if where is None else where.slug, by=by, at=at, why=why)


def lift(tx: Tx, lifted: LiftedStop) -> None:
    """Writes who lifted a stop, and when."""
    s = work_tables.stop if lifted.stop.team is None else team_stop
    tx.run(update(s).where(s.c.id == lifted.stop.id).values(lifted_by=lifted.lifted_by, lifted_at=lifted.lifted_at))


def pressed(tx: Tx, use_case_id: int) -> Stop | None:
    """A stop that holds for a use case: its own, its team's or the installation's; None where none is pressed.

    Asked in the very transaction that decides, it is a condition of the decision.
    """
    row = tx.run(_PRESSED, {"use_case": use_case_id}).first()
    return None if row is None else _stop(row)


def standing(tx: Tx, where: Where) -> Stop | None:
    """The stop of exactly this reach that is pressed."""
    stops, here = _exactly(where)
    row = tx.run(stops.where(here, stops.selected_columns.lifted_at.is_(None)).limit(1)).one_or_none()
    return None if row is None else _stop(row)


def every(tx: Tx) -> list[Stop | LiftedStop]:
    """All stops there ever were, of the installation, of teams in view and of each use case that is there, oldest first."""
    here = _S.use_case_id.is_(None) | (tables.use_case.c.id.is_not(None) & in_view(tx))
    mine = true() if tx.team is None else _T.team == tx.team
    mine = mine if tx.scoped is None else mine & _T.team.in_(teams_given_to(tx.scoped))
    found = [_either(row) for row in (*tx.run(_STOPS.where(here)), *tx.run(_OF_TEAMS.where(mine)))]
    return sorted(found, key=lambda one: (one.stop if isinstance(one, LiftedStop) else one).at)


def history(tx: Tx, where: Where) -> list[Stop | LiftedStop]:
    """The stops that a use case, a team, or with None the installation ever had, oldest first."""
    stops, here = _exactly(where)
    return [_either(row) for row in tx.run(stops.where(here))]


def _exactly(where: Where) -> tuple[Any, Any]:
    """Statement and condition for exactly this reach."""
    if isinstance(where, str):
        return _OF_TEAMS, _T.team == where
    return _STOPS, _S.use_case_id.is_(None) if where is None else _S.use_case_id == where.id


_S, _T = work_tables.stop.c, team_stop.c
_JOINED = work_tables.stop.outerjoin(tables.use_case, tables.use_case.c.id == _S.use_case_id)
_ENDS = (_S.by, _S.why, _S.at, _S.lifted_by, _S.lifted_at)
_TEAM_ENDS = (_T.by, _T.why, _T.at, _T.lifted_by, _T.lifted_at)
_OWN = select(_S.id, tables.use_case.c.slug, literal(None, _T.team.type).label("team"), *_ENDS).select_from(_JOINED)
_TEAMS = select(_T.id, literal(None, tables.use_case.c.slug.type).label("slug"), _T.team, *_TEAM_ENDS)
_STOPS, _OF_TEAMS = _OWN.order_by(_S.id), _TEAMS.order_by(_T.id)
_HOLDS = (_S.use_case_id == bindparam("use_case")) | _S.use_case_id.is_(None)
_WHOSE = select(work_tables.team.c.name).where(work_tables.team.c.use_case_id == bindparam("use_case")).scalar_subquery()
_TEAM_HOLDS = _TEAMS.where(_T.team == func.coalesce(_WHOSE, MAIN), _T.lifted_at.is_(None))
_PRESSED = union_all(_OWN.where(_HOLDS, _S.lifted_at.is_(None)), _TEAM_HOLDS)
"""Asked in every deciding transaction: put together once."""


def _stop(row: Record) -> Stop:
    slug = None if row.slug is None else UseCaseSlug(row.slug)
    team = None if row.team is None else TeamName(row.team)
    return Stop(id=row.id, use_case=slug, team=team, by=PersonId(row.by), at=row.at, why=row.why)


def _either(row: Record) -> Stop | LiftedStop:
    stop = _stop(row)
    return stop if row.lifted_at is None else LiftedStop(stop=stop, lifted_by=PersonId(row.lifted_by), lifted_at=row.lifted_at)
