"""Concluding an audit: a blind answer on a case that AI decided alone says whether AI was right."""

from dataclasses import replace

from licet.core.audit import Agreed, Outcome, audited
from licet.core.canonical import Json
from licet.core.people import Act, Identity, Person
from licet.core.review import ReviewKind
from licet.flows.check_agreement import check_some
from licet.flows.conclude import Concluded, Heard, Sitting, ask_another, facts_of, said, waits
from licet.flows.exclude import may_take_dispute
from licet.flows.graded_by import grading_of
from licet.flows.office import allowed_person
from licet.flows.roles import everybody_here
from licet.store import audits, corrections, decisions, seconds


def conclude_audit(sitting: Sitting, one: Heard) -> Concluded:
    """Writes what an audit found. One whose time is over is lost, whoever answers it now.

    An answer that differs from AI's counts once a second person has answered, blind; until then the audit is open, and past its
    deadline it is lost. Where nobody else is here who could, it counts at once: what nobody checks speaks against AI.
    """
    tx, review = sitting.tx, one.review
    row = audits.of_case(tx, review.case)
    decided = decisions.answer_of(tx, sitting.use_case, review.case, one.salt)
    if row is None or decided is None or row.outcome is not None or sitting.now >= row.drawn.due_at:
        return Concluded(event=waits(sitting, one, "review", review.answer))
    blind = not corrections.corrected_by(tx, review.case, review.by)
    outcome = audited(decided, review.answer, blind=blind, grading=grading_of(sitting.office, tx, sitting.use_case, row.drawn.mandate))
    if blind and not isinstance(outcome, Agreed) and (review.simulated or _somebody_else(sitting, one)):
        seconds.open_dispute(tx, sitting.use_case, review.case, review.by, at=sitting.now)
        event = waits(sitting, one, "first review", review.answer)
        return Concluded(event=event, asked=ask_another(sitting, one, ReviewKind.DISPUTE))
    return settle(sitting, one, row, outcome, {} if blind else {"blind": False})


def settle(sitting: Sitting, one: Heard, row: audits.AuditRow, outcome: Outcome, more: dict[str, Json]) -> Concluded:
    """Writes what came of an audit; the watch counts it from here on."""
    audits.answer(sitting.tx, one.review.case, outcome, at=sitting.now)
    agreed = isinstance(outcome, Agreed)
    facts = {**facts_of(sitting, one, "review", one.review.answer), "mandate": row.drawn.mandate, "agreed": agreed}
    asked, checked = check_some(sitting, one, row) if agreed else (None, {})
    return Concluded(event=said("audit.answered", sitting, one, {**facts, **more, **checked}), asked=asked)


def _somebody_else(sitting: Sitting, one: Heard) -> bool:
    """Whether anybody else is here who may review, and could say blind who is right."""
    tx, use_case = sitting.tx, sitting.use_case
    others = (person for person in everybody_here(tx, use_case) if person.id != one.review.by)
    return any(may_take_dispute(tx, use_case, one.review.case, other) and _may_review(sitting, other) for other in others)


def _may_review(sitting: Sitting, person: Person) -> bool:
    shown = replace(person, identity=Identity.CONFIRMED)
    return isinstance(allowed_person(sitting.office, sitting.tx, shown, Act.REVIEW, sitting.use_case), Person)
