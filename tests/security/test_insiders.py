"""Insiders: who had a power yesterday has none today, and nothing that people took back comes back without people."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.approval import OpenRequest, PassedRequest
from licet.core.assignment import EVERYWHERE, Grant, Place
from licet.core.mandate import ActiveMandate
from licet.core.people import Act, Role
from licet.core.rules import ProposedRules, RuleKind
from licet.core.team import MAIN
from licet.flows.accounts import Chosen, disable_account, look_at_link, make_link, set_up_account
from licet.flows.approve import approve_gate
from licet.flows.assess_risk import answer_risk
from licet.flows.bound_changes import use_envelope
from licet.flows.change_rules import approve_rules, propose_rules, rules_of
from licet.flows.fast_track import open_fast_lane
from licet.flows.give_role import give_role
from licet.flows.narrow import TakeBack, narrow_mandate
from licet.flows.office import permitted
from licet.flows.register import add_person
from licet.flows.settle import settle
from licet.flows.sweep import sweep
from licet.store import people, use_cases
from licet.testing import World, done
from tests.flows.approving import affirmed, asked, met, request
from tests.flows.examples import MAILS, code, of_word
from tests.flows.signing import GOOD, Member, link_for, member
from tests.flows.test_change_envelope import another, bounded
from tests.flows.test_fast_lane import BUDGET


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An installation with its people."""
    with World(tmp_path) as made:
        yield made


def take_roles(world: World, member: Member, admin: Member) -> None:
    """Somebody loses what they stood for."""
    del admin
    with world.office.book.write() as tx:
        people.set_roles(tx, member.person.id, frozenset({Role.REVIEWER}), member.person.name)


def disable(world: World, member: Member, admin: Member) -> None:
    """Somebody's account is disabled."""
    inside = admin.enters()
    del world
    done(disable_account(inside.office, inside.person, email=member.person.email))


@pytest.mark.parametrize("how", [take_roles, disable])
def test_an_office_that_was_entered_before_keeps_no_power_that_was_taken(
    world: World, how: Callable[[World, Member, Member], None]
) -> None:
    world.use_case(MAILS)
    admin = member(world, world.person("ada", Role.ADMIN))
    risk = member(world, world.risk, by=admin.enters().person)
    inside = risk.enters()
    with inside.office.book.read() as tx:
        done(permitted(inside.office, tx, inside.person, Act.APPROVE, use_cases.require(tx, MAILS)))
    how(world, risk, admin)
    with inside.office.book.read() as tx:
        assert code(permitted(inside.office, tx, inside.person, Act.APPROVE, use_cases.require(tx, MAILS))) == "not_permitted"


def test_no_change_under_an_envelope_undoes_what_was_taken_back(world: World) -> None:
    bounded(world)
    another(world)
    done(narrow_mandate(world.office, world.risk, name=MAILS, asked=TakeBack(daily_cap=1), why="Complaints."))
    refused = use_envelope(world.office, world.builder, name=MAILS)
    assert code(refused) == "outside_envelope"
    assert "would undo that" in refused.why  # type: ignore[union-attr] # a refusal, by its code


def test_what_is_taken_back_while_a_change_waits_stays_taken_back(world: World) -> None:
    first = bounded(world)
    another(world)
    done(use_envelope(world.office, world.builder, name=MAILS))
    done(narrow_mandate(world.office, world.risk, name=MAILS, asked=TakeBack(daily_cap=1), why="Complaints."))
    world.clock.pass_time(timedelta(hours=24))
    sweep(world.office)
    found = world.mandate(MAILS)
    assert isinstance(found, ActiveMandate)
    assert (found.id, found.daily_cap) == (first.id, 1)
    assert len(of_word(world, "envelope.void")) == 1


