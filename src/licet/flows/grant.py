"""Granting: propose a mandate on a met verdict, gather approvals at the gate, grant, reinstate, revoke."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from licet.core.approval import Subject
from licet.core.audit import commitment
from licet.core.audit_plan import AtTrip, AuditPlan, WatchedSlice
from licet.core.canonical import Json
from licet.core.exposure import Exposure, ExposurePlan, default_plan
from licet.core.gate import ClosedGate
from licet.core.ids import LICET, Digest, MandateId, PersonId
from licet.core.ledger import Event
from licet.core.mandate import (
    ActiveMandate,
    Mandate,
    ProposedMandate,
    RevokedMandate,
    SuspendedMandate,
    grant,
    proposed_of,
    reinstate,
    revoke,
    state_of,
)
from licet.core.measure import Measure, MeasureKind
from licet.core.people import Act, Actor
from licet.core.policy import Permission
from licet.core.reason import reason
from licet.core.refusal import Refused
from licet.core.region import certified_in
from licet.core.risk import Tier
from licet.core.scope import Scope, scope_from_json, with_regions
from licet.core.system import UNVERSIONED
from licet.core.terms import Terms, check_terms, terms_to_json
from licet.core.use_case import Stage, UseCase
from licet.flows.ask import ask_for
from licet.flows.begin_watching import begin_watching
from licet.flows.cover import use_up, void_if_changed, within_envelope
from licet.flows.hold_back import not_covered, prohibited
from licet.flows.hold_gate import gate_of, stood_on
from licet.flows.office import Office, allowed_person, entry, permitted, person_at_work_on, working
from licet.flows.verdicts import fresh_verdict, newest_look, outlives_trips
from licet.store import audits, exposures, looks, mandates, risks, standards, systems, use_cases
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the proposer may choose; everything else follows from the verdict.

    Attributes:
        audit_rate: probability with which each case decided alone is audited, in (0, 1].
        daily_cap: most cases decided alone on one UTC day.
        lasts: from grant to expiry.
        planned_audits: audits until expiry that feed the watch; None: rate times cap times days.
        exposure: the steps by which it is exposed; empty: all eligible cases from the beginning; None: those of the use case's tier.
        audits: how it is audited beyond one rate; its slices are those of the standard, whatever is given.
        at_slice_trip: what the trip of a slice's watch does.
    """

    audit_rate: float = 0.1
    daily_cap: int = 1000
    lasts: timedelta = timedelta(days=30)
    planned_audits: int | None = None
    exposure: ExposurePlan | None = None
    audits: AuditPlan | None = None
    at_slice_trip: AtTrip = AtTrip.NARROW


