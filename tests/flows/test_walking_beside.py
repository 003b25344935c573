"""Walking in branches: they run beside each other, a join waits for all of them, and an item goes on once, whatever one branch meets."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.canonical import Json
from licet.flows.erase import erase_case
from licet.flows.set_steps import migrate_items
from licet.flows.walk import list_items, send_on, start_item, walk_on
from licet.store.notices import deliver
from licet.testing import World, done
from tests.flows.examples import code, of_word
from tests.flows.test_walking import slip
from tests.flows.walking import SLIPS, answered, begun, branches, case_at, moved, registered, seen, steps, tried, where

USES = ("credit", "fraud", "look")
STEPS: dict[str, Json] = {
    "checks": {"parallel": ["credit", "fraud"]},
    "credit": {
        "decide": "credit",
        "due": "4 hours",
        "next": [{"when": [{"fact": "answer", "one_of": ["no"]}], "to": "look"}, {"to": "met"}],
    },
    "look": {"person": "look", "next": "met"},
    "fraud": {"person": "fraud", "next": "rest"},
    "rest": {"wait": "1 hour", "next": "met"},
    "met": {
        "join": "checks",
        "next": [
            {"when": [{"fact": "credit.answer", "one_of": ["no"]}], "to": "refused"},
            {"when": [{"fact": "fraud.answer", "one_of": ["no"]}], "to": "refused"},
            {"to": "paid"},
        ],
    },
    "paid": "end",
    "refused": "end",
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Slips of which credit and fraud are checked at once."""
    with World(tmp_path) as made:
        for name in (SLIPS, *USES):
            made.use_case(name)
        registered(made, STEPS, "checks")
        yield made


def test_branches_run_at_once_and_the_item_goes_on_once_when_all_have_joined(world: World) -> None:
    begun(world)
    assert where(world) == ("parallel", "checks", None)
    assert branches(world) == {"credit": ("away", "credit"), "fraud": ("away", "fraud")}
    answered(world, world.reviewer, "fraud")
    assert branches(world) == {"credit": ("away", "credit"), "fraud": ("waiting", "rest")}
    answered(world, world.reviewer, "credit", "no")
    assert branches(world) == {"credit": ("away", "look"), "fraud": ("waiting", "rest")}
    world.clock.pass_time(timedelta(hours=1))
    moved(world)
    assert (where(world)[0], branches(world)["fraud"]) == ("parallel", ("joined", "met"))
    assert list_items(world.office, name=SLIPS)[0] == {"parallel": 1}, "branches are no items of their own"
    answered(world, world.reviewer, "look")
    assert where(world) == ("ended", "paid", None), "what was decided last in a branch counts"
    assert walk_on(world.office) == 0
    assert branches(world) == {}
    assert steps(world) == [(name, 1) for name in ("checks", "credit", "fraud", "rest", "look", "met", "paid")]
    assert len(of_word(world, "workflow.ended")) == 1
    assert {one.facts.get("branch") for one in of_word(world, "workflow.moved")} == {None, "credit", "fraud"}


def test_the_join_goes_by_what_every_branch_decided_and_by_no_attribute_that_is_called_so(world: World) -> None:
    row = slip(1)
    spoofed = replace(row.body, attributes={"fraud.answer": "yes", "credit.answer": "yes"})
    done(start_item(world.office, world.operator, name=SLIPS, row=replace(row, body=spoofed)))
    moved(world)
    answered(world, world.reviewer, "credit")
    answered(world, world.reviewer, "fraud", "no")
    world.clock.pass_time(timedelta(hours=1))
    moved(world)
    assert where(world) == ("ended", "refused", None)


def test_a_branch_that_is_held_holds_the_join_with_its_reason_until_the_owner_sends_it_on(world: World) -> None:
    asking: Json = [{"when": [{"fact": "amount", "above": "10"}], "to": "credit"}, {"to": "look"}]
    sized = STEPS | {"checks": {"parallel": ["size", "fraud"]}, "size": {"rule": asking}, "met": {"join": "checks", "next": "paid"}}
    registered(world, {name: step for name, step in sized.items() if name != "refused"}, "checks")
    begun(world, amount="many")
    assert where(world) == ("held", "checks", "branch_held")
    assert branches(world) == {"fraud": ("away", "fraud"), "size": ("held", "size")}
    assert "'size' at 'size': A rule could not be told" in (seen(world).item.detail or "")
    deliver(world.office.book, world.post, world.clock.now())
    assert sum("is held" in one.subject for one in world.post.messages if one.to == world.owner.id) == 1
    answered(world, world.reviewer, "fraud")
    world.clock.pass_time(timedelta(hours=1))
    moved(world)
    assert where(world) == ("held", "checks", "branch_held"), "the other branch does not carry it on"

    def send(to: str, branch: str | None = None) -> object:
        return send_on(world.office, world.owner, name=SLIPS, item="slip-1", to=to, branch=branch)

    assert (code(send("fraud")), code(send("paid")), code(send("rest"))) == ("already_done", "not_there", "already_done")
    assert code(send("look", "fraud")) == "not_there"
    done(send_on(world.office, world.owner, name=SLIPS, item="slip-1", to="look", branch="size"))
    assert where(world) == ("parallel", "checks", None)
    moved(world)
    answered(world, world.reviewer, "look")
    assert where(world) == ("ended", "paid", None)


