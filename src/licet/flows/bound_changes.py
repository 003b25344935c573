"""Bounding changes: an envelope is asked for and closed, and a new system inside it waits out its window for a veto."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from licet.core.approval import AnyRequest, Subject, covers_digest
from licet.core.audit_plan import AtTrip
from licet.core.canonical import Json
from licet.core.envelope import (
    Bounds,
    Change,
    Envelope,
    EnvelopeId,
    Use,
    VetoedUse,
    WaitingUse,
    bounds_to_json,
    check_bounds,
    veto,
    within,
)
from licet.core.ids import Digest, MandateId
from licet.core.incident import Message
from licet.core.mandate import ActiveMandate, ProposedMandate
from licet.core.people import Act, Actor, Role
from licet.core.reason import reason
from licet.core.refusal import Refused
from licet.core.system import SystemCard
from licet.core.terms import Terms, terms_to_json
from licet.core.use_case import UseCase
from licet.flows.ask import ask_for
from licet.flows.cover import envelope_in_force, void_if_changed
from licet.flows.grant import Wishes, met_look, terms_on
from licet.flows.judge_comparison import not_worse
from licet.flows.let_through import end_use
from licet.flows.office import Office, entry, person_at_work_on
from licet.flows.roles import everybody_here
from licet.store import approvals, envelopes, looks, mandates, notices, systems, use_cases
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedBounds:
    """What the proposer of an envelope may choose; kind and name are those of the system that runs. See `core.envelope.Bounds`."""

    versions: str
    may_change: frozenset[str]
    lose_at_most: float
    changes: int
    window: timedelta
    until: datetime


def propose_envelope(office: Office, by: Actor, *, name: str, wanted: WantedBounds) -> Envelope | Refused:
    """Asks for bounds around the system that runs; an envelope asked for before is none any more.

    Raises:
        NotAnEnvelopeError: when a bound is out of range.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        at_work = person_at_work_on(office, tx, by, Act.PROPOSE, name=name)
        if isinstance(at_work, Refused):
            return at_work
        use_case, person = at_work
        running = _running(tx, use_case)
        if isinstance(running, Refused):
            return running
        card = _card(tx, use_case, running.terms)
        bounds = Bounds(
            kind=card.kind.value, name=card.name, versions=wanted.versions, may_change=wanted.may_change,
            lose_at_most=wanted.lose_at_most, changes=wanted.changes, window=wanted.window, until=wanted.until,
        )  # fmt: skip
        check_bounds(bounds, now=now)
        made = Envelope(
            id=EnvelopeId(office.draw.token("e_")), use_case=use_case.slug, bounds=bounds, proposed_by=person.id, proposed_at=now
        )
        envelopes.add(tx, use_case, made)
        use_cases.involve(tx, use_case, person.id, "proposer")
        facts: dict[str, Json] = {"envelope": made.id, "digest": made.digest, "bounds": bounds_to_json(bounds)}
        tx.record(entry("envelope.proposed", by=person.id, now=now, use_case=use_case, **facts))
        void_if_changed(office, tx, use_case, now)
        asked = ask_for(office, tx, use_case, Subject.ENVELOPE, made.id, by=person.id, now=now)
        return asked if isinstance(asked, Refused) else made


