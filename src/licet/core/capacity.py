"""Capacity: whether the people who may answer can work off what will come to them, each case before it is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import fmean, median

from licet.core.canonical import Json
from licet.core.refusal import Unknown
from licet.core.second import SecondLooks
from licet.stats.queueing import Overloaded, done_later, fewest_servers

LOOKED_BACK = timedelta(days=28)
"""So far back it is measured how many cases come, and how long people have one in hand."""

FEWEST_DAYS = 7.0
FEWEST_CASES = 30
FEWEST_TIMES = 30
"""From fewer days, cases or times nothing is measured: then it is what the owner assumes, or unknown."""

MOST_PEOPLE = 10_000
USUAL_LATE = 0.05
"""The share of cases that may be answered late where no gate says another."""

HOUR, DAY = 3600.0, 24.0
MODEL = "if cases come by chance (Poisson) and times are exponential"
WHERE = "under `desk:`, `staffing:` in use_case.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """What an owner states of the work at a desk; an assumption, whoever states it.

    Attributes:
        hours_a_day: that each person works on this use case's cases, in (0, 24]; None: nobody said.
        cases_a_day: that come, above 0; None: nobody said.
        seconds_a_case: that one answer takes, above 0; None: nobody said.
    """

    hours_a_day: float | None = None
    cases_a_day: float | None = None
    seconds_a_case: float | None = None


NO_STAFFING = Staffing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """How many cases came in how many days."""

    cases: int
    days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with what it stands on. `assumed`: an owner states it, and it was not measured, or is more than what was."""

    value: float
    basis: str
    assumed: bool


def coming(stated: float | None, came: Came) -> Figure | Unknown:
    """How many cases come on a day: as measured, or as stated where that is more or nothing is measured."""
    if came.days >= FEWEST_DAYS and came.cases >= FEWEST_CASES:
        measured = Figure(value=came.cases / came.days, basis=f"{came.cases:,} in {came.days:.0f} days", assumed=False)
        return _more(measured, stated)
    why = f"{came.cases:,} cases came in {came.days:.0f} days, and it takes {FEWEST_CASES} in {FEWEST_DAYS:.0f} days to measure by"
    return _stated(stated, f"{why}; state `cases_a_day` {WHERE}")


def taking(stated: float | None, times: Sequence[float]) -> Figure | Unknown:
    """How many seconds an answer takes: the mean of those timed at the desk, or as stated where that is more or too few were timed.

    Args:
        stated: by the owner; None: nothing.
        times: how long each case was in hand, from hand-out to the first answer, in seconds; at the desk alone times are taken.
    """
    if len(times) >= FEWEST_TIMES and fmean(times) > 0.0:
        basis = f"mean of {len(times):,} timed at the desk, median {median(times):.0f} s"
        return _more(Figure(value=fmean(times), basis=basis, assumed=False), stated)
    why = f"{len(times)} answers were timed at the desk, and it takes {FEWEST_TIMES} to measure by"
    return _stated(stated, f"{why}; answer more there, or state `seconds_a_case` {WHERE}")


def _more(measured: Figure, stated: float | None) -> Figure:
    if stated is None or stated <= measured.value:
        return measured
    return Figure(value=stated, basis=f"assumed, more than measured: {measured.value:.1f}, {measured.basis}", assumed=True)


