"""Holding a gate: what is known of a use case, against what the rules ask for at the stage it wants to enter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from licet.core.canonical import Json
from licet.core.capacity import capacity_to_json
from licet.core.gate import ClosedGate, Evidence, Moments, OpenedGate, SliceShown
from licet.core.gate_rules import Code
from licet.core.ids import PersonId
from licet.core.mandate import ProposedMandate
from licet.core.people import Role
from licet.core.redesign_evidence import redesign_stood_on
from licet.core.requirements import pass_gate
from licet.core.rules import RuleKind
from licet.core.standard import CountersignedStandard, LockedStandard
from licet.core.use_case import Stage, UseCase
from licet.core.verdict import measures_met
from licet.flows.capacity import capacity_of
from licet.flows.cover import proposal_now
from licet.flows.office import Office
from licet.flows.qualify import qualified_here
from licet.flows.roles import everybody_here
from licet.flows.rules_in_force import gate_rules_in_force
from licet.flows.see_redesign import process_shown
from licet.flows.stand import standing
from licet.flows.verdicts import newest_look
from licet.store import cases, drills, imports, looks, people, risks, rules, standards, use_cases
from licet.store.book import Tx

OF_PROCESS = (Code.BASELINE_LOCKED, Code.REDESIGN_SIMULATED, Code.CAPACITY_SIMULATED)
"""Requirements for which the process is looked at."""


def gate_of(office: Office, tx: Tx, use_case: UseCase, to: Stage, *, now: datetime) -> OpenedGate | ClosedGate:
    """Holds what is known of a use case against the gate of a stage."""
    return pass_gate(to, evidence_of(office, tx, use_case, now=now), gate_rules_in_force(office, tx))


def stood_on(office: Office, tx: Tx, use_case: UseCase, *, now: datetime) -> Mapping[str, Json]:
    """What a stage is entered on, for the ledger: digests of rules, evidence and risk answers, tier, and capacity if asked for."""
    found = evidence_of(office, tx, use_case, now=now)
    there = found.capacity
    return {
        "gates": found.gates,
        "evidence": found.digest,
        "tier": None if found.tier is None else found.tier.value,
        "risk": found.risk,
        **({} if there is None else {"capacity": capacity_to_json(there)}),
        **redesign_stood_on(found.process),
    }


def evidence_of(office: Office, tx: Tx, use_case: UseCase, *, now: datetime) -> Evidence:
    """What gates ask about, as it stands in this transaction."""
    signed, last, proposed = standards.newest(tx, use_case), newest_look(tx, use_case), proposal_now(tx, use_case)
    asked, approvals = standing(office, tx, use_case, proposed, now)
    risk = risks.newest(tx, use_case)
    gates, tier = gate_rules_in_force(office, tx), None if risk is None else risk.tier
    return Evidence(
        slug=use_case.slug,
        asked_at=now,
        moments=_moments(tx, use_case, signed, last, proposed),
        owner=use_case.owner,
        history_cases=sum(cases.count_history(tx, use_case).values()),
        tier=tier,
        risk=None if risk is None else risk.digest,
        risk_at=None if risk is None else risk.at,
        standard=signed.digest if isinstance(signed, LockedStandard | CountersignedStandard) else None,
        countersigned=isinstance(signed, CountersignedStandard),
        verdict=None if last is None else last.word,
        slices=_slices(signed, last),
        stop_exercised_at=drills.newest(tx, use_case),
        mandate=None if proposed is None else proposed.digest,
        exposure=None if proposed is None else proposed.terms.exposure,
        qualified=qualified_here(tx, use_case, now),
        capacity=capacity_of(office, tx, use_case, now) if gates.ask_anywhere(Code.CAPACITY, tier) else None,
        process=process_shown(tx, use_case) if gates.ask_any(OF_PROCESS, tier) else None,
        gates=gates.digest,
        policy=rules.digest_in_force(tx, RuleKind.POLICY),
        asked=asked,
        approvals=approvals,
        hands=_hands(tx, use_case),
    )


def _moments(
    tx: Tx,
    use_case: UseCase,
    signed: standards.Signed | standards.Revised | None,
    last: looks.StoredLook | None,
    proposed: ProposedMandate | None,
) -> Moments:
    locked = signed.locked if isinstance(signed, CountersignedStandard) else signed if isinstance(signed, LockedStandard) else None
    return Moments(
        created=use_case.created_at,
        imported=imports.first_done(tx, use_case),
        owned=standards.first_locked(tx, use_case),
        locked=None if locked is None else locked.locked_at,
        countersigned=signed.countersigned_at if isinstance(signed, CountersignedStandard) else None,
        judged=None if last is None else last.look.at,
        proposed=None if proposed is None else proposed.proposed_at,
    )


def _slices(signed: standards.Signed | standards.Revised | None, last: looks.StoredLook | None) -> tuple[SliceShown, ...]:
    """The slices of the standard as it stands, each with what the newest verdict shows of it."""
    if not isinstance(signed, CountersignedStandard):
        return ()
    met = frozenset() if last is None else measures_met(last.verdict)
    return tuple(SliceShown(name=m.name, met=m.name in met) for m in signed.standard.measures if m.slice is not None)


def _hands(tx: Tx, use_case: UseCase) -> Mapping[Role, tuple[PersonId, ...]]:
    """Who would act here in which role: its owner, those who built it, and risk without a hand in it."""
    involved = use_cases.involved(tx, use_case)
    everyone = everybody_here(tx, use_case)
    owners = [person.id for person in everyone if person.has(Role.OWNER)] if use_case.owner is None else [use_case.owner]
    builders = [person.id for person in everyone if person.has(Role.BUILDER)]
    risk = [person.id for person in everyone if person.has(Role.RISK) and person.id not in involved | {use_case.owner}]
    return {Role.OWNER: tuple(owners), Role.BUILDER: _rather(builders, involved), Role.RISK: tuple(risk)}


def _rather(people_there: list[PersonId], known: frozenset[PersonId]) -> tuple[PersonId, ...]:
    """Those who are known to be meant, or all where none is."""
    return tuple(person for person in people_there if person in known) or tuple(people_there)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateShown:
    """A gate for a screen: with the names of those who have the ball, and when it was asked."""

    gate: OpenedGate | ClosedGate
    names: Mapping[PersonId, str]
    at: datetime


def gate_with_names(office: Office, *, name: str, to: Stage) -> GateShown:
    """The gate of a stage, with the names that a screen shows; the ledger and the API keep to ids."""
    with office.book.read() as tx:
        now = office.clock.now()
        found = gate_of(office, tx, use_cases.require(tx, name), to, now=now)
        asked = {person for line in found.requirements for person in line.people}
        names = {person.id: person.name for person, _ in people.everyone(tx) if person.id in asked}
    return GateShown(gate=found, names=names, at=now)


def show_gate(office: Office, *, name: str, to: Stage) -> OpenedGate | ClosedGate:
    """The gate of a stage, with what is met and who has the ball."""
    with office.book.read() as tx:
        return gate_of(office, tx, use_cases.require(tx, name), to, now=office.clock.now())
