"""Monitoring: is AI inside its mandate? Everything that audits have shown, in one look; nothing is written by looking.

How many cases wait for an audit is not in it: one more would tell of the case that came in last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from licet.core.audit import Agreed, Overdue, outcome_loss
from licet.core.audit_plan import AtTrip, Day
from licet.core.inquiry import Inquiry, whole
from licet.core.mandate import ActiveMandate, Mandate, SuspendedMandate, expire, granted_of
from licet.core.people import Act, Person
from licet.core.refusal import Refused
from licet.core.system import Proposal
from licet.core.use_case import UseCase
from licet.flows.audit import FURTHEST, WatchPoint, error_interval, interval, watch_points
from licet.flows.check_agreement import Unseen, unseen
from licet.flows.count_audits import settled
from licet.flows.office import Office, allowed
from licet.stats import watch as watching
from licet.stats.planning import EstimatedDelay, delay_to_find
from licet.store import audits, incidents, mandates, stops, systems, use_cases, watches
from licet.store.book import Tx

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
"""Where the groups of confidence begin and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceSeen:
    """A named slice as its audits show it; `meter` is the way to its own trip line, in [0, 1]."""

    name: str
    target: float
    audits: int
    errors: int
    low: float
    high: float
    meter: float
    tripped: bool
    does: AtTrip


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Audited cases of like confidence: how sure AI was on average, and how often it was right, with an interval."""

    confidence: float
    right: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitored:
    """A mandate as its audits show it.

    Attributes:
        mandate: as it stands; `active`: as it was while it was active.
        counted: audits that were answered, or were not in time; `errors` of them speak against the promise, `overdue` of them are late.
        planned: audits until expiry that people were asked for.
        low, high: anytime-valid interval of the error among cases decided alone; it assumes a constant error.
        found_by: when a doubling of the allowed error would be found at the present rate, estimated; None: not before the mandate ends.
        rate: the probability of an audit now, for cases of no stratum.
        days: with their audit rates, newest first; none without an audit plan.
        unseen: what agreement hides; None without an audit plan.
        held: whether delegation is held because audits are late.
        stopped: whether a stop is pressed here.
        newest: the newest incident of this use case; None: there was none.
    """

    use_case: UseCase
    mandate: Mandate
    active: ActiveMandate
    at: datetime
    counted: int
    errors: int
    overdue: int
    planned: int
    low: float
    high: float
    meter: float
    tripped: bool
    found_by: datetime | None
    rate: float
    points: tuple[WatchPoint, ...]
    slices: tuple[SliceSeen, ...]
    groups: tuple[Group, ...]
    days: tuple[Day, ...]
    unseen: Unseen | None
    held: bool
    stopped: bool
    newest: Inquiry | None


def monitor(office: Office, *, name: str) -> Monitored | Refused:
    """What monitoring shows of a use case; refused where no mandate was ever granted."""
    with office.book.read() as tx:
        now = office.clock.now()
        use_case = use_cases.require(tx, name)
        found = mandates.in_force(tx, use_case)
        active = granted_of(found)
        if found is None or active is None:
            why = f"{use_case.slug!r} has no mandate: nothing is decided alone, and nothing is watched."
            return Refused(code="mandate_not_active", why=why, remedy="See `licet gate show`.")
        aged = expire(found, now=now) or found if isinstance(found, ActiveMandate | SuspendedMandate) else found
        return _seen(tx, use_case, aged, active, now)


def monitor_for(office: Office, by: Person, *, name: str) -> Monitored | Refused:
    """As `monitor`, for somebody who may look at the use case."""
    with office.book.read() as tx:
        permitted = allowed(office, tx, by, Act.LOOK, use_cases.require(tx, name))
    return permitted if isinstance(permitted, Refused) else monitor(office, name=name)


def watched_use_cases(office: Office) -> list[UseCase]:
    """The use cases that have or had a mandate, oldest first."""
    with office.book.read() as tx:
        return [one for one in use_cases.every(tx) if mandates.in_force(tx, one) is not None]


def _seen(tx: Tx, use_case: UseCase, mandate: Mandate, active: ActiveMandate, now: datetime) -> Monitored:
    fed = [row for row in audits.every(tx, active.id) if row.drawn.round == active.round and row.fed]
    watch = mandates.watch_of(tx, active)
    low, high = error_interval(active, fed)
    days = tuple(watches.days(tx, active))
    rate = max([active.audit_rate, *(day.rate for day in days[:1])])
    return Monitored(
        use_case=use_case,
        mandate=mandate,
        active=active,
        at=now,
        counted=len(fed),
        errors=sum(outcome_loss(settled(row)) > 0.0 for row in fed),
        overdue=sum(isinstance(settled(row), Overdue) for row in fed),
        planned=active.terms.planned_audits,
        low=low,
        high=high,
        meter=watching.meter(watch),
        tripped=watch.has_tripped,
        found_by=found_by(active, watch, fed, now) if isinstance(mandate, ActiveMandate) else None,
        rate=rate,
        points=watch_points(active, fed),
        slices=_slices(tx, active, fed),
        groups=_groups(tx, use_case, active, fed),
        days=days,
        unseen=None if active.terms.audits is None else unseen(tx, active, now),
        held=watches.is_held(tx, active.id),
        stopped=stops.pressed(tx, use_case.id) is not None,
        newest=next((whole(one) for one in incidents.every(tx, use_case)), None),
    )


def found_by(active: ActiveMandate, watch: watching.Watch, fed: Sequence[audits.AuditRow], now: datetime) -> datetime | None:
    """When a doubling of the allowed error would be found if as many audits come a day as in the present round; estimated."""
    went = max(now - active.began, timedelta(days=1))
    per_day = len(fed) / (went / timedelta(days=1))
    if not per_day:
        return None
    to_come = int(per_day * ((active.expires_at - now) / timedelta(days=1)))
    left = to_come if watch.plan.by_day else min(to_come, watch.plan.audits - watch.fed)
    doubled = min(1.0, 2 * watch.plan.target)
    found = delay_to_find(watch, error=doubled, audits_left=max(0, min(left, FURTHEST)), per_day=max(1, round(per_day)))
    return now + timedelta(days=found.audits / per_day) if isinstance(found, EstimatedDelay) else None


def _slices(tx: Tx, active: ActiveMandate, fed: Sequence[audits.AuditRow]) -> tuple[SliceSeen, ...]:
    plan = active.terms.audits
    if plan is None:
        return ()
    kept, delta = watches.of_slices(tx, active), 1.0 - active.terms.confidence
    seen = []
    for one in plan.slices:
        rows = [row for row in fed if row.place is not None and one.name in row.place.slices]
        losses = [outcome_loss(settled(row)) for row in rows]
        low, high = interval(losses, [row.ratio for row in rows], delta=delta)
        watch = kept[one.name]
        seen.append(
            SliceSeen(
                name=one.name,
                target=one.target,
                audits=len(rows),
                errors=sum(lost > 0.0 for lost in losses),
                low=low,
                high=high,
                meter=watching.meter(watch),
                tripped=watch.has_tripped,
                does=one.at_trip,
            )
        )
    return tuple(seen)


def _groups(tx: Tx, use_case: UseCase, active: ActiveMandate, fed: Sequence[audits.AuditRow]) -> tuple[Group, ...]:
    """How sure AI was, against how often the audits found it right; within a group every case counts alike."""
    said = systems.proposals_for(tx, use_case, active.terms.fingerprint, [row.drawn.case for row in fed]) if fed else {}
    pairs = [(one.confidence, isinstance(settled(row), Agreed)) for row in fed if isinstance(one := said.get(row.drawn.case), Proposal)]
    groups = []
    for start, end in pairwise(EDGES):
        inside = [(sure, right) for sure, right in pairs if start <= sure < end or (sure == end == 1.0)]
        if inside:
            right = sum(right for _, right in inside)
            low, high = interval([float(r) for _, r in inside], [1.0] * len(inside), delta=1.0 - active.terms.confidence)
            groups.append(
                Group(confidence=sum(s for s, _ in inside) / len(inside), right=right / len(inside), low=low, high=high, n=len(inside))
            )
    return tuple(groups)
