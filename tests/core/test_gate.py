"""A gate: each missing piece of evidence closes it, and who had a hand in something does not approve it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from licet.core.approval import Approval
from licet.core.canonical import Json
from licet.core.capacity import Capacity, Figure, Relief
from licet.core.exposure import DEFAULT_PLANS, Step
from licet.core.gate import ClosedGate, Evidence, GateRequest, Moments, OpenedGate, Requirement, SliceShown, independent_approvals
from licet.core.gate_rules import LAWS, STAGES, Code, gate_rules
from licet.core.ids import Digest, Fingerprint, PersonId, UseCaseSlug
from licet.core.people import Person, Role
from licet.core.redesign import ServiceLevel
from licet.core.redesign_evidence import ProcessShown, redesign_stood_on
from licet.core.requirements import KINDS, pass_gate
from licet.core.risk import Tier
from licet.core.simulated_redesign import Kept
from licet.core.use_case import Stage
from licet.edge.gate_file import shipped_gates
from tests.core.examples import NOW, OWNER, RISK, person
from tests.core.redesigns import simulation_of

SHIPPED = shipped_gates()
ASKED = Digest("a" * 64)
OTHER = Digest("b" * 64)


def yes(by: Person = RISK, digest: Digest = ASKED) -> Approval:
    """Somebody's yes."""
    return Approval(digest=digest, by=by.id, at=NOW)


COVERED = Digest("c" * 64)
FULL = Evidence(
    slug=UseCaseSlug("mails"),
    asked_at=NOW,
    moments=Moments(created=NOW - timedelta(days=30)),
    owner=OWNER.id,
    history_cases=500,
    tier=Tier.LOW,
    risk=Digest("6" * 64),
    risk_at=NOW,
    standard=Digest("5" * 64),
    countersigned=True,
    verdict="met",
    slices=(),
    stop_exercised_at=NOW - timedelta(days=89),
    mandate=ASKED,
    gates=SHIPPED.digest,
    policy=None,
    asked=GateRequest(digest=COVERED, more=0),
    approvals=(yes(digest=COVERED),),
)


def test_all_evidence_opens_the_gate_for_exactly_what_was_approved() -> None:
    gate = pass_gate(Stage.DELEGATED, FULL, SHIPPED)
    assert isinstance(gate, OpenedGate)
    assert (gate.covers, gate.mandate) == (COVERED, ASKED)


HIGH = replace(
    FULL,
    tier=Tier.HIGH,
    exposure=DEFAULT_PLANS["high"],
    approvals=(yes(digest=COVERED), yes(person("otto", Role.OWNER), COVERED)),
)
QUALIFIED = {PersonId(name): NOW + timedelta(days=1) for name in ("p_rene", "p_sven")}
ENOUGH = Capacity(
    people=2,
    unqualified=0,
    away=0,
    hours=6.0,
    cases=Figure(value=20.0, basis="assumed", assumed=True),
    seconds=Figure(value=60.0, basis="assumed", assumed=True),
    due_within=timedelta(hours=24),
    relief=None,
    twice=0.0,
    known=0.02,
)
SIMULATED = simulation_of(at=NOW)
REDESIGNED = ProcessShown(
    log=SIMULATED.log_digest,
    system=SIMULATED.system,
    standard=SIMULATED.standard,
    simulated=SIMULATED,
    locked_at=NOW - timedelta(days=2),
    signed_at=NOW - timedelta(days=1),
)
FOLLOWS = {"redesign_simulated": {"capacity_simulated"}}
"""What is not simulated says nothing of capacity either."""
SLICED = replace(HIGH, qualified=QUALIFIED, capacity=ENOUGH, slices=(SliceShown(name="letters", met=True),))


