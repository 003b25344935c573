"""A process as its events show it: which step follows which, after how long, how often again, and from whose hands into whose.

Every function takes columns with one place an event, the events of a case side by side and the cases counted from 0. `begun` gives the
order in which steps began; in it a waiting time is the time in which nobody worked on the case (see `Passage`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Column = NDArray[np.int32]
Seconds = NDArray[np.float64]
Flags = NDArray[np.bool_]

HIGH = 0.9
"""The share of times that a high one (the p90) is not below."""

HOUR_S, DAY_S = 3600, 86_400
DAYS, HOURS = 7, 24
FIRST_DAY = 3
"""The weekday of 1970-01-01, a Thursday, counted from Monday as 0."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spans:
    """Times in groups: shape (groups,) each, in seconds; a group without a time has count 0 and nan for median and high.

    Attributes:
        count: how many times are in it.
        median: the middle one.
        high: the 0.9 quantile, between two neighbours linearly.
        total: their sum.
    """

    count: Ints
    median: Seconds
    high: Seconds
    total: Seconds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Follows:
    """Which step follows directly on which; one place a pair that occurs, by source and then by target.

    Attributes:
        source, target: the steps.
        spans: how often, and the times that belong to the second event of each pair.
    """

    source: Ints
    target: Ints
    spans: Spans


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Passage:
    """How a case's time passes; one place an event, in the order in which steps began.

    For each case the sum of `idle` and `busy` is the time from its first begin to its last end, also where steps overlap.

    Attributes:
        order: shape (n,), where each event stands in the columns.
        first: whether it is the first of its case.
        idle: seconds in which nobody worked on the case before it began: from the end of all that began earlier; 0 for the first.
        busy: seconds of it in which nothing that began earlier was still being worked on.
    """

    order: Ints
    first: Flags
    idle: Seconds
    busy: Seconds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variants:
    """Which sequences of steps cases take, the most frequent first; those of equal count by their steps.

    Attributes:
        count: shape (variants,), how many cases take each.
        example: shape (variants,), a case that takes it.
        of_case: shape (cases,), each case's variant.
    """

    count: Ints
    example: Ints
    of_case: Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rework:
    """How often a step is done again in the same case; shape (steps,) each.

    Attributes:
        cases: cases in which it occurs.
        again: cases in which it occurs more than once.
        at_once: times it follows directly on itself: taken up again, or done twice.
        later: times it comes back after another step.
    """

    cases: Ints
    again: Ints
    at_once: Ints
    later: Ints


def firsts_of(case: Column) -> Ints:
    """Where each case begins: shape (cases + 1,), with the number of events as its last place."""
    return np.concatenate(([0], np.flatnonzero(case[1:] != case[:-1]) + 1, [len(case)])).astype(np.int64)


def begun(case: Column, start: Seconds, end: Seconds) -> Ints:
    """The order in which steps began, case by case: by start, then by end, then as the columns have it."""
    return np.lexsort((end, start, case)).astype(np.int64)


def pass_through(case: Column, start: Seconds, end: Seconds) -> Passage:
    """Splits the time of cases into time in which somebody worked and time in which nobody did.

    Args:
        case: shape (n,), as `EventLog` has it: within a case by end.
        start: shape (n,), seconds.
        end: shape (n,), seconds.
    """
    order = begun(case, start, end)
    first = _first(case)
    # Within a case the columns are by end, and a later case lies behind all of an earlier one, so that the latest end so far is the
    # one of the furthest place so far: no comparison of times across cases is needed.
    furthest = np.maximum.accumulate(order)
    free = np.concatenate(([0.0], end[furthest[:-1]]))
    starts, ends = start[order], end[order]
    free = np.where(first, starts, free)
    return Passage(order=order, first=first, idle=np.maximum(starts - free, 0.0), busy=np.maximum(ends - np.maximum(starts, free), 0.0))


