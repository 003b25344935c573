"""What a test needs of people who qualify: each answers past cases as the record says."""

from dataclasses import replace

from licet.core.answer import Choice
from licet.core.case import CaseBody
from licet.core.gate_rules import Code, GateRules
from licet.core.people import Person
from licet.flows.practise import PracticeCase, answer_practice, next_practice
from licet.testing import World, done


def truth_of(body: CaseBody) -> Choice:
    """What a pretend case's own attribute says is right."""
    return Choice(value=body.attributes["truth"])


def qualify(world: World, name: str, *people: Person, cases: int) -> None:
    """Lets people answer so many past cases right, one after the other."""
    for person in people:
        for _ in range(cases):
            case = next_practice(world.office, person, name=name)
            assert isinstance(case, PracticeCase), case
            done(answer_practice(world.office, person, name=name, token=case.token, answer=truth_of(case.body)))


def without_people(world: World) -> None:
    """Lets gates ask for no people, where a test is about something else."""
    asked = {place: {code: n for code, n in all_of.items() if code not in _PEOPLE} for place, all_of in world.office.gates.gates.items()}
    world.office = replace(world.office, shipped_gates=lambda: GateRules(gates=asked))


_PEOPLE = frozenset({Code.REVIEWERS_QUALIFIED, Code.CAPACITY})
