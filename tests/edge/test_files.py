"""Files come in checked, cell by cell, and go out harmless."""

import csv
import hashlib
import json
import re
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.answer import AnswerKind, Choice, Fields, Number
from licet.core.case import TableContent, TextContent
from licet.core.history import PastCase
from licet.edge.files import (
    BadFileError,
    Columns,
    Reading,
    delimiter_of,
    file_digest,
    is_json_lines,
    read_history,
    unguarded,
    write_csv,
)
from licet.edge.tables import CELL_LIMIT

PLAIN = Columns(content=("text",), answer="label")
POSTED = Columns(content=("text",), answer="label", proposal="said", confidence="sure")
TIMED = Columns(content=("text",), time="at")
PNG = b"\x89PNG\r\n\x1a\n and so on"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file; its name's suffix says what it is."""

    def write(content: str | bytes, name: str = "cases.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def read(path: Path, columns: Columns = PLAIN, reading: Reading | None = None, kind: AnswerKind = AnswerKind.CHOICE) -> list[PastCase]:
    return list(read_history(path, columns, reading or Reading(), kind))


def refused(path: Path, columns: Columns = PLAIN, reading: Reading | None = None, kind: AnswerKind = AnswerKind.CHOICE) -> BadFileError:
    with pytest.raises(BadFileError) as caught:
        read(path, columns, reading, kind)
    assert caught.value.why
    assert caught.value.remedy
    assert str(caught.value).startswith(str(path))
    return caught.value


# What a file says


def test_a_row_becomes_a_case_with_all_its_parts(write: Write) -> None:
    path = write("no,text,label,said,sure,who,segment,at\n7,Where is my card?,card,pin,0.75,ann, retail ,2026-03-01T10:00Z\n")
    columns = Columns(
        content=("text",),
        answer="label",
        id="no",
        attributes=("segment",),
        time="at",
        proposal="said",
        confidence="sure",
        answered_by="who",
    )
    (case,) = read(path, columns)
    assert case.line == 2
    assert case.body.content == TextContent(text="Where is my card?")
    assert case.body.attributes == {"segment": "retail"}
    assert case.answer == Choice(value="card")
    assert case.posted is not None
    assert (case.posted.answer, case.posted.confidence) == (Choice(value="pin"), 0.75)
    assert (case.external_id, case.answered_by, case.happened_at) == ("7", "ann", datetime(2026, 3, 1, 10, tzinfo=UTC))


def test_blank_cells_say_nothing_and_are_not_answers(write: Write) -> None:
    path = write("no,text,label,said,sure\n ,a, ,,\n")
    (case,) = read(path, Columns(content=("text",), answer="label", id="no", proposal="said", confidence="sure"))
    assert (case.answer, case.posted, case.external_id) == (None, None, None)


def test_several_content_columns_make_a_table(write: Write) -> None:
    (case,) = read(write("a,b,label\n1,x,yes\n"), Columns(content=("b", "a"), answer="label"))
    assert case.body.content == TableContent(cells={"b": "x", "a": "1"})


def test_a_case_names_the_line_its_row_begins_on(write: Write) -> None:
    cases = read(write('\n text , label\n"two\nlines",a\n\n,,\nlast,b\n'.replace(",,", ",")))
    assert [(case.line, case.body.content) for case in cases] == [(3, TextContent(text="two\nlines")), (7, TextContent(text="last"))]


@pytest.mark.parametrize(("delimiter", "name"), [(",", ","), (";", ";"), ("\t", "tab"), ("\t", r"\t"), ("|", "|")])
def test_the_delimiter_is_found_in_the_header_or_given(write: Write, delimiter: str, name: str) -> None:
    path = write(f'"text"{delimiter}label{delimiter}"more, or; less"\nhello{delimiter}a{delimiter}\n')
    assert delimiter_of(path, Reading()) == delimiter
    assert read(path) == read(path, reading=Reading(delimiter=name))


def test_a_byte_order_mark_is_no_part_of_a_name(write: Write) -> None:
    assert len(read(write(b"\xef\xbb\xbftext,label\na,b\n"))) == 1


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "latin-1"])
def test_other_encodings_are_read_when_named(write: Write, encoding: str) -> None:
    (case,) = read(write("text,label\ncafé,b\n".encode(encoding)), reading=Reading(encoding=encoding))
    assert case.body.content == TextContent(text="café")


