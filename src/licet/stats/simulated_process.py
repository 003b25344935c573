"""What is simulated: a process with its steps, its people and their hours, and ways in which a step could be done instead."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np

from licet.stats.ranges import FloatArray, IntArray, OutOfRangeError, count, unit

HOURS: Final = 168
"""A week in hours; the first is Monday 00:00 to 01:00 UTC."""

HOUR: Final = 3600.0
WEEK: Final = HOURS * HOUR
MONDAY: Final = 4 * 86400.0
"""Seconds since 1970 in UTC at the first Monday, 00:00."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """People who stand in for each other.

    Attributes:
        name: in the log's words.
        people: how many belong to it, at least 1.
        on_duty: how many of them are there in each hour of the week, shape (168,), whole numbers from 0 to `people`, not all 0.
        usual: how many there are on average, shape (168,), 0 where `on_duty` is and above 0 elsewhere: how fast waiting for something
            passes on the clock of the pool. None: as `on_duty`.

    Raises:
        OutOfRangeError: when the hours do not fit.
    """

    name: str
    people: int
    on_duty: IntArray
    usual: FloatArray | None = None

    def __post_init__(self) -> None:
        """Refuses people who are never there, and more than there are."""
        count("people", self.people, least=1)
        hours = self.on_duty
        if hours.shape != (HOURS,) or hours.min() < 0 or not 0 < hours.max() <= self.people:
            raise OutOfRangeError(f"pool {self.name!r} needs {HOURS} hours with 0 to {self.people} people on duty, and one hour with some")
        if self.usual is not None and not np.array_equal(self.usual > 0.0, hours > 0):
            raise OutOfRangeError(
                f"pool {self.name!r} must have people on average in the hours in which it has some on duty, and in no other"
            )

    @property
    def around_the_clock(self) -> bool:
        """Whether equally many are there in every hour."""
        return bool(np.all(self.on_duty == self.on_duty[0]))

    @property
    def pace(self) -> FloatArray:
        """How many are there on average in each hour of the week, shape (168,)."""
        return self.on_duty.astype(np.float64) if self.usual is None else self.usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the process.

    Attributes:
        name: as the log names it.
        pool: the place of its people in `Process.pools`; None where nobody works on it, or the log does not say who.
        priority: of what waits, the lowest number is taken first; among equals what waits longest.
    """

    name: str
    pool: int | None
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arrivals:
    """When cases came, day by day, to be drawn from.

    Attributes:
        weekday: of each day seen, 0 for Monday, shape (days,); days without any case are among them.
        first: where each day's cases begin in `seconds`, shape (days + 1,).
        seconds: after midnight UTC, rising within a day, in [0, 86400).
    """

    weekday: IntArray
    first: IntArray
    seconds: FloatArray


KNOWN, AT_START, AT_END = range(3)
"""When a past case was first recorded: before its first task, as that began, or only as that was done."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Process:
    """A process as its log shows it: whole past cases to draw from, each with its tasks one after the other.

    Attributes:
        steps: each once.
        pools: the people.
        first: where each past case's tasks begin, shape (cases + 1,).
        step: places in `steps`, shape (tasks,).
        service: seconds that a person works on the task, at least 0; 0 where nobody does.
        lead: seconds by the clock before the task, of which the log does not say whom the case waited for, at least 0.
        idle: seconds on duty, on the clock of the pool, for which the task waits although its people are there and not all busy.
        tail: seconds by the clock after a case's last task, shape (cases,).
        arrivals: the days on which cases came.
        estimated: share of `service`, by seconds, that the log does not hold and that was estimated, in [0, 1].
        opened: `KNOWN`, `AT_START` or `AT_END` of each past case, shape (cases,); None: `KNOWN` of all. Where nothing was recorded
            before the first task, nobody knows how long the case had stood in line for it.
    """

    steps: tuple[Step, ...]
    pools: tuple[Pool, ...]
    first: IntArray
    step: IntArray
    service: FloatArray
    lead: FloatArray
    idle: FloatArray
    tail: FloatArray
    arrivals: Arrivals
    estimated: float
    opened: IntArray | None = None

    @property
    def cases(self) -> int:
        """How many past cases there are to draw from."""
        return int(self.first.shape[0]) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AsToday:
    """A person works on it as on the same task of the past.

    Attributes:
        factor: how long it takes of what it took then, at least 0: 0.6 for two fifths less.
    """

    factor: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """A person works on it for another time.

    Attributes:
        seconds: times to draw from, each alike, at least one, none below 0.
    """

    seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nobody:
    """No person works on it, and so it waits for nobody's hours and stands in nobody's line."""


Work = AsToday | Takes | Nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """More work by a person after the step: a review, a second look, an audit.

    Attributes:
        name: for people.
        share: of the cases that go this way, in [0, 1], drawn by chance.
        seconds: working times to draw from, at least one, none below 0.
        pool: whose work it is, by name; None: the step's own people.
        holds_up: whether the case waits for it; an audit afterwards holds nothing up.
    """

    name: str
    share: float
    seconds: tuple[float, ...]
    pool: str | None = None
    holds_up: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way in which a step is done instead.

    Attributes:
        name: for people, "AI decides alone".
        share: of the cases that come to the step, in [0, 1], drawn by chance.
        latency: seconds by the clock before a person has it or, where nobody works on it, before it is done; to draw from, each alike.
        work: what a person still does.
        keeps: how much of the time stays for which the task waited though people were there and free, in [0, 1]. What that time was for
            no log says: 1 is the cautious end (the case waited for a customer), 0 the other (it waited for the person to turn to it).
        extras: more work by people afterwards, in this order.
        off: from when to when the way is not open, seconds since the Monday 00:00 on which a replication begins; cases that come in
            between go as today. None: it is always open.
    """

    name: str
    share: float
    latency: tuple[float, ...] = (0.0,)
    work: Work = field(default_factory=AsToday)
    keeps: float = 1.0
    extras: tuple[Extra, ...] = ()
    off: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToBe:
    """What is to be different; nothing, for the process as it is.

    Attributes:
        ways: by the name of the step; the share that no way takes goes as today.
        pools: people and hours by the name of the pool, where they are to be others.
        priorities: by the name of the step, where they are to be others.
        together: groups of steps that are done side by side where they follow each other, by name, each step in one group at most.
    """

    ways: Mapping[str, tuple[Way, ...]] = field(default_factory=dict)
    pools: Mapping[str, Pool] = field(default_factory=dict)
    priorities: Mapping[str, int] = field(default_factory=dict)
    together: tuple[tuple[str, ...], ...] = ()


