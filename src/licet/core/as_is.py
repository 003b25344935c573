"""Studying a log: what its events say of the process as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from licet.core.event_log import NOBODY, EventLog
from licet.core.process import (
    BUSY_HOURS,
    HAND_OVERS_KEPT,
    HANDS_KEPT,
    HOW_AT_MOST,
    NEVER_WAITED,
    NO_RATE,
    NO_START,
    NO_WORK,
    VARIANTS_KEPT,
    AsIs,
    AtMost,
    Edge,
    Elapsed,
    Hand,
    Handling,
    HandOver,
    HandsOver,
    Rates,
    Recorded,
    Rework,
    Span,
    Split,
    StatedForProcess,
    Step,
    Variant,
    Waited,
    Waiting,
    WorkCost,
)
from licet.core.refusal import Unknown
from licet.core.stated_process import Fit, conform
from licet.stats import process_map as seen

HOUR_S = 3600
NEVER = Unknown(why="It never follows directly on itself.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Begun:
    """A log's columns in the order in which steps began, with what passed before each and during it."""

    log: EventLog
    case: seen.Column
    activity: seen.Column
    resource: seen.Column
    start: seen.Seconds
    end: seen.Seconds
    started: seen.Flags
    passage: seen.Passage
    repeated: seen.Flags

    @property
    def steps(self) -> int:
        """How many names of steps there are."""
        return len(self.log.activities)

    @property
    def arrived(self) -> seen.Flags:
        """Which events follow on another step."""
        return ~self.passage.first & ~self.repeated


def _begun(log: EventLog) -> _Begun:
    passage = seen.pass_through(log.case, log.start, log.end)
    order = passage.order
    activity = log.activity[order]
    return _Begun(
        log=log,
        case=log.case[order],
        activity=activity,
        resource=log.resource[order],
        start=log.start[order],
        end=log.end[order],
        started=log.started[order],
        passage=passage,
        repeated=~passage.first & np.concatenate(([False], activity[1:] == activity[:-1])),
    )


def study(log: EventLog, stated: StatedForProcess) -> AsIs:
    """What a log says of the process.

    Args:
        log: the events.
        stated: what the owner says the process is, and what an hour of work costs.
    """
    begun = _begun(log)
    followed = seen.directly_follows(begun.case, begun.activity, begun.passage.idle, steps=begun.steps)
    steps, place = _steps(begun, stated.rates)
    paths, firsts = seen.variants(begun.case, begun.activity), seen.firsts_of(begun.case)
    lead = np.add.reduceat(begun.passage.idle + begun.passage.busy, firsts[:-1])
    kept = tuple(
        Variant(steps=_path(begun, firsts, place, int(case)), cases=int(cases))
        for case, cases in zip(paths.example[:VARIANTS_KEPT], paths.count[:VARIANTS_KEPT], strict=True)
    )
    return AsIs(
        cases=log.cases,
        events=log.events,
        started=float(log.started.mean()),
        lead=_one(lead),
        split=_sum([step.split for step in steps]),
        steps=steps,
        edges=_edges(followed, place),
        begins=_counts(begun.activity[firsts[:-1]], place),
        ends=_counts(begun.activity[firsts[1:] - 1], place),
        variants=kept,
        variant_count=len(paths.count),
        variant_cases=sum(one.cases for one in kept),
        hands=_hands(begun),
        hand_count=len(np.unique(log.resource[log.resource != NOBODY])),
        hands_over=_hands_over(begun),
        week=_week(seen.calendar(np.zeros(log.events, np.int32), log.end, people=1)[0]),
        fit=_fit(stated, begun, paths, firsts),
        further=log.further,
    )


# --- steps ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Times:
    """Times of all steps, by kind."""

    work: seen.Spans
    longest: seen.Spans
    waited: seen.Spans
    elapsed: seen.Spans
    paused: seen.Spans
    splits: Sequence[Split]


