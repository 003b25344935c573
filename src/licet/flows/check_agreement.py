"""Checking agreements: people and AI can be wrong together, so that a random share of the audits that agree goes to a second person."""

from dataclasses import dataclass
from datetime import datetime

from licet.core.audit import ANSWER_WITHIN, check_commitment, is_checked
from licet.core.canonical import Json
from licet.core.grading import agrees
from licet.core.mandate import ActiveMandate, share_checked
from licet.core.review import ReviewKind
from licet.flows.conclude import Concluded, Heard, Sitting, ask_another, facts_of, said, waits
from licet.flows.graded_by import grading_of
from licet.stats.bounds import confidence_sequence
from licet.store import audits, decisions, mandates, watches
from licet.store.book import Tx


def check_some(sitting: Sitting, one: Heard, row: audits.AuditRow) -> tuple[decisions.Task | None, dict[str, Json]]:
    """Asks a second person about an audit that agreed, by the mandate's secret at the share its plan has; None: not this one.

    Nothing in the queue says why the case is there, and whoever answered the audit is never given it. What the ledger says of the draw
    looks the same whether it was drawn or not; once the secret is revealed anybody can repeat it.
    """
    tx, case = sitting.tx, one.review.case
    share = share_checked(mandates.in_force(tx, sitting.use_case), row.drawn.mandate)
    secret = mandates.secret(tx, row.drawn.mandate)
    is_drawn = is_checked(secret, case, share)
    facts: dict[str, Json] = {"check_share": share, "check": check_commitment(secret, case, drawn=is_drawn)}
    return (_asked(sitting, one, row, share) if is_drawn else None), facts


def _asked(sitting: Sitting, one: Heard, row: audits.AuditRow, share: float) -> decisions.Task:
    tx, now = sitting.tx, sitting.now
    drawn = watches.Check(
        case=one.review.case,
        mandate=row.drawn.mandate,
        round=row.drawn.round,
        probability=share,
        drawn_at=now,
        due_at=now + ANSWER_WITHIN,
    )
    watches.draw_check(tx, drawn)
    return ask_another(sitting, one, ReviewKind.AGREEMENT)


def conclude_agreement(sitting: Sitting, one: Heard) -> Concluded:
    """Writes whether a second person agrees, too. Who disagrees counts against AI: nobody has said who is right."""
    tx, review = sitting.tx, one.review
    check = watches.check_of(tx, review.case)
    decided = decisions.answer_of(tx, sitting.use_case, review.case, one.salt)
    if check is None or decided is None or check.agreed is not None or sitting.now >= check.due_at:
        return Concluded(event=waits(sitting, one, "review", review.answer))
    agreed = agrees(decided, review.answer, grading_of(sitting.office, tx, sitting.use_case, check.mandate))
    watches.answer_check(tx, review.case, agreed=agreed, at=sitting.now)
    facts = {**facts_of(sitting, one, "review", review.answer), "mandate": check.mandate, "agreed": agreed}
    return Concluded(event=said("agreement.checked", sitting, one, facts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """How much error hides behind agreement: beside the target, what the promise leaves open.

    Attributes:
        checked: agreements that a second person answered, or had too long.
        contradicted: those of them that speak against AI: contradicted, or overdue.
        bound: u, at most this share of the cases decided alone is wrong although the auditor agreed, at the mandate's confidence,
            whenever one looks (it assumes that the share does not change); 1.0 while nothing was checked.
    """

    checked: int
    contradicted: int
    bound: float


def unseen(tx: Tx, active: ActiveMandate, now: datetime) -> Unseen:
    """What checks of agreements say in the present round: error <= target + u, at twice the accepted chance of a false promise."""
    rows = [row for row in watches.checks(tx, active) if row.agreed is not None or now >= row.due_at]
    against = sum(row.agreed is not True for row in rows)
    _, bound = confidence_sequence(errors=against, n=len(rows), delta=1.0 - active.terms.confidence)
    return Unseen(checked=len(rows), contradicted=against, bound=bound)
