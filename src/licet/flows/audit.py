"""Auditing: blind answers on drawn cases feed the watch in the order of drawing, and what trips is suspended at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from licet.core.audit import Agreed, Disagreed, Outcome, Overdue, outcome_loss
from licet.core.canonical import Json
from licet.core.ids import LICET
from licet.core.mandate import ActiveMandate, Mandate, SuspendedMandate, state_of
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.office import Office, entry
from licet.flows.respond import end_if_expired, suspend_at_once
from licet.stats import watch as watching
from licet.stats.bounds import confidence_sequence
from licet.stats.planning import EstimatedDelay, NotFoundInPlan, delay_to_find
from licet.store import audits, mandates, use_cases
from licet.store.book import Tx


def advance(tx: Tx, use_case: UseCase, now: datetime) -> Mandate | None:
    """Feeds the watch every audit it may count: in the order of drawing, up to the first that is neither answered nor late.

    What trips is suspended in this very transaction. A plan of audits that is used up suspends too: nothing would watch.

    Returns:
        The mandate as it stands afterwards.
    """
    mandate = end_if_expired(tx, use_case, mandates.in_force(tx, use_case), now)
    if not isinstance(mandate, ActiveMandate) or not audits.is_countable(tx, mandate, now):
        return mandate
    before = mandates.watch_of(tx, mandate)
    ready = _ready(tx, use_case, audits.not_fed(tx, mandate), now)
    watch = before
    for row in ready:
        watch = watching.update(watch, loss=outcome_loss(_settled(row)))
    audits.mark_fed(tx, ready[: watch.fed - before.fed])
    mandates.write_watch(tx, mandate, watch, tripped_at=now if watch.has_tripped else None)
    return _react(tx, use_case, mandate, watch, now)


def _ready(tx: Tx, use_case: UseCase, waiting: Sequence[audits.AuditRow], now: datetime) -> list[audits.AuditRow]:
    ready: list[audits.AuditRow] = []
    for row in waiting:
        if row.outcome is None and now < row.drawn.due_at:
            break
        if row.outcome is None:
            audits.answer(tx, row.drawn.case, Overdue(), at=now)
            tx.record(entry("audit.overdue", by=LICET, now=now, use_case=use_case, mandate=row.drawn.mandate, case_number=row.drawn.case))
        ready.append(row)
    return ready


def _settled(row: audits.AuditRow) -> Outcome:
    return Overdue() if row.outcome is None else row.outcome


def _react(tx: Tx, use_case: UseCase, mandate: ActiveMandate, watch: watching.Watch, now: datetime) -> Mandate:
    if watch.has_tripped:
        evidence, line = watching.evidence(watch), watching.trip_line(watch)
        facts: dict[str, Json] = {"mandate": mandate.id, "audits": watch.fed, "evidence": evidence, "line": line}
        tx.record(entry("watch.tripped", by=LICET, now=now, use_case=use_case, **facts))
        why = f"After {watch.fed} audits the evidence against an error of at most {mandate.terms.target:.1%} crossed the trip line."
        return suspend_at_once(tx, use_case, mandate, by=LICET, kind="watch_tripped", why=why, now=now)
    if watching.is_full(watch):
        why = f"All {watch.plan.audits} planned audits are used up, so that nothing would watch the mandate any longer."
        return suspend_at_once(tx, use_case, mandate, by=LICET, kind="audits_used_up", why=why, now=now)
    return mandate


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPoint:
    """The watch after an audit: evidence on its way to the trip line, and what is known of the error."""

    audits: int
    errors: int
    evidence: float
    line: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditStatus:
    """Where the audits of a mandate stand.

    Attributes:
        drawn, answered, waiting, overdue: counts of the present round.
        low, high: anytime-valid interval of the error among cases decided alone, assuming it does not change.
        doubling: when twice the target would be found, estimated.
    """

    use_case: UseCase
    mandate: ActiveMandate | SuspendedMandate
    active: ActiveMandate
    drawn: int
    answered: int
    errors: int
    waiting: int
    overdue: int
    planned: int
    low: float
    high: float
    watch: watching.Watch
    doubling: EstimatedDelay | NotFoundInPlan
    points: tuple[WatchPoint, ...]

    @property
    def evidence(self) -> float:
        """How strongly the audits speak against the promise."""
        return watching.evidence(self.watch)

    @property
    def line(self) -> float:
        """The evidence at which the watch trips."""
        return watching.trip_line(self.watch)

    @property
    def meter(self) -> float:
        """Share of the way to the trip line, in [0, 1], on a logarithmic scale."""
        return watching.meter(self.watch)

    @property
    def tripped(self) -> bool:
        """Whether it has tripped."""
        return self.watch.has_tripped


def audit_status(office: Office, *, name: str) -> AuditStatus | Refused:
    """Where the audits of the mandate stand; refused where no mandate was granted or it has ended."""
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = use_cases.require(tx, name)
        mandate = advance(tx, use_case, now)
        if not isinstance(mandate, ActiveMandate | SuspendedMandate):
            state = "absent" if mandate is None else state_of(mandate)
            why = f"The mandate of {use_case.slug!r} is {state}."
            return Refused(code="mandate_not_active", why=why, remedy="See `licet mandate show`.")
        active = mandate.active if isinstance(mandate, SuspendedMandate) else mandate
        rows = [row for row in audits.every(tx, active.id) if row.drawn.round == active.round]
        watch = mandates.watch_of(tx, active)
    return _status(use_case, mandate, active, rows, watch, now)


def _status(
    use_case: UseCase,
    mandate: ActiveMandate | SuspendedMandate,
    active: ActiveMandate,
    rows: Sequence[audits.AuditRow],
    watch: watching.Watch,
    now: datetime,
) -> AuditStatus:
    fed = [row for row in rows if row.fed]
    errors = sum(outcome_loss(_settled(row)) for row in fed)
    low, high = error_interval(active, fed)
    waiting = [row for row in rows if row.outcome is None]
    late = [row for row in rows if isinstance(row.outcome, Overdue)] + [row for row in waiting if now >= row.drawn.due_at]
    return AuditStatus(
        use_case=use_case,
        mandate=mandate,
        active=active,
        drawn=len(rows),
        answered=len([row for row in rows if isinstance(row.outcome, Agreed | Disagreed)]),
        errors=int(errors),
        waiting=len(waiting),
        overdue=len(late),
        planned=active.terms.planned_audits,
        low=low,
        high=high,
        watch=watch,
        doubling=_doubling(active, watch),
        points=watch_points(active, fed),
    )


def error_interval(active: ActiveMandate, fed: Sequence[audits.AuditRow]) -> tuple[float, float]:
    """Interval of the error among cases decided alone, from audits within the scope as it is: those before say nothing of what is left."""
    rows = [row for row in fed if not _is_before(active, row)]
    errors = sum(outcome_loss(_settled(row)) for row in rows)
    return confidence_sequence(errors=errors, n=len(rows), delta=1.0 - active.terms.confidence)


def _is_before(active: ActiveMandate, row: audits.AuditRow) -> bool:
    """Whether an audit was drawn before the scope became what it is now."""
    return active.limits is not None and active.limits.since is not None and row.drawn.drawn_at < active.limits.since


FURTHEST = 5000
"""Audits ahead within which a rise of the error is looked for."""


def _doubling(active: ActiveMandate, watch: watching.Watch) -> EstimatedDelay | NotFoundInPlan:
    """When twice the allowed error would be found, estimated."""
    left = max(0, active.terms.planned_audits - watch.fed)
    return delay_to_find(watch, error=min(1.0, 2 * active.terms.target), audits_left=min(left, FURTHEST))


def watch_points(active: ActiveMandate, fed: Sequence[audits.AuditRow]) -> tuple[WatchPoint, ...]:
    """The watch over time, computed again from the audits in the order of drawing; the interval begins anew at the last narrowing."""
    terms = active.terms
    delta = 1.0 - terms.confidence
    watch = watching.start(target=terms.target, delta=delta, planned=terms.planned_audits)
    outside = len([row for row in fed if _is_before(active, row)])
    points: list[WatchPoint] = []
    errors = inside = 0
    for count, row in enumerate(fed, start=1):
        lost = outcome_loss(_settled(row))
        watch = watching.update(watch, loss=lost)
        errors += int(lost)
        inside = (0 if count == outside + 1 else inside) + int(lost)
        low, high = confidence_sequence(errors=inside, n=count - outside if count > outside else count, delta=delta)
        points.append(
            WatchPoint(audits=count, errors=errors, evidence=watching.evidence(watch), line=watching.trip_line(watch), low=low, high=high)
        )
    return tuple(points)


def standing(office: Office, *, name: str) -> Mandate | Refused:
    """The mandate as it stands now: the one in force, or the one proposed while none was granted yet."""
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = use_cases.require(tx, name)
        advance(tx, use_case, now)
        found = mandates.in_force(tx, use_case) or mandates.newest(tx, use_case)
    if found is None:
        return Refused(code="no_mandate", why=f"{use_case.slug!r} has no mandate.", remedy="Propose one: `licet mandate propose`.")
    return found
