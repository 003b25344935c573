"""Plays' rows: which redesign of a use case is being simulated, how far it is, and what came of it; one of each use case."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from licet.core.canonical import Json, canonical_bytes
from licet.core.event_log import EventLogId
from licet.core.ids import PersonId
from licet.core.redesign_play import RedesignPlay
from licet.core.refusal import Refused
from licet.core.simulated_redesign import RedesignSimulationId
from licet.core.use_case import UseCase
from licet.store import event_logs
from licet.store.book import Tx
from licet.store.event_log_tables import event_log_key
from licet.store.redesign_tables import redesign_play

_P = redesign_play.c


def newest(tx: Tx, use_case: UseCase) -> RedesignPlay | None:
    """The play that was begun last; None before one, and where its log was erased."""
    there = select(redesign_play, event_log_key.c.salt).join_from(redesign_play, event_log_key, event_log_key.c.log_id == _P.log_id)
    row = tx.run(there.where(_P.use_case_id == use_case.id)).one_or_none()
    if row is None:
        return None
    said: Mapping[str, Any] = json.loads(event_logs.unseal(tx, row.salt, row.said))
    return RedesignPlay(
        id=row.id,
        by=PersonId(row.by),
        began_at=row.began_at,
        seen_at=row.seen_at,
        ended_at=row.ended_at,
        expected=row.expected,
        played=row.played,
        redesign=said["redesign"],
        simulation=None if row.simulation is None else RedesignSimulationId(row.simulation),
        refused=None if said["refused"] is None else Refused(**said["refused"]),
    )


def begin(tx: Tx, use_case: UseCase, log: EventLogId, play: RedesignPlay) -> bool:
    """Writes a play in the place of the one before; says whether its log was still there. To be written while no other writes."""
    said = _sealed(tx, log, play.redesign, None)
    if said is None:
        return False
    tx.run(delete(redesign_play).where(_P.use_case_id == use_case.id))
    values = {"id": play.id, "by": play.by, "log_id": log, "began_at": play.began_at, "seen_at": play.seen_at, "said": said}
    tx.run(insert(redesign_play).values(use_case_id=use_case.id, expected=play.expected, played=play.played, **values))
    return True


def see(tx: Tx, use_case: UseCase, play: str, *, expected: int, played: int, at: datetime) -> bool:
    """Writes how far a play is; says whether it goes on: not where it was stopped, or another was begun since."""
    mine = update(redesign_play).where(_P.use_case_id == use_case.id, _P.id == play, _P.ended_at.is_(None))
    return tx.run(mine.values(expected=expected, played=played, seen_at=at)).rowcount > 0


def end(tx: Tx, use_case: UseCase, play: str, came: RedesignSimulationId | Refused, *, at: datetime) -> None:
    """Writes what came of a play; where it was stopped, another was begun since, or its log was erased, nothing."""
    row = tx.run(select(_P.log_id).where(_P.use_case_id == use_case.id, _P.id == play)).one_or_none()
    here = None if row is None else newest(tx, use_case)
    if row is None or here is None:
        return
    refused = came if isinstance(came, Refused) else None
    said = _sealed(tx, EventLogId(row.log_id), here.redesign, refused)
    mine = update(redesign_play).where(_P.use_case_id == use_case.id, _P.id == play, _P.ended_at.is_(None))
    tx.run(mine.values(ended_at=at, seen_at=at, simulation=None if refused is not None else came, said=said))


def _sealed(tx: Tx, log: EventLogId, redesign: Mapping[str, Json], refused: Refused | None) -> bytes | None:
    told = None if refused is None else {"code": refused.code, "why": refused.why, "remedy": refused.remedy}
    return event_logs.seal(tx, log, canonical_bytes({"redesign": redesign, "refused": told}))
