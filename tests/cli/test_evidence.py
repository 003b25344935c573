"""Evidence on the command line: packs of a case and a period, a witness's round, pages of the ledger, and the verifier as a program."""

import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from licet.verify import main as verify_main
from tests.cli.clinic import findings
from tests.cli.desk import ADMIN, BUILDER, REVIEWER, RISK, Desk, typed


def pack(desk: Desk, name: str, *words: str, by: str = RISK) -> Path:
    """Exports a pack."""
    out = desk.files / name
    assert desk("evidence", "export", "mails", "-o", str(out), "--as", by, *words).data["use_case"] == "mails"
    return out


def vkey(desk: Desk) -> str:
    """The ledger's public key."""
    found = desk("ledger", "list", "--what", "installation.created").data["entries"][0]["facts"]["vkey"]
    assert isinstance(found, str)
    return found


def verified(path: Path, *words: str) -> dict[str, Any]:
    """What the verifier says."""
    return typed("evidence", "verify", str(path), *words, "--json").data


def test_a_pack_of_today_proves_growth_since_an_older_pack(granted: Desk) -> None:
    old, key = pack(granted, "old.zip", by=BUILDER), vkey(granted)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    new = pack(granted, "new.zip", "--from", today, "--to", today, "--since", str(old), "--for", "reviewer")
    found = verified(new, "--key", key, "--earlier", str(old))
    assert found["status"] == "authentic"
    assert any("this pack is of one period only" in note for note in found["notes"])
    with zipfile.ZipFile(new) as file:
        assert json.loads(file.read("manifest.json"))["view"]["role"] == "reviewer"
    wider = granted("evidence", "export", "mails", "-o", str(granted.files / "x.zip"), "--as", REVIEWER, "--for", "auditor", code=5)
    assert wider.refused["code"] == "not_permitted"


@pytest.mark.parametrize(
    "words",
    [("--case", "1", "--from", "2030-01-01"), ("--from", "2030-02-01", "--to", "2030-01-01"), ("--since", "none.zip"), ("--from", "x")],
)
def test_a_wish_that_is_none_is_named(granted: Desk, words: tuple[str, ...]) -> None:
    out = str(granted.files / "x.zip")
    assert granted("evidence", "export", "mails", "-o", out, *words, code=2).error["why"]
    assert not Path(out).exists()


def test_a_witness_signs_on_its_own_machine_and_the_pack_carries_it(granted: Desk) -> None:
    files, key = granted.files, vkey(granted)
    made = typed("witness", "key", "audit.example.org/w1", "-o", str(files / "w.key"), "--json").data
    granted("witness", "note", "-o", str(files / "note.txt"))
    refused = typed("witness", "sign", str(files / "note.txt"), "--key", str(files / "w.key"), "--json")
    assert refused.refused["code"] == "log_unknown"
    by = ("--key", str(files / "w.key"), "--log", key)
    typed("witness", "sign", str(files / "note.txt"), *by, "-o", str(files / "signed.txt"), "--json")
    taken = granted("witness", "add", str(files / "signed.txt"), "--key", made["vkey"], "--as", ADMIN).data
    assert (taken["witness"], taken["new"]) == ("audit.example.org/w1", True)
    assert granted("witness", "list").data["witnesses"][0]["size"] == taken["size"]
    granted("witness", "note", "--since", str(files / "signed.txt"), "-o", str(files / "next.txt"))
    typed("witness", "sign", str(files / "next.txt"), "--key", str(files / "w.key"), "-o", str(files / "next-signed.txt"), "--json")
    old = typed("witness", "sign", str(files / "note.txt"), "--key", str(files / "w.key"), "--json")
    assert old.refused["code"] == "tree_shrank"
    found = verified(pack(granted, "p.zip"), "--key", key, "--witness", made["vkey"])
    assert found["status"] == "authentic"
    assert any("saw the ledger's first" in note for note in found["notes"])


def test_a_note_goes_to_stdout_where_no_file_is_named(granted: Desk) -> None:
    shown = granted.shown("witness", "note", "--since", "3")
    assert shown.out.count("proof ") > 0
    assert shown.out.startswith("licet/")
    assert granted("witness", "tell").data == {"told": False, "says": "There is no witness elsewhere; set LICET_WITNESS_URL."}


def test_the_ledger_is_listed_in_pages_and_an_entry_shown_with_its_proof(granted: Desk) -> None:
    first = granted("ledger", "list", "--limit", "3").data
    assert [one["index"] for one in first["entries"]] == [0, 1, 2]
    following = granted("ledger", "list", "--limit", "3", "--after", str(first["after"])).data
    assert [one["index"] for one in following["entries"]] == [3, 4, 5]
    words = {one["what"] for one in granted("ledger", "list", "--what", "mandate.", "--use-case", "mails").data["entries"]}
    assert words == {"mandate.proposed", "mandate.granted"}
    by = granted("ledger", "list", "--by", RISK).data["entries"]
    assert {one["what"] for one in by} == {"standard.countersigned", "approval.given", "approval.passed"}
    assert granted("ledger", "list", "--from", "2001-01-01", "--to", "2001-01-01").data["entries"] == []
    assert "No such entry." in granted.shown("ledger", "list", "--to", "2001-01-01").out
    shown = granted("ledger", "show", "2").data
    assert shown["proof"]
    assert shown["checkpoint"].startswith("licet/")
    assert granted("ledger", "show", "999999", code=5).refused["code"] == "not_in_ledger"
    assert granted("ledger", "list", "--what", "nothing", code=2).error["code"] == "UnknownWordError"


def test_the_verifier_is_a_program_that_needs_nothing_but_python(granted: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Breaks when `licet-verify` loads anything that is not Python's own."""
    path, key = pack(granted, "p.zip"), vkey(granted)
    assert verify_main([str(path), "--key", key]) == 0
    assert capsys.readouterr().out.startswith("authentic: ")
    code = "import sys; import licet.verify; print(sorted({n.split('.')[0] for n in sys.modules} - set(sys.stdlib_module_names)))"
    command = [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert set(json.loads(found.stdout.replace("'", '"'))) <= {"__main__", "licet", "sitecustomize"}
    scripts = (Path(__file__).resolve().parents[2] / "pyproject.toml").read_text("utf-8")
    assert 'licet-verify = "licet.verify:main"' in scripts


def said(desk: Desk, severity: str, says: str) -> None:
    """Holds the doctor to what it finds of the witness elsewhere."""
    found = findings(desk, code=4 if severity == "error" else 0)["witness elsewhere"]
    assert found[0] == severity
    assert says in found[1]


@pytest.mark.usefixtures("on_a_disk")
def test_the_doctor_says_what_keeps_a_witness_elsewhere_from_being_told(granted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICET_WITNESS_URL", "http://127.0.0.1:1/witness")
    said(granted, "error", "LICET_SECRET_WITNESS is not set")
    monkeypatch.setenv("LICET_SECRET_WITNESS", "a-secret-of-the-tests")
    said(granted, "error", "LICET_WEBHOOK_ALLOW")
    monkeypatch.setenv("LICET_WEBHOOK_ALLOW", "127.0.0.1")
    assert "witness elsewhere" not in findings(granted, code=0)
    told = granted("witness", "tell").data
    assert not told["told"]
    assert "connection failed" in told["says"]
    said(granted, "warning", "could not be told 1 times")
    assert granted("witness", "list").data["elsewhere"]["failed"] == 1
    monkeypatch.setenv("LICET_WITNESS_EVERY", "soon")
    assert "LICET_WITNESS_EVERY is 'soon'" in granted("witness", "list", code=2).error["why"]
