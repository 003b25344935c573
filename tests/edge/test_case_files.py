"""Files of cases held against a schema: columns found by their names, strangers refused, all of it looked through first."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from licet.core.answer import AnswerKind, Choice
from licet.core.case import ContentKind, TableContent, TextContent
from licet.core.case_schema import CaseField, CaseSchema, FieldType
from licet.core.history import PastCase
from licet.core.ids import UseCaseSlug
from licet.core.system import SystemCard
from licet.edge.bad_file import BadFileError
from licet.edge.case_files import case_file, look_through, read_cases
from licet.edge.forms import UseCaseFile
from licet.edge.past_cases import Columns
from licet.edge.tables import Reading

TABLE = CaseSchema(
    kind=ContentKind.TABLE,
    fields={"amount": CaseField(type=FieldType.NUMBER, required=True, max=Decimal(1000)), "note": CaseField(type=FieldType.TEXT)},
    attributes={"segment": CaseField(type=FieldType.CHOICE, one_of=("retail", "vip")), "score": CaseField(type=FieldType.NUMBER)},
)
TEXT = CaseSchema(kind=ContentKind.TEXT)


def told(schema: CaseSchema | None, content: tuple[str, ...] = ()) -> UseCaseFile:
    """What the use case's folder says."""
    return UseCaseFile(slug=UseCaseSlug("claims"), title="Claims", answer=AnswerKind.CHOICE, content=content, case=schema)


def written(folder: Path, name: str, text: str) -> Path:
    """A file as it stands."""
    file = folder / name
    file.write_text(text, "utf-8", newline="")
    return file


def read(
    file: Path, schema: CaseSchema | None = TABLE, columns: Columns | None = None, **reading: str
) -> tuple[list[PastCase], SystemCard | None]:
    """The cases of a file, and the system its lines name."""
    how = Reading(**reading)
    found = case_file(file, columns or Columns(content=()), how, told(schema))
    return list(read_cases(found)), look_through(found)


def wrong(file: Path, schema: CaseSchema | None = TABLE, columns: Columns | None = None, **reading: str) -> BadFileError:
    """What is wrong with a file."""
    with pytest.raises(BadFileError) as found:
        read(file, schema, columns, **reading)
    return found.value


def test_columns_are_found_by_the_names_of_the_schema(tmp_path: Path) -> None:
    text = "id,happened_at,amount,note,segment,proposal,confidence\nc1,2026-03-01,12.5,hi,vip,yes,0.9\nc2,2026-03-02,7,,,,\n"
    (first, second), _ = read(written(tmp_path, "a.csv", text), timezone="UTC")
    assert first.external_id == "c1"
    assert first.body.content == TableContent(cells={"amount": "12.5", "note": "hi"})
    assert first.body.attributes == {"segment": "vip"}
    assert first.body.schema == TABLE.digest
    assert first.posted is not None
    assert first.posted.answer == Choice(value="yes")
    assert (second.posted, second.happened_at is None) == (None, False)


def test_whoever_asked_for_a_case_is_read_from_a_column_and_must_be_an_address(tmp_path: Path) -> None:
    (first, second), _ = read(written(tmp_path, "a.csv", "amount,requester\n1, Ada@example.org \n2,\n"))
    assert (first.requester, second.requester) == ("Ada@example.org", "")
    named = Columns(content=("text",), requester="by")
    (one,), _ = read(written(tmp_path, "b.csv", "text,by\nhi,ada@example.org\n"), None, named)
    assert one.requester == "ada@example.org"
    found = wrong(written(tmp_path, "c.csv", "amount,requester\n1,ada@example.org\n2,Ada Lovelace\n"))
    assert (found.line, found.column) == (3, "requester")
    assert "Lovelace" not in str(found)


def test_a_table_of_one_field_is_a_table_and_a_text_that_ends_like_a_picture_is_a_text(tmp_path: Path) -> None:
    one = replace(TABLE, fields={"amount": TABLE.fields["amount"]}, attributes={})
    (row,), _ = read(written(tmp_path, "a.csv", "amount\n5\n"), one)
    assert row.body.content == TableContent(cells={"amount": "5"})
    (text,), _ = read(written(tmp_path, "b.csv", "text\n../../etc/passwd.png\n"), TEXT)
    assert text.body.content == TextContent(text="../../etc/passwd.png")


def test_a_decimal_comma_is_read_in_fields_and_attributes(tmp_path: Path) -> None:
    (row,), _ = read(written(tmp_path, "a.csv", 'amount;score\n"1.000,0";"0,5"\n'), decimal=",")
    assert row.body.content == TableContent(cells={"amount": "1000.0"})
    assert row.body.attributes == {"score": "0.5"}


