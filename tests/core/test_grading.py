"""Grading: what is right loses nothing, what is wrong loses all, and what is right in part loses a part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.answer import Answer, Choice, Fields, Number, Text
from licet.core.grading import (
    EXACT,
    Costs,
    FieldRule,
    FieldWise,
    Folded,
    Grading,
    SameJson,
    SetF1,
    TokenF1,
    Tolerance,
    field_losses,
    is_partial,
    is_ungraded,
    loss,
    name_of,
)
from licet.core.grading_form import grading_from_json, grading_to_json
from licet.core.own_grader import OwnGrader
from licet.core.refusal import Unknown

TOTAL = FieldRule(weight=2.0, by=Tolerance(absolute=0.01))
INVOICE = FieldWise(fields={"total": TOTAL, "name": FieldRule(by=Folded()), "iban": FieldRule()})
NEAR = FieldWise(fields={"n": FieldRule(by=Tolerance(relative=0.01))})
COSTLY = Costs(costs={"fraud": {"card": 0.4}})
ALL: list[Grading] = [EXACT, Folded(), Tolerance(absolute=1), TokenF1(), SetF1(), SameJson(), INVOICE, COSTLY, OwnGrader(code="0" * 64)]
texts = st.text(max_size=20)
answers = (
    st.builds(Text, value=texts)
    | st.builds(Choice, value=st.sampled_from(["fraud", "card"]) | texts)
    | st.builds(Number, value=st.floats(-1e9, 1e9))
    | st.builds(Fields, values=st.dictionaries(st.sampled_from(["total", "name", "iban", "else"]), texts))
)


def invoice(total: str, name: str = "ACME", iban: str = "CH1") -> Fields:
    return Fields(values={"total": total, "name": name, "iban": iban})


@pytest.mark.parametrize(
    ("given_", "right", "grading", "expected"),
    [
        (Text(value="Straße  9."), Text(value="strasse 9"), Folded(), 0.0),
        (Text(value="9"), Text(value="8"), Folded(), 1.0),
        (Number(value=100.9), Number(value=100.0), Tolerance(relative=0.01), 0.0),
        (Number(value=101.1), Number(value=100.0), Tolerance(absolute=0.5, relative=0.01), 1.0),
        (Text(value="the cat sat"), Text(value="cat sat down"), TokenF1(), pytest.approx(1 / 3)),
        (Text(value="b, A"), Text(value="a,b"), SetF1(), 0.0),
        (Text(value="a"), Text(value="a,b,c"), SetF1(), 0.5),
        (Text(value='{"a": 1, "b": 2}'), Text(value='{"b":2,"a":1.0}'), SameJson(), 0.0),
        (Text(value="no json"), Text(value="no json"), SameJson(), 1.0),
        (Text(value='{"paid": 1}'), Text(value='{"paid": true}'), SameJson(), 1.0),
        (Text(value="[0]"), Text(value="[false]"), SameJson(), 1.0),
        (Text(value="[true, 2]"), Text(value="[true,2.0]"), SameJson(), 0.0),
        (Fields(values={"n": "7"}), Fields(values={"n": "inf"}), NEAR, 1.0),
        (Fields(values={"n": "-1e999"}), Fields(values={"n": "1e999"}), NEAR, 1.0),
        (Fields(values={"n": "inf"}), Fields(values={"n": "inf"}), NEAR, 0.0),
        (invoice("10.00"), invoice("10.004"), INVOICE, 0.0),
        (invoice("99", name="acme."), invoice("10"), INVOICE, 0.5),
        (Choice(value="card"), Choice(value="fraud"), COSTLY, 0.4),
        (Choice(value="fraud"), Choice(value="card"), COSTLY, 1.0),
        (Text(value="x"), None, Folded(), 1.0),
    ],
)
def test_a_grader_says_how_wrong_an_answer_is(given_: Answer, right: Answer | None, grading: Grading, expected: float) -> None:
    assert loss(given_, right, grading) == expected


@given(one=answers, other=answers, grading=st.sampled_from(ALL))
def test_every_loss_is_between_right_and_wrong_and_other_kinds_are_wrong(one: Answer, other: Answer, grading: Grading) -> None:
    lost = loss(one, other, grading)
    assert 0.0 <= lost <= 1.0
    assert is_partial(grading) or lost in {0.0, 1.0}
    assert type(one) is type(other) or lost == 1.0


def test_a_field_that_is_named_and_missing_is_wrong_and_one_that_is_not_named_does_not_count() -> None:
    given_ = Fields(values={"total": "10", "name": "acme", "note": "zzz"})
    assert field_losses(given_, invoice("10"), INVOICE) == {"total": 0.0, "name": 0.0, "iban": 1.0}
    assert loss(given_, invoice("10"), INVOICE) == 0.25


@pytest.mark.parametrize("grading", ALL, ids=name_of)
def test_a_grading_reads_back_as_it_was_written(grading: Grading) -> None:
    assert grading_from_json(grading_to_json(grading)) == grading


def test_an_own_grader_is_asked_only_where_answers_differ_and_what_it_fails_on_is_wrong_and_ungraded() -> None:
    half = OwnGrader(code="0" * 64, ask=lambda given, right: 0.5)
    fails = OwnGrader(code="0" * 64, ask=lambda given, right: Unknown(why="it raised"))
    cat, dog = Text(value="cat"), Text(value="dog ")
    assert [loss(cat, dog, one) for one in (half, fails, OwnGrader())] == [0.5, 1.0, 1.0]
    assert [loss(Text(value="dog"), dog, one) for one in (half, fails, OwnGrader())] == [0.0, 0.0, 0.0]
    assert [is_ungraded(cat, dog, one) for one in (half, fails, OwnGrader(), EXACT)] == [False, True, True, False]
    assert half == OwnGrader(code="0" * 64)
    assert name_of(OwnGrader(code="0123456789abcdef" * 4)) == "python-0123456789ab"
