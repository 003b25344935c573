"""Keeping apart: whoever answered one step of an item answers no step of it that is kept apart, whichever way they try."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.answer import Choice
from licet.core.canonical import Json
from licet.core.desk import HELD_FOR, Commit, Handed, Held, NothingWaits
from licet.core.people import Person, Role
from licet.core.second import SecondLooks
from licet.core.standard import Standard
from licet.flows.absent import be_absent
from licet.flows.chase_desk import chase_desk
from licet.flows.correct import correct_decision
from licet.flows.desk import next_case
from licet.flows.erase import erase_case
from licet.flows.hold import commit, take_effect
from licet.flows.pass_on import hand_over
from licet.flows.review import answer_worksheet, worksheet
from licet.flows.set_steps import migrate_items
from licet.flows.walk import nobody_left, send_on, walk_on
from licet.store import decisions, use_cases
from licet.store.notices import deliver
from licet.testing import World, done, promise
from tests.flows.examples import code, of_word
from tests.flows.walking import SLIPS, answered, begun, case_at, moved, registered, routed, seen, steps, tried, where

YES = Choice(value="yes")
TWO: dict[str, Json] = {
    "enter": {"person": "enter", "next": "check"},
    "check": {"person": "check", "not_by": ["enter"], "next": "paid"},
    "paid": "end",
}
"""One person enters, another checks."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Slips that two people see, with two reviewers."""
    with World(tmp_path) as made:
        for name in (SLIPS, "enter", "check"):
            made.use_case(name)
        registered(made, TWO, "enter")
        yield made


@pytest.fixture
def rosa(world: World) -> Person:
    """Another reviewer."""
    return world.person("rosa", Role.REVIEWER)


def at_check(world: World) -> None:
    """An item that rene entered, and that waits to be checked."""
    begun(world)
    answered(world, world.reviewer, "enter")
    moved(world)


def token_at_check(world: World) -> str:
    """The name of what waits for a check."""
    with world.office.book.read() as tx:
        (task,) = decisions.open_tasks(tx, use_cases.require(tx, "check"))
    return task.token


def test_whoever_answered_one_step_is_never_given_the_other_whichever_way_they_try(world: World, rosa: Person) -> None:
    at_check(world)
    rene = world.reviewer
    assert code(tried(world, rene, "check")) == "reviewer_excluded"
    assert isinstance(next_case(world.office, rene, name="check"), NothingWaits)
    assert isinstance(next_case(world.office, rene), NothingWaits)
    assert done(worksheet(world.office, rene, name="check")) == []
    sent = done(answer_worksheet(world.office, rene, name="check", answers={token_at_check(world): YES}))
    assert (sent.taken, sent.late) == (0, 1)
    assert where(world) == ("away", "check", None)
    answered(world, rosa, "check")
    assert where(world) == ("ended", "paid", None)


def test_nobody_hands_a_case_over_to_whoever_answered_the_other_step_nor_do_they_stand_in_for_it(world: World, rosa: Person) -> None:
    at_check(world)
    rene = world.reviewer
    case = next_case(world.office, rosa, name="check")
    assert isinstance(case, Handed)
    assert hand_over(world.office, rosa, token=case.token, lease=case.lease.name, to=rene.email) is None
    assert isinstance(next_case(world.office, rene, name="check"), NothingWaits), "it went back to the queue"
    ruth = world.person("ruth", Role.REVIEWER)
    case = next_case(world.office, ruth, name="check")
    assert isinstance(case, Handed)
    assert hand_over(world.office, ruth, token=case.token, lease=case.lease.name, to=rosa.email) is None
    now = world.clock.now()
    done(be_absent(world.office, rosa, of=rosa.email, starts_at=now, ends_at=now + timedelta(days=7), deputy=rene.email))
    assert isinstance(next_case(world.office, rene, name="check"), NothingWaits)
    chase_desk(world.office)
    world.clock.pass_time(timedelta(days=8))
    assert isinstance(next_case(world.office, rosa, name="check"), Handed)


