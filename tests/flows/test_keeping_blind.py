"""Keeping blind: where an item stands says what AI answered, and reaches nobody who may yet be asked about one of its cases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.core.answer import Choice
from licet.core.canonical import Json
from licet.core.people import Actor, Person, Role
from licet.core.refusal import Refused
from licet.core.workflow_json import workflow_from_json
from licet.flows.answer import answer_case
from licet.flows.report import HEADER, export_cases
from licet.flows.see_workflow import see_item, see_items, see_workflow
from licet.flows.set_steps import register_workflow
from licet.flows.walk import Stood, send_on
from licet.testing import World, done
from tests.flows.examples import code
from tests.flows.test_walking import LOOK, READ, SLIPS, begin, ready, slip, work


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[World]:
    """Slips that AI reads alone, of which it answers the second one with no: a person looks at that, blind."""
    with World(tmp_path) as made:
        made.journey(READ, scripted=True)
        yield ready(made)


def seen(world: World, by: Actor, item: str = "slip-2") -> list[Stood]:
    """One item, by every door that shows items."""
    _, listed = see_items(world.office, by, name=SLIPS)
    on_page = (done(see_workflow(world.office, by, name=SLIPS)).items or ()) if isinstance(by, Person) else ()
    shown = see_item(world.office, by, name=SLIPS, item=item)
    return [one for one in (*listed, *on_page, *(() if isinstance(shown, Refused) else (shown,))) if one.item.name == item]


def told(world: World, by: Actor, item: str = "slip-2") -> set[tuple[str, tuple[str, ...]]]:
    """Where an item stands and was, as every door tells it."""
    return {(one.item.step, tuple(str(visit.step) for visit in one.visits)) for one in seen(world, by, item)}


NOTHING, ALL = {("", ())}, {("look", ("check", "read", "look"))}


def look_at(world: World, by: Person, item: Stood) -> object:
    """Somebody answers the case that waits for a person."""
    return answer_case(world.office, by, name=LOOK, case=f"{item.item.id}.look", answer=Choice(value="yes"))


def test_an_owner_who_reviews_reads_of_no_item_what_ai_answered_before_their_own_answer(reading: World) -> None:
    """Breaks when step, way, times, case or reason of an item tell it by any door."""
    both = reading.person("olga", Role.OWNER, Role.REVIEWER)
    (no,) = begin(reading, slip(2))
    assert told(reading, both) == {("read", ("check", "read"))}, "nothing was answered yet"
    work(reading)
    work(reading)
    assert told(reading, both) == NOTHING
    assert len(seen(reading, both)) == 3
    for one in seen(reading, both):
        assert (one.item.state, one.item.case, one.item.due_at, one.item.since) == ("kept", None, None, one.item.started_at)
    assert not isinstance(look_at(reading, both, no), Refused)
    assert told(reading, both) == NOTHING, "AI's answer on the first step may still come to them as an audit"


def test_whoever_may_be_asked_about_none_of_the_cases_is_told_and_then_answers_none(reading: World) -> None:
    (no, _) = begin(reading, slip(2), slip(1))
    work(reading)
    work(reading)
    work(reading)
    assert told(reading, reading.owner) == ALL
    assert code(look_at(reading, reading.owner, no)) == "not_waiting", "for them"
    assert not isinstance(look_at(reading, reading.reviewer, no), Refused)
    assert see_items(reading.office, reading.reviewer, name=SLIPS)[1] == []
    assert code(see_item(reading.office, reading.reviewer, name=SLIPS, item="slip-2")) == "not_permitted"


def test_the_operator_and_programs_are_told_once_no_person_is_being_asked(reading: World) -> None:
    (no, large) = begin(reading, slip(2), slip(3, "100001"))
    work(reading)
    work(reading)
    assert told(reading, reading.operator) & ALL == set()
    assert {one.item.state for one in seen(reading, reading.operator)} == {"kept"}
    assert told(reading, reading.operator, "slip-3") == {("look", ("check", "look"))}, "AI answered nothing of it"
    for one in (no, large):
        assert not isinstance(look_at(reading, reading.reviewer, one), Refused)
    assert told(reading, reading.operator) == ALL


def test_a_held_item_is_said_to_be_held_and_sent_on_without_its_way(reading: World) -> None:
    both = reading.person("olga", Role.OWNER, Role.REVIEWER)
    begin(reading, slip(3, None))
    assert told(reading, both, "slip-3") == {("check", ("check",))}, "nobody answered anything"
    rule: Json = {"rule": [{"to": "paid", "when": [{"fact": "amount", "above": "10"}]}, {"to": "done"}]}
    steps: Json = {"read": {"decide": READ, "next": "size"}, "size": rule, "paid": "end", "done": "end"}
    done(register_workflow(reading.office, both, name=SLIPS, workflow=workflow_from_json({"begin": "read", "steps": steps})))
    begin(reading, slip(5, None))
    work(reading)
    assert told(reading, both, "slip-5") == NOTHING
    assert {(one.item.state, one.item.reason) for one in seen(reading, both, "slip-5")} == {("held", "rule_unknown")}
    done(send_on(reading.office, both, name=SLIPS, item="slip-5", to="paid"))
    assert done(see_item(reading.office, reading.operator, name=SLIPS, item="slip-5")).item.step == "paid"


def test_an_export_says_nothing_of_ai_at_one_step_while_a_person_is_asked_at_another(reading: World) -> None:
    (no, _) = begin(reading, slip(2), slip(1))
    work(reading)
    work(reading)

    def answers() -> dict[str, tuple[str, str, str]]:
        rows = [dict(zip(HEADER, row, strict=True)) for row in done(export_cases(reading.office, reading.reviewer, name=READ))]
        return {row["case_id"]: (row["decided_by"], row["answer"], row["confidence"]) for row in rows}

    before = answers()
    assert before[f"{no.item.id}.read"] == ("", "", "")
    assert sum(answer != "" for _, answer, _ in before.values()) == len(before) - 1
    assert not isinstance(look_at(reading, reading.reviewer, no), Refused)
    assert answers()[f"{no.item.id}.read"][1] == "no"
