"""What an answer may be: every word of a schema that is taken is enforced, and every other is refused by name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.core.answer import AnswerKind
from licet.edge.answer_schema import NotASchemaError, check_schema, fits, named

FORM = {
    "type": "object",
    "properties": {
        "iban": {"type": "string", "pattern": "^[A-Z]{2}[0-9]+$", "maxLength": 8},
        "sum": {"type": "number", "minimum": 0, "maximum": 10},
        "kind": {"type": "string", "enum": ["in", "out"], "minLength": 2},
    },
    "required": ["iban"],
    "additionalProperties": False,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@pytest.mark.parametrize(
    ("value", "ok"),
    [
        ({"iban": "NL1", "sum": 7.5, "kind": "in"}, True), ({"iban": "NL1"}, True), ({"iban": "nl1"}, False),
        ({"iban": "NL12345678"}, False),
        ({"iban": "NL1", "sum": 11}, False), ({"iban": "NL1", "sum": True}, False), ({"iban": "NL1", "kind": "up"}, False), ({}, False),
        ({"iban": "NL1", "more": "x"}, False), ([], False), ("NL1", False), (None, False),
    ],
)  # fmt: skip
def test_a_value_is_what_the_schema_says_or_is_not(value: object, ok: bool) -> None:  # noqa: FBT001 - a table's column
    assert fits(check_schema(AnswerKind.FIELDS, FORM), value) is ok


@pytest.mark.parametrize(
    ("kind", "schema", "why"),
    [
        (AnswerKind.FIELDS, {**FORM, "anyOf": []}, "'anyOf', which is not enforced here"),
        (AnswerKind.FIELDS, {**FORM, "additionalProperties": True}, "additionalProperties: false"),
        (AnswerKind.FIELDS, {"type": "object", "properties": {"a": {"type": "array"}}}, "a names no type of"),
        (AnswerKind.FIELDS, {"type": "object", "properties": {"a": {"type": "string", "pattern": "("}}}, "of the wrong kind"),
        (AnswerKind.NUMBER, FORM, "has the type 'number'"),
        (AnswerKind.CHOICE, [], "is no object"),
    ],
)
def test_what_is_not_enforced_is_refused_by_name(kind: AnswerKind, schema: object, why: str) -> None:
    with pytest.raises(NotASchemaError, match=why):
        check_schema(kind, schema)


@settings(max_examples=40)
@given(JSON)
def test_nothing_that_anybody_sends_breaks_the_check(value: object) -> None:
    assert fits(named(("a", "b")), value) in {True, False}
    assert fits(named(()), value) in {True, False}
