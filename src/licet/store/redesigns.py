"""Redesigns' rows: each simulation of one, as it came out."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select

from licet.core.canonical import canonical_bytes
from licet.core.event_log import EventLogId
from licet.core.ids import Digest, Fingerprint, PersonId
from licet.core.redesign import ServiceLevel
from licet.core.simulated_redesign import (
    BackTested,
    Kept,
    Kind,
    Needed,
    RedesignSimulationId,
    Row,
    SimulatedRedesign,
    Span,
    Unit,
    WhatIf,
    result_to_json,
)
from licet.core.use_case import UseCase
from licet.store import event_logs
from licet.store.book import Record, Tx
from licet.store.event_log_tables import event_log_key
from licet.store.redesign_tables import redesign_simulation

_S = redesign_simulation.c


def add(tx: Tx, use_case: UseCase, one: SimulatedRedesign) -> bool:
    """Writes a simulation; says whether its log was still there: of one that was erased nothing is kept."""
    result = event_logs.seal(tx, EventLogId(one.log), canonical_bytes(result_to_json(one)))
    if result is None:
        return False
    values = {
        "id": one.id,
        "use_case_id": use_case.id,
        "at": one.at,
        "by": one.by,
        "digest": one.digest,
        "log_id": one.log,
        "log_digest": one.log_digest,
        "system": one.system,
        "standard": one.standard,
        "measured": one.measured,
        "replications": one.replications,
        "seed": one.seed,
        "result": result,
    }
    tx.run(insert(redesign_simulation).values(values))
    return True


def newest(tx: Tx, use_case: UseCase, *, until: datetime | None = None) -> SimulatedRedesign | None:
    """The newest of a use case whose log was not erased, at a moment or of all; None where there is none."""
    there = select(redesign_simulation, event_log_key.c.salt).join_from(
        redesign_simulation, event_log_key, event_log_key.c.log_id == _S.log_id
    )
    there = there if until is None else there.where(_S.at <= until)
    row = tx.run(there.where(_S.use_case_id == use_case.id).order_by(_S.at.desc(), _S.id).limit(1)).one_or_none()
    return None if row is None else _simulation(row, json.loads(event_logs.unseal(tx, row.salt, row.result)))


def count(tx: Tx, use_case: UseCase) -> int:
    """How many simulations of a use case's redesigns were made."""
    return int(tx.run(select(func.count()).select_from(redesign_simulation).where(_S.use_case_id == use_case.id)).scalar_one())


def _simulation(row: Record, said: Mapping[str, Any]) -> SimulatedRedesign:
    return SimulatedRedesign(
        id=RedesignSimulationId(row.id),
        at=row.at,
        by=PersonId(row.by),
        redesign=said["redesign"],
        digest=Digest(row.digest),
        log=row.log_id,
        log_digest=row.log_digest,
        system=None if row.system is None else Fingerprint(row.system),
        standard=None if row.standard is None else Digest(row.standard),
        measured=row.measured,
        inputs=said["inputs"],
        assumed=tuple((what, value) for what, value in said["assumed"]),
        replications=row.replications,
        seed=row.seed,
        cases=said["cases"],
        back_test=BackTested(**said["back_test"]),
        rows=tuple(map(_row, said["rows"])),
        what_if=tuple(_what_if(each) for each in said["what_if"]),
        needed=_needed(said["needed"]),
        service_level=_level(said["service_level"]),
        kept=Kept(**said["kept"]),
        notes=tuple(said["notes"]),
    )


def _needed(said: Mapping[str, Any]) -> Needed:
    tried = tuple((people, Span(mean=mean, low=low, high=high)) for people, (mean, low, high) in said["tried"])
    return Needed(people=said["people"], tried=tried, says=said["says"])


def _level(said: Mapping[str, Any] | None) -> ServiceLevel | None:
    return None if said is None else ServiceLevel(within=timedelta(seconds=said["seconds"]), share=said["share"])


def _row(said: Mapping[str, Any]) -> Row:
    return Row(
        key=said["key"],
        says=said["says"],
        kind=Kind(said["kind"]),
        unit=Unit(said["unit"]),
        as_is=_span(said["as_is"]),
        to_be=_span(said["to_be"]),
        change=_span(said["change"]),
        note=said["note"],
    )


def _span(said: list[float] | None) -> Span | None:
    return None if said is None else Span(mean=said[0], low=said[1], high=said[2])


def _what_if(said: Mapping[str, Any]) -> WhatIf:
    return WhatIf(key=said["key"], says=said["says"], rows=tuple(map(_row, said["rows"])), why_not=said["why_not"])