def directly_follows(case: Column, activity: Column, gap: Seconds, *, steps: int) -> Follows:
    """Counts which step follows directly on which, with the times in between.

    Args:
        case: shape (n,), in the order in which events follow.
        activity: shape (n,).
        gap: shape (n,), seconds that belong to an event as the second of a pair.
        steps: how many steps there are.
    """
    second = np.flatnonzero(case[1:] == case[:-1]) + 1
    key = activity[second - 1].astype(np.int64) * steps + activity[second]
    spans = spans_by(key, gap[second], groups=steps * steps)
    there = np.flatnonzero(spans.count)
    return Follows(source=there // steps, target=there % steps, spans=chosen(spans, there))


def chosen(spans: Spans, places: Ints) -> Spans:
    """Some of the groups."""
    return Spans(count=spans.count[places], median=spans.median[places], high=spans.high[places], total=spans.total[places])


def spans_by(key: NDArray[np.integer], seconds: Seconds, *, groups: int) -> Spans:
    """Times by group.

    Args:
        key: shape (n,), the group of each, from 0 to `groups` - 1.
        seconds: shape (n,), finite.
        groups: how many there are.
    """
    # Keys that fit into 16 bits are sorted by radix, several times faster than by comparison.
    narrow = key.astype(np.uint16) if groups <= np.iinfo(np.uint16).max + 1 else key
    ordered = seconds[np.argsort(narrow, kind="stable")]
    count = np.bincount(key, minlength=groups).astype(np.int64)
    ends = np.cumsum(count)
    median, high = np.full(groups, np.nan), np.full(groups, np.nan)
    for group in np.flatnonzero(count):
        median[group], high[group] = _quantiles(ordered[ends[group] - count[group] : ends[group]])
    return Spans(count=count, median=median, high=high, total=np.bincount(key, weights=seconds, minlength=groups).astype(np.float64))


def _quantiles(seconds: Seconds) -> tuple[float, float]:
    """The median and the high one of at least one time, without sorting all of them."""
    last = len(seconds) - 1
    below = [int(last * 0.5), int(last * HIGH)]
    wanted = [below[0], min(below[0] + 1, last), below[1], min(below[1] + 1, last)]
    apart = np.partition(seconds, sorted(set(wanted)))[wanted]
    middle, high = last * 0.5 - below[0], last * HIGH - below[1]
    return float(apart[0] + (apart[1] - apart[0]) * middle), float(apart[2] + (apart[3] - apart[2]) * high)


def variants(case: Column, activity: Column) -> Variants:
    """Finds the sequences of steps that cases take. Sequences are compared in full: no two are ever taken for one."""
    firsts, seen = firsts_of(case), np.ascontiguousarray(activity, dtype=">u4")
    raw, width = seen.tobytes(), seen.itemsize
    bounds = (firsts * width).tolist()
    number: dict[bytes, int] = {}
    of_case = np.array([number.setdefault(raw[a:b], len(number)) for a, b in pairwise(bounds)], dtype=np.int64)
    count = np.bincount(of_case).astype(np.int64)
    sequences = list(number)
    # Bytes with the most significant first compare as the sequences themselves do.
    ranked = np.array(sorted(range(len(number)), key=lambda one: (-count[one], sequences[one])), dtype=np.int64)
    place = np.empty_like(ranked)
    place[ranked] = np.arange(len(ranked))
    example = np.empty_like(ranked)
    example[of_case[::-1]] = np.arange(len(of_case))[::-1]
    return Variants(count=count[ranked], example=example[ranked], of_case=place[of_case])


def rework(case: Column, activity: Column, *, steps: int) -> Rework:
    """Counts how often steps are done again in the same case, in the order in which they follow."""
    same = case[1:] == case[:-1]
    at_once = np.bincount(activity[1:][same & (activity[1:] == activity[:-1])], minlength=steps)
    pairs, times = np.unique(case.astype(np.int64) * steps + activity, return_counts=True)
    step = pairs % steps
    cases = np.bincount(step, minlength=steps)
    return Rework(
        cases=cases.astype(np.int64),
        again=np.bincount(step[times > 1], minlength=steps).astype(np.int64),
        at_once=at_once.astype(np.int64),
        later=(np.bincount(activity, minlength=steps) - cases - at_once).astype(np.int64),
    )


def hand_overs(case: Column, resource: Column, *, nobody: int) -> tuple[Ints, Flags]:
    """Who hands a case over to whom.

    Args:
        case: shape (n,), in the order in which events follow.
        resource: shape (n,).
        nobody: what stands where no resource was recorded.

    Returns:
        Shape (n,): who had the case directly before another one, `nobody` where it was the same one, the first, or not recorded; and
        shape (n,): whether both were recorded, so that it can be told at all.
    """
    before = np.concatenate(([nobody], resource[:-1])).astype(np.int64)
    told = ~_first(case) & (before != nobody) & (resource != nobody)
    return np.where(told & (before != resource), before, nobody), told


def at_most(resource: Column, end: Seconds, free: Seconds, *, nobody: int) -> Seconds:
    """The longest that work can have taken whose start was not recorded.

    It began neither before the case was free nor before whoever did it had ended what they ended before (Fracca et al. 2022,
    arXiv:2206.12051, "Estimating activity start timestamps in the presence of waiting times via process simulation").

    Args:
        resource: shape (n,).
        end: shape (n,), seconds.
        free: shape (n,), seconds: when the case was free for it.
        nobody: what stands where no resource was recorded.

    Returns:
        Shape (n,), seconds; nan where nobody was recorded or nothing was seen of them before.
    """
    order = np.lexsort((end, resource))
    before = np.concatenate(([np.nan], end[order][:-1]))
    before[np.concatenate(([True], resource[order][1:] != resource[order][:-1]))] = np.nan
    theirs = np.empty_like(end)
    theirs[order] = before
    return np.where(resource == nobody, np.nan, np.maximum(end - np.maximum(theirs, free), 0.0))


def calendar(who: NDArray[np.integer], end: Seconds, *, people: int) -> Ints:
    """When work is completed: shape (people, 7, 24), counts by weekday (Monday first) and hour, in UTC."""
    hour = np.floor(end / HOUR_S).astype(np.int64)
    place = (hour // HOURS + FIRST_DAY) % DAYS * HOURS + hour % HOURS
    counts = np.bincount(who.astype(np.int64) * DAYS * HOURS + place, minlength=people * DAYS * HOURS)
    return counts.astype(np.int64).reshape(people, DAYS, HOURS)


def usual_hours(counts: Sequence[int], *, share: float) -> tuple[int, int]:
    """The shortest stretch of hours, also across midnight, that holds a share of what is completed.

    Args:
        counts: 24 of them, at least one above 0.
        share: in (0, 1].

    Returns:
        The first hour, and the hour after the last one (up to 24 + 23 where it goes across midnight).
    """
    twice = np.concatenate(([0], np.cumsum([*counts, *counts])))
    needed = share * sum(counts)
    for length in range(1, HOURS + 1):
        held = twice[length : length + HOURS] - twice[:HOURS]
        if held.max() >= needed:
            first = int(held.argmax())
            return first, first + length
    return 0, HOURS


def _first(case: Column) -> Flags:
    return np.concatenate(([True], case[1:] != case[:-1]))
