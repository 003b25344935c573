"""Exposing: a mandate goes on in its plan by rule as evidence grows; people hold it, step back, and let it go on."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from licet.core.canonical import Json
from licet.core.exposure import Evidence, Exposure, back, forward, has_next, held, missing, share_of
from licet.core.grading import Grading, agrees
from licet.core.ids import LICET, CaseNumber, PersonId
from licet.core.mandate import ActiveMandate, state_of
from licet.core.people import Act, Actor, Person, Role
from licet.core.refusal import Refused
from licet.core.system import Proposal, Proposed
from licet.core.use_case import UseCase
from licet.flows.audit import advance
from licet.flows.graded_by import grading_of
from licet.flows.office import Office, allowed_person, entry, working
from licet.flows.roles import person_here
from licet.stats.bounds import confidence_sequence
from licet.store import audits, cases, decisions, exposures, systems, use_cases
from licet.store.book import Tx


class Turn(StrEnum):
    """What a person may do to the exposure of a mandate."""

    HOLD = "hold"
    BACK = "back"
    ON = "on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """Where a mandate stands in its plan.

    Attributes:
        share: of the eligible cases that AI decides alone now.
        evidence: what this step has brought.
        missing: what stands before the next step, in sentences; empty where nothing does, or there is no next step.
    """

    mandate: ActiveMandate
    where: Exposure
    share: float
    evidence: Evidence
    missing: tuple[str, ...]


def turn_exposure(office: Office, by: Actor, *, name: str, turn: Turn) -> Exposed | Refused:
    """Holds the exposure of the running mandate, takes it a step back, or lets it go on, which is never earlier than by rule.

    To hold and to go back takes an owner, risk or an admin; to go on takes the owner of the use case, or risk; what somebody else
    than the owner holds takes risk.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        person = allowed_person(office, tx, by, _act(tx, turn, by, use_case), use_case)
        if isinstance(person, Refused):
            return person
        found = _standing(office, tx, use_case, now)
        if isinstance(found, Refused):
            return found
        return _turned(tx, use_case, found, turn, person, now)


def _act(tx: Tx, turn: Turn, by: Actor, use_case: UseCase) -> Act:
    """What a turn takes: to go on is the owner's; risk lets go what was held, as all that gives authority back is risk's."""
    if turn is not Turn.ON:
        return Act.NARROW
    return Act.REINSTATE if isinstance(by, Person) and person_here(tx, by, use_case).has(Role.RISK) else Act.EXPOSE


def exposure_now(office: Office, *, name: str) -> Exposed | Refused:
    """Where the running mandate stands in its plan, with the evidence and what is missing for the next step."""
    with office.book.write() as tx:
        return _standing(office, tx, use_cases.require(tx, name), office.clock.now())


def _turned(tx: Tx, use_case: UseCase, found: Exposed, turn: Turn, by: Person, now: datetime) -> Exposed | Refused:
    match turn:
        case Turn.HOLD:
            return _move(tx, use_case, found, held(found.where, by=by.id), by=by.id, how="held", now=now)
        case Turn.BACK:
            return _move(tx, use_case, found, back(found.where, by=by.id, now=now), by=by.id, how="back", now=now)
        case Turn.ON:
            return _on(tx, use_case, found, by, now)


def _on(tx: Tx, use_case: UseCase, found: Exposed, by: Person, now: datetime) -> Exposed | Refused:
    holder = found.where.held_by
    if holder is not None and holder != by.id and not by.has(Role.RISK):
        why = "Somebody else than you holds this exposure; what they held, the owner does not let go."
        return Refused(code="not_permitted", why=why, remedy="Let risk do it: `licet mandate exposure SLUG --on`.")
    if _may_rise(found):
        return _move(tx, use_case, found, forward(found.where, now=now), by=by.id, how="on", now=now)
    if holder is not None:
        return _move(tx, use_case, found, held(found.where, by=None), by=by.id, how="let_go", now=now)
    why = f"Still missing: {'; '.join(found.missing)}." if found.missing else "The plan has no further step."
    return Refused(code="exposure_not_due", why=why, remedy="It goes on by itself when the rule is met.")


def raise_by_rule(office: Office, tx: Tx, use_case: UseCase, now: datetime) -> bool:
    """Takes the running mandate a step on where its rule is met; says whether it did."""
    found = _standing(office, tx, use_case, now)
    if isinstance(found, Refused) or found.where.held_by is not None or not _may_rise(found):
        return False
    _move(tx, use_case, found, forward(found.where, now=now), by=LICET, how="rule", now=now)
    return True