@pytest.mark.parametrize(
    ("evidence", "missing"),
    [
        (replace(FULL, owner=None), "owner_named"),
        (replace(FULL, history_cases=0), "history_imported"),
        (replace(SLICED, tier=Tier.PROHIBITED), "risk_answered"),
        (replace(SLICED, tier=None), "risk_answered"),
        (replace(FULL, countersigned=False), "standard_locked"),
        (replace(FULL, verdict=None), "verdict_met"),
        (replace(FULL, verdict="not_met"), "verdict_met"),
        (replace(FULL, verdict="undecided"), "verdict_met"),
        (replace(FULL, approvals=()), "approved"),
        (replace(FULL, approvals=(yes(digest=OTHER),)), "approved"),
        (replace(FULL, stop_exercised_at=None), "stop_exercised"),
        (replace(FULL, stop_exercised_at=NOW - timedelta(days=91)), "stop_exercised"),
        (replace(SLICED, qualified={PersonId("p_rene"): NOW + timedelta(days=1)}), "reviewers_qualified"),
        (replace(SLICED, capacity=replace(ENOUGH, people=0)), "capacity"),
        (replace(SLICED, capacity=replace(ENOUGH, hours=None)), "capacity"),
        (replace(SLICED, capacity=None), "capacity"),
        (replace(SLICED, process=replace(REDESIGNED, locked_at=None, signed_at=None)), "baseline_locked"),
        (replace(SLICED, process=replace(REDESIGNED, signed_at=None)), "baseline_locked"),
        (replace(SLICED, process=replace(REDESIGNED, simulated=None)), "redesign_simulated"),
        (replace(SLICED, process=replace(REDESIGNED, log="another")), "redesign_simulated"),
        (replace(SLICED, process=replace(REDESIGNED, system=Fingerprint("another"))), "redesign_simulated"),
        (replace(SLICED, process=replace(REDESIGNED, standard=OTHER)), "redesign_simulated"),
        (replace(SLICED, process=replace(REDESIGNED, simulated=replace(SIMULATED, measured=False))), "redesign_simulated"),
        (
            replace(SLICED, process=replace(REDESIGNED, simulated=replace(SIMULATED, kept=Kept(kept=False, says="60%")))),
            "capacity_simulated",
        ),
        (replace(SLICED, process=replace(REDESIGNED, simulated=replace(SIMULATED, kept=Kept(kept=None, says="-")))), "capacity_simulated"),
        (replace(SLICED, slices=()), "slices"),
        (replace(SLICED, slices=(SliceShown(name="letters", met=False),)), "slices"),
        (replace(SLICED, exposure=DEFAULT_PLANS["medium"]), "exposure_planned"),
        (replace(SLICED, exposure=(Step(share=1.0),)), "exposure_planned"),
        (replace(SLICED, tier=Tier.MEDIUM, exposure=()), "exposure_planned"),
        (replace(SLICED, approvals=(yes(digest=COVERED), yes(digest=COVERED))), "approved"),
    ],
)
def test_each_requirement_that_is_removed_closes_the_gate(evidence: Evidence, missing: str) -> None:
    gate = pass_gate(Stage.DELEGATED, evidence, SHIPPED)
    assert isinstance(gate, ClosedGate)
    slips = [requirement for requirement in gate.missing if requirement.code == missing]
    assert [requirement.code for requirement in gate.missing if requirement.code not in FOLLOWS.get(missing, ())] == [missing]
    assert all(slip.says and slip.shows and "mails" in slip.closes and slip.since <= NOW for slip in slips)


def test_a_high_risk_use_case_passes_with_a_slice_that_holds_and_two_people() -> None:
    assert isinstance(pass_gate(Stage.DELEGATED, SLICED, SHIPPED), OpenedGate)


def test_a_redesign_is_asked_for_where_an_event_log_is_here_or_where_rules_say_so() -> None:
    assert isinstance(pass_gate(Stage.DELEGATED, replace(SLICED, process=REDESIGNED), SHIPPED), OpenedGate)
    nothing = replace(SLICED, process=ProcessShown(log=None, system=None, standard=None, simulated=None))
    lines = {line.code: line for line in pass_gate(Stage.DELEGATED, nothing, SHIPPED).requirements}
    assert lines[Code.REDESIGN_SIMULATED].met
    assert "nothing to simulate" in lines[Code.REDESIGN_SIMULATED].shows
    always = gate_rules({"version": 1, "stages": {"assisted": {"all": {"redesign_simulated": {"log_needed": 1}}}, **_delegated()}})
    closed = pass_gate(Stage.ASSISTED, nothing, always)
    assert isinstance(closed, ClosedGate)
    (line,) = closed.missing
    assert line.closes == "licet process import mails FILE --as OWNER"


