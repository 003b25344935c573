"""A fitted process: what an event log shows of a process's people, hours, work and waiting, ready to be simulated."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from licet.stats.duty import DutyClock
from licet.stats.explained_lines import explained
from licet.stats.fitted_events import Events, by_person, events_of, marks_of, people_of
from licet.stats.in_line import in_line_from
from licet.stats.pooled import DAY, FEW_DAYS, Pooled, pooled
from licet.stats.presence import Presence, without_break
from licet.stats.ranges import BoolArray, FloatArray, IntArray, OutOfRangeError
from licet.stats.recorded import NOBODY, Recorded
from licet.stats.simulated_process import AT_END, AT_START, HOUR, KNOWN, MONDAY, Arrivals, Process, Step
from licet.stats.timers import Timer, timers_of

MOST_PEOPLE: Final = 20_000
"""More are no team whose steps could be told apart: time and memory grow with people times steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Where the time of cases goes: mean seconds a case, or an event; the four add up to the whole.

    Attributes:
        service: a person works on it.
        contention: whoever did it next was on duty and busy with something else.
        off_duty: whoever did it next was not on duty: at most, since who records nothing counts as off duty.
        extraneous: whoever did it next was on duty and recorded no other work, or the log names nobody: the case waited for a customer,
            a document, another department, or for somebody to turn to it.
    """

    service: float
    contention: float
    off_duty: float
    extraneous: float

    @property
    def whole(self) -> float:
        """All four."""
        return self.service + self.contention + self.off_duty + self.extraneous


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSplit:
    """A step and where time goes at it.

    Attributes:
        name: as the log names it.
        events: how often it was done.
        cases: in how many cases.
        split: mean seconds an event; the waiting is that before it.
        hours: of people's work, all events; None where of most of them nobody knows how long they took.
        typical: share of the events that what most often follows this step follows, in [0, 1]: near 1, what comes out of it hardly varies.
        estimated: whether its working times were estimated, since no start was recorded.
    """

    name: str
    events: int
    cases: int
    split: Split
    hours: float | None
    typical: float
    estimated: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """What a log shows.

    Attributes:
        process: to be simulated.
        split: of a case.
        steps: those on which somebody works, the most hours first.
        marks: steps that are points in time and no work, by name: starts are recorded of other steps, and never of these.
        timers: steps that look like timers, by name: they are points in time, too, and nobody works on them, as far as the log shows.
        overlap: share of the cases' time in which two events of a case run at once; the simulation puts one behind the other, in [0, 1].
        nobody: share of the worked events whose person is not recorded, in [0, 1].
        untimed: share of the worked events of which nobody knows how long they took: it counts as waiting, in [0, 1].
    """

    process: Process
    split: Split
    steps: tuple[StepSplit, ...]
    marks: tuple[str, ...]
    timers: Mapping[str, Timer]
    overlap: float
    nobody: float
    untimed: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Spent:
    """Where time went at each event, seconds: before it; from then to its end; all work on it; of that what the case waited for."""

    gap: FloatArray
    across: FloatArray
    service: FloatArray
    path: FloatArray
    contention: FloatArray
    extraneous: FloatArray
    off_duty: FloatArray


def fit(log: Recorded) -> Fitted:
    """Reads a process out of its log.

    Args:
        log: at least one case with at least one event.

    Returns:
        The process and the split of its time.

    Raises:
        OutOfRangeError: where no event is work: nothing is there to simulate; and where more people are named than `MOST_PEOPLE`.

    Source: waiting is split by what whoever did the next step was doing meanwhile (Lashkevich, Milani, Chapela-Campa, Suvorau and Dumas,
    Why am I waiting?, CAiSE 2023; contention, prioritisation and batching are one here); waiting although people were there is an
    extraneous delay (Chapela-Campa and Dumas, Enhancing business process simulation models with extraneous activity delays, Information
    Systems 122, 2024). A case's next task begins when all that began before it is done.
    """
    named = int(log.resource.max()) + 1
    if named > MOST_PEOPLE:
        why = f"the log names {named:,} people, and at most {MOST_PEOPLE:,} can be simulated"
        raise OutOfRangeError(f"{why}: check that its column of who did the work is not one of customers or cases")
    people = people_of(log)
    events = events_of(log, people)
    if not events.worked.any():
        raise OutOfRangeError("the log holds no work: of no event is a start or a person recorded, so that nothing can be simulated")
    team = pooled(events, people, log.activities)
    spent = _spent(events, people, team)
    cases, timers = int(events.case[-1]) + 1, timers_of(log).steps
    whole = float(spent.gap.sum() + spent.path.sum())
    return Fitted(
        process=explained(_process(log, events, spent, team), spent.contention[events.worked]),
        split=_split(spent, np.ones(events.case.size, dtype=np.bool_), cases),
        steps=_steps(log, events, spent),
        marks=tuple(log.activities[at] for at in np.flatnonzero(marks_of(log)) if at not in timers),
        timers={log.activities[at]: one for at, one in timers.items()},
        overlap=float(spent.service.sum() - spent.path.sum()) / whole if whole > 0.0 else 0.0,
        nobody=float(np.mean(events.resource[events.worked] == NOBODY)),
        untimed=float(np.mean(~events.timed[events.worked])),
    )


def _spent(events: Events, people: tuple[Presence, ...], team: Pooled) -> _Spent:
    gap = np.maximum(events.start - events.before, 0.0)
    since = np.minimum(events.before, events.start)
    service, contention = _by_person(events, people, team, in_line_from(events, people, team))
    on_duty = np.where(events.worked, gap, 0.0)
    for pool, one in enumerate(team.pools):
        mine = np.flatnonzero((team.step_pool[events.activity] == pool) & events.worked)
        clock = DutyClock(one.pace)
        on_duty[mine] = clock.shown(events.start[mine] - MONDAY) - clock.shown(since[mine] - MONDAY)
    across = np.maximum(np.where(events.worked, events.end - np.maximum(events.start, events.before), 0.0), 0.0)
    path = np.minimum(service, across)
    extraneous = np.where(events.worked, np.maximum(on_duty - contention, 0.0), gap)
    return _Spent(
        gap=gap,
        across=across,
        service=service,
        path=path,
        contention=contention,
        extraneous=extraneous,
        off_duty=np.maximum(gap - contention - extraneous, 0.0) + across - path,
    )


def _by_person(events: Events, people: tuple[Presence, ...], team: Pooled, since: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Seconds of work of each event, and for how long whoever did it was still busy with something else."""
    service, contention = np.zeros(events.case.size), np.zeros(events.case.size)
    took = events.end - events.start
    for who, mine in by_person(events.resource, events.worked):
        machine = who != NOBODY and not people[who].person
        came, began, done = (_clock(people, team, who, at[mine]) for at in (since, events.start, events.end))
        service[mine] = np.where(events.estimated[mine] | machine, took[mine], done - began)
        if who != NOBODY and not machine:
            busy = without_break(began, began + service[mine])
            contention[mine] = np.minimum(busy, np.minimum(began - came, (events.start - since)[mine]))
    return service, contention


