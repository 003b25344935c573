"""Going back: a step sends an item back so often at most, each round has its own cases, and then a person says where it goes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from licet.core.canonical import Json
from licet.core.people import Role
from licet.core.workflow import StepName
from licet.edge.coded_rules import FolderRules, code_digest
from licet.flows.walk import send_on, walk_on
from licet.store import workflows
from licet.testing import World, done
from tests.flows.examples import code, of_word
from tests.flows.walking import SLIPS, answered, begun, branches, case_at, moved, registered, seen, steps, tried, where

BACK: Json = {"when": [{"fact": "answer", "one_of": ["no"]}], "back": "enter", "at_most": "2"}
STEPS: dict[str, Json] = {
    "enter": {"person": "enter", "next": "check"},
    "check": {"person": "check", "not_by": ["enter"], "next": [BACK, {"to": "paid"}]},
    "paid": "end",
    "refused": "end",
}
PLAIN = {name: step for name, step in STEPS.items() if name != "refused"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Slips that whoever checks them may send back."""
    with World(tmp_path / "world") as made:
        for name in (SLIPS, "enter", "check"):
            made.use_case(name)
        registered(made, PLAIN, "enter")
        yield made


def test_each_round_is_decided_anew_and_after_the_last_one_a_person_says_where_it_goes(world: World) -> None:
    rene, rosa = world.reviewer, world.person("rosa", Role.REVIEWER)
    begun(world)
    names = list[str]()
    for _ in range(3):
        answered(world, rene, "enter")
        names += [case_at(world, "enter"), case_at(world, "check")]
        answered(world, rosa, "check", "no")
    item = seen(world).item
    assert (item.state, item.step, item.reason, item.round) == ("held", "check", "rounds_over", 3)
    assert item.detail == "2 of 2 times back to 'enter'."
    assert len(set(names)) == 6, "every round has cases of its own"
    assert names[2:4] == [f"{item.id}.enter.2", f"{item.id}.check.2"]
    assert steps(world) == [(name, k) for k in (1, 2, 3) for name in ("enter", "check")]
    assert [visit.sent_back for visit in seen(world).visits] == [False, True, False, True, False, False]
    assert len([one for one in of_word(world, "case.decided") if one.use_case == "check"]) == 3
    assert {one.facts.get("round") for one in of_word(world, "workflow.moved")} == {None, 2, 3}
    done(send_on(world.office, world.owner, name=SLIPS, item="slip-1", to="paid"))
    assert where(world) == ("ended", "paid", None)


def test_what_is_kept_apart_stays_apart_in_every_round(world: World) -> None:
    """Breaks when whoever checked the first round enters the second, and so decides both."""
    rene, rosa = world.reviewer, world.person("rosa", Role.REVIEWER)
    begun(world)
    answered(world, rene, "enter")
    answered(world, rosa, "check", "no")
    assert code(tried(world, rosa, "enter")) == "reviewer_excluded"
    answered(world, rene, "enter")
    assert code(tried(world, rene, "check")) == "reviewer_excluded"
    answered(world, rosa, "check")
    assert where(world) == ("ended", "paid", None)


def test_rules_alone_send_back_no_oftener_than_they_may(world: World) -> None:
    round_and_round: dict[str, Json] = {
        "a": {"rule": "b"},
        "b": {"rule": [{"when": [{"fact": "amount", "above": "1"}], "back": "a", "at_most": "20"}, {"to": "c"}]},
        "c": {"rule": [{"when": [{"fact": "amount", "above": "1"}], "back": "a", "at_most": "20"}, {"to": "paid"}]},
        "paid": "end",
    }
    registered(world, round_and_round, "a")
    begun(world)
    assert where(world) == ("held", "b", "rounds_over")
    assert seen(world).item.round == 21


def test_a_whole_split_is_done_anew_in_the_next_round(world: World) -> None:
    both: dict[str, Json] = {
        "checks": {"parallel": ["enter", "check"]},
        "enter": {"person": "enter", "next": "met"},
        "check": {"person": "check", "next": "met"},
        "met": {
            "join": "checks",
            "next": [{"when": [{"fact": "check.answer", "one_of": ["no"]}], "back": "checks", "at_most": "1"}, {"to": "paid"}],
        },
        "paid": "end",
    }
    registered(world, both, "checks")
    begun(world)
    for said in ("no", "yes"):
        assert set(branches(world)) == {"enter", "check"}
        answered(world, world.reviewer, "enter")
        answered(world, world.reviewer, "check", said)
        moved(world)
    assert where(world) == ("ended", "paid", None), "the answer of the newest round counts"
    assert set(steps(world)) == {*((name, k) for k in (1, 2) for name in ("checks", "enter", "check", "met")), ("paid", 2)}
    assert len(steps(world)) == 9
    assert walk_on(world.office) == 0


def test_a_function_sends_back_as_often_as_its_outcome_may(world: World, tmp_path: Path) -> None:
    rules = 'from licet.rules import rule\n\n@rule\ndef again(facts):\n    return "again"\n'
    (tmp_path / "use_cases" / SLIPS).mkdir(parents=True)
    (tmp_path / "use_cases" / SLIPS / "rules.py").write_text(rules, "utf-8")
    world.office = replace(world.office, rules=FolderRules(root=tmp_path / "use_cases"))
    asks: Json = {"python": "again", "next": {"again": {"back": "enter", "at_most": "1"}, "on": "paid"}}
    coded: dict[str, Json] = {"enter": {"person": "enter", "next": "ask"}, "ask": asks, "paid": "end"}
    registered(world, coded, "enter", code=code_digest(rules.encode()))
    begun(world)
    answered(world, world.reviewer, "enter")
    moved(world)
    assert where(world) == ("away", "enter", None)
    answered(world, world.reviewer, "enter")
    assert where(world) == ("held", "ask", "rounds_over")


def test_the_database_refuses_a_step_a_second_time_in_a_round(world: World) -> None:
    begun(world)
    with pytest.raises(IntegrityError), world.office.book.write() as tx:
        workflows.enter(tx, workflows.by_id(tx, seen(world).item.id), StepName("enter"), at=world.clock.now())
