"""Exposure: what share of the cases that AI might decide alone it is given, step by step as evidence grows."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from licet.core.audit import place
from licet.core.canonical import Json
from licet.core.ids import CaseNumber, PersonId
from licet.core.risk import Tier

PURPOSE = b"licet exposure draw"
"""What the mandate's secret is turned into a second one with, so that who is exposed says nothing of who is audited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a plan.

    Attributes:
        share: of the cases inside the scope that AI decides alone, in [0, 1]; at 0 it only shows what it would have said.
        after_audits: blind answers that the step before must have brought first: audits, and people's answers on cases not exposed.
        after_days: days that the step before must have lasted.
    """

    share: float
    after_audits: int = 0
    after_days: int = 0


ExposurePlan = tuple[Step, ...]
"""The steps of a mandate, from the first on; none: all eligible cases from the beginning."""

DEFAULT_PLANS: Mapping[str, ExposurePlan] = {
    "low": (),
    "medium": (Step(share=0.1), Step(share=1.0, after_audits=60, after_days=3)),
    "high": (
        Step(share=0.0),
        Step(share=0.01, after_audits=60, after_days=3),
        Step(share=0.1, after_audits=60, after_days=7),
        Step(share=0.5, after_audits=60, after_days=7),
        Step(share=1.0, after_audits=60, after_days=7),
    ),
}
"""What a tier of risk begins with, unless somebody plans otherwise. 59 answers without an error are the fewest that show 5% at 95%."""


def default_plan(tier: Tier) -> ExposurePlan:
    """The plan that a tier begins with; of a tier without one, the most careful."""
    return DEFAULT_PLANS.get(tier.value, DEFAULT_PLANS["high"])


ALL_AT_ONCE: ExposurePlan = (Step(share=1.0),)
"""What no plan comes to."""


def is_as_careful(plan: ExposurePlan, than: ExposurePlan) -> bool:
    """Whether a plan exposes no share before another would, by all the answers and days since the mandate began."""
    theirs = _reached(than or ALL_AT_ONCE)
    return all(_comes_no_sooner(mine, theirs) for mine in _reached(plan or ALL_AT_ONCE))


def _reached(plan: ExposurePlan) -> tuple[Step, ...]:
    """Each step with all the answers and days that must have been before it."""
    found: list[Step] = []
    for step in plan:
        answers, days = (found[-1].after_audits, found[-1].after_days) if found else (0, 0)
        found.append(Step(share=step.share, after_audits=answers + step.after_audits, after_days=days + step.after_days))
    return tuple(found)


def _comes_no_sooner(step: Step, theirs: tuple[Step, ...]) -> bool:
    first = next((one for one in theirs if one.share >= step.share), None)
    return first is not None and step.after_audits >= first.after_audits and step.after_days >= first.after_days


class NotAPlanError(ValueError):
    """Steps that no mandate can be exposed by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Where a mandate stands in its plan.

    Attributes:
        number: counts every change of it, from 0; evidence belongs to a number.
        step: index in the plan.
        since: when it came there.
        held_by: who holds it there; None: it goes on by rule.
    """

    number: int
    step: int
    since: datetime
    held_by: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the present step has brought.

    Attributes:
        audits: answered or overdue audits of cases that were decided alone since the step began, as the watch counted them.
        errors: those of them that speak against AI.
        answered: cases not exposed that people answered, in the order of their numbers up to the first that waits.
        disagreed: those of them in which the person said something else than AI would have.
    """

    audits: int = 0
    errors: int = 0
    answered: int = 0
    disagreed: int = 0

    @property
    def blind(self) -> int:
        """All blind answers on cases that were eligible; chance alone chose which were exposed."""
        return self.audits + self.answered


def check_plan(plan: ExposurePlan) -> None:
    """Refuses a plan that skips, falls, or begins with a condition.

    Raises:
        NotAPlanError: names the offender and the remedy.
    """
    for at, step in enumerate(plan):
        if not 0.0 <= step.share <= 1.0 or step.after_audits < 0 or step.after_days < 0:
            raise NotAPlanError(f"Step {at + 1} has {step!r}; a share is in [0, 1], audits and days are 0 or more.")
        if at == 0 and (step.after_audits or step.after_days):
            raise NotAPlanError(f"The first step begins with the mandate, and {step!r} waits for something before it; give a share alone.")
        if at and step.share <= plan[at - 1].share:
            raise NotAPlanError(f"Step {at + 1} exposes {step.share!r}, no more than the one before ({plan[at - 1].share!r}); let it rise.")


def share_of(plan: ExposurePlan, exposure: Exposure | None) -> float:
    """The share of the eligible cases that is decided alone now, in [0, 1]; of no plan all, of an unknown place in a plan none."""
    if not plan:
        return 1.0
    if exposure is None or not 0 <= exposure.step < len(plan):
        return 0.0
    return plan[exposure.step].share


