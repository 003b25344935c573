"""Simulating a redesign: the process as it is beside what it is to be, with AI as it was measured, and what came out is kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from licet.core.ai_behaviour import Measured
from licet.core.canonical import Json, digest
from licet.core.capacity import Capacity
from licet.core.event_log import EventLog
from licet.core.imported_log import ImportedLog
from licet.core.ledger import Event
from licet.core.mandate import Mandate
from licet.core.people import Act, Actor
from licet.core.redesign import Redesign, redesign_to_json
from licet.core.redesign_faults import check_against
from licet.core.redesign_inputs import Checked, Inputs, assumptions, checked_by, inputs_of, inputs_to_json, is_measured, ready
from licet.core.redesign_outcome import Outcome, simulated
from licet.core.refusal import Refused, Unknown
from licet.core.relief import relief_under
from licet.core.simulated_redesign import RedesignSimulationId, SimulatedRedesign, result_to_json
from licet.core.standard import CountersignedStandard
from licet.core.use_case import UseCase
from licet.flows.capacity import capacity_of
from licet.flows.cover import proposal_now, void_if_changed
from licet.flows.import_log import newest_in, no_log
from licet.flows.office import Office, at_work_on, entry
from licet.flows.verdicts import newest_look
from licet.stats.simulated_process import Plan
from licet.store import mandates, redesigns, standards, systems
from licet.store.book import Tx

ASKED_LATELY = 500
"""So many of the newest proposals say how long asking the system takes, and what it costs."""


USUAL = Plan()

Play = Callable[[Redesign, Inputs, EventLog, Plan], Outcome]
"""Plays a redesign with its inputs on a log; raises `OutOfRangeError` where the log or the redesign has nothing to play."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stands:
    """All that a simulation stands on, read at one moment."""

    log: ImportedLog
    says: EventLog
    inputs: Inputs


def simulate_redesign(
    office: Office, by: Actor, redesign: Redesign, *, name: str, plan: Plan = USUAL, play: Play = simulated
) -> SimulatedRedesign | Refused:
    """Simulates a redesign on the newest event log and keeps what came out.

    Args:
        office: the office.
        by: who asks.
        redesign: which `check_redesign` finds nothing wrong with.
        name: the use case.
        plan: how often, and the seed; its limit is the service level.
        play: plays it; a server does so in a process of its own.

    Returns:
        What came out; or `Refused`, also where the redesign does not fit the log, or something is neither measured nor assumed.

    Raises:
        OutOfRangeError: where the log or the redesign has nothing that can be simulated.
    """
    with office.book.read() as tx:
        stands = _stands_on(office, tx, by, redesign, name)
    if isinstance(stands, Refused):
        return stands
    outcome = play(redesign, stands.inputs, stands.says, plan)
    with office.book.write() as tx:
        again = at_work_on(office, tx, by, Act.STUDY, name=name)
        if isinstance(again, Refused):
            return again
        use_case, actor = again
        kept = _kept(office, actor, redesign, stands, outcome)
        if not redesigns.add(tx, use_case, kept):
            return no_log(use_case)
        tx.record(_said(kept, use_case))
        void_if_changed(office, tx, use_case, kept.at)
        return kept


def _stands_on(office: Office, tx: Tx, by: Actor, redesign: Redesign, name: str) -> _Stands | Refused:
    found = at_work_on(office, tx, by, Act.STUDY, name=name)
    if isinstance(found, Refused):
        return found
    use_case, now = found[0], office.clock.now()
    there = newest_in(tx, use_case)
    if isinstance(there, Refused):
        return there
    log, says = there
    inputs = _inputs(office, tx, use_case, redesign, now)
    return unfit(redesign, says) or ready(redesign, inputs) or _Stands(log=log, says=says, inputs=inputs)


def unfit(redesign: Redesign, log: EventLog) -> Refused | None:
    """Says no to a redesign that does not fit its log, with everything that is wrong; None where it fits."""
    wrong = check_against(redesign, log)
    why = " ".join(f"{'.'.join(map(str, one.path))}: {one.why}" for one in wrong)
    return Refused(code="redesign_unfit", why=why, remedy=wrong[0].remedy) if wrong else None


def _inputs(office: Office, tx: Tx, use_case: UseCase, redesign: Redesign, now: datetime) -> Inputs:
    capacity: Capacity = capacity_of(office, tx, use_case, now)
    return inputs_of(redesign, measured=measured_of(tx, use_case), capacity=capacity, checked=checked_now(tx, use_case, now))


def measured_of(tx: Tx, use_case: UseCase) -> Measured | Unknown:
    """What the newest verdict by the standard in force shows of the use case's system, and what asking it took lately."""
    last = newest_look(tx, use_case)
    if last is None:
        return Unknown(why="the system was not evaluated by the standard in force")
    asked = systems.asked_lately(tx, use_case, last.fingerprint, newest=ASKED_LATELY)
    return Measured(
        fingerprint=last.fingerprint,
        standard=last.standard,
        coverage=last.coverage,
        bound=last.bound,
        confidence=last.confidence,
        took_ms=[one.latency_ms for one in asked if one.latency_ms],
        paid=[one.cost for one in asked if one.cost is not None],
    )


def checked_now(tx: Tx, use_case: UseCase, now: datetime) -> Checked:
    """What standard and mandate ask to be answered more than once: audits as often as their plan may come to."""
    mandate: Mandate | None = proposal_now(tx, use_case) or mandates.in_force(tx, use_case)
    relief = relief_under(mandate, coverage=1.0, now=now)
    signed, unsigned = standards.newest(tx, use_case), Unknown(why="no standard is locked and countersigned")
    return checked_by(relief, signed.standard.second_looks if isinstance(signed, CountersignedStandard) else unsigned)


def _kept(office: Office, by: Actor, redesign: Redesign, stands: _Stands, outcome: Outcome) -> SimulatedRedesign:
    inputs = stands.inputs
    measured = inputs.measured
    known = None if isinstance(measured, Unknown) else measured
    return SimulatedRedesign(
        id=RedesignSimulationId(office.draw.token("s_")),
        at=office.clock.now(),
        by=by.id,
        redesign=redesign_to_json(redesign),
        digest=redesign.digest,
        log=stands.log.id,
        log_digest=stands.log.digest,
        system=None if known is None else known.fingerprint,
        standard=None if known is None else known.standard,
        measured=is_measured(redesign, inputs),
        inputs=inputs_to_json(inputs),
        assumed=assumptions(redesign, inputs),
        replications=outcome.plan.replications,
        seed=outcome.plan.seed,
        cases=outcome.cases,
        back_test=outcome.back_test,
        rows=outcome.rows,
        what_if=outcome.what_if,
        needed=outcome.needed,
        service_level=redesign.service_level,
        kept=outcome.kept,
        notes=outcome.notes,
    )


def _said(kept: SimulatedRedesign, use_case: UseCase) -> Event:
    """What the ledger holds: digests and how it was played; no step's name, no figure."""
    facts: Mapping[str, Json] = {
        "simulation": kept.id,
        "redesign": kept.digest,
        "log": kept.log,
        "log_digest": kept.log_digest,
        "system": kept.system,
        "standard": kept.standard,
        "measured": kept.measured,
        "replications": kept.replications,
        "seed": kept.seed,
        "result": digest(result_to_json(kept)),
        "kept": kept.kept.kept,
    }
    return entry("redesign.simulated", by=kept.by, now=kept.at, use_case=use_case, **facts)
