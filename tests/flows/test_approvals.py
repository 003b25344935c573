"""Approvals: bound to all they cover, void when any of it changes, counted by distinct people, discussed, and never left waiting."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.approval import DeclinedRequest, ExpiredRequest, OpenRequest, Part, PassedRequest, Subject, UsedRequest, VoidRequest
from licet.core.gate_rules import GateRules
from licet.core.ids import Digest, TeamName
from licet.core.mandate import ActiveMandate
from licet.core.people import Person, Role
from licet.core.redesign import ServiceLevel
from licet.core.rules import ProposedRules, RuleKind
from licet.core.use_case import Stage
from licet.flows.approve import approve_gate
from licet.flows.ask import ask_approval
from licet.flows.change_gates import propose_gate_rules
from licet.flows.change_rules import approve_rules, propose_rules
from licet.flows.cover import covered_now
from licet.flows.discuss import answer_question, decline_request, question_request, withdraw_request
from licet.flows.grant import grant_mandate, propose_mandate
from licet.flows.register import move_use_case, rename_use_case, retire_use_case
from licet.flows.set_standard import revise_standard
from licet.flows.settle import settle
from licet.flows.simulate_redesign import simulate_redesign
from licet.flows.sweep import sweep
from licet.stats.simulated_process import Plan
from licet.store import accounts, use_cases
from licet.testing import World, done
from tests.flows.approving import WISHES, asked, confirmed, crowd, met, request
from tests.flows.examples import MAILS, code, of_word
from tests.flows.redesigning import WHOLE, office_log, with_log


def test_a_mandate_that_is_proposed_is_asked_approval_for_in_the_same_act(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        digest = asked(world)
        found = request(world)
        assert isinstance(found, OpenRequest)
        assert (found.request.digest, found.ball) == (digest, "risk")
        assert [entry.facts["digest"] for entry in of_word(world, "approval.asked")] == [digest]
        settle(world.office)
        assert {message.to for message in world.post.messages} == {world.risk.id}
        done(approve_gate(world.office, world.risk, name=MAILS, digest=digest))
        assert isinstance(request(world), PassedRequest)
        done(grant_mandate(world.office, world.owner, name=MAILS))
        assert isinstance(request(world), UsedRequest)


def gates_of(world: World, people: int) -> GateRules:
    """The shipped gates, asking for so many people."""
    gates = world.office.gates
    asking = {at: {c: people if c == "approved" else n for c, n in wanted.items()} for at, wanted in gates.gates.items()}
    return replace(gates, gates=asking)


def policy(world: World) -> None:
    """The organisation gives itself a policy: proposed by one, approved by another."""
    text = '@id("nobody") @says("Nobody is their own use case.")\nforbid (principal, action, resource) when { principal == resource };'
    made = propose_rules(world.office, world.owner, kind=RuleKind.POLICY, text=text)
    assert isinstance(made, ProposedRules)
    done(approve_rules(world.office, world.risk, digest=made.digest))


def evaluated(world: World) -> None:
    """Another evaluation gives another newest verdict."""
    world.systems.there[MAILS].version = "2"
    world.evaluate(MAILS)


CHANGES: dict[str, tuple[Callable[[World], object], set[Part]]] = {
    "the standard is revised": (lambda w: revise_standard(w.office, w.owner, name=MAILS), {Part.STANDARD, Part.VERDICT, Part.SUBJECT}),
    "it is evaluated again": (evaluated, {Part.VERDICT, Part.SUBJECT}),
    "a risk question is answered anew": (lambda w: w.assess(MAILS, money="up_to_100"), {Part.RISK}),
    "the tier rises": (lambda w: w.assess(MAILS, personal_data="personal"), {Part.RISK, Part.TIER}),
    "gates ask for more": (lambda w: propose_gate_rules(w.office, w.owner, wanted=gates_of(w, 3)), {Part.GATES, Part.QUORUM}),
    "the policy changes": (policy, {Part.POLICY}),
    "the mandate is proposed anew": (lambda w: propose_mandate(w.office, w.builder, name=MAILS, wishes=WISHES), {Part.SUBJECT}),
    "it is moved": (lambda w: move_use_case(w.office, w.person("ada", Role.ADMIN), name=MAILS, team=TeamName("north")), {Part.TEAM}),
    "it is renamed": (lambda w: rename_use_case(w.office, w.owner, name=MAILS, new_name="post"), {Part.NAME}),
    "it is retired": (lambda w: retire_use_case(w.office, w.owner, name=MAILS), {Part.STAGE}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_request_is_void_at_once_when_something_it_covers_changes(tmp_path: Path, change: str) -> None:
    with World(tmp_path) as world:
        met(world, 400)
        digest = asked(world)
        done(approve_gate(world.office, world.risk, name=MAILS, digest=digest))
        act, parts = CHANGES[change]
        before = len(of_word(world, "approval.voided"))
        act(world)
        (voided,) = of_word(world, "approval.voided")[before:]
        changed = voided.facts["changed"]
        assert isinstance(changed, list)
        assert parts <= {Part(str(part)) for part in changed}
        assert voided.facts["digest"] == digest
        name = "post" if change == "it is renamed" else MAILS
        late = approve_gate(world.office, world.other_owner, name=name, digest=digest)
        assert code(late) in {"request_not_open", "digest_mismatch", "retired"}
        assert not isinstance(grant_mandate(world.office, world.owner, name=name), ActiveMandate)


def test_a_yes_at_a_high_tier_covers_the_service_level_for_which_people_are_to_be_enough(tmp_path: Path) -> None:
    """Breaks when the owner simulates anew for a level that everybody keeps, and the yes that was given stands."""
    with World(tmp_path) as world:
        world.use_case(MAILS)
        with_log(world, MAILS, office_log(120))
        plan = Plan(replications=2)
        done(simulate_redesign(world.office, world.owner, WHOLE, name=MAILS, plan=plan))

        def covered() -> str:
            with world.office.book.read() as tx:
                found = covered_now(world.office, tx, use_cases.require(tx, MAILS), Subject.MANDATE)
            return found.of(Part.SERVICE_LEVEL)

        assert covered() == "90% of cases within 30 h"
        easy = replace(WHOLE, service_level=ServiceLevel(within=timedelta(days=3650)))
        done(simulate_redesign(world.office, world.owner, easy, name=MAILS, plan=plan))
        assert covered() == "90% of cases within 3,650 d"
        world.assess(MAILS, money="up_to_1000")
        assert covered() == "", "where the gate asks for none of it nothing is covered"


def test_a_simulation_for_another_service_level_voids_a_request(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world, 400)
        with_log(world, MAILS, office_log(120))
        done(simulate_redesign(world.office, world.owner, WHOLE, name=MAILS, plan=Plan(replications=2)))
        world.assess(MAILS, **HIGH)
        digest = asked(world)
        same = replace(WHOLE, title="The same level")
        done(simulate_redesign(world.office, world.owner, same, name=MAILS, plan=Plan(replications=2)))
        assert isinstance(request(world), OpenRequest), "another simulation for the same level leaves it open"
        easy = replace(WHOLE, service_level=ServiceLevel(within=timedelta(days=3650)))
        done(simulate_redesign(world.office, world.owner, easy, name=MAILS, plan=Plan(replications=2)))
        found = request(world)
        assert isinstance(found, VoidRequest)
        assert found.changed == (Part.SERVICE_LEVEL,)
        assert code(approve_gate(world.office, confirmed(world.risk), name=MAILS, digest=digest)) == "request_not_open"


def test_what_no_flow_voided_is_caught_when_it_is_granted(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        done(approve_gate(world.office, world.risk, name=MAILS, digest=asked(world)))
        with world.office.book.write() as tx:
            use_cases.set_owner(tx, use_cases.require(tx, MAILS), world.other_owner.id)
        assert isinstance(request(world), PassedRequest)
        assert code(grant_mandate(world.office, world.other_owner, name=MAILS)) == "approved"


def test_a_void_request_stays_void_when_all_is_as_it_was(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        digest = asked(world)
        done(approve_gate(world.office, world.risk, name=MAILS, digest=digest))
        done(rename_use_case(world.office, world.owner, name=MAILS, new_name="post"))
        done(rename_use_case(world.office, world.owner, name="post", new_name=MAILS))
        found = request(world)
        assert isinstance(found, VoidRequest)
        assert found.changed == (Part.NAME,)
        assert code(grant_mandate(world.office, world.owner, name=MAILS)) == "approved"
        again = world.asked(MAILS)
        assert again != digest
        assert code(grant_mandate(world.office, world.owner, name=MAILS)) == "approved"
        assert code(approve_gate(world.office, world.risk, name=MAILS, digest=digest)) == "digest_mismatch"
        done(approve_gate(world.office, world.risk, name=MAILS, digest=again))
        assert isinstance(done(grant_mandate(world.office, world.owner, name=MAILS)), ActiveMandate)


def high(world: World) -> Digest:
    """A use case whose gate asks for two people, one of them of risk, as a high tier does."""
    met(world, 400)
    world.assess(MAILS, **HIGH)
    return asked(world)


HIGH = {"harm": "yes"}


def test_at_a_high_tier_it_takes_two_people_one_of_risk_who_have_just_confirmed_who_they_are(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        digest = high(world)
        assert str(request(world).request.quorum) == "2 people, of whom at least 1 of risk"
        assert code(approve_gate(world.office, world.risk, name=MAILS, digest=digest)) == "confirmation_needed"
        owners = [confirmed(world.other_owner), confirmed(world.person("oda", Role.OWNER))]
        for owner in owners:
            done(approve_gate(world.office, owner, name=MAILS, digest=digest))
        assert isinstance(request(world), OpenRequest)
        both = confirmed(world.person("rob", Role.RISK, Role.OWNER))
        done(approve_gate(world.office, both, name=MAILS, digest=digest))
        assert isinstance(request(world), PassedRequest)
        assert len(of_word(world, "approval.passed")) == 1


def test_one_person_with_two_roles_is_one_person(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        digest = high(world)
        both = confirmed(world.person("rob", Role.RISK, Role.OWNER))
        done(approve_gate(world.office, both, name=MAILS, digest=digest))
        assert code(approve_gate(world.office, both, name=MAILS, digest=digest)) == "already_done"
        assert isinstance(request(world), OpenRequest)


def test_whoever_was_disabled_before_the_quorum_is_complete_does_not_count(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        digest = high(world)
        rob, risk = confirmed(world.person("rob", Role.RISK)), confirmed(world.risk)
        done(approve_gate(world.office, rob, name=MAILS, digest=digest))
        with world.office.book.write() as tx:
            accounts.set_disabled(tx, rob.id, world.clock.now())
        done(approve_gate(world.office, risk, name=MAILS, digest=digest))
        assert isinstance(request(world), OpenRequest)
        done(approve_gate(world.office, confirmed(world.other_owner), name=MAILS, digest=digest))
        assert isinstance(request(world), PassedRequest)


def test_a_yes_lost_after_passing_is_made_up_by_another_and_passes_once(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        digest = asked(world)
        done(approve_gate(world.office, world.risk, name=MAILS, digest=digest))
        assert code(approve_gate(world.office, world.other_owner, name=MAILS, digest=digest)) == "request_not_open"
        with world.office.book.write() as tx:
            use_cases.involve(tx, use_cases.require(tx, MAILS), world.risk.id, "builder")
        assert code(grant_mandate(world.office, world.owner, name=MAILS)) == "approved"
        done(approve_gate(world.office, world.other_owner, name=MAILS, digest=digest))
        assert len(of_word(world, "approval.passed")) == 1
        assert isinstance(done(grant_mandate(world.office, world.owner, name=MAILS)), ActiveMandate)


@pytest.mark.parametrize("twice", [False, True])
def test_a_crowd_that_approves_at_once_passes_a_request_once_and_each_is_told(tmp_path: Path, *, twice: bool) -> None:
    with World(tmp_path) as world:
        met(world)
        found = crowd(world, asked(world), people=24, threads=24, twice=twice)
        assert (found.given, found.passed, found.recorded, found.without_answer) == (1, 1, 1, 0)
        assert set(found.refused) <= {"request_not_open", "already_done"}
        assert sum(found.refused.values()) == (47 if twice else 23)


def test_a_request_is_declined_with_a_reason_that_the_proposer_reads(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        digest = asked(world)
        name = request(world).request.id
        for actor in (world.owner, world.builder, world.reviewer, world.operator):
            said = decline_request(world.office, actor, request=name, why="no")
            assert code(said) in {"approver_is_author", "not_permitted", "person_needed"}
        done(decline_request(world.office, world.risk, request=name, why="Slices are missing."))
        assert isinstance(request(world), DeclinedRequest)
        assert "Slices" not in str([entry.facts for entry in of_word(world, "approval.declined")])
        settle(world.office)
        assert any("Slices are missing." in one.body and one.to == world.builder.id for one in world.post.messages)
        assert code(approve_gate(world.office, world.risk, name=MAILS, digest=digest)) == "request_not_open"
        assert code(grant_mandate(world.office, world.owner, name=MAILS)) == "approved"
        assert code(decline_request(world.office, world.risk, request=name, why="again")) == "request_not_open"


def test_a_question_gives_the_ball_to_the_proposer_until_it_is_answered(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        digest = asked(world)
        name = request(world).request.id
        done(question_request(world.office, world.risk, request=name, says="Who labelled the cases?"))
        found = request(world)
        assert isinstance(found, OpenRequest)
        assert found.ball == "proposer"
        assert code(answer_question(world.office, world.person("bea", Role.BUILDER), request=name, says="Me.")) == "not_permitted"
        done(answer_question(world.office, world.builder, request=name, says="The desk did."))
        assert code(answer_question(world.office, world.builder, request=name, says="More.")) == "not_waiting"
        after = request(world)
        assert isinstance(after, OpenRequest)
        assert after.ball == "risk"
        assert [question.answer for question in after.request.questions] == ["The desk did."]
        done(approve_gate(world.office, world.risk, name=MAILS, digest=digest))


def test_whoever_asked_takes_a_request_back_and_nobody_else(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        asked(world)
        name = request(world).request.id
        assert code(withdraw_request(world.office, world.owner, request=name)) == "not_permitted"
        done(withdraw_request(world.office, world.builder, request=name))
        assert code(withdraw_request(world.office, world.builder, request=name)) == "request_not_open"
        assert code(withdraw_request(world.office, world.builder, request="r_none")) == "not_there"


def test_what_waits_is_escalated_once_and_expires(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        digest = asked(world)
        world.clock.pass_time(timedelta(days=3))
        sweep(world.office)
        sweep(world.office)
        assert len(of_word(world, "approval.escalated")) == 1
        told = {message.to for message in world.post.messages if "has been waited for" in message.subject}
        assert told == {world.risk.id, world.other_owner.id}
        world.clock.pass_time(timedelta(days=11))
        assert code(approve_gate(world.office, world.risk, name=MAILS, digest=digest)) == "request_not_open"
        sweep(world.office)
        assert isinstance(request(world), ExpiredRequest)
        assert len(of_word(world, "approval.expired")) == 1


def test_what_passed_and_was_not_granted_in_time_grants_nothing(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        done(approve_gate(world.office, world.risk, name=MAILS, digest=asked(world)))
        world.clock.pass_time(timedelta(days=14))
        assert code(grant_mandate(world.office, world.owner, name=MAILS)) == "approved"


def test_another_request_for_exactly_the_same_is_not_opened(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        asked(world)
        assert code(ask_approval(world.office, world.builder, name=MAILS)) == "already_done"
        assert world.gate(MAILS, Stage.DELEGATED).covers == request(world).request.digest


def test_whoever_lost_the_role_before_the_quorum_is_complete_does_not_count(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        digest = high(world)
        rob: Person = world.person("rob", Role.RISK)
        done(approve_gate(world.office, confirmed(rob), name=MAILS, digest=digest))
        world.person("rob", Role.BUILDER)
        done(approve_gate(world.office, confirmed(world.risk), name=MAILS, digest=digest))
        assert isinstance(request(world), OpenRequest)
