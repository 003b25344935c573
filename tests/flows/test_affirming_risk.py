"""Affirming risk: nobody answers their own way into the fast lane, and what was affirmed is exactly what was read."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.approval import OpenRequest, PassedRequest
from licet.core.ids import Digest
from licet.core.people import Caller, Person, Role
from licet.flows.affirm_risk import affirm_risk, affirmations_of
from licet.flows.assess_risk import answer_risk, show_risk
from licet.flows.fast_track import open_fast_lane
from licet.store import use_cases
from licet.testing import World, done
from tests.flows.approving import affirmed, asked, met, request
from tests.flows.examples import MAILS, code, of_word
from tests.flows.test_fast_lane import BUDGET


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A use case of low risk that its builder answered for, and an open fast lane."""
    with World(tmp_path) as made:
        met(made)
        done(open_fast_lane(made.office, made.person("rob", Role.RISK), budget=BUDGET, until=made.clock.at + timedelta(days=30)))
        yield made


def digest_of(world: World) -> Digest:
    """What there is to affirm."""
    found = show_risk(world.office, name=MAILS)
    assert found is not None
    return found.digest


def test_what_only_the_team_answered_waits_for_people_and_passes_in_the_act_that_affirms_it(world: World) -> None:
    asked(world)
    assert isinstance(request(world), OpenRequest)
    made = affirmed(world)
    assert made.passed is not None
    assert isinstance(request(world), PassedRequest)
    (said,) = of_word(world, "risk.affirmed")
    assert (said.by, said.facts["digest"], said.facts["version"], said.facts["tier"]) == (world.risk.id, digest_of(world), 1, "low")


def test_an_owner_of_another_use_case_affirms_and_nobody_of_this_one_does(world: World) -> None:
    both = world.person("both", Role.BUILDER, Role.RISK)
    helper = world.person("helper", Role.RISK)
    with world.office.book.write() as tx:
        use_cases.involve(tx, use_cases.require(tx, MAILS), helper.id, "evaluator")
    for actor in (both, helper, world.owner):
        assert code(affirm_risk(world.office, actor, name=MAILS, digest=digest_of(world))) == "approver_is_author"
    program = Caller(token="t", name="t")  # noqa: S106 - a public id
    for other in (world.builder, world.reviewer, world.operator, program):
        assert code(affirm_risk(world.office, other, name=MAILS, digest=digest_of(world))) in {"not_permitted", "person_needed"}
    assert affirmations_of(world.office, name=MAILS) == []
    assert affirmed(world, by=world.other_owner).affirmation.by == world.other_owner.id
    asked(world)
    assert isinstance(request(world), PassedRequest)


def test_a_changed_answer_voids_it_and_the_same_answers_again_are_not_affirmed(world: World) -> None:
    affirmed(world)
    world.assess(MAILS, scale="thousands")
    world.assess(MAILS)
    assert affirmations_of(world.office, name=MAILS) == []
    asked(world)
    assert isinstance(request(world), OpenRequest)


def test_a_digest_that_was_not_read_and_a_second_yes_are_refused(world: World) -> None:
    assert code(affirm_risk(world.office, world.risk, name=MAILS, digest=Digest("0" * 64))) == "digest_mismatch"
    affirmed(world)
    assert code(affirm_risk(world.office, world.risk, name=MAILS, digest=digest_of(world))) == "already_done"
    assert len(of_word(world, "risk.affirmed")) == 1


def _takes_a_hand(world: World, person: Person) -> None:
    with world.office.book.write() as tx:
        use_cases.involve(tx, use_cases.require(tx, MAILS), person.id, "evaluator")


def test_the_yes_of_somebody_who_took_a_hand_since_counts_no_more(world: World) -> None:
    affirmed(world)
    _takes_a_hand(world, world.risk)
    asked(world)
    assert isinstance(request(world), OpenRequest)


def test_answers_that_risk_itself_gave_from_outside_take_no_other_yes(world: World) -> None:
    ria = world.person("ria", Role.RISK)
    done(answer_risk(world.office, ria, name=MAILS, answers={"scale": "thousands"}))
    asked(world)
    assert isinstance(request(world), PassedRequest)


def test_it_approves_nothing_by_itself(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        asked(world)
        assert affirmed(world).passed is None
        assert isinstance(request(world), OpenRequest)
