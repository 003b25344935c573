"""A redesign played: the process as it is beside what it is to be, figure by figure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from licet.core.capacity import Figure
from licet.core.redesign import Doer, Redesign, ServiceLevel
from licet.core.redesign_inputs import Inputs
from licet.core.redesign_to_be import Staged, staged
from licet.core.refusal import Unknown
from licet.core.simulated_redesign import Kind, Row, Span, Unit
from licet.core.time_parts import MEANS, PARTS
from licet.stats.redesigned_process import place_of
from licet.stats.ruler import cases_a_week
from licet.stats.simulated_figures import Figures, Interval, PoolFigures, Simulated, differences, figures, simulate
from licet.stats.simulated_process import Plan, Process, ToBe


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two plays of one plan, and what lies between them."""

    before: Figures
    after: Figures
    change: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A redesign after it was played.

    Attributes:
        staged: what was played.
        as_is, to_be: all replications of both.
        rows: side by side.
    """

    staged: Staged
    as_is: Simulated
    to_be: Simulated
    rows: tuple[Row, ...]


def play_redesign(redesign: Redesign, inputs: Inputs, fitted: Process, plan: Plan) -> Played:
    """Plays the process as it is and as it is to be, with the same cases, times and delays.

    Args:
        redesign: with nothing wrong in it.
        inputs: with nothing missing.
        fitted: the process as its log shows it.
        plan: how often, how many cases, and the seed; its limit is the service level.

    Raises:
        OutOfRangeError: where people are needed at a step of which the log does not say who does it.
    """
    set_up = staged(redesign, inputs, fitted)
    as_is = simulate(set_up.as_is, ToBe(), plan)
    to_be = simulate(set_up.process, set_up.to_be, plan)
    pair = pair_of(as_is, to_be)
    volume = Volume(redesign=redesign, inputs=inputs, process=set_up.process)
    worked = (*labour(pair, volume), *queues(pair, set_up.reviewers, volume), *money(pair, volume), *errors(volume))
    return Played(staged=set_up, as_is=as_is, to_be=to_be, rows=(*times(pair), *parts(pair), *worked))


def pair_of(before: Simulated, after: Simulated) -> Pair:
    """Two plays of one plan side by side."""
    return Pair(before=figures(before), after=figures(after), change=differences(before, after))


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """How often things happen in a week, counted from the log."""

    redesign: Redesign
    inputs: Inputs
    process: Process

    @property
    def cases(self) -> float:
        """Cases that come in a week."""
        return cases_a_week(self.process.arrivals)

    def visits(self, name: str) -> float:
        """How often a step is done in a week."""
        return float((self.process.step == place_of(self.process, name)).sum()) / self.process.cases * self.cases

    def alone(self, name: str) -> float:
        """How many of these AI decides alone."""
        coverage = self.inputs.behaviours[name].coverage
        if self.redesign.steps[name].by is not Doer.AI_ALONE or isinstance(coverage, Unknown):
            return 0.0
        return self.visits(name) * coverage.value


# --- rows ----------------------------------------------------------------------------------------------------------------


def times(pair: Pair) -> Iterator[Row]:
    """How long cases take, and how many of them are inside the service level."""
    yield _filled(_head("lead_time_median", "Lead time, half of the cases", Kind.TIME, Unit.SECONDS), pair, lambda f: f.median)
    yield _filled(_head("lead_time_p90", "Lead time, nine in ten cases", Kind.TIME, Unit.SECONDS), pair, lambda f: f.p90)
    yield _filled(_head("lead_time_mean", "Lead time, mean", Kind.TIME, Unit.SECONDS), pair, lambda f: f.cycle)
    if pair.before.within is not None:
        inside = _filled(_head("inside_service_level", "Cases inside the service level", Kind.TIME, Unit.SHARE), pair, lambda f: f.within)
        yield replace(inside, as_is=_to_all(inside.as_is), to_be=_to_all(inside.to_be))


def parts(pair: Pair) -> Iterator[Row]:
    """Where the time of a case goes beside standing in line: together with that they are the mean lead time."""
    told: Mapping[str, Callable[[Figures], Interval]] = {
        "service": lambda f: f.service,
        "machine": lambda f: f.machine,
        "off_duty": lambda f: f.off_duty,
        "extraneous": lambda f: f.extraneous,
    }
    for key, of in told.items():
        yield _filled(_head(f"part.{key}", f"Of the mean: {PARTS[key]}", Kind.TIME, Unit.SECONDS, MEANS[key]), pair, of)


def labour(pair: Pair, volume: Volume) -> Iterator[Row]:
    """What people work, in all and pool by pool, and what AI takes off them."""
    week = volume.cases
    yield _filled(_head("hours", "People's work a week", Kind.LABOUR, Unit.HOURS_A_WEEK), pair, lambda f: f.hours, times=week)
    for at, pool in enumerate(pair.before.pools):
        head = _head(f"hours.{pool.name}", f"Work a week of {pool.name}", Kind.LABOUR, Unit.HOURS_A_WEEK)
        yield _filled(head, pair, _of_pool(at, lambda one: one.hours), times=week)
    for name in volume.redesign.with_ai():
        if volume.redesign.steps[name].by is Doer.AI_ALONE:
            alone = _counted(_head(f"alone.{name}", f"Decided alone a week: {name}", Kind.LABOUR, Unit.A_WEEK), volume.alone(name))
            yield replace(alone, note="counted, each visit to the step for itself")


def queues(pair: Pair, reviewers: str | None, volume: Volume) -> Iterator[Row]:
    """How long cases stand in line, and how busy those are who decide what AI leaves."""
    yield _filled(_head("in_line", "Standing in line, a case", Kind.QUEUE, Unit.SECONDS), pair, lambda f: f.contention)
    for at in reviewing(pair, reviewers, volume):
        name = pair.before.pools[at].name
        load = _head(f"load.{name}", f"Load of {name}", Kind.QUEUE, Unit.SHARE, "work by hours on duty")
        yield _filled(load, pair, _of_pool(at, lambda one: one.utilisation))
        queue = _head(f"queue.{name}", f"In line before {name}", Kind.QUEUE, Unit.CASES)
        yield _filled(queue, pair, _of_pool(at, lambda one: one.queue))


def reviewing(pair: Pair, reviewers: str | None, volume: Volume) -> list[int]:
    """Places of the pools that decide what AI leaves: the reviewers, or those who do these steps today."""
    if reviewers is not None:
        return [at for at, pool in enumerate(pair.before.pools) if pool.name == reviewers]
    process = volume.process
    owners = {process.steps[place_of(process, name)].pool for name in volume.redesign.with_ai()}
    return sorted(at for at in owners if at is not None)


def money(pair: Pair, volume: Volume) -> Iterator[Row]:
    """What people and AI cost in a week; nothing where nobody said what an hour costs."""
    price = volume.redesign.price
    if price is None:
        return
    people = _head("cost.people", f"People a week, minor units of {price.currency}", Kind.MONEY, Unit.MINOR_A_WEEK)
    yield _filled(people, pair, lambda f: f.hours, times=volume.cases * price.person_hour)
    asked = [(name, volume.inputs.behaviours[name].cost) for name in volume.redesign.with_ai()]
    unknown = [found.why for _, found in asked if isinstance(found, Unknown)]
    paid = sum(volume.visits(name) * found.value for name, found in asked if isinstance(found, Figure))
    if unknown:
        yield _head("cost.ai", f"AI a week, minor units of {price.currency}", Kind.MONEY, Unit.MINOR_A_WEEK, unknown[0])
    elif asked:
        yield _counted(_head("cost.ai", f"AI a week, minor units of {price.currency}", Kind.MONEY, Unit.MINOR_A_WEEK), paid)


def errors(volume: Volume) -> Iterator[Row]:
    """Wrong decisions that are to be expected of AI in a week: at most, by the bound of the verdict. Nothing here measures people's."""
    for name in volume.redesign.with_ai():
        if volume.redesign.steps[name].by is not Doer.AI_ALONE:
            continue
        found = volume.inputs.behaviours[name].error
        head = _head(f"errors.{name}", f"Decided wrongly by AI alone a week: {name}", Kind.ERRORS, Unit.A_WEEK)
        if isinstance(found, Unknown):
            yield replace(head, note=found.why)
            continue
        most = volume.alone(name) * found.value
        note = f"at most; {found.basis}; before audits find any"
        yield replace(head, to_be=Span(mean=most, low=0.0, high=most), note=note)


