"""Gate rules: laws hold whatever a text says, a stricter tier asks for as much, and a tighter rule never opens what was closed."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.core.canonical import Json
from licet.core.exposure import DEFAULT_PLANS
from licet.core.gate import Evidence, GateRequest, Moments, OpenedGate, SliceShown
from licet.core.gate_rules import (
    LAST_ONLY,
    LAWS,
    LIMITS,
    RULED,
    STAGES,
    Code,
    GateRules,
    NotGateRulesError,
    OwnRules,
    both,
    gate_rules,
    in_force,
    loosened,
    own_rules,
    own_text,
    rules_to_json,
    stricter_or_equal,
)
from licet.core.ids import Digest, UseCaseSlug
from licet.core.requirements import pass_gate, requirements_for
from licet.core.risk import TIERS, Tier
from licet.core.use_case import Stage
from licet.edge.bad_file import BadFolderError
from licet.edge.gate_file import read_gates, shipped_gates
from tests.core.examples import NOW, OWNER, RISK
from tests.core.test_gate import yes

SHIPPED = shipped_gates()
FEW = settings(max_examples=25)


@st.composite
def rule_sets(draw: st.DrawFn) -> GateRules:
    """Rules within the laws: at each stage some requirements, and more of them, by stricter numbers, at stricter tiers."""
    stages: dict[str, dict[str, Json]] = {}
    for stage in STAGES:
        known = [code for code in Code if stage is Stage.DELEGATED or code not in LAST_ONLY]
        asked: dict[str, Json] = {code.value: {} for code in LAWS} if stage is Stage.DELEGATED else {}
        tiers: dict[str, Json] = {}
        for tier in RULED:
            for code in draw(st.sets(st.sampled_from(known), max_size=3)):
                asked[code.value] = _stricter(code, asked.get(code.value), draw(st.integers(1, 3)))
            tiers[tier.value] = dict(asked)
        stages[stage.value] = tiers
    return gate_rules({"version": 1, "stages": stages})


def _stricter(code: Code, before: Json, number: int) -> Json:
    limit = LIMITS.get(code)
    if limit is None:
        return {}
    old = before.get(limit.name, limit.default) if isinstance(before, Mapping) else None
    within = min(number, limit.highest)
    return {limit.name: within if not isinstance(old, int) else limit.stricter(old, within)}


approved = st.lists(st.sampled_from((RISK, OWNER)), max_size=3)


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    """Any state a use case can be in."""
    blank = Evidence(
        slug=UseCaseSlug("mails"),
        asked_at=NOW,
        moments=Moments(created=NOW - timedelta(days=30)),
        owner=draw(st.sampled_from((None, OWNER.id))),
        history_cases=draw(st.integers(0, 4)),
        tier=draw(st.sampled_from((None, *TIERS))),
        risk=Digest("6" * 64),
        risk_at=NOW,
        standard=draw(st.sampled_from((None, Digest("5" * 64)))),
        countersigned=draw(st.booleans()),
        verdict=draw(st.sampled_from((None, "met", "not_met", "undecided"))),
        slices=tuple(SliceShown(name=str(k), met=met) for k, met in enumerate(draw(st.lists(st.booleans(), max_size=3)))),
        stop_exercised_at=draw(st.sampled_from((None, NOW, NOW - timedelta(days=2), NOW - timedelta(days=100)))),
        mandate=draw(st.sampled_from((None, Digest("a" * 64)))),
        gates=SHIPPED.digest,
        policy=None,
        asked=draw(st.sampled_from((None, GateRequest(digest=Digest("d" * 64), more=0), GateRequest(digest=Digest("d" * 64), more=1)))),
        approvals=(),
        exposure=draw(st.sampled_from((None, *DEFAULT_PLANS.values()))),
    )
    return replace(blank, approvals=tuple(yes(by, blank.covers or Digest("")) for by in draw(approved)))


@FEW
@given(evidence=evidences(), rules=rule_sets(), more=rule_sets(), to=st.sampled_from(STAGES))
def test_a_tighter_rule_never_opens_a_gate_that_was_closed(evidence: Evidence, rules: GateRules, more: GateRules, to: Stage) -> None:
    tighter = both(rules, more)
    assert stricter_or_equal(tighter, rules)
    assert stricter_or_equal(tighter, more)
    if isinstance(pass_gate(to, evidence, tighter), OpenedGate):
        assert isinstance(pass_gate(to, evidence, rules), OpenedGate)


@FEW
@given(evidence=evidences(), rules=rule_sets(), other=rule_sets(), to=st.sampled_from(STAGES))
def test_what_is_not_called_loosened_asks_for_as_much(evidence: Evidence, rules: GateRules, other: GateRules, to: Stage) -> None:
    if stricter_or_equal(other, rules) and isinstance(pass_gate(to, evidence, other), OpenedGate):
        assert isinstance(pass_gate(to, evidence, rules), OpenedGate)
    assert bool(loosened(other, rules)) is (both(other, rules).digest != other.digest)


@FEW
@given(evidence=evidences(), better=evidences(), rules=rule_sets(), to=st.sampled_from(STAGES))
def test_adding_evidence_never_closes_an_open_requirement(evidence: Evidence, better: Evidence, rules: GateRules, to: Stage) -> None:
    """Breaks when a requirement that was met is not any more, although nothing was taken away and nothing became worse."""
    more = replace(
        evidence,
        owner=evidence.owner or better.owner,
        history_cases=max(evidence.history_cases, better.history_cases),
        tier=evidence.tier or (None if better.tier is Tier.PROHIBITED else better.tier),
        countersigned=evidence.countersigned or better.countersigned,
        verdict="met" if evidence.verdict == "met" else better.verdict or evidence.verdict,
        slices=(*evidence.slices, SliceShown(name="one more", met=True)),
        stop_exercised_at=max((at for at in (evidence.stop_exercised_at, better.stop_exercised_at) if at is not None), default=None),
        approvals=(*evidence.approvals, *(yes(RISK, evidence.covers or Digest("")),)),
    )
    met = {line.code for line in requirements_for(to, evidence, rules) if line.met}
    assert not {line.code for line in requirements_for(to, more, rules) if not line.met} & met


@FEW
@given(rules=rule_sets())
def test_rules_are_read_as_they_are_written(rules: GateRules) -> None:
    assert gate_rules(rules_to_json(rules)) == rules
    kept = own_rules(own_text(OwnRules(rules=rules, beside=SHIPPED.digest)))
    assert kept is not None
    assert (kept.rules, kept.beside) == (rules, SHIPPED.digest)


@FEW
@given(rules=rule_sets())
def test_rules_that_were_compared_with_another_release_ask_for_all_that_either_does(rules: GateRules) -> None:
    assert in_force(None, SHIPPED) == SHIPPED
    assert in_force(OwnRules(rules=rules, beside=SHIPPED.digest), SHIPPED) == rules
    assert stricter_or_equal(in_force(OwnRules(rules=rules, beside=Digest("older")), SHIPPED), SHIPPED)


def test_the_shipped_rules_ask_for_two_people_and_a_slice_at_high_risk_only() -> None:
    asked = {tier: SHIPPED.of(Stage.DELEGATED, tier) for tier in RULED}
    assert [asked[tier][Code.APPROVED] for tier in RULED] == [1, 1, 2]
    assert [asked[tier].get(Code.SLICES) for tier in RULED] == [None, 0, 1]
    assert {asked[tier][Code.STOP_EXERCISED] for tier in RULED} == {90}
    assert [Code.EXPOSURE_PLANNED in asked[tier] for tier in RULED] == [False, True, True]
    assert SHIPPED.of(Stage.DELEGATED, None) == asked[Tier.HIGH]


def _with(change: str) -> str:
    said = json.loads(json.dumps(rules_to_json(SHIPPED)))
    low = said["stages"]["delegated"]["low"]
    match change:
        case "no law":
            del low["approved"]
        case "out of range":
            low["approved"] = {"quorum": 0}
        case "unknown":
            low["a_feeling"] = {}
        case "milder when stricter":
            low["history_imported"] = {"at_least": 100}
        case "too early":
            said["stages"]["shadow"]["low"]["approved"] = {}
        case "another number":
            low["owner_named"] = {"at_least": 2}
        case _:
            said["version"] = 2
    return json.dumps(said, indent=1)


@pytest.mark.parametrize("change", ["no law", "out of range", "unknown", "milder when stricter", "too early", "another number", "version"])
def test_what_is_no_rules_is_refused_with_file_line_and_remedy(tmp_path: Path, change: str) -> None:
    file = tmp_path / "gates.yaml"
    file.write_text(_with(change), "utf-8")
    with pytest.raises(BadFolderError) as refused:
        read_gates(file)
    assert refused.value.file == str(file)
    assert refused.value.line is not None
    assert refused.value.remedy


def test_a_text_in_the_database_that_is_no_rules_opens_nothing() -> None:
    for text in ("{", '{"beside": "x"}', '{"beside": "x", "rules": {"version": 1, "stages": {}}}', "[]"):
        with pytest.raises(NotGateRulesError):
            own_rules(text)
    assert own_rules("") is None
