"""The demo's log: made by the simulator, labelled so wherever somebody sees it, and with its time elsewhere than where AI reads."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from licet.cli.demo_process import POOLS, READ, STEPS, WEEKS, write_process
from licet.core.as_is import study
from licet.core.log_reading import LogWish, ReadLog
from licet.core.process import StatedForProcess, Step
from licet.edge.event_log_files import read_event_log

NOW = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of seed 7."""
    return write_process(tmp_path_factory.mktemp("log") / "process.csv", 7, now=NOW)


@pytest.fixture(scope="module")
def read(file: Path) -> ReadLog:
    """The same, as anybody's log is read."""
    return read_event_log(file, LogWish(), now=NOW)


def rows(file: Path) -> Iterator[dict[str, str]]:
    """Its rows."""
    with file.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def test_every_row_says_that_it_is_simulated_and_the_reader_says_so_too(file: Path, read: ReadLog) -> None:
    assert {row["simulated"] for row in rows(file)} == {"played by Licet's simulator"}
    found = next(one for one in read.brought.findings if one.code == "simulated")
    assert found.count == found.of == read.brought.rows


def test_a_column_of_that_name_without_a_word_calls_nothing_simulated(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("case,activity,time,simulated\n1,a,2026-01-05T09:00:00Z,\n1,b,2026-01-05T10:00:00Z, \n", encoding="utf-8")
    assert "simulated" not in {one.code for one in read_event_log(file, LogWish(), now=NOW).brought.findings}


def test_it_is_the_seeds_whole_weeks_long_and_over(file: Path, read: ReadLog, tmp_path: Path) -> None:
    assert write_process(tmp_path / "again.csv", 7, now=NOW).read_bytes() == file.read_bytes()
    assert write_process(tmp_path / "other.csv", 8, now=NOW).read_bytes() != file.read_bytes()
    log = read.brought.log
    assert 1_300 < log.cases < 1_700
    assert datetime.fromtimestamp(float(log.start.min()), UTC).weekday() == 0
    assert (log.end.max() - log.start.min()) / 86_400 > 7 * (WEEKS - 1)
    assert datetime.fromtimestamp(float(log.end.max()), UTC) < NOW


def test_people_keep_their_hours_and_do_one_thing_at_a_time(file: Path) -> None:
    busy: dict[str, datetime] = {}
    duty = {pool.name: pool.on_duty for pool in POOLS}
    timed = sorted((row for row in rows(file) if row["start"]), key=lambda row: row["start"])
    for row in timed:
        begins, ends = datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["end"])
        pool, _, _ = row["resource"].partition(" ")
        assert duty[pool][begins.weekday() * 24 + begins.hour] > 0, row
        assert busy.get(row["resource"], begins) <= begins + timedelta(seconds=1), row
        busy[row["resource"]] = ends
    assert len(busy) == sum(pool.people for pool in POOLS)


def test_the_bottleneck_is_the_check_and_reading_is_little_of_the_work(read: ReadLog) -> None:
    as_is = study(read.brought.log, StatedForProcess())
    assert {step.name for step in as_is.steps} == {step.name for step in STEPS}
    slow = as_is.bottleneck
    assert isinstance(slow, Step)
    assert slow.name == "Check the account"
    assert 0.1 < slow.rework.again / slow.cases < 0.3
    work = {step.name: step.split.work for step in as_is.steps}
    assert work[READ] < 0.05 * as_is.split.work < work["Check the account"]