def test_a_gate_says_for_which_service_level_the_people_are_enough() -> None:
    """Breaks when a level that everybody keeps, such as ten years, hides behind a requirement that is met."""
    easy = replace(SIMULATED, service_level=ServiceLevel(within=timedelta(days=3650)))
    gate = pass_gate(Stage.DELEGATED, replace(SLICED, process=replace(REDESIGNED, simulated=easy)), SHIPPED)
    line = next(one for one in gate.requirements if one.code is Code.CAPACITY_SIMULATED)
    assert line.met, "which level is right nobody here can say"
    assert line.shows.endswith("The service level, as stated: 90% of cases within 3,650 d.")


def test_a_baseline_waits_for_its_owner_and_then_for_risk() -> None:
    def line(shown: ProcessShown) -> Requirement:
        gate = pass_gate(Stage.DELEGATED, replace(SLICED, process=shown), SHIPPED)
        return next(one for one in gate.requirements if one.code is Code.BASELINE_LOCKED)

    unlocked = replace(REDESIGNED, locked_at=None, signed_at=None)
    unsigned = replace(REDESIGNED, baseline=Digest("ab" * 32), signed_at=None)
    assert (line(unlocked).ball, line(unsigned).ball) == (Role.OWNER, Role.RISK)
    assert line(unlocked).closes == "licet process baseline lock mails --as OWNER"
    assert line(unsigned).closes == f"licet process baseline countersign mails {unsigned.baseline} --as RISK", "exactly what was seen"
    assert not line(replace(unsigned, log=None)).met, "what was locked is held to, though its log was erased"


def test_a_simulation_says_what_changed_since_and_the_ledger_says_which_one_it_was() -> None:
    moved = replace(REDESIGNED, log="another", standard=OTHER)
    lines = {line.code: line for line in pass_gate(Stage.DELEGATED, replace(SLICED, process=moved), SHIPPED).requirements}
    assert "another event log counts now and another standard is in force" in lines[Code.REDESIGN_SIMULATED].shows
    assert redesign_stood_on(None) == {}
    assert redesign_stood_on(REDESIGNED) == {
        "redesign": {
            "simulation": SIMULATED.id,
            "digest": SIMULATED.digest,
            "log_digest": SIMULATED.log_digest,
            "seed": SIMULATED.seed,
            "simulations": 0,
        }
    }


def test_erasing_the_log_is_no_way_past_what_a_log_is_asked_for() -> None:
    erased = replace(REDESIGNED, log=None, erased=SIMULATED.log_digest)
    assert isinstance(pass_gate(Stage.DELEGATED, replace(SLICED, process=erased), SHIPPED), OpenedGate), "what was shown before stays shown"
    bare = replace(erased, simulated=None, locked_at=None, signed_at=None)
    closed = pass_gate(Stage.DELEGATED, replace(SLICED, process=bare), SHIPPED)
    assert isinstance(closed, ClosedGate)
    assert {line.code for line in closed.missing} == {Code.BASELINE_LOCKED, Code.REDESIGN_SIMULATED, Code.CAPACITY_SIMULATED}
    assert all("erased" in line.shows and line.closes == "licet process import mails FILE --as OWNER" for line in closed.missing)


def test_of_many_simulations_the_gate_says_that_there_were_many() -> None:
    gate = pass_gate(Stage.DELEGATED, replace(SLICED, process=replace(REDESIGNED, simulations=40)), SHIPPED)
    line = next(one for one in gate.requirements if one.code is Code.REDESIGN_SIMULATED)
    assert "the newest of 40 simulations" in line.shows


def _delegated() -> Mapping[str, Json]:
    """The laws, which no rules take away."""
    return {"delegated": {"all": {code.value: {} for code in LAWS}}}


def test_nothing_proposed_means_nothing_approved() -> None:
    gate = pass_gate(Stage.DELEGATED, replace(FULL, mandate=None), SHIPPED)
    assert isinstance(gate, ClosedGate)
    assert {requirement.code for requirement in gate.missing} == {"mandate_proposed", "approved"}


