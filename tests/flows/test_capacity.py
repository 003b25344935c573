"""Capacity is counted with the people who may answer now, and with what comes; what nobody knows keeps the gate closed and says so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from licet.core.capacity import FEWEST_CASES, FEWEST_TIMES, Enough, Figure, Short, Staffing
from licet.core.desk import HELD_FOR, Commit, DeskRules, Handed
from licet.core.gate import Requirement
from licet.core.gate_rules import Code
from licet.core.history import Shares
from licet.core.people import Role
from licet.core.qualification import QualificationRule
from licet.core.refusal import Refused, Unknown
from licet.core.use_case import Stage
from licet.flows.absent import be_absent, be_back
from licet.flows.desk import next_case
from licet.flows.enter_stage import enter_stage
from licet.flows.grant import Wishes, propose_mandate
from licet.flows.hold import commit, take_effect
from licet.flows.list_capacity import TeamCapacity, benches_and_teams, team_capacity
from licet.flows.plant import set_share
from licet.flows.qualify import set_qualification_rule
from licet.store.desk_tables import held_answer
from licet.testing import World, done, past_cases
from tests.flows.qualifying import qualify, truth_of

SLIPS = "slips"
FOUR_RIGHT = QualificationRule(cases=4, agreement=0.4)
STATED = Staffing(hours_a_day=4.0, cases_a_day=150.0, seconds_a_case=120.0)

STOOD_ON = {
    "people": 2,
    "answers_a_day": 150.0,
    "cases_a_day": 150.0,
    "seconds_a_case": 120.0,
    "hours_a_day": 4.0,
    "assumed": ["cases", "seconds", "hours"],
    "due_within_seconds": 86400,
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A use case of high risk with past cases to practise on and a met verdict, nobody qualified, and nothing stated."""
    with World(tmp_path / "world") as made:
        made.use_case(SLIPS)
        made.import_cases(SLIPS, past_cases(200), shares=Shares(build=10, calibration=10, sealed=80))
        made.assess(SLIPS, personal_data="special", subject="people")
        made.sign(SLIPS)
        made.evaluate(SLIPS)
        done(set_share(made.office, made.owner, name=SLIPS, share=0.0))
        done(set_qualification_rule(made.office, made.owner, name=SLIPS, asked=FOUR_RIGHT))
        yield made


def line(world: World, to: Stage = Stage.ASSISTED) -> Requirement:
    return next(one for one in world.gate(SLIPS, to).requirements if one.code is Code.CAPACITY)


def team(world: World) -> TeamCapacity:
    return done(team_capacity(world.office, world.owner, name=SLIPS))


def stated(world: World, staffing: Staffing) -> None:
    world.desks.there[SLIPS] = DeskRules(staffing=staffing)


def answered(world: World, number: int, *, within: timedelta) -> None:
    """Rene answers so many cases at the desk, each after a time."""
    for _ in range(number):
        case = next_case(world.office, world.reviewer, name=SLIPS)
        assert isinstance(case, Handed), case
        world.clock.pass_time(within)
        given = Commit(token=case.token, lease=case.lease.name, answer=truth_of(case.body), key=case.token)
        done(commit(world.office, world.reviewer, given))
    world.clock.pass_time(HELD_FOR)
    take_effect(world.office)


@pytest.mark.one_database
def test_what_nobody_knows_keeps_the_gate_closed_and_says_what_to_do(world: World) -> None:
    """Breaks when an unknown rate, time or number of hours counts as one that is small enough."""
    for staffing, words in (
        (Staffing(), "`cases_a_day`"),
        (replace(STATED, seconds_a_case=None), "`seconds_a_case`"),
        (replace(STATED, hours_a_day=None), "`hours_a_day`"),
    ):
        stated(world, staffing)
        found = line(world)
        assert not found.met
        assert found.shows.startswith("unknown: ")
        assert words in found.shows
        assert isinstance(team(world).held, Unknown)
    assert found.closes.startswith("licet reviewers capacity slips")


@pytest.mark.one_database
def test_only_who_is_qualified_present_and_allowed_counts(world: World) -> None:
    """Breaks when a seat counts as a person: an absence, an account that is disabled, a role that was never given."""
    stated(world, STATED)
    sven = world.person("sven", Role.SENIOR_REVIEWER)
    assert (team(world).capacity.people, team(world).capacity.unqualified) == (0, 2)
    qualify(world, SLIPS, world.reviewer, sven, cases=4)
    both = team(world)
    assert (both.capacity.people, both.asked) == (2, True)
    assert isinstance(both.held, Enough)
    assert (both.held.needed, both.held.busy) == (2, 0.625)
    assert line(world).met
    now = world.clock.now()
    begins, ends = now - timedelta(days=1), now + timedelta(days=5)
    done(be_absent(world.office, sven, of=sven.email, starts_at=begins, ends_at=ends, deputy=None))
    alone = team(world)
    assert (alone.capacity.people, alone.capacity.away) == (1, 1)
    assert isinstance(alone.held, Short)
    assert not line(world).met
    assert "1 person of at least 2 (1 away)" in line(world).shows
    assert done(be_back(world.office, sven, of=sven.email)) == 1
    done(enter_stage(world.office, world.owner, name=SLIPS, to=Stage.ASSISTED, why=""))
    facts = next(event.facts for event in reversed(world.events()) if event.what == "stage.changed")["capacity"]
    assert facts == STOOD_ON
    world.clock.pass_time(timedelta(days=181))
    assert team(world).capacity.people == 0, "a qualification ends"


