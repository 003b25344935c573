"""Simulated work: draws the cases of a replication from past ones, and does each step in the way that a to-be says."""

from dataclasses import dataclass, replace
from math import ceil
from typing import Final

import numpy as np

from licet.stats.keyed_chance import drawn, places, uniforms
from licet.stats.ranges import BoolArray, FloatArray, IntArray
from licet.stats.simulated_process import Arrivals, AsToday, Extra, Nobody, Plan, Process, Takes, ToBe, Way
from licet.stats.simulation import NOBODY, Workload

DAY: Final = 86400.0
MOST_TASKS: Final = 2_000_000
"""Tasks of the counted cases of one replication: with more, a log of millions of events would be played for hours and say the same."""
BEHIND: Final = 0.1
"""Of the counted cases as many come after them at most, so that the last ones, too, meet others."""
_DAYS, _CASES, _WAYS, _TIMES = range(4)
"""Purposes of chance: one never depends on how much another drew."""
_LATENCY, _SERVICE, _EXTRA = range(3)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """A replication before it is played.

    Attributes:
        workload: what comes.
        source: the past case that each case repeats, shape (cases,).
        case: whose task it is, shape (tasks,).
        counted: which cases count, shape (cases,).
        machine: seconds of `Workload.lead` that AI takes, shape (tasks,).
        tail: seconds after each case's last task, shape (cases,).
        opened: when each was first recorded, as of `Process`; None: before its first task.
    """

    workload: Workload
    source: IntArray
    case: IntArray
    counted: BoolArray
    machine: FloatArray
    tail: FloatArray
    opened: IntArray | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Added:
    """Tasks that a way adds: after which task, by whom, for how long."""

    after: IntArray
    pool: IntArray
    aside: BoolArray
    service: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tasks:
    """Columns of tasks."""

    case: IntArray
    came: FloatArray
    step: IntArray
    pool: IntArray
    worked: BoolArray
    aside: BoolArray
    lead: FloatArray
    machine: FloatArray
    idle: FloatArray
    service: FloatArray
    added: tuple[_Added, ...]


def draw(process: Process, to_be: ToBe, plan: Plan, replication: int) -> Drawn:
    """Draws a replication: the same cases, times and delays for every to-be of one process and seed.

    Args:
        process: what is drawn from.
        to_be: what is different.
        plan: how many cases, and the seed.
        replication: which, from 0.

    Returns:
        The workload, ready to be played.
    """
    key = (plan.seed, replication)
    counted = counted_cases(process, plan)
    before, behind = ceil(counted * plan.warm_up), ceil(counted * min(plan.warm_up, BEHIND))
    n = before + counted + behind
    source = places((*key, _CASES), n, among=process.cases)
    arrival = arrivals((*key, _DAYS), process.arrivals, n)
    tasks = _as_it_was(process, source, arrival)
    for step, one in enumerate(process.steps):
        if one.name in to_be.ways:
            tasks = _take_ways(tasks, process, to_be.ways[one.name], step, key)
    whole = _with_added(tasks)
    within = np.zeros(n, dtype=np.bool_)
    within[before : before + counted] = True
    return Drawn(
        workload=_workload(process, to_be, whole, arrival),
        source=source,
        case=whole.case,
        counted=within,
        machine=whole.machine,
        tail=process.tail[source],
        opened=None if process.opened is None else process.opened[source],
    )


def counted_cases(process: Process, plan: Plan) -> int:
    """How many cases count in a replication: as a plan says, and fewer where they would have more than `MOST_TASKS` tasks; at least 1."""
    most = int(MOST_TASKS * process.cases / max(1, process.step.size))
    return max(1, min(plan.cases or process.cases, most))


def _workload(process: Process, to_be: ToBe, tasks: _Tasks, arrival: FloatArray) -> Workload:
    """Tasks as they are played, each with its step's priority."""
    priority = np.array([to_be.priorities.get(one.name, one.priority) for one in process.steps], dtype=np.int64)
    return Workload(
        arrival=arrival,
        first=np.searchsorted(tasks.case, np.arange(arrival.size + 1)).astype(np.int64),
        pool=tasks.pool,
        worked=tasks.worked,
        aside=tasks.aside,
        lead=tasks.lead,
        waits=tasks.idle,
        service=tasks.service,
        priority=priority[tasks.step],
        step=tasks.step,
    )


def arrivals(key: tuple[int, ...], days: Arrivals, n: int) -> FloatArray:
    """Draws when cases come: each day of the week repeats a past day of the same name, whole, so that busy days stay busy.

    Args:
        key: of chance.
        days: past days, with at least one case among them.
        n: how many cases.

    Returns:
        Seconds since a Monday 00:00, rising, shape (n,).

    Source: a block bootstrap with days as blocks and the weekday kept (Politis, The impact of bootstrap methods on time series analysis,
    Statistical Science 18, 2003); a weekday never seen repeats any day.
    """
    sizes = np.diff(days.first)
    several = ceil(n / sizes.mean() * 1.25) + 14
    while True:
        luck = uniforms(key, several)
        picked = np.zeros(several, dtype=np.int64)
        for weekday in range(7):
            mine = np.flatnonzero(days.weekday == weekday)
            alike = mine if mine.size else np.arange(sizes.size)
            picked[weekday::7] = alike[(luck[weekday::7] * alike.size).astype(np.int64)]
        if sizes[picked].sum() >= n:
            at = _spread(days.first[picked], sizes[picked])
            return np.asarray(days.seconds[at] + np.repeat(np.arange(several), sizes[picked]) * DAY)[:n]
        several *= 2


