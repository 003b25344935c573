"""Covering: what a request for approval covers, as it stands now; and the end of every request of which something changed."""

from datetime import datetime

from licet.core.approval import (
    Covered,
    LiveRequest,
    Part,
    PassedRequest,
    Quorum,
    Subject,
    UsedRequest,
    VoidRequest,
    covers_digest,
    quorum_for,
)
from licet.core.canonical import digest
from licet.core.consent import void
from licet.core.envelope import GrantedUse, WaitingUse, no_later
from licet.core.gate_rules import Code
from licet.core.ids import LICET, PersonId
from licet.core.incident import Message
from licet.core.mandate import ActiveMandate, Mandate, ProposedMandate
from licet.core.redesign_told import service_level_told
from licet.core.risk import Tier
from licet.core.standard import CountersignedStandard, LockedStandard
from licet.core.use_case import Stage, UseCase
from licet.flows.office import Office, entry
from licet.flows.rules_in_force import gate_rules_in_force, gates_in_force, policy_in_force
from licet.flows.verdicts import newest_look, outlives_trips
from licet.store import approvals, envelopes, looks, mandates, notices, redesigns, risks, standards, teams, use_cases
from licet.store.book import Tx


def quorum_now(office: Office, tx: Tx, use_case: UseCase) -> Quorum:
    """What it takes to pass a request of a use case now."""
    risk = risks.newest(tx, use_case)
    tier = None if risk is None else risk.tier
    asked = gate_rules_in_force(office, tx).of(Stage.DELEGATED, tier).get(Code.APPROVED)
    return quorum_for(tier, people=asked or 1)


def proposal_now(tx: Tx, use_case: UseCase) -> ProposedMandate | None:
    """The proposal approvals are for: one that stands on the newest verdict; an older one is void. None where there is none."""
    last = newest_look(tx, use_case)
    return None if last is None or not outlives_trips(tx, use_case, last) else _open_proposal(mandates.newest(tx, use_case), last)


def _open_proposal(mandate: Mandate | None, last: looks.StoredLook) -> ProposedMandate | None:
    if not isinstance(mandate, ProposedMandate):
        return None
    return mandate if mandate.terms.verdict == last.verdict_digest and mandate.terms.look == last.look.id else None


def covered_now(office: Office, tx: Tx, use_case: UseCase, subject: Subject) -> Covered:
    """Everything that a request for this covers, as it stands in this transaction."""
    here = use_cases.by_id(tx, use_case.id)
    risk = risks.newest(tx, here)
    signed = standards.newest(tx, here)
    parts = {
        Part.SUBJECT: _subject(tx, here, subject),
        Part.STANDARD: signed.digest if isinstance(signed, LockedStandard | CountersignedStandard) else "",
        Part.VERDICT: _verdict(tx, here) if subject is Subject.MANDATE else "",
        Part.RISK: "" if risk is None else risk.digest,
        Part.TIER: "" if risk is None else risk.tier.value,
        Part.GATES: gates_in_force(office, tx),
        Part.POLICY: policy_in_force(office, tx),
        Part.QUORUM: str(quorum_now(office, tx, here)),
        Part.OWNER: here.owner or "",
        Part.NAME: here.slug,
        Part.TEAM: teams.of(tx, here),
        Part.STAGE: here.stage.value if here.stage is Stage.RETIRED else "",
        Part.SERVICE_LEVEL: _service_level(office, tx, here, None if risk is None else risk.tier),
    }
    return Covered(parts=tuple(parts.items()))


def _service_level(office: Office, tx: Tx, use_case: UseCase, tier: Tier | None) -> str:
    """What the people of the simulated redesign are to be enough for, where the gate asks for that; whoever simulates states it."""
    if Code.CAPACITY_SIMULATED not in gate_rules_in_force(office, tx).of(Stage.DELEGATED, tier):
        return ""
    newest = redesigns.newest(tx, use_case)
    return "" if newest is None or newest.service_level is None else service_level_told(newest.service_level)


def _subject(tx: Tx, use_case: UseCase, subject: Subject) -> str:
    if subject is Subject.MANDATE:
        proposed = proposal_now(tx, use_case)
        return "" if proposed is None else proposed.digest
    envelope = envelopes.newest(tx, use_case)
    return "" if envelope is None or envelope.closed_at is not None else envelope.digest


def _verdict(tx: Tx, use_case: UseCase) -> str:
    last = newest_look(tx, use_case)
    holds = last is not None and outlives_trips(tx, use_case, last)
    return digest({"look": last.look.id, "verdict": last.verdict_digest}) if last is not None and holds else ""


