"""What the machine does to an installation: broken keys, other schemas, full and read-only disks, clocks that go back, other processes."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from licet.store import engines
from tests.cli.desk import COMMAND, POSTED, Desk, cases

ADD = ("person", "add", "new@example.org", "--name", "New", "--role", "reviewer")


def sql(desk: Desk, statement: str, *values: object) -> None:
    """Changes the database behind Licet's back."""
    with closing(sqlite3.connect(desk.home / ".licet" / "licet.sqlite")) as raw:
        raw.execute(statement, values)
        raw.commit()


@pytest.mark.parametrize("name", ["key", "ledger.key"])
@pytest.mark.parametrize(("broken", "says"), [("", "key"), ("nonsense\n", "key"), ("ab" * 31, "31 bytes"), (None, "read")])
def test_a_broken_key_file_is_named_and_never_shown(met: Desk, name: str, broken: str | None, says: str) -> None:
    file = met.home / ".licet" / name
    if broken is None:
        file.unlink()
    else:
        file.write_text(broken, "ascii")
        file.chmod(0o600)
    why = met("evaluate", "mails", code=4).error["why"]
    assert str(file) in why
    assert says in why or name == "ledger.key"
    assert "backup" in why or "read" in why
    assert not broken or len(broken) < 10 or broken not in why
    assert not {check["name"]: check["ok"] for check in met("doctor", code=4).data["checks"]}[
        "payload key" if name == "key" else "signing key"
    ]


@pytest.mark.parametrize("name", ["key", "ledger.key"])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_file_others_may_read_is_refused(met: Desk, name: str, mode: int) -> None:
    (met.home / ".licet" / name).chmod(mode)
    assert "chmod 600" in met("gate", "show", "mails", code=4).error["why"]


def test_another_key_file_reads_nothing_and_says_so(met: Desk) -> None:
    file = met.home / ".licet" / "key"
    secret = file.read_text("ascii").strip()
    other = "0" * 64
    file.write_text(other, "ascii")
    said = met("evaluate", "mails", "--exploratory", code=4).error
    assert said["code"] == "NotReadableError"
    assert secret not in said["why"]
    assert other not in said["why"]


def test_nothing_of_an_installation_is_for_others(granted: Desk) -> None:
    assert stat.S_IMODE((granted.home / ".licet").stat().st_mode) == 0o700
    for path in (granted.home / ".licet").iterdir():
        if path.name != ".gitignore":
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path.name


def test_an_older_schema_names_the_command_that_helps(met: Desk) -> None:
    sql(met, "update alembic_version set version_num = '0000'")
    said = met("gate", "show", "mails", code=4).error
    assert said["code"] == "SchemaError"
    assert "licet db upgrade" in said["why"]
    sql(met, "update alembic_version set version_num = '9999'")
    assert "newer" in met("gate", "show", "mails", code=4).error["why"]


def test_a_damaged_database_is_said_to_be_one(met: Desk) -> None:
    file = met.home / ".licet" / "licet.sqlite"
    file.write_bytes(b"not a database at all" * 1000)
    assert "licet restore" in met("gate", "show", "mails", code=4).error["why"]
    file.unlink()
    assert met("gate", "show", "mails", code=4).error["code"] == "DatabaseMissingError"