def propose_mandate(office: Office, by: Actor, *, name: str, wishes: Wishes) -> ProposedMandate | Refused:
    """Proposes a mandate on the newest verdict of the present standard, which must be met.

    Raises:
        NotTermsError: when a wish is out of range.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.PROPOSE, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        met = prohibited(tx, use_case) or met_look(tx, use_case)
        if isinstance(met, Refused):
            return met
        terms = terms_on(tx, use_case, met, wishes)
        made = ProposedMandate(
            id=MandateId(office.draw.token("m_")), use_case=use_case.slug, terms=terms, proposed_by=person.id, proposed_at=now
        )
        mandates.propose(tx, use_case, made)
        use_cases.involve(tx, use_case, person.id, "proposer")
        facts = {"mandate": made.id, "digest": made.digest, "terms": terms_to_json(terms)}
        tx.record(entry("mandate.proposed", by=person.id, now=now, use_case=use_case, **facts))
        void_if_changed(office, tx, use_case, now)
        asked = ask_for(office, tx, use_case, Subject.MANDATE, made.id, by=person.id, now=now)
        return asked if isinstance(asked, Refused) else made


def met_look(tx: Tx, use_case: UseCase) -> looks.StoredLook | Refused:
    """The newest verdict on the standard as it is signed, if a mandate can be asked for on it."""
    last = newest_look(tx, use_case)
    if last is None:
        why = f"{use_case.slug!r} has no verdict by its present standard."
        return Refused(code="verdict_not_met", why=why, remedy="Evaluate first: `licet evaluate`.")
    if last.word != "met":
        why = f"The verdict of {use_case.slug!r} is {last.word.replace('_', ' ')}; a mandate takes a met verdict."
        return Refused(
            code="verdict_not_met", why=why, remedy="It stays with people. Label more, or improve the system, and evaluate again."
        )
    if not outlives_trips(tx, use_case, last):
        why = f"The watch of {use_case.slug!r} tripped after these sealed cases were looked at first: what they showed does not hold now."
        return Refused(code="verdict_not_fresh", why=why, remedy="Import fresh cases and run `licet evaluate`.")
    return last


def terms_on(tx: Tx, use_case: UseCase, met: looks.StoredLook, wishes: Wishes) -> Terms:
    """What a mandate on this verdict says.

    Raises:
        NotTermsError: when a wish is out of range.
    """
    system = systems.find(tx, use_case, met.fingerprint)
    terms = _terms(tx, use_case, met, wishes, "" if system is None else f"{system.card.name}@{system.card.version}")
    check_terms(terms, unversioned=system is not None and system.card.version == UNVERSIONED)
    return terms


def _terms(tx: Tx, use_case: UseCase, met: looks.StoredLook, wishes: Wishes, system: str) -> Terms:
    signed = standards.by_digest(tx, use_case, met.standard)
    measures = () if signed is None else signed.standard.measures
    alone = min((m for m in measures if m.kind is MeasureKind.ERROR_ALONE and m.slice is None), key=lambda m: m.target)
    match met.plan, met.verdict:
        case {"scope": scope, "guardian": str(guardian)}, {"region": {"threshold": int() | float() as threshold}}:
            certified = _certified(scope_from_json(scope), met, float(threshold))
        case _:
            message = f"Look {met.look.id} is stored without plan or region; restore a backup."
            raise ValueError(message)
    planned = wishes.planned_audits
    if planned is None:
        planned = max(1, ceil(wishes.audit_rate * wishes.daily_cap * wishes.lasts / timedelta(days=1)))
    return Terms(
        fingerprint=met.fingerprint,
        system=system,
        scope=certified,
        guardian=guardian,
        standard=met.standard,
        look=met.look.id,
        verdict=met.verdict_digest,
        target=alone.target,
        confidence=alone.confidence,
        audit_rate=wishes.audit_rate,
        planned_audits=planned,
        daily_cap=wishes.daily_cap,
        lasts=wishes.lasts,
        exposure=_steps(tx, use_case) if wishes.exposure is None else wishes.exposure,
        audits=None if wishes.audits is None else replace(wishes.audits, slices=_watched(measures, wishes.at_slice_trip)),
    )


def _steps(tx: Tx, use_case: UseCase) -> ExposurePlan:
    """The steps that the use case's tier begins with; where nobody answered the risk questions, the most careful."""
    answered = risks.newest(tx, use_case)
    return default_plan(Tier.HIGH if answered is None else answered.tier)


def _watched(measures: Sequence[Measure], at_trip: AtTrip) -> tuple[WatchedSlice, ...]:
    """The slices of a standard that a watch of their own is kept on."""
    return tuple(
        WatchedSlice(name=one.name, part=one.slice, target=one.target, at_trip=at_trip)
        for one in measures
        if one.kind is MeasureKind.ERROR_ALONE and one.slice is not None
    )


def _certified(scope: Scope, met: looks.StoredLook, threshold: float) -> Scope:
    """A scope with what was certified in place of the widest; in a region without a certificate nothing is decided alone."""
    found = certified_in(met.verdict)
    if not scope.regions:
        return replace(scope, threshold=threshold)
    return with_regions(scope, tuple(replace(one, threshold=found.get(one.name)) for one in scope.regions))


