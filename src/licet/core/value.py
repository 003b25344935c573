"""Value: what a use case changed since AI decides some of its cases, held against the locked baseline; nothing in it is self-reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from licet.core.baseline import Baseline
from licet.core.canonical import Json
from licet.core.cost import MILLION, Cost
from licet.core.level import Level, difference, level_from_json, level_to_json, mean_level, quantile_level, times
from licet.core.process_told import lasting
from licet.core.refusal import Unknown
from licet.stats.ranges import BoolArray, FloatArray, IntArray
from licet.stats.rollout import FEWEST_IN_ARM, Difference, randomised_difference

FIGURES: Final[Mapping[str, str]] = {
    "turn_median": "hours from a case's arrival until it is decided, half of them sooner",
    "turn_p90": "hours until nine of ten are decided",
    "minutes": "minutes of people's work a case, with second looks and audits",
    "cases_a_week": "cases a week",
    "alone": "share of the cases that AI decided alone",
    "errors": "share of what AI decided alone that audits find wrong",
    "hours_a_week": "hours of people's work a week",
    "hours_saved_a_week": "hours of people's work saved a week",
    "spent_a_week": "paid for asking the system a week",
    "worth_a_week": "worth a week, after what AI and its errors cost",
    "lead_mean": "hours from a case's first event to its last, in the whole process, mean",
    "lead_median": "hours from first event to last, half of the cases sooner",
    "lead_p90": "hours from first event to last, nine of ten sooner",
}
"""Every figure, in the order in which it is shown, and what it is. A case before is a stay at the step: see `core/baseline.py`."""

LEADS: Final = ("lead_mean", "lead_median", "lead_p90")
"""Those of the process as a whole, from event logs before and since."""

AMOUNTS: Final = frozenset({"spent_a_week", "worth_a_week"})
"""Which of them are money, in minor units of the statement's currency."""

CAUSED: Final[Mapping[str, tuple[str, str]]] = {
    "turn": ("hours until a case is decided", "hours"),
    "minutes": ("minutes of people's work a case", "minutes"),
}
"""What is compared where chance chose who decides, with its unit."""

WEEK: Final = timedelta(weeks=1)

SHARE_TIMED: Final = 0.9
"""Where a smaller share of people's answers was timed, nothing is said of how long all of them took."""


NO_LATER_LOG: Final = Unknown(why="no event log tells of cases that began since AI may decide alone: `licet process import` a later one")

