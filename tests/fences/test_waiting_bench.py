"""A promise about many cases that wait, or about many workers, is never called kept where a figure is missing or too high."""

import json
from pathlib import Path

import pytest

from bench import table, waiting, workers
from bench.peers.side import Failed, Figures
from bench.run import fault
from bench.runtime import POSTGRESQL, SQLITE

PAGE = next(one for one in waiting.PROMISES if one.name == "page")
MEMORY = next(one for one in waiting.PROMISES if one.name == "memory")


def found(**changed: float) -> list[Figures]:
    """What a run of one round measured."""
    return [{one.figure: 10.0 for one in waiting.PROMISES} | changed]


@pytest.mark.parametrize(("worker_mb", "met"), [(11.0, True), (11.1, False)])
def test_a_worker_may_not_grow_with_what_waits(worker_mb: float, met: bool) -> None:  # noqa: FBT001 - a parameter of the test
    made = waiting.row(MEMORY, SQLITE, found(), found(worker_mb=worker_mb))
    assert (made["met"], made["ratio"]) == (met, round(worker_mb / 10, 3))
    assert fault(made) is None


def test_a_page_that_takes_longer_than_promised_is_named_with_its_time() -> None:
    made = waiting.row(PAGE, SQLITE, found(), found(page_p95_ms=151.0))
    assert (made["met"], made["why"]) == (False, "it is 151, with none waiting 10")


def test_a_run_that_failed_leaves_every_promise_unknown() -> None:
    made = waiting.rows(SQLITE, {waiting.NONE.name: found(), waiting.MANY.name: Failed(why="it is not done after 850 s")})
    assert {one["met"] for one in made.values()} == {None}
    assert not [fault(one) for one in made.values() if fault(one)]


def test_more_workers_are_held_against_one_in_the_same_round() -> None:
    rate = {count: [{"cases_per_s": float(first)}, {"cases_per_s": float(second)}] for count, first, second in ((1, 100, 50), (2, 90, 60))}
    made = workers.rows(POSTGRESQL, {workers.side(count, 10).name: rate.get(count, Failed(why="it ended with 3")) for count in (1, 2, 4)})
    assert [made[f"workers_{count}_postgresql"]["ratio"] for count in (1, 2, 4)] == [None, 1.2, None]
    assert [made[f"workers_{count}_postgresql"]["met"] for count in (1, 2, 4)] == [True, True, None]
    assert not [fault(one) for one in made.values() if fault(one)]


def test_the_tables_of_the_page_hold_every_row_and_every_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bench.json"
    file.write_text(json.dumps(waiting.rows(SQLITE, {waiting.NONE.name: found(), waiting.MANY.name: found(worker_mb=12.0)})), "utf-8")
    assert table.main([str(file)]) == 0
    told = capsys.readouterr().out
    assert (
        "| waiting_memory_sqlite | 12 MB of an idle worker on SQLite | none waiting (10) | 1.2 | at most 1.1 x none waiting | **no**"
        in told
    )
    assert "| sqlite | 100,000 waiting | MB of an idle worker | 12 |" in told


def test_without_a_measurement_there_is_no_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert table.main([str(tmp_path / "bench.json")]) == 4
    assert "make bench" in capsys.readouterr().err
