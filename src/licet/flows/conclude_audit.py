"""Concluding an audit: a blind answer on a case that AI decided alone says whether AI was right."""

from licet.core.audit import Agreed, audited
from licet.core.review import Review
from licet.flows.conclude import Concluded, Sitting, facts_of, said
from licet.store import audits, corrections, decisions


def conclude_audit(sitting: Sitting, one: Review, salt: bytes) -> Concluded:
    """Writes what an audit found. One whose time is over is lost, whoever answers it now."""
    tx, facts = sitting.tx, facts_of(sitting, one, salt, "review")
    drawn = audits.of_case(tx, one.case)
    decided = decisions.answer_of(tx, sitting.use_case, one.case, salt)
    if drawn is None or decided is None or drawn.outcome is not None or sitting.now >= drawn.drawn.due_at:
        return Concluded(event=said("review.answered", sitting, one, facts))
    blind = not corrections.corrected_by(tx, one.case, one.by)
    outcome = audited(decided, one.answer, blind=blind)
    audits.answer(tx, one.case, outcome, at=sitting.now)
    found = {**facts, "mandate": drawn.drawn.mandate, "agreed": isinstance(outcome, Agreed)}
    return Concluded(event=said("audit.answered", sitting, one, found if blind else {**found, "blind": False}))