def _steps(begun: _Begun, rates: Rates | None) -> tuple[tuple[Step, ...], Mapping[int, int]]:
    """Steps that occur, the most frequent first, and where each place in the log's names went."""
    times, done = _times(begun), np.bincount(begun.activity, minlength=begun.steps)
    again = seen.rework(begun.case, begun.activity, steps=begun.steps)
    giver, told = seen.hand_overs(begun.case, begun.resource, nobody=NOBODY)
    handed = np.bincount(begun.activity[giver != NOBODY], minlength=begun.steps)
    could = np.bincount(begun.activity[told], minlength=begun.steps)
    people = np.bincount(_hands_of(begun)[0], minlength=begun.steps)
    ranked = [int(at) for at in np.lexsort((np.arange(begun.steps), -done)) if done[at]]
    steps = tuple(
        Step(
            name=begun.log.activities[at],
            times=int(done[at]),
            cases=int(again.cases[at]),
            handling=_handling(times, at, int(done[at])),
            waiting=_waiting(times, at),
            pausing=_span(times.paused, at) or NEVER,
            split=times.splits[at],
            rework=Rework(again=int(again.again[at]), at_once=int(again.at_once[at]), later=int(again.later[at])),
            handed=int(handed[at]),
            told=int(could[at]),
            people=int(people[at]),
            cost=_cost(times, at, begun.log.activities[at], rates),
        )
        for at in ranked
    )
    return steps, {at: place for place, at in enumerate(ranked)}


def _times(begun: _Begun) -> _Times:
    passage, started = begun.passage, begun.started
    free = begun.start - passage.idle
    longest = seen.at_most(begun.resource, begun.end, free, nobody=NOBODY)
    return _Times(
        work=_grouped(begun, begun.end - begun.start, started),
        longest=_grouped(begun, longest, ~started & ~passage.first & np.isfinite(longest)),
        waited=_grouped(begun, passage.idle, begun.arrived & started),
        elapsed=_grouped(begun, passage.idle, begun.arrived & ~started),
        paused=_grouped(begun, passage.idle, begun.repeated & started),
        splits=_splits(begun),
    )


def _grouped(begun: _Begun, seconds: seen.Seconds, which: seen.Flags) -> seen.Spans:
    return seen.spans_by(begun.activity[which], seconds[which], groups=begun.steps)


def _splits(begun: _Begun) -> list[Split]:
    passage = begun.passage

    def total(seconds: seen.Seconds, which: seen.Flags) -> list[timedelta]:
        sums = np.bincount(begun.activity[which], weights=seconds[which], minlength=begun.steps)
        return [timedelta(seconds=float(one)) for one in sums]

    work = total(passage.busy, begun.started)
    queue, pause = total(passage.idle, begun.arrived & begun.started), total(passage.idle, begun.repeated & begun.started)
    untold = total(passage.idle, ~begun.started)
    return [Split(work=w, queue=q, pause=p, untold=u) for w, q, p, u in zip(work, queue, pause, untold, strict=True)]


def _sum(splits: Sequence[Split]) -> Split:
    zero = timedelta()
    return Split(
        work=sum((one.work for one in splits), zero),
        queue=sum((one.queue for one in splits), zero),
        pause=sum((one.pause for one in splits), zero),
        untold=sum((one.untold for one in splits), zero),
    )


def _handling(times: _Times, at: int, done: int) -> Handling:
    recorded, longest = _span(times.work, at), _span(times.longest, at)
    if recorded is not None:
        return Recorded(span=recorded, of=done)
    return NO_START if longest is None else AtMost(span=longest, how=HOW_AT_MOST)


def _waiting(times: _Times, at: int) -> Waiting:
    waited, elapsed = _span(times.waited, at), _span(times.elapsed, at)
    if waited is not None:
        return Waited(span=waited)
    return NEVER_WAITED if elapsed is None else Elapsed(span=elapsed)


def _cost(times: _Times, at: int, name: str, rates: Rates | None) -> WorkCost | Unknown:
    rate = None if rates is None else rates.of(name)
    if rates is None or rate is None:
        return NO_RATE
    if not times.work.count[at]:
        return NO_WORK
    return WorkCost(minor=round(float(times.work.total[at]) / HOUR_S * rate), currency=rates.currency, rate=rate)


