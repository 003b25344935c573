"""Slots: one worker for a SQLite file, many on PostgreSQL; a process that ends, however it ends, leaves its slot to the next."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from licet.edge.slots import WorkerRunningError, take_slot

HOLD = """
import sys
from pathlib import Path
from licet.edge.slots import take_slot
print(take_slot(Path(sys.argv[1]), several=False).name, flush=True)
sys.stdin.read()
"""


def test_a_second_worker_of_a_sqlite_file_is_refused_and_told_about_postgresql(tmp_path: Path) -> None:
    slot = take_slot(tmp_path, several=False)
    with pytest.raises(WorkerRunningError, match="PostgreSQL"):
        take_slot(tmp_path, several=False)
    slot.free()
    take_slot(tmp_path, several=False).free()


def test_several_workers_have_names_and_files_of_their_own_which_the_next_one_takes_over(tmp_path: Path) -> None:
    one, two = take_slot(tmp_path, several=True), take_slot(tmp_path, several=True)
    assert len({one.name, two.name, one.engine, two.engine}) == 4
    one.free()
    again = take_slot(tmp_path, several=True)
    assert (again.name, again.engine) == (one.name, one.engine)
    two.free()
    again.free()
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in tmp_path.glob("*.lock"))


def test_a_worker_that_is_killed_leaves_its_slot_at_once(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
    assert process.stdout is not None
    name = process.stdout.readline().decode().strip()
    with pytest.raises(WorkerRunningError):
        take_slot(tmp_path, several=False)
    process.kill()
    process.communicate()
    slot = take_slot(tmp_path, several=False)
    assert slot.name == name
    slot.free()
