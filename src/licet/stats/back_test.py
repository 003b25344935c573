"""A back-test: the simulation forecasts the later part of a log from the earlier one, beside the simplest forecast there is."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from licet.stats.fitted_events import marks_of
from licet.stats.fitted_process import fit, narrowed
from licet.stats.keyed_chance import uniforms
from licet.stats.log_distances import arrival_rhythm, circadian, earth_movers, n_grams
from licet.stats.ranges import BoolArray, FloatArray, IntArray, open_unit
from licet.stats.recorded import Recorded
from licet.stats.simulated_figures import Interval, Played, Simulated, interval, simulate
from licet.stats.simulated_process import HOUR, MONDAY, Plan, ToBe

FEWEST: Final = 50
"""Cases on either side, below which nothing is compared."""

T = TypeVar("T")

_LONG: Final = 0.95
_HALVINGS: Final = 5
_HALVES: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """How far forecasts lie from what came.

    Attributes:
        model: of the simulation, over replications.
        naive: of the past itself, taken for the forecast.
        noise: of two random halves of what came from each other: nearer than about this no forecast can be told from luck.
    """

    model: Interval
    naive: float
    noise: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Beats:
    """The simulation is nearer to what came than the past itself is: the whole of its interval."""

    word: str = field(default="beats_naive", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoesNotBeat:
    """It is not: its lead times are no forecast, and only work and lines are shown of a to-be."""

    word: str = field(default="does_not_beat_naive", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TooShort:
    """The log is too short for a back-test, with the reason. No forecast has been shown to be any good."""

    why: str
    word: str = field(default="too_short", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTest:
    """What a back-test showed.

    Attributes:
        cut: seconds since 1970: nothing later was used to fit.
        train, test: cases drawn from, and cases forecast.
        cycle: of times from arrival to end, hours.
        n_gram: of the order of steps, in [0, 1].
        circadian: of the hours at which work is done, hours.
        arrival: of arrivals, hours.
        verdict: on `cycle`.
    """

    cut: float
    train: int
    test: int
    cycle: Distance
    n_gram: Distance
    circadian: Distance
    arrival: Distance
    verdict: Beats | DoesNotBeat


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """A part of a log, in the same columns."""

    activities: tuple[str, ...]
    case: NDArray[np.int32]
    activity: NDArray[np.int32]
    resource: NDArray[np.int32]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    started: NDArray[np.bool_]

    @property
    def cycle(self) -> FloatArray:
        """Hours from each case's first to its last record, shape (cases,)."""
        at = np.searchsorted(self.case, np.arange(int(self.case[-1]) + 1))
        return np.asarray((np.maximum.reduceat(self.end, at) - np.minimum.reduceat(self.start, at)) / HOUR)

    @property
    def arrival(self) -> FloatArray:
        """Seconds since 1970, shape (cases,)."""
        return np.asarray(np.minimum.reduceat(self.start, np.searchsorted(self.case, np.arange(int(self.case[-1]) + 1))))

    def steps(self, cases: IntArray) -> tuple[IntArray, IntArray]:
        """Cases and steps of some cases, repeated as often as they are named."""
        first = np.searchsorted(self.case, np.arange(int(self.case[-1]) + 2))
        sizes = np.diff(first)[cases]
        at = np.arange(int(sizes.sum())) + np.repeat(first[cases] - np.cumsum(sizes) + sizes, sizes)
        return np.repeat(np.arange(cases.size), sizes), self.activity[at].astype(np.int64)


def part_of(log: Recorded, events: BoolArray) -> Columns:
    """Some of the events of a log, at least one, their cases counted anew from 0."""
    return Columns(
        activities=log.activities,
        case=np.unique(log.case[events], return_inverse=True)[1].astype(np.int32),
        activity=log.activity[events],
        resource=log.resource[events],
        start=log.start[events],
        end=log.end[events],
        started=log.started[events],
    )


