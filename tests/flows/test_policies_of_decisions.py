"""What a person decided says by which policies they might: those of the moment in which they answered, whichever way the answer came."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from licet.core.answer import Choice
from licet.core.desk import HELD_FOR, Commit, Handed
from licet.core.ids import Digest
from licet.flows.answer import answer_case
from licet.flows.correct import correct_decision
from licet.flows.desk import next_case
from licet.flows.hold import commit, take_effect
from licet.flows.rules_in_force import policy_in_force
from licet.store import tables
from licet.testing import World, done, past_cases
from tests.flows.examples import of_word
from tests.flows.test_asking_policy import NO_STOP, in_force

YES, NO = Choice(value="yes"), Choice(value="no")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world in which two cases of `slips` wait for people."""
    with World(tmp_path) as made:
        made.use_case("slips")
        for _ in made.deliver("slips", past_cases(2, name="new")):
            pass
        yield made


def policies(world: World) -> Digest:
    """The policies in force now."""
    with world.office.book.read() as tx:
        return policy_in_force(world.office, tx)


def stood_on(world: World) -> list[str | None]:
    """What the decisions' own versions say, in the order of the cases."""
    with world.office.book.read() as tx:
        rows = tx.run(select(tables.decision.c.versions).order_by(tables.decision.c.case_number))
        return [json.loads(row.versions).get("policy") for row in rows]


def test_an_answer_and_its_correction_name_the_policies_in_force(world: World) -> None:
    assert answer_case(world.office, world.reviewer, name="slips", case="new-0", answer=YES) is None
    before = policies(world)
    in_force(world, NO_STOP)
    done(correct_decision(world.office, world.reviewer, name="slips", case="new-0", answer=NO, why="Misread."))
    after = policies(world)
    assert before != after
    assert [event.facts["policy"] for event in (*of_word(world, "case.decided"), *of_word(world, "case.corrected"))] == [before, after]
    assert stood_on(world) == [before]


def test_an_answer_from_the_desk_names_the_policies_of_the_moment_it_was_given_in(world: World) -> None:
    case = next_case(world.office, world.reviewer, name="slips")
    assert isinstance(case, Handed)
    done(commit(world.office, world.reviewer, Commit(token=case.token, lease=case.lease.name, answer=YES, key="one")))
    before = policies(world)
    in_force(world, NO_STOP)
    world.clock.pass_time(HELD_FOR)
    assert take_effect(world.office) == 1
    assert stood_on(world) == [before] != [policies(world)]


def test_what_simulated_people_decide_names_none(world: World) -> None:
    for _ in world.deliver("slips", past_cases(1, name="played"), simulated=True):
        pass
    assert None in stood_on(world)