def test_json_lines_say_the_same_as_csv(write: Write) -> None:
    record = {"text": "hello", "label": "a", "said": "b", "sure": 0.5, "no": 7, "ok": True, "empty": None}
    columns = Columns(content=("text",), answer="label", id="no", attributes=("ok", "empty"), proposal="said", confidence="sure")
    path = write("\n" + json.dumps(record) + "\n\n", "cases.JSONL")
    assert is_json_lines(path)
    assert delimiter_of(path, Reading()) is None
    (case,) = read(path, columns)
    assert (case.line, case.external_id, case.body.attributes) == (2, "7", {"ok": "true", "empty": ""})
    assert case.posted is not None
    assert case.posted.confidence == 0.5


def test_an_object_in_json_lines_is_a_table(write: Write) -> None:
    line = json.dumps({"form": {"name": "é", "sum": 12.5, "rows": [1]}, "label": {"iban": "x"}}, ensure_ascii=False)
    (case,) = read(write(line, "cases.ndjson"), Columns(content=("form",), answer="label"), kind=AnswerKind.FIELDS)
    assert case.body.content == TableContent(cells={"name": "é", "sum": "12.5", "rows": "[1]"})
    assert case.answer == Fields(values={"iban": "x"})


def test_fields_in_a_csv_cell_are_a_json_object(write: Write) -> None:
    (case,) = read(write('text,label\na,"{""iban"": ""x""}"\n'), kind=AnswerKind.FIELDS)
    assert case.answer == Fields(values={"iban": "x"})


def test_a_decimal_comma_is_understood_in_numbers_tables_and_confidences(write: Write) -> None:
    path = write("a;b;label;said;sure\n1.234,5;0.933;-2,5;1.000;0,75\n")
    columns = Columns(content=("a", "b"), answer="label", proposal="said", confidence="sure")
    (case,) = read(path, columns, Reading(decimal=","), AnswerKind.NUMBER)
    assert case.body.content == TableContent(cells={"a": "1234.5", "b": "0.933"})
    assert case.answer == Number(value=-2.5)
    assert case.posted is not None
    assert (case.posted.answer, case.posted.confidence) == (Number(value=1000.0), 0.75)


def test_many_different_choices_are_still_read_right(write: Write) -> None:
    path = write("text,label\n" + "".join(f"t,{i % 10_500}\n" for i in range(11_000)))
    assert [case.answer for case in read(path)] == [Choice(value=str(i % 10_500)) for i in range(11_000)]


def test_reading_tells_all_bytes_and_keeps_none_of_them(write: Write) -> None:
    path = write("text,label\n" + f"{'x' * 1000},a\n" * 5000)
    told: list[int] = []
    tracemalloc.start()
    count = sum(1 for _ in read_history(path, PLAIN, Reading(), AnswerKind.CHOICE, told.append))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 5000
    assert sum(told) == path.stat().st_size > 5_000_000
    assert peak < 2_000_000


def test_the_digest_is_the_sha256_of_the_bytes(write: Write) -> None:
    assert file_digest(write(b"abc")) == hashlib.sha256(b"abc").hexdigest()


def test_a_file_that_is_not_there_has_no_digest(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match=r"cannot be read"):
        file_digest(tmp_path / "no.csv")


# What a file must not be


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "none.csv").why


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    assert "not a regular file" in refused(tmp_path).why


