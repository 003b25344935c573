"""Pools: which people stand in for each other at which steps, and how many of them are there in each hour of the week."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np

from licet.stats.duty import DutyClock
from licet.stats.fitted_events import Events
from licet.stats.presence import Presence, occurred
from licet.stats.ranges import FloatArray, IntArray
from licet.stats.recorded import NOBODY
from licet.stats.simulated_process import HOUR, HOURS, Pool

ALIKE: Final = 0.5
"""Steps belong to one pool when at least this share of their work is done by the same people."""

FEW: Final = 0.05
"""In hours with less than this share of the people of the fullest hour the pool counts as closed."""


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
    weeks, rounded, and at least one while the average is not far below that of the fullest hour; more where that would leave less time
    than the work took. Machines and teams under one name have no hours and no line: how many they are nobody knows.

    Args:
        events: of the log.
        people: the stretches of duty, in the places of `Events.resource`.
        names: of the activities.

    Returns:
        The pools, the one with most events first; none where no person is recorded.

    Source: groups of steps by who does them (Song and van der Aalst, Towards comprehensive support for organizational mining, Decision
    Support Systems 46, 2008), with the overlap of shares as likeness.
    """
    persons = np.array([one.person for one in people] + [False])
    known = events.worked & persons[events.resource]
    work = np.zeros((len(names), len(people) + 1))
    np.add.at(work, (events.activity[known], events.resource[known]), 1.0)
    step_pool = np.full(len(names), NOBODY, dtype=np.int64)
    totals, often = np.maximum(work.sum(axis=0), 1.0), occurred(events.end)
    hours = np.array([one.week() * one.person for one in people] + [np.zeros(HOURS)]) / HOUR / often
    pools = []
    for place, group in enumerate(groups_of(work)):
        step_pool[group] = place
        shares = work[group].sum(axis=0) / totals
        mine = known & np.isin(events.activity, group)
        load = float((events.end - events.start)[mine].sum()) / HOUR / float(often.max())
        most = names[group[work[group].sum(axis=1).argmax()]]
        pools.append(
            _pool(most if group.size == 1 else f"{most} and {group.size - 1} more", shares @ hours, int((shares > 0.0).sum()), load)
        )
    everybody = hours.sum(axis=0)
    opened = (everybody >= FEW * everybody.max()).astype(np.float64)
    return Pooled(pools=tuple(pools), step_pool=step_pool, clock=DutyClock(opened))


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


def _pool(name: str, average: FloatArray, people: int, load: float) -> Pool:
    average = average if average.any() else np.ones(HOURS)
    there = np.where(average >= FEW * average.max(), np.maximum(np.rint(average), 1.0), 0.0)
    there += (there > 0.0) * max(0.0, ceil((load - there.sum()) / (there > 0.0).sum()))
    on_duty = there.astype(np.int64)
    return Pool(name=name, people=max(people, int(on_duty.max())), on_duty=on_duty, usual=np.where(on_duty > 0, average, 0.0))
