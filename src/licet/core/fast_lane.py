"""The fast lane: a standing approval of risk, for mandates of low risk inside its budget, while policy and gates stay as they are.

It waives approvals only: the standard is locked and countersigned, the verdict met and the mandate granted as ever. Nobody's fresh yes
is pretended: what it passed says that it was passed by the fast lane, whose, and of which day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from licet.core.approval import Covered, FastLaneId, Part
from licet.core.canonical import Json
from licet.core.ids import Digest, PersonId
from licet.core.refusal import Refused
from licet.core.risk import Tier

LONGEST_OPEN = timedelta(days=366)
"""A standing approval ends by itself."""

MOST_MANDATES = 1000

MONTH = timedelta(days=30)
"""The span over which passed mandates are counted."""


class NotAFastLaneError(ValueError):
    """A budget or an end that no standing approval can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What passes at most.

    Attributes:
        mandates: in any 30 days.
        daily_cap: most cases a day that such a mandate may decide alone.
        least_audited: such a mandate audits at least this share, in (0, 1].
        longest: such a mandate lasts at most so long.
    """

    mandates: int
    daily_cap: int
    least_audited: float
    longest: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class FastLane:
    """A standing approval of risk.

    Attributes:
        policy, gates: digests of the rules it was given under; when either changes it ends.
        opened_by: the person of risk whose approval it is.
        until: when it ends by itself.
        closed_at: when somebody closed it; None while it is open.
    """

    id: FastLaneId
    budget: Budget
    policy: Digest
    gates: Digest
    opened_by: PersonId
    opened_at: datetime
    until: datetime
    closed_at: datetime | None = None
    closed_by: PersonId | None = None
    passed: tuple[datetime, ...] = ()

    def is_open(self, now: datetime) -> bool:
        """Whether it holds, as far as time and people go."""
        return self.closed_at is None and now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a mandate asks of the fast lane: its cap, its audits, its length."""

    daily_cap: int
    audit_rate: float
    lasts: timedelta


def check_fast_lane(budget: Budget, *, until: datetime, now: datetime) -> None:
    """Refuses a budget or an end out of range.

    Raises:
        NotAFastLaneError: names the offender, the limit and the remedy.
    """
    checks = (
        (1 <= budget.mandates <= MOST_MANDATES, f"{budget.mandates!r} mandates in 30 days are not 1 to 1,000."),
        (budget.daily_cap >= 1, f"a daily cap of {budget.daily_cap!r} is below 1; give the most cases a day."),
        (0.0 < budget.least_audited <= 1.0, f"a share of audits of {budget.least_audited!r} is not in (0, 1]; give one such as 0.05."),
        (timedelta(0) < budget.longest <= timedelta(days=365), f"{budget.longest.days} days are not 1 to 365."),
        (now < until <= now + LONGEST_OPEN, f"{until:%Y-%m-%d} is not within the next {LONGEST_OPEN.days} days; name a day that is."),
    )
    for holds, message in checks:
        if not holds:
            raise NotAFastLaneError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRisk:
    """What the risk answers say beside the tier.

    Attributes:
        personal_data: whether cases hold personal data, as far as anybody said otherwise.
        seen_from_outside: whether anybody but the use case's own team stands behind the answers.
    """

    personal_data: bool
    seen_from_outside: bool


def passes(lane: FastLane, covered: Covered, load: Load, *, risk: KnownRisk, hands: frozenset[PersonId], now: datetime) -> Refused | None:
    """Says whether a standing approval passes a request.

    Args:
        lane: the standing approval.
        covered: what the request covers.
        load: what its mandate asks for.
        risk: what the risk answers say beside the tier.
        hands: who wrote, built, proposed or owns it: risk's own use case does not pass on risk's own approval.
        now: when.

    Returns:
        None where it passes; else `Refused` with the first thing that speaks against it.
    """
    budget = lane.budget
    recent = sum(at > now - MONTH for at in lane.passed)
    checks = (
        (lane.is_open(now), f"it ended at {min(lane.until, lane.closed_at or lane.until):%Y-%m-%d %H:%M} UTC"),
        (covered.of(Part.TIER) == Tier.LOW.value, f"the tier is {covered.of(Part.TIER) or 'unknown'}, not low"),
        (risk.seen_from_outside, "nobody outside its team affirmed the risk answers; risk does it: `licet risk affirm`"),
        (not risk.personal_data, "cases hold personal data"),
        ((covered.of(Part.POLICY), covered.of(Part.GATES)) == (lane.policy, lane.gates), "policy or gates changed since it was given"),
        (lane.opened_by not in hands, "who gave it has a hand in this use case"),
        (recent < budget.mandates, f"{recent} of {budget.mandates} mandates in 30 days passed already"),
        (load.daily_cap <= budget.daily_cap, f"{load.daily_cap:,} cases a day are more than {budget.daily_cap:,}"),
        (load.audit_rate >= budget.least_audited, f"an audit share of {load.audit_rate:g} is below {budget.least_audited:g}"),
        (load.lasts <= budget.longest, f"{load.lasts.days} days are more than {budget.longest.days}"),
    )
    wrong = next((why for holds, why in checks if not holds), None)
    why = f"The fast lane does not pass this: {wrong}."
    return None if wrong is None else Refused(code="not_in_fast_lane", why=why, remedy="Let people approve.")


def budget_to_json(budget: Budget) -> dict[str, Json]:
    """Writes a budget as plain JSON."""
    return {
        "mandates": budget.mandates,
        "daily_cap": budget.daily_cap,
        "least_audited": budget.least_audited,
        "longest_seconds": int(budget.longest.total_seconds()),
    }


def budget_from_json(raw: Json) -> Budget:
    """Reads what `budget_to_json` wrote.

    Raises:
        NotAFastLaneError: when it is not.
    """
    match raw:
        case {
            "mandates": int(mandates), "daily_cap": int(cap), "least_audited": int() | float() as audited, "longest_seconds": int(longest),
        }:  # fmt: skip
            return Budget(mandates=mandates, daily_cap=cap, least_audited=float(audited), longest=timedelta(seconds=longest))
        case _:
            message = f"{raw!r} is not a budget; restore a backup."
            raise NotAFastLaneError(message)
