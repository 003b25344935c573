"""In line: from when a case stood in the line of its people at the earliest, and before that waited for something else."""

from typing import Final

import numpy as np

from licet.stats.fitted_events import Events, by_person
from licet.stats.pooled import Pooled
from licet.stats.presence import Presence, stretches
from licet.stats.ranges import BoolArray, FloatArray, IntArray
from licet.stats.recorded import NOBODY

_OWN: Final = 0.5
"""Whoever does at least this share of their work in a pool is one of its people."""


def in_line_from(events: Events, people: tuple[Presence, ...], team: Pooled) -> FloatArray:
    """Returns when each event's case stood in line at the earliest, seconds since 1970, shape (events,).

    Not before the case had come to the step. Not before what was begun earlier had come to it: a line is first come, first served, and
    what was overtaken waited for something else (what was begun at once says nothing of the line). And not before the last moment at
    which one of the people was on duty without any work: they would have taken it.

    Args:
        events: of the log.
        people: the stretches of duty, in the places of `Events.resource`.
        team: the pools.

    Source: an extraneous delay lasts until the people were last free before the start, however long they were busy before that
    (the eclipse-aware technique of Chapela-Campa and Dumas, Information Systems 122, 2024); the order of a line from Gal, Mandelbaum,
    Schnitzler, Senderovich and Weidlich (Traveling time prediction in scheduled transportation with journey segments, Information
    Systems 64, 2017): who overtakes shows that the other was not in it.
    """
    line = np.minimum(events.before, events.start)
    waited = events.worked & (events.start > line)
    pool = team.step_pool[events.activity]
    theirs = _people_of_pools(events, pool, len(team.pools))
    for place in range(len(team.pools)):
        mine = np.flatnonzero((pool == place) & waited)
        mine = mine[np.argsort(events.start[mine], kind="stable")]
        earlier = np.concatenate([[-np.inf], np.maximum.accumulate(line[mine])])[: mine.size]
        free = _last_free(events, people, np.flatnonzero(theirs[place]), events.start[mine])
        line[mine] = np.minimum(np.maximum(np.maximum(line[mine], earlier), free), events.start[mine])
    return line


def _people_of_pools(events: Events, pool: IntArray, few: int) -> BoolArray:
    """Who belongs to which pool, shape (pools, people)."""
    known = events.worked & (events.resource != NOBODY) & (pool != NOBODY)
    work = np.zeros((few, int(events.resource.max()) + 1))
    np.add.at(work, (pool[known], events.resource[known]), 1.0)
    return np.asarray((work > 0.0) & (work >= _OWN * work.sum(axis=0)))


def _last_free(events: Events, people: tuple[Presence, ...], who: IntArray, times: FloatArray) -> FloatArray:
    """The last moment, not after each time, at which one of some people was on duty and did nothing; minus infinity where none was."""
    at: list[FloatArray] = []
    change: list[FloatArray] = []
    for one, mine in by_person(events.resource, events.worked & np.isin(events.resource, who)):
        if people[one].person:
            there = (people[one].begin, people[one].end)
            for (begin, end), sign in ((there, 1.0), (stretches(events.start[mine], events.end[mine]), -1.0)):
                at += [begin, end]
                change += [np.full(begin.size, sign), np.full(end.size, -sign)]
    if not at:
        return np.full(times.shape, -np.inf)
    moments, several = np.unique(np.concatenate(at), return_inverse=True)
    free = np.cumsum(np.bincount(several, np.concatenate(change)))[:-1] > 0.0
    until = np.concatenate([[-np.inf], np.maximum.accumulate(np.where(free, moments[1:], -np.inf))])
    place = np.searchsorted(moments, times, side="left") - 1
    within = np.clip(place, 0, max(free.size - 1, 0))
    now = (place >= 0) & (place < free.size) & (free[within] if free.size else False)
    return np.where(now, times, until[np.clip(place, 0, until.size - 1)] if until.size else -np.inf)
