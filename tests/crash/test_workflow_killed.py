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
FEW = 6
"""Fewer than one, where each item is moved often."""
STEPS = "begin: rest\nsteps:\n  rest: {wait: 1 second, next: look}\n  look: {person: mails, next: done}\n  done: end\n"
BESIDE = """\
begin: rest
steps:
  rest: {wait: 1 second, next: checks}
  checks: {parallel: [look, again]}
  look: {person: mails, not_by: [again], next: met}
  again: {person: mails, next: met}
  met: {join: checks, next: over}
  over: {wait: 1 second, next: [{when: [{fact: amount, above: 0}], back: rest, at_most: 1}, {to: done}]}
  done: end
"""
"""Items that split, join, and go back once."""
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
    return beginning(tmp_path, founded_home, STEPS, COUNT)


@pytest.fixture
def beside(tmp_path: Path, founded_home: Path) -> Desk:
    """A desk with items that will split."""
    return beginning(tmp_path, founded_home, BESIDE, FEW)


def beginning(folder: Path, founded: Path, steps: str, count: int) -> Desk:
    """A desk at which items began in these steps."""
    desk = made(folder / "desk", founded)
    (desk.home / "use_cases" / "mails" / "workflow.yaml").write_text(steps, "utf-8")
    desk("workflow", "register", "mails", "--as", OWNER)
    rows = folder / "slips.csv"
    rows.write_text("id,text,amount\n" + "".join(f"s{k},slip {k},5\n" for k in range(count)), "utf-8")
    desk("workflow", "start", "mails", rows, "--content", "text", "--id", "id", "--attributes", "amount")
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


DECIDE = """
import sys
from pathlib import Path
from sqlalchemy import text
from licet.core.answer import Choice
from licet.core.review import SIMULATED
from licet.flows.conclude import Voice
from licet.flows.drain import claim_cases, waiting_use_cases, work_off
from licet.flows.review import give
from licet.flows.speakers import Speakers
from licet.settings import home_at
from licet.store import decisions, use_cases
from licet.wiring import opened

with opened(home_at(Path(sys.argv[1]))) as office:
    for use_case_id in waiting_use_cases(office):
        claim = claim_cases(office, use_case_id, holder="one", limit=500)
        if claim is not None:
            list(work_off(office, Speakers(), use_case_id=claim.use_case_id, claim=claim.claim))
    with office.book.write() as tx:
        mails = use_cases.require(tx, "mails")
        open_now = decisions.tasks_of(tx, [task.case for task in decisions.open_tasks(tx, mails)])
        given = [(task, salt, Choice(value="yes")) for task, salt in open_now]
        give(office, tx, mails, given, Voice(by=SIMULATED, policy=None), now=office.clock.now())
    print(len(given))
"""
"""Simulated people decide whatever waits: what is tried here is who is killed, and not who may answer."""


def test_no_item_splits_joins_or_goes_back_twice_whoever_is_killed(beside: Desk) -> None:
    """Breaks when a split begins half of its branches, an item leaves its join twice, or a way back is taken and not counted."""
    for _ in range(2):
        killed_on_the_way(beside)
        decided = subprocess.run(
            [sys.executable, "-c", DECIDE, str(beside.home)], capture_output=True, text=True, timeout=120, check=True, env=None
        )
        assert int(decided.stdout) == 2 * FEW
        killed_on_the_way(beside)
    assert beside("workflow", "list", "mails").data["counts"] == {"held": FEW}
    with closing(sqlite3.connect(beside.home / ".licet" / "licet.sqlite")) as raw:
        bodies = [json.loads(bytes(body)) for (body,) in raw.execute("select body from ledger_entry")]
        cases = raw.execute("select count(*), count(distinct external_id) from case_item").fetchone()
        stands = raw.execute("select reason, round, count(*) from workflow_item where parent_id is null group by 1, 2").fetchall()
        left = raw.execute("select count(*) from workflow_item where parent_id is not null and state <> 'ended'").fetchone()
        apart = raw.execute("select count(*) from workflow_apart").fetchone()
    assert cases == (4 * FEW, 4 * FEW), "two branches, two rounds"
    assert stands == [("rounds_over", 2, FEW)]
    assert (left, apart) == ((0,), (2 * 6 * FEW,)), "in a second round a case is kept apart from that of the first, too"
    moved = [one["facts"] for one in bodies if one["what"] == "workflow.moved"]
    for step, stood in (("checks", "parallel"), ("look", "joined"), ("over", "waiting")):
        told = [(one["item"], one.get("round")) for one in moved if one["step"] == step and one["stands"] == stood]
        wanted = 0 if step == "look" else 2 * FEW
        assert len(told) == len(set(told)) == wanted, step


def killed_on_the_way(desk: Desk) -> None:
    """Moves all that can be moved, by movers of which the first ones are killed."""
    for when in ("before", "after"):
        found = walked(desk, when)
        assert found.returncode in {-signal.SIGKILL, 0}, found.stderr
    found = walked(desk, "never")
    assert found.returncode == 0, found.stderr
