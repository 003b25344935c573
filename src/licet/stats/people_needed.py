"""People needed: the fewest people of a pool with whom enough cases are done in time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from licet.stats.queueing import fewest_servers
from licet.stats.ranges import OutOfRangeError
from licet.stats.simulated_figures import Interval, Simulated, interval, simulate
from licet.stats.simulated_process import Plan, Pool, Process, ToBe

MOST_PEOPLE: Final = 1000
"""With so many the line is as short as it can be."""

TRIALS: Final = 12
"""Numbers of people that are tried at most: each trial halves what is left of `MOST_PEOPLE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleNeeded:
    """How many people of a pool it takes.

    Attributes:
        people: the fewest in each of its hours on duty; None: no number is enough, since the time goes elsewhere.
        tried: how many were tried, rising, each with the share of the cases done in time.
    """

    people: int | None
    tried: tuple[tuple[int, Interval], ...]


def inside(simulated: Simulated, seconds: float) -> Interval:
    """Returns the share of the cases that take at most so long, over replications."""
    return interval(np.array([float(np.mean(one.cycle <= seconds)) for one in simulated.runs]))


def people_needed(process: Process, to_be: ToBe, pool: Pool, plan: Plan, *, seconds: float, share: float) -> PeopleNeeded:
    """Finds the fewest people of a pool with whom the lower end of the interval of the share inside is high enough.

    Args:
        process: what is played.
        to_be: what is different, beside the pool's people.
        pool: as it is there: its hours stay, in each of them there are so many.
        plan: how often each number is played, and the seed.
        seconds: in which a case is to be done, from when it comes.
        share: of the cases that are to be, in [0, 1].

    Raises:
        OutOfRangeError: If the pool is not in the process, or the to-be does not fit it.
    """
    if pool.name not in {one.name for one in process.pools}:
        raise OutOfRangeError(f"pool {pool.name!r} is not in the process: it has {', '.join(repr(one.name) for one in process.pools)}")
    tried: dict[int, Interval] = {}

    def holds(people: int) -> bool:
        if people not in tried:
            with_so_many = replace(to_be, pools={**to_be.pools, pool.name: _with(pool, people)})
            tried[people] = inside(simulate(process, with_so_many, plan), seconds)
        return tried[people].low >= share

    found = fewest_servers(load=0.0, holds=holds, most=MOST_PEOPLE) if holds(MOST_PEOPLE) else None
    return PeopleNeeded(people=found, tried=_rising(tried))


def _rising(tried: Mapping[int, Interval]) -> tuple[tuple[int, Interval], ...]:
    return tuple(sorted(tried.items(), key=lambda pair: pair[0]))


def _with(pool: Pool, people: int) -> Pool:
    return replace(pool, people=people, on_duty=np.where(pool.on_duty > 0, people, 0))
