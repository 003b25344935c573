"""A promise: what the redesign said AI would change, held against what was measured: kept, not kept, or unknown and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from licet.core.baseline import Baseline
from licet.core.canonical import Json
from licet.core.level import Level, difference, level_to_json, plus, times
from licet.core.redesign import Doer
from licet.core.refusal import Unknown
from licet.core.simulated_redesign import Row, SimulatedRedesign
from licet.core.value import Figure, Value

SECONDS_AN_HOUR: Final = 3600.0
MINUTES_AN_HOUR: Final = 60.0


class Answer(StrEnum):
    """Whether a promise is kept; it is *kept* and *not kept* only where the interval says so."""

    KEPT = "kept"
    NOT_KEPT = "not kept"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One figure as it was promised, beside what it was before and what it is now, all of the same thing.

    Attributes:
        code: of the figure, as in a statement of value.
        before: None where there was no such thing.
        promised: as the redesign's simulation said.
        answer: whether it is kept; None: shown and not judged. `why`, where it is unknown or not judged.
    """

    code: str
    before: Level | Unknown | None
    promised: Level | Unknown
    now: Level | Unknown
    answer: Answer | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What was promised, and whether it is kept.

    Attributes:
        title, at, simulation: of the redesign, when it was simulated, and the simulation's id.
        step: that AI was to decide; None: no step is named.
        figures: each that was promised.
        said: what a reader must know of the promise: that parts of it were assumed, or that it stands on what no longer counts.
    """

    title: str
    at: datetime
    simulation: str
    step: str | None
    figures: tuple[Held, ...]
    said: tuple[str, ...]

    @property
    def answer(self) -> Answer:
        """Of all figures: kept where each is, not kept where one is not."""
        answers = {one.answer for one in self.figures if one.answer is not None}
        if Answer.NOT_KEPT in answers:
            return Answer.NOT_KEPT
        return Answer.KEPT if answers == {Answer.KEPT} else Answer.UNKNOWN


def held_promise(one: SimulatedRedesign, baseline: Baseline, value: Value, *, granted: datetime, outdated: Sequence[str]) -> Promise:
    """Holds what a redesign promised against what was measured.

    Args:
        one: the simulation that was the newest when AI was first allowed to decide alone; where none was there, the newest since.
        baseline: that the statement stands on.
        value: what was measured.
        granted: when AI was first allowed to decide alone.
        outdated: what changed since the simulation, in words.
    """
    decides = one.redesign.get("decides")
    step = decides if isinstance(decides, str) else None
    now = {figure.code: figure for figure in value.figures}
    figures = (*_work(one, baseline, now), *_of_ai(one, step, now), *_lead_times(one, baseline, now))
    return Promise(title=one.title, at=one.at, simulation=one.id, step=step, figures=figures, said=_said(one, baseline, granted, outdated))


def _said(one: SimulatedRedesign, baseline: Baseline, granted: datetime, outdated: Sequence[str]) -> tuple[str, ...]:
    late = (f"It was simulated on {one.at:%Y-%m-%d}, after AI was first allowed to decide alone on {granted:%Y-%m-%d}.",)
    stale = (f"It stands on what counted then: {'; '.join(outdated)}.",)
    assumed = (f"Nobody measured {len(one.assumed):,} of the figures it stands on; they are assumed.",)
    naive = ("Its model did not beat the naive forecast, so that it promises no lead times.",)
    said = (
        (one.at > granted, late),
        (bool(outdated), stale),
        (bool(one.assumed), assumed),
        (not one.back_test.beats, naive),
        (
            baseline.simulated,
            ("What it was before was measured from a simulated log, so that nothing is proved by what is held against it.",),
        ),
    )
    return tuple(words for so, sentences in said if so for words in sentences)


# --- figures -------------------------------------------------------------------------------------------------------------


def _work(one: SimulatedRedesign, baseline: Baseline, now: Mapping[str, Figure]) -> tuple[Held, ...]:
    """People's work on a case at the step: as before, less what the simulation takes off it, and as it is timed now.

    It is judged by the case, and not by the week: how many cases come is nothing that AI promises.
    """
    saved, a_week, minutes = _saved_a_week(one, baseline), baseline.a_week, _figure(now, "minutes", baseline.minutes)
    unknown = _first_unknown(saved, a_week)
    week = _held(_figure(now, "hours_saved_a_week", None), saved, None, "it goes with how many cases come, which nobody promises")
    if unknown is not None:
        return (_by_change(minutes, unknown), week)
    a_case = times(_known(saved), -MINUTES_AN_HOUR / _known(a_week).value)
    why = f"promised for {_known(a_week).value:,.0f} cases at the step a week; it goes with how many come, which nobody promises"
    return (_by_change(minutes, a_case), replace(week, why=why))


def _saved_a_week(one: SimulatedRedesign, baseline: Baseline) -> Level | Unknown:
    """Hours of people's work that the simulation takes off the step in a week."""
    other, row = _another_thing(one, baseline), _row(one, "hours")
    if other is not None:
        return other
    if row is None or row.change is None:
        return Unknown(why="its simulation does not say what people work")
    return Level(value=-row.change.mean, low=-row.change.high, high=-row.change.low, n=one.cases)


