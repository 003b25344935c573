"""Beginning to watch: a mandate's round gets its watches, one over all cases and one for each named slice, each with its part of delta."""

from licet.core.audit_plan import days_left
from licet.core.mandate import ActiveMandate
from licet.stats import watch as watching
from licet.store import mandates, watches
from licet.store.book import Tx


def begin_watching(tx: Tx, active: ActiveMandate) -> None:
    """Writes the watches of a round that begins, in the transaction of the grant or of the reinstatement."""
    mandates.start_watch(tx, active, fresh_watch(active))
    plan = active.terms.audits
    if plan is not None:
        watches.start(tx, active, {one.name: fresh_watch(active, target=one.target) for one in plan.slices})


def fresh_watch(active: ActiveMandate, *, target: float | None = None) -> watching.Watch:
    """A watch of the present round before its first audit.

    With an audit plan every day weighs the same and the allowed chance of a false trip is shared by all watches; without one every
    audit weighs the same.

    Args:
        active: the mandate.
        target: of a slice; None: the mandate's own.
    """
    terms, plan = active.terms, active.terms.audits
    delta = 1.0 - terms.confidence
    if plan is None:
        return watching.start(target=terms.target, delta=delta, planned=terms.planned_audits)
    return watching.start_by_day(
        target=terms.target if target is None else target,
        delta=delta / plan.watches,
        days=days_left(active.began, active.expires_at),
        least_inclusion=1.0 / plan.most_often,
    )