def is_exposed(secret: bytes, case: CaseNumber, share: float) -> bool:
    """Draws a case for being decided alone, as `audit.is_drawn` draws audits, with a secret of its own.

    Who is exposed at a share is exposed at every larger one. What a case says has no part in it.

    Args:
        secret: the one made when the mandate was granted; what draws here is HMAC-SHA256(secret, "licet exposure draw").
        case: the number the store gave the case.
        share: in [0, 1].
    """
    return share >= 1.0 or (share > 0.0 and place(hmac.digest(secret, PURPOSE, "sha256"), case) < share)


def missing(plan: ExposurePlan, exposure: Exposure, evidence: Evidence, *, target: float, low: float, now: datetime) -> tuple[str, ...]:
    """What stands between a mandate and its next step, in sentences; empty: it may go on now.

    Args:
        plan: of the mandate; there must be a next step.
        exposure: where it stands.
        evidence: of this step.
        target: highest share of errors that the mandate promises.
        low: lower end of the anytime-valid interval of how often people contradict AI on cases not exposed, in [0, 1].
        now: the moment.
    """
    following = plan[exposure.step + 1]
    found = []
    if evidence.blind < following.after_audits:
        found.append(f"{following.after_audits - evidence.blind:,} more blind answers of {following.after_audits:,}")
    due = exposure.since + timedelta(days=following.after_days)
    if now < due:
        found.append(f"the step lasts until {due:%Y-%m-%d %H:%M} UTC")
    if low > target:
        found.append(f"people contradict what AI would have said more often than in {target:.1%} of the cases")
    return tuple(found)


def has_next(plan: ExposurePlan, exposure: Exposure) -> bool:
    """Whether the plan has a further step."""
    return exposure.step + 1 < len(plan)


def forward(exposure: Exposure, *, now: datetime) -> Exposure:
    """One step on."""
    return Exposure(number=exposure.number + 1, step=exposure.step + 1, since=now)


def held(exposure: Exposure, *, by: PersonId | None) -> Exposure:
    """The same step with the same evidence, held by a person, or with None let go."""
    return replace(exposure, held_by=by)


def back(exposure: Exposure, *, by: PersonId, now: datetime) -> Exposure:
    """One step back where there is one, and held there until a person lets it go on."""
    return Exposure(number=exposure.number + 1, step=max(0, exposure.step - 1), since=now, held_by=by)


def plan_in_words(plan: ExposurePlan) -> str:
    """A plan in one line."""
    if not plan:
        return "all eligible cases from the beginning"
    parts = [f"{plan[0].share:.4g} of the eligible cases" if plan[0].share else "none yet (shadow)"]
    parts += [f"{one.share:.4g} after {one.after_audits:,} blind answers and {one.after_days} days" for one in plan[1:]]
    return ", then ".join(parts)


def plan_to_json(plan: ExposurePlan) -> Json:
    """Writes a plan as plain JSON."""
    return [{"share": one.share, "after_audits": one.after_audits, "after_days": one.after_days} for one in plan]


def plan_from_json(raw: Json) -> ExposurePlan:
    """Reads a plan that `plan_to_json` wrote.

    Raises:
        NotAPlanError: when it is none.
    """
    plan = tuple(_step(one) for one in raw) if isinstance(raw, Sequence) and not isinstance(raw, str) else ()
    if not plan:
        raise NotAPlanError(f"{raw!r} is no plan of exposure.")
    check_plan(plan)
    return plan


def _step(raw: Json) -> Step:
    match raw:
        case {"share": int() | float() as share, "after_audits": int(audits), "after_days": int(days)}:
            return Step(share=float(share), after_audits=audits, after_days=days)
        case _:
            raise NotAPlanError(f"{raw!r} is no step of a plan of exposure.")


def read_plan(raw: str) -> ExposurePlan:
    """Reads what a person types: a tier (low, medium, high), or SHARE, SHARE:ANSWERS:DAYS, … from the first step to the last.

    Raises:
        NotAPlanError: names the offender, the form and an example.
    """
    if raw in DEFAULT_PLANS:
        return DEFAULT_PLANS[raw]
    try:
        plan = tuple(_typed(one.strip()) for one in raw.split(","))
    except ValueError:
        raise NotAPlanError(f"{raw!r} is no plan; write SHARE, then SHARE:ANSWERS:DAYS, such as 0,0.1:60:7,1:60:7.") from None
    check_plan(plan)
    return plan


def _typed(raw: str) -> Step:
    share, *rest = raw.split(":")
    audits, days = (int(one) for one in rest) if rest else (0, 0)
    return Step(share=float(share), after_audits=audits, after_days=days)


def exposure_to_json(exposure: Exposure) -> Json:
    """Writes where a mandate stands as plain JSON."""
    return {"number": exposure.number, "step": exposure.step, "since": exposure.since.isoformat(), "held_by": exposure.held_by}


def exposure_from_json(raw: Json) -> Exposure:
    """Reads what `exposure_to_json` wrote.

    Raises:
        NotAPlanError: when it is nothing of that kind.
    """
    match raw:
        case {"number": int(number), "step": int(step), "since": str(since), "held_by": None | str() as held_by}:
            by = None if held_by is None else PersonId(held_by)
            return Exposure(number=number, step=step, since=datetime.fromisoformat(since), held_by=by)
        case _:
            raise NotAPlanError(f"{raw!r} is no place in a plan of exposure.")
