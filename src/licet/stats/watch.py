"""The watch on a mandate: evidence from blind audits that grows when AI errs more than promised, and trips in time."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from licet.stats.ranges import OutOfRangeError, count, finite, open_unit, unit

ODDS: Final = (1.213, 1.430, 1.765, 2.111, 2.714, 3.619, 4.75, 7.389, 12.667)
QUIET: Final = 0.003

Json: TypeAlias = float | int | list[float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPlan:
    """What was fixed when the mandate was granted.

    Attributes:
        target: The error rate promised, in (0, 1).
        delta: The allowed probability of a false trip within the mandate's life, in (0, 1).
        audits: Audits planned until expiry, at least 1 (for a watch by day: the days until expiry).
        by_day: True if every day weighs the same however many audits it has; False if every audit weighs the same.
        least_inclusion: Smallest probability with which a case may be drawn, in (0, 1]; 1.0 if all are drawn alike.
    """

    target: float
    delta: float
    audits: int
    by_day: bool = False
    least_inclusion: float = 1.0

    def __post_init__(self) -> None:
        """Refuses a plan that cannot be watched."""
        open_unit("target", self.target)
        open_unit("delta", self.delta)
        count("audits", self.audits, least=1)
        unit("least_inclusion", finite("least_inclusion", self.least_inclusion, above=0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The watch after some audits.

    Attributes:
        plan: What was fixed at grant.
        masses: Evidence for each of nine degrees of worsening, each at least 0.
        fed: Audits counted so far.
        day: The day of the last audit counted, from 0; -1 before the first (only for a watch by day).
        fed_today: Audits counted on that day (only for a watch by day).
        planned_today: Audits planned for that day (only for a watch by day).
        has_tripped: True once the evidence has reached the trip line; it never goes back.
    """

    plan: WatchPlan
    masses: tuple[float, ...]
    fed: int = 0
    day: int = -1
    fed_today: int = 0
    planned_today: int = 0
    has_tripped: bool = False


def start(*, target: float, delta: float, planned: int, least_inclusion: float = 1.0) -> Watch:
    """Starts a watch in which every audit weighs the same.

    Args:
        target: The error rate promised, in (0, 1).
        delta: The allowed probability of a false trip within the mandate's life, in (0, 1).
        planned: Audits planned until expiry, at least 1.
        least_inclusion: Smallest probability with which a case may be drawn, in (0, 1]; 1.0 if all are drawn alike.

    Returns:
        A watch without audits.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    plan = WatchPlan(target=target, delta=delta, audits=planned, least_inclusion=least_inclusion)
    return Watch(plan=plan, masses=(0.0,) * len(ODDS))


def start_by_day(*, target: float, delta: float, days: int, least_inclusion: float = 1.0) -> Watch:
    """Starts a watch in which every day weighs the same: quicker, and audits per day may vary as planned each morning.

    Args:
        target: The error rate promised, in (0, 1).
        delta: The allowed probability of a false trip within the mandate's life, in (0, 1).
        days: Days until expiry, at least 1.
        least_inclusion: Smallest probability with which a case may be drawn, in (0, 1]; 1.0 if all are drawn alike.

    Returns:
        A watch without audits.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    plan = WatchPlan(target=target, delta=delta, audits=days, by_day=True, least_inclusion=least_inclusion)
    return Watch(plan=plan, masses=(0.0,) * len(ODDS))


def stakes(*, target: float) -> tuple[float, ...]:
    """Returns what each alternative stakes on an audit being an error.

    Args:
        target: The error rate promised, in (0, 1).

    Returns:
        lambda of each alternative in (0, 1 / target): ``1 + lambda * (loss - target)`` equals p1 / target on an error and
        (1 - p1) / (1 - target) otherwise, p1 = odds * target / (1 - target + odds * target).

    Raises:
        OutOfRangeError: If the target lies outside its range.
    """
    open_unit("target", target)
    return tuple((odds - 1.0) / (1.0 - target + odds * target) for odds in ODDS)


def _fed(watch: Watch, *, loss: float, inclusion: float, mass: float) -> Watch:
    unit("loss", loss)
    plan = watch.plan
    if not plan.least_inclusion <= inclusion <= 1.0:
        raise OutOfRangeError(
            f"inclusion is {inclusion!r}, but must lie in [{plan.least_inclusion!r}, 1], fixed at grant: draw with at least that chance"
        )
    gain = plan.least_inclusion / inclusion * (loss - plan.target)
    masses = tuple((old + mass) * (1.0 + stake * gain) for old, stake in zip(watch.masses, stakes(target=plan.target), strict=True))
    after = replace(watch, masses=masses, fed=watch.fed + 1)
    return replace(after, has_tripped=evidence(after) >= trip_line(after))


