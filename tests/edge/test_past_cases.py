"""Each cell is checked for what its column is for: answers, confidences, times and pictures."""

import json
import os
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest

from licet.core.answer import AnswerKind
from licet.core.case import ImageContent, TextContent
from licet.core.history import PastCase
from licet.edge.files import BadFileError, Columns, Reading, read_history, read_times

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


# Answers and confidences


@pytest.mark.parametrize(
    ("kind", "cell"), [(AnswerKind.NUMBER, "ten"), (AnswerKind.NUMBER, "nan"), (AnswerKind.FIELDS, "x"), (AnswerKind.FIELDS, "[1]")]
)
def test_an_answer_of_another_kind_is_refused(write: Write, kind: AnswerKind, cell: str) -> None:
    error = refused(write(f"text,label\na,{cell}\n"), kind=kind)
    assert (error.line, error.column) == (2, "label")
    assert kind.value in error.remedy


@pytest.mark.parametrize("cell", ["nan", "NaN", "-0.1", "1.01", "inf", "high", "1e999"])
def test_a_confidence_that_is_no_probability_is_refused(write: Write, cell: str) -> None:
    error = refused(write(f"text,label,said,sure\na,b,c,0.5\na,b,c,{cell}\n"), POSTED)
    assert (error.line, error.column) == (3, "sure")
    assert repr(cell) in error.why


@pytest.mark.parametrize("value", [float("nan"), True, [0.5], 2])
def test_a_confidence_in_json_that_is_no_probability_is_refused(write: Write, value: object) -> None:
    line = json.dumps({"text": "a", "label": "b", "said": "c", "sure": value})
    assert refused(write(line, "cases.jsonl"), POSTED).column == "sure"


@pytest.mark.parametrize("cell", ["93", "93.5", "93%"])
def test_a_percentage_is_recognised(write: Write, cell: str) -> None:
    assert "divide by 100" in refused(write(f"text,label,said,sure\na,b,c,{cell}\n"), POSTED).remedy


def test_a_decimal_comma_nobody_spoke_of_is_recognised(write: Write) -> None:
    assert "--decimal" in refused(write("text;label;said;sure\na;b;c;0,93\n"), POSTED).remedy


def test_a_proposal_needs_a_confidence(write: Write) -> None:
    error = refused(write("text,label,said,sure\na,b,c, \n"), POSTED)
    assert error.why == "there is a proposal without a confidence."


@pytest.mark.parametrize(
    "columns",
    [
        Columns(content=()),
        Columns(content=("text",), proposal="said"),
        Columns(content=("text",), confidence="sure"),
        Columns(content=("text", "label"), answer="label"),
        Columns(content=("text",), answer="label", attributes=("label",)),
        Columns(content=("text",), attributes=("sure",), proposal="said", confidence="sure"),
        Columns(content=("text",), answer="label", proposal="label", confidence="sure"),
    ],
)
def test_columns_that_would_show_an_answer_inside_a_case_are_refused(write: Write, columns: Columns) -> None:
    refused(write("text,label,said,sure\na,b,c,0.5\n"), columns)


# Times


@pytest.mark.parametrize(
    ("cell", "timezone", "hour"),
    [
        ("2026-07-01T12:00:00Z", None, 12),
        ("2026-07-01 12:00+02:00", None, 10),
        ("2026-07-01 12:00+02:00", "America/New_York", 10),
        ("2026-07-01T12:00", "Europe/Amsterdam", 10),
        ("2026-01-01T12:00", "Europe/Amsterdam", 11),
        ("2026-07-01", "UTC", 0),
        ("2026-10-25T02:30", "Europe/Amsterdam", 0),  # occurs twice: the first
        ("2026-03-29T02:30", "Europe/Amsterdam", 1),  # never occurs: with the offset before the change
    ],
)
def test_times_are_read_as_moments_in_utc(write: Write, cell: str, timezone: str | None, hour: int) -> None:
    path = write(f"text,at\na,{cell}\n")
    (moment,) = read_times(path, TIMED, Reading(timezone=timezone))
    assert moment.tzinfo is UTC
    assert moment.hour == hour
    assert [case.happened_at for case in read(path, TIMED, Reading(timezone=timezone))] == [moment]


