"""Walking: an item goes from step to step, each decided under its own mandate, is held where a rule cannot say, and ends once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.answer import Choice
from licet.core.canonical import Json
from licet.core.history import PastCase
from licet.core.people import Role
from licet.core.workflow import ItemId, Workflow
from licet.core.workflow_json import workflow_from_json
from licet.flows.answer import answer_case
from licet.flows.drain import claim_cases, waiting_use_cases, work_off
from licet.flows.erase import erase_case
from licet.flows.register import move_use_case, retire_use_case
from licet.flows.set_steps import NotAWorkflowHereError, migrate_items, register_workflow
from licet.flows.speakers import Speakers
from licet.flows.walk import Stood, list_items, list_versions, send_on, show_item, start_item, walk_on
from licet.store import people, workflows
from licet.store.notices import deliver
from licet.store.use_cases import UnknownUseCaseError
from licet.testing import World, done, past_cases
from tests.flows.examples import code, of_word
from tests.flows.test_teams import ADMIN, NORTH

READ, LOOK, SLIPS = "slips-digit", "slips-look", "slips"
PLAIN: dict[str, Json] = {
    "begin": "check",
    "due": "2 days",
    "tell": "senior reviewer",
    "steps": {
        "check": {"rule": [{"to": "look", "when": [{"fact": "amount", "above": "100000"}]}, {"to": "read"}]},
        "read": {
            "decide": READ,
            "due": "4 hours",
            "next": [{"to": "look", "when": [{"fact": "answer", "one_of": ["no"]}]}, {"to": "paid"}],
        },
        "look": {"person": LOOK, "next": "rest"},
        "rest": {"wait": "1 hour", "next": "paid"},
        "paid": "end",
    },
}
STEPS = workflow_from_json(PLAIN)
ALIKE = past_cases(12, name="past")
"""Slips as the system knows them: those with an odd number it answers with yes."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A workflow of slips that people read, and look at."""
    with World(tmp_path) as made:
        made.use_case(READ)
        yield ready(made)


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[World]:
    """The same, where AI reads them under a mandate."""
    with World(tmp_path) as made:
        made.journey(READ, scripted=True)
        yield ready(made)


def ready(made: World) -> World:
    """Registers the steps."""
    for name in (LOOK, SLIPS):
        made.use_case(name)
    done(register_workflow(made.office, made.owner, name=SLIPS, workflow=STEPS))
    return made


def slip(k: int, amount: str | None = "50", name: str = "") -> PastCase:
    """A slip like the k-th past case."""
    attributes = {} if amount is None else {"amount": amount}
    past = ALIKE[k]
    return PastCase(line=1, body=replace(past.body, attributes=attributes), answer=None, external_id=name or f"slip-{k}")


def begin(world: World, *slips: PastCase) -> list[Stood]:
    """Begins items."""
    return [done(start_item(world.office, world.operator, name=SLIPS, row=one)).stood for one in slips]


def work(world: World) -> None:
    """What a worker does: routes the cases that wait, and moves the items."""
    for use_case_id in waiting_use_cases(world.office):
        claim = claim_cases(world.office, use_case_id, holder="one", limit=500)
        if claim is not None:
            list(work_off(world.office, Speakers(), use_case_id=claim.use_case_id, claim=claim.claim))
    walk_on(world.office)


def stands(world: World, name: str) -> tuple[str, str, str | None]:
    """Where an item stands: state, step, why it is held."""
    item = done(show_item(world.office, name=SLIPS, item=name)).item
    return item.state, item.step, item.reason


def steps(world: World, name: str) -> list[str]:
    """The steps it was at."""
    return [one.step for one in done(show_item(world.office, name=SLIPS, item=name)).visits]


def by_hand(world: World, item: Stood, step: str = "look", name: str = LOOK) -> None:
    """A person decides an item at a step."""
    done(answer_case(world.office, world.reviewer, name=name, case=f"{item.item.id}.{step}", answer=Choice(value="yes")))


