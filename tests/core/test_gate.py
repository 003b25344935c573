"""A gate: each missing piece of evidence closes it, and who had a hand in something does not approve it."""

from dataclasses import replace

import pytest

from licet.core.gate import Approval, ClosedGate, Evidence, Involvement, OpenedGate, approve, independent_approvals, pass_gate
from licet.core.ids import Digest
from licet.core.people import Act, Person, Role
from licet.core.refusal import Refused
from licet.core.use_case import Stage
from tests.core.examples import BUILDER, NOW, OWNER, RISK, may, person

ASKED = Digest("a" * 64)
OTHER = Digest("b" * 64)


def yes(by: Person = RISK, digest: Digest = ASKED) -> Approval:
    """Somebody's yes."""
    return Approval(digest=digest, by=by.id, at=NOW)


FULL = Evidence(
    owner=OWNER.id,
    history_cases=500,
    standard=Digest("5" * 64),
    countersigned=True,
    verdict="met",
    covers=ASKED,
    approvals=(yes(),),
)
NOBODY = Involvement(authors=frozenset(), owner=OWNER.id)


def test_all_evidence_opens_the_gate_for_exactly_what_was_approved() -> None:
    gate = pass_gate(Stage.DELEGATED, FULL)
    assert isinstance(gate, OpenedGate)
    assert gate.covers == ASKED


@pytest.mark.parametrize(
    ("evidence", "missing"),
    [
        (replace(FULL, owner=None), "owner_named"),
        (replace(FULL, history_cases=0), "history_imported"),
        (replace(FULL, standard=None), "standard_locked"),
        (replace(FULL, countersigned=False), "standard_locked"),
        (replace(FULL, verdict=None), "verdict_met"),
        (replace(FULL, verdict="not_met"), "verdict_met"),
        (replace(FULL, verdict="undecided"), "verdict_met"),
        (replace(FULL, approvals=()), "approved"),
        (replace(FULL, approvals=(yes(digest=OTHER),)), "approved"),
        (replace(FULL, approvals=(yes(), yes()), approvals_needed=2), "approved"),
    ],
)
def test_each_requirement_that_is_removed_closes_the_gate(evidence: Evidence, missing: str) -> None:
    gate = pass_gate(Stage.DELEGATED, evidence)
    assert isinstance(gate, ClosedGate)
    assert [requirement.code for requirement in gate.missing] == [missing]
    assert all(requirement.says and requirement.shows and requirement.closes for requirement in gate.missing)


def test_nothing_proposed_means_nothing_approved() -> None:
    gate = pass_gate(Stage.DELEGATED, replace(FULL, covers=None))
    assert isinstance(gate, ClosedGate)
    assert {requirement.code for requirement in gate.missing} == {"mandate_proposed", "approved"}


def test_two_approvals_of_one_person_count_once() -> None:
    assert independent_approvals(replace(FULL, approvals=(yes(), yes(), yes(OWNER)))) == (RISK.id, OWNER.id)


@pytest.mark.parametrize("stage", [Stage.SANDBOX, Stage.SHADOW, Stage.ASSISTED])
def test_earlier_stages_ask_for_less_and_are_closed_without_history(stage: Stage) -> None:
    assert isinstance(pass_gate(stage, replace(FULL, covers=None, approvals=())), OpenedGate)
    assert isinstance(pass_gate(stage, replace(FULL, history_cases=0)), ClosedGate)


def test_risk_and_another_owner_may_approve() -> None:
    for somebody in (RISK, person("otto", Role.OWNER)):
        assert approve(ASKED, ASKED, may(somebody, Act.APPROVE), NOBODY, now=NOW) == yes(somebody)


@pytest.mark.parametrize(
    ("actor", "involved", "code"),
    [
        (OWNER, NOBODY, "approver_is_author"),
        (RISK, Involvement(authors=frozenset({RISK.id}), owner=OWNER.id), "approver_is_author"),
        (person("two", Role.RISK, Role.BUILDER), NOBODY, "approver_is_author"),
        (person("olga", Role.RISK, Role.OWNER), NOBODY, "approver_is_author"),
        (BUILDER, NOBODY, "approver_is_author"),
    ],
)
def test_author_builder_and_owner_may_not_approve_whatever_the_policies_say(actor: Person, involved: Involvement, code: str) -> None:
    found = approve(ASKED, ASKED, may(actor, Act.APPROVE), involved, now=NOW)
    assert isinstance(found, Refused)
    assert found.code == code


def test_a_yes_to_something_else_is_no_yes() -> None:
    for shown, code in ((OTHER, "digest_mismatch"), (None, "no_mandate")):
        found = approve(ASKED, shown, may(RISK, Act.APPROVE), NOBODY, now=NOW)
        assert isinstance(found, Refused)
        assert found.code == code
