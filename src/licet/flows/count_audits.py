"""Counting audits: each feeds the watch over all cases and those over its slices, and what trips takes effect at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from licet.core.audit import Drawn, Outcome, Overdue, outcome_loss, overdue_reference
from licet.core.audit_plan import WHOLE, AtTrip, AuditPlan
from licet.core.ids import LICET
from licet.core.ledger import Event
from licet.core.mandate import ActiveMandate, Mandate
from licet.core.use_case import UseCase
from licet.flows.office import entry
from licet.flows.respond import suspend_at_once
from licet.flows.trip import Trip, trip
from licet.stats import watch as watching
from licet.store import audits, mandates, watches
from licet.store.book import Tx


def count_audits(tx: Tx, use_case: UseCase, mandate: ActiveMandate, now: datetime) -> Mandate:
    """Counts every audit that is answered or overdue, up to the first that is neither; gives the mandate as it stands then."""
    ready = _ready(tx, use_case, audits.not_fed(tx, mandate), now)
    watch, counted = _fed(mandates.watch_of(tx, mandate), ready)
    audits.mark_fed(tx, counted)
    mandates.write_watch(tx, mandate, watch, tripped_at=now if watch.has_tripped else None)
    tripped = _count_slices(tx, mandate, counted, now)
    if watch.has_tripped:
        plan = mandate.terms.audits
        found = Trip(name=WHOLE, watch=watch, does=AtTrip.SUSPEND if plan is None else plan.at_trip)
        return trip(tx, use_case, mandate, found, now=now)
    if watching.is_full(watch):
        why = f"All {watch.plan.audits} planned audits are used up, so that nothing would watch the mandate any longer."
        return suspend_at_once(tx, use_case, mandate, by=LICET, kind="audits_used_up", why=why, now=now)
    return _trip_slices(tx, use_case, mandate, tripped, now)


def _ready(tx: Tx, use_case: UseCase, waiting: Sequence[audits.AuditRow], now: datetime) -> list[audits.AuditRow]:
    ready: list[audits.AuditRow] = []
    for row in waiting:
        if row.outcome is None and now < row.drawn.due_at:
            break
        if row.outcome is None:
            audits.answer(tx, row.drawn.case, Overdue(), at=now)
            tx.record(_overdue(tx, use_case, row.drawn, now))
        ready.append(row)
    return ready


def _overdue(tx: Tx, use_case: UseCase, drawn: Drawn, now: datetime) -> Event:
    """That an audit is lost. It names no case: the question may wait still, and whoever is asked must not know that it is an audit."""
    reference = overdue_reference(mandates.secret(tx, drawn.mandate), drawn.case)
    return entry("audit.overdue", by=LICET, now=now, use_case=use_case, mandate=drawn.mandate, reference=reference)


def settled(row: audits.AuditRow) -> Outcome:
    """What came of an audit that the watch may count: silence is an outcome too."""
    return Overdue() if row.outcome is None else row.outcome


def _fed(watch: watching.Watch, ready: Iterable[audits.AuditRow]) -> tuple[watching.Watch, list[audits.AuditRow]]:
    """The watch after these audits, and those of them that it came to before it tripped or was full."""
    counted: list[audits.AuditRow] = []
    for row in ready:
        if watch.has_tripped or watching.is_full(watch):
            break
        watch = fed(watch, row)
        counted.append(row)
    return watch, counted


def fed(watch: watching.Watch, row: audits.AuditRow) -> watching.Watch:
    """A watch after one more audit: weighted by how likely it was to be drawn, and within its day's plan, where there is one."""
    lost = outcome_loss(settled(row))
    if row.place is None or not watch.plan.by_day:
        return watching.update(watch, loss=lost)
    least = watch.plan.least_inclusion
    inclusion = min(1.0, max(least, least / row.ratio))
    return watching.update_by_day(watch, loss=lost, day=row.place.day, planned_today=row.place.planned, inclusion=inclusion)


def _count_slices(tx: Tx, mandate: ActiveMandate, counted: Sequence[audits.AuditRow], now: datetime) -> list[tuple[str, watching.Watch]]:
    """Feeds the watches over slices what the one over all cases counted; gives those that tripped by it."""
    if mandate.terms.audits is None:
        return []
    before = watches.of_slices(tx, mandate)
    after = {name: _fed(watch, (row for row in counted if row.place and name in row.place.slices))[0] for name, watch in before.items()}
    watches.write(tx, mandate, {name: watch for name, watch in after.items() if watch != before[name]}, now=now)
    return [(name, watch) for name, watch in after.items() if watch.has_tripped and not before[name].has_tripped]


def _trip_slices(
    tx: Tx, use_case: UseCase, mandate: ActiveMandate, tripped: Sequence[tuple[str, watching.Watch]], now: datetime
) -> Mandate:
    """Lets every slice that tripped do what the plan says, as long as the mandate is active."""
    stands: Mandate = mandate
    for name, watch in tripped:
        if isinstance(stands, ActiveMandate):
            stands = trip(tx, use_case, stands, Trip(name=name, watch=watch, does=_does(mandate.terms.audits, name)), now=now)
    return stands


def _does(plan: AuditPlan | None, name: str) -> AtTrip:
    found = () if plan is None else plan.slices
    return next((one.at_trip for one in found if one.name == name), AtTrip.SUSPEND)
