"""Auditing: blind answers on drawn cases feed the watch in the order of drawing, and what trips is suspended at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from licet.core.audit import Agreed, CannotTell, Disagreed, Overdue, outcome_loss
from licet.core.mandate import ActiveMandate, Mandate, SuspendedMandate, state_of
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.begin_watching import fresh_watch
from licet.flows.count_audits import count_audits, settled
from licet.flows.count_audits import fed as fed_by
from licet.flows.late_audits import hold_or_release
from licet.flows.office import Office
from licet.flows.respond import end_if_expired
from licet.stats import watch as watching
from licet.stats.betting import weighted_confidence_sequence
from licet.stats.bounds import confidence_sequence
from licet.stats.planning import EstimatedDelay, NotFoundInPlan, delay_to_find
from licet.store import audits, mandates, use_cases
from licet.store.book import Tx


def advance(tx: Tx, use_case: UseCase, now: datetime) -> Mandate | None:
    """Feeds the watches every audit they may count: in the order of drawing, up to the first that is neither answered nor late.

    What trips does what the plan says in this very transaction. A plan of audits that is used up suspends too: nothing would watch.
    With too many late audits delegation is held.

    Returns:
        The mandate as it stands afterwards.
    """
    mandate = end_if_expired(tx, use_case, mandates.in_force(tx, use_case), now)
    if isinstance(mandate, ActiveMandate) and audits.is_countable(tx, mandate, now):
        mandate = count_audits(tx, use_case, mandate, now)
    if isinstance(mandate, ActiveMandate) and mandate.terms.audits is not None:
        hold_or_release(tx, use_case, mandate, mandate.terms.audits, now)
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
    errors = sum(outcome_loss(settled(row)) > 0.0 for row in fed)
    low, high = error_interval(active, fed)
    waiting = [row for row in rows if row.outcome is None]
    late = [row for row in rows if isinstance(row.outcome, Overdue)] + [row for row in waiting if now >= row.drawn.due_at]
    return AuditStatus(
        use_case=use_case,
        mandate=mandate,
        active=active,
        drawn=len(rows),
        answered=len([row for row in rows if isinstance(row.outcome, Agreed | Disagreed | CannotTell)]),
        errors=errors,
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
    delta = 1.0 - active.terms.confidence
    return interval([outcome_loss(settled(row)) for row in rows], [row.ratio for row in rows], delta=delta)


def interval(losses: Sequence[float], ratios: Sequence[float], *, delta: float) -> tuple[float, float]:
    """The anytime-valid interval of the error; weighted where cases were not drawn alike. Assumes a constant error."""
    if all(ratio == 1.0 for ratio in ratios):
        return confidence_sequence(errors=sum(losses), n=len(losses), delta=delta)
    return weighted_confidence_sequence(losses=losses, ratios=ratios, delta=delta)


def _is_before(active: ActiveMandate, row: audits.AuditRow) -> bool:
    """Whether an audit was drawn before the scope became what it is now."""
    return active.limits is not None and active.limits.since is not None and row.drawn.drawn_at < active.limits.since


FURTHEST = 5000
"""Audits ahead within which a rise of the error is looked for."""


def _doubling(active: ActiveMandate, watch: watching.Watch) -> EstimatedDelay | NotFoundInPlan:
    """When twice the allowed error would be found, estimated."""
    left = max(0, active.terms.planned_audits - watch.fed)
    return delay_to_find(watch, error=min(1.0, 2 * active.terms.target), audits_left=min(left, FURTHEST))


WEIGHTED_POINTS = 60
"""A weighted interval takes long to work out: a chart has so many, each of which holds on until the next."""


def watch_points(active: ActiveMandate, fed: Sequence[audits.AuditRow]) -> tuple[WatchPoint, ...]:
    """The watch over time, computed again from the audits in the order of drawing; the interval begins anew at the last narrowing."""
    terms = active.terms
    delta = 1.0 - terms.confidence
    watch = fresh_watch(active)
    outside = len([row for row in fed if _is_before(active, row)])
    points: list[WatchPoint] = []
    errors = 0
    losses: list[float] = []
    ratios: list[float] = []
    low, high, sparse = 0.0, 1.0, 1 + len(fed) // WEIGHTED_POINTS
    for count, row in enumerate(fed, start=1):
        lost = outcome_loss(settled(row))
        watch = fed_by(watch, row)
        errors += lost > 0.0
        if count == outside + 1:
            losses, ratios = [], []
        losses.append(lost)
        ratios.append(row.ratio)
        if ratios.count(1.0) == len(ratios) or count % sparse == 0 or count == len(fed):
            low, high = interval(losses, ratios, delta=delta)
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