def _spread(first: IntArray, sizes: IntArray) -> IntArray:
    """The places first[0], first[0] + 1, ... of each block, one block after the other."""
    begins = np.cumsum(sizes) - sizes
    return np.asarray(np.arange(int(sizes.sum())) + np.repeat(first - begins, sizes))


def _as_it_was(process: Process, source: IntArray, arrival: FloatArray) -> _Tasks:
    sizes = np.diff(process.first)[source]
    at = _spread(process.first[source], sizes)
    pools = np.array([NOBODY if one.pool is None else one.pool for one in process.steps], dtype=np.int64)
    step = process.step[at]
    return _Tasks(
        case=np.repeat(np.arange(source.size), sizes),
        came=np.repeat(arrival, sizes),
        step=step,
        pool=pools[step],
        worked=pools[step] != NOBODY,
        aside=np.zeros(at.size, dtype=np.bool_),
        lead=process.lead[at],
        machine=np.zeros(at.size),
        idle=process.idle[at],
        service=process.service[at],
        added=(),
    )


def _take_ways(tasks: _Tasks, process: Process, ways: tuple[Way, ...], step: int, key: tuple[int, int]) -> _Tasks:
    """Sends each task of a step its way; chance is keyed by the task's place, so that a larger share keeps all of a smaller one's cases."""
    luck = uniforms((*key, _WAYS), tasks.step.size)
    here, low = tasks.step == step, 0.0
    names = {one.name: place for place, one in enumerate(process.pools)}
    for number, way in enumerate(ways):
        taken = here & (luck >= low) & (luck < low + way.share)
        low += way.share
        if way.off is not None:
            taken &= (tasks.came < way.off[0]) | (tasks.came >= way.off[1])
        mine = (*key, _TIMES, step, number)
        added = tuple(_add(tasks, extra, taken, names, (*mine, _EXTRA, place)) for place, extra in enumerate(way.extras))
        tasks = replace(_taken(tasks, way, taken, mine), added=tasks.added + added)
    return tasks


def _add(tasks: _Tasks, extra: Extra, taken: BoolArray, names: dict[str, int], key: tuple[int, ...]) -> _Added:
    after = np.flatnonzero(taken & (uniforms((*key, _CASES), taken.size) < extra.share))
    pool = tasks.pool[after] if extra.pool is None else np.full(after.size, names[extra.pool])
    aside = np.full(after.size, not extra.holds_up)
    return _Added(after=after, pool=pool, aside=aside, service=drawn((*key, _TIMES), taken.size, values=extra.seconds)[after])


def _taken(tasks: _Tasks, way: Way, taken: BoolArray, key: tuple[int, ...]) -> _Tasks:
    n = taken.size
    latency = np.where(taken, drawn((*key, _LATENCY), n, values=way.latency), 0.0)
    match way.work:
        case AsToday(factor=factor):
            service = tasks.service * factor
        case Takes(seconds=seconds):
            service = drawn((*key, _SERVICE), n, values=seconds)
        case Nobody():
            service = np.zeros(n)
    return replace(
        tasks,
        lead=tasks.lead + latency,
        machine=tasks.machine + latency,
        idle=np.where(taken, tasks.idle * way.keeps, tasks.idle),
        service=np.where(taken, service, tasks.service),
        worked=tasks.worked & ~(taken & isinstance(way.work, Nobody)),
    )


def _with_added(tasks: _Tasks) -> _Tasks:
    """All tasks, those that ways add behind the ones they follow."""
    n = tasks.step.size
    after = np.concatenate([np.arange(n), *(one.after for one in tasks.added)])
    order = np.argsort(after, kind="stable")
    nothing = np.zeros(after.size - n)
    return _Tasks(
        case=tasks.case[after][order],
        came=tasks.came[after][order],
        step=tasks.step[after][order],
        pool=np.concatenate([tasks.pool, *(one.pool for one in tasks.added)])[order],
        worked=np.concatenate([tasks.worked, nothing == 0.0])[order],
        aside=np.concatenate([tasks.aside, *(one.aside for one in tasks.added)])[order],
        lead=np.concatenate([tasks.lead, nothing])[order],
        machine=np.concatenate([tasks.machine, nothing])[order],
        idle=np.concatenate([tasks.idle, nothing])[order],
        service=np.concatenate([tasks.service, *(one.service for one in tasks.added)])[order],
        added=(),
    )