NO_MEAN: Final = Unknown(why="the baseline was measured by an earlier version of Licet, which took no mean: lock it anew")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """The cases since AI was allowed to decide, one place a case.

    Attributes:
        weeks: in which each came.
        hours: until it was decided; infinite where it is not.
        open_hours: the same, of one that is not decided until now.
        alone: whether AI decided it alone.
        minutes: of people's work on it, as timed at the desk.
        stratum: the step of exposure in which chance drew it; -1 where nothing was drawn.
        given: whether chance gave it to AI.
    """

    weeks: IntArray
    hours: FloatArray
    open_hours: FloatArray
    alone: BoolArray
    minutes: FloatArray
    stratum: IntArray
    given: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is known of these cases as a whole.

    Attributes:
        since, until: from the first grant of a mandate until now.
        timed: the share of people's answers that was timed, in [0, 1]; None where there is no answer.
        errors: the share of AI's own decisions that audits find wrong.
        spent: on asking the system since then.
        incidents: how many there were.
        simulated: whether people's answers of a demo are among them.
        leads: lead times of cases that began since, by code, from a later event log; none: nobody looked for one.
    """

    since: datetime
    until: datetime
    timed: float | None
    errors: Level | Unknown
    spent: Cost | Unknown | None
    incidents: int
    simulated: bool
    leads: Mapping[str, Level | Unknown] = field(default_factory=dict)

    @property
    def weeks(self) -> float | Unknown:
        """How many weeks that is; Unknown before the first is over: a count of less is none of a week."""
        passed = self.until - self.since
        if passed < WEEK:
            return Unknown(why=f"AI may decide alone since {lasting(passed)}, and a figure of a week takes a week")
        return passed / WEEK


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure, before and now; `before` is None where there was no such thing before."""

    code: str
    before: Level | Unknown | None
    now: Level | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What a use case changed.

    Attributes:
        since, until: the time it is about; `cases` that came in it, `open` of them not decided.
        figures: before and now. What else changed in that time is in them too.
        caused: by AI's deciding, where chance chose which cases it was given.
        incidents: in that time.
        currency: of the amounts, in minor units; None where there are none.
        simulated: whether people's answers of a demo are among them.
        before_simulated: whether the baseline was measured from a simulated log.
    """

    since: datetime
    until: datetime
    cases: int
    open: int
    figures: tuple[Figure, ...]
    caused: Mapping[str, Difference | Unknown]
    incidents: int
    currency: str | None
    simulated: bool
    before_simulated: bool = False


def value_of(baseline: Baseline, seen: Seen, around: Around) -> Value:
    """Holds what was seen since go-live against the baseline."""
    n, minutes = seen.weeks.size, _minutes(seen, around)
    rate, currency = _a_week(n, around), _currency(baseline, around)
    saved = _saved(baseline.minutes, minutes, rate)
    spent = _spent(around, currency)
    plain = {
        "turn_median": (baseline.turn_median, quantile_level(seen.hours, seen.weeks, 0.5)),
        "turn_p90": (baseline.turn_p90, quantile_level(seen.hours, seen.weeks, 0.9)),
        "minutes": (baseline.minutes, minutes),
        "cases_a_week": (baseline.a_week, rate),
        "alone": (None, mean_level(seen.alone.astype(np.float64), seen.weeks)),
        "errors": (None, around.errors),
        "hours_a_week": (_hours_a_week(baseline.minutes, baseline.a_week), _hours_a_week(minutes, rate)),
        "hours_saved_a_week": (None, saved),
        "spent_a_week": (None, spent),
        "worth_a_week": (None, _worth(baseline, saved, spent, _errors_a_week(seen, around))),
        **{code: (getattr(baseline, code) or NO_MEAN, around.leads.get(code, NO_LATER_LOG)) for code in LEADS},
    }
    return Value(
        since=around.since,
        until=around.until,
        cases=n,
        open=int(np.isinf(seen.hours).sum()),
        figures=tuple(Figure(code=code, before=pair[0], now=pair[1]) for code, pair in plain.items()),
        caused=_caused(seen, around),
        incidents=around.incidents,
        currency=currency,
        simulated=around.simulated,
        before_simulated=baseline.simulated,
    )


def _minutes(seen: Seen, around: Around) -> Level | Unknown:
    worked = _worked(seen, around)
    return worked if isinstance(worked, Unknown) else mean_level(worked, seen.weeks)


def _worked(seen: Seen, around: Around) -> FloatArray | Unknown:
    """Minutes of people's work on each case, what nobody timed counted in: an answer that was not timed took as long as one that was.

    A case that is not decided waits for people; it takes at least as long as those that people decided. Counted with what was spent on
    it so far, mostly nothing, a backlog would look like hours saved.
    """
    untimed = _untimed(around)
    if untimed is not None:
        return untimed
    minutes, waiting = seen.minutes / (around.timed or 1.0), np.isinf(seen.hours)
    by_people = minutes[~waiting & ~seen.alone]
    if waiting.any() and not by_people.size:
        return Unknown(why="no case was decided by people yet, and some wait for them")
    return np.where(waiting, np.maximum(minutes, by_people.mean()), minutes) if waiting.any() else minutes


def _untimed(around: Around) -> Unknown | None:
    if around.timed is None or around.timed >= SHARE_TIMED:
        return None
    return Unknown(
        why=f"{around.timed:.0%} of people's answers were timed at the desk, and it takes {SHARE_TIMED:.0%}; worksheets are not timed"
    )


def _a_week(count: float, around: Around) -> Level | Unknown:
    """So many in all that time, in a week."""
    weeks = around.weeks
    return weeks if isinstance(weeks, Unknown) else Level(value=count / weeks, low=None, high=None, n=int(count), counted=True)


def _hours_a_week(minutes: Level | Unknown, a_week: Level | Unknown) -> Level | Unknown:
    if isinstance(minutes, Unknown):
        return minutes
    return a_week if isinstance(a_week, Unknown) else times(minutes, a_week.value / 60.0)


def _saved(before: Level | Unknown, now: Level | Unknown, a_week: Level | Unknown) -> Level | Unknown:
    """Hours a week that today's cases would take as before, less what they take."""
    if isinstance(before, Unknown):
        return Unknown(why=f"nobody measured the work before: {before.why}")
    if isinstance(now, Unknown):
        return now
    return a_week if isinstance(a_week, Unknown) else times(difference(before, now), -a_week.value / 60.0)


def _currency(baseline: Baseline, around: Around) -> str | None:
    """The currency of all amounts: the owner's; where they state none, that of what was spent."""
    known = [one for one in (baseline.stated.hour, baseline.stated.error, around.spent) if isinstance(one, Cost)]
    return known[0].currency if known else None


def _spent(around: Around, currency: str | None) -> Level | Unknown:
    """What was paid a week; unknown in a statement of another currency, since nobody states a rate."""
    if isinstance(around.spent, Unknown):
        return around.spent
    if around.spent is not None and around.spent.currency != currency:
        return Unknown(why=f"it was spent in {around.spent.currency}, and baseline.yaml states amounts in {currency}")
    a_week = _a_week(0.0 if around.spent is None else around.spent.millionths / MILLION, around)
    return a_week if isinstance(a_week, Unknown) else replace(a_week, n=0)


def _errors_a_week(seen: Seen, around: Around) -> Level | Unknown:
    if isinstance(around.errors, Unknown):
        return around.errors
    alone = _a_week(float(seen.alone.sum()), around)
    return alone if isinstance(alone, Unknown) else times(around.errors, alone.value)


