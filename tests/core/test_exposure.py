"""Exposure: a fair draw that nested shares keep, and steps that are taken by rule and never earlier."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.audit import is_drawn
from licet.core.exposure import (
    DEFAULT_PLANS,
    Evidence,
    Exposure,
    NotAPlanError,
    Step,
    back,
    check_plan,
    default_plan,
    exposure_from_json,
    exposure_to_json,
    forward,
    has_next,
    held,
    is_as_careful,
    is_exposed,
    missing,
    plan_from_json,
    plan_in_words,
    plan_to_json,
    read_plan,
    share_of,
)
from licet.core.ids import CaseNumber
from licet.core.mandate import terms_digest
from licet.core.risk import Tier
from licet.core.terms import terms_to_json
from tests.core.examples import NOW, OWNER, active, proposed, terms

SECRET = bytes(range(32))
HIGH = DEFAULT_PLANS["high"]
WHERE = Exposure(number=0, step=0, since=NOW)
TOLD = {"target": 0.05, "low": 0.0}


def test_as_many_cases_are_exposed_as_the_share_says() -> None:
    """Breaks when the draw is unfair: 20,000 cases, more than five standard deviations off."""
    for share in (0.01, 0.1, 0.5):
        found = sum(is_exposed(SECRET, CaseNumber(n), share) for n in range(20_000))
        assert abs(found - 20_000 * share) < 5 * (20_000 * share * (1 - share)) ** 0.5


def test_who_is_audited_says_nothing_of_who_is_exposed() -> None:
    """Breaks when both draws use the same number: then a share of 10% and an audit rate of 10% would audit every exposed case."""
    exposed = [n for n in range(50_000) if is_exposed(SECRET, CaseNumber(n), 0.1)]
    audited = sum(is_drawn(SECRET, CaseNumber(n), 0.1) for n in exposed)
    assert abs(audited - 0.1 * len(exposed)) < 5 * (len(exposed) * 0.09) ** 0.5


@given(case=st.integers(1, 10**9), low=st.floats(0, 1), high=st.floats(0, 1), secret=st.binary(min_size=32, max_size=32))
def test_what_is_exposed_at_a_share_is_exposed_at_a_larger_one(case: int, low: float, high: float, secret: bytes) -> None:
    low, high = sorted((low, high))
    assert is_exposed(secret, CaseNumber(case), high) or not is_exposed(secret, CaseNumber(case), low)
    assert not is_exposed(secret, CaseNumber(case), 0.0)
    assert is_exposed(secret, CaseNumber(case), 1.0)


def test_a_mandate_without_a_plan_is_exposed_whole_and_one_whose_place_nobody_knows_not_at_all() -> None:
    assert active().share == 1.0
    planned = active(replace(terms(), exposure=HIGH))
    assert planned.share == 0.0
    assert replace(planned, exposed=replace(WHERE, step=2)).share == 0.1
    assert replace(planned, exposed=replace(WHERE, step=9)).share == 0.0
    assert share_of(HIGH, replace(WHERE, step=-1)) == 0.0


def test_terms_without_a_plan_have_the_digest_they_always_had() -> None:
    """Breaks when a mandate that was approved before plans existed is not the approved one any more."""
    assert "exposure" not in dict(terms_to_json(terms()))  # type: ignore[arg-type] # a mapping
    asked = proposed()
    assert terms_digest(asked.use_case, asked.id, terms(), asked.proposed_by)[:12] == "68e5186c2cad"


@given(
    audits=st.integers(0, 100), answered=st.integers(0, 100), days=st.integers(0, 20), needed=st.integers(0, 120), lasts=st.integers(0, 20)
)
def test_the_next_step_is_never_taken_before_its_rule(audits: int, answered: int, days: int, needed: int, lasts: int) -> None:
    plan = (Step(share=0.1), Step(share=1.0, after_audits=needed, after_days=lasts))
    evidence = Evidence(audits=audits, answered=answered)
    lacking = missing(plan, WHERE, evidence, now=NOW + timedelta(days=days), **TOLD)
    assert (not lacking) == (audits + answered >= needed and days >= lasts)


def test_people_who_contradict_ai_too_often_keep_a_shadow_a_shadow() -> None:
    plan = (Step(share=0.0), Step(share=0.1, after_audits=60))
    found = Evidence(answered=60, disagreed=30)
    assert missing(plan, WHERE, found, target=0.05, low=0.05, now=NOW) == ()
    assert "contradict" in missing(plan, WHERE, found, target=0.05, low=0.06, now=NOW)[0]


def test_going_on_going_back_and_holding() -> None:
    on = forward(WHERE, now=NOW + timedelta(days=1))
    assert (on.step, on.number, on.since, on.held_by) == (1, 1, NOW + timedelta(days=1), None)
    kept = held(on, by=OWNER.id)
    assert (kept.number, kept.since, kept.held_by) == (1, on.since, OWNER.id)
    fallen = back(on, by=OWNER.id, now=NOW + timedelta(days=2))
    assert (fallen.step, fallen.number, fallen.held_by) == (0, 2, OWNER.id)
    assert back(fallen, by=OWNER.id, now=NOW).step == 0
    assert [has_next(HIGH, replace(WHERE, step=n)) for n in (0, 4)] == [True, False]
    assert exposure_from_json(exposure_to_json(fallen)) == fallen


def test_each_tier_has_a_plan_and_what_is_unknown_the_most_careful() -> None:
    for plan in DEFAULT_PLANS.values():
        check_plan(plan)
    assert [one.share for one in default_plan(Tier.HIGH)] == [0.0, 0.01, 0.1, 0.5, 1.0]
    assert default_plan(Tier.LOW) == ()
    assert default_plan(Tier.PROHIBITED) == HIGH


plans = st.lists(st.tuples(st.sampled_from((0.0, 0.01, 0.1, 0.5, 1.0)), st.integers(0, 90), st.integers(0, 9)), min_size=1).map(
    lambda raw: tuple(
        Step(share=share, after_audits=answers if at else 0, after_days=days if at else 0)
        for at, (share, answers, days) in enumerate(sorted({one[0]: one for one in raw}.values()))
    )
)


def _share_at(plan: tuple[Step, ...], answers: int, days: int) -> float:
    """The largest share that a plan can have come to."""
    share = 0.0
    for step in plan or (Step(share=1.0),):
        answers, days = answers - step.after_audits, days - step.after_days
        share = step.share if answers >= 0 and days >= 0 else share
    return share


@given(mine=plans, theirs=plans, answers=st.integers(0, 400), days=st.integers(0, 40))
def test_a_plan_that_is_as_careful_never_exposes_more_than_the_other_could(
    mine: tuple[Step, ...], theirs: tuple[Step, ...], answers: int, days: int
) -> None:
    if is_as_careful(mine, theirs):
        assert _share_at(mine, answers, days) <= _share_at(theirs, answers, days)
    assert is_as_careful(mine, mine)
    assert is_as_careful(mine, ())


def test_the_plan_of_a_stricter_tier_is_as_careful_as_a_milder_ones_and_not_the_other_way_round() -> None:
    low, medium, high = (DEFAULT_PLANS[name] for name in ("low", "medium", "high"))
    assert is_as_careful(high, medium)
    assert is_as_careful(medium, low)
    assert not is_as_careful(medium, high)
    assert not is_as_careful(low, medium)
    assert is_as_careful(read_plan("0,1:240:24"), high)
    assert not is_as_careful(read_plan("0,1:239:24"), high)


@pytest.mark.parametrize("raw", ["", "x", "0,0", "0.5,0.1:1:1", "2", "0:1:1", "0,0.1:1", "0,nan:1:1", "0,0.1:-1:1", "-0.1,1:1:1"])
def test_what_is_no_plan_is_refused_with_an_example(raw: str) -> None:
    with pytest.raises(NotAPlanError):
        read_plan(raw)


@pytest.mark.parametrize("raw", [None, 3, "x", [], [3], [{"share": "1"}], [{"share": 2.0, "after_audits": 0, "after_days": 0}]])
def test_stored_plans_that_are_none_are_refused(raw: object) -> None:
    with pytest.raises(NotAPlanError):
        plan_from_json(raw)  # type: ignore[arg-type] # what a database may hold
    with pytest.raises(NotAPlanError):
        exposure_from_json(raw)  # type: ignore[arg-type] # what a database may hold


def test_a_plan_is_read_written_and_told() -> None:
    plan = read_plan("0, 0.1:60:7, 1:60:7")
    assert plan == (Step(share=0.0), Step(share=0.1, after_audits=60, after_days=7), Step(share=1.0, after_audits=60, after_days=7))
    assert plan_from_json(plan_to_json(plan)) == plan
    assert plan_in_words(plan).startswith("none yet (shadow), then 0.1 after 60 blind answers and 7 days")
    assert read_plan("high") == HIGH
    assert plan_in_words(()) == "all eligible cases from the beginning"
