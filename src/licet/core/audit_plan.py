"""An audit plan: how often cases decided alone are audited, where more often, and what happens when audits find errors or wait too long.

It is part of a mandate's terms and in their digest. Mandates granted without one are audited at one rate, every audit weighing the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil, sqrt

from licet.core.audit import ANSWER_WITHIN
from licet.core.canonical import Json
from licet.core.measure import Slice
from licet.core.scope import NotStoredTermsError

MOST_OFTEN = 20.0
"""Cases of a stratum are drawn so many times as often at most."""

DAY = timedelta(days=1)
WHOLE = ""
"""The name of the watch over all cases decided alone."""


class AtTrip(StrEnum):
    """What a watch that trips does."""

    SUSPEND = "suspend"
    """The mandate is suspended, until a fresh verdict reinstates it."""
    NARROW = "narrow"
    """The slice is taken out of the scope; the rest goes on."""
    FULL_REVIEW = "full review"
    """The mandate ends: people review everything, and authority is earned anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Cases that are audited more often, by a rule that can be read. A case is in it when all that is given holds.

    Attributes:
        name: what people call it.
        times: so many times as often as other cases, above 1.
        below: the confidence below which cases are in it; None: any.
        part: an attribute and its values; None: any.
    """

    name: str
    times: float
    below: float | None = None
    part: Slice | None = None

    def holds(self, attributes: Mapping[str, str], confidence: float) -> bool:
        """Whether a case is in it. One that lacks the attribute is: what cannot be told is looked at more, not less."""
        sure = self.below is not None and confidence >= self.below
        elsewhere = self.part is not None and self.part.attribute in attributes and not self.part.holds(attributes)
        return not sure and not elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedSlice:
    """A named slice of the standard with a watch of its own, its target, and what its trip does."""

    name: str
    part: Slice
    target: float
    at_trip: AtTrip


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPlan:
    """How a mandate is audited.

    Attributes:
        highest: probability of an audit on the day before a trip; a quiet day has the terms' audit rate.
        strata: where audits are drawn more often; the first that holds counts.
        agreements: share of the audits that agree with AI that a second person checks, in [0, 1].
        slices: those with a watch of their own.
        at_trip: what the watch over all cases does.
        late_after: an audit that waits longer is late; owner and senior reviewers are told.
        most_late: with more late audits than this nothing is decided alone until all of them are answered.
    """

    highest: float
    strata: tuple[Stratum, ...] = ()
    agreements: float = 0.0
    slices: tuple[WatchedSlice, ...] = ()
    at_trip: AtTrip = AtTrip.SUSPEND
    late_after: timedelta = timedelta(days=3)
    most_late: int = 10

    @property
    def watches(self) -> int:
        """How many watches share the allowed chance of a false trip."""
        return 1 + len(self.slices)

    @property
    def most_often(self) -> float:
        """How many times as often as others the most audited cases are drawn; 1 where all are drawn alike."""
        return max((stratum.times for stratum in self.strata), default=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day of a mandate's round, planned before its first case.

    Attributes:
        number: counted from 0 in the round.
        rate: probability of an audit for cases of no stratum.
        planned: most audits of the day that feed the watches.
        weight: of the cases decided alone so far on it: each counts as often as its stratum is drawn.
    """

    number: int
    rate: float
    planned: int
    weight: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditChance:
    """With which probability a case is audited, and why.

    Attributes:
        rate: of its day, for cases of no stratum.
        probability: of this case.
        stratum: its name; empty: none.
        slices: names of the watched slices it is in.
    """

    rate: float
    probability: float
    stratum: str
    slices: tuple[str, ...]

    @property
    def ratio(self) -> float:
        """The day's smallest probability over the case's own, in (0, 1]: how much it weighs."""
        return min(1.0, self.rate / self.probability)


def chance_of(plan: AuditPlan, day: Day, attributes: Mapping[str, str], confidence: float) -> AuditChance:
    """With which probability a case decided alone is audited on a day."""
    found = next((stratum for stratum in plan.strata if stratum.holds(attributes, confidence)), None)
    return AuditChance(
        rate=day.rate,
        probability=day.rate if found is None else min(1.0, day.rate * found.times),
        stratum="" if found is None else found.name,
        slices=tuple(one.name for one in plan.slices if one.part.holds(attributes)),
    )


def times_of(plan: AuditPlan, chance: AuditChance) -> float:
    """How many times as often as others cases like this are drawn."""
    return next((stratum.times for stratum in plan.strata if stratum.name == chance.stratum), 1.0)


