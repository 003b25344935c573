"""Side by side: steps that follow each other today begin together, and the case goes on once all of them are done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from licet.stats.ranges import BoolArray, FloatArray, IntArray
from licet.stats.simulation import END, Workload


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Branches:
    """Which tasks run beside which.

    Attributes:
        fork: which stretch of a case a task belongs to, shape (tasks,); `END` where it runs beside nothing.
        branch: which line of tasks within it, numbered over all forks.
    """

    fork: IntArray
    branch: IntArray


def side_by_side(workload: Workload, *, case: IntArray, group: IntArray) -> tuple[Workload, Branches]:
    """Returns a workload in which tasks of a group of steps that follow each other run side by side.

    A line of tasks of one step, with what is added behind it, is one after the other; a step that comes again begins another stretch.

    Args:
        workload: as drawn, each case's tasks one after the other.
        case: whose task it is, shape (tasks,).
        group: of its step, shape (tasks,); `END` where the step is in none.
    """
    fork, branch = _lines_of(case, group, workload.step)
    after, beside = workload.ways()
    for lines in _stretches(fork, branch):
        heads, lasts = [line[0] for line in lines], [line[-1] for line in lines]
        beyond = lasts[-1] + 1
        target = beyond if beyond < case.size and case[beyond] == case[lasts[-1]] else END
        for head, following in pairwise(heads):
            beside[head] = following
        for last in lasts:
            _lead_to(after, beside, workload.aside, last, target)
    return replace(workload, after=after, beside=beside), Branches(fork=fork, branch=branch)


def _lead_to(after: IntArray, beside: IntArray, aside: BoolArray, last: int, target: int) -> None:
    """A line ends where the case goes on; a task aside holds nothing up, so that the case goes on as soon as it begins."""
    if aside[last]:
        beside[last] = target
    else:
        after[last] = target


def _lines_of(case: IntArray, group: IntArray, step: IntArray) -> tuple[IntArray, IntArray]:
    fork, branch = np.full(case.size, END), np.full(case.size, END)
    stretch = line = END
    seen: set[int] = set()
    before = END - 1
    for at in np.flatnonzero(group != END).tolist():
        goes_on = at == before + 1 and case[at] == case[before] and group[at] == group[before]
        if not goes_on or (step[at] != step[before] and int(step[at]) in seen):
            stretch, line, seen = stretch + 1, line + 1, set()
        elif step[at] != step[before]:
            line += 1
        seen.add(int(step[at]))
        fork[at], branch[at], before = stretch, line, at
    return fork, branch


def _stretches(fork: IntArray, branch: IntArray) -> list[list[list[int]]]:
    """The lines of each stretch that has two or more."""
    found: dict[int, dict[int, list[int]]] = {}
    for at in np.flatnonzero(fork != END).tolist():
        found.setdefault(int(fork[at]), {}).setdefault(int(branch[at]), []).append(at)
    return [list(lines.values()) for lines in found.values() if len(lines) > 1]


def on_the_way(branches: Branches, end: FloatArray, aside: BoolArray) -> BoolArray:
    """Returns which tasks a case waited for: of lines side by side the one that was done last, and everything else, shape (tasks,).

    Args:
        branches: which run side by side.
        end: when each task was done.
        aside: tasks that hold nothing up; they end no line.
    """
    inside = branches.branch != END
    lines, forks = int(branches.branch.max(initial=END)) + 1, int(branches.fork.max(initial=END)) + 1
    done, last = np.full(lines, -np.inf), np.full(forks, -np.inf)
    held = inside & ~aside
    np.maximum.at(done, branches.branch[held], end[held])
    of_line = np.zeros(lines, dtype=np.int64)
    of_line[branches.branch[inside]] = branches.fork[inside]
    np.maximum.at(last, of_line, done)
    decides = done == last[of_line]
    first: Sequence[int] = np.unique(of_line[decides], return_index=True)[1].tolist()
    chosen = np.zeros(lines, dtype=np.bool_)
    chosen[np.flatnonzero(decides)[list(first)]] = True
    way = np.ones(end.size, dtype=np.bool_)
    way[inside] = chosen[branches.branch[inside]]
    return way
