"""Simulation: plays cases through a process, event after event, as people have time for them.

Each task of a case comes after the one before. First passes what the case waits for by the clock, then what it waits for in hours on
duty, and then it stands in the line of its people. Whoever becomes free takes what has the lowest priority number, and of that what has
stood longest; what is begun is ended, also where the day is over. A task aside (an audit) stands in the same lines and holds up no case.
"""

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush, heapreplace
from typing import Final

import numpy as np

from licet.stats.duty import DutyClock
from licet.stats.ranges import BoolArray, FloatArray, IntArray, OutOfRangeError
from licet.stats.simulated_process import HOUR, WEEK, Pool

NOBODY: Final = -1
"""In place of a pool, where a task has none."""

END: Final = -1
"""In place of a task, where none follows."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Workload:
    """What comes, with all times drawn beforehand: nothing is left to chance while it is played.

    Attributes:
        arrival: when each case comes, in seconds since a Monday 00:00, rising, shape (cases,).
        first: where each case's tasks begin, shape (cases + 1,); a case may have none.
        pool: places of pools, or `NOBODY`, shape (tasks,) as all below.
        worked: whether a person works on the task; where not, it passes without standing in a line. Needs a pool.
        aside: whether the case goes on without it. Needs a person.
        lead: seconds by the clock before it.
        waits: seconds on duty before it, on the clock of its pool; by the wall clock where it has none.
        service: seconds that a person works, at least 0; 0 where nobody does.
        priority: lowest first.
        step: which step each task is of; empty: nobody asks.
        after: the task to which the case goes once this one is done, or `END`; None: the next of the case, and none after a task aside.
            A task to which several lead begins when all of them are done.
        beside: a task that begins as soon as the case comes to this one, or `END`; None: the next of the case after a task aside.
    """

    arrival: FloatArray
    first: IntArray
    pool: IntArray
    worked: BoolArray
    aside: BoolArray
    lead: FloatArray
    waits: FloatArray
    service: FloatArray
    priority: IntArray
    step: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    after: IntArray | None = None
    beside: IntArray | None = None

    def ways(self) -> tuple[IntArray, IntArray]:
        """Where the case goes after each task, and what begins beside it, as new arrays."""
        if self.after is not None and self.beside is not None:
            return self.after.copy(), self.beside.copy()
        n = self.pool.size
        behind = np.arange(1, n + 1)
        behind[self.first[1:][np.diff(self.first) > 0] - 1] = END
        return np.where(self.aside, END, behind), np.where(self.aside, behind, END)

    def __post_init__(self) -> None:
        """Refuses what cannot be played."""
        times = (self.lead, self.waits, self.service)
        if any(one.size and not (np.all(np.isfinite(one)) and one.min() >= 0.0) for one in times):
            raise OutOfRangeError("lead, waits and service must be finite and at least 0: no task takes less than no time")
        if np.any(np.diff(self.arrival) < 0.0) or np.any(self.worked & (self.pool == NOBODY)) or np.any(self.aside & ~self.worked):
            raise OutOfRangeError("arrivals must rise, and every task that is worked on, or aside, must have a pool of people")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Times:
    """When each task was what, in seconds as of `Workload.arrival`, shape (tasks,).

    Attributes:
        ready: when the case came to it and its lead was over.
        released: when what it waited for was over, too, and it stood in line.
        start: when a person began, or where nobody works on it when it was released.
        end: when it was done.
    """

    ready: FloatArray
    released: FloatArray
    start: FloatArray
    end: FloatArray


def play(pools: tuple[Pool, ...], workload: Workload) -> Times:
    """Plays a workload until the last task is done.

    Args:
        pools: the people, in the places that `Workload.pool` names.
        workload: what comes.

    Returns:
        When each task was done: everything that came is done in the end.

    Source: next-event simulation on a heap (Law, Simulation Modeling and Analysis, 2015, chapter 1). Where equally many people are
    there in every hour and no task goes before another, a task's start is known as soon as it is released: the earliest moment at which
    one of its people is free (Kiefer and Wolfowitz 1955), which takes one event a task in place of two and gives the same times.
    """
    plain = all(one.around_the_clock for one in pools) and (not workload.priority.size or np.all(workload.priority == workload.priority[0]))
    floor = _Floor(pools, workload) if plain else _Lines(pools, workload)
    floor.play()
    return floor.times()


class _Floor:
    """Cases on their way, where people are always there and what came first is first."""

    def __init__(self, pools: tuple[Pool, ...], workload: Workload) -> None:
        n = int(workload.pool.shape[0])
        self._arrival: list[float] = workload.arrival.tolist()
        self._first: list[int] = workload.first.tolist()
        self._pool: list[int] = workload.pool.tolist()
        self._worked: list[bool] = workload.worked.tolist()
        self._aside: list[bool] = workload.aside.tolist()
        self._lead: list[float] = workload.lead.tolist()
        self._waits: list[float] = workload.waits.tolist()
        self._service: list[float] = workload.service.tolist()
        after, beside = workload.ways()
        self._after: list[int] = after.tolist()
        self._beside: list[int] = beside.tolist()
        leads = np.concatenate([after[after != END], beside[beside != END]])
        self._open: list[int] = np.bincount(leads, minlength=n).tolist()
        self._reached = [0.0] * n
        self._ready, self._released, self._start = [0.0] * n, [0.0] * n, [0.0] * n
        self._end = [0.0] * n
        self._clocks = [DutyClock(one.pace) for one in pools]
        self._free = [[0.0] * int(one.on_duty[0]) for one in pools]
        self._coming: list[tuple[float, int]] = []

    def times(self) -> Times:
        """What came out."""
        return Times(ready=np.array(self._ready), released=np.array(self._released), start=np.array(self._start), end=np.array(self._end))

    def play(self) -> None:
        """Plays everything: of what is to come and what is on its way, always the earlier."""
        coming, first = self._coming, self._first
        for case, arrival in enumerate(self._arrival):
            while coming and coming[0][0] < arrival:
                self._begin(*heappop(coming))
            if first[case] < first[case + 1]:
                self._go_on(first[case], arrival)
        while coming:
            self._begin(*heappop(coming))

    def _begin(self, now: float, task: int) -> None:
        """A task is released: its start is known."""
        free = self._free[self._pool[task]]
        soonest = free[0]
        start = soonest if soonest > now else now
        end = start + self._service[task]
        heapreplace(free, end)
        self._start[task], self._end[task] = start, end
        self._go_on(self._after[task], end)

    def _go_on(self, task: int, now: float) -> None:
        """A case comes to a task: it passes all that nobody works on, and waits for the first that somebody does."""
        while task != END:
            if self._open[task] > 1:
                self._open[task] -= 1
                self._reached[task] = max(self._reached[task], now)
                return
            now = max(now, self._reached[task])
            if self._beside[task] != END:
                self._go_on(self._beside[task], now)
            self._ready[task] = now = now + self._lead[task]
            released = self._released[task] = self._clock(task, now)
            if self._worked[task]:
                heappush(self._coming, (released, task))
                return
            self._start[task] = self._end[task] = now = released
            task = self._after[task]

    def _clock(self, task: int, now: float) -> float:
        waits = self._waits[task]
        if not waits:
            return now
        pool = self._pool[task]
        return now + waits if pool == NOBODY else self._clocks[pool].later(now, waits)


_SHIFT: Final = 0
_DONE: Final = 1
_RELEASED: Final = 2
"""At one moment people change first, then work ends, then new work stands in line."""


class _Lines(_Floor):
    """Cases on their way, where people come and go, and some work goes before other work."""

    def __init__(self, pools: tuple[Pool, ...], workload: Workload) -> None:
        super().__init__(pools, workload)
        self._priority: list[int] = workload.priority.tolist()
        self._line: list[list[tuple[int, float, int]]] = [[] for _ in pools]
        self._there = [int(one.on_duty[-1]) for one in pools]
        self._busy = [0] * len(pools)
        self._done: list[tuple[float, int]] = []
        self._shifts: list[tuple[float, int, int]] = []
        for place, one in enumerate(pools):
            changed = np.flatnonzero(one.on_duty != np.roll(one.on_duty, 1))
            self._shifts += [(float(hour * HOUR), place, int(one.on_duty[hour])) for hour in changed]
        heapify(self._shifts)
        first = workload.first
        self._cases = [(at, task) for at, task, to in zip(self._arrival, first[:-1].tolist(), first[1:].tolist(), strict=True) if task < to]
        self._to_come = len(self._pool)

    def play(self) -> None:
        """Plays everything; people come and go as long as there is work."""
        for arrival, task in self._cases:
            self._until(arrival)
            self._go_on(task, arrival)
        self._until(float("inf"))

    def _until(self, limit: float) -> None:
        """Everything that happens before a moment."""
        coming, done, shifts = self._coming, self._done, self._shifts
        while coming or done or (shifts and any(self._line)):
            shift = shifts[0][0] if shifts else float("inf")
            ends = done[0][0] if done else float("inf")
            comes = coming[0][0] if coming else float("inf")
            if min(shift, ends, comes) >= limit:
                return
            if shift <= ends and shift <= comes:
                self._change()
            elif ends <= comes:
                self._finish(*heappop(done))
            else:
                self._begin(*heappop(coming))

    def _change(self) -> None:
        """People of a pool come or go; the same hour is due again in a week."""
        at, place, there = self._shifts[0]
        heapreplace(self._shifts, (at + WEEK, place, there))
        self._there[place] = there
        line = self._line[place]
        while line and self._busy[place] < there:
            self._take(at, place, heappop(line)[2])

    def _begin(self, now: float, task: int) -> None:
        place = self._pool[task]
        if self._busy[place] < self._there[place]:
            self._take(now, place, task)
        else:
            heappush(self._line[place], (self._priority[task], now, task))

    def _take(self, now: float, place: int, task: int) -> None:
        self._busy[place] += 1
        self._start[task] = now
        self._end[task] = end = now + self._service[task]
        heappush(self._done, (end, task))

    def _finish(self, now: float, task: int) -> None:
        place = self._pool[task]
        self._busy[place] -= 1
        line = self._line[place]
        if line and self._busy[place] < self._there[place]:
            self._take(now, place, heappop(line)[2])
        self._go_on(self._after[task], now)
