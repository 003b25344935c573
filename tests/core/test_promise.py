"""What the redesign promised is kept, not kept or unknown: only the interval says so, and only of one and the same thing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from licet.core.baseline import Baseline, StatedForBaseline, Stays
from licet.core.level import Level, mean_level
from licet.core.promise import Answer, Held, Promise, held_promise, promise_to_json
from licet.core.promise_told import promise_headline
from licet.core.refusal import Unknown
from licet.core.simulated_redesign import Kind, Row, SimulatedRedesign, Span, Unit
from licet.core.value import Figure, Value
from tests.core.redesigns import simulation_of

AT = datetime(2030, 1, 1, tzinfo=UTC)
GRANTED = AT + timedelta(days=10)
LOG = "1" * 64


def level(value: float, half: float | None = 1.0, *, assumed: bool = False, counted: bool = False) -> Level:
    ends = (None, None) if half is None else (value - half, value + half)
    return Level(value=value, low=ends[0], high=ends[1], n=500, assumed=assumed, counted=counted)


BASELINE = Baseline(
    log=LOG,
    stated=StatedForBaseline(step="check"),
    since=AT,
    until=AT,
    cases=1000,
    visits=1500,
    weeks=20.0,
    lead_median=level(20.0),
    lead_p90=level(90.0),
    turn_median=level(5.0),
    turn_p90=level(9.0),
    minutes=level(12.0, 0.5),
    lead_mean=level(40.0),
    stays=Stays(count=1200, cases=1000, a_week=level(60.0, None, counted=True)),
)
"""Twelve minutes on a stay, sixty stays a week: twelve hours of work a week."""

SIX_HOURS = Span(mean=-6.0, low=-6.1, high=-5.9)
WORK = Row(key="hours", says="", kind=Kind.LABOUR, unit=Unit.HOURS_A_WEEK, as_is=SIX_HOURS, to_be=SIX_HOURS, change=SIX_HOURS)
FOUR_LATER = Span(mean=4 * 3600.0, low=3.9 * 3600, high=4.1 * 3600)
LEAD = Row(key="lead_time_mean", says="", kind=Kind.TIME, unit=Unit.SECONDS, as_is=FOUR_LATER, to_be=FOUR_LATER, change=FOUR_LATER)
PLAN: Mapping[str, Any] = {"title": "AI checks", "decides": "check", "steps": {"check": {"by": "ai alone"}}, "removed": [], "merged": []}
BEHAVES = {"coverage": {"value": 0.6, "basis": "", "assumed": True}, "error": {"value": 0.05, "basis": "", "assumed": True}}


def simulated(**other: Any) -> SimulatedRedesign:  # noqa: ANN401 - any field of a simulation
    """A redesign that takes six hours a week off people's work, six minutes a stay, and lets cases take four hours longer."""
    plain = {"redesign": PLAN, "log_digest": LOG, "rows": (WORK, LEAD), "assumed": (), "inputs": {"behaviours": {"check": BEHAVES}}}
    return replace(simulation_of(at=AT), **{**plain, **other})


def value(**now: Level | Unknown) -> Value:
    plain: dict[str, Level | Unknown] = {
        "minutes": level(5.0, 0.3),
        "hours_saved_a_week": level(7.0),
        "alone": level(0.65, 0.02),
        "errors": level(0.02, 0.01),
        "lead_mean": level(41.0),
    }
    figures = tuple(Figure(code=code, before=None, now=one) for code, one in {**plain, **now}.items())
    return Value(since=AT, until=AT, cases=9, open=0, figures=figures, caused={}, incidents=0, currency=None, simulated=False)


def held(one: SimulatedRedesign | None = None, baseline: Baseline = BASELINE, **now: Level | Unknown) -> Promise:
    return held_promise(one or simulated(), baseline, value(**now), granted=GRANTED, outdated=())


def figure(found: Promise, code: str) -> Held:
    return next(one for one in found.figures if one.code == code)


def test_work_is_promised_and_measured_by_the_stay_at_the_same_step() -> None:
    found = figure(held(), "minutes")
    assert isinstance(found.promised, Level)
    assert found.promised.value == pytest.approx(6.0)
    assert (found.before, found.answer) == (BASELINE.minutes, Answer.KEPT)


@pytest.mark.parametrize(
    ("minutes", "answer"),
    [
        (level(5.0, 0.3), Answer.KEPT),
        (level(5.9, 0.3), Answer.UNKNOWN),
        (level(6.1, 0.3), Answer.UNKNOWN),
        (level(7.0, 0.3), Answer.NOT_KEPT),
        (level(1.0, None), Answer.UNKNOWN),
        (Unknown(why="nobody timed it"), Answer.UNKNOWN),
    ],
)
def test_a_promise_is_kept_or_not_only_where_the_interval_says_so(minutes: Level | Unknown, answer: Answer) -> None:
    found = held(minutes=minutes)
    assert figure(found, "minutes").answer is answer
    assert found.answer is answer


def test_one_figure_that_is_not_kept_breaks_the_promise_and_one_that_is_unknown_keeps_it_open() -> None:
    assert held().answer is Answer.KEPT
    assert held(alone=level(0.5, 0.05)).answer is Answer.NOT_KEPT
    assert held(errors=level(0.1, 0.02), minutes=Unknown(why="x")).answer is Answer.NOT_KEPT
    assert held(lead_mean=Unknown(why="no later log")).answer is Answer.UNKNOWN


