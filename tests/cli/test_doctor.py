"""The doctor finds what really goes wrong with files and databases, and says what helps; each test makes one thing wrong."""

import os
import shutil
import sqlite3
import stat
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from docs.write_reference import find
from licet.cli.doctor import FILES, MEANINGS, ROWS, examine
from licet.cli.findings import Severity, fine, note, warning, worst
from licet.cli.look_files import judged_mount, mount_kind
from licet.core.ledger import leaf_hash
from licet.pretend import SetClock
from licet.settings import home_at
from licet.store.moments import moment_text
from tests.cli.clinic import ago, effects, findings, only, sql
from tests.cli.conftest import made
from tests.cli.desk import Desk, typed

pytestmark = pytest.mark.usefixtures("on_a_disk")


def test_an_installation_in_order_has_nothing_to_say(granted: Desk) -> None:
    assert findings(granted, code=0) == {}


def test_a_system_in_order_has_nothing_to_say(callable_home: Path, tmp_path: Path) -> None:
    assert findings(made(tmp_path / "desk", callable_home), code=0) == {}


# --- files ----------------------------------------------------------------------------------------------------------------


def test_a_folder_that_others_may_read(met: Desk) -> None:
    (met.home / ".licet").chmod(0o755)
    only(met, "folder", "error", "mode 755", "chmod 700")


@pytest.mark.parametrize(("name", "look"), [("key", "payload key"), ("ledger.key", "signing key")])
def test_a_key_that_others_may_read_or_that_is_gone(met: Desk, name: str, look: str) -> None:
    file = met.home / ".licet" / name
    file.chmod(0o640)
    found = findings(met, code=4)
    assert list(found) == [look, "open"]
    assert "chmod 600" in found[look][1]
    file.unlink()
    found = findings(met, code=4)
    assert list(found) == [look, "open"]
    assert "backup" in found[look][1] or "cannot be read" in found[look][1]


def test_the_payload_key_of_another_installation(met: Desk) -> None:
    (met.home / ".licet" / "key").write_text("0" * 64, "ascii")
    only(met, "payloads", "error", "another installation", "LICET_KEY_FILE")


def test_the_signing_key_of_another_installation(met: Desk, tmp_path: Path) -> None:
    other = made(tmp_path / "other", met.home)
    shutil.rmtree(other.home)
    assert typed("init", str(other.home)).code == 0
    (met.home / ".licet" / "ledger.key").write_bytes((other.home / ".licet" / "ledger.key").read_bytes())
    found = findings(met, code=4)
    assert found["whose database"][0] == "error"
    assert "same backup" in found["whose database"][1]


