"""Pools: which people stand in for each other at which steps, and how many of them are there in each hour of the week."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from licet.stats.duty import DutyClock
from licet.stats.fitted_events import Events, by_person
from licet.stats.presence import Presence, occurred, presence
from licet.stats.ranges import BoolArray, FloatArray, IntArray
from licet.stats.recorded import NOBODY
from licet.stats.simulated_process import HOUR, HOURS, MONDAY, Pool

ALIKE: Final = 0.5
"""Steps belong to one pool when at least this share of their work is done by the same people."""

FEW: Final = 0.05
"""In hours in which less than this share of the people of the fullest hour begin work the pool counts as closed."""

DAY: Final = 24 * HOUR

FEW_DAYS: Final = 14
"""In a log of more days than this, days at its ends are left out that it may hold in part."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pooled:
    """The people of a process.

    Attributes:
        pools: named after the step that they do most often.
        step_pool: the pool of each activity, `NOBODY` where no person is recorded, shape (activities,).
        clock: of the hours in which the team is at work, for work whose person is not recorded.
    """

    pools: tuple[Pool, ...]
    step_pool: IntArray
    clock: DutyClock


def pooled(events: Events, people: tuple[Presence, ...], names: Sequence[str]) -> Pooled:
    """Finds the pools.

    Steps are put together, the most alike first, while the people of two groups share at least half of their work. Who works in two
    pools counts in each with the share of work done there. How many are on duty in an hour of the week is the average over the log's
    weeks, in whole people, and at least one while work is begun in it; more where that would leave less time than the work took.
    Machines and teams under one name have no hours and no line: how many they are nobody knows.

    Args:
        events: of the log.
        people: the stretches of duty, in the places of `Events.resource`.
        names: of the activities.

    Returns:
        The pools, the one with most events first; none where no person is recorded.

    Source: groups of steps by who does them (Song and van der Aalst, Towards comprehensive support for organizational mining, Decision
    Support Systems 46, 2008), with the overlap of shares as likeness; hours of the week in which work is seen often enough (López-Pintado
    and Dumas, Business process simulation with differentiated resources, BPM 2022).
    """
    persons = np.array([one.person for one in people] + [False])
    known = events.worked & persons[events.resource]
    work = np.zeros((len(names), len(people) + 1))
    np.add.at(work, (events.activity[known], events.resource[known]), 1.0)
    step_pool = np.full(len(names), NOBODY, dtype=np.int64)
    totals, week = np.maximum(work.sum(axis=0), 1.0), _week(events, known, len(people))
    pools = []
    for place, group in enumerate(groups_of(work)):
        step_pool[group] = place
        shares = work[group].sum(axis=0) / totals
        average = week.opened(shares)
        load = _load(events, np.flatnonzero(week.known & np.isin(events.activity, group)), average) / week.weeks
        most = names[group[work[group].sum(axis=1).argmax()]]
        name = most if group.size == 1 else f"{most} and {group.size - 1} more"
        pools.append(_pool(name, average, int((shares > 0.0).sum()), load))
    anybody = week.opened(np.ones(len(people) + 1)) > 0.0
    return Pooled(pools=tuple(pools), step_pool=step_pool, clock=DutyClock(anybody.astype(np.float64)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Week:
    """Each person's week, averaged over a log's, shape (people + 1, 168): in how many of the weeks there in each hour, and beginning work.

    Whoever is there at some time of an hour is there for all of it: at the ends of a day half of it is too much, and what nobody sees
    before the first work and after the last is too little. `weeks` is over how many, `known` which events they hold.
    """

    there: FloatArray
    begun: FloatArray
    weeks: float
    known: BoolArray

    def opened(self, shares: FloatArray) -> FloatArray:
        """How many are there in the hours in which they begin work, each with a share: what ends after hours was begun within them."""
        there, begun = shares @ self.there, shares @ self.begun
        if not begun.any():
            return np.ones(HOURS)
        return np.where(begun >= max(FEW * float(begun.max()), 1e-9), there, 0.0)


def _week(events: Events, known: BoolArray, people: int) -> _Week:
    """The week of each person while cases came: what is done after the last one came is a rest of the work, by few of the people.

    An estimated start says when somebody was there, and the end of that work no more: it may lie after hours.
    """
    came = events.start[np.concatenate([[True], events.case[1:] != events.case[:-1]])]
    low, high = float(came.min()), float(came.max())
    if high - low <= FEW_DAYS * DAY:
        low, high = float(events.start.min()), float(events.end.max())
    often = occurred(np.array([low, high]))
    there, begun = np.zeros((people + 1, HOURS)), np.zeros((people + 1, HOURS))
    known = known & (events.start >= low) & (events.start <= high)
    for who, mine in by_person(events.resource, known):
        begun[who] = presence(events.start[mine]).week() / often
        there[who] = presence(np.concatenate([events.start[mine], events.end[mine[~events.estimated[mine]]]])).week() / often
    return _Week(there=there, begun=begun, weeks=float(often.max()), known=known)


def groups_of(work: FloatArray) -> list[IntArray]:
    """Activities that the same people do, most events first; those without anybody are in no group.

    Of two groups that are put together only their likeness to the others is reckoned anew.
    """
    groups = [np.array([one]) for one in np.flatnonzero(work.sum(axis=1) > 0.0)]
    shares = np.array([work[group].sum(axis=0) / work[group].sum() for group in groups]).reshape(len(groups), work.shape[1])
    alike = np.full((len(groups), len(groups)), -1.0)
    for place in range(len(groups)):
        alike[place, :place] = alike[:place, place] = _alike(shares[:place], shares[place])
    while len(groups) > 1:
        kept, gone = sorted(divmod(int(alike.argmax()), len(groups)))
        if alike[kept, gone] < ALIKE:
            break
        groups[kept] = np.concatenate([groups[kept], groups.pop(gone)])
        shares, alike = np.delete(shares, gone, axis=0), np.delete(np.delete(alike, gone, axis=0), gone, axis=1)
        shares[kept] = work[groups[kept]].sum(axis=0) / work[groups[kept]].sum()
        alike[kept] = alike[:, kept] = _alike(shares, shares[kept])
        alike[kept, kept] = -1.0
    return sorted(groups, key=lambda group: -float(work[group].sum()))


def _alike(shares: FloatArray, one: FloatArray) -> FloatArray:
    """Which part of the work of each group and of one more the same people do, in [0, 1], shape (groups,)."""
    return np.asarray(np.minimum(shares, one).sum(axis=1))


def _load(events: Events, mine: IntArray, average: FloatArray) -> float:
    """Hours of work that must find room in the hours of a pool: of what was recorded not what was done after hours."""
    clock = DutyClock((average > 0.0).astype(np.float64))
    inside = clock.shown(events.end[mine] - MONDAY) - clock.shown(events.start[mine] - MONDAY)
    took = np.where(events.estimated[mine], events.end[mine] - events.start[mine], inside)
    return float(took.sum()) / HOUR


def _pool(name: str, average: FloatArray, people: int, load: float) -> Pool:
    """A pool with so many people on average; with more, where they do several things at once, so that there is time for their work."""
    average = average * max(1.0, load / float(average.sum()))
    on_duty = _whole(average).astype(np.int64)
    return Pool(name=name, people=max(people, int(on_duty.max())), on_duty=on_duty, usual=np.where(on_duty > 0, average, 0.0))


def _whole(average: FloatArray) -> FloatArray:
    """Whole people in each hour, at least one wherever there is any, so that what is rounded off in one hour is made up in the next."""
    there, owed = np.zeros(average.size), 0.0
    for hour in np.flatnonzero(average):
        owed += float(average[hour])
        there[hour] = max(1.0, round(owed))
        owed -= there[hour]
    return there
