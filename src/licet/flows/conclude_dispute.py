"""Concluding a dispute: where an audit's answer differs from AI's, a second person who saw neither says who is right."""

from licet.core.audit import Agreed, audited
from licet.flows.conclude import Concluded, Heard, Sitting, waits
from licet.flows.conclude_audit import settle
from licet.flows.graded_by import grading_of
from licet.store import audits, decisions, seconds


def conclude_dispute(sitting: Sitting, one: Heard) -> Concluded:
    """Settles the audit by the second person's answer; one whose time is over is lost, whoever answers it now.

    If they side with AI, the audit agrees, and it is shown that the error was found in the first person's answer.
    """
    tx, review = sitting.tx, one.review
    row = audits.of_case(tx, review.case)
    decided = decisions.answer_of(tx, sitting.use_case, review.case, one.salt)
    if row is None or decided is None:
        return Concluded(event=waits(sitting, one, "second review", review.answer))
    outcome = audited(decided, review.answer, blind=True, grading=grading_of(sitting.office, tx, sitting.use_case, row.drawn.mandate))
    upheld = not isinstance(outcome, Agreed)
    seconds.end_dispute(tx, review.case, review.by, upheld=upheld, at=sitting.now)
    if row.outcome is not None or sitting.now >= row.drawn.due_at:
        return Concluded(event=waits(sitting, one, "second review", review.answer))
    return settle(sitting, one, row, outcome, {"adjudicated": True, "found_in_record": not upheld})
