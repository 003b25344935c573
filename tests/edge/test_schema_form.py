"""The `case:` block of use_case.yaml: read exactly, written so that it reads back equal, and every mistake in it explained."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.answer import AnswerKind
from licet.core.case import ContentKind
from licet.core.case_rules import FIELD, Above, Below, CaseRule, CaseRules, OneOf
from licet.core.case_schema import CaseField, CaseSchema, FieldType
from licet.core.ids import UseCaseSlug
from licet.edge.bad_file import BadFolderError
from licet.edge.forms import USE_CASE_TEXT, UseCaseFile, use_case_from
from licet.edge.yaml_text import use_case_yaml
from licet.edge.yaml_tree import tree_of

HEAD = "title: Claims\nanswer: choice\n"
WHOLE = """\
case:
  kind: table
  largest: 20000
  fields:
    amount: {type: number, required: true, min: 0, max: 1000000.50}
    content: {type: text, longest: 200}
    no: {type: date}
    urgent: {type: boolean}
    iban: {type: text, pattern: "[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}"}
  attributes:
    segment:
      type: choice
      one_of: [retail, no, 1.50]
      required: true
  high_stakes:
    amount: {above: 10000}
  never_alone:
    segment: {one_of: [no]}
    urgent: {one_of: [true]}
"""

words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12).filter(lambda word: "." not in word)
numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=3)
fields = st.one_of(
    st.builds(CaseField, type=st.just(FieldType.TEXT), required=st.booleans(), longest=st.none() | st.integers(1, 9999)),
    st.builds(CaseField, type=st.just(FieldType.NUMBER), required=st.booleans(), min=st.none() | numbers),
    st.builds(CaseField, type=st.sampled_from([FieldType.DATE, FieldType.BOOLEAN]), required=st.booleans()),
    st.builds(CaseField, type=st.just(FieldType.CHOICE), one_of=st.lists(words, min_size=1, max_size=4, unique=True).map(tuple)),
)


def read(text: str) -> CaseSchema:
    """The schema a block says."""
    found = use_case_from(tree_of("use_case.yaml", HEAD + text, USE_CASE_TEXT), UseCaseSlug("claims")).case
    assert found is not None
    return found


def findings(text: str) -> str:
    """What is wrong with a block, one finding per line."""
    with pytest.raises(BadFolderError) as found:
        read(text)
    return str(found.value)


def rules_over(some: dict[str, CaseField], before: str) -> CaseRules:
    """A rule over each field that can have one."""
    high, never = [], []
    for name, one in some.items():
        if one.type is FieldType.NUMBER:
            high.append(CaseRule(fact=before + name, condition=Below(limit=Decimal("-1.5"))))
        if one.type is FieldType.CHOICE:
            never.append(CaseRule(fact=before + name, condition=OneOf(values=frozenset(one.one_of[:1]))))
    return CaseRules(high_stakes=tuple(high), never_alone=tuple(never))


def test_a_block_says_fields_attributes_limits_and_rules() -> None:
    schema = read(WHOLE)
    assert schema.kind is ContentKind.TABLE
    assert schema.largest == 20_000
    assert schema.fields["amount"] == CaseField(type=FieldType.NUMBER, required=True, min=Decimal(0), max=Decimal("1000000.5"))
    assert schema.fields["content"].longest == 200
    assert schema.attributes["segment"].one_of == ("retail", "no", "1.50")
    assert schema.rules == CaseRules(
        high_stakes=(CaseRule(fact=f"{FIELD}amount", condition=Above(limit=Decimal(10_000))),),
        never_alone=(
            CaseRule(fact="segment", condition=OneOf(values=frozenset({"no"}))),
            CaseRule(fact=f"{FIELD}urgent", condition=OneOf(values=frozenset({"true"}))),
        ),
    )


@given(st.dictionaries(words, fields, max_size=4), st.none() | st.integers(1, 10**6))
def test_a_schema_written_reads_back_equal(some: dict[str, CaseField], largest: int | None) -> None:
    for table in (True, False):
        part = {"fields": some or {"x": CaseField(type=FieldType.DATE)}} if table else {"attributes": some}
        rules = rules_over(some, FIELD if table else "")
        kind = ContentKind.TABLE if table else ContentKind.TEXT
        schema = CaseSchema(kind=kind, rules=rules, largest=largest, **part)
        told = UseCaseFile(slug=UseCaseSlug("claims"), title="Claims", answer=AnswerKind.CHOICE, case=schema)
        assert use_case_from(tree_of("f", use_case_yaml(told), USE_CASE_TEXT), UseCaseSlug("claims")) == told


def test_without_the_block_there_is_no_schema() -> None:
    assert use_case_from(tree_of("f", HEAD, USE_CASE_TEXT), UseCaseSlug("claims")).case is None


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("case:\n  kind: tabel\n", 4, "'text', 'table' or 'image'"),
        ("case:\n  kind: text\n  fieldz: {}\n", 5, "Did you mean 'fields'?"),
        ("case:\n  kind: table\n", 3, "a table needs its fields"),
        ("case:\n  kind: text\n  fields:\n    a: {type: date}\n", 5, "has no fields"),
        ("case:\n  kind: table\n  fields:\n    a: {type: number, mni: 3}\n", 6, "Did you mean 'min'?"),
        ("case:\n  kind: table\n  fields:\n    a: {type: number, min: abc}\n", 6, "'abc' is not a number"),
        ("case:\n  kind: table\n  fields:\n    a: {type: number, min: 3, max: 2}\n", 6, "nothing fits"),
        ("case:\n  kind: table\n  fields:\n    a: {type: number, longest: 2}\n", 6, "says nothing about the type 'number'"),
        ("case:\n  kind: table\n  fields:\n    a: {type: choice}\n", 6, "needs its values"),
        ("case:\n  kind: table\n  fields:\n    a: {type: text, pattern: (a+)+}\n", 6, "repeats a group"),
        ("case:\n  kind: table\n  fields:\n    a: {type: text, pattern: a, longest: 201}\n", 6, "200 characters at most"),
        ("case:\n  kind: text\n  attributes:\n    licet.x: {type: text}\n", 6, "a name of its own"),
        ("case:\n  kind: text\n  attributes:\n    content.x: {type: text}\n", 6, "a name of its own"),
        ("case:\n  kind: table\n  fields:\n    a: {type: date}\n  attributes:\n    a: {type: date}\n", 8, "a name of its own"),
        ("case:\n  kind: text\n  never_alone:\n    vip: {one_of: [x]}\n", 6, "neither a field nor an attribute"),
        ("case:\n  kind: text\n  attributes:\n    a: {type: text}\n  never_alone:\n    a: {one_of: [x]}\n", 8, "boolean or choice"),
        ("case:\n  kind: text\n  attributes:\n    a: {type: text}\n  high_stakes:\n    a: {above: 3}\n", 8, "integer or number"),
        (
            "case:\n  kind: text\n  attributes:\n    a: {type: number}\n  high_stakes:\n    a: {above: 3, below: 1}\n",
            8,
            "exactly one condition",
        ),
        (
            "case:\n  kind: text\n  attributes:\n    a: {type: choice, one_of: [x]}\n  never_alone:\n    a: {one_of: [y]}\n",
            8,
            "'y' is no value",
        ),
        (
            "case:\n  kind: text\n  attributes:\n    a: {type: choice, one_of: [x]}\n  never_alone:\n    a: {one_of: []}\n",
            8,
            "exactly one condition",
        ),
        ("case:\n  kind: text\n  largest: 0\n", 5, "largest"),
    ],
)
def test_a_mistake_in_the_block_is_named_with_its_line_and_a_remedy(text: str, line: int, says: str) -> None:
    found = findings(text)
    assert f"use_case.yaml:{line}:" in found
    assert says in found