def use_envelope(office: Office, by: Actor, *, name: str) -> ProposedMandate | Refused:
    """Asks for a mandate for the system of the newest met verdict, inside the envelope: no new approvals, but a window for a veto.

    Its terms are the running mandate's but for system, verdict and certified threshold, and it ends no later.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        at_work = person_at_work_on(office, tx, by, Act.PROPOSE, name=name)
        if isinstance(at_work, Refused):
            return at_work
        use_case, person = at_work
        prepared = _prepare(office, tx, use_case, now)
        if isinstance(prepared, Refused):
            return prepared
        _end_earlier(tx, use_case, now)
        made = ProposedMandate(
            id=MandateId(office.draw.token("m_")), use_case=use_case.slug, terms=prepared.terms, proposed_by=person.id, proposed_at=now
        )
        mandates.propose(tx, use_case, made)
        use_cases.involve(tx, use_case, person.id, "proposer")
        waiting = WaitingUse(
            mandate=made.id, envelope=prepared.envelope.id, replaces=prepared.running.id, at=now,
            window_ends=now + prepared.envelope.bounds.window, covered=prepared.covered,
        )  # fmt: skip
        envelopes.use(tx, use_case, waiting)
        facts: dict[str, Json] = {"mandate": made.id, "digest": made.digest, "envelope": waiting.envelope, "replaces": waiting.replaces}
        facts |= {"window_ends": waiting.window_ends.isoformat(), "terms": terms_to_json(made.terms)}
        tx.record(entry("envelope.used", by=person.id, now=now, use_case=use_case, **facts))
        void_if_changed(office, tx, use_case, now)
        _tell(tx, use_case, waiting, made, now)
        return made


def _end_earlier(tx: Tx, use_case: UseCase, now: datetime) -> None:
    """Ends the change that waited before: one waits at a time, so that a veto is of the one that would take effect."""
    for use in envelopes.uses(tx, use_case):
        if isinstance(use, WaitingUse):
            end_use(tx, use_case, use, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    envelope: Envelope
    running: ActiveMandate
    terms: Terms
    covered: Digest


def _prepare(office: Office, tx: Tx, use_case: UseCase, now: datetime) -> _Prepared | Refused:
    passed, envelope, running = envelope_in_force(office, tx, use_case, now), envelopes.newest(tx, use_case), _running(tx, use_case)
    if isinstance(running, Refused):
        return running
    if passed is None or envelope is None:
        why = f"No change envelope of {use_case.slug!r} is in force."
        return Refused(code="outside_envelope", why=why, remedy="Propose one (`licet envelope propose`), and let risk approve it.")
    met = met_look(tx, use_case)
    if isinstance(met, Refused):
        return met
    terms = _terms(tx, use_case, met, running, now + envelope.bounds.window)
    earlier = [use for use in envelopes.uses(tx, use_case) if _counts(use, envelope)]
    change = Change(
        was=_card(tx, use_case, running.terms),
        becomes=_card(tx, use_case, terms),
        share_was=_share(looks.by_id(tx, running.terms.look)),
        share_becomes=_share(met),
        used=len(earlier),
        not_worse=not_worse(tx, use_case, running.terms, terms),
    )
    refused = within(envelope.bounds, change, running.terms, terms, now=now)
    if refused is not None:
        return refused
    covered = covers_digest(passed.request.id, passed.request.covered)
    return _Prepared(envelope=envelope, running=running, terms=terms, covered=covered)


def _counts(use: Use, envelope: Envelope) -> bool:
    """Whether a change counts against how many an envelope allows: also one that was vetoed, so that nobody tries on and on."""
    waiting = use if isinstance(use, WaitingUse) else use.waiting
    return waiting.envelope == envelope.id


def _running(tx: Tx, use_case: UseCase) -> ActiveMandate | Refused:
    running = mandates.in_force(tx, use_case)
    if isinstance(running, ActiveMandate):
        return running if running.limits is None else _narrowed(running)
    why = f"{use_case.slug!r} has no active mandate; an envelope is about changes of a system that runs."
    return Refused(code="mandate_not_active", why=why, remedy="Propose a mandate: `licet mandate propose`.")


def _narrowed(running: ActiveMandate) -> Refused:
    """A change has the terms of the mandate it replaces, so that it would undo, without anybody's yes, what people took back of it."""
    why = f"Something of mandate {running.id!r} was taken back since it was granted; a change inside an envelope would undo that."
    return Refused(code="outside_envelope", why=why, remedy="Propose a mandate and let people approve it: `licet mandate propose`.")


def _terms(tx: Tx, use_case: UseCase, met: looks.StoredLook, running: ActiveMandate, starts: datetime) -> Terms:
    was = running.terms
    lasts = min(was.lasts, max(running.expires_at - starts, timedelta(seconds=1)))
    at_trip = was.audits.slices[0].at_trip if was.audits is not None and was.audits.slices else AtTrip.NARROW
    wishes = Wishes(
        audit_rate=was.audit_rate, daily_cap=was.daily_cap, lasts=lasts, planned_audits=was.planned_audits,
        exposure=was.exposure or None, audits=was.audits, at_slice_trip=at_trip,
    )  # fmt: skip
    return terms_on(tx, use_case, met, wishes)