def _span(spans: seen.Spans, at: int) -> Span | None:
    if not spans.count[at]:
        return None
    median, high, total = (timedelta(seconds=float(one[at])) for one in (spans.median, spans.high, spans.total))
    return Span(n=int(spans.count[at]), median=median, high=high, total=total)


def _one(seconds: seen.Seconds) -> Span:
    found = _span(seen.spans_by(np.zeros(len(seconds), np.int64), seconds, groups=1), 0)
    if found is None:
        message = "A log has at least one case."
        raise ValueError(message)
    return found


# --- what follows what ---------------------------------------------------------------------------------------------------


def _edges(followed: seen.Follows, place: Mapping[int, int]) -> tuple[Edge, ...]:
    edges = [
        Edge(source=place[int(source)], target=place[int(target)], span=span)
        for at, (source, target) in enumerate(zip(followed.source, followed.target, strict=True))
        if (span := _span(followed.spans, at)) is not None
    ]
    return tuple(sorted(edges, key=lambda one: (-one.span.n, one.source, one.target)))


def _counts(activity: seen.Column, place: Mapping[int, int]) -> Mapping[int, int]:
    values, times = np.unique(activity, return_counts=True)
    found = [(place[int(value)], int(count)) for value, count in zip(values, times, strict=True)]
    return dict(sorted(found, key=lambda pair: (-pair[1], pair[0])))


def _path(begun: _Begun, firsts: seen.Ints, place: Mapping[int, int], case: int) -> tuple[int, ...]:
    return tuple(place[int(at)] for at in begun.activity[firsts[case] : firsts[case + 1]])


def _fit(stated: StatedForProcess, begun: _Begun, paths: seen.Variants, firsts: seen.Ints) -> Fit | Unknown:
    if isinstance(stated.process, Unknown):
        return stated.process
    names = begun.log.activities
    sequences = [
        ([names[int(at)] for at in begun.activity[firsts[case] : firsts[case + 1]]], int(cases))
        for case, cases in zip(paths.example, paths.count, strict=True)
    ]
    return conform(stated.process, sequences)


# --- people --------------------------------------------------------------------------------------------------------------


def _hands(begun: _Begun) -> tuple[Hand, ...]:
    known = begun.resource != NOBODY
    people = len(begun.log.resources)
    done = np.bincount(begun.resource[known], minlength=people)
    busiest = [int(at) for at in np.lexsort((np.arange(people), -done))[:HANDS_KEPT] if done[at]]
    weeks = seen.calendar(begun.resource[known], begun.end[known], people=people)
    steps = np.bincount(_hands_of(begun)[1], minlength=people)
    return tuple(
        Hand(
            name=begun.log.resources[at],
            times=int(done[at]),
            steps=int(steps[at]),
            week=_week(weeks[at]),
            hours=seen.usual_hours(weeks[at].sum(axis=0).tolist(), share=BUSY_HOURS),
        )
        for at in busiest
    )


def _hands_of(begun: _Begun) -> tuple[seen.Ints, seen.Ints]:
    """Who did which step: each pair once, as places of steps and of people. One number for a pair sorts many times faster than two."""
    known, people = begun.resource != NOBODY, max(1, len(begun.log.resources))
    pairs = np.unique(begun.activity[known].astype(np.int64) * people + begun.resource[known])
    return pairs // people, pairs % people


def _week(counts: seen.Ints) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(one) for one in day) for day in counts)


def _hands_over(begun: _Begun) -> HandsOver:
    giver, told = seen.hand_overs(begun.case, begun.resource, nobody=NOBODY)
    handed = giver != NOBODY
    names = begun.log.resources
    people = max(1, len(names))
    pairs, times = np.unique(giver[handed].astype(np.int64) * people + begun.resource[handed], return_counts=True)
    busiest = np.argsort(-times, kind="stable")[:HAND_OVERS_KEPT]
    return HandsOver(
        handed=int(handed.sum()),
        told=int(told.sum()),
        untouched=begun.log.cases - len(np.unique(begun.case[handed])),
        pairs=tuple(HandOver(giver=names[pairs[at] // people], taker=names[pairs[at] % people], times=int(times[at])) for at in busiest),
    )
