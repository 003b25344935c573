"""A process put in another order: steps merged or moved, other people for a step, more cases; arrays in, arrays out.

Each change keeps the number of past cases and of their tasks, so that two processes are still played with the same cases and chance.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from licet.stats.ranges import IntArray, OutOfRangeError, finite, unit
from licet.stats.simulated_process import HOURS, Arrivals, Pool, Process, Step


def hours_on_duty(*, people: int, days: Sequence[int], from_hour: float, hours: float) -> IntArray:
    """Returns how many people are there in each hour of the week, where all of them keep the same hours.

    Args:
        people: how many, at least 1.
        days: on which they work, 0 for Monday.
        from_hour: UTC, in [0, 24).
        hours: that each works on such a day, above 0, at most 24; in whole hours, at least one, and over midnight into the next day.

    Returns:
        Whole numbers from 0 to `people`, shape (168,).
    """
    finite("hours", hours, above=0.0)
    there = np.zeros(HOURS, dtype=np.int64)
    for day in days:
        begins = day * 24 + int(from_hour)
        there[(begins + np.arange(min(24, max(1, round(hours))))) % HOURS] = people
    return there


def with_pool(process: Process, pool: Pool, *, steps: Sequence[str]) -> Process:
    """Returns the process with people of their own for some steps; the names of pools stay distinct.

    Raises:
        OutOfRangeError: If a pool of that name, or no such step, is there.
    """
    if pool.name in {one.name for one in process.pools}:
        raise OutOfRangeError(f"a pool {pool.name!r} is in the process already: give the new people another name")
    theirs = {place_of(process, name) for name in steps}
    pools = (*process.pools, pool)
    given = tuple(replace(step, pool=len(process.pools)) if at in theirs else step for at, step in enumerate(process.steps))
    return replace(process, pools=pools, steps=given)


def place_of(process: Process, name: str) -> int:
    """Returns the place of a step.

    Raises:
        OutOfRangeError: If it is not there.
    """
    for at, step in enumerate(process.steps):
        if step.name == name:
            return at
    known = ", ".join(repr(step.name) for step in process.steps)
    raise OutOfRangeError(f"step {name!r} is not in the process: it has {known}")


def merged(process: Process, names: Sequence[str], *, into: str, time: float, keeps: float) -> Process:
    """Returns the process with steps that directly follow each other done as one, by the people of the first.

    What stood between them is gone, but for the time by the clock that the log names nobody for; where only some of the steps occur, or
    in another order, they stay as they are.

    Args:
        process: as it is.
        names: the steps in their order, at least two, each once.
        into: the name of the one.
        time: of the working time of all of them, the share that the one takes, in [0, 1].
        keeps: how much of the idle time before the second and later ones stays, in [0, 1]; see `Way.keeps`.

    Raises:
        OutOfRangeError: If a step is not there, or a share lies outside its range.
    """
    places = np.array([place_of(process, name) for name in names])
    heads = _runs(process, places)
    behind = heads[:, None] + np.arange(1, len(places))
    service, idle, step = process.service.copy(), process.idle.copy(), process.step.copy()
    service[heads] = unit("time", time) * (service[heads] + service[behind].sum(axis=1))
    idle[heads] += unit("keeps", keeps) * idle[behind].sum(axis=1)
    service[behind] = idle[behind] = 0.0
    step[heads], step[behind] = len(process.steps), len(process.steps) + 1
    owners = [process.steps[int(at)].pool for at in places]
    pool = next((one for one in owners if one is not None), None)
    steps = (
        *process.steps,
        Step(name=into, pool=pool, priority=process.steps[int(places[0])].priority),
        Step(name=f"{into} (rest)", pool=None),
    )
    return replace(process, steps=steps, service=service, idle=idle, step=step)


def _runs(process: Process, places: IntArray) -> IntArray:
    """Where tasks of these steps follow each other within a case."""
    case, long = _cases(process), len(places)
    starts = np.arange(len(process.step) - long + 1, dtype=np.int64)
    if not len(starts):
        return starts
    there = case[starts] == case[starts + long - 1]
    for at, place in enumerate(places):
        there &= process.step[starts + at] == place
    runs: IntArray = starts[there]
    return runs


def _cases(process: Process) -> IntArray:
    """Which case each task belongs to."""
    return np.repeat(np.arange(process.cases), np.diff(process.first))


def moved(process: Process, name: str, *, after: str) -> Process:
    """Returns the process with a step done right after the first time that another one is done; cases without that one stay as they are.

    Raises:
        OutOfRangeError: If a step is not there.
    """
    step, behind, case = place_of(process, name), place_of(process, after), _cases(process)
    at = np.arange(len(process.step), dtype=np.float64)
    first = np.full(process.cases, np.inf)
    np.minimum.at(first, case[process.step == behind], at[process.step == behind])
    moves = (process.step == step) & np.isfinite(first[case])
    at[moves] = first[case][moves] + 0.5
    order = np.lexsort((at, case))
    columns = {name: getattr(process, name)[order] for name in ("step", "service", "lead", "idle")}
    return replace(process, **columns)


def busier(process: Process, *, times: float) -> Process:
    """Returns the process with more cases, or fewer: every day as many times as many, spread between those that came.

    Args:
        process: as it is.
        times: so many as today, above 0: 1.5 for half as many again.
    """
    finite("times", times, above=0.0)
    seen, cases = process.arrivals, np.arange(len(process.arrivals.seconds))
    copies = (np.floor(times * (cases + 1)) - np.floor(times * cases)).astype(np.int64)
    day = np.repeat(np.arange(len(seen.weekday)), np.diff(seen.first))
    last = np.append(day[1:] != day[:-1], True) if len(day) else np.zeros(0, dtype=bool)
    gap = np.where(last, 0.0, np.append(np.diff(seen.seconds), 0.0)) if len(day) else seen.seconds
    within = np.concatenate([np.arange(n) / n for n in copies if n]) if copies.any() else np.zeros(0)
    seconds = np.repeat(seen.seconds, copies) + np.repeat(gap, copies) * within
    first = np.append(0, np.cumsum(np.bincount(np.repeat(day, copies), minlength=len(seen.weekday)))).astype(np.int64)
    return replace(process, arrivals=Arrivals(weekday=seen.weekday, first=first, seconds=seconds))
