"""Walking by code: a function of the folder says where an item goes, in words that its step lists, and holds it in every other case."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from licet.core.coded_rule import Question, Ruling, Unruled
from licet.core.ids import UseCaseSlug
from licet.core.workflow import Workflow
from licet.core.workflow_json import workflow_from_json
from licet.edge.coded_rules import FolderRules, code_digest
from licet.flows.set_steps import NotAWorkflowHereError, migrate_items, register_workflow
from licet.flows.walk import send_on, show_item, walk_on
from licet.store import tables, workflow_tables, workflows
from licet.store.notices import deliver
from licet.store.workflows import Item
from licet.testing import World, done
from tests.flows.examples import code, of_word
from tests.flows.test_walking import LOOK, READ, SLIPS, begin, by_hand, ready, slip, stands, steps, work

CODE = """\
from licet.rules import rule

@rule
def size(facts):
    return {"50": "small", "500": "large", "odd": "nothing of this"}[facts["amount"]]
"""


def by_code(rules: str, **more: str) -> Workflow:
    """Steps of which the first asks a function."""
    return workflow_from_json(
        {
            "begin": "check",
            "steps": {
                "check": {"python": "size", "next": {"small": "paid", "large": "look"}},
                "look": {"person": LOOK, "next": [{"when": [{"fact": "answer", "one_of": ["no"]}], "to": "again"}, {"to": "paid"}]},
                "again": {"decide": READ, "next": "paid"},
                "paid": "end",
            },
            "code": code_digest(rules.encode()),
            **more,
        }
    )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Slips whose size a function says."""
    with World(tmp_path / "world") as made:
        made.use_case(READ)
        ready(made)
        write(tmp_path, CODE)
        made.office = replace(made.office, rules=FolderRules(root=tmp_path / "use_cases"))
        done(register_workflow(made.office, made.owner, name=SLIPS, workflow=by_code(CODE)))
        yield made


def write(folder: Path, rules: str) -> None:
    """Writes the code of the use case's rules."""
    (folder / "use_cases" / SLIPS).mkdir(parents=True, exist_ok=True)
    (folder / "use_cases" / SLIPS / "rules.py").write_text(rules, "utf-8")


def test_a_function_says_where_items_go_and_what_it_cannot_say_is_held_and_told(world: World) -> None:
    _, large, *_ = begin(world, slip(1, "50"), slip(3, "500"), slip(5, "odd"), slip(7, None))
    assert {stands(world, f"slip-{k}") for k in (1, 3, 5, 7)} == {("ruling", "check", None)}, "no code runs where items come in"
    assert walk_on(world.office) == 4
    assert stands(world, "slip-1") == ("ended", "paid", None)
    assert stands(world, "slip-3") == ("away", "look", None)
    assert stands(world, "slip-5") == ("held", "check", "rule_outcome")
    assert stands(world, "slip-7") == ("held", "check", "rule_failed")
    assert done(show_item(world.office, name=SLIPS, item="slip-7")).item.detail == "rules.py:5 raised KeyError."
    assert walk_on(world.office) == 0, "what is held is not asked again"
    deliver(world.office.book, world.post, world.clock.now())
    assert any("rules.py:5 raised KeyError." in message.body for message in world.post.messages if message.to == world.owner.id)
    work(world)
    by_hand(world, large)
    walk_on(world.office)
    assert steps(world, "slip-3") == ["check", "look", "paid"]
    done(send_on(world.office, world.owner, name=SLIPS, item="slip-7", to="look"))
    assert stands(world, "slip-7") == ("away", "look", None)