def _card(tx: Tx, use_case: UseCase, terms: Terms) -> SystemCard:
    found = systems.find(tx, use_case, terms.fingerprint)
    if found is None:
        message = f"No system of fingerprint {terms.fingerprint[:12]!r} is stored; restore a backup."
        raise LookupError(message)
    return found.card


def _share(look: looks.StoredLook) -> float:
    """The share of sealed cases that a verdict certifies to be decided alone; 0 where it certifies none."""
    match look.verdict:
        case {"region": {"coverage": int() | float() as share}}:
            return float(share)
        case _:
            return 0.0


def _tell(tx: Tx, use_case: UseCase, waiting: WaitingUse, made: ProposedMandate, now: datetime) -> None:
    body = (
        f"{made.terms.system} is to replace the system that runs, inside envelope {waiting.envelope}. "
        f"From {waiting.window_ends:%Y-%m-%d %H:%M} UTC on it is in force. To say no: licet envelope veto {use_case.slug} --why ..."
    )
    told = {person.id for person in everybody_here(tx, use_case) if person.has(Role.RISK)} | ({use_case.owner} if use_case.owner else set())
    for person in sorted(told):
        notices.tell(tx, Message(to=person, subject=f"{use_case.title}: a change waits for a veto", body=body), at=now)


def veto_change(office: Office, by: Actor, *, name: str, why: str) -> VetoedUse | Refused:
    """Says no to the change that waits, as risk or as the owner of the use case, with a reason.

    Raises:
        NotAReasonError: when no reason is given, or too long a one.
    """
    said = reason(why)
    with office.book.write() as tx:
        now = office.clock.now()
        at_work = person_at_work_on(office, tx, by, Act.VETO, name=name)
        if isinstance(at_work, Refused):
            return at_work
        use_case, person = at_work
        waiting = next((use for use in envelopes.uses(tx, use_case) if isinstance(use, WaitingUse)), None)
        vetoed = veto(waiting, person.id, said, now=now)
        if isinstance(vetoed, Refused):
            return vetoed
        envelopes.end(tx, vetoed)
        facts = {"mandate": vetoed.waiting.mandate, "envelope": vetoed.waiting.envelope}
        tx.record(entry("envelope.vetoed", by=person.id, now=now, use_case=use_case, **facts))
        if use_case.owner is not None:
            subject = f"{use_case.title}: a change was vetoed"
            notices.tell(tx, Message(to=use_case.owner, subject=subject, body=f"{said} The running mandate stays."), at=now)
        return vetoed


def close_envelope(office: Office, by: Actor, *, name: str) -> Envelope | Refused:
    """Ends the use case's envelope, as risk or as its owner; a change that waits under it never takes effect."""
    with office.book.write() as tx:
        now = office.clock.now()
        at_work = person_at_work_on(office, tx, by, Act.VETO, name=name)
        if isinstance(at_work, Refused):
            return at_work
        use_case, person = at_work
        there = envelopes.newest(tx, use_case)
        if there is None or there.closed_at is not None:
            return Refused(code="not_there", why=f"{use_case.slug!r} has no envelope that is not closed.", remedy="")
        envelopes.close(tx, there, by=person.id, at=now)
        tx.record(entry("envelope.closed", by=person.id, now=now, use_case=use_case, envelope=there.id))
        void_if_changed(office, tx, use_case, now)
        return there


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeShown:
    """A use case's envelope, what became of the request for it, whether it is in force, and each change under it."""

    envelope: Envelope | None
    request: AnyRequest | None
    in_force: bool
    uses: tuple[Use, ...]


def show_envelope(office: Office, *, name: str) -> EnvelopeShown:
    """The newest envelope of a use case."""
    with office.book.read() as tx:
        use_case, now = use_cases.require(tx, name), office.clock.now()
        envelope = envelopes.newest(tx, use_case)
        holds = envelope is not None and envelope_in_force(office, tx, use_case, now) is not None and now < envelope.bounds.until
        request = approvals.newest(tx, use_case, Subject.ENVELOPE)
        return EnvelopeShown(envelope=envelope, request=request, in_force=holds, uses=tuple(envelopes.uses(tx, use_case)))
