"""A service level of a process as it is: how many cases are done in time, and how many people of each pool that takes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from licet.core.canonical import Json
from licet.core.redesign import ServiceLevel
from licet.stats.people_needed import TRIALS, PeopleNeeded, inside, people_needed
from licet.stats.simulated_figures import Interval, Simulated
from licet.stats.simulated_process import Plan, Process, ToBe

_MOST_CASES: Final = 3_000
_MOST_REPLICATIONS: Final = 10
NOT_SAID: Final = "Not said: nothing showed that the simulation forecasts how long cases take."


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolNeeds:
    """A pool, and how many of its people the service level takes while all others stay as they are.

    Attributes:
        name: of the pool.
        today: how many are on duty in its fullest hour.
        needed: the fewest in each of its hours on duty.
    """

    name: str
    today: int
    needed: PeopleNeeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """How a service level is kept; simulated.

    Attributes:
        level: which.
        within: the share of the cases done in time; None: nothing is said, since no back-test was passed.
        pools: each pool; none where nothing is said.
    """

    level: ServiceLevel
    within: Interval | None
    pools: tuple[PoolNeeds, ...]

    @property
    def kept(self) -> bool | None:
        """Whether the lower end of the interval keeps it; None: nothing is said."""
        return None if self.within is None else self.within.low >= self.level.share


def served(level: ServiceLevel, process: Process, as_is: Simulated, *, forecasts: bool) -> Served:
    """Says how a service level is kept, where lead times may be believed.

    Args:
        level: how soon cases are to be done.
        process: as it is.
        as_is: the process as it was played.
        forecasts: whether a back-test showed that lead times are a forecast.
    """
    if not forecasts:
        return Served(level=level, within=None, pools=())
    seconds = level.within.total_seconds()
    plan = few_of(process.cases, as_is.plan)
    needs = tuple(
        PoolNeeds(
            name=one.name,
            today=int(one.on_duty.max()),
            needed=people_needed(process, ToBe(), one, plan, seconds=seconds, share=level.share),
        )
        for one in process.pools
    )
    return Served(level=level, within=inside(as_is, seconds), pools=needs)


def few_of(cases: int, plan: Plan) -> Plan:
    """The plan with fewer cases and replications, for what is tried often."""
    return replace(plan, cases=min(plan.cases or cases, _MOST_CASES), replications=min(plan.replications, _MOST_REPLICATIONS))


def cases_of_served(process: Process, plan: Plan) -> int:
    """How many cases are played at most while people are counted."""
    few = few_of(process.cases, plan)
    return len(process.pools) * TRIALS * few.replications * (few.cases or process.cases)


def needs_told(one: PoolNeeds, level: ServiceLevel) -> str:
    """How many people of a pool a service level takes, in a sentence."""
    if one.needed.people is None:
        return f"{one.name}: no number of people keeps {level_told(level)}; the time goes elsewhere."
    return f"{one.name}: it takes {one.needed.people} at a time; today there are {one.today} at most."


def level_told(level: ServiceLevel) -> str:
    """A service level for people: 90% within 48 hours."""
    return f"{level.share:.0%} within {level.within.total_seconds() / 3600:,.4g} hours"


def served_to_json(one: Served) -> Mapping[str, Json]:
    """A service level for programs; null where nothing is said."""
    return {
        "seconds": one.level.within.total_seconds(),
        "share": one.level.share,
        "within": None if one.within is None else _interval(one.within),
        "kept": one.kept,
        "why": NOT_SAID if one.within is None else None,
        "pools": [
            {
                "name": pool.name,
                "today": pool.today,
                "people": pool.needed.people,
                "tried": [{"people": people, "within": _interval(found)} for people, found in pool.needed.tried],
            }
            for pool in one.pools
        ],
    }


def _interval(one: Interval) -> Mapping[str, Json]:
    return {"mean": one.mean, "low": one.low, "high": one.high}