@pytest.mark.parametrize("content", ["", "\n", "\r\n \n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("name", ["cases.csv", "cases.jsonl"])
def test_an_empty_file_is_refused(write: Write, content: str | bytes, name: str) -> None:
    assert "empty" in refused(write(content, name)).why


@pytest.mark.parametrize("content", ["text,label", "text,label\n", "text,label\n\n,\n"])
def test_a_header_alone_is_no_history(write: Write, content: str) -> None:
    error = refused(write(content))
    assert (error.line, error.why) == (1, "there is a header and nothing below it.")


def test_a_missing_column_is_named_with_those_there_are_and_the_nearest(write: Write) -> None:
    path = write("text,Label,amount\na,b,c\n")
    error = refused(path)
    assert (error.file, error.line, error.column) == (str(path), 1, "label")
    assert "'text', 'Label', 'amount'" in error.why
    assert error.remedy == "Did you mean 'Label'?"
    assert str(error) == f"{path}:1: column 'label': {error.why} {error.remedy}"
    assert refused(path, Columns(content=("zzz",))).remedy == "Name one of these."


def test_every_line_of_json_has_every_column(write: Write) -> None:
    error = refused(write('{"text": "a", "label": "b"}\n{"text": "a", "lable": "b"}\n', "cases.jsonl"))
    assert (error.line, error.column, error.remedy) == (2, "label", "Did you mean 'lable'?")


def test_a_wrong_delimiter_is_seen_in_the_header(write: Write) -> None:
    error = refused(write("text;label\na;b\n"), reading=Reading(delimiter=","))
    assert "one column: 'text;label'" in error.why
    assert error.remedy == "Give the file's own delimiter: --delimiter ';'."
    assert refused(write("words\na\n")).remedy == "Name the column as the header does."


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n"])
def test_what_cannot_delimit_is_refused(write: Write, delimiter: str) -> None:
    assert "not a delimiter" in refused(write("text,label\na,b\n"), reading=Reading(delimiter=delimiter)).why


def test_a_decimal_sign_is_a_point_or_a_comma(write: Write) -> None:
    assert "not a decimal sign" in refused(write("text,label\na,b\n"), reading=Reading(decimal=";")).why


@pytest.mark.parametrize(("row", "found"), [("a", 1), ("a,b,c", 3)])
def test_a_ragged_row_is_counted(write: Write, row: str, found: int) -> None:
    error = refused(write(f'text,label\n"two\nlines",b\n{row}\n'))
    assert (error.line, error.why) == (4, f"{found} cells found, 2 expected.")


def test_two_columns_of_one_name_are_refused_and_unnamed_ones_are_not(write: Write) -> None:
    error = refused(write("text,label,text \na,b,c\n"))
    assert (error.line, error.column) == (1, "text")
    assert len(read(write("text,label,,\na,b,,\n"))) == 1


def test_too_many_columns_are_refused(write: Write) -> None:
    assert "10001 columns" in refused(write(",".join(map(str, range(10_001))) + "\n")).why


def test_an_unclosed_quote_is_found_where_it_opens(write: Write) -> None:
    error = refused(write('text,label\na,b\n"never closed,b\nmore,b\n'))
    assert (error.line, error.why) == (3, "a quote opens in this row and never closes.")


def test_a_cell_that_goes_on_after_its_quote_is_refused(write: Write) -> None:
    error = refused(write('text,label\n"a"b,c\n'))
    assert (error.line, error.why) == (2, "a quoted cell goes on after its closing quote.")


def test_the_longest_cell_is_read_and_a_longer_one_refused(write: Write) -> None:
    assert len(read(write(f"text,label\n{'x' * CELL_LIMIT},b\n"))) == 1
    error = refused(write(f"text,label\na,b\n{'x' * (CELL_LIMIT + 1)},b\n"))
    assert error.line == 3
    assert "1,000,000 characters" in error.why
    line = json.dumps({"text": "x" * (CELL_LIMIT + 1), "label": "b"})
    assert "1,000,000 characters" in refused(write(line, "cases.jsonl")).why


def test_a_file_without_line_ends_does_not_fill_the_memory(write: Write) -> None:
    assert "16,000,000 characters" in refused(write(b"x," * 8_000_001)).why


def test_bytes_that_are_not_the_encoding_are_found(write: Write) -> None:
    start = b"text,label\n" + b"long enough to fill a chunk,b\n" * 20_000
    error = refused(write(start + b"caf\xe9,b\n"))
    assert error.line == 20_002
    assert error.why == f"byte {len(start) + 3} (0xe9) is not utf-8."
    assert "--encoding cp1252" in error.remedy


def test_a_utf_16_file_is_recognised(write: Write) -> None:
    assert "--encoding utf-16" in refused(write("text,label\na,b\n".encode("utf-16"))).remedy
    assert "--encoding utf-16" in refused(write("text,label\na,b\n".encode("utf-16-le"))).remedy
    error = refused(write(b"text,label\na,b\n"), reading=Reading(encoding="utf-16"))
    assert (error.line, error.why) == (None, "it is not utf-16: UTF-16 stream does not start with BOM.")


def test_a_workbook_is_recognised(write: Write) -> None:
    assert "workbook" in refused(write(b"PK\x03\x04\x14\x00\x00\x00rest")).remedy


@pytest.mark.parametrize("encoding", ["utf-9", "base64", "", "rot13"])
def test_an_unknown_encoding_is_refused(write: Write, encoding: str) -> None:
    assert "not a text encoding" in refused(write("text,label\na,b\n"), reading=Reading(encoding=encoding)).why


def test_nul_characters_are_refused(write: Write) -> None:
    error = refused(write("text,label\na,b\na\0,b\n"))
    assert (error.line, error.why) == (3, "a NUL character; text tables have none.")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "not JSON"),
        ("[1]", "not an object"),
        ("[" * 200_000, "nested too deeply"),
        ('{"text": "a", "text": "b", "label": "c"}', "twice"),
        (r'{"text": "\u0000", "label": "c"}', "NUL"),
        (r'{"text": ["\ud800"], "label": "c"}', "half a character"),
        (r'{"text": {"\udc00": 1}, "label": "c"}', "half a character"),
        ('{"text": "a", "label": 1' + "0" * 5000 + "}", "not JSON"),
    ],
)
def test_a_line_that_is_no_json_object_is_refused(write: Write, line: str, why: str) -> None:
    error = refused(write('{"text": "a", "label": "b"}\n' + line + "\n", "cases.jsonl"))
    assert error.line == 2
    assert why in error.why


