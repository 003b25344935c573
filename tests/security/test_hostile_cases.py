"""Files and objects made to hurt: refused in words and in good time, or taken in as plain text; never followed, never run."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from licet.core.answer import AnswerKind
from licet.core.case import ContentKind, TextContent
from licet.core.case_schema import CaseField, CaseSchema, FieldType
from licet.core.history import SentCase
from licet.core.ids import UseCaseSlug
from licet.edge.bad_file import BadFileError
from licet.edge.case_files import case_file, look_through, read_cases
from licet.edge.case_forms import read_case
from licet.edge.forms import UseCaseFile
from licet.edge.past_cases import Columns
from licet.edge.tables import Reading

SCHEMA = CaseSchema(
    kind=ContentKind.TABLE,
    fields={
        "amount": CaseField(type=FieldType.NUMBER, required=True),
        "code": CaseField(type=FieldType.TEXT, pattern="[a-z]+[a-z]+[a-z]+[0-9]"),
        "note": CaseField(type=FieldType.TEXT),
    },
)
SECONDS = 5.0
"""What the worst of these may take; each is milliseconds on an idle machine."""
MILLION = 10**6


@pytest.fixture(autouse=True)
def in_good_time() -> Iterator[None]:
    """Whatever comes, an answer does not take long."""
    start = time.perf_counter()
    yield
    assert time.perf_counter() - start < SECONDS


def told(schema: CaseSchema | None) -> UseCaseFile:
    """What the use case's folder says."""
    return UseCaseFile(slug=UseCaseSlug("claims"), title="Claims", answer=AnswerKind.CHOICE, case=schema)


def refusal(folder: Path, name: str, raw: bytes, schema: CaseSchema | None = SCHEMA) -> str:
    """How a file is refused."""
    file = folder / name
    file.write_bytes(raw)
    with pytest.raises(BadFileError) as found:
        look_through(case_file(file, Columns(content=()), Reading(), told(schema)))
    return str(found.value)


def line(amount: str, **more: object) -> bytes:
    """A line as programs send it, with an amount as raw JSON."""
    rest = "".join(f", {json.dumps(name)}: {json.dumps(value)}" for name, value in more.items())
    return f'{{"content": {{"cells": {{"amount": {amount}{rest}}}}}}}\n'.encode()


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("digits.csv", b"amount\n" + b"9" * 900_000 + b"\n", "900,000 characters"),
        ("digits.jsonl", line("9" * MILLION), "thousands of digits"),
        ("long.jsonl", line("9" * 4000), "more than 40 digits"),
        ("huge.jsonl", line("1e999999"), "not finite"),
        ("nan.jsonl", line("NaN"), "no number"),
        ("exponent.csv", b"amount\n1e" + b"9" * 30 + b"\n", "no number"),
        ("field.csv", b"amount,note\n1," + b"x" * (2 * MILLION) + b"\n", "1,000,000 characters"),
        ("field.jsonl", line("1", note="x" * (2 * MILLION)), "1,000,000 characters"),
        ("sum.jsonl", line("1", note="x" * 999_999), "1,000,000 are allowed"),
        ("nul.csv", b"amount,note\n1,a\0b\n", "NUL"),
        ("nul.jsonl", line("1", note="a\0b"), "NUL"),
        ("half.jsonl", b'{"content": {"cells": {"amount": 1, "note": "\\ud800"}}}\n', "half a character"),
        ("deep.jsonl", b'{"content": {"cells": {"amount": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}}\n", "nested too deeply"),
        ("nested.jsonl", b'{"content": {"cells": {"amount": ' + b"[" * 30 + b"]" * 30 + b"}}}\n", "nested more than 20 deep"),
        ("twice.jsonl", b'{"content": {"cells": {"amount": 1, "amount": 2}}}\n', "name twice"),
        ("keys.jsonl", line("1", **{f"k{k}": 1 for k in range(20_000)}), "10,000"),
        ("name.jsonl", line("1", **{"n" * 900_000: 1}), "does not know"),
        ("bidi.jsonl", line("1", **{"amo\u202eunt": 1}), "u202eunt"),
        ("columns.csv", b"amount" + b"," * 20_000 + b"\n1" + b"," * 20_000 + b"\n", "columns"),
        ("pattern.csv", b"amount,code\n1," + b"a" * 200 + b"\n", "pattern"),
        ("pattern2.csv", b"amount,code\n1," + b"a" * 100_000 + b"\n", "100,000 characters; 200"),
        ("bytes.csv", b"amount\n\xff\xfe\x00\n", "not utf-8"),
        ("array.jsonl", b"[1]\n", "not an object"),
    ],
)
def test_a_hostile_file_is_refused_in_words(tmp_path: Path, name: str, raw: bytes, says: str) -> None:
    found = refusal(tmp_path, name, raw)
    assert says in found
    assert len(found) < 3000
    assert found.isascii() or "…" in found


@pytest.mark.parametrize(
    "text", ["\u202egnp.exe", "<script>alert(1)</script>", "=HYPERLINK(1)", "\u200b\u200b x", "'; drop table case_item; --"]
)
def test_a_text_made_to_deceive_is_kept_as_the_text_it_is(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps({"content": {"text": text}}) + "\n", "utf-8")
    (past,) = read_cases(case_file(file, Columns(content=()), Reading(), told(CaseSchema(kind=ContentKind.TEXT))))
    assert past.body.content == TextContent(text=text)


def test_a_name_made_to_look_like_another_is_not_that_name() -> None:
    for name in ("segmеnt", "segment\u200b", "Segment", "segment "):  # noqa: RUF001 - a Cyrillic letter is the point
        schema = CaseSchema(kind=ContentKind.TEXT, attributes={"segment": CaseField(type=FieldType.CHOICE, one_of=("vip",))})
        assert not isinstance(read_case({"content": {"text": "a"}, "attributes": {name: "vip"}}, schema, AnswerKind.CHOICE), SentCase)


def test_no_complaint_carries_what_somebody_wrote() -> None:
    card = "4111 1111 1111 1111"
    raw: dict[str, Any] = {
        "id": card + "\n",
        "content": {"cells": {"amount": card, "code": card, "note": card * 1000}},
        "happened_at": card,
        "proposal": {"answer": [card], "confidence": card, "system": card + "\u202e", "system_version": 1, "reason": [card]},
    }
    found = read_case(raw, SCHEMA, AnswerKind.CHOICE)
    assert isinstance(found, tuple)
    assert card not in " ".join(map(str, found))
    found = read_case({**raw, "proposal": None}, SCHEMA, AnswerKind.CHOICE)
    assert isinstance(found, tuple)
    assert len(found) == 5
    assert card not in " ".join(map(str, found))


def test_a_picture_larger_than_allowed_is_refused_before_it_is_decoded() -> None:
    raw = {"content": {"image": "A" * 8_000_000, "media_type": "image/png"}}
    found = read_case(raw, None, AnswerKind.CHOICE)
    assert isinstance(found, tuple)
    assert "5,000,000 bytes" in found[0].why