def _clock(people: tuple[Presence, ...], team: Pooled, who: int, at: FloatArray) -> FloatArray:
    """Seconds on duty of whoever did it; where no person is recorded, of all people together."""
    return team.clock.shown(at - MONDAY) if who == NOBODY or not people[who].person else people[who].on_duty(at)


def _split(spent: _Spent, mine: BoolArray, over: int) -> Split:
    return Split(
        service=float(spent.path[mine].sum()) / over,
        contention=float(spent.contention[mine].sum()) / over,
        off_duty=float(spent.off_duty[mine].sum()) / over,
        extraneous=float(spent.extraneous[mine].sum()) / over,
    )


def _steps(log: Recorded, events: Events, spent: _Spent) -> tuple[StepSplit, ...]:
    found = []
    typical = _typical(log)
    for step in np.unique(events.activity[events.worked]):
        mine = (events.activity == step) & events.worked
        found.append(
            StepSplit(
                name=log.activities[step],
                events=int(mine.sum()),
                cases=int(np.unique(events.case[mine]).size),
                split=_split(spent, mine, int(mine.sum())),
                hours=float(spent.service[mine].sum()) / HOUR if int(events.timed[mine].sum()) * 2 >= int(mine.sum()) else None,
                typical=float(typical[step]),
                estimated=int(events.estimated[mine].sum()) * 2 > int(mine.sum()),
            )
        )
    return tuple(sorted(found, key=lambda one: -(one.hours or 0.0)))


