"""Looking closely: everything a page shows of one use case, read at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from licet.core.audit import outcome_loss
from licet.core.gate import Requirement
from licet.core.gate_rules import Code, GateRules
from licet.core.ids import PersonId
from licet.core.incident import Incident
from licet.core.mandate import ActiveMandate, SuspendedMandate
from licet.core.people import Act, Person
from licet.core.refusal import Refused
from licet.core.requirements import requirements_for
from licet.core.standard import CountersignedStandard, LockedStandard, Standard, locked_part
from licet.core.stop import Stop
from licet.core.use_case import Stage, UseCase
from licet.flows.audit import WatchPoint, watch_points
from licet.flows.hold_gate import evidence_of
from licet.flows.office import Office, allowed
from licet.flows.rules_in_force import gate_rules_in_force
from licet.flows.survey import Known, Standing, stand, times_of
from licet.flows.verdicts import newest_look
from licet.store import audits, decisions, looks, mandates, notices, people, risks, standards, stops, tallies, use_cases
from licet.store.book import Tx
from licet.store.risks import StoredRisk
from licet.store.tallies import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The watch over what AI decides alone: its points after each audit that counted, and whether it tripped."""

    points: tuple[WatchPoint, ...]
    errors: int
    target: float
    confidence: float
    tripped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A use case at one moment; what is not there yet is None or empty.

    Attributes:
        at: when.
        standing: how it stands, and what its next gate asks for.
        passed: where it is at the last stage, what that stage's gate asks for now.
        risk: its risk answers.
        signed: its standard, locked or countersigned; a revised one is being written again.
        revised: whether its standard was taken back to be written again.
        earlier: what its standard said in the version before.
        look: the newest verdict on the standard as it is signed.
        watched: the watch of its mandate.
        stop: the stop that holds for it.
        incidents: what went wrong, newest first.
        names: of everybody with a name here.
    """

    at: datetime
    standing: Standing
    passed: tuple[Requirement, ...]
    risk: StoredRisk | None
    signed: LockedStandard | CountersignedStandard | None
    revised: bool
    earlier: Standard | None
    look: looks.StoredLook | None
    watched: Watched | None
    stop: Stop | None
    incidents: tuple[Incident, ...]
    names: Mapping[PersonId, str]

    @property
    def use_case(self) -> UseCase:
        """Which use case it is."""
        return self.standing.use_case


def look_closely(office: Office, by: Person, *, name: str) -> Sight | Refused:
    """Reads a use case for somebody who may look at it; one that is not there for them is not there."""
    with office.book.read() as tx:
        use_case = use_cases.find(tx, name)
        if use_case is None:
            return Refused(code="not_there", why=f"There is no use case {name!r} here.", remedy="The portfolio shows those there are.")
        permitted = allowed(office, tx, by, Act.LOOK, use_case)
        return permitted if isinstance(permitted, Refused) else _seen(office, tx, use_case)


def _seen(office: Office, tx: Tx, use_case: UseCase) -> Sight:
    now, rules = office.clock.now(), gate_rules_in_force(office, tx)
    known = Known(
        rules=rules,
        tally=tallies.every(tx).get(use_case.id, Tally()),
        times=times_of(tx, use_case, rules, now),
        simulated=decisions.simulated_people(tx, use_case),
    )
    standing = stand(office, tx, use_case, known, now)
    signed = standards.newest(tx, use_case)
    return Sight(
        at=now,
        standing=standing,
        passed=_still(office, tx, use_case, rules, now) if use_case.stage is Stage.DELEGATED else (),
        risk=risks.newest(tx, use_case),
        signed=signed if isinstance(signed, LockedStandard | CountersignedStandard) else None,
        revised=signed is not None and not isinstance(signed, LockedStandard | CountersignedStandard),
        earlier=_earlier(tx, use_case, signed),
        look=newest_look(tx, use_case),
        watched=_watched(tx, standing),
        stop=stops.pressed(tx, use_case.id),
        incidents=tuple(reversed(notices.incidents(tx, use_case))),
        names={person.id: person.name for person, _ in people.everyone(tx)},
    )


def _earlier(tx: Tx, use_case: UseCase, signed: standards.Signed | standards.Revised | None) -> Standard | None:
    """The version before the one that is signed; None before the second."""
    if signed is None or isinstance(signed, standards.Revised):
        return None
    before = standards.by_version(tx, use_case, locked_part(signed).version - 1)
    return None if before is None else locked_part(before).standard


def _still(office: Office, tx: Tx, use_case: UseCase, rules: GateRules, now: datetime) -> tuple[Requirement, ...]:
    """What its own gate asks for today, beside the proposal and its approvals: those led to the mandate, and are over."""
    lines = requirements_for(use_case.stage, evidence_of(office, tx, use_case, now=now), rules)
    return tuple(line for line in lines if line.code not in {Code.MANDATE_PROPOSED, Code.APPROVED})


def _watched(tx: Tx, standing: Standing) -> Watched | None:
    """The watch of a mandate's newest round. Drawn audits without an answer are not in it: they would tell which case was drawn."""
    mandate = standing.mandate
    active = mandate.active if isinstance(mandate, SuspendedMandate) else mandate
    if not isinstance(active, ActiveMandate):
        return None
    fed = [row for row in audits.every(tx, active.id) if row.drawn.round == active.round and row.fed]
    points = watch_points(active, fed)
    errors = sum(outcome_loss(row.outcome) for row in fed if row.outcome is not None)
    tripped = mandates.watch_of(tx, active).has_tripped
    return Watched(points=points, errors=int(errors), target=active.terms.target, confidence=active.terms.confidence, tripped=tripped)
