"""An evaluation is killed while it asks a system: what was kept is not asked about again, and there is one verdict."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from licet.flows.run import CHUNK
from tests.cli.conftest import founded_home, made
from tests.cli.desk import OWNER, RISK, Desk, cases

__all__ = ["founded_home"]

COUNT = 3 * CHUNK
SYSTEM = """
import os
import time

SYSTEM = {"name": "slow", "version": "1"}
CALLS = os.open(os.path.join(os.path.dirname(__file__), "..", "..", "calls.txt"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def propose(content):
    time.sleep(0.01)
    os.write(CALLS, (content["text"].replace("\\n", " ") + "\\n").encode())
    return {"answer": "card", "confidence": 0.9}
"""

SOON = """
import sys
from datetime import timedelta
from licet.flows import run
run.LEASE = timedelta(seconds=2)
from licet.cli import main
main(sys.argv[1:])
"""
"""The command line, whose leases end sooner, so that nobody waits long for those of a process that is gone."""


def test_a_killed_evaluation_repeats_the_chunk_under_way_and_no_call_that_was_kept(tmp_path: Path, founded_home: Path) -> None:
    """Breaks when proposals wait for the end of the run, or when a dead holder's lease never ends."""
    desk = made(tmp_path / "desk", founded_home)
    folder = desk.home / "use_cases" / "mails"
    (folder / "system.py").write_text(SYSTEM, "utf-8")
    (folder / "use_case.yaml").write_text("title: Mails\nanswer: choice\nsystem: callable\ncallable:\n  concurrency: 4\n", "utf-8")
    rows = desk.table("past.csv", [{key: row[key] for key in ("id", "text", "label")} for row in cases(COUNT)])
    desk("import", "mails", rows, "--content", "text", "--answer", "label", "--id", "id", "--parts", "0:0:100")
    desk("standard", "lock", "mails", "--as", OWNER)
    desk("standard", "countersign", "mails", "--as", RISK)
    kept = killed(desk, after=CHUNK + 20)
    assert kept >= CHUNK
    before = asked(desk)
    assert desk("evaluate", "mails", code=1).data["cases"]["sealed"] == COUNT
    again = asked(desk)[len(before) :]
    assert len(again) == COUNT - kept
    assert len(set(before) | set(again)) == COUNT
    assert len(before) + len(again) - COUNT <= CHUNK
    assert desk("ledger", "verify").data["problems"] == []


def asked(desk: Desk) -> list[str]:
    """What the system was asked about, call by call."""
    file = desk.home / "calls.txt"
    return file.read_text("utf-8").splitlines() if file.exists() else []


def killed(desk: Desk, *, after: int) -> int:
    """Evaluates in a process that is killed after so many calls; says how many cases are kept."""
    process = subprocess.Popen(
        [sys.executable, "-c", SOON, "evaluate", "mails", "--home", str(desk.home)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    until = time.monotonic() + 60
    while len(asked(desk)) < after and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    return counted(desk)


def counted(desk: Desk) -> int:
    """How many proposals are kept."""
    with closing(sqlite3.connect(desk.home / ".licet" / "licet.sqlite")) as raw:
        return int(raw.execute("select count(*) from proposal").fetchone()[0])