def test_items_whose_pinned_code_is_not_there_any_more_are_held_and_those_taken_over_are_asked_anew(world: World, tmp_path: Path) -> None:
    begin(world, slip(1, "50"), slip(3, "50"))
    newer = CODE.replace('"50": "small"', '"50": "large"')
    write(tmp_path, newer)
    done(register_workflow(world.office, world.owner, name=SLIPS, workflow=by_code(newer)))
    gone = done(migrate_items(world.office, world.owner, name=SLIPS, number=2))
    assert gone.moved == 2
    walk_on(world.office)
    assert stands(world, "slip-1") == ("away", "look", None)
    begin(world, slip(5, "50"))
    write(tmp_path, CODE)
    walk_on(world.office)
    assert stands(world, "slip-5") == ("held", "check", "rule_code_changed")
    with pytest.raises(NotAWorkflowHereError, match=r"no rules\.py was read"):
        register_workflow(world.office, world.owner, name=SLIPS, workflow=replace(by_code(CODE), code=None))


def test_an_item_of_which_something_changed_while_its_rule_was_asked_is_not_moved_by_what_that_said(world: World) -> None:
    begin(world, slip(1, "50"))
    asked: list[str] = []

    class Meanwhile:
        """Says that it is small, after somebody took the item over to other steps."""

        def ask(self, slug: UseCaseSlug, question: Question) -> Ruling:
            asked.append(f"{slug} {question.function} {dict(question.facts)['amount']}")
            if len(asked) == 1:
                done(register_workflow(world.office, world.owner, name=SLIPS, workflow=by_code(CODE, due="2 days")))
                done(migrate_items(world.office, world.owner, name=SLIPS, number=2))
                return "small"
            return "large"

    walk_on(replace(world.office, rules=Meanwhile()))
    assert asked == [f"{SLIPS} size 50"] * 2
    assert steps(world, "slip-1") == ["check", "look"]


def test_nothing_is_taken_for_an_answer_where_rules_are_not_at_hand(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(READ)
        ready(world)
        done(register_workflow(world.office, world.owner, name=SLIPS, workflow=by_code(CODE)))
        begin(world, slip(1, "50"))
        walk_on(world.office)
        assert stands(world, "slip-1") == ("held", "check", "rule_code_changed")


def test_every_reason_a_rule_gives_can_be_held_by(world: World) -> None:
    for k, reason in enumerate(("rule_failed", "rule_timed_out", "rule_outcome", "rule_differs", "rule_code_changed")):

        class Says:
            """Says nothing, for a reason."""

            why = reason

            def ask(self, slug: UseCaseSlug, question: Question) -> Ruling:
                del slug, question
                return Unruled(reason=self.why)

        begin(world, slip(k, "50"))
        walk_on(replace(world.office, rules=Says()))
        assert stands(world, f"slip-{k}") == ("held", "check", reason)


def test_an_item_that_cannot_be_read_is_set_aside_and_holds_up_no_other(world: World) -> None:
    items = begin(world, *[slip(k, "500") for k in range(1, 6)])
    spoilt = items[0].item
    spoil(world, spoilt, body=b"altered")
    walk_on(world.office)
    work(world)
    for one in items[1:]:
        by_hand(world, one)
    spoil(world, items[1].item, body=b"altered")
    spoil(world, items[2].item, salt=bytes(32))
    with world.office.book.write() as tx:
        number = workflows.by_id(tx, items[3].item.id).case
        tx.run(update(tables.decision).where(tables.decision.c.case_number == number).values(answer=b"altered"))
    assert walk_on(world.office) == 4
    assert [stands(world, one.item.name) for one in items] == [
        ("held", "check", "says_unreadable"),
        ("held", "look", "says_unreadable"),
        ("held", "look", "says_unreadable"),
        ("held", "look", "answer_unreadable"),
        ("ended", "paid", None),
    ]
    assert walk_on(world.office) == 0
    assert code(send_on(world.office, world.owner, name=SLIPS, item=spoilt.name, to="again")) == "item_unreadable"
    assert done(send_on(world.office, world.owner, name=SLIPS, item=spoilt.name, to="paid")).item.state == "ended"
    assert len(of_word(world, "workflow.ended")) == 2


def spoil(world: World, one: Item, **values: bytes) -> None:
    """Alters what is stored of an item."""
    with world.office.book.write() as tx:
        tx.run(update(workflow_tables.item).where(workflow_tables.item.c.id == one.id).values(**values))