def _worth(baseline: Baseline, saved: Level | Unknown, spent: Level | Unknown, errors: Level | Unknown) -> Level | Unknown:
    """Hours saved in money, less what was paid for the system and what its errors cost, in minor units; at the ends, the worst of each."""
    hour, error = baseline.stated.hour, baseline.stated.error
    if isinstance(saved, Unknown) or isinstance(spent, Unknown) or isinstance(errors, Unknown):
        return next(one for one in (saved, spent, errors) if isinstance(one, Unknown))
    if hour is None or error is None:
        return Unknown(why="nobody said what an hour and a wrong decision cost; state `hour` and `error` in baseline.yaml")
    gained, lost = times(saved, hour.millionths / MILLION), times(errors, error.millionths / MILLION)
    return Level(
        value=gained.value - spent.value - lost.value,
        low=None if gained.low is None or lost.high is None else gained.low - spent.value - lost.high,
        high=None if gained.high is None or lost.low is None else gained.high - spent.value - lost.low,
        n=saved.n,
        assumed=saved.assumed,
    )


def _caused(seen: Seen, around: Around) -> Mapping[str, Difference | Unknown]:
    """What AI's deciding changed, from cases that chance gave to it or left to people within one step of exposure."""
    drawn = seen.stratum >= 0
    outcomes: Sequence[tuple[str, FloatArray | Unknown]] = (("turn", seen.open_hours), ("minutes", _worked(seen, around)))
    return {code: values if isinstance(values, Unknown) else _difference(values, seen, drawn) for code, values in outcomes}


def _difference(values: FloatArray, seen: Seen, drawn: BoolArray) -> Difference | Unknown:
    if not bool(drawn.any()):
        return Unknown(why="no case was left to people by chance: the mandate has no plan of exposure, or gives AI all it may decide")
    found = randomised_difference(values[drawn], seen.given[drawn], seen.stratum[drawn])
    return found or Unknown(why=f"no step of exposure has {FEWEST_IN_ARM} cases on both sides yet")


# --- as JSON ---------------------------------------------------------------------------------------------------------------


def value_to_json(value: Value) -> Mapping[str, Json]:
    """A statement of value as JSON."""
    return {
        "since": value.since.isoformat(),
        "until": value.until.isoformat(),
        "cases": value.cases,
        "open": value.open,
        "figures": {one.code: {"before": _or_null(one.before), "now": level_to_json(one.now)} for one in value.figures},
        "caused": {code: _difference_to_json(found) for code, found in value.caused.items()},
        "incidents": value.incidents,
        "currency": value.currency,
        "simulated": value.simulated,
        "before_simulated": value.before_simulated,
    }


def _or_null(level: Level | Unknown | None) -> Json:
    return None if level is None else level_to_json(level)


def _difference_to_json(found: Difference | Unknown) -> Json:
    if isinstance(found, Unknown):
        return {"unknown": found.why}
    names = ("estimate", "low", "high", "given", "left", "steps", "left_out")
    return {name: getattr(found, name) for name in names}


class NotAValueError(ValueError):
    """A value does not say a statement of value."""


def value_from_json(raw: Mapping[str, Json]) -> Value:
    """Reads what `value_to_json` wrote.

    Raises:
        NotAValueError: when it is no statement of value.
    """
    match raw:
        case {
            "since": str() as since,
            "until": str() as until,
            "cases": int() as cases,
            "open": int() as open_,
            "figures": dict() as figures,
            "caused": dict() as caused,
            "incidents": int() as incidents,
            "currency": str() | None as currency,
            "simulated": bool() as simulated,
        }:
            return Value(
                since=datetime.fromisoformat(since),
                until=datetime.fromisoformat(until),
                cases=cases,
                open=open_,
                figures=tuple(_figure_from_json(code, figures[code]) for code in FIGURES if code in figures),
                caused={code: _difference_from_json(one) for code, one in caused.items()},
                incidents=incidents,
                currency=currency,
                simulated=simulated,
                before_simulated=raw.get("before_simulated") is True,
            )
        case _:
            raise NotAValueError(f"{sorted(raw)!r} are not the parts of a statement of value.")


def _figure_from_json(code: str, raw: Json) -> Figure:
    match raw:
        case {"before": before, "now": now}:
            return Figure(code=code, before=None if before is None else level_from_json(before), now=level_from_json(now))
        case _:
            raise NotAValueError(f"{raw!r} is no figure.")


def _difference_from_json(raw: Json) -> Difference | Unknown:
    match raw:
        case {"unknown": str() as why}:
            return Unknown(why=why)
        case {
            "estimate": float() as estimate,
            "low": float() as low,
            "high": float() as high,
            "given": int() as given,
            "left": int() as left,
            "steps": int() as steps,
            "left_out": int() as left_out,
        }:
            return Difference(estimate=estimate, low=low, high=high, given=given, left=left, steps=steps, left_out=left_out)
        case _:
            raise NotAValueError(f"{raw!r} is no difference.")