def _of_pool(at: int, of: Callable[[PoolFigures], Interval]) -> Callable[[Figures], Interval]:
    return lambda found: of(found.pools[at])


def _head(key: str, says: str, kind: Kind, unit: Unit, note: str = "") -> Row:
    """A row of which nothing is known yet."""
    return Row(key=key, says=says, kind=kind, unit=unit, as_is=None, to_be=None, change=None, note=note)


def _filled(head: Row, pair: Pair, of: Callable[[Figures], Interval | None], *, times: float = 1.0) -> Row:
    before, after = (_from_none(_span(of(one), times)) for one in (pair.before, pair.after))
    return replace(head, as_is=before, to_be=after, change=_span(of(pair.change), times))


def _from_none(found: Span | None) -> Span | None:
    """Nothing here can be below 0, so that no interval begins below it."""
    return None if found is None else replace(found, low=max(0.0, found.low))


def _to_all(found: Span | None) -> Span | None:
    """No share is more than all."""
    return None if found is None else replace(found, high=min(1.0, found.high))


def _counted(head: Row, value: float) -> Row:
    """A figure that is counted and not played: it has no interval, and there is none of it today."""
    there = Span(mean=value, low=value, high=value)
    return replace(head, as_is=Span(mean=0.0, low=0.0, high=0.0), to_be=there, change=there, note="counted")


def _span(found: Interval | None, times: float) -> Span | None:
    return None if found is None else Span(mean=found.mean * times, low=found.low * times, high=found.high * times)


def limit_of(level: ServiceLevel | None) -> float | None:
    """The service level as a plan takes it: seconds."""
    return None if level is None else level.within.total_seconds()
