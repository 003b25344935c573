"""A redesign in the words of the simulation: the process put in its new order, its reviewers, and the ways in which AI takes part."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from licet.core.capacity import Figure
from licet.core.redesign import DAYS, Doer, Redesign
from licet.core.redesign_inputs import Inputs, own_reviewers
from licet.core.refusal import Unknown
from licet.stats.ranges import OutOfRangeError
from licet.stats.redesigned_process import hours_on_duty, merged, moved, place_of, with_pool
from licet.stats.simulated_process import AsToday, Extra, Nobody, Pool, Process, Takes, ToBe, Way, Work

REVIEWERS = "reviewers"
ALONE, LEFT, PROPOSED, REMOVED = "AI decides alone", "a person decides", "AI proposes", "removed"
AUDIT, AUDIT_AGAIN, SECOND_LOOK = "audit", "second look at an audit", "second look"

MOST_TIMES = 200
"""So many quantiles of a step's working times stand for all of them where reviewers take as long as people do today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """Two processes to be played with one seed, with the same people by name, and what is different in the second.

    Attributes:
        as_is: with the reviewers, who have nothing to do there.
        process: in its new order.
        to_be: the ways of its steps.
        reviewers: the pool that decides what AI leaves at the steps where AI takes part; None where that is nobody's of their own.
    """

    as_is: Process
    process: Process
    to_be: ToBe
    reviewers: str | None


class NotStagedError(ValueError):
    """A redesign of which something is unknown was to be simulated; ask `ready` before."""


def staged(redesign: Redesign, inputs: Inputs, fitted: Process, *, keeps: float = 1.0) -> Staged:
    """Sets a redesign up beside the process as it is.

    Args:
        redesign: which `check_redesign` and `check_against` find nothing wrong with.
        inputs: with nothing missing (`ready`).
        fitted: the process as its log shows it.
        keeps: of the time for which cases waited though people were free, the share that stays where AI takes over or a step goes, in
            [0, 1]. No log says what it was for: 1 is the cautious end.

    Raises:
        NotStagedError: where something is missing after all.
        OutOfRangeError: where people are needed at a step of which the log does not say who does it, and no reviewers are there.
    """
    ordered = fitted
    for move in redesign.moved:
        ordered = moved(ordered, move.step, after=move.after)
    for one in redesign.merged:
        ordered = merged(ordered, one.steps, into=one.into, time=one.time, keeps=keeps)
    as_is = fitted
    reviewed = _reviewed(redesign)
    theirs = None
    if own_reviewers(inputs) and reviewed:
        theirs = reviewers_of(redesign, inputs, taken={pool.name for pool in fitted.pools})
        as_is, ordered = with_pool(as_is, theirs, steps=()), with_pool(ordered, theirs, steps=reviewed)
    ways = {name: _ways(name, redesign, inputs, ordered, keeps) for name in redesign.with_ai()}
    _somebody_works(ways, ordered, stated=own_reviewers(inputs))
    gone = Way(name=REMOVED, share=1.0, work=Nobody(), keeps=keeps)
    ways.update(dict.fromkeys(redesign.removed, (gone,)))
    to_be = ToBe(ways=ways, together=redesign.parallel)
    return Staged(as_is=as_is, process=ordered, to_be=to_be, reviewers=None if theirs is None else theirs.name)


def _somebody_works(ways: Mapping[str, Sequence[Way]], process: Process, *, stated: bool) -> None:
    """Says what `redesign.yaml` can say of a step that takes people, while neither the log nor the file says who they are."""
    unowned = {step.name for step in process.steps if step.pool is None}
    where = "name it under `skilled_for:` too" if stated else "state `people` and `hours_a_day`"
    for name in sorted(unowned.intersection(ways)):
        if any(isinstance(one.work, Takes) or one.extras for one in ways[name]):
            message = f"people are needed at step {name!r}, and the log does not say who does it"
            raise OutOfRangeError(f"{message}: {where}, under `reviewers:` in redesign.yaml")


def _reviewed(redesign: Redesign) -> list[str]:
    """The steps at which reviewers decide: those they are said to have the skill for, or else those that AI decides alone.

    Where AI only proposes, whoever does the step today goes on doing it.
    """
    skilled = redesign.reviewers.skilled_for
    return [name for name in redesign.with_ai() if (name in skilled if skilled else redesign.steps[name].by is Doer.AI_ALONE)]


def without_ai(redesign: Redesign, inputs: Inputs, there: Staged) -> ToBe:
    """What is different on a day on which AI does not answer: people decide every case, and look twice as often as they would."""
    twice = _known(inputs.checked.second_looks, "second looks")
    ways = dict(there.to_be.ways)
    for name in redesign.with_ai():
        second = (Extra(name=SECOND_LOOK, share=twice, seconds=_times(name, inputs, there.process)),) if twice > 0.0 else ()
        ways[name] = (Way(name=LEFT, share=1.0, work=_worked(name, inputs, factor=1.0), extras=second),)
    return replace(there.to_be, ways=ways)


def reviewers_of(redesign: Redesign, inputs: Inputs, *, taken: Set[str]) -> Pool:
    """The reviewers as people with hours of their own.

    Raises:
        NotStagedError: where nobody says how many they are, or how long they work.
    """
    name = REVIEWERS
    while name in taken:
        name += " (AI)"
    people = int(_known(inputs.staffed.people, "reviewers"))
    days = tuple(DAYS.index(day) for day in redesign.reviewers.days)
    hours = _known(inputs.staffed.hours_a_day, "their hours")
    duty = hours_on_duty(people=people, days=days, from_hour=redesign.reviewers.from_hour, hours=hours)
    return Pool(name=name, people=people, on_duty=duty)


def _ways(name: str, redesign: Redesign, inputs: Inputs, process: Process, keeps: float) -> tuple[Way, ...]:
    behaviour, checked = inputs.behaviours[name], inputs.checked
    latency = (_known(behaviour.latency_seconds, f"latency of {name!r}"),)
    times = _times(name, inputs, process)
    twice = _known(checked.second_looks, "second looks")
    second = (Extra(name=SECOND_LOOK, share=twice, seconds=times),) if twice > 0.0 else ()
    if redesign.steps[name].by is Doer.AI_PROPOSES:
        work = _worked(name, inputs, factor=1.0 - behaviour.time_saved.value)
        return (Way(name=PROPOSED, share=1.0, latency=latency, work=work, extras=second),)
    coverage, audits = _known(behaviour.coverage, f"coverage of {name!r}"), _known(checked.audits, "audits")
    again = audits * checked.audits_twice.value
    audited = tuple(
        Extra(name=what, share=share, seconds=times, holds_up=False)
        for what, share in ((AUDIT, audits), (AUDIT_AGAIN, again))
        if share > 0.0
    )
    alone = Way(name=ALONE, share=coverage, latency=latency, work=Nobody(), keeps=keeps, extras=audited)
    left = Way(name=LEFT, share=1.0 - coverage, latency=latency, work=_worked(name, inputs, factor=1.0), extras=second)
    return alone, left


def _worked(name: str, inputs: Inputs, *, factor: float) -> Work:
    """What a person still does: as today, or as long as an answer takes at the desk of the use case."""
    seconds = _answer(name, inputs)
    return AsToday(factor=factor) if seconds is None else Takes(seconds=spread(seconds * factor))


def _answer(name: str, inputs: Inputs) -> float | None:
    """How long an answer takes, where that is said of this step: what the desk measured holds for the step that the use case decides."""
    found = inputs.staffed.seconds
    if isinstance(found, Unknown) or (not found.assumed and name != inputs.decides):
        return None
    return found.value


def _times(name: str, inputs: Inputs, process: Process) -> tuple[float, ...]:
    """Working times of one more answer: as at the desk, else as people took for the step, by quantiles."""
    seconds = _answer(name, inputs)
    if seconds is not None:
        return spread(seconds)
    took = process.service[process.step == place_of(process, name)]
    if not took.size:
        return (0.0,)
    shares = (np.arange(min(MOST_TIMES, took.size)) + 0.5) / min(MOST_TIMES, took.size)
    return tuple(float(one) for one in np.quantile(took, shares))


def spread(mean: float) -> tuple[float, ...]:
    """Times of which only the mean is known, spread as the exponential distribution spreads them, as capacity is counted with.

    Args:
        mean: in any unit, at least 0.
    """
    quantiles = -np.log1p(-(np.arange(MOST_TIMES) + 0.5) / MOST_TIMES)
    return tuple(float(one) for one in mean * quantiles / quantiles.mean())


def _known(found: Figure | Unknown, what: str) -> float:
    if isinstance(found, Unknown):
        message = f"{what}: {found.why}; ask `ready` before."
        raise NotStagedError(message)
    return found.value