def test_a_clock_that_went_back_does_nothing(granted: Desk) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    sql(granted, "update ledger_head set last_at = ?", later.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    said = granted(*ADD, code=4).error
    assert said["code"] == "ClockWentBackError"
    assert "Nothing was done" in said["why"]
    done = granted("cases", "submit", "mails", granted.table("new.csv", cases(20, first=5000)), *POSTED, code=4)
    assert done.error["code"] == "ClockWentBackError"
    assert not {check["name"]: check["ok"] for check in granted("doctor", code=4).data["checks"]}["clock"]


def test_an_expired_mandate_decides_nothing(granted: Desk) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    sql(granted, "update mandate set expires_at = ?", past.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    done = granted("cases", "submit", "mails", granted.table("new.csv", cases(20, first=5000)), *POSTED).data
    assert done["alone"] == 0
    assert set(done["reasons"]) <= {"mandate_expired", "no_mandate"}
    assert granted("mandate", "show", "mails").data["state"] == "expired"


def test_a_database_locked_by_another_process_is_waited_for_and_then_named(met: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "BUSY_AFTER", timedelta(seconds=0.3))
    with closing(sqlite3.connect(met.home / ".licet" / "licet.sqlite", isolation_level=None)) as other:
        other.execute("begin immediate")
        began = time.monotonic()
        said = met(*ADD, code=4).error
        waited = time.monotonic() - began
        met("gate", "show", "mails")
        met("standard", "show", "mails")
        other.execute("rollback")
    assert said["code"] == "DatabaseBusyError"
    assert "Another process" in said["why"]
    assert 0.2 < waited < 2.0
    met(*ADD)


def test_a_ledger_rewritten_behind_a_checkpoint_is_noticed(granted: Desk) -> None:
    sql(granted, "update ledger_entry set body = cast(replace(cast(body as text), '\"owner\"', '\"admin\"') as blob)")
    problems = granted("ledger", "verify", code=4).data["problems"]
    assert any("was changed: its bytes do not have the hash" in problem for problem in problems)
    assert any("not those of the checkpoint outside" in problem for problem in problems)


def test_a_checkpoint_half_written_is_cut_off(met: Desk) -> None:
    file = met.home / ".licet" / "checkpoints.txt"
    whole = file.read_bytes()
    file.write_bytes(whole + whole[-120:-60])
    met(*ADD)
    text = file.read_bytes()
    assert text.startswith(whole)
    assert text.count(b"\n\n") == whole.count(b"\n\n") + 1
    assert met("ledger", "verify").data["problems"] == []


def test_a_checkpoint_lost_between_commit_and_copy_is_copied_by_the_next_command(met: Desk) -> None:
    file = met.home / ".licet" / "checkpoints.txt"
    before = file.read_bytes()
    met(*ADD)
    after = file.read_bytes()
    file.write_bytes(before)
    met("gate", "show", "mails")
    assert file.read_bytes() == after


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes to every folder")
def test_a_folder_that_may_not_be_written_is_named(met: Desk) -> None:
    (met.home / ".licet").chmod(0o500)
    try:
        assert met(*ADD, code=4).error
    finally:
        (met.home / ".licet").chmod(0o700)


def test_outputs_that_cannot_be_written_are_named(granted: Desk) -> None:
    nowhere = granted.files / "nowhere"
    assert str(nowhere) in granted("cases", "export", "mails", "-o", nowhere / "x.csv", code=2).error["why"]
    assert str(nowhere) in granted("backup", nowhere / "x.zip", code=4).error["why"]
    assert granted("cases", "export", "mails", "-o", granted.files, code=2).error["code"] == "usage"


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="mounting a small disk takes root")
def test_a_full_disk_loses_nothing_that_was_said_to_be_done(met: Desk, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(small)], capture_output=True, check=False)  # noqa: S607
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        shutil.copytree(met.home, small / "home")
        desk = Desk(home=small / "home", files=met.files)
        before = desk("ledger", "verify").data["entries"]
        done = desk("cases", "submit", "mails", desk.table("new.csv", cases(4000, first=5000)), *POSTED, code=4)
        assert "full" in done.error["why"]
        assert "Traceback" not in done.err
        assert desk.shown("doctor", code=4).out.count("no  ") >= 1
        (small / "home" / "use_cases" / "mails" / "standard.yaml").unlink()
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)  # noqa: S607
        found = desk("ledger", "verify").data
        assert found["problems"] == []
        assert found["entries"] > before
    finally:
        subprocess.run(["umount", str(small)], check=False)  # noqa: S607


def test_memory_grows_by_little_for_each_row_of_an_import(founded: Desk) -> None:
    script = "import resource, sys\nfrom licet.cli import cli\nfrom licet.cli.frame import run\n"
    script += "assert run(cli, sys.argv[1:]) == 0\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    peaks = []
    for count in (2_000, 32_000):
        rows = [
            {"id": f"{count}-{n}", "text": f"message number {n} of {count} " + "word " * 100, "label": "yn"[n % 2]} for n in range(count)
        ]
        words = ["import", "mails", str(founded.table("long.csv", rows)), "--content", "text", "--answer", "label", "--id", "id"]
        command = [*COMMAND[:-1], script, *words, "--home", str(founded.home)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout.split()[-1]) * (1 if sys.platform == "darwin" else 1024))
    assert peaks[1] - peaks[0] < 30_000 * 1_000
