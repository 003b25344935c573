"""Installations in which somebody is about to answer beside the desk: a case on which two people differ, and cases to label."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from licet.core.answer import Choice
from licet.core.case import CaseBody, TextContent
from licet.core.desk import DeskRules
from licet.core.history import PastCase
from licet.core.people import Person
from licet.core.second import SecondLooks
from licet.core.standard import Method, Standard
from licet.flows.evaluate import Request
from licet.flows.label import label
from licet.flows.review import answer_worksheet, worksheet
from licet.testing import done, past_cases, promise
from tests.browser.installation import Installation, installed
from tests.browser.reviewing import FACTS, GUIDE, OUTCOMES, REFUND

NAME = "monitor-refunds"
RULES = DeskRules(answers=OUTCOMES, guideline=GUIDE)


def _refunds(rows: Sequence[PastCase]) -> list[PastCase]:
    """The same cases, as people who want their money back write them."""
    return [
        replace(one, body=CaseBody(content=TextContent(text=f"{REFUND}\n\nOrder {4000 + k}"), attributes=FACTS))
        for k, one in enumerate(rows)
    ]


@contextmanager
def _begun(folder: Path, standard: Standard) -> Iterator[Installation]:
    with installed(folder, seeded=False) as there:
        there.world.use_case(NAME, standard)
        there.world.desks.there[NAME] = RULES
        yield there


@contextmanager
def differing(folder: Path) -> Iterator[Installation]:
    """Two people differ on one case."""
    with _begun(folder, Standard(measures=promise().measures, second_looks=SecondLooks(share=1.0))) as there:
        there.world.sign(NAME)
        there.world.submit(NAME, _refunds(past_cases(1, name="live")))
        for name, says in (("rene", OUTCOMES[0]), ("otto", OUTCOMES[2])):
            _answers(there, there.people[name], says)
        yield there


def _answers(there: Installation, person: Person, says: str) -> None:
    waiting = done(worksheet(there.world.office, person, name=NAME))
    given: Mapping[str, Choice] = {one.token: Choice(value=says) for one in waiting}
    assert done(answer_worksheet(there.world.office, person, name=NAME, answers=given)).taken == 1


@contextmanager
def labelling(folder: Path) -> Iterator[Installation]:
    """A pilot waits for its answers."""
    standard = replace(promise(), method=Method.ANYTIME)
    with _begun(folder, standard) as there:
        world = there.world
        world.import_cases(NAME, _refunds(past_cases(400, name="past", unlabelled=400)))
        world.sign(NAME)
        done(label(world.office, world.builder, Request(name=NAME, on_disk=standard)))
        yield there