def is_due(mandate: ActiveMandate, now: datetime) -> bool:
    """Whether it is worth looking at the evidence: there is a next step, nobody holds it, and its days are over."""
    plan, where = mandate.terms.exposure, mandate.exposed
    if where is None or where.held_by is not None or not has_next(plan, where):
        return False
    return now >= where.since + timedelta(days=plan[where.step + 1].after_days)


def _may_rise(found: Exposed) -> bool:
    return has_next(found.mandate.terms.exposure, found.where) and not found.missing


def _move(  # noqa: PLR0913 - one act, all its circumstances
    tx: Tx, use_case: UseCase, found: Exposed, to: Exposure, *, by: PersonId, how: str, now: datetime
) -> Exposed:
    share = share_of(found.mandate.terms.exposure, to)
    exposures.move(tx, found.mandate.id, to, by=by, at=now)
    facts: dict[str, Json] = {
        "mandate": found.mandate.id,
        "step": to.step,
        "share": share,
        "was": found.share,
        "how": how,
        "evidence": evidence_to_json(found.evidence),
    }
    tx.record(entry("mandate.exposed", by=by, now=now, use_case=use_case, **facts))
    return _seen(tx, replace(found.mandate, exposed=to), to, now)


def evidence_to_json(evidence: Evidence) -> Json:
    """The evidence of a step as plain JSON."""
    return {
        "audits": evidence.audits,
        "errors": evidence.errors,
        "answered": evidence.answered,
        "disagreed": evidence.disagreed,
    }


def _standing(office: Office, tx: Tx, use_case: UseCase, now: datetime) -> Exposed | Refused:
    running = advance(tx, use_case, now)
    if not isinstance(running, ActiveMandate):
        state = "absent" if running is None else state_of(running)
        return Refused(code="mandate_not_active", why=f"The mandate is {state}.", remedy="See `licet mandate show`.")
    if running.exposed is None:
        why = "The mandate has no plan of exposure: all eligible cases are decided alone."
        return Refused(code="no_exposure", why=why, remedy="A plan is part of a mandate's terms: `licet mandate propose --exposure`.")
    _settle(office, tx, use_case, running)
    return _seen(tx, running, running.exposed, now)


def _seen(tx: Tx, running: ActiveMandate, where: Exposure, now: datetime) -> Exposed:
    plan, evidence = running.terms.exposure, _evidence(tx, running, where)
    delta = 1.0 - running.terms.confidence
    low, _ = confidence_sequence(errors=evidence.disagreed, n=evidence.answered, delta=delta)
    lacking = missing(plan, where, evidence, target=running.terms.target, low=low, now=now) if has_next(plan, where) else ()
    return Exposed(mandate=running, where=where, share=share_of(plan, where), evidence=evidence, missing=lacking)


def _evidence(tx: Tx, running: ActiveMandate, where: Exposure) -> Evidence:
    audited, errors = audits.counted_since(tx, running, where.since)
    answered, disagreed = exposures.settled(tx, running)
    return Evidence(audits=audited, errors=errors, answered=answered, disagreed=disagreed)


def _settle(office: Office, tx: Tx, use_case: UseCase, running: ActiveMandate) -> None:
    """Compares what people answered on cases not exposed with what AI would have said, in order, up to the first that waits.

    A person who was quick must not count before one who was slow: those who agree may be the quick ones. What was erased, and
    what AI's proposal is lost of, counts as a contradiction.
    """
    ready: list[CaseNumber] = []
    for number, decided in exposures.to_settle(tx, running):
        if not decided:
            break
        ready.append(number)
    if ready:
        said = systems.proposals_for(tx, use_case, running.terms.fingerprint, ready)
        grading = grading_of(office, tx, use_case, running.id)
        exposures.settle(tx, {number: _agrees(tx, use_case, number, said.get(number), grading) for number in ready})


def _agrees(tx: Tx, use_case: UseCase, number: CaseNumber, said: Proposed | None, grading: Grading) -> bool:
    stored = cases.by_number(tx, number)
    answer = None if stored is None or stored.salt is None else decisions.answer_of(tx, use_case, number, stored.salt)
    return isinstance(said, Proposal) and answer is not None and agrees(said.answer, answer, grading)
