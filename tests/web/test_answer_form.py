"""What a person filled in becomes an answer of the right kind, or each thing that is wrong with it is said, without repeating it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.answer import AnswerKind, Choice, Fields, Number, Text
from licet.core.answer_form import FormRules
from licet.core.case_schema import CaseField, FieldType
from licet.core.desk import AnswerForm
from licet.web.answer_form import answer_in

CHOICE = AnswerForm(kind=AnswerKind.CHOICE, choices=("yes", "no\u202e", "07"))
OPEN = AnswerForm(kind=AnswerKind.CHOICE, choices=(), known=("no", "Yes "))
NUMBER = AnswerForm(
    kind=AnswerKind.NUMBER, choices=(), rules=FormRules(unit="kg", least=Decimal("-1"), most=Decimal(10), step=Decimal("0.25"))
)
TEXT = AnswerForm(kind=AnswerKind.TEXT, choices=(), rules=FormRules(longest=20, rubric=("It is kind", "It is true")))
LINES = AnswerForm(kind=AnswerKind.FIELDS, choices=())
FIELDS = AnswerForm(
    kind=AnswerKind.FIELDS,
    choices=(),
    rules=FormRules(
        fields={
            "payee": CaseField(type=FieldType.TEXT, required=True),
            "urgent": CaseField(type=FieldType.BOOLEAN),
            "when": CaseField(type=FieldType.DATE),
        }
    ),
)
BOTH = {"rubric.1": "1", "rubric.2": "1"}


@pytest.mark.parametrize(
    ("form", "filled", "answer"),
    [
        (CHOICE, {"answer": "1"}, Choice(value="no\u202e")),
        (CHOICE, {"answer": " 2 "}, Choice(value="07")),
        (AnswerForm(kind=AnswerKind.CHOICE, choices=()), {"answer": " maybe "}, Choice(value="maybe")),
        (OPEN, {"known": "Yes "}, Choice(value="Yes ")),
        (OPEN, {"known": "", "answer": " maybe "}, Choice(value="maybe")),
        (NUMBER, {"answer": "\u22120.75"}, Number(value=-0.75)),
        (TEXT, {"answer": " fine\r\nso ", **BOTH}, Text(value="fine\nso")),
        (FIELDS, {"field.payee": " N ", "field.urgent": "TRUE", "x": ""}, Fields(values={"payee": "N", "urgent": "true", "when": ""})),
        (LINES, {"answer": "a: 1\n\nb : x:y"}, Fields(values={"a": "1", "b": "x:y"})),
    ],
)
def test_a_form_that_is_right_is_an_answer(form: AnswerForm, filled: dict[str, str], answer: object) -> None:
    assert answer_in(form, filled) == answer


@pytest.mark.parametrize(
    ("form", "filled", "wrong"),
    [
        (CHOICE, {}, {"answer": "Pick an answer."}),
        (CHOICE, {"answer": "3"}, {"answer": "That is none of the 3 answers. Pick one from the list."}),
        (CHOICE, {"answer": "-1"}, {"answer": "That is none of the 3 answers. Pick one from the list."}),
        (CHOICE, {"answer": "9" * 5000}, {"answer": "That is none of the 3 answers. Pick one from the list."}),
        (OPEN, {"known": ""}, {"answer": "Pick an answer."}),
        (OPEN, {"known": "no", "answer": "maybe"}, {"answer": "Pick one of the answers, or write another one; not both."}),
        (OPEN, {"known": "nil"}, {"answer": "That is none of the answers past cases have. Pick again."}),
        (NUMBER, {"answer": "10.1"}, {"answer": "The highest that may be answered is 10 kg."}),
        (NUMBER, {"answer": "-2"}, {"answer": "The lowest that may be answered is -1 kg."}),
        (NUMBER, {"answer": "0.3"}, {"answer": "Answer in steps of 0.25 kg."}),
        (NUMBER, {"answer": "NaN"}, {"answer": "That is no number. Write digits with a point, such as 12.5."}),
        (TEXT, {"answer": "x" * 21, **BOTH}, {"answer": "The text has 21 characters; 20 are allowed. Shorten it."}),
        (TEXT, {"answer": "fine", "rubric.2": "1"}, {"rubric.1": "Make the text do this, then tick it."}),
        (FIELDS, {"field.payee": "N", "field.when": "soon"}, {"field.when": "It is no date. Give a day such as 2026-03-01."}),
        (FIELDS, {"field.when": "2026-03-01"}, {"field.payee": "This is required."}),
        (LINES, {"answer": "a: 1\na: 2"}, {"answer": "A field is named twice."}),
        (LINES, {"answer": "no colon"}, {"answer": "Write one field on each line, as name: value."}),
    ],
)
def test_what_is_wrong_is_said_control_by_control(form: AnswerForm, filled: dict[str, str], wrong: dict[str, str]) -> None:
    found = answer_in(form, filled)
    assert isinstance(found, tuple)
    assert {fault.field: fault.says for fault in found} == wrong


@given(st.sampled_from([CHOICE, NUMBER, TEXT, LINES, FIELDS]), st.text(max_size=50))
def test_whatever_is_typed_is_an_answer_or_is_said_to_be_none(form: AnswerForm, typed: str) -> None:
    found = answer_in(form, {"answer": typed, "field.payee": typed, "field.when": typed, **BOTH})
    assert found if isinstance(found, tuple) else True