# What goes out

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}")
RISKY = st.builds(lambda start, rest: start + rest, st.sampled_from([*STARTS, "'", "'="]), TEXT)


def harmless(cell: str) -> bool:
    return not cell.startswith(STARTS) or re.fullmatch(r"[+-][0-9.eE+-]+", cell) is not None


@given(rows=st.lists(st.tuples(TEXT | RISKY, TEXT | RISKY), min_size=1, max_size=5))
def test_what_is_written_reads_back_and_starts_no_formula(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    path = tmp_path_factory.getbasetemp() / "round.csv"
    write_csv(path, ("n", "text", "note"), [(i, *row) for i, row in enumerate(rows)])
    read_back = list(read_history(path, Columns(content=("text", "note"), id="n"), Reading(delimiter=","), AnswerKind.CHOICE))
    assert [case.external_id for case in read_back] == [str(i) for i in range(len(rows))]
    for case, row in zip(read_back, rows, strict=True):
        assert isinstance(case.body.content, TableContent)
        cells = tuple(case.body.content.cells.values())
        assert tuple(map(unguarded, cells)) == row
        assert all(map(harmless, cells))


def test_numbers_stay_numbers_and_formulas_become_text(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_csv(path, ("=a", "b", "c", "d", "e"), [("=1+1", -2, -0.5, None, "-3.5"), ("-3-3", 1e-9, True, "", "a,b")])
    with path.open(newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["'=a", "b", "c", "d", "e"],
            ["'=1+1", "-2", "-0.5", "", "-3.5"],
            ["'-3-3", "1e-09", "True", "", "a,b"],
        ]


def test_a_table_is_written_whole_or_not_at_all_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_csv(path, ("a",), [("old",)])
    with pytest.raises(BadFileError, match="2 cells to write, 1 expected"):
        write_csv(path, ("a",), [("new",), ("too", "long")])
    assert path.read_bytes() == b"a\r\nold\r\n"
    assert [file.name for file in tmp_path.iterdir()] == ["out.csv"]
    assert path.stat().st_mode & 0o077 == 0


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="cannot be written"):
        write_csv(tmp_path / "none" / "out.csv", ("a",), [])
