"""Simulated figures: what came of each replication, and how far they lie apart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
from scipy.special import stdtrit

from licet.stats.duty import DutyClock
from licet.stats.ranges import FloatArray, IntArray
from licet.stats.side_by_side import Branches, on_the_way, side_by_side
from licet.stats.simulated_process import AT_END, HOUR, KNOWN, Plan, Pool, Process, ToBe, held
from licet.stats.simulated_work import Drawn, draw
from licet.stats.simulation import END, NOBODY, Times, play

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean over replications, and between which limits the mean of ever more replications lies, at 95% confidence.

    It speaks of chance in the simulation alone, never of whether the process is like the model: for that there is the back-test.
    """

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Played:
    """One replication: its counted cases and its people.

    Attributes:
        cycle: seconds from arrival to end, shape (cases,); the sum of the six below, each of the same shape.
        service: in which a person worked on the case.
        machine: that AI took.
        contention: for which it stood in line although people were on duty: all of them were busy.
        off_duty: in which the people it waited for were not there, or fewer than usual.
        extraneous: for which it waited though somebody was there and free, or for somebody of whom the log says nothing.
        unseen: of `cycle`, what passes before a log like the past one has a first record of the case: in line for the first task and,
            where no start is recorded, at work on it.
        source: the past case that each repeats.
        arrival, finish: seconds since a Monday 00:00, as long as `cycle`.
        ends: when each task of a counted case was done, likewise, shape (tasks,).
        hours: of work by each pool on counted cases, what holds up no case included, shape (pools,).
        utilisation: work in the time between the first and last counted arrival, by hours on duty in it; above 1 where work goes on
            after hours, or too much comes; shape (pools,).
        queue: how many tasks stand in line on average over that time, shape (pools,).
    """

    cycle: FloatArray
    service: FloatArray
    machine: FloatArray
    contention: FloatArray
    off_duty: FloatArray
    extraneous: FloatArray
    unseen: FloatArray
    source: IntArray
    arrival: FloatArray
    finish: FloatArray
    ends: FloatArray
    hours: FloatArray
    utilisation: FloatArray
    queue: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Simulated:
    """All replications of one process and one to-be.

    Attributes:
        pools: names, in the order of the arrays of `Played`.
    """

    pools: tuple[str, ...]
    plan: Plan
    runs: tuple[Played, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFigures:
    """What becomes of a pool's people: hours a case, utilisation, and how many tasks stand in line."""

    name: str
    hours: Interval
    utilisation: Interval
    queue: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What came out, over replications; of a difference: to-be less as-is, pair by pair.

    Attributes:
        cycle, median, p90: seconds from arrival to end: mean, half of the cases, nine in ten.
        service, machine, contention, off_duty, extraneous: mean seconds a case.
        unseen: likewise, and part of the others: what passes before the log would have a first record of the case.
        hours: of people's work a case, all pools.
        within: share of the cases inside the limit; None where none was given.
        pools: each pool.
    """

    cycle: Interval
    median: Interval
    p90: Interval
    service: Interval
    machine: Interval
    contention: Interval
    off_duty: Interval
    extraneous: Interval
    unseen: Interval
    hours: Interval
    within: Interval | None
    pools: tuple[PoolFigures, ...]


_OF: Final[Mapping[str, Callable[[Played], float]]] = {
    "cycle": lambda one: float(one.cycle.mean()),
    "median": lambda one: float(np.median(one.cycle)),
    "p90": lambda one: float(np.quantile(one.cycle, 0.9)),
    "service": lambda one: float(one.service.mean()),
    "machine": lambda one: float(one.machine.mean()),
    "contention": lambda one: float(one.contention.mean()),
    "off_duty": lambda one: float(one.off_duty.mean()),
    "extraneous": lambda one: float(one.extraneous.mean()),
    "unseen": lambda one: float(one.unseen.mean()),
    "hours": lambda one: float(one.hours.sum() / one.cycle.size),
}

Values: TypeAlias = Callable[[Callable[[Played], float]], FloatArray]
"""Gives a figure of every replication, or the differences of every pair."""


def simulate(process: Process, to_be: ToBe, plan: Plan) -> Simulated:
    """Plays a process as often as a plan says.

    Args:
        process: as it is.
        to_be: what is different; `ToBe()` for nothing.
        plan: how often, how many cases, and the seed. Plays of one seed meet the same cases, times and delays, whatever is different.

    Returns:
        All replications.

    Raises:
        OutOfRangeError: If the to-be does not fit the process.
    """
    held(process, to_be)
    runs = []
    for replication in range(plan.replications):
        runs.append(played(process, to_be, draw(process, to_be, plan, replication)))
        plan.audience.sees(runs[-1].cycle.size)
    return Simulated(pools=tuple(one.name for one in process.pools), plan=plan, runs=tuple(runs))


def played(process: Process, to_be: ToBe, came: Drawn) -> Played:
    """Plays a replication that was drawn, with steps side by side where the to-be says so."""
    pools = tuple(to_be.pools.get(one.name, one) for one in process.pools)
    if not to_be.together:
        return account(pools, came, play(pools, came.workload))
    group = {name: number for number, names in enumerate(to_be.together) for name in names}
    of_step = np.array([group.get(one.name, END) for one in process.steps], dtype=np.int64)
    workload, branches = side_by_side(came.workload, case=came.case, group=of_step[came.workload.step])
    return account(pools, replace(came, workload=workload), play(pools, workload), branches)


def account(pools: Sequence[Pool], came: Drawn, times: Times, branches: Branches | None = None) -> Played:
    """Says of each case where its time went, and of each pool what it did; of steps side by side the one that was done last counts."""
    kinds = _kinds(pools, came, times)
    n, work = came.counted.size, came.workload
    own = ~work.aside if branches is None else ~work.aside & on_the_way(branches, times.end, work.aside)
    sums = {name: np.bincount(came.case[own], seconds[own], n).astype(np.float64) for name, seconds in kinds.items()}
    sums["extraneous"] = sums["extraneous"] + came.tail
    cycle = np.sum(list(sums.values()), axis=0)
    arrival = work.arrival[came.counted]
    finish = (work.arrival + cycle)[came.counted]
    hours, utilisation, queue = _people(pools, came, times)
    return Played(
        cycle=cycle[came.counted],
        source=came.source[came.counted],
        arrival=arrival,
        finish=finish,
        ends=times.end[came.counted[came.case] & own],
        hours=hours,
        utilisation=utilisation,
        queue=queue,
        service=sums["service"][came.counted],
        machine=sums["machine"][came.counted],
        contention=sums["contention"][came.counted],
        off_duty=sums["off_duty"][came.counted],
        extraneous=sums["extraneous"][came.counted],
        unseen=_unseen(came, times)[came.counted],
    )


def _unseen(came: Drawn, times: Times) -> FloatArray:
    """Seconds of each case before its first record, shape (cases,)."""
    found, work = np.zeros(came.counted.size), came.workload
    if came.opened is None:
        return found
    case = np.flatnonzero((came.opened != KNOWN) & (np.diff(work.first) > 0))
    case = case[work.worked[work.first[case]]]
    at = work.first[case]
    found[case] = np.where(came.opened[case] == AT_END, times.end[at], times.start[at]) - times.ready[at]
    return found


def _kinds(pools: Sequence[Pool], came: Drawn, times: Times) -> dict[str, FloatArray]:
    """Where the time of each task goes: five parts that add up to the time from the end of the one before to its own end."""
    work = came.workload
    contention, on_duty = np.zeros(work.pool.size), work.waits.copy()
    for place, one in enumerate(pools):
        mine, clock = work.pool == place, DutyClock(one.pace)
        shown = clock.shown(times.released[mine])
        contention[mine] = clock.shown(times.start[mine]) - shown
    waited = times.start - times.ready
    lost = np.maximum(waited - on_duty - contention, 0.0)
    return {
        "service": times.end - times.start,
        "machine": came.machine,
        "contention": contention,
        "off_duty": lost,
        "extraneous": waited - contention - lost + work.lead - came.machine,
    }


def _people(pools: Sequence[Pool], came: Drawn, times: Times) -> tuple[FloatArray, FloatArray, FloatArray]:
    work, few = came.workload, len(pools)
    counted = came.counted[came.case] & work.worked
    hours = np.bincount(work.pool[counted], work.service[counted], few)[:few] / HOUR
    among = work.arrival[came.counted]
    low, high = float(among[0]), float(among[-1])
    long = max(high - low, 1.0)
    busy = np.where(work.worked, _inside(times.start, times.end, low, high), 0.0)
    lines = np.where(work.worked, _inside(times.released, times.start, low, high), 0.0)
    at = np.where(work.pool == NOBODY, few, work.pool)
    there = np.array([_on_duty(one, low, high) for one in pools])
    worked = np.bincount(at, busy, few + 1)[:few]
    return hours, worked / np.maximum(there, 1.0), np.bincount(at, lines, few + 1)[:few] / long


def _inside(begin: FloatArray, end: FloatArray, low: float, high: float) -> FloatArray:
    return np.asarray(np.maximum(np.minimum(end, high) - np.maximum(begin, low), 0.0))


def _on_duty(pool: Pool, low: float, high: float) -> float:
    """Seconds that a pool's people are on duty between two times, all together."""
    shown = DutyClock(pool.on_duty.astype(np.float64)).shown(np.array([low, high]))
    return float((shown[1] - shown[0]) * pool.on_duty.max())


def figures(simulated: Simulated) -> Figures:
    """What came out, each figure with its interval."""
    return _figures(simulated, lambda of: np.array([of(one) for one in simulated.runs]))


def differences(as_is: Simulated, to_be: Simulated) -> Figures:
    """To-be less as-is, replication by replication: the same cases, times and delays on both sides, so that chance cancels out.

    Raises:
        ValueError: where they were not played by one plan.
    """
    if as_is.plan != to_be.plan or as_is.pools != to_be.pools:
        raise ValueError("as-is and to-be were not played by one plan: simulate both with the same seed, cases and replications")
    return _figures(as_is, lambda of: np.array([of(new) - of(old) for old, new in zip(as_is.runs, to_be.runs, strict=True)]))


def _figures(simulated: Simulated, values: Values) -> Figures:
    limit = simulated.plan.within
    pools = tuple(_pool(name, place, values) for place, name in enumerate(simulated.pools))
    within = None if limit is None else interval(values(lambda one: float(np.mean(one.cycle <= limit))))
    return Figures(**{name: interval(values(of)) for name, of in _OF.items()}, within=within, pools=pools)


def _pool(name: str, at: int, values: Values) -> PoolFigures:
    return PoolFigures(
        name=name,
        hours=interval(values(lambda one: float(one.hours[at] / one.cycle.size))),
        utilisation=interval(values(lambda one: float(one.utilisation[at]))),
        queue=interval(values(lambda one: float(one.queue[at]))),
    )


def interval(values: FloatArray) -> Interval:
    """The mean of at least two replications, with Student's interval at 95%.

    Source: replications are independent and alike (Law, Simulation Modeling and Analysis, 2015, 9.4.1).
    """
    mean, n = float(values.mean()), values.size
    half = float(stdtrit(n - 1, (1.0 + CONFIDENCE) / 2.0) * values.std(ddof=1) / np.sqrt(n))
    return Interval(mean=mean, low=mean - half, high=mean + half)
