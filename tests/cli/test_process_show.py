"""`licet process show`: the process as it is, in words and tables, and for programs."""

import json
from pathlib import Path

import pytest

from licet.cli import cli
from licet.cli.frame import run

LOG = """\
case,activity,resource,start,end
1,Enter,ann,2026-03-02T08:00:00Z,2026-03-02T08:05:00Z
1,Validate,bob,2026-03-03T08:05:00Z,2026-03-03T08:17:00Z
2,Enter,ann,2026-03-02T09:00:00Z,2026-03-02T09:05:00Z
2,Validate,bob,2026-03-03T09:05:00Z,2026-03-03T09:17:00Z
"""


@pytest.fixture
def home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """An installation with a log of two cases."""
    home, log = tmp_path / "home", tmp_path / "log.csv"
    log.write_text(LOG, "utf-8")
    assert run(cli, ["init", str(home)]) == 0
    assert run(cli, ["use-case", "new", "loans", "--home", str(home)]) == 0
    columns = ["--case", "case", "--activity", "activity", "--resource", "resource", "--start", "start", "--end", "end"]
    assert run(cli, ["process", "import", "loans", str(log), *columns, "--home", str(home)]) == 0
    (home / "use_cases/loans/process.yaml").write_text("steps: [Enter, Check, Validate]\n", "utf-8")
    capsys.readouterr()
    return home


def test_people_read_the_bottleneck_first_and_then_steps_and_edges(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["process", "show", "loans", "--by", "waiting", "--home", str(home)]) == 0
    out = capsys.readouterr().out
    assert "Bottleneck: Validate; a case that comes to it waits 24 h" in out
    assert "0 of 2 cases (0.0%) do exactly what process.yaml states." in out
    assert "Edges, 1 of 1" in out
    assert next(line.split()[:2] for line in out.splitlines() if line.startswith("Validate ")) == ["Validate", "2"]


def test_programs_read_seconds(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["process", "show", "loans", "--json", "--home", str(home)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["bottleneck"] == "Validate"
    assert found["time"] == {"work": 2040.0, "queue": 172_800.0, "pause": 0.0, "untold": 0.0}
    assert found["fit"]["deviations"] == [{"kind": "missing", "step": "Check", "cases": 2}]


def test_without_a_log_it_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["use-case", "new", "empty", "--home", str(home)]) == 0
    assert run(cli, ["process", "show", "empty", "--home", str(home)]) == 5
    assert "no_event_log" in capsys.readouterr().err
