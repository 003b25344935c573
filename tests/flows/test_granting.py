"""Granting: approved by others, void when anything changes, one at a time, and back only on fresh evidence."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.gate import ClosedGate, OpenedGate
from licet.core.history import Shares
from licet.core.ids import Digest
from licet.core.mandate import ActiveMandate, ProposedMandate, RevokedMandate, SuspendedMandate
from licet.core.people import Role
from licet.core.terms import NotTermsError
from licet.core.use_case import Stage
from licet.flows.approve import approve_gate
from licet.flows.grant import Wishes, grant_mandate, propose_mandate, reinstate_mandate, revoke_mandate
from licet.flows.respond import suspend_mandate
from licet.flows.set_standard import revise_standard
from licet.pretend import ScriptedSystem
from licet.store import use_cases
from licet.testing import ALL_SEALED, World, done, past_cases, promise, says_like, vendor
from tests.flows.examples import MAILS, always_wrong, code, of_word, sealed_set

WISHES = Wishes(audit_rate=1.0, daily_cap=500, planned_audits=400)


def met(world: World, count: int = 150) -> None:
    """A use case with a met verdict of a scripted system."""
    world.use_case(MAILS, replace(promise(), attempts=(0.5, 0.5)))
    rows = past_cases(count)
    world.systems.there[MAILS] = ScriptedSystem(says=says_like(rows))
    world.import_cases(MAILS, rows, card=None)
    world.sign(MAILS)
    assert world.evaluate(MAILS).stored.word == "met"
    world.ready(MAILS)


def propose(world: World, wishes: Wishes = WISHES) -> ProposedMandate:
    """The builder asks for a mandate."""
    return done(propose_mandate(world.office, world.builder, name=MAILS, wishes=wishes))


def covers(world: World) -> Digest:
    """What the gate asks approvals for now."""
    asked = world.gate(MAILS).covers
    assert asked is not None
    return asked


def stage(world: World) -> Stage:
    """The use case's stage."""
    with world.office.book.read() as tx:
        return use_cases.require(tx, MAILS).stage


def trip(world: World) -> None:
    """People find AI wrong on everything it decided alone, until the watch trips."""
    world.submit(MAILS, past_cases(60), card=None)
    world.answer(MAILS, always_wrong)
    assert isinstance(world.mandate(MAILS), SuspendedMandate)


def fresh_cases(world: World, name: str = "fresh", shares: Shares = ALL_SEALED) -> None:
    """Fresh sealed cases, which the same system has answers for."""
    rows = past_cases(400, name=name)
    system = world.systems.there[MAILS]
    system.says = says_like([*rows, *past_cases(150), *past_cases(150, name="live")])
    world.import_cases(MAILS, rows, card=None, shares=shares)


def test_no_mandate_without_a_met_verdict(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, past_cases(150, wrong=20))
        world.sign(MAILS)
        assert code(propose_mandate(world.office, world.builder, name=MAILS, wishes=WISHES)) == "verdict_not_met"
        world.evaluate(MAILS)
        assert code(propose_mandate(world.office, world.builder, name=MAILS, wishes=WISHES)) == "verdict_not_met"
        assert "verdict_met" in code(grant_mandate(world.office, world.owner, name=MAILS))