@pytest.mark.parametrize("cell", ["2026-07-01T12:00", "2026-07-01"])
def test_a_time_without_a_zone_is_refused(write: Write, cell: str) -> None:
    error = refused(write(f"text,at\na,2026-01-01T00:00Z\na,{cell}\n"), TIMED)
    assert (error.line, error.column, error.why) == (3, "at", f"{cell!r} has no time zone.")
    assert "--timezone Europe/Amsterdam" in error.remedy


@pytest.mark.parametrize("cell", ["", "yesterday", "01/07/2026", "2026-02-30", "0001-01-01T00:00+14:00", "1767225600"])
def test_an_unreadable_time_is_refused(write: Write, cell: str) -> None:
    path = write(f"text,at\na,{cell}\n")
    assert refused(path, TIMED, Reading(timezone="UTC")).column == "at"
    with pytest.raises(BadFileError, match=r":2: column 'at': .*not a date or time"):
        list(read_times(path, TIMED, Reading(timezone="UTC")))


def test_a_number_in_json_is_no_time(write: Write) -> None:
    assert refused(write('{"text": "a", "at": 1767225600}', "cases.jsonl"), TIMED).column == "at"


@pytest.mark.parametrize("name", ["Europe/Amsterdm", "../etc", "Europe", "", "/etc/passwd"])
def test_an_unknown_time_zone_is_refused(write: Write, name: str) -> None:
    path = write("text,at\na,2026-01-01\n")
    assert "not a time zone" in refused(path, TIMED, Reading(timezone=name)).why
    with pytest.raises(BadFileError, match="not a time zone"):
        list(read_times(path, TIMED, Reading(timezone=name)))


def test_the_nearest_time_zone_is_offered(write: Write) -> None:
    error = refused(write("text,at\na,2026-01-01\n"), TIMED, Reading(timezone="Europe/Amsterdm"))
    assert error.remedy == "Did you mean 'Europe/Amsterdam'?"


def test_times_need_a_time_column(write: Write) -> None:
    with pytest.raises(BadFileError, match="no time column"):
        list(read_times(write("text\na\n"), PLAIN, Reading()))


# Pictures


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"BM1234", "image/bmp"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"P5 8 8 16\n", "image/x-portable-graymap"),
    ],
)
def test_a_picture_is_the_bytes_of_its_file(write: Write, tmp_path: Path, data: bytes, media_type: str) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "one.png").write_bytes(data)
    (case,) = read(write("scan,label\n scans/one.png,7\n"), Columns(content=("scan",), answer="label"))
    assert case.body.content == ImageContent(data=data, media_type=media_type)


def test_a_picture_outside_the_folder_is_refused(write: Write, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "out.png").write_bytes(PNG)
    (inside / "link.png").symlink_to(tmp_path / "out.png")
    for cell in (str(tmp_path / "out.png"), "../out.png", "a/../../out.png", "link.png", r"..\out.png", "loop.png", f"{'x' * 5000}.png"):
        (inside / "loop.png").unlink(missing_ok=True)
        (inside / "loop.png").symlink_to(inside / "loop.png")
        error = refused(write(f"scan\n{cell}\n", "inside/cases.csv"), Columns(content=("scan",)))
        assert (error.line, error.column) == (2, "scan")


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("none.png", None, "no picture 'none.png'"),
        ("text.png", b"#!/bin/sh", "not a picture"),
        ("empty.gif", b"", "not a picture"),
        ("big.png", PNG + b"0" * 5_000_000, "5,000,000 bytes"),
    ],
)
def test_what_is_no_small_picture_is_refused(write: Write, tmp_path: Path, name: str, data: bytes | None, why: str) -> None:
    (tmp_path / "good.png").write_bytes(PNG)
    if data is not None:
        (tmp_path / name).write_bytes(data)
    error = refused(write(f"scan\ngood.png\n{name}\n"), Columns(content=("scan",)))
    assert error.line == 3
    assert why in error.why


def test_a_named_pipe_is_no_picture(write: Write, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert "no picture" in refused(write("scan\npipe.png\n"), Columns(content=("scan",))).why


def test_a_text_that_speaks_of_a_picture_stays_text(write: Write) -> None:
    cases = read(write("text\nhello\nsee photo.png\n"), Columns(content=("text",)))
    assert cases[1].body.content == TextContent(text="see photo.png")