def update(watch: Watch, *, loss: float, inclusion: float = 1.0) -> Watch:
    """Feeds one audit to a watch in which every audit weighs the same.

    Audits are fed **in the order the cases were drawn**, up to the first that is not answered yet; never in the order of arrival.

    Args:
        watch: The watch so far.
        loss: The audit's loss in [0, 1]; 1 for an error and for an audit past its deadline.
        inclusion: The probability with which this case was drawn, in [least_inclusion, 1]; 1.0 if all are drawn alike.

    Returns:
        The watch with the audit; unchanged if it has tripped or all planned audits are fed.

    Raises:
        OutOfRangeError: If an argument lies outside its range, or the watch is one by day.

    Source: Shin, Ramdas, Rinaldo, "E-detectors" (2024): Shiryaev-Roberts e-detector; weights after Horvitz and Thompson (1952).
    """
    if watch.plan.by_day:
        raise OutOfRangeError("this watch weighs days: use update_by_day and say which day the audit was drawn on")
    if watch.has_tripped or watch.fed >= watch.plan.audits:
        return watch
    return _fed(watch, loss=loss, inclusion=inclusion, mass=1.0)


def update_by_day(watch: Watch, *, loss: float, day: int, planned_today: int, inclusion: float = 1.0) -> Watch:
    """Feeds one audit to a watch in which every day weighs the same.

    Args:
        watch: The watch so far.
        loss: The audit's loss in [0, 1]; 1 for an error and for an audit past its deadline.
        day: The day the case was drawn on, from 0 at grant; never earlier than the last one fed.
        planned_today: Audits planned for that day before its first audit, at least 1.
        inclusion: The probability with which this case was drawn, in [least_inclusion, 1]; 1.0 if all are drawn alike.

    Returns:
        The watch with the audit; unchanged if it has tripped, the day's planned audits are fed, or the day is past expiry.

    Raises:
        OutOfRangeError: If an argument lies outside its range, days go back, or the day's plan changed.

    Source: as :func:`update`, with mass 1 / (days * planned_today) per audit, so that a mandate's whole mass is 1.
    """
    if not watch.plan.by_day:
        raise OutOfRangeError("this watch weighs audits, not days: use update")
    count("day", day)
    count("planned_today", planned_today, least=1)
    if day < watch.day:
        raise OutOfRangeError(f"day is {day!r}, before the last day fed, {watch.day!r}: feed audits in the order they were drawn")
    if day == watch.day and planned_today != watch.planned_today:
        raise OutOfRangeError(
            f"planned_today is {planned_today!r}, but was {watch.planned_today!r} before on day {day}: plan before the day begins"
        )
    fed_today = watch.fed_today if day == watch.day else 0
    if watch.has_tripped or day >= watch.plan.audits or fed_today >= planned_today:
        return watch
    after = _fed(watch, loss=loss, inclusion=inclusion, mass=1.0 / (watch.plan.audits * planned_today))
    return replace(after, day=day, fed_today=fed_today + 1, planned_today=planned_today)


def evidence(watch: Watch) -> float:
    """Returns the evidence that the promise is broken now.

    Args:
        watch: The watch.

    Returns:
        The mean over the alternatives, at least 0; 0.0 before the first audit.
    """
    return math.fsum(watch.masses) / len(watch.masses)


def trip_line(watch: Watch) -> float:
    """Returns the evidence at which the watch trips.

    Args:
        watch: The watch.

    Returns:
        T / delta for a watch by audit with T planned audits, 1 / delta for a watch by day.
    """
    return (1.0 if watch.plan.by_day else float(watch.plan.audits)) / watch.plan.delta


def audits_today(watch: Watch, *, low: int, high: int) -> int:
    """Plans the day's audits before its first one: few while all is well, more while evidence rises.

    Args:
        watch: The watch by day, before the day's first audit.
        low: Audits on a quiet day, at least 1.
        high: Audits on the day before a trip, at least ``low``.

    Returns:
        low + (high - low) * sqrt(x), x the way of the evidence from 0.3% of the trip line (0) to the trip line (1) on a log scale.

    Raises:
        OutOfRangeError: If an argument lies outside its range, or every audit weighs the same in this watch.
    """
    if not watch.plan.by_day:
        raise OutOfRangeError("this watch weighs audits, so their number a day is no lever: start_by_day")
    count("high", high, least=count("low", low, least=1))
    return low + round((high - low) * math.sqrt(_way(watch)))