def hands_in(tx: Tx, use_case: UseCase) -> frozenset[PersonId]:
    """Everybody who may not approve here: whoever had a hand in the use case, and its owner."""
    return use_cases.involved(tx, use_case) | ({use_case.owner} if use_case.owner is not None else set())


def void_if_changed(office: Office, tx: Tx, use_case: UseCase, now: datetime) -> list[VoidRequest]:
    """Ends, in the transaction of whatever changed something, every request of the use case that covers what changed.

    Every flow that may change a part of `core.approval.Part` calls this before its transaction ends. A flow that forgot is caught
    when a mandate is granted: there everything is computed once more.

    Returns:
        The requests that are void now.
    """
    ended = []
    for found in approvals.live(tx, use_case):
        voided = void(found, covered_now(office, tx, use_case, found.request.subject), now=now)
        if voided is not None:
            _end(tx, use_case, voided)
            ended.append(voided)
    return ended


def void_everywhere(office: Office, tx: Tx, now: datetime) -> list[VoidRequest]:
    """As `void_if_changed`, for what changes everywhere at once: policy and gates."""
    rows = approvals.with_live(tx)
    return [ended for row in rows for ended in void_if_changed(office, tx, use_cases.by_id(tx, row), now)]


def _end(tx: Tx, use_case: UseCase, voided: VoidRequest) -> None:
    request = voided.request
    approvals.end(tx, voided)
    changed = [part.value for part in voided.changed]
    facts = {"request": request.id, "subject": request.subject.value, "digest": request.digest, "changed": changed}
    tx.record(entry("approval.voided", by=LICET, now=voided.at, use_case=use_case, **facts))
    body = f"Changed: {', '.join(changed)}. No yes given so far counts. To go on: ask anew with `licet approval ask {use_case.slug}`."
    told = {request.asked_by, *(yes.by for yes in request.given if yes.fast_lane is None)}
    for person in sorted(told):
        notices.tell(tx, Message(to=person, subject=f"{use_case.title}: the request for approval is void", body=body), at=voided.at)


def stands(office: Office, tx: Tx, use_case: UseCase, found: LiveRequest, now: datetime) -> bool:
    """Whether a request still covers what is there, and its time is not over: asked again where something is granted on it."""
    return now < found.request.expires_at and void(found, covered_now(office, tx, use_case, found.request.subject), now=now) is None


def use_up(tx: Tx, use_case: UseCase, granted: ActiveMandate, now: datetime) -> None:
    """Ends the request, or the change under an envelope, on which a mandate was granted just now: it grants nothing else."""
    for found in approvals.live(tx, use_case):
        if found.request.names == granted.id:
            approvals.end(tx, UsedRequest(request=found.request, at=now))
    use = envelopes.use_of(tx, granted.id)
    if isinstance(use, WaitingUse):
        envelopes.end(tx, GrantedUse(waiting=use, at=now))


def within_envelope(tx: Tx, granted: ActiveMandate, running: Mandate | None) -> ActiveMandate:
    """What is granted on a change envelope, cut to the time of the mandate it replaces; any other as it is."""
    use = envelopes.use_of(tx, granted.id)
    return no_later(granted, running) if isinstance(use, WaitingUse) and isinstance(running, ActiveMandate) else granted


def envelope_in_force(office: Office, tx: Tx, use_case: UseCase, now: datetime) -> PassedRequest | None:
    """The request that approved the use case's envelope, while it stands; None where no envelope is in force.

    An envelope's bounds end by their own date, not by the request's.
    """
    found = next((one for one in approvals.live(tx, use_case) if one.request.subject is Subject.ENVELOPE), None)
    holds = isinstance(found, PassedRequest) and void(found, covered_now(office, tx, use_case, Subject.ENVELOPE), now=now) is None
    return found if isinstance(found, PassedRequest) and holds else None


def still_within(office: Office, tx: Tx, use_case: UseCase, use: WaitingUse, now: datetime) -> bool:
    """Whether a change that waits still stands on what it was asked for: its envelope, and the mandate it replaces, in force and whole."""
    passed = envelope_in_force(office, tx, use_case, now)
    running = mandates.in_force(tx, use_case)
    same = passed is not None and use.covered == covers_digest(passed.request.id, passed.request.covered)
    return same and isinstance(running, ActiveMandate) and running.id == use.replaces and running.limits is None