def _another_thing(one: SimulatedRedesign, baseline: Baseline) -> Unknown | None:
    """Why promise and baseline are of two things; None where they are of one."""
    return _of_another_log(one, baseline) or _of_another_step(one, baseline) or _of_more_steps(one)


def _of_another_log(one: SimulatedRedesign, baseline: Baseline) -> Unknown | None:
    if baseline.stays is None:
        return Unknown(why="the baseline was measured by an earlier version of Licet, which counted visits: lock it anew before comparing")
    if one.log_digest != baseline.log:
        return Unknown(why="it was simulated on another event log than the baseline was measured from")
    return None


def _of_another_step(one: SimulatedRedesign, baseline: Baseline) -> Unknown | None:
    decides, step = one.redesign.get("decides"), baseline.stated.step
    if step is None:
        return Unknown(why="the baseline is of the process as a whole: state the step as `step:` in baseline.yaml and lock it anew")
    return None if step == decides else Unknown(why=f"the baseline is of {step!r}, and the redesign lets AI decide {decides!r}")


def _of_more_steps(one: SimulatedRedesign) -> Unknown | None:
    said: Mapping[str, Any] = one.redesign
    steps = {name for name, plan in said.get("steps", {}).items() if plan.get("by") != Doer.PERSON.value}
    if steps - {said.get("decides")} or said.get("removed") or said.get("merged"):
        return Unknown(why="the redesign changes the work at other steps, too, and its simulation says only what it changes in all")
    return None


def _of_ai(one: SimulatedRedesign, step: str | None, now: Mapping[str, Figure]) -> tuple[Held, ...]:
    """The share decided alone, and how often that is wrong, where AI is to decide alone."""
    said: Mapping[str, Any] = one.redesign
    if step is None or said.get("steps", {}).get(step, {}).get("by") != Doer.AI_ALONE.value:
        return ()
    inputs: Mapping[str, Any] = one.inputs
    behaviour = inputs.get("behaviours", {}).get(step, {})
    share, bound = (_input(behaviour.get(key)) for key in ("coverage", "error"))
    alone, errors = (_figure(now, code, None) for code in ("alone", "errors"))
    return (_by_bound(alone, share, least=True), _by_bound(errors, bound, least=False))


def _input(raw: Any) -> Level | Unknown:  # noqa: ANN401 - a figure of a simulation, as JSON
    match raw:
        case {"value": int() | float() as value, "assumed": bool() as assumed}:
            return Level(value=float(value), low=None, high=None, n=0, assumed=assumed)
        case {"basis": str() as why}:
            return Unknown(why=why)
        case _:
            return Unknown(why="its simulation does not say it")


LEADS: Final[Mapping[str, str]] = {"lead_mean": "lead_time_mean", "lead_median": "lead_time_median", "lead_p90": "lead_time_p90"}
"""Lead times of a statement, and what a simulation calls them."""