@pytest.mark.parametrize(
    ("name", "text", "line", "column"),
    [
        ("a.csv", "amount,amuont\n1,2\n", 1, "amuont"),
        ("a.jsonl", '{"amount": 1}\n{"amount": 1, "amuont": 2}\n', 2, "amuont"),
        ("a.csv", "amount,segment\n1,vip\n1001,vip\n", 3, "content.amount"),
        ("a.csv", "note,segment\nhi,vip\n", 2, "content.amount"),
        ("a.jsonl", '{"amount": 1}\n{"note": "hi"}\n', 2, "content.amount"),
        ("a.jsonl", '{"content": {"cells": {"amount": 1}}}\n{"content": {"cells": {"amount": 1001}}}\n', 2, "content.amount"),
    ],
)
def test_what_does_not_fit_is_named_with_line_and_column(tmp_path: Path, name: str, text: str, line: int, column: str) -> None:
    found = wrong(written(tmp_path, name, text))
    assert (found.line, found.column) == (line, column)
    assert found.remedy


def test_all_problems_of_a_row_are_told(tmp_path: Path) -> None:
    found = wrong(written(tmp_path, "a.csv", "amount,segment\n2000,gold\n"))
    assert "2 problems" in found.why
    assert "content.amount" in found.why
    assert "attributes.segment" in found.why
    assert "2000" not in str(found)
    assert "gold" not in str(found)


def test_flat_lines_may_leave_out_what_is_not_required(tmp_path: Path) -> None:
    (first, second), _ = read(written(tmp_path, "a.jsonl", '{"amount": 1.5, "id": "a"}\n{"id": "b", "amount": "2", "segment": "vip"}\n'))
    assert (first.body.attributes, second.body.attributes) == ({}, {"segment": "vip"})
    assert first.body.content == TableContent(cells={"amount": "1.5", "note": ""})


def sent(*proposals: dict[str, object] | None) -> str:
    """Lines as programs send cases."""
    lines: list[dict[str, object]] = [{"id": f"c{k}", "content": {"text": "hi"}, "proposal": one} for k, one in enumerate(proposals)]
    return "".join(json.dumps(line) + "\n" for line in lines)


def test_lines_as_programs_send_them_are_known_by_their_form_with_and_without_a_schema(tmp_path: Path) -> None:
    proposal: dict[str, object] = {"answer": "yes", "confidence": 0.9, "system": "vendor", "system_version": "3"}
    for schema in (None, TEXT):
        rows, card = read(written(tmp_path, "a.jsonl", sent(None, proposal)), schema)
        assert [row.external_id for row in rows] == ["c0", "c1"]
        assert [row.line for row in rows] == [1, 2]
        assert card is not None
        assert (card.name, card.version) == ("vendor", "3")


def test_columns_cannot_be_named_where_lines_are_as_programs_send_them(tmp_path: Path) -> None:
    found = wrong(written(tmp_path, "a.jsonl", sent(None)), None, Columns(content=("text",), id="id"))
    assert "as programs send them" in found.why
    assert "--content" in found.remedy


def test_two_systems_in_one_file_are_refused_before_anything_is_taken_in(tmp_path: Path) -> None:
    one: dict[str, object] = {"answer": "yes", "confidence": 0.9, "system": "vendor", "system_version": "3"}
    file = written(tmp_path, "a.jsonl", sent(one, {**one, "system_version": "4"}))
    with pytest.raises(BadFileError) as found:
        look_through(case_file(file, Columns(content=()), Reading(), told(None)))
    assert found.value.line == 2


def test_named_columns_win_over_names_found(tmp_path: Path) -> None:
    columns = Columns(content=("total", "memo"), attributes=("tier",), id="key")
    schema = replace(
        TABLE, fields={"total": TABLE.fields["amount"], "memo": TABLE.fields["note"]}, attributes={"tier": TABLE.attributes["segment"]}
    )
    (row,), _ = read(written(tmp_path, "a.csv", "key,total,memo,tier\nk,1,x,vip\n"), schema, columns)
    assert row.external_id == "k"
    assert row.body.attributes == {"tier": "vip"}


def test_without_a_schema_only_reserved_names_are_refused(tmp_path: Path) -> None:
    columns = Columns(content=("text",), attributes=("licet.schema",))
    assert wrong(written(tmp_path, "a.csv", "text,licet.schema\nhi,x\n"), None, columns).column == "attributes.licet.schema"
    (row,), _ = read(written(tmp_path, "b.csv", "text,more\nhi,x\n"), None, Columns(content=("text",)))
    assert row.body.schema == ""


def test_pictures_beside_a_table_stay_pictures_under_a_schema(tmp_path: Path) -> None:
    (tmp_path / "p.pgm").write_bytes(b"P5 1 1 255\n\x00")
    (row,), _ = read(written(tmp_path, "a.csv", "image\np.pgm\n"), CaseSchema(kind=ContentKind.IMAGE))
    assert row.body.schema
    assert wrong(written(tmp_path, "b.csv", "image\nhello\n"), CaseSchema(kind=ContentKind.IMAGE)).line == 2
