"""Moves' rows: who took a use case from one stage to another, when, and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from licet.core.ids import PersonId
from licet.core.use_case import Stage, UseCase
from licet.store.book import Tx
from licet.store.gate_tables import stage_move


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move by a person; `why` is empty where they gave no reason."""

    was: Stage
    became: Stage
    by: PersonId
    at: datetime
    why: str


def add(tx: Tx, use_case: UseCase, made: Move) -> None:
    """Writes a move."""
    values = {"was": made.was.value, "became": made.became.value, "by": made.by, "at": made.at, "why": made.why}
    tx.run(insert(stage_move).values(use_case_id=use_case.id, **values))


def every(tx: Tx, use_case: UseCase) -> list[Move]:
    """All moves of a use case by people, oldest first."""
    rows = tx.run(select(stage_move).where(stage_move.c.use_case_id == use_case.id).order_by(stage_move.c.id))
    return [Move(was=Stage(r.was), became=Stage(r.became), by=PersonId(r.by), at=r.at, why=r.why) for r in rows]