def test_ai_decides_a_step_under_its_own_mandate_and_a_person_what_is_large_or_said_no(reading: World) -> None:
    small, large, no = begin(reading, slip(1), slip(3, "100001"), slip(2))
    assert [stands(reading, one)[1] for one in ("slip-1", "slip-3", "slip-2")] == ["read", "look", "read"]
    work(reading)
    assert stands(reading, "slip-1") == ("ended", "paid", None)
    assert (stands(reading, "slip-2"), stands(reading, "slip-3")) == (("away", "look", None), ("away", "look", None))
    work(reading)
    by_hand(reading, large)
    by_hand(reading, no)
    work(reading)
    assert stands(reading, "slip-2") == ("waiting", "rest", None)
    reading.clock.pass_time(timedelta(hours=1))
    work(reading)
    assert steps(reading, "slip-1") == ["check", "read", "paid"]
    assert steps(reading, "slip-2") == ["check", "read", "look", "rest", "paid"]
    assert steps(reading, "slip-3") == ["check", "look", "rest", "paid"]
    assert walk_on(reading.office) == 0
    assert len(of_word(reading, "workflow.ended")) == len({one.facts["item"] for one in of_word(reading, "workflow.ended")}) == 3
    alone = [one for one in of_word(reading, "case.decided") if one.use_case == READ]
    assert len(alone) == 2
    with reading.office.book.read() as tx:
        ended = workflows.by_id(tx, ItemId(small.item.id))
    assert (ended.salt, ended.sealed) == (None, None), "what an item said is deleted when it ends; its cases stay"


def test_an_item_begins_once_by_its_name_and_in_the_newest_version(world: World) -> None:
    first = done(start_item(world.office, world.operator, name=SLIPS, row=slip(1)))
    again = done(start_item(world.office, world.operator, name=SLIPS, row=slip(1)))
    other = done(start_item(world.office, world.operator, name=SLIPS, row=slip(3, name="slip-1")))
    assert (first.repeated, again.repeated, again.differs, other.differs) == (False, True, False, True)
    assert first.stood.item.id == again.stood.item.id == other.stood.item.id
    assert len(of_word(world, "workflow.started")) == 1
    assert [one.facts["stands"] for one in of_word(world, "workflow.moved")] == ["away"]
    assert code(start_item(world.office, world.operator, name=LOOK, row=slip(1))) == "no_workflow"
    assert "slip-1" not in str([dict(one.facts) for one in world.events()])


def test_what_a_rule_cannot_tell_is_held_told_and_sent_on_by_the_owner_alone(world: World) -> None:
    senior = world.person("sena", Role.SENIOR_REVIEWER)
    begin(world, slip(1, None), slip(3, "many"))
    assert stands(world, "slip-1") == stands(world, "slip-3") == ("held", "check", "rule_unknown")
    work(world)
    assert stands(world, "slip-1")[0] == "held", "time alone never sends it on"

    def send(by: object, to: str, item: str = "slip-1") -> object:
        return send_on(world.office, by, name=SLIPS, item=item, to=to)  # type: ignore[arg-type] # one of the world's people

    assert code(send(world.builder, "look")) == "not_permitted"
    assert code(send(world.operator, "look")) == "person_needed"
    assert (code(send(world.owner, "nowhere")), code(send(world.owner, "look", "slip-9"))) == ("not_there", "no_such_item")
    assert code(send(world.owner, "check")) == "already_done"
    assert done(send_on(world.office, world.owner, name=SLIPS, item="slip-1", to="look")).item.state == "away"
    assert code(send(world.owner, "paid")) == "not_held"
    done(send_on(world.office, world.owner, name=SLIPS, item="slip-3", to="paid"))
    assert stands(world, "slip-3") == ("ended", "paid", None)
    assert of_word(world, "workflow.ended")[0].by == world.owner.id
    assert steps(world, "slip-1") == ["check", "look"]
    deliver(world.office.book, world.post, world.clock.now())
    held = [message for message in world.post.messages if "is held" in message.subject]
    assert {message.to for message in held} == {world.owner.id, senior.id}
    assert not any("slip-1" in message.body for message in held)


def test_a_person_step_takes_no_decision_of_ai_even_where_its_use_case_has_a_mandate(reading: World) -> None:
    strict: Json = PLAIN | {"steps": {"read": {"person": READ, "next": "paid"}, "paid": "end"}, "begin": "read"}
    done(register_workflow(reading.office, reading.owner, name=SLIPS, workflow=workflow_from_json(strict)))
    begin(reading, slip(1))
    work(reading)
    assert stands(reading, "slip-1") == ("held", "read", "person_needed")


def test_who_is_late_is_told_once_for_the_step_and_once_for_the_whole(world: World) -> None:
    begin(world, slip(1))
    assert walk_on(world.office) == 0
    world.clock.pass_time(timedelta(hours=4))
    assert (walk_on(world.office), walk_on(world.office)) == (1, 0)
    world.clock.pass_time(timedelta(hours=44))
    assert (walk_on(world.office), walk_on(world.office)) == (1, 0)
    assert len(of_word(world, "workflow.late")) == 2
    begin(world, slip(3))
    _, listed = list_items(world.office, name=SLIPS)
    assert [one.item.name for one in listed] == ["slip-1", "slip-3"], "the late come first"


