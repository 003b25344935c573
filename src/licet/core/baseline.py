"""A baseline: how the process was before AI decided anything, measured from its event log and locked by two people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from licet.core.canonical import Json, digest
from licet.core.cost import Cost
from licet.core.ids import Digest, PersonId, UseCaseSlug
from licet.core.level import Level, level_from_json, level_to_json
from licet.core.people import Act
from licet.core.policy import Permission
from licet.core.refusal import Refused, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedForBaseline:
    """What the owner states beside what was measured.

    Attributes:
        step: the step of the process that this use case takes over; None: the process as a whole.
        minutes_a_case: of people's work that one case takes there, above 0; None: nobody said. Counts only where the log does not tell.
        hour: what an hour of people's work costs; None: nobody said.
        error: what a wrong decision costs; None: nobody said.
    """

    step: str | None = None
    minutes_a_case: float | None = None
    hour: Cost | None = None
    error: Cost | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """How often cases come to the step: visits that directly follow each other in a case are one stay, as of work that was laid aside.

    Attributes:
        count: stays in the log; of the process as a whole, its cases.
        cases: that come to the step at all.
        a_week: how many stays there are in a week, by the days on which cases could come; Unknown from a log of less than a week.
    """

    count: int
    cases: int
    a_week: Level | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The process as it was.

    Attributes:
        log: digest of the event log it was measured from.
        stated: what the owner said.
        since, until: when the log's first event began and its last one ended.
        cases: that the log has; `visits`: how often the step is done in them, or the cases where the whole process is meant.
        weeks: from the log's first event to its last, above 0.
        lead_median, lead_p90: hours from a case's first event to its last.
        turn_median, turn_p90: hours of a stay at the step, from the event before it until the step is done.
        minutes: people's minutes of work on a stay, while whoever did it was on duty.
        lead_mean: as `lead_median`; None: measured by an earlier version of Licet.
        stays: at the step; None: measured by an earlier version, which took each visit for a stay, nights of work for work, and the
            log's whole span for the time in which cases came.
        simulated: whether the log says of itself that it was made up: whatever is held against it is then called so.
    """

    log: str
    stated: StatedForBaseline
    since: datetime
    until: datetime
    cases: int
    visits: int
    weeks: float
    lead_median: Level | Unknown
    lead_p90: Level | Unknown
    turn_median: Level | Unknown
    turn_p90: Level | Unknown
    minutes: Level | Unknown
    simulated: bool = False
    lead_mean: Level | Unknown | None = None
    stays: Stays | None = None

    @property
    def a_week(self) -> Level | Unknown:
        """How often cases come to the step in a week."""
        if self.stays is not None:
            return self.stays.a_week
        return Level(value=self.visits / self.weeks, low=None, high=None, n=self.visits, counted=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedBaseline:
    """A baseline that its owner stands by; nothing in it changes any more."""

    use_case: UseCaseSlug
    version: int
    baseline: Baseline
    locked_by: PersonId
    locked_at: datetime

    @property
    def digest(self) -> Digest:
        """What was locked: the use case, the version and every figure."""
        says: Json = {"use_case": self.use_case, "version": self.version, "baseline": baseline_to_json(self.baseline)}
        return Digest(digest(says))


@dataclass(frozen=True, slots=True, kw_only=True)
class CountersignedBaseline:
    """A baseline that a second person, of risk, put their name under."""

    locked: LockedBaseline
    countersigned_by: PersonId
    countersigned_at: datetime

    @property
    def digest(self) -> Digest:
        """The same as the locked one's."""
        return self.locked.digest


AnyBaseline = LockedBaseline | CountersignedBaseline


def lock_baseline(
    draft: Baseline, by: Permission, *, place: tuple[UseCaseSlug, int, PersonId | None], granted_at: datetime | None, now: datetime
) -> LockedBaseline | Refused:
    """Locks a baseline; whoever may lock the standard may lock it.

    Args:
        draft: what was measured and stated.
        by: who was permitted to lock.
        place: the use case, the number of the coming version, and the present owner, if any.
        granted_at: when AI was first allowed to decide alone here; None: never.
        now: when.

    Returns:
        The locked baseline, or `Refused`: by another than the owner, and of a time in which AI decided already.
    """
    person, (use_case, version, owner) = by.person(Act.LOCK), place
    if owner not in {None, person.id}:
        why = f"{person.email!r} is not the owner of this use case and may not lock its baseline."
        return Refused(code="not_the_owner", why=why, remedy="Let the owner of this use case do it.")
    if granted_at is not None and draft.until > granted_at:
        why = f"The log reaches until {draft.until:%Y-%m-%d}, and AI was first allowed to decide alone on {granted_at:%Y-%m-%d}."
        return Refused(
            code="baseline_too_late", why=why, remedy="Import a log that ends before that day: a baseline shows how it was without AI."
        )
    return LockedBaseline(use_case=use_case, version=version, baseline=draft, locked_by=person.id, locked_at=now)


def countersign_baseline(locked: LockedBaseline, by: Permission, *, now: datetime) -> CountersignedBaseline | Refused:
    """Puts a second person's name under a locked baseline: risk, and never the one who locked it."""
    person = by.person(Act.COUNTERSIGN)
    if person.id == locked.locked_by:
        why = f"{person.email!r} locked this baseline and may not countersign it."
        return Refused(code="same_person", why=why, remedy="Let another person of risk countersign.")
    return CountersignedBaseline(locked=locked, countersigned_by=person.id, countersigned_at=now)


# --- as JSON ---------------------------------------------------------------------------------------------------------------


def stated_to_json(stated: StatedForBaseline) -> Mapping[str, Json]:
    """What the owner stated."""
    return {
        "step": stated.step,
        "minutes_a_case": stated.minutes_a_case,
        "hour": None if stated.hour is None else cost_to_json(stated.hour),
        "error": None if stated.error is None else cost_to_json(stated.error),
    }


def cost_to_json(cost: Cost) -> Mapping[str, Json]:
    """An amount, in whole millionths of the currency's minor unit."""
    return {"millionths": cost.millionths, "currency": cost.currency}


def baseline_to_json(baseline: Baseline) -> Mapping[str, Json]:
    """A baseline as JSON: what its digest is taken over, and what is kept."""
    return {
        "log": baseline.log,
        "stated": stated_to_json(baseline.stated),
        "since": baseline.since.isoformat(),
        "until": baseline.until.isoformat(),
        "cases": baseline.cases,
        "visits": baseline.visits,
        "weeks": baseline.weeks,
        **{name: level_to_json(getattr(baseline, name)) for name in LEVELS},
        **({"simulated": True} if baseline.simulated else {}),
        **({} if baseline.lead_mean is None else {"lead_mean": level_to_json(baseline.lead_mean)}),
        **({} if baseline.stays is None else {"stays": _stays_to_json(baseline.stays)}),
    }


def _stays_to_json(stays: Stays) -> Json:
    return {"count": stays.count, "cases": stays.cases, "a_week": level_to_json(stays.a_week)}


def _stays_from_json(raw: Json) -> Stays | None:
    match raw:
        case None:
            return None
        case {"count": int() as count, "cases": int() as cases, "a_week": a_week}:
            return Stays(count=count, cases=cases, a_week=level_from_json(a_week))
        case _:
            raise NotABaselineError(f"{raw!r} does not say how often cases come to a step.")


LEVELS: Final = ("lead_median", "lead_p90", "turn_median", "turn_p90", "minutes")


class NotABaselineError(ValueError):
    """A value does not say a baseline."""


def _cost_from_json(raw: Json) -> Cost | None:
    match raw:
        case {"millionths": int() as millionths, "currency": str() as currency}:
            return Cost(millionths=millionths, currency=currency)
        case _:
            return None


def baseline_from_json(raw: Mapping[str, Json]) -> Baseline:
    """Reads what `baseline_to_json` wrote.

    Raises:
        NotABaselineError: when it is no baseline.
    """
    match raw:
        case {
            "log": str() as log,
            "stated": {"step": str() | None as step, "minutes_a_case": int() | float() | None as minutes, "hour": hour, "error": error},
            "since": str() as since,
            "until": str() as until,
            "cases": int() as cases,
            "visits": int() as visits,
            "weeks": int() | float() as weeks,
        }:
            stated = StatedForBaseline(step=step, minutes_a_case=minutes, hour=_cost_from_json(hour), error=_cost_from_json(error))
            known = {name: level_from_json(raw[name]) for name in LEVELS}
        case _:
            raise NotABaselineError(f"{sorted(raw)!r} are not the parts of a baseline.")
    return Baseline(
        log=log,
        stated=stated,
        since=datetime.fromisoformat(since),
        until=datetime.fromisoformat(until),
        cases=cases,
        visits=visits,
        weeks=float(weeks),
        simulated=raw.get("simulated") is True,
        lead_mean=level_from_json(raw["lead_mean"]) if "lead_mean" in raw else None,
        stays=_stays_from_json(raw.get("stays")),
        **known,
    )
