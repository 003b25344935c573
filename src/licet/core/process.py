"""A process as it is: its steps and what follows what, where the time of its cases goes, what is done again, and from hand to hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from licet.core.beside import StatedOfStep
from licet.core.further import NOT_COUNTED, FurtherColumns
from licet.core.ids import UseCaseSlug
from licet.core.refusal import Unknown
from licet.core.stated_process import Fit, StatedProcess

PROCESS_FILE = "process.yaml"
"""Where an owner states the process, in the use case's folder."""

TYPICAL = 0.05
"""A step that fewer cases pass, as a share of all, is not named as the bottleneck."""

BUSY_HOURS = 0.9
"""The share of a person's work that lies within what is shown as their usual hours."""

VARIANTS_KEPT = 50
HAND_OVERS_KEPT = 50
HANDS_KEPT = 100
"""So many of each are told one by one; of all there are the counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Times of one kind, at least one.

    Attributes:
        n: how many.
        median: the middle one.
        high: the p90: one in ten is longer.
        total: their sum.
    """

    n: int
    median: timedelta
    high: timedelta
    total: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """How long work takes, from starts and ends that were both recorded; `of`: so many times the step was done."""

    span: Span
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMost:
    """How long work can have taken where no start was recorded: *estimated*, an upper bound; `how` says from what."""

    span: Span
    how: str


Handling = Recorded | AtMost | Unknown

