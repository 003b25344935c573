"""Asking the policies: the door asks those in force, a change counts in every process at its next question, and acts say it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import licet
from licet.core.ids import Digest
from licet.core.people import Act, Identity, Role
from licet.core.policy import Hand
from licet.core.risk import Tier
from licet.core.risk_questions import QUESTIONS
from licet.core.rules import NotRulesError, ProposedRules, RuleKind, RulesInForce
from licet.edge.policies import CedarPolicies, book_with
from licet.edge.told import ToldPolicies
from licet.flows.approve import approve_gate
from licet.flows.ask_policy import explain, somebody
from licet.flows.assess_risk import answer_risk
from licet.flows.change_rules import approve_rules, propose_rules
from licet.flows.grant import grant_mandate
from licet.flows.office import Office, UnknownPersonError, allowed, permitted
from licet.flows.set_standard import countersign_standard, lock_standard
from licet.flows.stop import press_stop
from licet.store import risks, rules, use_cases
from licet.store.book import Book
from licet.testing import World, done, promise
from tests.flows.examples import MAILS, code, of_word

NO_STOP = """@id("no-stop") @says("Owners do not press the stop here.")
forbid (principal in Role::"owner", action == Action::"press the stop", resource);"""
OPEN = '@id("open") @says("Everything.")\npermit (principal, action, resource);'
MILDEST = {question.code: question.options[0].code for question in QUESTIONS}
SOURCE = Path(licet.__file__).parent


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as made:
        made.use_case(MAILS)
        yield made


def in_force(world: World, text: str) -> Digest:
    """Puts additions in force."""
    made = propose_rules(world.office, world.owner, kind=RuleKind.POLICY, text=text)
    assert isinstance(made, ProposedRules)
    return done(approve_rules(world.office, world.risk, digest=made.digest)).digest


def elsewhere(world: World) -> Office:
    """The office as another process has it, which asked before: its own way into the database, its own policies read."""
    other = replace(world.office, book=Book(world.connect(), world.office.vault, world.draw), policies=CedarPolicies())
    with other.book.read() as tx:
        assert allowed(other, tx, world.owner, Act.STOP, use_cases.require(tx, MAILS)) == world.owner
    return other


def test_a_change_counts_at_the_next_question_in_every_process(world: World) -> None:
    other = elsewhere(world)
    made = propose_rules(world.office, world.owner, kind=RuleKind.POLICY, text=NO_STOP)
    assert isinstance(made, ProposedRules)
    done(press_stop(other, world.other_owner, name=MAILS, why="proposed is not in force"))
    done(approve_rules(world.office, world.risk, digest=made.digest))
    for office in (world.office, other):
        refused = press_stop(office, world.owner, name=MAILS, why="x")
        assert code(refused) == "policy_forbids"
        assert "Owners do not press the stop here." in refused.why  # type: ignore[union-attr] # a refusal, by its code
    done(press_stop(other, world.risk, name=None, why="risk still does"))


def test_what_an_organisation_permits_makes_nobody_sign_who_must_not(world: World) -> None:
    in_force(world, OPEN)
    admin = world.person("ada", Role.ADMIN)
    for actor, expected in ((world.operator, "person_needed"), (admin, "not_permitted")):
        assert code(lock_standard(world.office, actor, name=MAILS, draft=promise())) == expected
    locked = done(lock_standard(world.office, world.owner, name=MAILS, draft=promise()))
    assert code(countersign_standard(world.office, world.owner, name=MAILS)) == "same_person"
    assert code(approve_gate(world.office, world.owner, name=MAILS, digest=Digest("x"))) == "approver_is_author"
    assert code(grant_mandate(world.office, world.other_owner, name=MAILS)) != "not_there"
    assert locked.locked_by == world.owner.id


def test_acts_of_high_stake_say_which_policies_they_stood_on(world: World) -> None:
    world.sign(MAILS)
    shipped = book_with("").digest
    assert [of_word(world, word)[0].facts["policy"] for word in ("standard.locked", "standard.countersigned")] == [shipped, shipped]
    in_force(world, NO_STOP)
    with world.office.book.read() as tx:
        permission = permitted(world.office, tx, world.owner, Act.GRANT, use_cases.require(tx, MAILS))
    assert permission.policy == book_with(NO_STOP).digest != shipped  # type: ignore[union-attr] # the owner grants


def test_policies_that_do_not_fit_the_schema_are_not_even_proposed(world: World) -> None:
    with pytest.raises(NotRulesError):
        propose_rules(world.office, world.owner, kind=RuleKind.POLICY, text=NO_STOP.replace('"owner"', '"king"'))
    assert of_word(world, "rules.proposed") == []


def test_policies_in_force_that_this_licet_cannot_read_permit_nothing_and_are_told(world: World) -> None:
    """As an older Licet finds those of a newer one."""
    told: list[tuple[str, object]] = []

    def journal(signal: str, /, **facts: object) -> None:
        told.append((signal, facts["act"]))

    made = ProposedRules(
        kind=RuleKind.POLICY, version=1, text="permit (principal", proposed_by=world.owner.id, proposed_at=world.clock.now()
    )
    with world.office.book.write() as tx:
        rules.propose(tx, made)
        rules.put_in_force(tx, RulesInForce(proposed=made, approved_by=world.risk.id, at=world.clock.now()))
    office = replace(world.office, policies=ToldPolicies(policies=world.office.policies, journal=journal))
    assert code(press_stop(office, world.risk, name=MAILS, why="x")) == "policy_error"
    assert told == [("policy.failed", "stop")]


def test_who_signed_in_confirms_where_risk_is_high(world: World) -> None:
    done(answer_risk(world.office, world.builder, name=MAILS, answers=MILDEST | {"personal_data": "special"}))
    with world.office.book.read() as tx:
        stored = risks.newest(tx, use_cases.require(tx, MAILS))
    assert stored is not None
    assert stored.tier is Tier.HIGH
    with world.office.book.read() as tx:
        use_case = use_cases.require(tx, MAILS)
        found = {
            identity: allowed(world.office, tx, replace(world.risk, identity=identity), Act.COUNTERSIGN, use_case) for identity in Identity
        }
    assert code(found.pop(Identity.SIGNED_IN)) == "confirmation_needed"
    assert all(getattr(one, "id", None) == world.risk.id for one in found.values())


def test_why_not_is_asked_without_doing_anything(world: World) -> None:
    found = explain(world.office, somebody(world.office, world.builder.email), Act.LOCK, name=MAILS)
    assert found.refused is not None
    assert (found.refused.code, found.asked.roles) == ("not_permitted", frozenset({Role.BUILDER}))
    assert explain(world.office, somebody(world.office, world.risk.email), Act.LIFT_EVERYWHERE, name=None).refused is None
    with pytest.raises(UnknownPersonError):
        somebody(world.office, "nobody@example.org")


@pytest.mark.one_database
def test_only_the_door_makes_a_permission_and_flows_read_no_roles_past_it() -> None:
    """Breaks when an act could be signed without having asked, or a flow looks at somebody's roles by itself."""
    made = [path.name for path in SOURCE.rglob("*.py") if re.search(r"\bPermission\(", path.read_text())]
    assert made == ["office.py"]


@pytest.mark.one_database
def test_every_hand_that_a_flow_writes_down_is_one_that_policies_know() -> None:
    words = {word for path in SOURCE.rglob("*.py") for word in re.findall(r'\.involve\([^)]*"([a-z ]+)"\)', path.read_text())}
    assert words
    assert words <= {hand.value for hand in Hand}