def _typical(log: Recorded) -> FloatArray:
    """Of each step the share of what most often comes next in its case, the end of the case counted as one, shape (activities,)."""
    n = len(log.activities)
    follows = np.concatenate([np.where(log.case[1:] == log.case[:-1], log.activity[1:], n), [n]])
    pairs = np.bincount(log.activity.astype(np.int64) * (n + 1) + follows, minlength=n * (n + 1)).reshape(n, n + 1)
    return np.asarray(pairs.max(axis=1) / np.maximum(pairs.sum(axis=1), 1))


def _process(log: Recorded, events: Events, spent: _Spent, team: Pooled) -> Process:
    """Tasks are the worked events; what passes before a mark belongs to the task after it, and to the end of the case after the last."""
    worked, cases = events.worked, int(events.case[-1]) + 1
    case = events.case[worked]
    target: IntArray = np.cumsum(worked) - worked
    before = ~worked & (target < case.size)
    before[before] = case[target[before]] == events.case[before]
    after = ~worked & ~before
    owned = team.step_pool[events.activity[worked]] != NOBODY
    lead = np.bincount(target[before], spent.gap[before], case.size).astype(np.float64)
    unowned = (spent.gap + spent.across)[worked]
    names, step = np.unique(events.activity[worked], return_inverse=True)
    return Process(
        steps=tuple(Step(name=log.activities[one], pool=_pool(team, one)) for one in names),
        pools=team.pools,
        first=np.searchsorted(case, np.arange(cases + 1)).astype(np.int64),
        step=step.astype(np.int64),
        service=np.where(owned, spent.service[worked], 0.0),
        lead=lead + np.where(owned, 0.0, unowned),
        idle=np.where(owned, _idle(events, spent, team)[worked], 0.0),
        tail=np.bincount(events.case[after], spent.gap[after], cases).astype(np.float64),
        arrivals=arrivals_of(events),
        estimated=float(spent.service[events.estimated].sum() / max(spent.service.sum(), 1e-9)),
        opened=_opened(events, team),
    )


def _opened(events: Events, team: Pooled) -> IntArray:
    """When each case was first recorded, shape (cases,): cases whose first record is of a task were in its line before it."""
    first = np.flatnonzero(np.concatenate([[True], events.case[1:] != events.case[:-1]]))
    owned = events.worked[first] & (team.step_pool[events.activity[first]] != NOBODY)
    return np.where(owned, np.where(events.estimated[first], AT_END, AT_START), KNOWN)


def _pool(team: Pooled, activity: int) -> int | None:
    place = int(team.step_pool[activity])
    return None if place == NOBODY else place


def _idle(events: Events, spent: _Spent, team: Pooled) -> FloatArray:
    """What waiting is no contention, on the clock of the pool; and for how long work lay still that was begun."""
    idle, begins = spent.extraneous.copy(), np.maximum(events.start, events.before)
    for pool, one in enumerate(team.pools):
        mine, clock = np.flatnonzero((team.step_pool[events.activity] == pool) & events.worked), DutyClock(one.pace)
        broken = clock.shown(events.end[mine] - MONDAY) - clock.shown(begins[mine] - MONDAY) - spent.path[mine]
        idle[mine] += np.maximum(broken, 0.0)
    return idle


def narrowed(process: Process, cases: BoolArray) -> Process:
    """The same process, people and days, with only some of the past cases to draw from: shape (cases,), at least one of them."""
    sizes = np.diff(process.first)
    tasks = np.repeat(cases, sizes)
    return replace(
        process,
        first=np.concatenate([[0], np.cumsum(sizes[cases])]).astype(np.int64),
        step=process.step[tasks],
        service=process.service[tasks],
        lead=process.lead[tasks],
        idle=process.idle[tasks],
        tail=process.tail[cases],
        opened=None if process.opened is None else process.opened[cases],
    )


def arrivals_of(events: Events) -> Arrivals:
    """On which days cases came, and when; of a long log without its first and last day, which it may hold in part."""
    firsts = np.concatenate([[True], events.case[1:] != events.case[:-1]])
    at = np.sort(events.start[firsts])
    day = np.floor((at - MONDAY) / DAY).astype(np.int64)
    days = np.arange(day[0], day[-1] + 1)
    if days.size > FEW_DAYS:
        days = days[1:-1]
    keep = (day >= days[0]) & (day <= days[-1])
    bounds = np.searchsorted(day[keep], np.append(days, days[-1] + 1))
    return Arrivals(weekday=days % 7, first=bounds.astype(np.int64), seconds=at[keep] - MONDAY - day[keep] * DAY)