def test_the_standing_approval_of_somebody_who_builds_by_now_passes_nothing(world: World) -> None:
    met(world)
    affirmed(world)
    rob = world.person("rob", Role.RISK)
    done(open_fast_lane(world.office, rob, budget=BUDGET, until=world.clock.at + timedelta(days=30)))
    done(add_person(world.office, world.operator, email=rob.email, name=rob.name, roles=frozenset({Role.BUILDER})))
    digest = asked(world)
    assert isinstance(request(world), OpenRequest)
    done(approve_gate(world.office, world.risk, name=MAILS, digest=digest))
    assert isinstance(request(world), PassedRequest)


def test_nobody_gets_to_be_risk_or_admin_without_a_second_factor(world: World) -> None:
    admin = member(world, world.person("ada", Role.ADMIN)).enters()
    reviewer = member(world, world.reviewer, by=admin.person, factor=False)
    for role in (Role.RISK, Role.ADMIN):
        given = add_person(admin.office, admin.person, email=reviewer.person.email, name="R", roles=frozenset({role}))
        assert code(given) == "factor_needed"
    done(add_person(admin.office, admin.person, email=reviewer.person.email, name="R", roles=frozenset({Role.OWNER})))
    for place in (EVERYWHERE, Place(team=MAIN)):
        there = give_role(admin.office, admin.person, email=reviewer.person.email, grant=Grant(role=Role.RISK, place=place))
        assert code(there) == "factor_needed"
    member(world, world.reviewer, by=admin.person)
    done(add_person(admin.office, admin.person, email=reviewer.person.email, name="R", roles=frozenset({Role.RISK})))


def test_whose_account_is_to_be_set_up_anew_is_told(world: World) -> None:
    admin = member(world, world.person("ada", Role.ADMIN)).enters()
    link_for(world, world.risk, admin.person)
    settle(world.office)
    assert world.post.messages == []
    member(world, world.risk, by=admin.person)
    link = done(make_link(admin.office, admin.person, email=world.risk.email))
    settle(world.office)
    assert [(told.to, told.subject) for told in world.post.messages] == [(world.risk.id, "Licet: a link that sets your account up anew")]
    assert done(look_at_link(world.office, link.text)).needs_factor
    assert code(set_up_account(world.office, link.text, Chosen(password=GOOD, code=None))) == "factor_needed"


@pytest.mark.parametrize("besides", [Role.OWNER, Role.BUILDER])
def test_risk_that_may_own_or_build_it_tomorrow_lowers_no_tier_today(world: World, besides: Role) -> None:
    world.use_case(MAILS)
    world.assess(MAILS, harm="yes")
    both = world.person("rosa", Role.RISK, besides)
    assert code(answer_risk(world.office, both, name=MAILS, answers={"harm": "no"})) == "lowering_takes_risk"
    done(answer_risk(world.office, world.risk, name=MAILS, answers={"harm": "no"}))


SHUT = '@id("shut") @says("Nobody.") forbid (principal, action, resource) unless { %s };'
ALONE = {
    "nobody who is here": 'principal == Person::"p_anybody"',
    "one person alone": 'principal == Person::"p_anybody" || principal == Person::"{risk}"',
}


@pytest.mark.parametrize("left", ALONE)
def test_no_policy_comes_in_force_that_no_two_people_here_could_change_back(world: World, left: str) -> None:
    text = SHUT % ALONE[left].replace("{risk}", world.risk.id)
    made = propose_rules(world.office, world.owner, kind=RuleKind.POLICY, text=text)
    assert isinstance(made, ProposedRules)
    assert code(approve_rules(world.office, world.risk, digest=made.digest)) == "policy_forbids"
    assert rules_of(world.office, kind=RuleKind.POLICY).in_force is None


def test_a_policy_that_leaves_two_people_who_can_change_it_comes_in_force(world: World) -> None:
    two = f'principal == Person::"p_anybody" || principal == Person::"{world.risk.id}" || principal == Person::"{world.owner.id}"'
    made = propose_rules(world.office, world.owner, kind=RuleKind.POLICY, text=SHUT % two)
    assert isinstance(made, ProposedRules)
    done(approve_rules(world.office, world.risk, digest=made.digest))
    assert isinstance(propose_rules(world.office, world.owner, kind=RuleKind.POLICY, text=""), ProposedRules)
