"""Explained lines: how much of the waiting for busy people a line explains, when the process is played; the rest was for something else."""

from dataclasses import replace
from typing import Final

import numpy as np

from licet.stats.duty import DutyClock
from licet.stats.ranges import BoolArray, FloatArray, IntArray
from licet.stats.simulated_process import KNOWN, Plan, Process, ToBe
from licet.stats.simulated_work import draw
from licet.stats.simulation import play

_ROUNDS: Final = 2
"""What waits longer for something else comes later to the line, so that the line is played anew."""
_MOST_CASES: Final = 2_000
_REPLICATIONS: Final = 3


def explained(process: Process, line: FloatArray) -> Process:
    """Returns the process with the waiting that its lines explain left to the lines, and the rest as time for which tasks wait.

    A task that was begun right after other work may have come at any moment while that went on. How long lines are on average is known
    otherwise: from what comes, how long it takes, and how many are there. So in each pool the same share of that time counts as
    standing in line, such that tasks stand in line for as long as they do when the process is played; all of it at most.

    Args:
        process: as read, with no such time in its `idle`.
        line: seconds, on the clock of the pool, that each task stood in line at most, shape (tasks,).

    Source: delays that nobody works on are scaled until the simulated process fits its log (Chapela-Campa and Dumas, Information Systems
    122, 2024); here by the lines alone, and without a search.
    """
    pools = _pools(process, process.step)
    seen = (pools >= 0) & ~_firsts(process.first, process.opened)
    few = len(process.pools)
    often = np.maximum(np.bincount(pools[seen], minlength=few), 1)
    read = np.bincount(pools[seen], line[seen], few) / often
    found = process
    for _ in range(_ROUNDS if line.any() else 0):
        share = np.minimum(_played(found) / np.maximum(read, 1e-9), 1.0)
        found = replace(process, idle=process.idle + np.where(pools >= 0, 1.0 - share[pools], 0.0) * line)
    return found


def _played(process: Process) -> FloatArray:
    """Seconds in line, on the clock of each pool, of its tasks on average, shape (pools,)."""
    plan = Plan(replications=_REPLICATIONS, cases=min(process.cases, _MOST_CASES))
    few = len(process.pools)
    total, often = np.zeros(few), np.zeros(few)
    for replication in range(plan.replications):
        came = draw(process, ToBe(), plan, replication)
        times, pools = play(process.pools, came.workload), came.workload.pool
        seen = came.counted[came.case] & (pools >= 0) & ~_firsts(came.workload.first, came.opened)
        for place, one in enumerate(process.pools):
            mine, clock = np.flatnonzero(seen & (pools == place)), DutyClock(one.pace)
            total[place] += float((clock.shown(times.start[mine]) - clock.shown(times.released[mine])).sum())
            often[place] += mine.size
    return np.asarray(total / np.maximum(often, 1.0))


def _pools(process: Process, step: IntArray) -> IntArray:
    return np.array([-1 if one.pool is None else one.pool for one in process.steps], dtype=np.int64)[step]


def _firsts(first: IntArray, opened: IntArray | None) -> BoolArray:
    """Which tasks are the first of a case whose wait for it nobody knows."""
    found = np.zeros(int(first[-1]), dtype=np.bool_)
    if opened is not None:
        found[first[:-1][(opened != KNOWN) & (np.diff(first) > 0)]] = True
    return found
