"""Event logs in files: one process is read alike in every format, guesses say why, and what cannot be read is refused in words."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from licet.core.event_log import NOBODY
from licet.core.log_quality import Done
from licet.core.log_reading import LogWish, ReadLog
from licet.edge.bad_file import BadFileError, BadFolderError
from licet.edge.log_mapping import read_mapping, write_mapping
from tests.edge.logs import EVENTS, HEADER, csv_log, event, ocel, ocel_event, ocel_log, read, same, text, xes, xes_log

CSV = ",".join(HEADER) + "\n"


def parquet_log(path: Path) -> Path:
    """The process as Parquet, with times that are times."""
    polars = pytest.importorskip("polars", reason="the extra `process` is not installed")
    frame = polars.DataFrame([list(row) for row in EVENTS], schema=list(HEADER), orient="row")
    frame.with_columns(polars.col("Timestamp").str.to_datetime(time_zone="UTC")).write_parquet(path)
    return path


FORMS: dict[str, Callable[[Path], Path]] = {
    "log.csv": csv_log,
    "log.xes": xes_log,
    "packed": lambda path: xes_log(path, packed=True),
    "log.json": ocel_log,
    "log.parquet": parquet_log,
    "log.jsonl": lambda path: text(path, "".join(str(dict(zip(HEADER, row, strict=True))).replace("'", '"') + "\n" for row in EVENTS)),
}


def guesses(found: ReadLog) -> dict[str, str]:
    """What each column was taken for."""
    return {one.role: one.column for one in found.guesses}


def codes(found: ReadLog) -> dict[str, tuple[int, int, str]]:
    """The findings, by their codes."""
    return {one.code: (one.count, one.of, one.done.value) for one in found.brought.findings}


def refused(path: Path, wish: LogWish | None = None) -> str:
    """Why a file is refused."""
    with pytest.raises(BadFileError) as bad:
        read(path, wish)
    return str(bad.value)


@pytest.mark.parametrize("name", FORMS)
def test_the_same_process_is_read_alike_in_every_format(tmp_path: Path, name: str) -> None:
    found = read(FORMS[name](tmp_path / name))
    log = found.brought.log
    assert same(log, read(csv_log(tmp_path / "other")).brought.log)
    assert (log.cases, log.events, log.activities, log.resources) == (2, 4, ("register", "check", "close"), ("R1", "R2"))
    assert log.started.tolist() == [False, True, False, False]
    assert (log.end - log.start).tolist() == [0.0, 1800.0, 0.0, 0.0]
    assert log.resource.tolist() == [0, 1, 0, NOBODY]
    again = read(tmp_path / name, found.wish)
    assert same(again.brought.log, log), "what was guessed, told as a wish, reads the same log"


def test_columns_are_found_by_name_and_content_and_the_reasons_are_told(tmp_path: Path) -> None:
    header = ("Ticket No", "Status", "Employee", "Begin", "Finish", "Amount")
    rows = [
        (f"t{k // 3}", f"step {k % 3}", f"e{k % 2}", f"2026-03-{k + 1:02} 09:00", f"2026-03-{k + 1:02} 10:00", str(k)) for k in range(21)
    ]
    found = read(csv_log(tmp_path / "x.csv", header, rows, delimiter=";"))
    wanted = {"case": "Ticket No", "activity": "Status", "start": "Begin", "end": "Finish", "lifecycle": "", "resource": "Employee"}
    assert guesses(found) == {**wanted, "delimiter": ";", "encoding": "utf-8"}
    why = {one.role: one.why for one in found.guesses}
    assert "7 different ones in 21 cells: each is there 3.0 times" in why["case"]
    assert "100% of 21 cells are times" in why["start"]
    assert found.brought.log.started.all()
    assert codes(found)["zone_assumed"] == (42, 42, Done.KEPT.value)


def test_a_name_that_says_nothing_is_guessed_from_content_and_said_to_be_checked(tmp_path: Path) -> None:
    rows = [(f"{k // 4}", "ABCD"[k % 4], f"2026-03-{k + 1:02}", "ours", str(k % 3)) for k in range(24)]
    found = read(csv_log(tmp_path / "x.csv", ("x1", "x2", "x3", "x4", "x5"), rows))
    assert (guesses(found)["case"], guesses(found)["activity"], guesses(found)["end"]) == ("x1", "x2", "x3")
    assert all("check it" in one.why for one in found.guesses if one.role in {"case", "activity", "end"})
    assert codes(found)["midnight"] == (24, 24, Done.KEPT.value)


def test_what_is_said_stands_over_what_is_guessed_and_a_blank_says_that_there_is_none(tmp_path: Path) -> None:
    path = csv_log(tmp_path / "x.csv")
    found = read(path, LogWish(activity="Resource", resource="", lifecycle=""))
    assert found.brought.log.resources == ()
    assert found.brought.log.events == 4, "without a life cycle a start is an event like any other; one has no activity"
    assert [one.told for one in found.guesses if one.role in {"activity", "resource", "case"}] == [False, True, True]
    assert "no such column" in refused(path, LogWish(case="Case"))
    assert "named as case and activity" in refused(path, LogWish(case="Activity", activity="Activity"))


def test_only_times_of_starts_are_the_times_of_the_events(tmp_path: Path) -> None:
    rows = [(f"c{k // 2}", "ab"[k % 2], f"2026-03-{k + 1:02}") for k in range(8)]
    found = read(csv_log(tmp_path / "x.csv", ("case", "activity", "start date"), rows))
    assert (guesses(found)["end"], guesses(found)["start"]) == ("start date", "")
    assert not found.brought.log.started.any()


def test_a_row_with_a_start_and_no_end_is_work_that_never_ended(tmp_path: Path) -> None:
    rows = [("c1", "a", "2026-03-01 09:00", "2026-03-01 10:00"), ("c1", "b", "2026-03-01 11:00", ""), ("c2", "a", "", "2026-03-02 10:00")]
    found = read(csv_log(tmp_path / "x.csv", ("case", "activity", "start", "end"), rows))
    assert found.brought.log.started.tolist() == [True, False]
    assert codes(found)["start_alone"] == (1, 1, "dropped")


def test_months_and_days_are_told_apart_by_the_file_or_refused(tmp_path: Path) -> None:
    rows = [("c1", "a", "03.04.2026 09:00"), ("c1", "b", "05.04.2026 09:00"), ("c2", "a", "30.04.2026 09:00")]
    found = read(csv_log(tmp_path / "proved.csv", ("case", "activity", "time"), rows))
    assert found.wish.day_first is True
    path = csv_log(tmp_path / "open.csv", ("case", "activity", "time"), rows[:2])
    assert "--day-first or --month-first" in refused(path)
    days, months = (read(path, LogWish(day_first=first)).brought.log for first in (True, False))
    assert (days.end[1] - days.end[0], months.end[1] - months.end[0]) == (2 * 86_400, 61 * 86_400)


def test_a_mapping_file_reads_back_as_it_was_written_and_mistakes_have_their_line(tmp_path: Path) -> None:
    wish = LogWish(case="Fall: Nr", activity="no", start="", end="Zeit", time_zone="Europe/Berlin", day_first=False, delimiter=";")
    write_mapping(tmp_path / "m.yaml", wish)
    assert read_mapping(tmp_path / "m.yaml") == wish
    text(tmp_path / "m.json", '{"case": "Case ID", "keep_duplicates": true}')
    assert read_mapping(tmp_path / "m.json") == LogWish(case="Case ID", keep_duplicates=True)
    assert LogWish(case="x").over(wish) == replace(wish, case="x")
    for wrong, says in (("case: 1\nnonsense: 2\n", "m.yaml:2"), ("day_first: maybe\n", "m.yaml:1")):
        with pytest.raises(BadFolderError, match=says):
            read_mapping(text(tmp_path / "m.yaml", wrong))


def test_encodings_are_found_out_and_said(tmp_path: Path) -> None:
    rows = CSV + "c1,prüfen,ann,2026-03-01,complete\nc1,prüfen,ann,2026-03-02,complete\nc2,prüfen,ann,2026-03-02,complete\n"
    for encoding, told in (("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp1252", "cp1252"), ("utf-16", "utf-16")):
        found = read(text(tmp_path / "x.csv", rows.encode(encoding)))
        assert (guesses(found)["encoding"], found.brought.log.activities) == (told, ("prüfen",))
    assert "0xfc" in refused(text(tmp_path / "x.csv", rows.encode("cp1252")), LogWish(encoding="utf-8"))


def test_events_about_several_objects_belong_to_each_and_those_about_none_are_left_out(tmp_path: Path) -> None:
    events = [
        ocel_event("order", "2026-03-01T09:00:00Z", ["o1", "i1"], org_resource="ann"),
        ocel_event("pack", "2026-03-02T09:00:00Z", ["o1", "i1", "o2", "o1"]),
        ocel_event("pick", "2026-03-03T09:00:00Z", ["i1", "nowhere"]),
    ]
    things = [{"id": "o1", "type": "order"}, {"id": "o2", "type": "order"}, {"id": "i1", "type": "item"}]
    path = text(tmp_path / "x.json", ocel(events, things))
    assert "'order' (2), 'item' (1)" in refused(path)
    assert "--object-type" in refused(path, LogWish(object_type="parcel"))
    found = read(path, LogWish(object_type="order"))
    assert (found.brought.log.cases, found.brought.log.events) == (2, 3)
    assert {code: codes(found)[code] for code in ("no_object", "shared_events")} == {
        "no_object": (1, 3, "dropped"),
        "shared_events": (1, 3, "kept"),
    }
    assert read(path, LogWish(object_type="item")).brought.log.events == 3
    who = read(path, LogWish(object_type="order", resource="item")).brought.log
    assert who.resources == ("R1",), "who did it may be an object too"


def test_xes_takes_nested_attributes_other_keys_and_attributes_in_any_order(tmp_path: Path) -> None:
    nested = '<string key="note" value="x"><string key="concept:name" value="never"/></string>'
    turned = '<event><date value="2026-03-02T09:00:00Z" key="time:timestamp"/><string value="b" key="concept:name"/><list/></event>'
    whole = xes(f"<trace>{event('a', '2026-03-01T09:00:00Z', more=nested)}{turned}</trace>")
    assert read(text(tmp_path / "x.xes", whole)).brought.log.activities == ("a", "b")
    other = whole.replace("concept:name", "step")
    assert read(text(tmp_path / "x.xes", other), LogWish(activity="step")).brought.log.activities == ("a", "b")
    assert read(tmp_path / "x.xes", LogWish(activity="step", resource="", lifecycle="")).brought.log.resources == ()
    assert "Leave out --case" in refused(tmp_path / "x.xes", LogWish(case="x"))


def test_without_the_extra_parquet_is_refused_and_named(tmp_path: Path) -> None:
    path = text(tmp_path / "x.parquet", b"PAR1")
    script = (
        "import sys; sys.modules['polars'] = None\nfrom pathlib import Path\nfrom licet.edge.bad_file import BadFileError\n"
        "from licet.edge.log_parquet import ParquetTable\n"
        "try:\n    ParquetTable.at(Path(sys.argv[1]))\nexcept BadFileError as bad:\n    print(bad.remedy)"
    )
    found = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert "licet[process]" in found.stdout
