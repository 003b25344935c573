"""Stages are entered through their gates; what gates ask for is tightened at once and loosened with risk's yes; all of it is timed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from licet.core.gate import ClosedGate
from licet.core.gate_rules import STAGES, Code, GateRules, gate_rules, rules_to_json
from licet.core.refusal import Refused
from licet.core.rules import ProposedRules, RuleKind, RulesInForce
from licet.core.use_case import Stage
from licet.flows.change_gates import propose_gate_rules, show_gate_rules
from licet.flows.change_rules import approve_rules
from licet.flows.enter_stage import Moved, enter_stage
from licet.flows.grant import Wishes, grant_mandate, propose_mandate
from licet.flows.time_gates import time_gates
from licet.store import rules, stage_moves, use_cases
from licet.testing import World, done, past_cases
from tests.flows.examples import MAILS, code, of_word


def signed(world: World) -> None:
    """A use case with history, risk answers, and a standard two people signed."""
    world.use_case(MAILS)
    world.import_cases(MAILS, past_cases(150))
    world.assess(MAILS)
    world.sign(MAILS)


def enter(world: World, to: Stage, why: str = "") -> Moved | ClosedGate | Refused:
    """The owner enters a stage."""
    return enter_stage(world.office, world.owner, name=MAILS, to=to, why=why)


def stage(world: World) -> Stage:
    """The use case's stage."""
    with world.office.book.read() as tx:
        return use_cases.require(tx, MAILS).stage


def with_number(shipped: GateRules, requirement: str, **number: int) -> GateRules:
    """The rules with another number for a requirement of *delegated*, at every tier."""
    said = json.loads(json.dumps(rules_to_json(shipped)))
    for asked in said["stages"]["delegated"].values():
        asked[requirement] = number
    return gate_rules(said)


