"""Concluding a decision: the answer of the person who was asked first decides the case, or waits for a second person's."""

import hmac

from licet.core.answer import Answer
from licet.core.case_rules import facts_of as facts_of_body
from licet.core.ids import CaseNumber
from licet.core.review import ReviewKind
from licet.core.second import Answered, LookTwice, OneIsEnough, looks_needed, stands
from licet.core.system import Proposal
from licet.flows.conclude import Concluded, Heard, Sitting, ask_another, decided_by, facts_of, said, waits
from licet.stats.sampling import uniform
from licet.store import cases, decisions, seconds, systems


def conclude_decision(sitting: Sitting, one: Heard) -> Concluded:
    """Decides the case by the answer, unless the standard asks for a second person's: then it is held until that comes."""
    look = _look(sitting, one)
    if look is None:
        facts = facts_of(sitting, one, "answer", one.review.counts)
        return Concluded(event=said("case.decided", sitting, one, facts), decided=decided_by(sitting, one))
    seconds.ask(sitting.tx, sitting.use_case, look, one.salt, at=sitting.now)
    event = waits(sitting, one, "first of two", one.review.counts)
    return Concluded(event=event, asked=ask_another(sitting, one, ReviewKind.SECOND))


def _look(sitting: Sitting, one: Heard) -> seconds.Look | None:
    """The second look that a case takes; None where one answer is enough."""
    found = seconds.standard_that_holds(sitting.tx, sitting.use_case)
    rule = None if found is None else found[1].second_looks
    if found is None or rule is None:
        return None
    digest, standard = found
    match looks_needed(rule, standard.high_stakes, _answered(sitting, one)):
        case OneIsEnough():
            return None
        case LookTwice(cause=cause, probability=probability):
            return seconds.Look(
                case=one.review.case,
                cause=cause,
                probability=probability,
                standard=digest,
                first=one.review.by,
                says=stands(one.review),
            )


def _answered(sitting: Sitting, one: Heard) -> Answered:
    tx, number = sitting.tx, one.review.case
    stored = cases.by_number(tx, number)
    body = None if stored is None else cases.body_of(tx, stored)
    given = (one.review.answer, one.review.counts, *_proposed(sitting, number))
    return Answered(facts={} if body is None else facts_of_body(body), given=given, place=_place(sitting, number))


def _proposed(sitting: Sitting, number: CaseNumber) -> tuple[Answer, ...]:
    routed = decisions.routed(sitting.tx, number)
    there = {} if routed is None else systems.proposals_for(sitting.tx, sitting.use_case, routed.fingerprint, [number])
    found = there.get(number)
    return (found.answer,) if isinstance(found, Proposal) else ()


def _place(sitting: Sitting, number: CaseNumber) -> float:
    """A case's place in [0, 1): its HMAC under a key that follows from the installation's own, so that nobody without it can tell."""
    key = sitting.office.vault.key("second look", str(sitting.use_case.id).encode("ascii"))
    return uniform(hmac.digest(key, str(number).encode("ascii"), "sha256"))
