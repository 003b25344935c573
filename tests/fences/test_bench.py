"""A speed goal is never called met on the word of a benchmark that broke."""

import json
from pathlib import Path

import pytest

from bench.run import Broke, Ran, fault, line, not_run, parse, run

ROW = {"value": 1.5, "unit": "s", "against": "pandas", "ratio": 2.0, "goal": "at most 6", "met": True, "why": None}


def script(folder: Path, code: str) -> Path:
    """A benchmark of its own, in a folder of its own."""
    path = folder / "bench" / "mine.py"
    path.parent.mkdir()
    path.write_text(code, encoding="utf-8")
    return path


def test_a_whole_row_is_taken_as_it_is() -> None:
    assert parse(json.dumps({"evaluate": ROW})) == Ran(rows={"evaluate": ROW})
    assert line("evaluate", ROW) == "met      evaluate: 1.5 s, 2.00 x pandas (goal at most 6)"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"met": "yes"}, "met is 'yes'"),
        ({"met": False}, "say why"),
        ({"met": None, "why": ""}, "say why"),
        ({"value": "fast"}, "value is 'fast'"),
        ({"extra": 1}, "needs exactly"),
        ({"figures": 3}, "figures is 3"),
    ],
)
def test_a_row_that_is_not_whole_is_named(change: dict[str, object], named: str) -> None:
    assert named in str(fault(ROW | change))


@pytest.mark.parametrize("output", ["", "{}", "[]", "fast!", '{"evaluate": 3}'])
def test_output_that_is_no_table_of_rows_counts_as_broken(output: str) -> None:
    assert isinstance(parse(output), Broke)


def test_a_row_may_hold_the_medians_behind_its_ratio() -> None:
    assert fault(ROW | {"figures": {"Licet": {"cases_per_s": 900.0}, "LangGraph": {"cases_per_s": 100.0}}}) is None


def test_a_benchmark_that_crashes_is_broken_with_its_last_words(tmp_path: Path) -> None:
    result = run(script(tmp_path, 'raise SystemExit("no pandas here")'))
    assert isinstance(result, Broke)
    assert "no pandas here" in result.why
    assert not_run(result.why)["met"] is None


def test_a_benchmark_that_ends_well_gives_its_rows(tmp_path: Path) -> None:
    assert run(script(tmp_path, f"import json\n\nprint(json.dumps({{'mine': {ROW!r}}}))\n")) == Ran(rows={"mine": ROW})