def grant_mandate(office: Office, by: Actor, *, name: str) -> ActiveMandate | ClosedGate | Refused:
    """Grants the proposed mandate through its gate, and makes the secret that draws its audits.

    Returns:
        The active mandate; `ClosedGate` with what is missing; or `Refused`.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        permission = permitted(office, tx, by, Act.GRANT, use_case)
        if isinstance(permission, Refused):
            return permission
        proposed = mandates.newest(tx, use_case)
        gate = prohibited(tx, use_case) or gate_of(office, tx, use_case, Stage.DELEGATED, now=now)
        if isinstance(gate, ClosedGate | Refused):
            return gate
        if not isinstance(proposed, ProposedMandate):
            return Refused(code="no_mandate", why="No mandate is proposed.", remedy="Propose one: `licet mandate propose`.")
        running = mandates.in_force(tx, use_case)
        granted = grant(proposed, gate, permission, owner=use_case.owner, now=now)
        if isinstance(granted, Refused):
            return granted
        granted = within_envelope(tx, granted, running)
        end_earlier(tx, use_case, running, granted.granted_by, now)
        put_in_force(office, tx, use_case, granted, permission.policy)
        use_up(tx, use_case, granted, now)
        return granted


def end_earlier(tx: Tx, use_case: UseCase, running: Mandate | None, by: PersonId, now: datetime) -> None:
    """One mandate at a time: a newer grant revokes the one before it."""
    if isinstance(running, ActiveMandate | SuspendedMandate):
        ended = revoke(running, by=by, why="A newer mandate was granted.", now=now)
        mandates.write_state(tx, ended)
        tx.record(*ended_events(tx, use_case, ended, now))


def put_in_force(office: Office, tx: Tx, use_case: UseCase, granted: ActiveMandate, policy: Digest) -> None:
    """Writes a grant: secret, watch, stage and ledger entry, in the transaction of the caller."""
    stood = stood_on(office, tx, use_case, now=granted.granted_at)
    secret = office.draw.secret()
    committed = commitment(secret)
    mandates.grant(tx, granted, secret=secret, commitment=committed)
    terms = granted.terms
    begin_watching(tx, granted)
    facts = {
        "mandate": granted.id,
        "digest": granted.proposed.digest,
        "terms": terms_to_json(terms),
        "audit_rate": terms.audit_rate,
        "secret_commitment": committed,
        "policy": policy,
        "expires_at": granted.expires_at.isoformat(),
        "warning": "audit draws are predictable by whoever operates the machine and reads its key file",
    }
    tx.record(entry("mandate.granted", by=granted.granted_by, now=granted.granted_at, use_case=use_case, **(dict(stood) | facts)))
    if granted.exposed is not None:
        begin_exposure(tx, use_case, granted, granted.exposed, by=granted.granted_by)
    enter_delegated(tx, use_case, by=granted.granted_by, now=granted.granted_at, stood=stood)


def begin_exposure(tx: Tx, use_case: UseCase, active: ActiveMandate, first: Exposure, *, by: PersonId) -> None:
    """Exposes a mandate at the first step of its plan, in the caller's transaction."""
    exposures.move(tx, active.id, first, by=by, at=first.since)
    facts: dict[str, Json] = {"mandate": active.id, "step": first.step, "share": active.share, "how": "begins", "evidence": None}
    tx.record(entry("mandate.exposed", by=by, now=first.since, use_case=use_case, **facts))


def enter_delegated(tx: Tx, use_case: UseCase, *, by: PersonId, now: datetime, stood: Mapping[str, Json]) -> None:
    """Moves a use case to *delegated*, where it is not there yet."""
    if use_case.stage is not Stage.DELEGATED:
        use_cases.set_stage(tx, use_case, Stage.DELEGATED)
        change = {"was": use_case.stage.value, "became": Stage.DELEGATED.value, **stood}
        tx.record(entry("stage.changed", by=by, now=now, use_case=use_case, **change))


