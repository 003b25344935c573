"""Simulations' rows: what came out when a use case's process was played from its log."""

import json

from sqlalchemy import insert, select

from licet.core.canonical import canonical_bytes
from licet.core.event_log import EventLogId
from licet.core.simulation import KeptSimulation, SimulationId
from licet.core.use_case import UseCase
from licet.store import event_logs
from licet.store.book import Tx
from licet.store.event_log_tables import event_log_key
from licet.store.simulation_tables import simulation

_S = simulation.c


def add(tx: Tx, use_case: UseCase, kept: KeptSimulation) -> bool:
    """Writes a simulation; says whether its log was still there: of one that was erased nothing is kept."""
    body = event_logs.seal(tx, kept.log, canonical_bytes(kept.body))
    if body is None:
        return False
    values = {
        "id": kept.id,
        "use_case_id": use_case.id,
        "made_at": kept.made_at,
        "by": kept.by,
        "log_id": kept.log,
        "log_digest": kept.log_digest,
        "seed": kept.seed,
        "replications": kept.replications,
        "digest": kept.digest,
        "body": body,
    }
    tx.run(insert(simulation).values(values))
    return True


def newest(tx: Tx, use_case: UseCase) -> KeptSimulation | None:
    """The newest of a use case whose log was not erased; None where there is none."""
    there = select(simulation, event_log_key.c.salt).join_from(simulation, event_log_key, event_log_key.c.log_id == _S.log_id)
    wanted = there.where(_S.use_case_id == use_case.id).order_by(_S.made_at.desc(), _S.id.desc()).limit(1)
    row = tx.run(wanted).one_or_none()
    if row is None:
        return None
    return KeptSimulation(
        id=SimulationId(row.id),
        made_at=row.made_at,
        by=row.by,
        log=EventLogId(row.log_id),
        log_digest=row.log_digest,
        seed=row.seed,
        replications=row.replications,
        digest=row.digest,
        body=json.loads(event_logs.unseal(tx, row.salt, row.body)),
    )
