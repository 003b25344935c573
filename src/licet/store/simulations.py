"""Simulations' rows: what came out when a use case's process was played from its log."""

import json

from sqlalchemy import insert, select

from licet.core.canonical import canonical_bytes
from licet.core.event_log import EventLogId
from licet.core.simulation import KeptSimulation, SimulationId
from licet.core.use_case import UseCase
from licet.store.book import Tx
from licet.store.simulation_tables import simulation

_S = simulation.c


def add(tx: Tx, use_case: UseCase, kept: KeptSimulation) -> None:
    """Writes a simulation."""
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
        "body": canonical_bytes(kept.body).decode(),
    }
    tx.run(insert(simulation).values(values))


def newest(tx: Tx, use_case: UseCase) -> KeptSimulation | None:
    """The newest of a use case; None where its process was never simulated."""
    wanted = select(simulation).where(_S.use_case_id == use_case.id).order_by(_S.made_at.desc(), _S.id.desc()).limit(1)
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
        body=json.loads(row.body),
    )