def rate_today(watch: Watch, *, low: float, high: float) -> float:
    """Plans the probability of an audit for a day, before its first case: low while all is well, more while evidence rises.

    Args:
        watch: The watch by day, before the day's first case.
        low: The probability on a quiet day, in (0, 1].
        high: The probability on the day before a trip, in [low, 1].

    Returns:
        low + (high - low) * sqrt(x), x the way of the evidence from 0.3% of the trip line (0) to the trip line (1) on a log scale. It
        depends on the past alone, so that whoever is drawn today has no part in it.

    Raises:
        OutOfRangeError: If an argument lies outside its range, or every audit weighs the same in this watch.
    """
    if not watch.plan.by_day:
        raise OutOfRangeError("this watch weighs audits, so their number a day is no lever: start_by_day")
    unit("low", finite("low", low, above=0.0))
    if not low <= high <= 1.0:
        raise OutOfRangeError(f"high is {high!r}, but must lie in [{low!r}, 1]")
    return low + (high - low) * math.sqrt(_way(watch))


def _way(watch: Watch) -> float:
    share = evidence(watch) / trip_line(watch)
    return 0.0 if share <= QUIET else min(1.0, 1.0 - math.log(share) / math.log(QUIET))


def is_full(watch: Watch) -> bool:
    """Tells whether all planned audits have been fed, so that the watch can see no more.

    Args:
        watch: The watch; a watch by day ends with its days and is never full.

    Returns:
        True iff no further audit will be fed.
    """
    return not watch.plan.by_day and watch.fed >= watch.plan.audits


def meter(watch: Watch) -> float:
    """Returns how far the evidence is on its way to the trip line, for showing.

    Args:
        watch: The watch.

    Returns:
        A share in [0, 1] on a logarithmic scale; 0.0 up to the evidence one audit adds on its own, 1.0 once tripped.
    """
    if watch.has_tripped:
        return 1.0
    floor = 1.0 / watch.plan.audits if watch.plan.by_day else 1.0
    now = evidence(watch)
    return 0.0 if now <= floor else min(1.0, math.log(now / floor) / math.log(trip_line(watch) / floor))


def to_json(watch: Watch) -> dict[str, Json]:
    """Returns the watch as plain numbers that survive JSON exactly.

    Args:
        watch: The watch.

    Returns:
        A mapping with only finite numbers, booleans and lists of numbers.
    """
    plan = watch.plan
    return {
        "target": plan.target,
        "delta": plan.delta,
        "audits": plan.audits,
        "by_day": plan.by_day,
        "least_inclusion": plan.least_inclusion,
        "masses": list(watch.masses),
        "fed": watch.fed,
        "day": watch.day,
        "fed_today": watch.fed_today,
        "planned_today": watch.planned_today,
        "has_tripped": watch.has_tripped,
    }


def from_json(stored: Mapping[str, object]) -> Watch:
    """Returns the watch that :func:`to_json` wrote down.

    Args:
        stored: The mapping.

    Returns:
        The same watch.

    Raises:
        OutOfRangeError: If a field is missing or has the wrong type or range.
    """
    plan = WatchPlan(
        target=_number(stored, "target"),
        delta=_number(stored, "delta"),
        audits=_whole(stored, "audits"),
        by_day=_flag(stored, "by_day"),
        least_inclusion=_number(stored, "least_inclusion"),
    )
    return Watch(
        plan=plan,
        masses=_masses(stored),
        fed=_whole(stored, "fed"),
        day=_whole(stored, "day", least=-1),
        fed_today=_whole(stored, "fed_today"),
        planned_today=_whole(stored, "planned_today"),
        has_tripped=_flag(stored, "has_tripped"),
    )


def _number(stored: Mapping[str, object], name: str) -> float:
    value = stored.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise OutOfRangeError(f"the stored watch has {name} = {value!r}, but a finite number is needed: restore it from the ledger")
    return float(value)


def _whole(stored: Mapping[str, object], name: str, *, least: int = 0) -> int:
    value = _number(stored, name)
    if value != int(value) or value < least:
        raise OutOfRangeError(
            f"the stored watch has {name} = {value!r}, but a whole number >= {least} is needed: restore it from the ledger"
        )
    return int(value)


def _flag(stored: Mapping[str, object], name: str) -> bool:
    value = stored.get(name)
    if not isinstance(value, bool):
        raise OutOfRangeError(f"the stored watch has {name} = {value!r}, but true or false is needed: restore it from the ledger")
    return value


def _masses(stored: Mapping[str, object]) -> tuple[float, ...]:
    value = stored.get("masses")
    if not isinstance(value, list) or len(value) != len(ODDS):
        raise OutOfRangeError(f"the stored watch has masses = {value!r}, but {len(ODDS)} numbers are needed: restore it from the ledger")
    masses = tuple(_number({"masses": one}, "masses") for one in value)
    if min(masses) < 0.0:
        raise OutOfRangeError(f"the stored watch has masses = {value!r}, but none may be negative: restore it from the ledger")
    return masses
