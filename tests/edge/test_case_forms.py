"""A case as a program sends it: read strictly, all problems at once, and no value repeated."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.answer import AnswerKind, Choice, Number
from licet.core.case import ContentKind, ImageContent, TableContent, TextContent
from licet.core.case_schema import CaseField, CaseSchema, FieldType
from licet.core.history import SentCase
from licet.core.system import SystemKind
from licet.edge.case_forms import is_sent_case, read_case

SCHEMA = CaseSchema(
    kind=ContentKind.TABLE,
    fields={"amount": CaseField(type=FieldType.NUMBER, required=True), "note": CaseField(type=FieldType.TEXT)},
    attributes={"segment": CaseField(type=FieldType.CHOICE, one_of=("retail", "vip"))},
)
PROPOSAL = {"answer": "yes", "confidence": 0.93, "system": "vendor", "system_version": "3"}
SENT: dict[str, Any] = {
    "id": "c-1",
    "content": {"cells": {"amount": 12.5, "note": None}},
    "attributes": {"segment": "vip"},
    "happened_at": "2026-03-01T09:30:00+01:00",
    "proposal": PROPOSAL,
}
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 8).decode()


def read(raw: dict[str, Any], schema: CaseSchema | None = SCHEMA, kind: AnswerKind = AnswerKind.CHOICE) -> SentCase:
    """A case that must be right."""
    found = read_case(raw, schema, kind)
    assert isinstance(found, SentCase), found
    return found


def told(raw: dict[str, Any], schema: CaseSchema | None = SCHEMA, kind: AnswerKind = AnswerKind.CHOICE) -> dict[str, str]:
    """The problems of a case, by field."""
    found = read_case(raw, schema, kind)
    assert isinstance(found, tuple), found
    return {problem.field: problem.why for problem in found}


def test_a_whole_case_is_read() -> None:
    found = read(SENT)
    past = found.past
    assert past.external_id == "c-1"
    assert past.body.content == TableContent(cells={"amount": "12.5", "note": ""})
    assert past.body.attributes == {"segment": "vip"}
    assert past.body.schema == SCHEMA.digest
    assert past.happened_at == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    assert past.posted is not None
    assert (past.posted.answer, past.posted.confidence) == (Choice(value="yes"), 0.93)
    assert found.card is not None
    assert (found.card.kind, found.card.name, found.card.version) == (SystemKind.POSTED, "vendor", "3")


def test_the_least_case_is_its_content() -> None:
    found = read({"content": {"text": "hello"}}, None)
    assert (found.past.body.content, found.past.external_id, found.card) == (TextContent(text="hello"), None, None)


def test_a_picture_comes_as_base64_and_is_what_its_first_bytes_say() -> None:
    content = read({"content": {"image": PICTURE, "media_type": "text/html"}}, None).past.body.content
    assert isinstance(content, ImageContent)
    assert content.media_type == "image/png"


def test_probabilities_and_a_reason_come_along() -> None:
    posted = read({**SENT, "proposal": {**PROPOSAL, "probabilities": {"yes": 0.93, "no": 0.07}, "reason": "as usual"}}).past.posted
    assert posted is not None
    assert (posted.probabilities, posted.reason) == ({"yes": 0.93, "no": 0.07}, "as usual")


def test_a_number_is_an_answer_where_numbers_are_decided() -> None:
    posted = read({**SENT, "proposal": {**PROPOSAL, "answer": 12}}, kind=AnswerKind.NUMBER).past.posted
    assert posted is not None
    assert posted.answer == Number(value=12.0)


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        ({"contents": 1}, "contents", "no such key"),
        ({"proposal": {**PROPOSAL, "model": "x"}}, "proposal.model", "no such key"),
        ({"proposal": {k: v for k, v in PROPOSAL.items() if k != "system_version"}}, "proposal.system_version", "missing"),
        ({"proposal": {**PROPOSAL, "system_version": " 3"}}, "proposal.system_version", "white space"),
        ({"proposal": {**PROPOSAL, "system": "a\u202eb"}}, "proposal.system", "cannot be seen"),
        ({"proposal": {**PROPOSAL, "confidence": "0.9"}}, "proposal.confidence", "no number"),
        ({"proposal": {**PROPOSAL, "confidence": True}}, "proposal.confidence", "no number"),
        ({"proposal": {**PROPOSAL, "confidence": 93}}, "proposal.confidence", "above 1"),
        ({"proposal": {**PROPOSAL, "confidence": float("nan")}}, "proposal.confidence", "no finite number"),
        ({"proposal": {**PROPOSAL, "answer": ["yes"]}}, "proposal.answer", "no answer of the kind 'choice'"),
        ({"proposal": {**PROPOSAL, "probabilities": {"yes": 0.9, "no": 0.2}}}, "proposal.probabilities", "more than 1"),
        ({"proposal": {**PROPOSAL, "reason": "x" * 10_001}}, "proposal.reason", "10,000"),
        ({"proposal": None, "id": ""}, "id", "empty"),
        ({"id": "x" * 201}, "id", "200"),
        ({"id": 7}, "id", "no text"),
        ({"happened_at": "2026-03-01T09:30:00"}, "happened_at", "time zone"),
        ({"happened_at": "yesterday"}, "happened_at", "time zone"),
        ({"content": "hello"}, "content", "no object"),
        ({"content": {"text": "a", "cells": {}}}, "content", "exactly one"),
        ({"content": {"cells": {"amount": [1]}}}, "content.amount", "list or an object"),
        ({"content": {"cells": {"amount": 10**5000}}}, "content.amount", "more than 40 digits"),
        ({"content": {"cells": {"amount": float("inf")}}}, "content.amount", "not finite"),
        ({"content": {"cells": {"amount": 1}, "media_type": "x"}}, "content.media_type", "no such key"),
        ({"content": {"text": "a"}}, "content", "decides on table"),
        ({"content": {"image": "%%%", "media_type": "x"}}, "content.image", "not base64"),
        ({"content": {"image": "aGVsbG8=", "media_type": "x"}}, "content.image", "no picture"),
        ({"attributes": {"tier": "x"}}, "attributes.tier", "does not know"),
        ({"attributes": {"licet.schema": "x"}}, "attributes.licet.schema", "Licet's own"),
        ({"attributes": {"segment": {"a": "b"}}}, "attributes.segment", "list or an object"),
        ({"attributes": {"segment": "a\0"}}, "attributes.segment", "NUL"),
        ({"attributes": {"\ud800": "a"}}, "attributes.\\ud800", "half a character"),
    ],
)
def test_what_does_not_belong_is_told_by_name(change: dict[str, Any], field: str, why: str) -> None:
    found = told({**SENT, **change})
    assert why in found[field]


def test_all_problems_of_a_case_are_told_at_once() -> None:
    found = told({"id": 7, "content": {"cells": {}}, "proposal": {"answer": "yes"}, "x": 1})
    assert set(found) == {"id", "x", "proposal.confidence", "proposal.system", "proposal.system_version"}
    later = told({**SENT, "content": {"cells": {"more": 1}}, "happened_at": "x", "attributes": {"segment": "gold"}})
    assert set(later) == {"content.more", "content.amount", "happened_at", "attributes.segment"}


def test_an_answer_that_the_closed_list_does_not_have_is_refused() -> None:
    found = read_case(SENT, SCHEMA, AnswerKind.CHOICE, answers=frozenset({"no"}))
    assert isinstance(found, tuple)
    assert found[0].field == "proposal.answer"


@pytest.mark.parametrize(
    ("raw", "sent"), [(SENT, True), ({"content": {"text": "a"}}, True), ({"content": {"a": 1}}, False), ({"text": "a"}, False)]
)
def test_the_form_is_told_by_its_content(raw: dict[str, Any], sent: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert is_sent_case(raw) is sent


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
keys = st.sampled_from(["id", "content", "attributes", "happened_at", "proposal", "text", "x"])


@given(st.dictionaries(keys, json_values, max_size=6), st.sampled_from(list(AnswerKind)), st.sampled_from([SCHEMA, None]))
def test_whatever_comes_is_a_case_or_at_most_ten_problems(raw: dict[str, Any], kind: AnswerKind, schema: CaseSchema | None) -> None:
    found = read_case(raw, schema, kind)
    assert isinstance(found, SentCase) or 1 <= len(found) <= 10
