"""Whoever lets held answers take effect is killed at any moment: no answer is lost, and none counts twice."""

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import founded_home, made
from tests.cli.desk import REVIEWER, Desk, cases

__all__ = ["founded_home"]

COUNT = 6
OPENED = """
import os, signal, sys
from datetime import timedelta
from pathlib import Path
from licet.settings import home_at
from licet.wiring import opened
from licet.core.answer import Choice
from licet.core.desk import Commit
from licet.flows import desk, hold
from licet.flows.office import who
"""
ANSWERS = f"""
hold.HELD_FOR = timedelta(0)
with opened(home_at(Path(sys.argv[1]))) as office:
    rev = who(office, {REVIEWER!r})
    for k in range({COUNT}):
        case = desk.next_case(office, rev)
        hold.commit(office, rev, Commit(token=case.token, lease=case.lease.name, answer=Choice(value="cards"), key=f"k{{k}}"))
        if k == {COUNT - 1}:
            os.kill(os.getpid(), signal.SIGKILL)
"""
DIES = """
from contextlib import contextmanager
from dataclasses import replace
from licet.store.over_book import OverBook

class Dying(OverBook):
    @contextmanager
    def write(self):
        with self._whole.write() as tx:
            yield tx
            if not AFTER:
                os.kill(os.getpid(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    def _seen(self, transaction):
        return transaction

with opened(home_at(Path(sys.argv[1]))) as office:
    hold.take_effect(replace(office, book=Dying(office.book)))
"""
BEFORE_THE_COMMIT, AFTER_IT = "AFTER = False" + DIES, "AFTER = True" + DIES
TAKES_EFFECT = """
with opened(home_at(Path(sys.argv[1]))) as office:
    print(hold.take_effect(office))
"""


@pytest.fixture
def at_work(tmp_path: Path, founded_home: Path) -> Desk:
    """A desk at which cases wait for people."""
    desk = made(tmp_path / "desk", founded_home)
    desk("cases", "submit", "mails", desk.table("new.csv", cases(COUNT)), "--content", "text", "--id", "id")
    return desk


def ran(desk: Desk, *parts: str) -> subprocess.CompletedProcess[str]:
    """A process that does this, with its whole end."""
    code = OPENED + "".join(parts)
    return subprocess.run([sys.executable, "-c", code, str(desk.home)], capture_output=True, text=True, timeout=120, check=False)


def test_no_held_answer_is_lost_or_counts_twice_whoever_is_killed(at_work: Desk) -> None:
    assert ran(at_work, ANSWERS).returncode == -signal.SIGKILL
    for dies in (BEFORE_THE_COMMIT, AFTER_IT):
        found = ran(at_work, dies)
        assert found.returncode == -signal.SIGKILL, found.stderr
    last = ran(at_work, TAKES_EFFECT, "    print(hold.take_effect(office))")
    assert last.stdout.split() == [str(COUNT - 1), "0"], last.stderr
    status = at_work("desk", "status", "mails", "--as", REVIEWER).data
    assert (status["waiting"], status["held"], status["answered"]) == (0, 0, COUNT)
    with closing(sqlite3.connect(at_work.home / ".licet" / "licet.sqlite")) as raw:
        bodies = [json.loads(bytes(body)) for (body,) in raw.execute("select body from ledger_entry")]
    decided = [one["facts"]["case_number"] for one in bodies if one["what"] == "case.decided"]
    assert len(set(decided)) == len(decided) == COUNT