def revoke_mandate(office: Office, by: Actor, *, name: str, why: str) -> RevokedMandate | Refused:
    """Takes the mandate back for good and reveals the secret that drew its audits."""
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = use_cases.require(tx, name)
        person = allowed_person(office, tx, by, Act.REVOKE, use_case)
        if isinstance(person, Refused):
            return person
        running = mandates.in_force(tx, use_case)
        if not isinstance(running, ActiveMandate | SuspendedMandate):
            return _not_active(running)
        ended = revoke(running, by=person.id, why=why, now=now)
        mandates.write_state(tx, ended)
        tx.record(*ended_events(tx, use_case, ended, now))
        step_back(tx, use_case, now, ended.revoked_by)
        return ended


def ended_events(tx: Tx, use_case: UseCase, ended: Mandate, now: datetime) -> list[Event]:
    """The entries of an end: that it ended, and the secret that drew its audits, so that anybody can check the draws."""
    proposed_id = _id(ended)
    secret = mandates.secret(tx, proposed_id).hex()
    by = ended.revoked_by if isinstance(ended, RevokedMandate) else LICET
    word = "mandate.revoked" if isinstance(ended, RevokedMandate) else "mandate.expired"
    why = {"why_code": "by_person"} if isinstance(ended, RevokedMandate) else {}
    open_ones = [row.drawn.case for row in audits.every(tx, proposed_id) if row.outcome is None]
    return [
        entry(word, by=by, now=now, use_case=use_case, mandate=proposed_id, **why),
        *[entry("audit.drawn", by=LICET, now=now, use_case=use_case, mandate=proposed_id, case_number=case) for case in open_ones],
        entry("secret.revealed", by=LICET, now=now, use_case=use_case, mandate=proposed_id, secret=secret),
    ]


def step_back(tx: Tx, use_case: UseCase, now: datetime, by: PersonId) -> None:
    """Without a mandate, people decide again: the stage falls back to *assisted*."""
    if use_case.stage is Stage.DELEGATED:
        use_cases.set_stage(tx, use_case, Stage.ASSISTED)
        change = {"was": Stage.DELEGATED.value, "became": Stage.ASSISTED.value}
        tx.record(entry("stage.changed", by=by, now=now, use_case=use_case, **change))


def reinstate_mandate(office: Office, by: Actor, *, name: str, why: str) -> ActiveMandate | Refused:
    """Puts the suspended mandate in force again, on a met verdict on fresh sealed cases; its watch starts anew.

    Raises:
        NotAReasonError: when `why` says nothing.
    """
    said = reason(why)
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        permission = permitted(office, tx, by, Act.REINSTATE, use_case)
        if isinstance(permission, Refused):
            return permission
        suspended = mandates.in_force(tx, use_case)
        if not isinstance(suspended, SuspendedMandate):
            why = f"The mandate is {'absent' if suspended is None else state_of(suspended)}, not suspended."
            return Refused(code="mandate_not_suspended", why=why, remedy="See `licet mandate show`.")
        fresh = fresh_verdict(tx, use_case, suspended)
        active = not_covered(tx, use_case, suspended.active) or reinstate(suspended, fresh, permission, why=said, now=now)
        if not isinstance(active, Refused):
            _in_force_again(tx, use_case, active, permission, now=now)
            enter_delegated(tx, use_case, by=permission.by.id, now=now, stood=stood_on(office, tx, use_case, now=now))
        return active


def _in_force_again(tx: Tx, use_case: UseCase, active: ActiveMandate, permission: Permission, *, now: datetime) -> None:
    """Writes a reinstatement: state, a watch of its own, ledger entry, and the first step of the plan."""
    mandates.write_state(tx, active)
    begin_watching(tx, active)
    by = permission.by.id
    facts: dict[str, Json] = {"mandate": active.id, "round": active.round, "policy": permission.policy}
    tx.record(entry("mandate.reinstated", by=by, now=now, use_case=use_case, **facts))
    if active.exposed is not None:
        begin_exposure(tx, use_case, active, active.exposed, by=by)


def _id(mandate: Mandate) -> MandateId:
    return proposed_of(mandate).id


def _not_active(mandate: Mandate | None) -> Refused:
    state = "absent" if mandate is None else state_of(mandate)
    return Refused(code="mandate_not_active", why=f"The mandate is {state}.", remedy="See `licet mandate show`.")
