"""Whoever moves items of a workflow is killed at any moment: no item is lost, and none is at a step twice."""

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import founded_home, made
from tests.cli.desk import OWNER, Desk

__all__ = ["founded_home"]

COUNT = 60
"""More than two transactions of a sweep."""
STEPS = "begin: rest\nsteps:\n  rest: {wait: 1 second, next: look}\n  look: {person: mails, next: done}\n  done: end\n"
WALKS = """
import os, signal, sys, time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from licet.flows.walk import walk_on
from licet.settings import home_at
from licet.store.over_book import OverBook
from licet.wiring import opened

class Dying(OverBook):
    @contextmanager
    def write(self):
        with self._whole.write() as tx:
            yield tx
            if WHEN == "before":
                os.kill(os.getpid(), signal.SIGKILL)
        if WHEN == "after":
            os.kill(os.getpid(), signal.SIGKILL)

    def _seen(self, transaction):
        return transaction

time.sleep(1.1)
with opened(home_at(Path(sys.argv[1]))) as office:
    print(walk_on(replace(office, book=Dying(office.book))))
"""


@pytest.fixture
def begun(tmp_path: Path, founded_home: Path) -> Desk:
    """A desk with items that wait for a moment."""
    desk = made(tmp_path / "desk", founded_home)
    (desk.home / "use_cases" / "mails" / "workflow.yaml").write_text(STEPS, "utf-8")
    desk("workflow", "register", "mails", "--as", OWNER)
    rows = tmp_path / "slips.csv"
    rows.write_text("id,text\n" + "".join(f"s{k},slip {k}\n" for k in range(COUNT)), "utf-8")
    desk("workflow", "start", "mails", rows, "--content", "text", "--id", "id")
    return desk


def walked(desk: Desk, when: str) -> subprocess.CompletedProcess[str]:
    """A process that moves items, and kills itself before or after its first transaction is written, or never."""
    code = f"WHEN = {when!r}\n{WALKS}"
    return subprocess.run([sys.executable, "-c", code, str(desk.home)], capture_output=True, text=True, timeout=120, check=False)


def test_no_item_is_lost_or_at_a_step_twice_whoever_is_killed(begun: Desk) -> None:
    for when in ("before", "after", "before"):
        found = walked(begun, when)
        assert found.returncode == -signal.SIGKILL, found.stderr
    assert walked(begun, "never").stdout.split() == [str(COUNT - 25)]
    assert begun("workflow", "list", "mails").data["counts"] == {"away": COUNT}
    with closing(sqlite3.connect(begun.home / ".licet" / "licet.sqlite")) as raw:
        bodies = [json.loads(bytes(body)) for (body,) in raw.execute("select body from ledger_entry")]
        cases = raw.execute("select count(*), count(distinct external_id) from case_item").fetchone()
    asked = [one["facts"]["item"] for one in bodies if one["what"] == "workflow.moved" and one["facts"]["step"] == "look"]
    assert len(asked) == len(set(asked)) == COUNT
    assert cases == (COUNT, COUNT)