HOW_AT_MOST = "from when the case was free and whoever did it had ended what they ended before; the work took at most so long"
NOT_STATED = Unknown(why="No process is stated to hold the log against: write process.yaml.")
NO_START = Unknown(why="No start was recorded, and nobody's earlier work from which it could be estimated.")
NEVER_WAITED = Unknown(why="No case came to it from another step.")
NO_RATE = Unknown(why="No hourly rate is given.")
NO_WORK = Unknown(why="No start was recorded, so that nobody knows how long the work took.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """How long nobody works on a case that comes from another step, until this one begins; where its start was recorded."""

    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Elapsed:
    """The same until it is completed, where no start was recorded: waiting and work together, which cannot be told apart."""

    span: Span


Waiting = Waited | Elapsed | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCost:
    """What work costs: recorded hours at a rate; whole minor units of a currency. `rate`: an hour's, in minor units."""

    minor: int
    currency: str
    rate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What an hour of work costs, as the owner states it, in minor units: for every step, and for single ones."""

    currency: str
    usual: int | None = None
    steps: Mapping[str, int] = field(default_factory=dict)

    def of(self, step: str) -> int | None:
        """The rate of a step; None where none is given."""
        return self.steps.get(step, self.usual)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedForProcess:
    """What an owner states in `process.yaml`.

    Attributes:
        process: the steps in order; `Unknown` where nothing is stated, or the file cannot be read.
        rates: what an hour of work costs; None: nothing is stated.
        about: single steps, by name: what is at hand there, and what is at stake; `Unknown` where the file cannot be read.
    """

    process: StatedProcess | Unknown = NOT_STATED
    rates: Rates | None = None
    about: Mapping[str, StatedOfStep] | Unknown = field(default_factory=dict)


class NothingStated:
    """States nothing of any process (the port `StatedProcesses`)."""

    def stated(self, slug: UseCaseSlug) -> StatedForProcess:
        """Nothing."""
        del slug
        return StatedForProcess()


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Where the time of cases goes, from the first begin to the last end of each; the four parts sum to the whole.

    Attributes:
        work: somebody worked on the case.
        queue: nobody did, and it went to a step that another step came before.
        pause: nobody did, and the step before was done once more.
        untold: before steps whose start was not recorded: waiting or work, which cannot be told apart.
    """

    work: timedelta
    queue: timedelta
    pause: timedelta
    untold: timedelta

    @property
    def whole(self) -> timedelta:
        """All of it."""
        return self.work + self.queue + self.pause + self.untold

    @property
    def waiting(self) -> timedelta:
        """Time in which nobody worked, as far as it can be told."""
        return self.queue + self.pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Rework:
    """How often a step is done again in the same case.

    Attributes:
        again: cases in which it is done more than once.
        at_once: times it follows directly on itself.
        later: times it comes back after another step.
    """

    again: int
    at_once: int
    later: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the process.

    Attributes:
        name: as the log has it.
        times: how often it was done.
        cases: in how many cases.
        handling: how long the work takes.
        waiting: how long a case that comes to it from another step waits.
        pausing: how long nobody works between two times of it that follow each other.
        split: its part of the time of all cases: the work on it and the waiting before it.
        rework: how often it is done again.
        handed: times it was taken over from somebody else, of `told` times at which that can be told.
        people: how many different ones did it.
        cost: of its recorded work.
    """

    name: str
    times: int
    cases: int
    handling: Handling
    waiting: Waiting
    pausing: Span | Unknown
    split: Split
    rework: Rework
    handed: int
    told: int
    people: int
    cost: WorkCost | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One step directly after another, in the order in which they began; `span`: how long nobody worked on the case in between."""

    source: int
    target: int
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A sequence of steps, as places in `AsIs.steps`, and how many cases take exactly it."""

    steps: tuple[int, ...]
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """How often a case goes from one person's hands into another's, by their pseudonyms."""

    giver: str
    taker: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Somebody who works in the process, under a pseudonym.

    Attributes:
        times: steps they completed, of which each lies at an hour of `week`.
        steps: how many different ones.
        week: by weekday (Monday first) and hour in UTC; *inferred* from what they completed: nobody stated their hours.
        hours: the fewest hours in a row that hold nine tenths of it: first, and the one after the last (above 24 across midnight).
    """

    name: str
    times: int
    steps: int
    week: tuple[tuple[int, ...], ...]
    hours: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandsOver:
    """Hand-overs: `handed` of `told` times at which it can be told; cases without any among `cases`; the most frequent one by one."""

    handed: int
    told: int
    untouched: int
    pairs: tuple[HandOver, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AsIs:
    """A process as its event log shows it.

    Attributes:
        cases, events: how many.
        started: share of events whose start was recorded.
        lead: how long a case takes, from its first begin to its last end.
        split: where that time goes.
        steps: the most frequent first.
        edges: the most frequent first.
        begins, ends: by step, how many cases begin and end with it.
        variants: the most frequent, of `variant_count`; `variant_cases` cases take one of those that are told.
        hands: people, the busiest first; `hand_count` in all.
        hands_over: from hand to hand.
        week: as `Hand.week`, of everybody.
        fit: how cases fit what the owner states; unknown where nothing is stated.
        further: which further columns the log has, and how far they are filled at each step.
    """

    cases: int
    events: int
    started: float
    lead: Span
    split: Split
    steps: tuple[Step, ...]
    edges: tuple[Edge, ...]
    begins: Mapping[int, int]
    ends: Mapping[int, int]
    variants: tuple[Variant, ...]
    variant_count: int
    variant_cases: int
    hands: tuple[Hand, ...]
    hand_count: int
    hands_over: HandsOver
    week: tuple[tuple[int, ...], ...]
    fit: Fit | Unknown
    further: FurtherColumns | Unknown = NOT_COUNTED

    @property
    def bottleneck(self) -> Step | Unknown:
        """The step before which typical cases lose the most time: arrivals times the median wait, so that a few long waits count little.

        Where no start at all was recorded, the step that takes the most time, waiting and work together.
        """
        usual = [step for step in self.steps if step.cases >= TYPICAL * self.cases]
        waited = [(one.waiting.span, one) for one in usual if isinstance(one.waiting, Waited)]
        elapsed = [(one.waiting.span, one) for one in usual if isinstance(one.waiting, Elapsed)]
        lost = [(span.n * span.median, step) for span, step in waited or elapsed if span.median]
        if not lost:
            return Unknown(why="No case waits for a step that cases usually pass.")
        return max(lost, key=lambda pair: pair[0])[1]

    @property
    def paused(self) -> Step | None:
        """The step between whose repetitions the most time passes; None where none is repeated at once."""
        found = max(self.steps, key=lambda s: s.split.pause)
        return found if found.split.pause else None
