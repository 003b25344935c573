"""A mandate is about the cases its schema lets in; what the schema calls never alone or high-stakes goes to a person."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from licet.core.case import CaseBody, ContentKind
from licet.core.case_rules import Above, CaseRule, CaseRules, OneOf
from licet.core.case_schema import CaseField, CaseSchema, FieldType, check
from licet.core.history import PastCase
from licet.core.mandate import ActiveMandate
from licet.flows.evaluate import Evaluated, Request, evaluate
from licet.flows.intake import Tally
from licet.flows.open_sealed import figures, open_sealed
from licet.testing import World, done, past_cases, promise
from tests.flows.examples import MAILS

SCHEMA = CaseSchema(
    kind=ContentKind.TEXT,
    attributes={
        "truth": CaseField(type=FieldType.CHOICE, one_of=("yes", "no"), required=True),
        "segment": CaseField(type=FieldType.CHOICE, one_of=("retail", "vip"), required=True),
        "amount": CaseField(type=FieldType.NUMBER),
    },
    rules=CaseRules(
        high_stakes=(CaseRule(fact="amount", condition=Above(limit=Decimal(10_000))),),
        never_alone=(CaseRule(fact="segment", condition=OneOf(values=frozenset({"vip"}))),),
    ),
)
LOOSER = replace(SCHEMA, rules=CaseRules())


def with_attributes(rows: Sequence[PastCase], **attributes: str) -> list[PastCase]:
    """The same cases with further attributes."""
    return [replace(one, body=replace(one.body, attributes={**one.body.attributes, **attributes})) for one in rows]


def taken_in_by(schema: CaseSchema | None, rows: Sequence[PastCase]) -> list[PastCase]:
    """The same cases as a door with this schema lets them in."""
    bodies = [check(schema, one.body) for one in rows]
    assert all(isinstance(body, CaseBody) for body in bodies), bodies
    return [replace(one, body=body) for one, body in zip(rows, bodies, strict=True) if isinstance(body, CaseBody)]


def judged(world: World, schema: CaseSchema | None = SCHEMA) -> Evaluated:
    """An evaluation by this schema."""
    return done(evaluate(world.office, world.operator, Request(name=MAILS, on_disk=world.standards[MAILS], schema=schema)))


def granted(world: World, rows: Sequence[PastCase]) -> ActiveMandate:
    """A mandate on these past cases, judged by the schema."""
    world.use_case(MAILS, replace(promise(), attempts=(0.5, 0.5)))
    world.import_cases(MAILS, rows)
    world.sign(MAILS)
    assert judged(world).stored.word == "met"
    return world.earn(MAILS)


def ordinary(count: int, name: str = "past") -> list[PastCase]:
    """Cases that no rule catches."""
    return with_attributes(past_cases(count, name=name), segment="retail", amount="10")


def routed(world: World, rows: Sequence[PastCase]) -> Tally:
    """What becomes of fresh cases."""
    return world.submit(MAILS, rows)


def test_what_the_schema_lets_in_and_no_rule_catches_is_decided_alone(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        mandate = granted(world, ordinary(150))
        assert mandate.terms.scope.schema == SCHEMA.digest
        assert mandate.terms.scope.rules == SCHEMA.rules
        assert routed(world, taken_in_by(SCHEMA, ordinary(30, "fresh"))).alone == 30


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"segment": "vip", "amount": "10"}, "never_alone_rule"),
        ({"segment": "retail", "amount": "10000.01"}, "high_stakes_case"),
        ({"segment": "retail", "amount": ""}, "guard_unknown"),
    ],
)
def test_a_rule_sends_a_case_to_a_person_however_sure_the_system_is(tmp_path: Path, attributes: dict[str, str], reason: str) -> None:
    with World(tmp_path) as world:
        granted(world, ordinary(150))
        found = routed(world, taken_in_by(SCHEMA, with_attributes(past_cases(20, name="fresh"), **attributes)))
    assert (found.alone, found.reasons) == (0, {reason: 20})


@pytest.mark.parametrize("schema", [LOOSER, replace(SCHEMA, largest=900_000), None])
def test_a_schema_that_was_changed_or_taken_away_widens_no_mandate(tmp_path: Path, schema: CaseSchema | None) -> None:
    with World(tmp_path) as world:
        granted(world, ordinary(150))
        found = routed(world, taken_in_by(schema, with_attributes(past_cases(20, name="fresh"), segment="vip", amount="10")))
    assert (found.alone, found.reasons) == (0, {"schema_changed": 20})


def test_a_schema_that_was_added_widens_no_mandate_either(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, ordinary(150))
        world.sign(MAILS)
        judged(world, None)
        world.earn(MAILS)
        before = routed(world, taken_in_by(None, ordinary(20, "before")))
        after = routed(world, taken_in_by(SCHEMA, ordinary(20, "after")))
    assert (before.alone, after.alone, after.reasons) == (20, 0, {"schema_changed": 20})


def test_a_door_that_forgets_the_schema_has_its_cases_decided_by_people(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        granted(world, ordinary(150))
        found = routed(world, with_attributes(ordinary(20, "fresh"), **{"licet.schema": SCHEMA.digest}))
    assert (found.alone, found.reasons) == (0, {"schema_changed": 20})


def test_the_number_under_a_mandate_is_about_the_cases_it_covers(tmp_path: Path) -> None:
    """The system is wrong on every VIP: where rules keep those from being decided alone, that costs coverage and not the verdict."""
    with World(tmp_path) as world:
        wrong = with_attributes(past_cases(40, wrong=40, name="vip"), segment="vip", amount="10")
        world.use_case(MAILS, replace(promise(), attempts=(0.5, 0.5)))
        world.import_cases(MAILS, [*ordinary(250), *wrong])
        world.sign(MAILS)
        assert judged(world).stored.word == "met"
        assert judged(world, LOOSER).stored.word != "met"


def test_sealed_cases_that_the_schema_would_not_let_in_certify_nothing(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, past_cases(150))
        world.sign(MAILS)
        found = judged(world)
    assert found.stored.word == "undecided"
    assert any("150 of 150 sealed cases are not as the schema" in warning for warning in found.warnings)


def test_evaluating_again_by_the_same_schema_spends_no_look_and_by_another_one_it_does(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        granted(world, ordinary(150))
        assert not judged(world).fresh
        assert judged(world, replace(SCHEMA, largest=900)).fresh


def test_a_mandate_for_the_changed_schema_decides_its_cases_alone_again(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        granted(world, ordinary(400))
        other = replace(SCHEMA, largest=5_000)
        judged(world, other)
        world.earn(MAILS)
        assert routed(world, taken_in_by(SCHEMA, ordinary(20, "old"))).alone == 0
        assert routed(world, taken_in_by(other, ordinary(20, "new"))).alone == 20


def test_what_an_opened_look_shows_is_about_the_cases_the_schema_covers(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        wrong = with_attributes(past_cases(40, wrong=40, name="vip"), segment="vip", amount="10")
        world.use_case(MAILS)
        world.import_cases(MAILS, [*ordinary(250), *wrong])
        world.sign(MAILS)
        look = judged(world).stored.look.id
        done(open_sealed(world.office, world.owner, name=MAILS))
        shown = figures(world.office, name=MAILS, look=look)
    assert shown is not None
    assert (max(point.n for point in shown.found.curve), max(point.errors for point in shown.found.curve)) == (250, 0)
    assert not any(miss.alone for miss in shown.found.misses)
