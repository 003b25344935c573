"""Simulating as it is: the newest log of a use case is read, tested and played, and what came out is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from licet.core.canonical import Json, canonical_bytes, digest, read_json
from licet.core.event_log import EventLog
from licet.core.imported_log import ImportedLog
from licet.core.people import Act, Actor
from licet.core.redesign import ServiceLevel
from licet.core.refusal import Refused
from licet.core.simulation import KeptSimulation, ProcessSimulation, SimulationId, simulate_process, simulation_to_json
from licet.flows.import_log import newest_in, no_log
from licet.flows.office import Office, at_work_on, entry
from licet.stats.simulated_process import Plan
from licet.store import simulations, use_cases
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Simulation:
    """A simulation that was just made, and as it was kept; `of_simulated`: whether its log says of itself that it was made up."""

    made: ProcessSimulation
    kept: KeptSimulation
    of_simulated: bool


def simulate_as_is(office: Office, by: Actor, plan: Plan, *, name: str, level: ServiceLevel | None = None) -> Simulation | Refused:
    """Plays the process of a use case as it is, from its newest log.

    Args:
        office: the office.
        by: who asks for it.
        plan: how often, and the seed.
        name: the use case.
        level: how soon cases are to be done; None: nobody asks.

    Returns:
        What came out, or `Refused`; also where there is no log.
    """
    with office.book.read() as tx:
        found = _newest_log(office, tx, by, name)
    if isinstance(found, Refused):
        return found
    log, says = found
    made = simulate_process(says, plan, level)
    with office.book.write() as tx:
        now = office.clock.now()
        here = at_work_on(office, tx, by, Act.STUDY, name=name)
        if isinstance(here, Refused):
            return here
        use_case, actor = here
        kept = _kept(office, actor, log, made)
        if not simulations.add(tx, use_case, kept):
            return no_log(use_case)
        stands_on: dict[str, Json] = {"log": kept.log, "log_digest": kept.log_digest, "seed": kept.seed, "replications": kept.replications}
        tx.record(entry("process.simulated", by=actor.id, now=now, use_case=use_case, simulation=kept.id, digest=kept.digest, **stands_on))
        return Simulation(made=made, kept=kept, of_simulated=log.simulated)


def newest_simulation(office: Office, *, name: str) -> KeptSimulation | None:
    """The newest simulation of a use case's process; None where there is none."""
    with office.book.read() as tx:
        return simulations.newest(tx, use_cases.require(tx, name))


def _newest_log(office: Office, tx: Tx, by: Actor, name: str) -> tuple[ImportedLog, EventLog] | Refused:
    found = at_work_on(office, tx, by, Act.STUDY, name=name)
    return found if isinstance(found, Refused) else newest_in(tx, found[0])


def _kept(office: Office, by: Actor, log: ImportedLog, made: ProcessSimulation) -> KeptSimulation:
    body = cast("Mapping[str, Json]", read_json(canonical_bytes(simulation_to_json(made))))
    return KeptSimulation(
        id=SimulationId(office.draw.token("m_")),
        made_at=office.clock.now(),
        by=by.id,
        log=log.id,
        log_digest=log.digest,
        seed=made.plan.seed,
        replications=made.plan.replications,
        digest=digest(body),
        body=body,
    )
