"""Answers of four kinds, graded by exact equality; what nobody answered is an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.answer import (
    Answer,
    AnswerKind,
    Choice,
    Fields,
    NotAnAnswerError,
    Number,
    Text,
    answer_from_json,
    answer_label,
    answer_to_json,
)
from licet.core.canonical import Json, canonical_bytes, read_json
from licet.core.case import (
    CaseBody,
    Content,
    ImageContent,
    NotContentError,
    TableContent,
    TextContent,
    body_from_json,
    body_to_json,
    content_from_json,
    content_kind,
)
from licet.core.grading import loss, same

words = st.text(min_size=1, max_size=9).filter(lambda text: text.strip() == text and text.strip() != "")
kinds: dict[AnswerKind, st.SearchStrategy[Answer]] = {
    AnswerKind.CHOICE: st.builds(Choice, value=words),
    AnswerKind.TEXT: st.builds(Text, value=words),
    AnswerKind.NUMBER: st.builds(Number, value=st.floats(allow_nan=False, allow_infinity=False)),
    AnswerKind.FIELDS: st.builds(Fields, values=st.dictionaries(words, words, min_size=1, max_size=3)),
}
answers = st.sampled_from(AnswerKind).flatmap(lambda kind: st.tuples(st.just(kind), kinds[kind]))
contents = st.one_of(
    st.builds(TextContent, text=st.text(max_size=9)),
    st.builds(TableContent, cells=st.dictionaries(words, st.text(max_size=9), max_size=3)),
    st.builds(ImageContent, data=st.binary(max_size=9), media_type=st.just("image/png")),
)


@given(answers)
def test_an_answer_reads_back_as_it_was_written(found: tuple[AnswerKind, Answer]) -> None:
    kind, answer = found
    assert answer_from_json(kind, read_json(canonical_bytes(answer_to_json(answer)))) == answer
    assert answer_label(answer)


@given(answers, answers)
def test_equal_answers_cost_nothing_and_all_others_everything(one: tuple[AnswerKind, Answer], other: tuple[AnswerKind, Answer]) -> None:
    assert loss(one[1], one[1]) == 0.0
    assert loss(one[1], other[1]) == (0.0 if one[1] == other[1] else 1.0)
    assert loss(one[1], None) == 1.0


def test_answers_of_different_kinds_are_never_the_same() -> None:
    assert not same(Choice(value="1"), Number(value=1.0))
    assert not same(Choice(value="1"), Text(value="1"))
    assert same(Choice(value=" yes "), Choice(value="yes"))


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (AnswerKind.CHOICE, ""),
        (AnswerKind.CHOICE, "  "),
        (AnswerKind.CHOICE, None),
        (AnswerKind.CHOICE, True),
        (AnswerKind.TEXT, {}),
        (AnswerKind.NUMBER, "twelve"),
        (AnswerKind.NUMBER, "nan"),
        (AnswerKind.NUMBER, "inf"),
        (AnswerKind.NUMBER, True),
        (AnswerKind.FIELDS, {}),
        (AnswerKind.FIELDS, "a=1"),
    ],
)
def test_what_says_no_answer_of_the_kind_is_refused(kind: AnswerKind, raw: Json) -> None:
    with pytest.raises(NotAnAnswerError):
        answer_from_json(kind, raw)


@given(content=contents, attributes=st.dictionaries(words, st.text(max_size=9), max_size=2))
def test_a_case_reads_back_as_it_was_written(content: Content, attributes: dict[str, str]) -> None:
    body = CaseBody(content=content, attributes=attributes)
    assert body_from_json(read_json(canonical_bytes(body_to_json(body)))) == body
    assert content_kind(content).value in {"text", "table", "image"}


def test_what_is_no_content_is_refused() -> None:
    for raw in (None, {}, {"image": "x"}):
        with pytest.raises(NotContentError):
            content_from_json(raw)
        with pytest.raises(NotContentError):
            body_from_json(raw)
