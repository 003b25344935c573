"""An outage: the same replication, of which cases that come on one day go another way."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from licet.stats.ranges import BoolArray, FloatArray
from licet.stats.simulated_figures import Played, Simulated, played
from licet.stats.simulated_process import Plan, Process, ToBe, held
from licet.stats.simulated_work import DAY, Drawn, draw
from licet.stats.simulation import Workload

Kind = TypeVar("Kind", bound=np.generic)

WEEK: Final = 7 * DAY
_OF_A_CASE: Final = ("cycle", "service", "machine", "contention", "off_duty", "extraneous", "unseen", "source", "arrival", "finish")


def simulate_outage(process: Process, to_be: ToBe, without: ToBe, plan: Plan) -> Simulated:
    """Plays a to-be in which cases that come on one day, in the middle of each replication, go as without it.

    Args:
        process: as it is.
        to_be: what is different on all other days.
        without: what is different on that day, with the same pools.
        plan: how often, how many cases, and the seed: the same gives a replication the cases, times and delays of `simulate`.

    Returns:
        All replications.

    Raises:
        OutOfRangeError: If a to-be does not fit the process.
    """
    held(process, to_be)
    held(process, without)
    runs = []
    for replication in range(plan.replications):
        usual, other = draw(process, to_be, plan, replication), draw(process, without, plan, replication)
        begins = outage_of(usual.workload.arrival[usual.counted])
        hit = (usual.workload.arrival >= begins) & (usual.workload.arrival < begins + DAY)
        runs.append(played(process, to_be, _mixed(usual, other, hit)))
        plan.audience.sees(runs[-1].cycle.size)
    return Simulated(pools=tuple(one.name for one in process.pools), plan=plan, runs=tuple(runs))


def outage_of(arrival: FloatArray) -> float:
    """When the day of the outage begins: that of the middle one of the counted cases, in seconds as of `arrival`."""
    return float(arrival[arrival.size // 2] // DAY * DAY)


def week_of_outage(simulated: Simulated) -> Simulated:
    """Only cases that came in the seven days from the outage on, of a play with one or without; people's figures stay as they are."""
    return replace(simulated, runs=tuple(map(_only_then, simulated.runs)))


def _only_then(run: Played) -> Played:
    begins = outage_of(run.arrival)
    then = (run.arrival >= begins) & (run.arrival < begins + WEEK)
    return replace(run, **{name: getattr(run, name)[then] for name in _OF_A_CASE})


def _mixed(usual: Drawn, other: Drawn, hit: BoolArray) -> Drawn:
    """The tasks of some cases from another draw of the same cases."""
    mine, theirs = ~hit[usual.case], hit[other.case]
    case = np.concatenate([usual.case[mine], other.case[theirs]])
    order = np.argsort(case, kind="stable")

    def both(of: Callable[[Drawn], NDArray[Kind]]) -> NDArray[Kind]:
        return np.concatenate([of(usual)[mine], of(other)[theirs]])[order]

    workload = Workload(
        arrival=usual.workload.arrival,
        first=np.append(0, np.cumsum(np.bincount(case, minlength=hit.size))).astype(np.int64),
        pool=both(lambda one: one.workload.pool),
        worked=both(lambda one: one.workload.worked),
        aside=both(lambda one: one.workload.aside),
        lead=both(lambda one: one.workload.lead),
        waits=both(lambda one: one.workload.waits),
        service=both(lambda one: one.workload.service),
        priority=both(lambda one: one.workload.priority),
        step=both(lambda one: one.workload.step),
    )
    return replace(usual, workload=workload, case=case[order], machine=both(lambda one: one.machine))