def test_items_stay_in_their_version_until_a_rule_takes_them_over(world: World) -> None:
    read, *_ = begin(world, slip(1), slip(3, "100001"), slip(5, None))
    raw = PLAIN["steps"]
    assert isinstance(raw, dict)
    changed = {name: step for name, step in raw.items() if name != "read"} | {"digits": raw["read"]}
    changed["check"] = {"rule": "digits"}
    newer = workflow_from_json(PLAIN | {"steps": changed, "moves": {"read": "digits"}})
    assert done(register_workflow(world.office, world.owner, name=SLIPS, workflow=newer)).version.number == 2
    assert done(register_workflow(world.office, world.owner, name=SLIPS, workflow=newer)).again
    assert code(register_workflow(world.office, world.owner, name=SLIPS, workflow=STEPS)) == "already_done"
    assert done(show_item(world.office, name=SLIPS, item="slip-1")).version.number == 1
    assert code(migrate_items(world.office, world.owner, name=SLIPS, number=2)) == "no_workflow"
    assert code(migrate_items(world.office, world.builder, name=SLIPS, number=1)) == "not_permitted"
    gone = done(migrate_items(world.office, world.owner, name=SLIPS, number=1))
    assert (gone.moved, gone.to.number, tuple(gone.stayed)) == (3, 2, ())
    assert stands(world, "slip-1") == ("away", "digits", None)
    work(world)
    by_hand(world, read, "read", READ)
    work(world)
    assert stands(world, "slip-1") == ("ended", "paid", None)
    assert steps(world, "slip-1") == ["check", "read", "digits", "paid"]
    assert len([one for one in of_word(world, "case.decided") if one.use_case == READ]) == 1, "what was decided is not asked again"
    assert [one.number for one in list_versions(world.office, name=SLIPS)] == [1, 2]


def test_an_item_whose_step_would_ask_less_stays_and_ends_in_its_version(world: World) -> None:
    (item,) = begin(world, slip(3, "100001"))
    raw = PLAIN["steps"]
    assert isinstance(raw, dict)
    looser = workflow_from_json(PLAIN | {"steps": raw | {"look": {"decide": LOOK, "next": "rest"}}})
    done(register_workflow(world.office, world.owner, name=SLIPS, workflow=looser))
    gone = done(migrate_items(world.office, world.owner, name=SLIPS, number=1))
    assert (gone.moved, tuple(gone.stayed)) == (0, ("slip-3",))
    work(world)
    by_hand(world, item)
    work(world)
    assert stands(world, "slip-3") == ("waiting", "rest", None)


def test_an_erased_item_ends_and_an_erased_case_holds_its_item(world: World) -> None:
    one, other = begin(world, slip(1), slip(3))
    assert done(erase_case(world.office, world.owner, name=SLIPS, case="slip-1")) == 1
    assert code(show_item(world.office, name=SLIPS, item="slip-1")) == "no_such_item"
    assert done(erase_case(world.office, world.owner, name=READ, case=f"{other.item.id}.read")) == 1
    work(world)
    assert stands(world, "slip-3") == ("held", "read", "answer_erased")
    assert [event.facts["item"] for event in of_word(world, "workflow.ended")] == [one.item.id]


def test_a_step_whose_use_case_is_gone_or_another_teams_holds_the_item(world: World) -> None:
    done(retire_use_case(world.office, world.owner, name=LOOK))
    begin(world, slip(3, "100001"))
    assert stands(world, "slip-3") == ("held", "look", "use_case_gone")
    with world.office.book.write() as tx:
        people.add(tx, ADMIN, salt=bytes(32), at=world.clock.now())
    done(move_use_case(world.office, ADMIN, name=READ, team=NORTH))
    begin(world, slip(1))
    assert stands(world, "slip-1") == ("held", "read", "use_case_gone")
    assert code(register_workflow(world.office, world.owner, name=SLIPS, workflow=_only(READ))) == "beyond_the_team"
    assert code(register_workflow(world.office, world.owner, name=SLIPS, workflow=_only(LOOK))) == "retired"
    with pytest.raises(UnknownUseCaseError):
        register_workflow(world.office, world.owner, name=SLIPS, workflow=_only("nowhere"))
    with pytest.raises(NotAWorkflowHereError):
        register_workflow(world.office, world.owner, name=SLIPS, workflow=replace(_only(READ), moves={"a": "b"}))  # type: ignore[dict-item]


def _only(use_case: str) -> Workflow:
    return workflow_from_json({"begin": "a", "steps": {"a": {"decide": use_case, "next": "z"}, "z": "end"}})