@pytest.mark.one_database
def test_delegated_asks_again_for_people_and_counts_what_ai_takes_off_them(world: World) -> None:
    """Breaks when a team that lost its reviewers passes, or when AI's share counts before it is exposed."""
    stated(world, STATED)
    sven = world.person("sven", Role.SENIOR_REVIEWER)
    qualify(world, SLIPS, world.reviewer, sven, cases=4)
    done(propose_mandate(world.office, world.builder, name=SLIPS, wishes=Wishes(audit_rate=0.1)))
    assert team(world).capacity.relief is not None
    before = line(world, Stage.DELEGATED)
    assert before.met
    assert "150.0 answers a day on 150.0 cases" in before.shows, "at high risk the first step exposes nothing"
    asked = {one.code: one.met for one in world.gate(SLIPS, Stage.DELEGATED).requirements}
    assert asked[Code.REVIEWERS_QUALIFIED]
    world.clock.pass_time(timedelta(days=181))
    lost = {one.code: one.met for one in world.gate(SLIPS, Stage.DELEGATED).requirements}
    assert (lost[Code.REVIEWERS_QUALIFIED], lost[Code.CAPACITY]) == (False, False)


def test_rates_and_times_are_measured_once_there_are_enough_and_the_larger_counts(world: World) -> None:
    stated(world, Staffing(hours_a_day=4.0, seconds_a_case=30.0))
    qualify(world, SLIPS, world.reviewer, cases=4)
    world.submit(SLIPS, past_cases(FEWEST_CASES - 1, name="live"))
    world.clock.pass_time(timedelta(days=10))
    assert isinstance(team(world).capacity.cases, Unknown)
    world.submit(SLIPS, past_cases(11, name="more"))
    came = team(world).capacity.cases
    assert isinstance(came, Figure)
    assert came.value == pytest.approx(4.0, abs=0.01)
    assert (came.basis, came.assumed) == ("40 in 10 days", False)
    answered(world, FEWEST_TIMES - 1, within=timedelta(seconds=50))
    assert team(world).capacity.seconds == Figure(value=30.0, basis="assumed", assumed=True)
    _larger_counts(world)


def _larger_counts(world: World) -> None:
    """With one answer more, times are measured too; what is stated counts where it is larger, and what came before ends."""
    world.desks.there[SLIPS] = DeskRules(staffing=Staffing(hours_a_day=4.0, cases_a_day=9.0, seconds_a_case=30.0))
    answered(world, 1, within=timedelta(seconds=50))
    with world.office.book.write() as tx:  # one of which nobody knows when it was handed out, as an older Licet left some
        tx.run(update(held_answer).where(held_answer.c.id == select(func.min(held_answer.c.id)).scalar_subquery()).values(handed_at=None))
    assert team(world).capacity.seconds == Figure(value=30.0, basis="assumed", assumed=True)
    answered(world, 1, within=timedelta(seconds=50))
    both = team(world).capacity
    assert isinstance(both.seconds, Figure)
    assert both.seconds.value == pytest.approx(51.0, abs=2.0)
    assert "mean of 30 timed at the desk" in both.seconds.basis
    assert isinstance(both.cases, Figure)
    assert (both.cases.value, both.cases.assumed) == (9.0, True)
    assert "assumed, more than measured" in both.cases.basis
    world.clock.pass_time(timedelta(days=40))
    world.submit(SLIPS, past_cases(FEWEST_CASES, name="later"))
    later = team(world).capacity
    assert isinstance(later.cases, Figure)
    assert later.cases.basis == "assumed, more than measured: 1.1, 30 in 28 days", "what came before is over"
    assert later.seconds == Figure(value=30.0, basis="assumed", assumed=True)


@pytest.mark.one_database
def test_the_team_is_shown_to_those_who_may_see_it_and_risk_sees_who_is_ready_alone(world: World) -> None:
    qualify(world, SLIPS, world.reviewer, cases=4)
    mine, theirs = team(world), done(team_capacity(world.office, world.risk, name=SLIPS))
    assert [one.until is not None for one in mine.people] == [True]
    assert [(one.member.ready, one.until) for one in theirs.people] == [(True, None)]
    refused = team_capacity(world.office, world.reviewer, name=SLIPS)
    assert isinstance(refused, Refused)
    assert refused.code == "figures_not_yours"
    assert [one.use_case.slug for one in benches_and_teams(world.office, world.owner)[1]] == [SLIPS]
    assert benches_and_teams(world.office, world.reviewer)[1] == []