def back_test(log: Recorded, plan: Plan, *, share: float = 0.5) -> BackTest | TooShort:
    """Fits on the earlier part of a log and forecasts the later one.

    The cut is where a share of the cases had come. What is fitted knows nothing after it: a case that was not over by then is not drawn
    from. So that this does not leave out the long ones alone, neither are those that came so shortly before that one in twenty would not
    have been over yet; nor, at the end of the log, are cases forecast that came so shortly before its end. As many cases are played before
    those that are forecast as had come before the cut (as many again, at most), so that lines are as long by then as so many make them.

    Args:
        log: the whole log.
        plan: how often is played, and the seed; as many cases as are forecast.
        share: of the cases that came before the cut, in (0, 1).

    Returns:
        The distances with a verdict, or `TooShort`.

    Raises:
        OutOfRangeError: If the share lies outside its range.

    Source: the temporal hold-out and the measures of Camargo, Dumas and González-Rojas (Simod, Decision Support Systems 134, 2020) and
    Chapela-Campa and others (BPM 2023), with a naive forecast and a noise floor beside them.
    """
    whole = part_of(log, np.ones(log.case.shape, dtype=np.bool_))
    arrival, cycle = whole.arrival, whole.cycle
    cut = float(np.quantile(arrival, open_unit("share", share)))
    over = arrival + cycle * HOUR <= cut
    if int(over.sum()) < FEWEST:
        return TooShort(why=f"Only {int(over.sum())} cases were over before half of them had come; a back-test takes {FEWEST}.")
    long = float(np.quantile(cycle[over], _LONG)) * HOUR
    train = over & (arrival <= cut - long)
    test = (arrival > cut) & (arrival <= float(log.end.max()) - long)
    if min(int(train.sum()), int(test.sum())) < FEWEST:
        why = f"{int(train.sum())} cases are there to fit on and {int(test.sum())} to forecast; a back-test takes {FEWEST} of each."
        return TooShort(why=why)
    before = int((arrival <= cut).sum()) / int(test.sum())
    return _compared(log, (whole, train, test), cut, replace(plan, cases=int(test.sum()), warm_up=min(before, 1.0)))


def cases_of_back_test(cases: int, plan: Plan) -> int:
    """How many cases a back-test that cuts a log in the middle plays at most."""
    return plan.replications * ((cases + 1) // 2)


def _compared(log: Recorded, parts: tuple[Columns, BoolArray, BoolArray], cut: float, plan: Plan) -> BackTest:
    whole, train, test = parts
    past = log.end <= cut
    known = np.unique(log.case[past])
    process = narrowed(fit(part_of(log, past)).process, train[known])
    made = simulate(process, ToBe(), plan)
    sides = _Sides(made=made, train=np.flatnonzero(train), test=np.flatnonzero(test), seed=plan.seed)
    came = np.sort(whole.arrival)
    before, after = came[came <= cut], np.sort(whole.arrival[test])
    mine = work_of(whole)
    cycle = sides.distance(lambda one: (one.cycle - one.unseen) / HOUR, lambda cases: whole.cycle[cases], earth_movers)
    return BackTest(
        cut=cut,
        train=int(train.sum()),
        test=int(test.sum()),
        cycle=cycle,
        n_gram=sides.distance(lambda one: whole.steps(sides.train[one.source]), whole.steps, n_grams),
        circadian=sides.distance(lambda one: one.ends, lambda cases: whole.end[mine & np.isin(whole.case, cases)] - MONDAY, circadian),
        arrival=Distance(
            model=sides.over(lambda one: arrival_rhythm(one.arrival, after[: one.arrival.size])),
            naive=arrival_rhythm(before[-after.size :], after),
            noise=arrival_rhythm(after[::2], after[1::2]),
        ),
        verdict=verdict_on(cycle),
    )


def verdict_on(cycle: Distance) -> Beats | DoesNotBeat:
    """Says whether a simulation forecasts lead times better than the past itself: the whole of its interval must lie below."""
    return Beats() if cycle.model.high < cycle.naive else DoesNotBeat()


def work_of(log: Recorded) -> BoolArray:
    """Which events are of steps that are work, shape (events,)."""
    return ~marks_of(log)[log.activity]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sides:
    """What was forecast, and from which cases which were."""

    made: Simulated
    train: IntArray
    test: IntArray
    seed: int

    def over(self, measure: Callable[[Played], float]) -> Interval:
        """A distance over replications."""
        return interval(np.array([measure(one) for one in self.made.runs]))

    def distance(self, forecast: Callable[[Played], T], seen: Callable[[IntArray], T], measure: Callable[[T, T], float]) -> Distance:
        """A distance of the forecast from what came, beside that of the past, and of halves of what came."""
        came = seen(self.test)
        halves = (uniforms((self.seed, _HALVES, turn), self.test.size).argsort() * 2 < self.test.size for turn in range(_HALVINGS))
        noise = [measure(seen(self.test[half]), seen(self.test[~half])) for half in halves]
        return Distance(
            model=self.over(lambda one: measure(forecast(one), came)),
            naive=measure(seen(self.train), came),
            noise=float(np.mean(noise)),
        )
