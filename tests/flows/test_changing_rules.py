"""Changing the rules: proposed by one person, put in force by another, bound to exactly what was read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.core.ids import Digest, TeamName
from licet.core.people import Operator, Person, Role
from licet.core.rules import LONGEST_RULES, NotRulesError, ProposedRules, RuleKind, RulesInForce
from licet.flows.change_rules import approve_rules, propose_rules, rules_of, withdraw_rules
from licet.store import rules
from licet.testing import World, done
from tests.flows.examples import code, of_word

GATES = RuleKind.GATES
ONE, TWO = "low:\n  approvals: 2\n", "low:\n  approvals: 3\n"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as made:
        yield made


def proposed(world: World, text: str, by: Person | None = None) -> ProposedRules:
    made = propose_rules(world.office, by or world.owner, kind=GATES, text=text)
    assert isinstance(made, ProposedRules)
    return made


def held(world: World) -> RulesInForce | None:
    with world.office.book.read() as tx:
        return rules.in_force(tx, GATES)


def test_a_proposal_changes_nothing_until_another_person_approves_its_digest(world: World) -> None:
    made = proposed(world, ONE)
    assert held(world) is None
    approved = done(approve_rules(world.office, world.risk, digest=made.digest))
    found = held(world)
    assert found is not None
    assert found == approved
    assert (found.text, found.digest, found.version, found.approved_by) == (ONE, made.digest, 1, world.risk.id)
    entry = of_word(world, "rules.approved")[0]
    assert (entry.facts["digest"], entry.facts["kind"], entry.facts["second_person"]) == (made.digest, "gates", True)


def test_who_proposed_never_approves_whichever_roles_they_have(world: World) -> None:
    both = world.person("rosa", Role.RISK, Role.OWNER)
    made = proposed(world, ONE, both)
    assert code(approve_rules(world.office, both, digest=made.digest)) == "same_person"
    assert held(world) is None


@pytest.mark.parametrize("who", ["owner", "builder", "reviewer", "operator"])
def test_only_risk_approves_a_change_of_rules(world: World, who: str) -> None:
    made = proposed(world, ONE, world.other_owner)
    refused = approve_rules(world.office, Operator() if who == "operator" else getattr(world, who), digest=made.digest)
    assert code(refused) in {"not_permitted", "person_needed"}
    assert held(world) is None


def test_a_yes_to_another_digest_or_to_what_was_replaced_meanwhile_counts_for_nothing(world: World) -> None:
    first = proposed(world, ONE)
    second = proposed(world, TWO)
    assert code(approve_rules(world.office, world.risk, digest=first.digest)) == "digest_mismatch"
    assert code(approve_rules(world.office, world.risk, digest=Digest("0" * 64))) == "digest_mismatch"
    done(approve_rules(world.office, world.risk, digest=second.digest))
    assert code(approve_rules(world.office, world.risk, digest=second.digest)) == "digest_mismatch"
    assert [entry.facts["version"] for entry in of_word(world, "rules.withdrawn")] == [1]


def test_what_is_in_force_or_waits_already_is_not_proposed_again(world: World) -> None:
    made = proposed(world, ONE)
    assert code(propose_rules(world.office, world.risk, kind=GATES, text=ONE)) == "already_done"
    done(approve_rules(world.office, world.risk, digest=made.digest))
    assert code(propose_rules(world.office, world.risk, kind=GATES, text=ONE)) == "already_done"


def test_nothing_replaces_nothing_and_rules_may_be_given_up_again(world: World) -> None:
    assert code(propose_rules(world.office, world.owner, kind=GATES, text="")) == "already_done"
    done(approve_rules(world.office, world.risk, digest=proposed(world, ONE).digest))
    done(approve_rules(world.office, world.risk, digest=proposed(world, "").digest))
    found = held(world)
    assert found is not None
    assert found.text == ""
    done(approve_rules(world.office, world.risk, digest=proposed(world, ONE).digest))
    assert [state for _, state in rules_of(world.office, kind=GATES).versions] == ["replaced", "replaced", "in force"]


def test_what_only_tightens_may_hold_at_once_and_says_that_nobody_approved_it(world: World) -> None:
    waiting = proposed(world, ONE)
    made = propose_rules(world.office, world.owner, kind=GATES, text=TWO, needs_approval=False)
    assert isinstance(made, RulesInForce)
    assert made.approved_by is None
    assert code(approve_rules(world.office, world.risk, digest=waiting.digest)) == "digest_mismatch"
    assert of_word(world, "rules.approved")[0].facts["second_person"] is False


def test_a_proposal_can_be_taken_back(world: World) -> None:
    made = proposed(world, ONE)
    assert done(withdraw_rules(world.office, world.owner, kind=GATES)) == made
    assert code(approve_rules(world.office, world.risk, digest=made.digest)) == "digest_mismatch"
    assert code(withdraw_rules(world.office, world.owner, kind=GATES)) == "not_there"


def test_within_one_team_nobody_changes_the_rules_of_all(world: World) -> None:
    team = world.office.for_team(TeamName("north"))
    for refused in (
        propose_rules(team, world.owner, kind=GATES, text=ONE),
        approve_rules(team, world.risk, digest=Digest("0" * 64)),
        withdraw_rules(team, world.owner, kind=GATES),
    ):
        assert code(refused) == "beyond_the_team"


def test_a_text_that_is_no_rules_is_refused_before_anything_is_written(world: World) -> None:
    for text in ("x" * (LONGEST_RULES + 1), "a\x00b"):
        with pytest.raises(NotRulesError):
            propose_rules(world.office, world.owner, kind=GATES, text=text)
    assert rules_of(world.office, kind=GATES).versions == ()