def test_stages_are_entered_forward_through_every_gate_on_the_way(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        signed(world)
        closed = enter(world, Stage.ASSISTED)
        assert isinstance(closed, ClosedGate)
        assert [line.code for line in closed.missing] == ["evaluated"]
        assert isinstance(enter(world, Stage.SHADOW), Moved)
        world.evaluate(MAILS)
        assert isinstance(enter(world, Stage.ASSISTED), Moved)
        assert code(enter(world, Stage.DELEGATED)) == "entered_by_grant"
        assert code(enter(world, Stage.ASSISTED)) == "already_done"
        changes = [(event.facts["was"], event.facts["became"]) for event in of_word(world, "stage.changed")]
        assert changes == [("idea", "sandbox"), ("sandbox", "shadow"), ("shadow", "assisted")]
        assert all(event.facts["gates"] == world.office.gates.digest for event in of_word(world, "stage.changed"))


def test_several_stages_are_entered_at_once_where_every_gate_is_open(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        signed(world)
        world.evaluate(MAILS)
        assert done(enter(world, Stage.ASSISTED)) is not None
        assert stage(world) is Stage.ASSISTED
        assert len(of_word(world, "stage.changed")) == 2


def test_the_way_back_is_free_and_takes_a_reason_that_stays_out_of_the_ledger(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        signed(world)
        done(enter(world, Stage.SHADOW))
        assert code(enter(world, Stage.IDEA)) == "reason_needed"
        done(enter(world, Stage.IDEA, why="Ann says the process changes."))
        assert stage(world) is Stage.IDEA
        assert not any(b"Ann says" in entry for entry in world.entries())
        with world.office.book.read() as tx:
            moves = stage_moves.every(tx, use_cases.require(tx, MAILS))
        assert [(move.became, move.why) for move in moves] == [(Stage.SHADOW, ""), (Stage.IDEA, "Ann says the process changes.")]


def test_only_the_owner_enters_a_stage_and_not_out_of_a_mandate(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        for actor in (world.risk, world.builder, world.other_owner, world.operator):
            found = enter_stage(world.office, actor, name=MAILS, to=Stage.SHADOW, why="x")
            assert code(found) in {"not_permitted", "not_the_owner", "person_needed"}
        assert code(enter(world, Stage.SHADOW, why="x")) == "left_with_mandate"


def test_without_risk_answers_no_stage_beyond_sandbox_is_entered(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, past_cases(150))
        world.sign(MAILS)
        closed = enter(world, Stage.SHADOW)
        assert isinstance(closed, ClosedGate)
        assert [line.code for line in closed.missing] == ["risk_answered"]


def test_what_tightens_holds_at_once_and_voids_what_was_approved(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        signed(world)
        world.evaluate(MAILS)
        done(propose_mandate(world.office, world.builder, name=MAILS, wishes=Wishes()))
        world.ready(MAILS)
        world.approve(MAILS)
        changed = done(propose_gate_rules(world.office, world.other_owner, wanted=with_number(world.office.gates, "approved", quorum=2)))
        assert isinstance(changed.made, RulesInForce)
        assert code(grant_mandate(world.office, world.owner, name=MAILS)) == "approved"
        world.approve(MAILS)
        assert code(grant_mandate(world.office, world.owner, name=MAILS)) == "approved"
        world.approve(MAILS, by=world.other_owner)
        done(grant_mandate(world.office, world.owner, name=MAILS))
        assert of_word(world, "mandate.granted")[-1].facts["gates"] == show_gate_rules(world.office).digest


def test_what_loosens_waits_for_risk_who_did_not_propose_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        second = world.person("rob", *world.risk.roles)
        longer = with_number(world.office.gates, "stop_exercised", within_days=365)
        changed = done(propose_gate_rules(world.office, world.risk, wanted=longer))
        assert isinstance(changed.made, ProposedRules)
        assert changed.loosens[0] == "delegated, low: 'stop_exercised' asks for within_days 365 instead of 90, which is less."
        assert show_gate_rules(world.office).rules == world.office.gates
        assert code(approve_rules(world.office, world.risk, digest=changed.made.digest)) != ""
        assert show_gate_rules(world.office).rules == world.office.gates
        done(approve_rules(world.office, second, digest=changed.made.digest))
        assert show_gate_rules(world.office).rules == longer
        assert isinstance(done(propose_gate_rules(world.office, world.owner, wanted=None)).made, RulesInForce)
        assert show_gate_rules(world.office).rules == world.office.gates


def test_what_was_shown_to_tighten_other_rules_than_those_in_force_waits_too(tmp_path: Path) -> None:
    """Breaks when rules that tighten what was there before replace, without a yes, stricter ones that came in meanwhile."""
    with World(tmp_path) as world:
        strict = with_number(world.office.gates, "approved", quorum=3)
        done(propose_gate_rules(world.office, world.owner, wanted=strict))
        back = done(propose_gate_rules(world.office, world.owner, wanted=with_number(world.office.gates, "approved", quorum=2)))
        assert isinstance(back.made, ProposedRules)
        with world.office.book.read() as tx:
            held = rules.in_force(tx, RuleKind.GATES)
        assert held is not None
        assert show_gate_rules(world.office).rules == strict


def test_another_release_s_stricter_rules_count_beside_the_organisation_s_own(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        done(propose_gate_rules(world.office, world.owner, wanted=with_number(world.office.gates, "stop_exercised", within_days=30)))
        stricter = with_number(world.office.gates, "approved", quorum=4)
        world.office = replace(world.office, shipped_gates=lambda: stricter)
        held = show_gate_rules(world.office).rules
        assert held.of(Stage.DELEGATED, None)[Code.APPROVED] == 4
        assert held.of(Stage.DELEGATED, None)[Code.STOP_EXERCISED] == 30


def test_the_time_to_yes_is_told_of_every_use_case_and_adds_up(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        world.use_case("letters")
        assert "mandate.granted" in world.words()
        found = time_gates(world.office, name=None)
        granted = next(one for one in found.gates if (one.use_case, one.to) == (MAILS, Stage.DELEGATED))
        assert granted.passed is not None
        assert granted.whole == granted.passed - granted.began
        assert [(one.to, one.passed) for one in found.medians] == [(to, 1) for to in STAGES]
        assert [(one.use_case, one.ball) for one in found.waits] == [("letters", "builder")]
        assert {one.use_case for one in time_gates(world.office, name="letters").gates} == {"letters"}


@pytest.mark.parametrize("tier", ["low", "medium"])
def test_the_gate_names_who_has_the_ball_since_when_and_the_command(tmp_path: Path, tier: str) -> None:
    with World(tmp_path) as world:
        signed(world)
        world.assess(MAILS, vulnerable="no" if tier == "low" else "yes", scale="thousands")
        world.evaluate(MAILS)
        gate = world.gate(MAILS)
        assert isinstance(gate, ClosedGate)
        lines = {line.code: line for line in gate.missing}
        planned = {"exposure_planned", "reviewers_qualified", "capacity"} if tier == "medium" else set()
        assert set(lines) == {"stop_exercised", "mandate_proposed", "approved"} | planned
        assert lines[Code.MANDATE_PROPOSED].people == (world.owner.id,)
        assert lines[Code.APPROVED].people == (world.owner.id,)
        assert lines[Code.STOP_EXERCISED].closes == "licet stop drill mails --as OWNER"
