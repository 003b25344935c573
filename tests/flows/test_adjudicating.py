"""Adjudicating: blind, by somebody else, counted again for nothing, and a showing for everything that comes after."""

from dataclasses import replace
from pathlib import Path

import pytest

from licet.core.answer import Answer, Choice
from licet.core.history import PastCase
from licet.core.people import Role
from licet.flows.adjudicate import Line, hand_out, take_in
from licet.flows.open_sealed import open_sealed
from licet.pretend import ScriptedSystem
from licet.testing import World, done, past_cases, promise, says_like, truth_of
from tests.flows.examples import MAILS, code, of_word, sealed_set

TWO = replace(promise(), attempts=(0.5, 0.5))


def slips_in_the_record(count: int, slips: int) -> list[PastCase]:
    """Cases in which the record is wrong at some places, and the system right everywhere."""
    rows = past_cases(count)
    places = set(range(0, count, count // slips))
    return [
        replace(one, answer=Choice(value="slip"), answered_by="first@example.org") if k in places else one for k, one in enumerate(rows)
    ]


def judged(world: World, slips: int = 20) -> None:
    """A use case that is undecided or not met for its record's slips."""
    world.use_case(MAILS, TWO)
    rows = slips_in_the_record(400, slips)
    world.systems.there[MAILS] = ScriptedSystem(says=says_like(rows))
    world.import_cases(MAILS, rows, card=None)
    world.sign(MAILS)
    assert world.evaluate(MAILS).stored.word != "met"


def sheet(world: World) -> list[Line]:
    """The reviewer's worksheet."""
    return done(hand_out(world.office, world.reviewer, name=MAILS))


def right(lines: list[Line]) -> dict[str, Answer]:
    """Right answers to a worksheet."""
    return {line.token: truth_of(line.body) for line in lines}


def test_errors_of_the_record_are_found_and_the_verdict_is_counted_again_for_nothing(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        judged(world)
        lines = sheet(world)
        assert 20 < len(lines) < 120
        found = done(take_in(world.office, world.reviewer, name=MAILS, answers=right(lines)))
        assert (found.answered, found.found_in_record, found.both_wrong) == (len(lines), 20, 0)
        assert found.agreements == len(lines) - 20
        assert found.unseen_bound is not None
        again = world.evaluate(MAILS).stored
        first = sealed_set(world).looks[0]
        assert again.word == "met"
        assert (again.look.recount, again.look.share, again.look.thresholds, again.look.number) == (True, first.share, first.thresholds, 2)
        assert world.evaluate(MAILS).stored == again
        assert [event.facts["recount"] for event in of_word(world, "evaluation.planned")] == [False, True]


def test_a_worksheet_says_nothing_but_what_the_case_says(tmp_path: Path) -> None:
    """Breaks when a line carries an answer, a kind, or comes in the order of the cases."""
    with World(tmp_path) as world:
        judged(world)
        lines = sheet(world)
        assert {field for line in lines for field in line.__slots__} == {"token", "body"}
        assert [line.token for line in lines] == sorted(line.token for line in lines)
        numbers = [int(str(line.body.content).split("past ")[1].split(":")[0]) for line in lines]
        assert numbers != sorted(numbers)
        assert sheet(world) == lines


def test_part_of_the_answers_is_taken_and_the_first_stays(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        judged(world)
        lines = sheet(world)
        done(take_in(world.office, world.reviewer, name=MAILS, answers=right(lines[:10])))
        assert len(sheet(world)) == len(lines) - 10
        wrong: dict[str, Answer] = {line.token: Choice(value="slip") for line in lines[:10]}
        assert done(take_in(world.office, world.reviewer, name=MAILS, answers=wrong)).answered == 0
        assert sealed_set(world).adjudications == 10
        assert code(take_in(world.office, world.reviewer, name=MAILS, answers={"t_none": Choice(value="x")})) == "not_on_worksheet"


def test_builder_importer_evaluator_and_first_answerer_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS, TWO)
        rows = slips_in_the_record(400, 20)
        world.systems.there[MAILS] = ScriptedSystem(says=says_like(rows))
        importer = world.person("ina", Role.OWNER, Role.REVIEWER)
        evaluator = world.person("eva", Role.OWNER, Role.REVIEWER)
        world.import_cases(MAILS, rows, card=None, by=importer)
        world.sign(MAILS)
        world.evaluate(MAILS, by=evaluator)
        first = world.person("first", Role.REVIEWER)
        built = world.person("bea", Role.BUILDER, Role.REVIEWER)
        for actor in (importer, evaluator, first, built):
            assert code(hand_out(world.office, actor, name=MAILS)) == "adjudicator_not_independent"
        assert code(hand_out(world.office, world.builder, name=MAILS)) == "not_permitted"
        assert (sealed_set(world).worksheet, "adjudication.exported" in world.words()) == (0, False)
        lines = sheet(world)
        assert code(take_in(world.office, first, name=MAILS, answers=right(lines))) == "adjudicator_not_independent"


def test_once_a_worksheet_was_handed_out_another_system_needs_fresh_cases(tmp_path: Path) -> None:
    """Breaks when the number of disagreements can be learned from a worksheet and a changed system be judged on the same cases."""
    with World(tmp_path) as world:
        judged(world)
        sheet(world)
        world.systems.there[MAILS].version = "2"
        assert code(world.try_evaluate(MAILS)) == "sealed_cases_opened"


def test_nobody_adjudicates_cases_that_were_opened(tmp_path: Path) -> None:
    """Breaks when somebody who may have seen what AI said corrects the record in its favour."""
    with World(tmp_path) as world:
        judged(world)
        lines = sheet(world)
        done(open_sealed(world.office, world.owner, name=MAILS))
        assert code(hand_out(world.office, world.reviewer, name=MAILS)) == "sealed_cases_opened"
        assert code(take_in(world.office, world.reviewer, name=MAILS, answers=right(lines))) == "sealed_cases_opened"
        assert world.evaluate(MAILS).stored.word != "met"


def test_there_is_nothing_to_adjudicate_before_a_look(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, past_cases(100))
        assert code(hand_out(world.office, world.reviewer, name=MAILS)) == "no_sealed_cases"


def test_an_agreement_that_proves_wrong_counts_against_the_system(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, scripted=True)
        lines = sheet(world)
        assert lines
        wrong: dict[str, Answer] = {line.token: Choice(value="something else") for line in lines}
        found = done(take_in(world.office, world.reviewer, name=MAILS, answers=wrong))
        assert (found.both_wrong, found.agreements) == (len(lines), len(lines))
        assert world.evaluate(MAILS).stored.look.recount


@pytest.mark.parametrize("who", ["operator", "builder"])
def test_it_takes_a_person_with_the_right(tmp_path: Path, who: str) -> None:
    with World(tmp_path) as world:
        judged(world)
        assert code(hand_out(world.office, getattr(world, who), name=MAILS)) in {"person_needed", "not_permitted"}
