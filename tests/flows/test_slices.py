"""Slices: a promise that must hold in a part of the cases too is judged there, in the same look and at the same price."""

from dataclasses import replace
from pathlib import Path

import pytest

from licet.core.gate import ClosedGate, OpenedGate, Requirement
from licet.core.history import PastCase
from licet.core.measure import Measure, MeasureKind, Slice
from licet.core.people import Identity
from licet.core.standard import NotAStandardError, Standard, check_standard, standard_from_json, standard_to_json
from licet.edge.standard_form import STANDARD_TEXT, standard_from
from licet.edge.yaml_text import standard_yaml
from licet.edge.yaml_tree import tree_of
from licet.flows.grant import Wishes, propose_mandate
from licet.testing import World, done, past_cases, promise
from tests.flows.examples import MAILS
from tests.flows.qualifying import without_people

LETTERS = Slice(attribute="channel", values=frozenset({"letter"}))
SLICED = replace(
    promise(),
    measures=(*promise().measures, Measure(name="letters", kind=MeasureKind.ERROR_ALONE, target=0.1, confidence=0.95, slice=LETTERS)),
)


def rows(count: int, *, letters: int, wrong_letters: int = 0) -> list[PastCase]:
    """Past cases of which every so-manieth came as a letter; the first so many letters have a confident wrong proposal."""
    made = []
    for k, one in enumerate(past_cases(count)):
        channel = "letter" if k % letters == 0 else "mail"
        body = replace(one.body, attributes={**one.body.attributes, "channel": channel})
        posted = one.posted
        if posted is not None and channel == "letter" and k // letters < wrong_letters:
            other = past_cases(count)[k + 1].answer
            assert other is not None
            posted = replace(posted, answer=other)
        made.append(replace(one, body=body, posted=posted))
    return made


def judged(world: World, history: list[PastCase], standard: Standard = SLICED) -> str:
    """The verdict of a use case on this history."""
    world.use_case(MAILS, standard)
    world.import_cases(MAILS, history)
    world.sign(MAILS)
    return world.evaluate(MAILS).stored.word


def test_a_promise_that_breaks_in_a_slice_is_not_met_on_average(tmp_path: Path) -> None:
    """Breaks when a system that is wrong on letters gets a mandate because there are few of them."""
    history = rows(600, letters=10, wrong_letters=8)
    with World(tmp_path / "sliced") as world:
        assert judged(world, history) != "met"
    with World(tmp_path / "whole") as world:
        assert judged(world, history, promise()) == "met"


def test_a_high_risk_use_case_waits_for_a_slice_and_for_a_second_person(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        assert judged(world, rows(600, letters=5), promise()) == "met"
        world.assess(MAILS, harm="yes")
        gate = world.gate(MAILS)
        assert isinstance(gate, ClosedGate)
        slip = next(line for line in gate.missing if line.code == "slices")
        assert (slip.shows, slip.closes) == ("0 of at least 1 declared", "licet standard revise mails --as OWNER")


def test_with_a_slice_that_holds_a_high_risk_use_case_takes_two_distinct_people(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        without_people(world)
        assert judged(world, rows(600, letters=5)) == "met"
        world.assess(MAILS, harm="yes")
        done(propose_mandate(world.office, world.builder, name=MAILS, wishes=Wishes()))
        world.drill(MAILS)
        world.approve(MAILS, by=replace(world.risk, identity=Identity.CONFIRMED))
        assert [line.code for line in _missing(world)] == ["approved"]
        world.approve(MAILS, by=replace(world.other_owner, identity=Identity.CONFIRMED))
        assert isinstance(world.gate(MAILS), OpenedGate)


def _missing(world: World) -> tuple[Requirement, ...]:
    gate = world.gate(MAILS)
    return gate.missing if isinstance(gate, ClosedGate) else ()


def test_a_slice_is_written_read_and_part_of_the_digest() -> None:
    assert standard_from_json(standard_to_json(SLICED)) == SLICED
    assert standard_from(tree_of("standard.yaml", standard_yaml(SLICED, "mails"), STANDARD_TEXT)) == SLICED
    assert "slice" not in str(standard_to_json(promise()))


@pytest.mark.parametrize(
    "measures",
    [
        SLICED.measures[1:],
        (*promise().measures, replace(SLICED.measures[1], slice=replace(LETTERS, values=frozenset()))),
        (*promise().measures, replace(SLICED.measures[1], kind=MeasureKind.MISSED_HIGH_STAKES)),
    ],
)
def test_a_slice_that_says_nothing_or_stands_alone_is_refused(measures: tuple[Measure, ...]) -> None:
    found = check_standard(replace(SLICED, measures=measures, high_stakes=frozenset({"yes"})))
    assert [error.path[-1] for error in found] == ["slice"]
    assert all(isinstance(error, NotAStandardError) for error in found)
