"""Capacity: more people never make it worse, what is unknown is never enough, and a desk that is played keeps what the rule says of it."""

import heapq
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.audit_plan import AuditPlan, Stratum
from licet.core.capacity import (
    FEWEST_CASES,
    FEWEST_TIMES,
    Came,
    Capacity,
    Enough,
    Figure,
    Relief,
    Short,
    Work,
    capacity_in_words,
    coming,
    hold,
    looked_at_twice,
    taking,
    worked,
)
from licet.core.exposure import Exposure, Step
from licet.core.mandate import Limits, suspend
from licet.core.refusal import Unknown
from licet.core.relief import relief_under
from licet.core.second import SecondLooks
from tests.core.examples import NOW, active, proposed, terms

LATE = 0.05


def said(value: float) -> Figure:
    return Figure(value=value, basis="assumed", assumed=True)


DESK = Capacity(
    people=3,
    unqualified=0,
    away=0,
    hours=6.0,
    cases=said(400.0),
    seconds=said(120.0),
    due_within=timedelta(hours=24),
    relief=None,
    twice=0.0,
    known=0.0,
)


def needed(desk: Capacity, late: float = LATE) -> int:
    """The fewest people, which must be known."""
    found = hold(desk, late=late)
    assert isinstance(found, Enough | Short)
    assert found.needed is not None
    return found.needed


def test_people_are_enough_from_the_fewest_on_and_short_before() -> None:
    few = needed(DESK)
    assert few == 3, "400 cases of two minutes are 13.3 hours, and two people give 12"
    assert isinstance(hold(replace(DESK, people=few), late=LATE), Enough)
    short = hold(replace(DESK, people=few - 1), late=LATE)
    assert isinstance(short, Short)
    assert short.overrun
    nobody = hold(replace(DESK, people=0), late=LATE)
    assert nobody == Short(needed=few, late=1.0, busy=None)


UNKNOWN = Unknown(why="nobody looked")


@pytest.mark.parametrize("desk", [replace(DESK, cases=UNKNOWN), replace(DESK, seconds=UNKNOWN), replace(DESK, hours=None)])
def test_what_is_unknown_is_neither_enough_nor_short(desk: Capacity) -> None:
    found = hold(replace(desk, people=10_000), late=LATE)
    assert isinstance(found, Unknown)
    assert capacity_in_words(desk, found, late=LATE) == f"unknown: {found.why}"


desks = st.builds(
    replace,
    st.just(DESK),
    people=st.integers(0, 60),
    hours=st.floats(0.5, 24.0),
    cases=st.floats(0.0, 3000.0).map(said),
    seconds=st.floats(1.0, 1800.0).map(said),
    due_within=st.floats(0.5, 200.0).map(lambda hours: timedelta(hours=hours)),
    twice=st.floats(0.0, 1.0),
    known=st.floats(0.0, 0.2),
)


def lateness(desk: Capacity) -> float:
    found = hold(desk, late=LATE)
    assert isinstance(found, Enough | Short)
    assert isinstance(found, Enough) == (found.needed is not None and desk.people >= found.needed)
    return found.late


@given(desk=desks, more=st.integers(1, 5))
def test_more_people_a_later_due_time_or_less_work_never_make_more_cases_late(desk: Capacity, more: int) -> None:
    now = lateness(desk)
    assert lateness(replace(desk, people=desk.people + more)) <= now + 1e-12
    assert lateness(replace(desk, due_within=desk.due_within + timedelta(hours=more))) <= now + 1e-12
    assert lateness(replace(desk, relief=Relief(alone=0.5, cap=10_000, audits=0.1, again=0.1))) <= now + 1e-12
    assert lateness(replace(desk, twice=0.0, known=0.0)) <= now + 1e-12


@given(hours=st.floats(0.5, 24.0), clock=st.floats(0.0, 100.0), more=st.floats(0.0, 48.0))
def test_working_time_goes_on_by_day_and_stands_still_by_night(hours: float, clock: float, more: float) -> None:
    assert 0.0 <= worked(clock + more, hours) - worked(clock, hours) <= more + 1e-9
    assert worked(clock + 24.0, hours) - worked(clock, hours) == pytest.approx(hours)


def late_when_played(desk: Capacity, days: int, seed: int) -> float:
    """The share of cases that are late in a desk that is played: they come at all hours, and people work in one stretch of each day."""
    assert isinstance(desk.cases, Figure)
    assert isinstance(desk.seconds, Figure)
    assert desk.hours is not None
    hours, draw = desk.hours, np.random.default_rng(seed)
    number = draw.poisson(desk.cases.value * days)
    came = np.sort(draw.uniform(0.0, 24.0 * days, number))
    takes, free = draw.exponential(desk.seconds.value / 3600, number), [0.0] * desk.people
    late = 0
    for at, needs in zip(came, takes, strict=True):
        ends = max(worked(at, hours), heapq.heappop(free)) + needs
        heapq.heappush(free, ends)
        late += ends // hours * 24 + ends % hours - at > desk.due_within / timedelta(hours=1)
    return late / number