def test_two_held_branches_are_sent_on_one_by_one(world: World) -> None:
    def asks(to: str) -> Json:
        return {"rule": [{"when": [{"fact": "amount", "above": "1"}], "to": to}, {"to": to}]}

    both: dict[str, Json] = {
        "checks": {"parallel": ["one", "two"]},
        "one": asks("met"),
        "two": asks("met"),
        "met": {"join": "checks", "next": "paid"},
        "paid": "end",
    }
    registered(world, both, "checks")
    begun(world, amount=None)
    assert code(send_on(world.office, world.owner, name=SLIPS, item="slip-1", to="met")) == "not_there"
    done(send_on(world.office, world.owner, name=SLIPS, item="slip-1", to="met", branch="two"))
    assert where(world) == ("held", "checks", "branch_held")
    assert branches(world)["two"] == ("joined", "met")
    done(send_on(world.office, world.owner, name=SLIPS, item="slip-1", to="met"))
    moved(world)
    assert where(world) == ("ended", "paid", None)


def test_a_branch_that_is_late_is_told_once_and_shown_with_its_item(world: World) -> None:
    begun(world)
    world.clock.pass_time(timedelta(hours=4))
    assert (walk_on(world.office), walk_on(world.office)) == (1, 0)
    assert seen(world).item.late
    assert [one.facts["branch"] for one in of_word(world, "workflow.late")] == ["credit"]
    answered(world, world.reviewer, "credit")
    assert not seen(world).item.late


def test_an_erased_item_ends_in_all_of_its_branches_and_an_erased_answer_holds_the_join(world: World) -> None:
    begun(world)
    begun(world, 3)
    assert done(erase_case(world.office, world.owner, name=SLIPS, case="slip-1")) == 1
    answered(world, world.reviewer, "credit", k=3)
    done(erase_case(world.office, world.owner, name="credit", case=case_at(world, "credit", 3)))
    answered(world, world.reviewer, "fraud", k=3)
    world.clock.pass_time(timedelta(hours=1))
    moved(world)
    assert where(world, 3) == ("held", "checks", "answer_erased")
    assert walk_on(world.office) == 0
    done(send_on(world.office, world.owner, name=SLIPS, item="slip-3", to="refused"))
    assert where(world, 3) == ("ended", "refused", None)


def test_an_item_whose_branches_run_ends_in_its_version(world: World) -> None:
    begun(world)
    registered(world, STEPS | {"credit": {"decide": "credit", "next": "look"}}, "checks")
    assert list(done(migrate_items(world.office, world.owner, name=SLIPS, number=1)).stayed) == ["slip-1"]


def test_an_item_is_sent_into_no_branch_from_outside_and_to_no_join(world: World) -> None:
    asking: Json = [{"when": [{"fact": "amount", "above": "10"}], "to": "checks"}, {"to": "checks"}]
    registered(world, STEPS | {"size": {"rule": asking}}, "size")
    begun(world, amount=None)
    for to in ("credit", "rest", "met"):
        assert code(send_on(world.office, world.owner, name=SLIPS, item="slip-1", to=to)) == "not_there"
    done(send_on(world.office, world.owner, name=SLIPS, item="slip-1", to="checks"))
    assert where(world) == ("parallel", "checks", None)


def test_a_branch_goes_back_by_itself_and_the_others_do_not(world: World) -> None:
    again: Json = [{"when": [{"fact": "answer", "one_of": ["no"]}], "back": "credit", "at_most": "2"}, {"to": "met"}]
    registered(world, STEPS | {"look": {"person": "look", "next": again}}, "checks")
    begun(world)
    answered(world, world.reviewer, "credit", "no")
    answered(world, world.reviewer, "look", "no")
    assert (branches(world)["credit"], where(world)[0]) == (("away", "credit"), "parallel")
    assert tried(world, world.reviewer, "credit") is None, "a new round is a new case with a decision of its own"
    moved(world)
    assert branches(world)["credit"] == ("joined", "met")
    assert [one for one in steps(world) if one[1] > 1] == [("credit", 2)]
