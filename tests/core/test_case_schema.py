"""A case is taken in as its schema says or not at all, and no complaint repeats what somebody wrote."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.case import CaseBody, Content, ContentKind, ImageContent, TableContent, TextContent, body_from_json, body_to_json
from licet.core.case_rules import (
    SCHEMA,
    Above,
    Below,
    CaseRule,
    CaseRules,
    NotRulesError,
    OneOf,
    facts_of,
    number_in,
    ruled,
    rules_from_json,
    rules_to_json,
)
from licet.core.case_schema import (
    MOST_PROBLEMS,
    CaseField,
    CaseSchema,
    FieldType,
    NotASchemaError,
    Problem,
    check,
    marked,
    schema_from_json,
    schema_to_json,
)

AMOUNT = CaseField(type=FieldType.NUMBER, required=True, min=Decimal(0), max=Decimal(50_000))
SEGMENT = CaseField(type=FieldType.CHOICE, one_of=("retail", "vip"), required=True)
RULES = CaseRules(
    high_stakes=(CaseRule(fact="content.amount", condition=Above(limit=Decimal(10_000))),),
    never_alone=(CaseRule(fact="segment", condition=OneOf(values=frozenset({"vip"}))),),
)
SCHEMA_OF_CLAIMS = CaseSchema(
    kind=ContentKind.TABLE,
    fields={
        "amount": AMOUNT,
        "day": CaseField(type=FieldType.DATE),
        "pieces": CaseField(type=FieldType.INTEGER, min=Decimal(1)),
        "iban": CaseField(type=FieldType.TEXT, pattern="[A-Z]{2}[0-9]{10}"),
        "note": CaseField(type=FieldType.TEXT, longest=20),
    },
    attributes={"segment": SEGMENT, "urgent": CaseField(type=FieldType.BOOLEAN)},
    rules=RULES,
)
CELLS = {"amount": "120.50", "day": "2026-03-01", "pieces": "2", "iban": "NL0123456789", "note": "as agreed"}
GOOD = CaseBody(content=TableContent(cells=CELLS), attributes={"segment": "retail"})

texts = st.text(max_size=30)
limits = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-1000, max_value=1000)
conditions = st.one_of(
    st.builds(Above, limit=limits), st.builds(Below, limit=limits), st.builds(OneOf, values=st.frozensets(texts, min_size=1, max_size=3))
)
all_rules = st.builds(
    CaseRules,
    high_stakes=st.lists(st.builds(CaseRule, fact=texts, condition=conditions), max_size=3).map(tuple),
    never_alone=st.lists(st.builds(CaseRule, fact=texts, condition=conditions), max_size=3).map(tuple),
)


def problems(body: CaseBody, schema: CaseSchema = SCHEMA_OF_CLAIMS) -> tuple[Problem, ...]:
    """What is wrong with a case."""
    found = check(schema, body)
    assert isinstance(found, tuple)
    return found


def changed(**cells: str) -> CaseBody:
    """The good case with other cells."""
    return replace(GOOD, content=TableContent(cells={**CELLS, **cells}))


def test_a_case_as_the_schema_says_is_marked_with_the_schema() -> None:
    found = check(SCHEMA_OF_CLAIMS, GOOD)
    assert found == replace(GOOD, schema=SCHEMA_OF_CLAIMS.digest)


def test_white_space_and_capitals_are_no_way_around_a_rule() -> None:
    found = check(SCHEMA_OF_CLAIMS, replace(GOOD, attributes={"segment": " vip ", "urgent": "TRUE"}))
    assert isinstance(found, CaseBody)
    assert found.attributes == {"segment": "vip", "urgent": "true"}
    assert ruled(RULES, facts_of(found)) == "never_alone_rule"


@pytest.mark.parametrize(
    ("cells", "field", "why"),
    [
        ({"amount": "12,5"}, "content.amount", "no number"),
        ({"amount": "-0.01"}, "content.amount", "below 0"),
        ({"amount": "50000.01"}, "content.amount", "above 50000"),
        ({"amount": "nan"}, "content.amount", "no number"),
        ({"amount": "1e999999"}, "content.amount", "no number"),
        ({"amount": "9" * 41}, "content.amount", "41 characters"),
        ({"amount": " "}, "content.amount", "missing"),
        ({"day": "2026-02-30"}, "content.day", "no date"),
        ({"day": "20260301"}, "content.day", "no date"),
        ({"pieces": "1.0"}, "content.pieces", "no whole number"),
        ({"pieces": "٣"}, "content.pieces", "no whole number"),
        ({"iban": "nl0123456789"}, "content.iban", "pattern"),
        ({"iban": "N" * 201}, "content.iban", "201 characters; 200 are allowed"),
        ({"note": "x" * 21}, "content.note", "21 characters; 20 are allowed"),
        ({"note": "a\0b"}, "content.note", "NUL"),
        ({"stranger": "1"}, "content.stranger", "does not know"),
    ],
)
def test_a_cell_beyond_its_limit_is_told_by_name(cells: dict[str, str], field: str, why: str) -> None:
    (found,) = problems(changed(**cells))
    assert found.field == field
    assert why in found.why
    assert found.remedy


@pytest.mark.parametrize(
    ("attributes", "why"),
    [({}, "missing"), ({"segment": "VIP"}, "none of the values"), ({"segment": "retail", "urgent": "yes"}, "neither true nor false")],
)
def test_an_attribute_beyond_its_limit_is_told_by_name(attributes: dict[str, str], why: str) -> None:
    (found,) = problems(replace(GOOD, attributes=attributes))
    assert why in found.why


@pytest.mark.parametrize("content", [TextContent(text="hello"), ImageContent(data=b"P5", media_type="image/x-portable-graymap")])
def test_content_of_another_kind_is_refused(content: Content) -> None:
    assert problems(replace(GOOD, content=content))[0].field == "content"


def test_content_beyond_the_largest_size_is_refused() -> None:
    schema = CaseSchema(kind=ContentKind.TEXT, largest=5)
    assert isinstance(check(schema, CaseBody(content=TextContent(text="12345"))), CaseBody)
    assert "6 characters; 5" in problems(CaseBody(content=TextContent(text="123456")), schema)[0].why
    assert "blank" in problems(CaseBody(content=TextContent(text=" ")), schema)[0].why


def test_at_most_ten_problems_are_told_at_once() -> None:
    assert len(problems(changed(**{f"x{k}": "1" for k in range(50)}))) == MOST_PROBLEMS


@given(st.dictionaries(st.sampled_from([*CELLS, "other"]), st.text(min_size=12, max_size=60)))
def test_no_complaint_repeats_a_value(cells: dict[str, str]) -> None:
    found = check(SCHEMA_OF_CLAIMS, changed(**cells))
    told = "" if isinstance(found, CaseBody) else " ".join(map(str, found))
    assert not any(value.strip() and value in told for value in cells.values() if len(value.strip()) > 11)


@given(st.one_of(st.none(), st.just(SCHEMA_OF_CLAIMS)), st.dictionaries(texts, texts, max_size=4), st.text(max_size=9))
def test_nothing_from_outside_can_say_by_which_schema_it_was_taken_in(
    schema: CaseSchema | None, attributes: dict[str, str], name: str
) -> None:
    forged = replace(GOOD, attributes={**attributes, f"licet.{name}": "x"}, schema="")
    assert not isinstance(check(schema, forged), CaseBody)
    assert not any(fact.startswith("licet.") for fact in facts_of(forged))


def test_an_attribute_cannot_stand_in_for_a_field() -> None:
    body = CaseBody(content=TableContent(cells={"amount": "20000"}), attributes={"content.amount": "1"})
    assert ruled(RULES, {**facts_of(body), "segment": "retail"}) == "high_stakes_case"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"segment": "retail", "content.amount": "10000"}, None),
        ({"segment": "retail", "content.amount": "10000.000000000000000001"}, "high_stakes_case"),
        ({"segment": "VIP", "content.amount": "1"}, "never_alone_rule"),
        ({"segment": "vip"}, "never_alone_rule"),
        ({"segment": "retail"}, "guard_unknown"),
        ({"segment": "retail", "content.amount": ""}, "guard_unknown"),
        ({"segment": "retail", "content.amount": "plenty"}, "guard_unknown"),
        ({"content.amount": "20000"}, "high_stakes_case"),
        ({"content.amount": "1"}, "guard_unknown"),
    ],
)
def test_a_rule_that_applies_or_cannot_be_told_sends_the_case_to_a_person(facts: dict[str, str], reason: str | None) -> None:
    assert ruled(RULES, facts) == reason


@given(all_rules, st.dictionaries(texts, texts, max_size=4), st.data())
def test_taking_a_fact_away_never_lets_a_case_pass(rules: CaseRules, facts: dict[str, str], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(sorted(facts))) if facts else ""
    fewer = {name: value for name, value in facts.items() if name != gone}
    assert (
        ruled(rules, fewer) is not None
        or ruled(rules, facts) is None
        or all(rule.fact != gone for rule in (*rules.high_stakes, *rules.never_alone))
    )


@given(all_rules)
def test_rules_read_back_equal(rules: CaseRules) -> None:
    assert rules_from_json(rules_to_json(rules)) == rules


@pytest.mark.parametrize(
    "raw", [None, {}, {"high_stakes": [{}], "never_alone": []}, {"high_stakes": [{"fact": "a", "above": "x"}], "never_alone": []}]
)
def test_what_are_no_rules_is_refused(raw: object) -> None:
    with pytest.raises(NotRulesError):
        rules_from_json(raw)  # type: ignore[arg-type] # that is the point


@given(st.text(max_size=60))
def test_a_number_is_digits_or_none(text: str) -> None:
    found = number_in(text)
    assert found is None or (found.is_finite() and text.isascii())


@pytest.mark.parametrize(
    "other",
    [
        replace(SCHEMA_OF_CLAIMS, rules=CaseRules()),
        replace(SCHEMA_OF_CLAIMS, largest=9),
        replace(SCHEMA_OF_CLAIMS, attributes={}),
        replace(SCHEMA_OF_CLAIMS, fields={**SCHEMA_OF_CLAIMS.fields, "amount": replace(AMOUNT, max=Decimal(50_001))}),
    ],
)
def test_whatever_changes_in_a_schema_changes_its_digest(other: CaseSchema) -> None:
    assert other.digest != SCHEMA_OF_CLAIMS.digest


def test_a_schema_reads_back_equal() -> None:
    assert schema_from_json(schema_to_json(SCHEMA_OF_CLAIMS)) == SCHEMA_OF_CLAIMS


@pytest.mark.parametrize("raw", [None, {}, {**dict(schema_to_json(CaseSchema(kind=ContentKind.TEXT))), "fields": {"a": {}}}])  # type: ignore[arg-type] # an object, by its writer
def test_what_is_no_schema_is_refused(raw: object) -> None:
    with pytest.raises(NotASchemaError):
        schema_from_json(raw)  # type: ignore[arg-type] # that is the point


def test_the_order_of_fields_counts_for_nothing() -> None:
    fields = dict(reversed(list(SCHEMA_OF_CLAIMS.fields.items())))
    assert replace(SCHEMA_OF_CLAIMS, fields=fields).digest == SCHEMA_OF_CLAIMS.digest


def test_the_mark_is_stored_with_the_case_and_absent_without_a_schema() -> None:
    taken = check(SCHEMA_OF_CLAIMS, GOOD)
    assert isinstance(taken, CaseBody)
    assert body_from_json(body_to_json(taken)) == taken
    assert body_to_json(GOOD) == {"content": {"cells": CELLS}, "attributes": {"segment": "retail"}}


def test_a_stored_case_is_seen_as_the_schema_of_today_sees_it() -> None:
    taken = check(SCHEMA_OF_CLAIMS, GOOD)
    assert isinstance(taken, CaseBody)
    wider = replace(SCHEMA_OF_CLAIMS, largest=900)
    narrower = replace(SCHEMA_OF_CLAIMS, largest=9)
    assert facts_of(marked(wider, taken))[SCHEMA] == wider.digest
    assert SCHEMA not in facts_of(marked(narrower, taken))
    assert SCHEMA not in facts_of(marked(None, taken))