def test_an_answer_without_effect_yet_keeps_its_giver_from_the_other_step(world: World, rosa: Person) -> None:
    """Breaks when eight seconds are enough to answer both."""
    registered(world, _beside(), "both")
    begun(world)
    rene, keys = world.reviewer, iter("abcd")
    first, other = (next_case(world.office, who, name="enter") for who in (rene, rosa))
    assert isinstance(first, Handed)
    assert isinstance(other, NothingWaits)
    assert isinstance(next_case(world.office, rene, name="check"), NothingWaits), "it is in hand with the one kept apart"

    def say(case: Handed, by: Person) -> object:
        return commit(world.office, by, Commit(token=case.token, lease=case.lease.name, answer=YES, key=next(keys)))

    assert isinstance(say(first, rene), Held)
    assert isinstance(next_case(world.office, rene, name="check"), NothingWaits)
    assert code(tried(world, rene, "check")) == "reviewer_excluded"
    second = next_case(world.office, rosa, name="check")
    assert isinstance(second, Handed)
    assert isinstance(say(second, rosa), Held)
    world.clock.pass_time(HELD_FOR)
    assert take_effect(world.office) == 2
    moved(world)
    assert where(world) == ("ended", "paid", None)


def _beside() -> dict[str, Json]:
    return {
        "both": {"parallel": ["enter", "check"]},
        "enter": {"person": "enter", "next": "met"},
        "check": {"person": "check", "not_by": ["enter"], "next": "met"},
        "met": {"join": "both", "next": "paid"},
        "paid": "end",
    }


def test_one_sheet_never_holds_two_steps_of_an_item_that_are_kept_apart(world: World, rosa: Person) -> None:
    """Breaks when both are answered in one go, where both steps ask the same use case."""
    same = _beside() | {"check": {"person": "enter", "not_by": ["enter"], "next": "met"}}
    registered(world, same, "both")
    begun(world)
    rene = world.reviewer
    with world.office.book.read() as tx:
        tokens = [task.token for task in decisions.open_tasks(tx, use_cases.require(tx, "enter"))]
    assert len(tokens) == 2
    assert len(done(worksheet(world.office, rene, name="enter"))) == 1
    assert done(answer_worksheet(world.office, rene, name="enter", answers=dict.fromkeys(tokens, YES))).taken == 1
    assert done(answer_worksheet(world.office, rene, name="enter", answers=dict.fromkeys(tokens, YES))).taken == 0
    assert done(answer_worksheet(world.office, rosa, name="enter", answers=dict.fromkeys(tokens, YES))).taken == 1


def test_no_second_look_and_no_correction_gets_round_it(world: World, rosa: Person) -> None:
    twice = Standard(measures=promise().measures, high_stakes=frozenset({"yes"}), second_looks=SecondLooks(share=1.0))
    world.use_case("check-twice", twice)
    world.sign("check-twice")
    registered(world, TWO | {"check": {"person": "check-twice", "not_by": ["enter"], "next": "paid"}}, "enter")
    at_check(world)
    rene, ruth = world.reviewer, world.person("ruth", Role.REVIEWER)
    taken = [world.answer_as(who, "check-twice", lambda _: YES).taken for who in (rene, rosa, rene, ruth)]
    assert taken == [0, 1, 0, 1]
    moved(world)
    assert where(world) == ("ended", "paid", None)
    cases = {"enter": f"{seen(world).item.id}.enter", "check-twice": f"{seen(world).item.id}.check"}

    def correct(by: Person, name: str) -> object:
        return correct_decision(world.office, by, name=name, case=cases[name], answer=Choice(value="no"), why="It was wrong.")

    assert code(correct(rene, "check-twice")) == "reviewer_excluded"
    assert code(correct(rosa, "enter")) == "reviewer_excluded"
    done(correct(rosa, "check-twice"))
    done(correct(rene, "enter"))