@pytest.mark.parametrize(
    ("hours", "cases", "seconds", "due"),
    [(24.0, 100.0, 600.0, 0.6), (6.0, 60.0, 900.0, 19.0), (6.0, 400.0, 300.0, 18.5), (8.0, 200.0, 300.0, 24.0)],
)
def test_a_desk_that_is_played_with_the_fewest_people_keeps_its_promise(hours: float, cases: float, seconds: float, due: float) -> None:
    """Breaks when the night, the time of the case itself or the arrivals' chance is left out."""
    asked = replace(DESK, hours=hours, cases=said(cases), seconds=said(seconds), due_within=timedelta(hours=due))
    few = needed(asked)
    found = late_when_played(replace(asked, people=few), days=120, seed=7)
    assert found <= LATE
    assert hours < 24.0 or found == pytest.approx(lateness(replace(asked, people=few)), abs=0.01), "without a night it is the model itself"
    busy = max(1, int(cases * seconds / 3600 / hours))
    assert late_when_played(replace(asked, people=busy), days=120, seed=7) > LATE


@pytest.mark.parametrize(("hours", "due"), [(6.0, timedelta(hours=12)), (24.0, timedelta(minutes=5))])
def test_no_number_is_enough_where_a_case_is_due_by_night_or_sooner_than_it_takes_to_answer(hours: float, due: timedelta) -> None:
    desk = replace(DESK, hours=hours, due_within=due)
    found = hold(desk, late=LATE)
    assert isinstance(found, Short)
    assert found.needed is None
    assert "no number is enough" in capacity_in_words(desk, found, late=LATE)


def test_work_is_what_ai_leaves_with_second_looks_audits_and_known_answers() -> None:
    relief = Relief(alone=0.8, cap=300, audits=0.1, again=0.5)
    work = replace(DESK, relief=relief, twice=0.1, known=0.2).work
    assert isinstance(work, Work)
    assert (work.decisions, work.second_looks, work.audits) == pytest.approx((100.0, 10.0, 45.0))
    assert work.known_answers == pytest.approx(0.2 * work.answers)
    assert replace(DESK, relief=relief).undelegated.work == DESK.work


def test_what_is_measured_counts_and_what_is_stated_only_where_it_is_more_or_nothing_is_measured() -> None:
    assert isinstance(coming(None, Came(cases=FEWEST_CASES, days=6.9)), Unknown)
    assert isinstance(coming(None, Came(cases=FEWEST_CASES - 1, days=28.0)), Unknown)
    assert coming(9.0, Came(cases=0, days=0.0)) == said(9.0)
    measured = coming(9.0, Came(cases=280, days=28.0))
    assert measured == Figure(value=10.0, basis="280 in 28 days", assumed=False)
    more = coming(11.0, Came(cases=280, days=28.0))
    assert isinstance(more, Figure)
    assert (more.value, more.assumed) == (11.0, True)
    assert isinstance(taking(None, [60.0] * (FEWEST_TIMES - 1)), Unknown)
    assert isinstance(taking(None, [0.0] * FEWEST_TIMES), Unknown), "answers that took no time measure nothing"
    mean = taking(None, [30.0] * FEWEST_TIMES + [630.0] * FEWEST_TIMES)
    assert isinstance(mean, Figure)
    assert mean.value == 330.0
    assert "median 330 s" in mean.basis


def test_second_looks_by_stakes_count_as_one_for_each_case_and_by_chance_as_their_share() -> None:
    assert (looked_at_twice(None), looked_at_twice(SecondLooks(share=0.05))) == (0.0, 0.05)
    assert looked_at_twice(SecondLooks(share=0.05, stakes=True)) == 1.0
    assert looked_at_twice(SecondLooks(attributes={"band": frozenset({"high"})})) == 1.0


PLAN = AuditPlan(highest=0.3, strata=(Stratum(name="unsure", times=2.0, below=0.97),), agreements=0.25)
STEPS = (Step(share=0.5), Step(share=1.0, after_audits=60, after_days=3))


def test_a_mandate_takes_off_people_what_it_is_exposed_to_now_and_is_audited_as_its_plan_may_come_to() -> None:
    """Breaks when a suspended, expired or narrowed mandate is counted on, or the audits of a quiet day."""
    wanted = replace(terms(cap=70, rate=0.1), exposure=STEPS, audits=PLAN)
    first = relief_under(proposed(wanted), coverage=0.8, now=NOW)
    assert first is not None
    assert first.cap == 70
    assert [first.alone, first.audits, first.again] == pytest.approx([0.4, 0.6, 0.3])
    running = active(wanted)
    there = replace(running, exposed=Exposure(number=1, step=1, since=NOW))
    full = relief_under(there, coverage=0.8, now=NOW)
    assert full is not None
    assert full.alone == 0.8
    assert relief_under(active(terms(rate=0.1)), coverage=0.8, now=NOW) == Relief(alone=0.8, cap=1000, audits=0.1, again=0.05)
    narrowed = Limits(scope=wanted.scope, daily_cap=5, audit_rate=0.1, narrowing=1, since=NOW)
    nothing = (
        relief_under(None, coverage=0.8, now=NOW),
        relief_under(running, coverage=None, now=NOW),
        relief_under(running, coverage=0.8, now=running.expires_at),
        relief_under(replace(running, limits=narrowed), coverage=0.8, now=NOW),
        relief_under(suspend(running, by=running.granted_by, why="drift", now=NOW), coverage=0.8, now=NOW),
    )
    assert set(nothing) == {None}
