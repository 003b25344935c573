"""A side of a comparison that failed, or lost a case, never makes Licet look fast."""

import sqlite3
from pathlib import Path

import pytest

from bench.peers import side, tables
from bench.peers.side import Failed, Figures, Side, async_address, ran, read
from bench.run import OURS, fault
from bench.runtime import BARE, BOTH, COMMIT, LANGGRAPH, LICET, POSTS, SIDES, SQLITE, Results, compare, goals, row

GOAL = goals(SQLITE)[0]


def figures(cases_per_s: float) -> Figures:
    """What a side measured."""
    return {"cases_per_s": cases_per_s, "cpu_ms_a_case": 1.0, "peak_memory_mb": 50.0}


def results(ours: list[float], theirs: list[float]) -> Results:
    """Rounds of Licet and LangGraph."""
    return {LICET.name: [figures(one) for one in ours], LANGGRAPH.name: [figures(one) for one in theirs]}


def test_a_row_holds_the_median_of_the_ratios_and_all_medians() -> None:
    made = row(GOAL, SQLITE, results([500.0, 900.0, 640.0], [100.0, 100.0, 160.0]))
    assert (made["value"], made["ratio"], made["met"]) == (640.0, 5.0, True)
    assert made["against"] == "LangGraph (100)"
    assert made["figures"] == {"Licet": figures(640.0), "LangGraph": figures(100.0)}
    assert fault(made) is None


def test_a_ratio_just_below_the_goal_is_not_met() -> None:
    made = row(GOAL, SQLITE, results([499.0], [100.0]))
    assert (made["met"], made["why"]) == (False, "the ratio is 4.99")
    assert fault(made) is None


@pytest.mark.parametrize("who", [LICET.name, LANGGRAPH.name])
def test_a_side_that_failed_leaves_the_goal_unknown(who: str) -> None:
    made = row(GOAL, SQLITE, {**results([900.0], [100.0]), who: Failed(why="it ended with 3")})
    assert (made["ratio"], made["met"], made["why"]) == (None, None, "it ended with 3")
    assert fault(made) is None


@pytest.mark.parametrize(
    "output",
    ["", "fast!", "[]", '{"cases": 5}', '{"cases": 5, "seconds": 0, "cpu_seconds": 1, "peak_memory_mb": 1}'],
)
def test_a_side_that_prints_no_figures_failed(output: str) -> None:
    assert isinstance(read("mine", output), Failed)


def test_a_side_is_read_by_its_last_line() -> None:
    line = '{"cases": 200, "seconds": 4, "cpu_seconds": 1, "peak_memory_mb": 50, "p50_ms": 0.25}'
    assert read("mine", f"a warning\n{line}\n") == {"cases_per_s": 50.0, "cpu_ms_a_case": 5.0, "peak_memory_mb": 50.0, "p50_ms": 0.25}


def test_a_side_that_is_not_installed_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side, "PEERS", tmp_path / "python")
    found = ran(LANGGRAPH, SQLITE, str(tmp_path / "1.sqlite"), tmp_path)
    assert isinstance(found, Failed)
    assert "make bench" in found.why


@pytest.mark.parametrize(("which", "extra"), [(BARE, set[str]()), (COMMIT, {"p50_ms", "p99_ms"})], ids=["rows", "commit"])
def test_bare_sql_does_its_work_and_reports(which: Side, extra: set[str], tmp_path: Path) -> None:
    mine = Side(name="mine", module=which.module, cases=60, workers=which.workers, ours=True)
    found = ran(mine, SQLITE, str(tmp_path / "1.sqlite"), tmp_path)
    assert not isinstance(found, Failed), found
    assert set(found) == {"cases_per_s", "cpu_ms_a_case", "peak_memory_mb"} | extra
    assert found["cases_per_s"] > 0


def test_rows_of_bare_sql_hang_together(tmp_path: Path) -> None:
    database = tables.Sqlite(str(tmp_path / "1.sqlite"))
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        database.commit([("INSERT INTO case_key VALUES (%s, %s)", [(7, b"salt")])])


def test_a_side_that_failed_is_not_tried_again(tmp_path: Path) -> None:
    made: list[str] = []

    def database() -> str:
        made.append(str(tmp_path / f"{len(made)}.sqlite"))
        return made[-1]

    absent = Side(name="Licet", module="bench.absent", cases=1, workers=LICET.workers, ours=True)
    found = compare(SQLITE, database, [absent], 3)
    assert isinstance(found["Licet"], Failed)
    assert len(made) == 1
    assert found["Prefect"] == Failed(why="Prefect was left out")


def test_a_database_that_is_missing_leaves_its_goals_unknown() -> None:
    found = compare("PostgreSQL", Failed(why="PostgreSQL is not installed"), list(SIDES), 3)
    assert {row(goal, "PostgreSQL", found)["met"] for goal in goals("PostgreSQL")} == {None}


def test_an_address_for_asynchronous_sqlalchemy() -> None:
    assert async_address("postgresql://a:b@127.0.0.1:5/c") == "postgresql+asyncpg://a:b@127.0.0.1:5/c"
    assert async_address("here/1.sqlite") == "sqlite+aiosqlite:///here/1.sqlite"


def test_licets_sides_are_no_benchmarks_by_themselves() -> None:
    assert all(one.module.rpartition(".")[2].startswith(OURS) for one in (LICET, POSTS))
    assert all(set(one.workers) == set(BOTH) for one in SIDES)