def test_an_owner_who_answered_one_step_sends_no_item_past_the_other(world: World) -> None:
    owner = world.person("olga", Role.OWNER, Role.REVIEWER)
    world.owner = owner
    asking: Json = [{"when": [{"fact": "amount", "above": "10"}], "to": "check"}, {"to": "check"}]
    registered(world, TWO | {"enter": {"person": "enter", "next": "size"}, "size": {"rule": asking}}, "enter")
    begun(world, amount=None)
    answered(world, owner, "enter")
    assert where(world) == ("held", "size", "rule_unknown")
    assert code(send_on(world.office, owner, name=SLIPS, item="slip-1", to="paid")) == "kept_apart"
    done(send_on(world.office, owner, name=SLIPS, item="slip-1", to="check"))
    moved(world)
    assert code(tried(world, owner, "check")) == "reviewer_excluded"
    done(erase_case(world.office, owner, name="check", case=case_at(world, "check")))
    moved(world)
    assert where(world) == ("held", "check", "answer_erased")
    assert code(send_on(world.office, owner, name=SLIPS, item="slip-1", to="paid")) == "kept_apart", "erasing the case is no way round"


def test_an_item_that_was_answered_goes_over_to_no_version_that_keeps_less_apart(world: World) -> None:
    at_check(world)
    registered(world, TWO | {"check": {"person": "check", "next": "paid"}}, "enter")
    gone = done(migrate_items(world.office, world.owner, name=SLIPS, number=1))
    assert (gone.moved, list(gone.stayed)) == (0, ["slip-1"])
    renamed: Json = {"in": TWO["enter"], "check": {"person": "check", "not_by": ["in"], "next": "paid"}, "paid": "end"}
    registered(world, renamed, "in", moves={"enter": "in"})
    assert done(migrate_items(world.office, world.owner, name=SLIPS, number=1)).moved == 1
    assert code(tried(world, world.reviewer, "check")) == "reviewer_excluded"


def test_an_item_that_nobody_is_left_to_decide_is_told_of_and_goes_on_when_somebody_comes(world: World) -> None:
    at_check(world)
    walk_on(world.office)
    assert where(world) == ("away", "check", "nobody_left")
    assert nobody_left(seen(world))
    deliver(world.office.book, world.post, world.clock.now())
    told = [one for one in world.post.messages if "nobody is left" in one.subject]
    assert {one.to for one in told} == {world.owner.id, world.other_owner.id}, "the owner, and whoever has the role that hears of it"
    assert not any("slip-1" in one.body for one in told)
    world.clock.pass_time(timedelta(hours=2))
    walk_on(world.office)
    assert len(of_word(world, "workflow.nobody_left")) == 1, "nobody is told twice of the same"
    rosa = world.person("rosa", Role.REVIEWER)
    world.clock.pass_time(timedelta(hours=2))
    walk_on(world.office)
    assert where(world) == ("away", "check", None)
    answered(world, rosa, "check")
    assert where(world) == ("ended", "paid", None)


def test_what_waits_in_the_name_of_somebody_who_answered_the_other_step_meanwhile_goes_back_to_all(world: World, rosa: Person) -> None:
    registered(world, _beside(), "both")
    begun(world)
    rene = world.reviewer
    case = next_case(world.office, rosa, name="check")
    assert isinstance(case, Handed)
    assert hand_over(world.office, rosa, token=case.token, lease=case.lease.name, to=rene.email) is None
    routed(world)
    assert tried(world, rene, "enter") is None
    moved(world)
    assert isinstance(next_case(world.office, rene, name="check"), NothingWaits)
    world.clock.pass_time(timedelta(hours=2))
    walk_on(world.office)
    assert isinstance(next_case(world.office, rosa, name="check"), Handed)
    assert [name for name, _ in steps(world)] == ["both", "enter", "check"]
