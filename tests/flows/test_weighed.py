"""Weighed by precedents: what a system says no confidence of is as sure as past cases are of its answer, from verdict to live case."""

from dataclasses import replace
from pathlib import Path

import pytest

from licet.core.answer import AnswerKind, Choice, Number
from licet.core.case import CaseBody, Content, TextContent
from licet.core.grading import Tolerance
from licet.core.history import PastCase, Shares
from licet.core.ids import CaseNumber
from licet.core.people import Operator
from licet.core.system import NoProposal, Proposal, Proposed, SystemKind
from licet.flows.calibrate import Calibrated, calibrate
from licet.flows.propose import Speaker, speaker
from licet.flows.register import new_use_case
from licet.pretend import ScriptedSystem
from licet.store import systems, use_cases
from licet.store.book import Tx
from licet.testing import World, done, promise
from tests.flows.examples import MAILS, code

CASES = 400
SAID = {"card": "my card was lost and the machine kept the plastic", "loan": "interest and monthly rate of the mortgage"}
PARTS = {"confidence": "precedents"}
HALF = Shares(build=40, calibration=20, sealed=40)


def mails(count: int, name: str = "past") -> list[PastCase]:
    """Mails whose words tell what they are about."""
    return [
        PastCase(
            line=k + 2,
            body=CaseBody(content=TextContent(text=f"{SAID[truth]} {name} {k}"), attributes={"truth": truth}),
            answer=Choice(value=truth),
            external_id=f"{name}-{k}",
        )
        for k in range(count)
        for truth in [("card", "loan")[k % 2]]
    ]


def says_card(content: Content) -> Proposed:
    """A system that always says the same, and is as sure as it can be."""
    del content
    return Proposal(answer=Choice(value="card"), confidence=1.0)


def begun(world: World, system: ScriptedSystem, *, cases: int = 100) -> None:
    world.systems.there[MAILS] = system
    world.use_case(MAILS, promise())
    world.import_cases(MAILS, mails(cases), card=None, shares=HALF)
    world.sign(MAILS)


def speaks(world: World) -> Speaker:
    with world.office.book.read() as tx:
        use_case = use_cases.require(tx, MAILS)
    return done(speaker(world.office, use_case, wanted="auto", posted_as=None))


def said_by(tx: Tx, found: Speaker) -> dict[CaseNumber, Proposed]:
    use_case = use_cases.require(tx, MAILS)
    return systems.proposals_for(tx, use_case, found.card.fingerprint, list(range(1, CASES + 1)))  # type: ignore[arg-type] # numbers of cases


def test_a_system_is_as_sure_as_past_cases_are_of_its_answer_and_earns_a_mandate_for_those(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        begun(world, ScriptedSystem(says=says_card, parts=PARTS), cases=CASES)
        found = world.evaluate(MAILS)
        assert found.stored.word == "met", "half of what it says is wrong, and past cases know which half"
        with world.office.book.read() as tx:
            said = said_by(tx, found.speaker)
        sure = [one.confidence for one in said.values() if isinstance(one, Proposal)]
        assert {one > 0.9 for one in sure} == {one > 0.1 for one in sure} == {True, False}
        assert all(isinstance(one, Proposal) and one.precedents for one in said.values())
        world.earn(MAILS)
        tally = world.submit(MAILS, mails(20, "new"), card=None)
        assert 5 < tally.alone <= 10, "none whose words are of a loan"


@pytest.mark.one_database
def test_without_past_cases_the_same_system_keeps_no_promise(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        begun(world, ScriptedSystem(says=says_card), cases=CASES)
        assert world.evaluate(MAILS).stored.word == "not_met"


@pytest.mark.one_database
def test_which_past_cases_weigh_is_part_of_the_fingerprint_and_more_of_them_are_another_system(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        begun(world, ScriptedSystem(says=says_card, parts=PARTS))
        first = speaks(world)
        assert speaks(world).card == first.card
        assert first.engine is not None
        assert first.card.parts["precedents"] == first.engine.card.fingerprint
        assert first.engine.card.kind is SystemKind.BUILTIN
        world.import_cases(MAILS, mails(60, "more"), card=None, shares=Shares(build=100, calibration=0, sealed=0))
        assert speaks(world).card.fingerprint != first.card.fingerprint


@pytest.mark.one_database
def test_without_history_nobody_can_say_how_sure_it_is(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.systems.there[MAILS] = ScriptedSystem(says=says_card, parts=PARTS)
        world.use_case(MAILS, promise())
        world.import_cases(MAILS, mails(40), card=None)
        world.sign(MAILS)
        assert code(world.try_evaluate(MAILS)) == "no_history"


@pytest.mark.one_database
def test_what_it_says_of_no_past_answer_gets_no_confidence_and_what_it_does_not_say_stays_unsaid(tmp_path: Path) -> None:
    silent = NoProposal(why="It said nothing.")
    answers: dict[str, Proposed] = {"lost": Proposal(answer=Choice(value="cheque"), confidence=1.0), "rate": silent}
    with World(tmp_path) as world:
        begun(world, ScriptedSystem(says=lambda content: next(one for key, one in answers.items() if key in str(content)), parts=PARTS))
        system = speaks(world).system
        assert system is not None
        cheque, nothing = system.propose([mails(2)[0].body.content, mails(2)[1].body.content])
        assert isinstance(cheque, Proposal)
        assert cheque.confidence == 0.0
        assert nothing == silent


@pytest.mark.one_database
def test_calibration_counts_an_answer_as_right_that_the_standards_grader_lets_pass(tmp_path: Path) -> None:
    near = ScriptedSystem(says=lambda _: Proposal(answer=Number(value=100.4), confidence=0.7))
    history = [replace(one, answer=Number(value=100.0)) for one in mails(60)]
    with World(tmp_path) as world:
        world.standards[MAILS] = replace(promise(), grading=Tolerance(absolute=0.5))
        numbers(world)
        world.import_cases(MAILS, history, card=None, shares=Shares(build=0, calibration=100, sealed=0))
        found = [
            calibrate(world.office, world.operator, name=MAILS, system=near, on_disk=one) for one in (world.standards[MAILS], promise())
        ]
        assert [one.right for one in found if isinstance(one, Calibrated)] == [60, 0]


def numbers(world: World) -> None:
    """The use case of mails, with numbers for answers."""
    done(new_use_case(world.office, Operator(), name=MAILS, title="Mails", kind=AnswerKind.NUMBER))