def test_a_lead_time_may_get_longer_by_what_was_promised_and_no_more() -> None:
    assert figure(held(lead_mean=level(42.0, 1.0)), "lead_mean").answer is Answer.KEPT
    assert figure(held(lead_mean=level(47.0, 1.0)), "lead_mean").answer is Answer.NOT_KEPT
    naive = simulated(back_test=replace(simulated().back_test, beats=False))
    assert [one.code for one in held(naive).figures] == ["minutes", "hours_saved_a_week", "alone", "errors"]
    assert any("no lead times" in words for words in held(naive).said)


def test_hours_a_week_are_shown_and_not_judged_since_nobody_promises_how_many_cases_come() -> None:
    found = figure(held(hours_saved_a_week=level(1.0, 0.1)), "hours_saved_a_week")
    assert isinstance(found.promised, Level)
    assert (found.promised.value, found.answer) == (6.0, None)
    assert "60 cases" in found.why


@pytest.mark.parametrize(
    ("one", "baseline", "why"),
    [
        (simulated(log_digest="2" * 64), BASELINE, "another event log"),
        (simulated(redesign={**PLAN, "decides": "close"}), BASELINE, "is of 'check'"),
        (simulated(redesign={**PLAN, "steps": {**PLAN["steps"], "close": {"by": "ai proposes"}}}), BASELINE, "other steps"),
        (simulated(redesign={**PLAN, "removed": ["copy"]}), BASELINE, "other steps"),
        (simulated(), replace(BASELINE, stated=StatedForBaseline()), "process as a whole"),
        (simulated(), replace(BASELINE, stays=None), "earlier version"),
    ],
)
def test_two_figures_of_two_things_are_never_compared(one: SimulatedRedesign, baseline: Baseline, why: str) -> None:
    found = figure(held(one, baseline), "minutes")
    assert isinstance(found.promised, Unknown)
    assert (found.answer, why in found.why) == (Answer.UNKNOWN, True)


def test_what_somebody_assumed_of_before_keeps_no_promise() -> None:
    found = figure(held(baseline=replace(BASELINE, minutes=level(12.0, None, assumed=True))), "minutes")
    assert (found.answer, "assumed" in found.why) == (Answer.UNKNOWN, True)


def test_what_the_promise_stands_on_is_said() -> None:
    late = simulated(at=GRANTED + timedelta(days=1), assumed=(("coverage", "0.6"),))
    found = held_promise(late, BASELINE, value(), granted=GRANTED, outdated=("another standard is in force",))
    assert [
        part in " ".join(found.said) for part in ("after AI was first allowed", "another standard is in force", "1 of the figures")
    ] == [True] * 3
    assert held().said == ()
    assert any("simulated log" in words for words in held(baseline=replace(BASELINE, simulated=True)).said)


def test_the_sentence_says_kept_not_kept_or_what_is_missing() -> None:
    kept = "people's work on a case at the step is 5.00 min (4.70 min to 5.30 min at 95%), and at most 6.00 min was promised; "
    assert promise_headline(held()).startswith(f"The promise is kept: {kept}")
    broken = promise_headline(held(alone=level(0.5, 0.05), minutes=Unknown(why="nobody timed it")))
    assert broken == (
        "The promise is not kept: the share that AI decides alone is 50.0% (45.0% to 55.0% at 95%), and at least 60.0% was promised; "
        "unknown for people's work on a case at the step."
    )
    unknown = promise_headline(held(minutes=Unknown(why="nobody timed it")))
    assert unknown.startswith("Whether the promise is kept is unknown: people's work on a case at the step (nobody timed it); kept for ")


def test_programs_read_the_same() -> None:
    said = promise_to_json(held(minutes=level(7.0, 0.3)))
    assert (said["answer"], said["simulated"], said["step"]) == ("not kept", True, "check")
    assert set(said["figures"]) == {"minutes", "hours_saved_a_week", "alone", "errors", "lead_mean"}  # type: ignore[arg-type]


def _weeks(chance: np.random.Generator, mean: float, *, weeks: int) -> Level:
    """Minutes of cases in weeks that differ, as a statement has them."""
    a_week = 40
    minutes = mean + np.repeat(chance.normal(0.0, 0.8, weeks), a_week) + chance.gamma(2.0, mean / 4.0, weeks * a_week) - mean / 2.0
    found = mean_level(minutes, np.repeat(np.arange(weeks), a_week))
    assert isinstance(found, Level)
    return found


@pytest.mark.parametrize(("now", "wrong"), [(6.0, (Answer.KEPT, Answer.NOT_KEPT)), (8.0, (Answer.KEPT,)), (4.5, (Answer.NOT_KEPT,))])
def test_of_many_draws_few_are_called_kept_or_not_kept_that_are_not_so(now: float, wrong: tuple[Answer, ...]) -> None:
    chance, draws = np.random.default_rng(5), 400
    found = []
    for _ in range(draws):
        before, since = _weeks(chance, 12.0, weeks=24), _weeks(chance, now, weeks=12)
        found.append(figure(held(baseline=replace(BASELINE, minutes=before), minutes=since), "minutes").answer)
    assert all(found.count(one) / draws < 0.05 for one in wrong)
    right = {8.0: Answer.NOT_KEPT, 4.5: Answer.KEPT}.get(now, Answer.UNKNOWN)
    assert found.count(right) / draws > 0.8
