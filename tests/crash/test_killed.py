"""Processes are killed at any moment, several work at once: each accepted case still ends in exactly one decision or one open task."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import founded_home, imported_home, made, met_home, signed_home
from tests.cli.desk import COMMAND, POSTED, RISK, Desk, cases

__all__ = ["founded_home", "imported_home", "met_home", "signed_home"]

CASES = 1500
KILLS = 12
HOLD = """
import sys
from licet.cli import cli
from licet.cli.frame import run
import licet.wiring
licet.wiring.settle = lambda office: __import__("os").kill(__import__("os").getpid(), 9)
run(cli, sys.argv[1:])
"""
"""The command line, killed after its last commit and before the ledger is numbered."""


@pytest.fixture
def at_work(tmp_path: Path, met_home: Path) -> Desk:
    """A desk with a mandate in force that may decide many cases a day."""
    desk = made(tmp_path / "desk", met_home)
    desk.grant()
    return desk


def started(desk: Desk, *words: str | Path) -> subprocess.Popen[bytes]:
    """A command as a process of its own."""
    command = [*COMMAND, *map(str, words), "--home", str(desk.home), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def killed(desk: Desk, *words: str | Path, after: float) -> bool:
    """Starts a command and kills it; whether it was still running."""
    process = started(desk, *words)
    try:
        process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def counted(desk: Desk, query: str) -> list[tuple[int, ...]]:
    """Counts behind Licet's back."""
    with closing(sqlite3.connect(desk.home / ".licet" / "licet.sqlite")) as raw:
        return raw.execute(query).fetchall()


def assert_each_case_ended_once(desk: Desk, expected: int) -> None:
    """Each case has one route; alone: one decision; to a person: one task; nothing is there twice."""
    live = "select number from case_item where part = 'live'"
    named = "select count(*), count(distinct external_id) from case_item where part = 'live'"
    assert counted(desk, named) == [(expected, expected)]
    routed = f"select count(*), count(distinct case_number) from routing where case_number in ({live})"  # noqa: S608
    assert counted(desk, routed) == [(expected, expected)]
    alone = "select case_number from routing where route = 'alone'"
    person = "select case_number from routing where route = 'to_person'"
    assert counted(desk, f"select count(*) from ({alone}) where case_number not in (select case_number from decision)") == [(0,)]  # noqa: S608
    asked = "select case_number from task where kind = 'decision'"
    assert counted(desk, f"select count(*) from ({person}) where case_number not in ({asked})") == [(0,)]  # noqa: S608
    assert counted(desk, "select count(*) - count(distinct case_number) from decision") == [(0,)]
    assert counted(desk, "select count(*) - count(distinct case_number || kind) from task") == [(0,)]
    found = desk("ledger", "verify").data
    assert found["problems"] == []
    for word in ("case.accepted", "case.routed"):
        entries = f"select count(*) from ledger_entry where cast(body as text) like '%\"{word}\"%'"  # noqa: S608
        assert counted(desk, entries) == [(expected,)]


@pytest.mark.slow
def test_cases_submitted_by_processes_that_are_killed_end_once_each(at_work: Desk) -> None:
    file = at_work.table("new.csv", cases(CASES, seed=11, first=10_000))
    chance = random.Random(20)  # noqa: S311 - moments to kill at
    kills = 0
    for _ in range(KILLS * 3):
        kills += killed(at_work, "cases", "submit", "mails", file, *POSTED, after=chance.uniform(0.35, 1.2))
        if kills == KILLS:
            break
    assert kills >= 10
    done = at_work("cases", "submit", "mails", file, *POSTED).data
    assert done["rows"] == CASES
    assert_each_case_ended_once(at_work, CASES)
    waiting = "select count(*) from task where done_at is null"
    assert counted(at_work, waiting) == [(0,)]


def test_an_import_that_is_killed_is_completed_by_running_it_again(tmp_path: Path, founded_home: Path) -> None:
    desk = made(tmp_path / "desk", founded_home)
    file = desk.table("past.csv", cases(20_000))
    kills = sum(killed(desk, "import", "mails", file, *POSTED, after=after) for after in (0.6, 0.8, 1.0))
    assert kills >= 1
    assert desk("import", "undo", "mails", code=5).refused["code"] == "no_history"
    done = desk("import", "mails", file, *POSTED).data
    assert sum(done["parts"].values()) == 20_000
    assert desk("gate", "show", "mails", "--to", "sandbox").data["requirements"][0]["shows"].startswith("20,000")
    again = desk("import", "mails", file, *POSTED).data
    assert (again["skipped"], sum(again["parts"].values())) == (20_000, 0)
    assert desk("ledger", "verify").data["problems"] == []


def test_what_was_committed_by_a_killed_process_is_numbered_by_the_next_command(at_work: Desk) -> None:
    before = at_work("ledger", "verify").data["entries"]
    words = ("person", "add", "late@example.org", "--name", "Late", "--role", "reviewer", "--home", str(at_work.home))
    process = subprocess.run([sys.executable, "-c", HOLD, *words], capture_output=True, check=False)
    assert process.returncode == -signal.SIGKILL
    assert counted(at_work, "select count(*) from ledger_pending") == [(1,)]
    at_work("gate", "show", "mails")
    assert counted(at_work, "select count(*) from ledger_pending") == [(0,)]
    found = at_work("ledger", "verify").data
    assert (found["entries"], found["problems"]) == (before + 1, [])


def test_nothing_is_decided_alone_after_the_stop_button_was_pressed(at_work: Desk) -> None:
    file = at_work.table("new.csv", cases(CASES, seed=12, first=10_000))
    process = started(at_work, "cases", "submit", "mails", file, *POSTED)
    deadline = time.monotonic() + 20
    while counted(at_work, "select count(*) from routing where route = 'alone'") < [(100,)] and time.monotonic() < deadline:
        time.sleep(0.01)
    at_work("mandate", "suspend", "mails", "--as", RISK)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    at_work("ledger", "verify")
    words = counted(at_work, 'select cast(body as text) from ledger_entry order by "index"')
    texts = [str(row[0]) for row in words]
    (stopped,) = [place for place, text in enumerate(texts) if '"mandate.suspended"' in text]
    alone = [place for place, text in enumerate(texts) if '"case.routed"' in text and '"alone"' in text]
    assert alone
    assert max(alone) < stopped
    later = [text for text in texts[stopped:] if '"case.routed"' in text]
    assert later
    assert all('"mandate_suspended"' in text for text in later)
    assert_each_case_ended_once(at_work, CASES)


def test_two_processes_that_send_the_same_file_take_each_case_in_once(at_work: Desk) -> None:
    file = at_work.table("new.csv", cases(400, seed=13, first=10_000))
    both = [started(at_work, "cases", "submit", "mails", file, *POSTED) for _ in range(2)]
    ends = [(process.communicate(timeout=60), process.returncode) for process in both]
    assert [code for _, code in ends] == [0, 0], ends
    assert_each_case_ended_once(at_work, 400)


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_a_command_that_is_interrupted_says_so_and_keeps_what_is_done(at_work: Desk) -> None:
    file = at_work.table("new.csv", cases(2000, seed=14, first=10_000))  # so many that none is done before it hears
    process = started(at_work, "cases", "submit", "mails", file, *POSTED)
    deadline = time.monotonic() + 20
    while counted(at_work, "select count(*) from routing") < [(50,)] and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 4, err.decode()
    assert b'"Stopped"' in out
    at_work("cases", "submit", "mails", file, *POSTED)
    assert_each_case_ended_once(at_work, 2000)