def test_who_wrote_built_or_owns_it_does_not_approve_it_on_any_route(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        mine = world.person("rob", Role.RISK, Role.OWNER)
        done(propose_mandate(world.office, mine, name=MAILS, wishes=WISHES))
        digest = covers(world)
        importer = world.person("ivo", Role.RISK, Role.ADMIN)
        world.import_cases(MAILS, past_cases(150), card=None, by=importer)
        evaluator = world.person("eva", Role.RISK)
        world.evaluate(MAILS, by=evaluator)
        owner_too = world.person("olga", Role.RISK)
        for author in (mine, importer, evaluator, owner_too):
            assert code(approve_gate(world.office, author, name=MAILS, digest=digest)) == "approver_is_author"
        for actor in (world.builder, world.reviewer, world.operator):
            assert code(approve_gate(world.office, actor, name=MAILS, digest=digest)) in {"not_permitted", "person_needed"}
        assert "approved" in code(grant_mandate(world.office, world.owner, name=MAILS))
        assert "approval.given" not in world.words()
        done(approve_gate(world.office, world.other_owner, name=MAILS, digest=digest))
        assert isinstance(done(grant_mandate(world.office, world.owner, name=MAILS)), ActiveMandate)


def test_an_approval_dies_when_its_giver_takes_a_hand_in_the_use_case(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        propose(world)
        world.approve(MAILS)
        world.evaluate(MAILS, by=world.risk)
        assert code(grant_mandate(world.office, world.owner, name=MAILS)) == "approved"


def test_an_approval_is_void_for_another_proposal(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        propose(world)
        first = world.approve(MAILS).digest
        propose(world)
        assert first != covers(world)
        assert code(grant_mandate(world.office, world.owner, name=MAILS)) == "approved"
        assert code(approve_gate(world.office, world.risk, name=MAILS, digest=first)) == "digest_mismatch"
        second = world.approve(MAILS).digest
        assert code(approve_gate(world.office, world.risk, name=MAILS, digest=second)) == "already_done"
        assert covers(world) == second


def test_an_approval_is_void_after_another_evaluation(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world, 400)
        propose(world)
        world.approve(MAILS)
        assert isinstance(world.gate(MAILS), OpenedGate)
        world.systems.there[MAILS].version = "2"
        assert world.evaluate(MAILS).stored.word == "met"
        assert "mandate_proposed" in code(grant_mandate(world.office, world.owner, name=MAILS))


def test_a_proposal_is_void_after_the_standard_was_revised(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        propose(world)
        world.approve(MAILS)
        done(revise_standard(world.office, world.owner, name=MAILS))
        assert isinstance(grant_mandate(world.office, world.owner, name=MAILS), ClosedGate)


def test_only_the_owner_grants_and_not_without_approval(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        propose(world)
        assert code(grant_mandate(world.office, world.owner, name=MAILS)) == "approved"
        world.approve(MAILS)
        for actor in (world.risk, world.builder, world.other_owner, world.operator, world.person("ada", Role.ADMIN)):
            assert code(grant_mandate(world.office, actor, name=MAILS)) in {"not_permitted", "not_the_owner", "person_needed"}
        assert world.mandate(MAILS) is None
        done(grant_mandate(world.office, world.owner, name=MAILS))
        assert stage(world) is Stage.DELEGATED


def test_a_second_mandate_revokes_the_first_and_reveals_what_drew_its_audits(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        first = world.journey(MAILS)
        second = world.earn(MAILS)
        assert world.mandate(MAILS) == second
        (revoked,) = of_word(world, "mandate.revoked")
        (revealed,) = of_word(world, "secret.revealed")
        assert revoked.facts["mandate"] == revealed.facts["mandate"] == first.id
        secret = bytes.fromhex(str(revealed.facts["secret"]))
        committed = {event.facts["mandate"]: event.facts["secret_commitment"] for event in of_word(world, "mandate.granted")}
        assert committed[first.id] == hashlib.sha256(secret).hexdigest() != committed[second.id]


def test_a_secret_is_not_in_the_ledger_while_its_mandate_runs_or_is_suspended(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        done(suspend_mandate(world.office, world.risk, name=MAILS, why="looks odd"))
        assert "secret.revealed" not in world.words()
        done(revoke_mandate(world.office, world.risk, name=MAILS, why="for good"))
        assert world.words().count("secret.revealed") == 1
        assert isinstance(world.mandate(MAILS), RevokedMandate)


def test_a_system_without_a_version_gets_thirty_days(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, past_cases(150), card=vendor())
        world.sign(MAILS)
        assert any("names no version" in warning for warning in world.evaluate(MAILS).warnings)
        with pytest.raises(NotTermsError):
            propose(world, replace(WISHES, lasts=timedelta(days=31)))
        propose(world, replace(WISHES, lasts=timedelta(days=30)))


def test_reinstating_takes_risk_and_a_fresh_verdict_and_begins_a_round(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        first = world_earn(world)
        trip(world)
        assert stage(world) is Stage.ASSISTED
        assert code(reinstate_mandate(world.office, world.risk, name=MAILS, why="Retrained.")) == "verdict_not_fresh"
        fresh_cases(world)
        assert code(reinstate_mandate(world.office, world.risk, name=MAILS, why="Retrained.")) == "verdict_not_fresh"
        world.evaluate(MAILS)
        for actor in (world.owner, world.builder, world.operator):
            assert code(reinstate_mandate(world.office, actor, name=MAILS, why="Retrained.")) in {"not_permitted", "person_needed"}
        again = done(reinstate_mandate(world.office, world.risk, name=MAILS, why="Retrained."))
        assert (again.id, again.round, again.expires_at) == (first.id, 2, first.expires_at)
        assert (again.granted_by, again.granted_at) == (first.granted_by, first.granted_at)
        assert (again.reinstated_by, world.mandate(MAILS)) == (world.risk.id, again)
        assert stage(world) is Stage.DELEGATED
        changes = [(event.facts["was"], event.facts["became"]) for event in of_word(world, "stage.changed")]
        assert changes[-3:] == [("sandbox", "delegated"), ("delegated", "assisted"), ("assisted", "delegated")]
        assert world.submit(MAILS, past_cases(100, name="live"), card=None).alone == 100


def world_earn(world: World) -> ActiveMandate:
    """A mandate of which every case is audited."""
    return world.earn(MAILS, WISHES)


def test_an_unmet_fresh_verdict_reinstates_nothing_even_after_a_met_one(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        world_earn(world)
        trip(world)
        fresh_cases(world)
        assert world.evaluate(MAILS).stored.word == "met"
        bad = past_cases(200, name="worse", wrong=60)
        world.systems.there[MAILS].says = says_like(bad)
        world.import_cases(MAILS, bad, card=None)
        assert world.evaluate(MAILS).stored.word != "met"
        assert code(reinstate_mandate(world.office, world.risk, name=MAILS, why="Retrained.")) == "verdict_not_fresh"


def test_other_guards_are_another_scope_and_reinstate_nothing(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        world_earn(world)
        trip(world)
        fresh_cases(world, shares=Shares(build=30, calibration=20, sealed=50))
        assert world.evaluate(MAILS).stored.word == "met"
        assert code(reinstate_mandate(world.office, world.risk, name=MAILS, why="Retrained.")) == "verdict_not_fresh"


def test_a_guard_that_new_calibration_cases_moved_is_another_scope_too(tmp_path: Path) -> None:
    """Breaks when a verdict about cases that one floor of familiarity lets pass puts a mandate with another floor in force."""
    with World(tmp_path) as world:
        rows = [*past_cases(300), *past_cases(400, name="fresh")]
        world.use_case(MAILS)
        world.systems.there[MAILS] = ScriptedSystem(says=says_like(rows))
        world.import_cases(MAILS, rows[:300], card=None, shares=Shares(build=20, calibration=20, sealed=60))
        world.sign(MAILS)
        assert world.evaluate(MAILS).stored.word == "met"
        world_earn(world)
        done(suspend_mandate(world.office, world.risk, name=MAILS, why="looks odd"))
        world.import_cases(MAILS, rows[300:], card=None, shares=Shares(build=0, calibration=40, sealed=60))
        assert world.evaluate(MAILS).stored.word == "met"
        first, second = (event.facts for event in of_word(world, "evaluation.planned"))
        assert (first["guardian"], first["fingerprint"]) == (second["guardian"], second["fingerprint"])
        assert first["scope"] != second["scope"]
        assert code(reinstate_mandate(world.office, world.risk, name=MAILS, why="Retrained.")) == "verdict_not_fresh"


def test_after_a_trip_no_new_mandate_stands_on_the_verdict_that_proved_wrong(tmp_path: Path) -> None:
    """Breaks when a tripped mandate is simply proposed and granted again, instead of being reinstated on fresh cases."""
    with World(tmp_path) as world:
        met(world)
        world_earn(world)
        propose(world)
        world.approve(MAILS)
        trip(world)
        assert isinstance(grant_mandate(world.office, world.owner, name=MAILS), ClosedGate)
        assert code(propose_mandate(world.office, world.builder, name=MAILS, wishes=WISHES)) == "verdict_not_fresh"
        done(revoke_mandate(world.office, world.owner, name=MAILS, why="start over"))
        assert code(propose_mandate(world.office, world.builder, name=MAILS, wishes=WISHES)) == "verdict_not_fresh"
        fresh_cases(world)
        assert sealed_set(world).cases == 400
        assert world.evaluate(MAILS).stored.word == "met"
        assert isinstance(world_earn(world), ActiveMandate)


def test_a_mandate_that_a_person_stopped_is_reinstated_by_risk_only(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        world_earn(world)
        assert code(suspend_mandate(world.office, world.builder, name=MAILS, why="x")) == "not_permitted"
        suspended = done(suspend_mandate(world.office, world.owner, name=MAILS, why="holiday"))
        assert code(suspend_mandate(world.office, world.owner, name=MAILS, why="again")) == "mandate_not_active"
        assert suspended.suspended_by == world.owner.id
        assert code(reinstate_mandate(world.office, world.owner, name=MAILS, why="Retrained.")) == "not_permitted"