def day_number(began: datetime, now: datetime) -> int:
    """The day of a round, counted from 0 from the moment it began."""
    return max(0, (now - began) // DAY)


def days_left(began: datetime, ends: datetime) -> int:
    """Days from the beginning of a round to the end of the mandate, 1 at least."""
    return max(1, ceil((ends - began) / DAY))


def planned_for(rate: float, weights: Sequence[float], *, usual: float) -> int:
    """Most audits of a day that feed the watches: what its rate leads to expect, with room for chance.

    Args:
        rate: of the day.
        weights: of the days before, newest first; as many as there are, a week of them counts.
        usual: what a day weighs while there is none before.
    """
    week = list(weights)[:7]
    expected = rate * (sum(week) / len(week) if week else usual)
    return max(1, ceil(expected + 2.0 * sqrt(expected)))


class NotAnAuditPlanError(ValueError):
    """A plan that no mandate can be audited by; names the offender, the limit and the remedy."""


def check_audit_plan(plan: AuditPlan, *, rate: float) -> None:
    """Refuses a plan out of range.

    Raises:
        NotAnAuditPlanError: names the offender, the limit and the remedy.
    """
    names = [stratum.name for stratum in plan.strata]
    most = ANSWER_WITHIN.days
    checks = (
        (rate <= plan.highest <= 1.0, f"highest audit rate {plan.highest!r} is not in {rate!r} to 1; it is what the rate rises to."),
        (0.0 <= plan.agreements <= 1.0, f"share of agreements {plan.agreements!r} is not in [0, 1]."),
        (len(set(names)) == len(names) and all(names), f"strata {names!r} need a name each, no two the same."),
        (all(1.0 < s.times <= MOST_OFTEN for s in plan.strata), f"a stratum is drawn more than 1 to {MOST_OFTEN:g} times as often."),
        (all(s.below is not None or s.part is not None for s in plan.strata), "a stratum without a rule is all cases; give one a rule."),
        (plan.most_late >= 0, f"most late audits {plan.most_late!r} are fewer than 0."),
        (DAY <= plan.late_after <= ANSWER_WITHIN, f"late after {plan.late_after.days!r} days is not in 1 to {most}."),
        (plan.at_trip is not AtTrip.NARROW, "the watch over all cases has no slice to take out; let it suspend, or return to full review."),
    )
    for holds, message in checks:
        if not holds:
            raise NotAnAuditPlanError(message)


def audit_plan_to_json(plan: AuditPlan) -> Json:
    """Writes a plan as plain JSON: what is hashed, stored and shown."""
    return {
        "highest": plan.highest,
        "strata": [{"name": s.name, "times": s.times, "below": s.below, "part": _part_to_json(s.part)} for s in plan.strata],
        "agreements": plan.agreements,
        "slices": [{"name": s.name, "part": _part_to_json(s.part), "target": s.target, "at_trip": s.at_trip.value} for s in plan.slices],
        "at_trip": plan.at_trip.value,
        "late_after_seconds": int(plan.late_after.total_seconds()),
        "most_late": plan.most_late,
    }


def audit_plan_from_json(raw: Json) -> AuditPlan:
    """Reads a plan that `audit_plan_to_json` wrote.

    Raises:
        NotStoredTermsError: when it is none.
    """
    match raw:
        case {
            "highest": int() | float() as highest,
            "strata": [*strata],
            "agreements": int() | float() as agreements,
            "slices": [*slices],
            "at_trip": str(at_trip),
            "late_after_seconds": int(late),
            "most_late": int(most),
        }:
            return AuditPlan(
                highest=float(highest),
                strata=tuple(map(_stratum, strata)),
                agreements=float(agreements),
                slices=tuple(map(_watched, slices)),
                at_trip=AtTrip(at_trip),
                late_after=timedelta(seconds=late),
                most_late=most,
            )
        case _:
            raise _unreadable(raw)


def _stratum(raw: Json) -> Stratum:
    match raw:
        case {"name": str(name), "times": int() | float() as times, "below": None | int() | float() as below, "part": part}:
            return Stratum(name=name, times=float(times), below=None if below is None else float(below), part=_part(part))
        case _:
            raise _unreadable(raw)


def _watched(raw: Json) -> WatchedSlice:
    match raw:
        case {"name": str(name), "part": part, "target": int() | float() as target, "at_trip": str(at_trip)}:
            found = _part(part)
            if found is None:
                raise _unreadable(raw)
            return WatchedSlice(name=name, part=found, target=float(target), at_trip=AtTrip(at_trip))
        case _:
            raise _unreadable(raw)


def _part(raw: Json) -> Slice | None:
    match raw:
        case None:
            return None
        case {"attribute": str(attribute), "values": [*values]}:
            return Slice(attribute=attribute, values=frozenset(map(str, values)))
        case _:
            raise _unreadable(raw)


def _part_to_json(part: Slice | None) -> Json:
    return None if part is None else {"attribute": part.attribute, "values": sorted(part.values)}


def _unreadable(raw: Json) -> NotStoredTermsError:
    return NotStoredTermsError(f"{raw!r} is not an audit plan.")


def stratum_in_words(stratum: Stratum) -> str:
    """A stratum as a process owner reads it."""
    sure = "" if stratum.below is None else f"confidence below {stratum.below:g}"
    part = "" if stratum.part is None else f"{stratum.part.attribute} {' or '.join(map(repr, sorted(stratum.part.values)))}"
    return f"{' and '.join(filter(None, (part, sure)))}: {stratum.times:g} times as often"


def plan_in_words(plan: AuditPlan, *, rate: float) -> str:
    """A plan as a process owner reads it."""
    said = [f"audits: {rate:.1%} of a quiet day, up to {plan.highest:.1%} while evidence rises", *map(stratum_in_words, plan.strata)]
    if plan.agreements:
        said.append(f"{plan.agreements:.1%} of agreements checked by a second person")
    said.extend(f"slice {one.name} watched at {one.target:.1%}, a trip: {one.at_trip.value}" for one in plan.slices)
    return " · ".join([*said, f"a trip: {plan.at_trip.value}", f"more than {plan.most_late:,} late audits stop delegation"])