def _stated(stated: float | None, why: str) -> Figure | Unknown:
    return Unknown(why=why) if stated is None else Figure(value=stated, basis="assumed", assumed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """What a mandate takes off people, and what it brings them.

    Attributes:
        alone: share of the cases that AI decides alone, in [0, 1].
        cap: most of them on one day.
        audits: share of these that is audited, at most, in [0, 1].
        again: share of the audits that a second person answers, at most, in [0, 1].
    """

    alone: float
    cap: int
    audits: float
    again: float


def looked_at_twice(rule: SecondLooks | None) -> float:
    """The share of people's cases that a second person answers, at most: nobody knows how many have stakes or an attribute beforehand."""
    if rule is None:
        return 0.0
    return 1.0 if rule.stakes or rule.attributes else rule.share


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Answers that people are asked for on a day, by why. What a senior reviewer adjudicates is not among them."""

    decisions: float
    second_looks: float
    audits: float
    known_answers: float

    @property
    def answers(self) -> float:
        """All of them."""
        return self.decisions + self.second_looks + self.audits + self.known_answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What is known of the work that will come to people, and of those who are there to do it.

    Attributes:
        people: who may answer now: allowed, qualified where that is asked for, and not absent.
        unqualified: who may review, and is not qualified.
        away: who may answer, and is absent.
        hours: that each of them works on these cases on a day, as stated; None: nobody said.
        cases: that come on a day.
        seconds: that an answer takes.
        due_within: how soon a case is to be answered; those that are urgent are not told apart.
        relief: what a mandate takes off them; None: people answer every case.
        twice: share of their cases that a second person answers, at most.
        known: share of what they are handed that is planted with a known answer, below 1.
    """

    people: int
    unqualified: int
    away: int
    hours: float | None
    cases: Figure | Unknown
    seconds: Figure | Unknown
    due_within: timedelta
    relief: Relief | None
    twice: float
    known: float

    @property
    def undelegated(self) -> "Capacity":
        """The same where no mandate takes anything off people."""
        return replace(self, relief=None)

    @property
    def work(self) -> Work | Unknown:
        """What people are asked for on a day."""
        if isinstance(self.cases, Unknown):
            return self.cases
        taken = self.relief
        alone = 0.0 if taken is None else min(self.cases.value * taken.alone, float(taken.cap))
        decisions = self.cases.value - alone
        twice = decisions * self.twice
        audits = 0.0 if taken is None else alone * taken.audits * (1.0 + taken.again)
        known = (decisions + twice + audits) * self.known / (1.0 - self.known)
        return Work(decisions=decisions, second_looks=twice, audits=audits, known_answers=known)

    @property
    def a_day(self) -> float | Unknown:
        """How many answers the people who are there can give on a day, working without a pause."""
        if isinstance(self.seconds, Unknown):
            return self.seconds
        return NO_HOURS if self.hours is None else self.people * self.hours * HOUR / self.seconds.value


NO_HOURS = Unknown(why=f"nobody said how many hours a day each person works on these cases; state `hours_a_day` {WHERE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Enough:
    """So many people are enough.

    Attributes:
        needed: the fewest that are.
        late: the share of cases that would be answered late, in [0, 1].
        busy: the share of their hours that the work takes, in [0, 1).
    """

    needed: int
    late: float
    busy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """So many people are not enough.

    Attributes:
        needed: the fewest that are; None: no number is.
        late: the share of cases that would be answered late; 1 where the work grows without end.
        busy: the work, in the hours of the people who are there; at 1 and above it grows without end; None: nobody is there.
    """

    needed: int | None
    late: float
    busy: float | None

    @property
    def overrun(self) -> bool:
        """Whether the work grows without end."""
        return self.busy is None or self.busy >= 1.0


Held = Enough | Short | Unknown


def hold(capacity: Capacity, *, late: float) -> Held:
    """Says whether the people who are there can work off what comes, in the model M/M/c over their working time.

    Cases come at all hours, and what comes while nobody works waits in a pile that is worked off first. So wait and answer together may
    take as long as they may of the worst-placed case of a day: its working time before it is due, less what waits before it of the night.

    Args:
        capacity: what is known.
        late: the share of cases that may be answered late, in (0, 1).

    Returns:
        `Enough`, `Short`, or `Unknown` with what is missing and what to do.
    """
    work = capacity.work
    unknown = next((one for one in (work, capacity.seconds, capacity.a_day) if isinstance(one, Unknown)), None)
    if unknown is not None:
        return unknown
    line = _line(capacity)
    needed = fewest_servers(load=line.load, holds=lambda people: line.late(people) <= late, most=MOST_PEOPLE)
    there = line.late(capacity.people)
    busy = line.load / capacity.people if capacity.people else None
    if needed is not None and busy is not None and capacity.people >= needed:
        return Enough(needed=needed, late=there, busy=busy)
    return Short(needed=needed, late=there, busy=busy)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A desk as a line of cases; times in hours.

    Attributes:
        takes: that an answer takes.
        whole: of work that come on a day.
        hours: that people work on a day, in one stretch.
        due: from when a case comes until it is due, by the clock.
    """

    takes: float
    whole: float
    hours: float
    due: float

    @property
    def load(self) -> float:
        """People kept busy."""
        return self.whole / self.hours

    def late(self, people: int) -> float:
        """The share of cases that so many people answer late."""
        if not people or self.load >= people:
            return 1.0
        patience = self._patience(self.whole / DAY / people)
        if patience < 0.0:
            return 1.0
        found = done_later(servers=people, load=self.load, time=self.takes, than=patience)
        return 1.0 if isinstance(found, Overloaded) else found

    def _patience(self, burden: float) -> float:
        """The working time that the worst-placed case has before it is due, beyond what waits before it of the night, in hours.

        Both change evenly between a few hours of the day, so that the least is at one of these: when work begins and ends, when the
        pile of the night is worked off, and when what comes is due just as work begins or ends.

        Args:
            burden: hours of work for each person that come in an hour, below 1.
        """
        night = DAY - self.hours
        done = min(self.hours, night * burden / (1.0 - burden))
        moments = (0.0, self.hours, done, -self.due % DAY, (self.hours - self.due) % DAY)
        return min(worked(at + self.due, self.hours) - worked(at, self.hours) - self._before(at, burden) for at in moments)

    def _before(self, at: float, burden: float) -> float:
        """Hours of work for each person that wait at an hour of the day, if cases come and are answered evenly."""
        if at > self.hours:
            return (at - self.hours) * burden
        return max(0.0, (DAY - self.hours) * burden - at * (1.0 - burden))


def worked(clock: float, hours: float) -> float:
    """The working hours from the first morning to an hour of the clock, at or above 0, with so many in one stretch each day."""
    return clock // DAY * hours + min(clock % DAY, hours)


def _line(capacity: Capacity) -> _Line:
    work, seconds, hours = capacity.work, capacity.seconds, capacity.hours
    if isinstance(work, Unknown) or isinstance(seconds, Unknown) or hours is None:
        raise NotKnownError(f"{capacity!r} says too little to be counted with; ask `hold`.")
    takes = seconds.value / HOUR
    return _Line(takes=takes, whole=work.answers * takes, hours=hours, due=capacity.due_within / timedelta(hours=1))


class NotKnownError(ValueError):
    """A capacity of which something is unknown was to be counted with."""


# --- in words ------------------------------------------------------------------------------------------------------------


def capacity_in_words(capacity: Capacity, found: Held, *, late: float) -> str:
    """What a gate and a page say of it, with what the numbers stand on and what the model takes for granted."""
    if isinstance(found, Unknown):
        return f"unknown: {found.why}"
    return f"{_people(capacity, found)}; {_burden(capacity)}; {_lateness(found, late)}, {MODEL}"


def _people(capacity: Capacity, found: Enough | Short) -> str:
    there = f"{capacity.people} {'person' if capacity.people == 1 else 'people'}"
    if found.needed is None:
        return f"{there}, and no number is enough: too little working time before a case is due"
    missing = [f"{n} {why}" for n, why in ((capacity.unqualified, "not qualified"), (capacity.away, "away")) if n]
    return f"{there} of at least {found.needed}" + (f" ({', '.join(missing)})" if missing else "")


def _burden(capacity: Capacity) -> str:
    work, seconds, cases = capacity.work, capacity.seconds, capacity.cases
    if isinstance(work, Unknown) or isinstance(seconds, Unknown) or isinstance(cases, Unknown):
        return "unknown"
    came = f"{work.answers:,.1f} answers a day on {cases.value:,.1f} cases ({cases.basis})"
    hours = f"{capacity.hours:g} h a day each (assumed)"
    return f"{came} at {seconds.value:,.0f} s ({seconds.basis}), {hours}, due within {_hours(capacity.due_within)}"


def _hours(span: timedelta) -> str:
    return f"{span / timedelta(hours=1):g} h"


def _lateness(found: Enough | Short, late: float) -> str:
    if isinstance(found, Short) and found.overrun:
        return "the work grows without end"
    return f"{found.late:.1%} late of at most {late:.0%}"


def capacity_to_json(capacity: Capacity) -> Mapping[str, Json]:
    """What a stage was entered on, for the ledger: numbers alone, null where unknown."""
    work = capacity.work
    return {
        "people": capacity.people,
        "answers_a_day": None if isinstance(work, Unknown) else round(work.answers, 3),
        "cases_a_day": _number(capacity.cases),
        "seconds_a_case": _number(capacity.seconds),
        "hours_a_day": capacity.hours,
        "assumed": _assumed_in(capacity),
        "due_within_seconds": int(capacity.due_within.total_seconds()),
    }


def _number(found: Figure | Unknown) -> float | None:
    return None if isinstance(found, Unknown) else round(found.value, 3)


def _assumed_in(capacity: Capacity) -> list[Json]:
    """What an owner states: hours always, for nothing measures them."""
    figures = [name for name, one in (("cases", capacity.cases), ("seconds", capacity.seconds)) if isinstance(one, Figure) and one.assumed]
    return [*figures, *(() if capacity.hours is None else ("hours",))]