def test_two_approvals_of_one_person_count_once() -> None:
    given = tuple(yes(by, COVERED) for by in (RISK, RISK, OWNER))
    assert independent_approvals(replace(FULL, approvals=given)) == (RISK.id, OWNER.id)


@pytest.mark.parametrize("stage", [Stage.SANDBOX, Stage.SHADOW, Stage.ASSISTED])
def test_earlier_stages_ask_for_less_and_are_closed_without_history(stage: Stage) -> None:
    assert isinstance(pass_gate(stage, replace(FULL, mandate=None, approvals=(), stop_exercised_at=None), SHIPPED), OpenedGate)
    assert isinstance(pass_gate(stage, replace(FULL, history_cases=0), SHIPPED), ClosedGate)


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_prohibited_enters_no_stage(stage: Stage) -> None:
    gate = pass_gate(stage, replace(SLICED, tier=Tier.PROHIBITED), SHIPPED)
    assert isinstance(gate, ClosedGate)
    assert [requirement.ball for requirement in gate.missing] == [Role.RISK]


@pytest.mark.parametrize("qualified", [None, {}, {PersonId("p_rene"): NOW + timedelta(days=1)}, dict.fromkeys(QUALIFIED, NOW)])
def test_people_who_judge_at_high_risk_have_shown_that_they_can(qualified: Mapping[PersonId, datetime] | None) -> None:
    high = replace(SLICED, tier=Tier.HIGH)
    assert isinstance(pass_gate(Stage.ASSISTED, high, SHIPPED), OpenedGate)
    gate = pass_gate(Stage.ASSISTED, replace(high, qualified=qualified), SHIPPED)
    assert isinstance(gate, ClosedGate)
    assert [one.code for one in gate.missing] == [Code.REVIEWERS_QUALIFIED]


def test_before_delegated_people_answer_every_case_whatever_a_mandate_would_take_off_them() -> None:
    """Breaks when a proposal, which decides nothing yet, opens the gate to assisted."""
    many = replace(ENOUGH, cases=Figure(value=2000.0, basis="assumed", assumed=True))
    helped = replace(SLICED, capacity=replace(many, relief=Relief(alone=0.95, cap=10_000, audits=0.1, again=0.05)))
    assert isinstance(pass_gate(Stage.DELEGATED, helped, SHIPPED), OpenedGate)
    gate = pass_gate(Stage.ASSISTED, helped, SHIPPED)
    assert isinstance(gate, ClosedGate)
    assert [one.code for one in gate.missing] == [Code.CAPACITY]


def test_every_requirement_is_known() -> None:
    assert set(KINDS) == set(Code)


def test_whoever_has_the_ball_is_named() -> None:
    asked = replace(FULL, approvals=(), hands={Role.RISK: (RISK.id,)})
    gate = pass_gate(Stage.DELEGATED, asked, SHIPPED)
    assert isinstance(gate, ClosedGate)
    assert [requirement.people for requirement in gate.missing] == [(RISK.id,)]


@pytest.mark.parametrize(
    "asked",
    [
        None,
        GateRequest(digest=OTHER, more=0),
        GateRequest(digest=COVERED, more=1),
        GateRequest(digest=COVERED, more=0, by_rule="by rule", waits_until=NOW),
    ],
)
def test_a_gate_stays_closed_without_a_request_that_stands_and_has_passed(asked: GateRequest | None) -> None:
    gate = pass_gate(Stage.DELEGATED, replace(FULL, asked=asked), SHIPPED)
    assert isinstance(gate, ClosedGate)
    assert [requirement.code for requirement in gate.missing] == ["approved"]


def test_what_passed_by_rule_says_so_and_shows_nobodys_fresh_yes() -> None:
    passed = GateRequest(digest=COVERED, more=0, by_rule="by the fast lane")
    gate = pass_gate(Stage.DELEGATED, replace(FULL, approvals=(), asked=passed), SHIPPED)
    assert isinstance(gate, OpenedGate)
    assert [line.shows for line in gate.requirements if line.code is Code.APPROVED] == ["by the fast lane"]
