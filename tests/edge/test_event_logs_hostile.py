"""Event logs that somebody made to do harm, or that broke on the way: each is refused in words, within bounds of memory and time."""

import gzip
import json
import tracemalloc
import zlib
from pathlib import Path

import pytest

from licet.core.log_reading import LogWish
from licet.edge.bad_file import BadFileError
from licet.edge.event_log_files import form_of
from licet.edge.gunzip import chunks_of
from licet.edge.log_columns import MOST_ACTIVITIES
from licet.edge.log_xes import TAG_LIMIT
from licet.edge.sent_logs import read_sent_log
from tests.edge.logs import NOW, csv_log, event, ocel, ocel_event, read, text, xes, xes_log

A_CASE = ("c1", "a", "2026-03-01T09:00:00Z")
COLUMNS = ("case", "activity", "time")
LAUGHS = "".join(f'<!ENTITY {name} "{f"&{of};" * 10}">' for name, of in zip("bcdefghij", "abcdefghi", strict=True))
BILLION_LAUGHS = f'<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "ha">{LAUGHS}]><log><string key="x" value="&j;"/></log>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE log SYSTEM "file:///etc/passwd"><log/>'


def refused(path: Path, wish: LogWish | None = None) -> str:
    """Why a file is refused."""
    with pytest.raises(BadFileError) as bad:
        read(path, wish)
    return str(bad.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is empty"),
        (b"\n\n \n", "it is empty"),
        (b"case,activity,time\n", "nothing below it"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "NUL character"),
        (b"PK\x03\x04\x14\0\0\0", "workbook or zip file"),
        (b"PAR1 and nothing else PAR1", "cannot be read as Parquet"),
        (b"case,activity,time,case\na,b,2026-03-01,c\n", "two columns have this name"),
        (b"case,activity,time\na,b\n", "2 cells found, 3 expected"),
        (b'case,activity,time\n"a,b,c\n', "never closes"),
        (b"case,activity,amount\na,b,17\na,c,18\n", "no column looks like the time of the event"),
        (b"case,activity,time\na,b,x\na,c,2026-03-01\n", "no column looks like the time of the event"),
        (b"case,activity,time\na,b,\na,c,1965-03-01\n", "nothing of it makes an event log"),
        (b'{"objects": [], "events": []}', "no list of events"),
        (b'{"objects": ' + b"[" * 10_000, "nested too deeply"),
        (b'{"objects": ' + b"9" * 5_000 + b"}", "thousands of digits"),
        (b'{"objects": [], "objects": []}', "twice in one object"),
        (b"<html><body/></html>", "outermost element is 'html'"),
        (b"<log><trace><event>", "not XML"),
        (b"<log></log>", "no event inside a trace"),
        (b"<log><event/></log>", "no event inside a trace"),
        (BILLION_LAUGHS.encode(), "declares a document type"),
        (OUTSIDE.encode(), "declares a document type"),
        (b"<log>" + b"<list>" * 10_000, "nested more than"),
        (b"<log><trace><event>" + b"<list>" * 10_000, "nested more than"),
        (gzip.compress(b"case,activity,time\n", mtime=0), "unpack anything else first"),
        (b"\x1f\x8b\x07\0garbage of no known packing", "gzip packing is damaged"),
    ],
)
def test_what_is_no_log_is_refused_with_what_is_wrong(tmp_path: Path, content: bytes, says: str) -> None:
    if says.endswith("Parquet"):
        pytest.importorskip("polars", reason="the extra `process` is not installed")
    assert says in refused(text(tmp_path / "x", content))


def test_a_table_of_a_million_columns_is_refused_at_once(tmp_path: Path) -> None:
    for line in (",".join(["a"] * 1_000_000), "case,activity,time," + ",".join(map(str, range(1_000_000)))):
        assert "columns; at most" in refused(text(tmp_path / "x.csv", line + "\n" + line + "\n"))


def test_a_wide_table_is_looked_at_in_few_rows(tmp_path: Path) -> None:
    header = (*COLUMNS, *(f"more {k}" for k in range(2_000)))
    rows = [(f"c{k // 4}", "abcd"[k % 4], f"2026-03-01 09:{k % 60:02}", *("x",) * 2_000) for k in range(300)]
    found = read(csv_log(tmp_path / "x.csv", header, rows))
    assert "in 249 cells" in next(one.why for one in found.guesses if one.role == "case")
    assert found.brought.log.events == 300


def test_a_bad_time_names_its_line_however_far_down_it_is(tmp_path: Path) -> None:
    rows = [("c1", "a", f"2026-03-01 09:{k // 60:02}:{k % 60:02}") for k in range(3_000)]
    rows = [*rows, *rows, ("c1", "a", "yesterday")]
    assert ":6002: column 'time': 'yesterday' is not a time" in refused(csv_log(tmp_path / "x.csv", COLUMNS, rows))


