"""Backups: one file that brings everything back, and a restore that never hides what is lost by it."""

import shutil
import stat
import zipfile
from pathlib import Path

from tests.cli.desk import Desk, typed


def test_a_backup_brings_everything_back(granted: Desk) -> None:
    file = granted.files / "safe.zip"
    before = granted("ledger", "verify").data
    granted("backup", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    shutil.rmtree(granted.home / ".licet")
    restored = typed("restore", str(file), "--home", str(granted.home), "--json").data
    assert (restored["entries"], restored["rolled_back"]) == (before["entries"], 0)
    after = granted("ledger", "verify").data
    assert (after["problems"], after["entries"]) == ([], before["entries"] + 1)
    assert granted("mandate", "show", "mails").data["state"] == "active"
    assert all(check["ok"] for check in granted("doctor").data["checks"])


def test_what_a_restore_rolls_back_is_reported_and_stays_in_the_ledger(met: Desk) -> None:
    file = met.files / "safe.zip"
    met("backup", file)
    backed_up = met("ledger", "verify").data["entries"]
    met.grant()
    lost = met("ledger", "verify").data["entries"] - backed_up
    done = met("restore", file).data
    assert (done["entries"], done["known_outside"], done["rolled_back"]) == (backed_up, backed_up + lost, lost)
    assert met("mandate", "show", "mails", code=5).refused["code"] == "no_mandate"
    assert met("ledger", "verify").data["problems"] == []
    aside = sorted(path.name for path in (met.home / ".licet").glob("*.before-restore"))
    assert aside == ["key.before-restore", "ledger.key.before-restore", "licet.sqlite.before-restore"]
    met("restore", file)
    assert (met.home / ".licet" / "licet.sqlite.before-restore-2").exists()


def test_a_copy_of_checkpoints_kept_elsewhere_tells_of_a_roll_back_on_a_new_machine(met: Desk, tmp_path: Path) -> None:
    file, outside, elsewhere = met.files / "safe.zip", met.files / "outside.txt", tmp_path / "new"
    met("backup", file)
    met.grant()
    shutil.copy(met.home / ".licet" / "checkpoints.txt", outside)
    done = typed("restore", str(file), "--checkpoint", str(outside), "--home", str(elsewhere), "--json").data
    assert done["rolled_back"] > 0
    shown = typed("restore", str(file), "--checkpoint", str(outside), "--home", str(elsewhere))
    assert "Rolled back" in shown.out


def test_a_database_put_back_by_hand_is_noticed_by_every_command(met: Desk) -> None:
    database = met.home / ".licet" / "licet.sqlite"
    shutil.copy(database, met.files / "old.sqlite")
    met("person", "add", "new@example.org", "--name", "New", "--role", "reviewer")
    for end in ("-wal", "-shm"):
        database.with_name(f"licet.sqlite{end}").unlink(missing_ok=True)
    shutil.copy(met.files / "old.sqlite", database)
    for words in (["gate", "show", "mails"], ["person", "add", "a@example.org", "--name", "A", "--role", "risk"], ["evaluate", "mails"]):
        said = met(*words, code=4).error
        assert said["code"] == "RolledBackError"
        assert "licet restore" in said["why"]
    assert "truncated" in met("ledger", "verify", code=4).data["problems"][0]
    assert not {check["name"]: check["ok"] for check in met("doctor", code=4).data["checks"]}["ledger"]


def test_what_is_no_backup_changes_nothing(met: Desk, granted_home: Path) -> None:
    file, other = met.files / "safe.zip", met.files / "other.txt"
    met("backup", file)
    assert met("backup", file, code=2).error["code"] == "BadBackupError"
    before = (met.home / ".licet" / "licet.sqlite").stat().st_ino
    cut = met.files / "cut.zip"
    cut.write_bytes(file.read_bytes()[:-2000])
    flipped = bytearray(file.read_bytes())
    flipped[200] ^= 0xFF
    (met.files / "flipped.zip").write_bytes(flipped)
    with zipfile.ZipFile(met.files / "empty.zip", "w") as packed:
        packed.writestr("licet.sqlite", "nothing")
    for name in ("cut.zip", "flipped.zip", "empty.zip", "nowhere.zip"):
        assert "Nothing was changed" in met("restore", met.files / name, code=2).error["why"]
    note = (granted_home / ".licet" / "checkpoints.txt").read_text("utf-8").replace("licet/", "licet/x")
    other.write_text(note, "utf-8")
    assert "another installation" in met("restore", file, "--checkpoint", other, code=2).error["why"]
    other.write_text("no checkpoint", "utf-8")
    assert "other.txt" in met("restore", file, "--checkpoint", other, code=2).error["why"]
    assert (met.home / ".licet" / "licet.sqlite").stat().st_ino == before
    assert sorted(path.name for path in met.home.iterdir()) == [".licet", "use_cases"]
    assert met("evaluate", "mails").data["verdict"] == "met"