def test_a_key_that_git_tracks(met: Desk) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("there is no git here")
    for words in (("init", "-q"), ("add", "-f", ".licet/key")):
        subprocess.run([git, "-C", str(met.home), *words], check=True, capture_output=True)
    only(met, "keys in git", "error", ".licet/key", "git rm --cached")


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="mounting a small disk takes root")
def test_a_disk_that_is_nearly_full_and_in_memory(met: Desk, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", str(small)], capture_output=True, check=False)  # noqa: S607
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        shutil.copytree(met.home, small / "home")
        found = findings(Desk(home=small / "home", files=met.files), code=4)
    finally:
        subprocess.run(["umount", str(small)], check=False)  # noqa: S607
    assert set(found) == {"disk", "file system"}
    assert "Free some space" in found["disk"][1]
    assert "gone when the machine is started again" in found["file system"][1]


MOUNTS = """22 1 0:21 / / rw - ext4 /dev/vda rw
23 22 0:22 / /srv rw shared:1 - nfs4 server:/export rw
24 23 0:23 / /srv/local\\040disk rw - xfs /dev/vdb rw
"""


@pytest.mark.parametrize(
    ("path", "kind", "severity"),
    [
        ("/srv/licet", "nfs4", Severity.ERROR),
        ("/srv", "nfs4", Severity.ERROR),
        ("/srvice", "ext4", Severity.OK),
        ("/srv/local disk/x", "xfs", Severity.OK),
        ("/var/x", "ext4", Severity.OK),
    ],
)
def test_a_file_system_of_another_machine_by_the_kernels_list_of_mounts(path: str, kind: str, severity: Severity) -> None:
    """No network file system can be mounted in a test: the kernel's list is written by hand."""
    assert mount_kind(Path(path), MOUNTS) == kind
    assert judged_mount(kind, path).severity is severity
    assert mount_kind(Path(path), "") == ""


def test_a_database_that_another_tool_took_out_of_write_ahead_logging(met: Desk) -> None:
    with closing(sqlite3.connect(met.home / ".licet" / "licet.sqlite")) as raw:
        assert raw.execute("pragma journal_mode=delete").fetchone() == ("delete",)
    only(met, "journal", "warning", "write-ahead logging")
    assert findings(met, code=0) == {}


def test_a_backup_that_was_never_made_or_long_ago(met: Desk) -> None:
    old = (datetime.now(UTC) - timedelta(days=40)).timestamp()
    os.utime(met.home / ".licet" / "ledger.key", (old, old))
    only(met, "backup", "note", "licet backup FILE")
    met("backup", met.files / "x.zip")
    mark = met.home / ".licet" / "backed-up"
    assert stat.S_IMODE(mark.stat().st_mode) == 0o600
    assert findings(met, code=0) == {}
    os.utime(mark, (old, old))
    only(met, "backup", "warning", "40 days ago")


# --- the database ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("schema", "says"), [("0001", "licet db upgrade"), ("9999", "newer")])
def test_an_older_or_newer_schema(met: Desk, schema: str, says: str) -> None:
    sql(met, "update alembic_version set version_num = ?", schema)
    found = findings(met, code=4)
    assert list(found) == ["schema", "open"]
    assert says in found["schema"][1]


def test_a_schema_to_which_a_newer_release_has_only_added(met: Desk) -> None:
    sql(met, "update alembic_version set version_num = '9999'")
    sql(met, "delete from counter where name like 'schema.%'")
    sql(met, "insert into counter values ('schema.9999', 2)")
    only(met, "schema", "warning", "still runs")


def test_a_damaged_database(met: Desk) -> None:
    (met.home / ".licet" / "licet.sqlite").write_bytes(b"not a database at all" * 1000)
    assert {"database", "open"} <= set(findings(met, code=4))


def test_a_clock_behind_the_ledger(granted: Desk) -> None:
    sql(granted, "update ledger_head set last_at = ?", moment_text(datetime.now(UTC) + timedelta(hours=1)))
    found = findings(granted, code=4)
    assert found["clock"][0] == "error"
    assert "Set it right" in found["clock"][1]


def test_ledger_entries_that_nobody_numbers(granted: Desk) -> None:
    with closing(sqlite3.connect(granted.home / ".licet" / "licet.sqlite")) as raw:
        body = bytes(raw.execute('select body from ledger_entry order by "index" limit 1').fetchone()[0])
    stamp = body.split(b'"at":"')[1].split(b'"')[0]
    late = body.replace(stamp, ago(minutes=10).encode())
    sql(granted, "insert into ledger_pending (use_case, body, leaf) values (null, ?, ?)", late, leaf_hash(late))
    only(granted, "numbering", "error", "1 ledger entries wait", "licet serve")
    assert findings(granted, code=0) == {}, "the doctor's own look at the ledger numbers them"


def test_messages_that_cannot_be_delivered(granted: Desk) -> None:
    messages = granted.home / ".licet" / "messages.jsonl"
    messages.unlink(missing_ok=True)
    messages.mkdir()
    values = ("p_1", "s", "b", ago(minutes=1))
    sql(granted, 'insert into outbox ("to", subject, body, at) values (?, ?, ?, ?)', *values)
    assert {"outbox"} <= set(findings(granted, code=4))


def test_a_ledger_that_was_rewritten(granted: Desk) -> None:
    sql(granted, "update ledger_entry set body = cast(replace(cast(body as text), '\"owner\"', '\"admin\"') as blob)")
    only(granted, "ledger", "error", "was changed", "licet restore")


# --- how it is told -------------------------------------------------------------------------------------------------------


def test_findings_for_people_show_how_bad_they_are(granted: Desk) -> None:
    effects(granted, "dead")
    (granted.home / ".licet").chmod(0o755)
    shown = granted.shown("doctor", code=4).out
    assert "no       folder" in shown
    assert "warning  dead effects" in shown
    assert "ok       ledger" in shown


def test_another_clock_shows_what_will_be_wrong_then(granted: Desk) -> None:
    later = SetClock(at=datetime.now(UTC) + timedelta(days=360))
    found = {check.name for check in examine(home_at(granted.home), later) if check.found.severity is not Severity.OK}
    assert "expiry" in found


def test_the_worst_of_several_findings_counts_and_all_are_said() -> None:
    found = worst([note("One."), warning("Two."), fine("Three.")], "nothing")
    assert (found.severity, found.says) == (Severity.WARNING, "One. Two. Three.")
    assert worst([], "nothing").severity is Severity.OK


def test_every_look_says_what_it_looks_for_and_there_are_more_than_twenty() -> None:
    assert len(MEANINGS) == len(FILES) + len(ROWS) > 20
    assert all(meaning.startswith("Whether ") for meaning in MEANINGS.values())
    assert find("licet.cli.doctor:MEANINGS") == MEANINGS