def _lead_times(one: SimulatedRedesign, baseline: Baseline, now: Mapping[str, Figure]) -> tuple[Held, ...]:
    """Lead times of the process as a whole, where the back-test lets the simulation say any."""
    found = []
    for code, key in LEADS.items():
        row = next((row for row in one.shown if row.key == key), None)
        if row is None or row.change is None:
            continue
        span = row.change
        change = Level(value=span.mean / SECONDS_AN_HOUR, low=span.low / SECONDS_AN_HOUR, high=span.high / SECONDS_AN_HOUR, n=one.cases)
        measured = getattr(baseline, code) or Unknown(why="the baseline was measured by an earlier version of Licet: lock it anew")
        found.append(_by_change(_figure(now, code, measured), _of_another_log(one, baseline) or change))
    return tuple(found)


def _figure(now: Mapping[str, Figure], code: str, before: Level | Unknown | None) -> Figure:
    lacking = Unknown(why="the statement was made before this was measured: measure anew")
    return Figure(code=code, before=before, now=now[code].now if code in now else lacking)


def _row(one: SimulatedRedesign, key: str) -> Row | None:
    return next((row for row in one.rows if row.key == key), None)


# --- kept or not ---------------------------------------------------------------------------------------------------------


def _by_change(figure: Figure, change: Level | Unknown) -> Held:
    """A figure that is promised as a change of what was before: what it may come to at most."""
    before = figure.before if figure.before is not None else Unknown(why="nobody measured it before")
    promised = _first_unknown(change, before) or plus(_known(before), _known(change))
    unknown = _first_unknown(change, before, figure.now)
    if unknown is not None:
        return _held(figure, promised, Answer.UNKNOWN, unknown.why)
    over = difference(_known(change), difference(_known(before), _known(figure.now)))
    answer, why = _answer(over, assumed=over.assumed)
    return _held(figure, promised, answer, why)


def _by_bound(figure: Figure, bound: Level | Unknown, *, least: bool) -> Held:
    """A figure that is promised as a bound: a share of at least, or of at most, so much."""
    unknown = _first_unknown(bound, figure.now)
    if unknown is not None:
        return _held(figure, bound, Answer.UNKNOWN, unknown.why)
    now, limit = _known(figure.now), _known(bound).value
    over = times(Level(value=now.value - limit, low=_less(now.low, limit), high=_less(now.high, limit), n=now.n), -1.0 if least else 1.0)
    answer, why = _answer(over, assumed=now.assumed)
    return _held(figure, bound, answer, why)


def _less(end: float | None, limit: float) -> float | None:
    return None if end is None else end - limit


def _answer(over: Level, *, assumed: bool) -> tuple[Answer, str]:
    """By how much it is more than was promised: kept where that is 0 at most at the interval's upper end."""
    if over.high is not None and over.high <= 0.0:
        return Answer.KEPT, ""
    if over.low is not None and over.low > 0.0:
        return Answer.NOT_KEPT, ""
    if over.low is None and over.high is None:
        return Answer.UNKNOWN, "what it was before is assumed" if assumed else "there is no interval yet: too few weeks"
    return Answer.UNKNOWN, "the interval holds what was promised, so that it may be either"


def _held(figure: Figure, promised: Level | Unknown, answer: Answer | None, why: str) -> Held:
    return Held(code=figure.code, before=figure.before, promised=promised, now=figure.now, answer=answer, why=why)


def _first_unknown(*levels: Level | Unknown) -> Unknown | None:
    return next((one for one in levels if isinstance(one, Unknown)), None)


def _known(level: Level | Unknown) -> Level:
    if isinstance(level, Unknown):
        raise TypeError(level.why)
    return level


# --- as JSON -------------------------------------------------------------------------------------------------------------


def promise_to_json(promise: Promise) -> Mapping[str, Json]:
    """A promise as JSON, for programs."""
    return {
        "simulated": True,
        "title": promise.title,
        "at": promise.at.isoformat(),
        "simulation": promise.simulation,
        "step": promise.step,
        "answer": promise.answer.value,
        "figures": {
            one.code: {
                "before": None if one.before is None else level_to_json(one.before),
                "promised": level_to_json(one.promised),
                "now": level_to_json(one.now),
                "answer": None if one.answer is None else one.answer.value,
                "why": one.why,
            }
            for one in promise.figures
        },
        "said": list(promise.said),
    }
