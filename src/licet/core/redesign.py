"""A redesign: how the work of a process is to be done once AI takes part, step by step, and what nobody measured is marked as assumed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, cast

from licet.core.canonical import Json, digest
from licet.core.ids import Digest


class Doer(StrEnum):
    """Who does a step."""

    PERSON = "person"
    AI_PROPOSES = "ai proposes"
    """A person decides every case, and sees what AI proposes."""
    AI_ALONE = "ai alone"
    """AI decides the share of the cases that it is certified for; people decide the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What an author states of AI at a step, for want of a measurement; everything drawn from it is marked *assumed*.

    Attributes:
        coverage: share of the cases that AI decides alone, in [0, 1].
        error: share of these that are wrong, in [0, 1].
        latency_seconds: that AI takes for a case, at or above 0.
        cost: of asking AI once, in minor units of the currency, at or above 0.
        time_saved: share of a person's time that a proposal saves, in [0, 1).
    """

    coverage: float | None = None
    error: float | None = None
    latency_seconds: float | None = None
    cost: float | None = None
    time_saved: float | None = None


NOTHING_ASSUMED = Assumed()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPlan:
    """One step as it is to be: who does it, and what is assumed of AI there."""

    by: Doer
    assumed: Assumed = NOTHING_ASSUMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Steps that follow each other and become one.

    Attributes:
        steps: at least two, in their order.
        into: what the one is called.
        time: of the time that all of them took together, the share that the one takes, in (0, 1]: an assumption below 1.
    """

    steps: tuple[str, ...]
    into: str
    time: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A step that is done somewhere else: right after another one."""

    step: str
    after: str


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewers:
    """Those who decide what AI leaves, audit it and look twice; stated by the author, and so assumed.

    Attributes:
        people: how many; None: those who may answer now, or where nobody may, those who do the step today.
        hours_a_day: that each works on these cases, in (0, 24]; None: as the desk says.
        from_hour: when they begin, UTC, in [0, 24).
        days: on which they work, of `DAYS`.
        seconds_a_case: that one answer takes; None: as the desk measured, or where it did not, as the step takes today.
        skilled_for: the steps they have the skill for; empty: those that AI decides alone.
    """

    people: int | None = None
    hours_a_day: float | None = None
    from_hour: float = 8.0
    days: tuple[str, ...] = DAYS[:5]
    seconds_a_case: float | None = None
    skilled_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """Shares of work that a redesign states where no standard and no mandate says them yet; assumptions.

    Attributes:
        audits: share of what AI decides alone that a person answers again, in [0, 1].
        second_looks: share of people's cases that a second one answers, in [0, 1].
    """

    audits: float | None = None
    second_looks: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """How soon cases are to be done: so many of them within a time from their first event to their last."""

    within: timedelta
    share: float = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What an hour of a person costs, in minor units; an assumption, whoever states it."""

    currency: str
    person_hour: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Redesign:
    """How a process is to be done. Steps that are not named stay as they are.

    Attributes:
        title: what people call it, in one line.
        decides: the step that the use case decides, whose AI is measured; None: it decides none of the log's.
        steps: those that are planned, by name.
        removed: steps that are no longer done.
        merged, parallel, moved: steps that become one, that are done side by side, and that are done elsewhere.
        reviewers: those who decide what AI leaves.
        checks: shares that no standard or mandate says.
        service_level: how soon cases are to be done; None: nobody said one.
        price: what people cost; None: nobody said.
    """

    title: str
    decides: str | None = None
    steps: Mapping[str, StepPlan] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    merged: tuple[Merge, ...] = ()
    parallel: tuple[tuple[str, ...], ...] = ()
    moved: tuple[Move, ...] = ()
    reviewers: Reviewers = field(default_factory=Reviewers)
    checks: Checks = field(default_factory=Checks)
    service_level: ServiceLevel | None = None
    price: Price | None = None

    @property
    def digest(self) -> Digest:
        """What a simulation is bound to: changes with anything the redesign says but its title."""
        return Digest(digest({key: value for key, value in redesign_to_json(self).items() if key != "title"}))

    def with_ai(self) -> tuple[str, ...]:
        """The steps in which AI takes part, in the author's order."""
        return tuple(name for name, plan in self.steps.items() if plan.by is not Doer.PERSON)


# --- as JSON -------------------------------------------------------------------------------------------------------------


def redesign_to_json(redesign: Redesign) -> Mapping[str, Json]:
    """Writes a redesign as plain JSON: what is hashed, kept and shown."""
    there, level, price = redesign.reviewers, redesign.service_level, redesign.price
    return {
        "title": redesign.title,
        "decides": redesign.decides,
        "steps": {name: {"by": plan.by.value, "assumed": _said(plan.assumed)} for name, plan in redesign.steps.items()},
        "removed": list(redesign.removed),
        "merged": [{"steps": list(one.steps), "into": one.into, "time": one.time} for one in redesign.merged],
        "parallel": [list(group) for group in redesign.parallel],
        "moved": [{"step": one.step, "after": one.after} for one in redesign.moved],
        "reviewers": {**_said(there), "days": list(there.days), "skilled_for": list(there.skilled_for)},
        "checks": _said(redesign.checks),
        "service_level": None if level is None else {"seconds": int(level.within.total_seconds()), "share": level.share},
        "price": None if price is None else {"currency": price.currency, "person_hour": price.person_hour},
    }


def _said(one: Assumed | Reviewers | Checks) -> dict[str, Json]:
    """What is stated, without what is left open."""
    return {name: getattr(one, name) for name in one.__slots__ if getattr(one, name) not in (None, ())}


def redesign_from_json(said: Mapping[str, Json]) -> Redesign:
    """Reads what `redesign_to_json` wrote.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: when it is nothing of the kind.
    """
    found = cast("Any", said)
    level, price, there = found["service_level"], found["price"], found["reviewers"]
    return Redesign(
        title=found["title"],
        decides=found["decides"],
        steps={name: StepPlan(by=Doer(one["by"]), assumed=Assumed(**one["assumed"])) for name, one in found["steps"].items()},
        removed=tuple(found["removed"]),
        merged=tuple(Merge(steps=tuple(one["steps"]), into=one["into"], time=one["time"]) for one in found["merged"]),
        parallel=tuple(tuple(group) for group in found["parallel"]),
        moved=tuple(Move(step=one["step"], after=one["after"]) for one in found["moved"]),
        reviewers=Reviewers(**{**there, "days": tuple(there["days"]), "skilled_for": tuple(there["skilled_for"])}),
        checks=Checks(**found["checks"]),
        service_level=None if level is None else ServiceLevel(within=timedelta(seconds=level["seconds"]), share=level["share"]),
        price=None if price is None else Price(**price),
    )