class Audience(Protocol):
    """Whoever waits for a play, and is told how far it is."""

    def expects(self, cases: int) -> None:
        """So many cases will be played in all, at most."""
        ...

    def sees(self, cases: int) -> None:
        """So many more were played."""
        ...


class Empty:
    """An audience of nobody."""

    def expects(self, cases: int) -> None:
        """Nobody expects anything."""

    def sees(self, cases: int) -> None:
        """Nobody sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How it is played.

    Attributes:
        replications: how often, at least 2: one alone has no interval.
        seed: of chance; the same seed gives as-is and to-be the same cases, working times and delays.
        cases: how many are counted in each, at least 1; None: as many as the log has. Fewer where they would have more tasks than
            `licet.stats.simulated_work.MOST_TASKS`.
        warm_up: of them as many again, in shares, come before and after and are not counted, so that lines are neither empty
            at the beginning nor at the end; at least 0.
        within: seconds that a case may take; None where no limit is promised.
        audience: who is told how far it is; changes no figure.
    """

    replications: int = 30
    seed: int = 0
    cases: int | None = None
    warm_up: float = 0.1
    within: float | None = None
    audience: Audience = field(default_factory=Empty, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuses what cannot be played."""
        count("replications", self.replications, least=2)
        count("seed", self.seed)
        if self.cases is not None:
            count("cases", self.cases, least=1)
        unit("warm_up", self.warm_up)


def held(process: Process, to_be: ToBe) -> ToBe:
    """Returns a to-be that fits a process.

    Raises:
        OutOfRangeError: If it names a step or a pool that is not there, a share or a time lies outside its range, the ways of a step
            take more than all of its cases, or a person is to work where the step has no pool.
    """
    pools = {one.name for one in process.pools}
    steps = {one.name: one.pool for one in process.steps}
    _named("step", (*to_be.ways, *to_be.priorities, *(name for group in to_be.together for name in group)), steps)
    _named("pool", to_be.pools, pools)
    for name, ways in to_be.ways.items():
        if sum(unit("share", way.share) for way in ways) > 1.0 + 1e-9:
            raise OutOfRangeError(f"the ways of step {name!r} take more than all of its cases: let their shares add up to 1 at most")
        for way in ways:
            _held_way(way, owned=steps[name] is not None, pools=pools)
    return to_be


def _held_way(way: Way, *, owned: bool, pools: set[str]) -> None:
    unit("keeps", way.keeps)
    _seconds("latency", way.latency)
    if isinstance(way.work, AsToday):
        _seconds("factor", (way.work.factor,))
    if isinstance(way.work, Takes):
        _seconds("seconds", way.work.seconds)
    for extra in way.extras:
        unit("share", extra.share)
        _seconds("seconds", extra.seconds)
        _named("pool", () if extra.pool is None else (extra.pool,), pools)
    if not owned and (isinstance(way.work, Takes) or any(one.pool is None for one in way.extras)):
        raise OutOfRangeError(f"way {way.name!r} lets a person work where the step has no people: name a pool, or let nobody do it")


def _named(what: str, names: Sequence[str] | Mapping[str, object], known: set[str] | Mapping[str, int | None]) -> None:
    for name in names:
        if name not in known:
            raise OutOfRangeError(f"{what} {name!r} is not in the process: it has {', '.join(map(repr, sorted(known))) or 'none'}")


def _seconds(name: str, values: Sequence[float]) -> None:
    if not values or any(not math.isfinite(one) or one < 0.0 for one in values):
        raise OutOfRangeError(f"{name} is {values!r}, but must be one or more finite numbers of at least 0")