def test_a_column_of_other_things_is_no_step(tmp_path: Path) -> None:
    rows = [(f"c{k}", f"a{k}", "2026-03-01") for k in range(MOST_ACTIVITIES + 1)]
    assert f"{MOST_ACTIVITIES + 1:,} different steps" in refused(csv_log(tmp_path / "x.csv", COLUMNS, rows))


def test_names_of_steps_are_kept_as_text_whatever_they_hold(tmp_path: Path) -> None:
    names = ("=HYPERLINK(1)", "\u202egnp.exe", "<script>", "x" * 5_000, "x" * 5_000 + "y", "a\ud800b", " padded ")
    events = [ocel_event(name, f"2026-03-{k + 1:02}T09:00:00Z", ["o"]) for k, name in enumerate(names)]
    found = read(text(tmp_path / "x.json", ocel(events, [{"id": "o", "type": "order"}]))).brought.log.activities
    assert found[:3] == names[:3]
    assert [len(name) for name in found[3:5]] == [200, 194]
    assert found[4].endswith(" (5)"), "names that are cut to the same stay two steps"
    assert found[5:] == ("a\ufffdb", "padded")
    json.dumps(found).encode()


def test_one_case_is_a_log_and_huge_numbers_are_only_names(tmp_path: Path) -> None:
    rows = [("9" * 4_000, "a", "2026-03-01"), ("9" * 4_000, "b", "2026-03-02")]
    log = read(csv_log(tmp_path / "x.csv", COLUMNS, rows)).brought.log
    assert (log.cases, log.events) == (1, 2)


def test_gzip_is_unpacked_in_pieces_in_parts_and_not_beyond_its_end(tmp_path: Path) -> None:
    whole = xes_log(tmp_path / "whole", packed=True).read_bytes()
    assert "cut off" in refused(text(tmp_path / "cut", whole[:-10]))
    assert "damaged" in refused(text(tmp_path / "altered", whole[:-8] + bytes(8)))
    halves = gzip.decompress(whole)
    text(tmp_path / "parts", gzip.compress(halves[:99]) + gzip.compress(halves[99:]) + bytes(512))
    assert b"".join(chunks_of(tmp_path / "parts")) == halves
    assert read(tmp_path / "parts").brought.log.events == 4


def test_a_gzip_bomb_is_read_in_the_memory_of_a_piece(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = packer.compress(b"<log>") + b"".join(packer.compress(bytes(1) * 2**20) for _ in range(64)) + packer.flush()
    spaces = zlib.compressobj(9, zlib.DEFLATED, 31)
    padded = (
        spaces.compress(b"<log>") + b"".join(spaces.compress(b" " * 2**20) for _ in range(32)) + spaces.compress(b"</log>") + spaces.flush()
    )
    tag = zlib.compressobj(9, zlib.DEFLATED, 31)
    endless = tag.compress(b"<log><string key='") + b"".join(tag.compress(b"x" * 2**20) for _ in range(32)) + tag.flush()
    tracemalloc.start()
    try:
        assert "not XML" in refused(text(tmp_path / "zeros", bomb))
        assert "no event" in refused(text(tmp_path / "spaces", padded))
        assert f"{TAG_LIMIT:,} bytes" in refused(text(tmp_path / "tag", endless))
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


def test_a_log_that_is_sent_is_refused_without_the_folder_it_lay_in() -> None:
    found = read_sent_log(b"case,activity,time\nc,a,2026-03-01\nc,a,never\n", "text/csv", LogWish(end="time"), now=NOW)
    assert found.__class__.__name__ == "Refused"
    assert str(found).count("line 3: column 'time': 'never' is not a time") == 1
    assert "tmp" not in str(found)
    assert "media type" in str(read_sent_log(b"x", "text/plain", LogWish(), now=NOW))


def test_the_first_bytes_say_what_a_file_is_whatever_it_is_called(tmp_path: Path) -> None:
    for content, form in (
        (b"PAR1", "parquet"),
        (b"\xef\xbb\xbf <log/>", "xes"),
        (b"\x1f\x8b", "xes"),
        (b' {"a": 1}', "ocel"),
        (b"a,b", "csv"),
    ):
        assert form_of(text(tmp_path / "x.txt", content)) == form
    assert form_of(text(tmp_path / "x.jsonl", b'{"case": 1}')) == "csv"
    assert form_of(text(tmp_path / "x", xes(event("a", A_CASE[2])).encode("utf-16"))) == "xes"
