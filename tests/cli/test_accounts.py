"""Accounts at the command line: a link, a session in a file of one's own, and no name that is taken at its word afterwards."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyotp import TOTP

from tests.cli.desk import ADMIN, BUILDER, OWNER, RISK, Desk, typed

GOOD = "four unlikely words in a row"


@pytest.fixture(autouse=True)
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this command line keeps its session."""
    file = tmp_path / "state" / "session"
    monkeypatch.setenv("LICET_SESSION_FILE", str(file))
    return file


def file_of(desk: Desk, name: str, text: str) -> Path:
    """A file with a secret."""
    (desk.files / name).write_text(text + "\n")
    return desk.files / name


def secret_of(desk: Desk, email: str, *more: str) -> str:
    """Sets an account up as its person does; gives the secret of the second factor."""
    link = file_of(desk, "link", desk("account", "link", email, *more).data["link"])
    secret = str(desk("account", "set-up", "--link-file", link, "--look").data["secret"])
    words = ("--link-file", link, "--password-file", file_of(desk, "password", GOOD), "--code", TOTP(secret).now())
    assert len(desk("account", "set-up", *words).data["recovery_codes"]) == 10
    return secret


def showing(desk: Desk, secret: str, steps: int) -> tuple[str | Path, ...]:
    """Password and a code that was not shown before; a phone's clock may be a step ahead."""
    ahead = datetime.now(UTC) + timedelta(seconds=30 * steps)
    return ("--password-file", file_of(desk, "password", GOOD), "--code", TOTP(secret).at(ahead))


def test_a_person_signs_in_acts_and_signs_out(founded: Desk, session: Path) -> None:
    secret = secret_of(founded, ADMIN)
    assert founded("whoami", code=5).refused["code"] == "session_ended"
    assert founded("token", "new", "x", "--scope", "stop", "--as", ADMIN, code=5).refused["code"] == "sign_in_needed"
    assert founded("token", "new", "x", "--scope", "stop", code=5).refused["code"] == "person_needed"
    signed = founded("login", ADMIN, *showing(founded, secret, 1)).data
    assert (signed["email"], signed["identity"]) == (ADMIN, "signed in")
    assert session.stat().st_mode & 0o077 == 0
    assert founded("whoami").data["email"] == ADMIN
    founded("token", "new", "x", "--scope", "stop")
    founded("token", "new", "y", "--scope", "stop", "--as", ADMIN)
    assert founded("token", "new", "z", "--scope", "stop", "--as", OWNER, code=5).refused["code"] == "sign_in_needed"
    assert founded("logout").data["ended"] == 1
    assert not session.exists()
    assert founded("token", "new", "x", "--scope", "stop", code=5).refused["code"] == "person_needed"


def test_a_wrong_password_is_refused_and_leaves_no_session(founded: Desk, session: Path) -> None:
    secret_of(founded, ADMIN)
    words = ("--password-file", file_of(founded, "wrong", "not the right words"), "--code", "123456")
    assert founded("login", ADMIN, *words, code=5).refused["code"] == "sign_in_failed"
    assert not session.exists()


def test_an_admin_lets_others_in_and_shuts_them_out(founded: Desk) -> None:
    secret = secret_of(founded, ADMIN)
    assert founded("account", "link", OWNER, code=5).refused["code"] == "person_needed"
    founded("login", ADMIN, *showing(founded, secret, 1))
    secret_of(founded, OWNER)
    assert founded("account", "show", OWNER).data["state"] == "open"
    assert founded("account", "disable", OWNER).data["disabled"]
    assert founded("account", "show", OWNER).data["state"] == "disabled"
    assert not founded("account", "enable", OWNER).data["disabled"]
    listed = {row["email"]: row["state"] for row in founded("account", "list").data["accounts"]}
    assert (listed[ADMIN], listed[OWNER], listed[BUILDER]) == ("open", "open", "none")
    assert founded("account", "disable", ADMIN, code=5).refused["code"] == "last_admin"


def test_a_session_that_others_may_read_is_not_used(founded: Desk, session: Path) -> None:
    secret = secret_of(founded, ADMIN)
    founded("login", ADMIN, *showing(founded, secret, 1))
    session.chmod(0o644)
    assert founded("whoami", code=4).error["code"] == "SessionFileError"
    assert founded("person", "add", "x@example.org", "--name", "X", "--role", "risk", code=4).error["code"] == "SessionFileError"


def test_a_break_glass_is_loud_until_an_admin_closes_it(founded: Desk) -> None:
    secret = secret_of(founded, ADMIN)
    made = founded("account", "break-glass", "--why", "nobody is here").data
    warned = {one["name"]: one for one in founded("doctor").data["checks"]}["accounts"]
    assert warned["severity"] == "warning"
    assert made["email"] in warned["says"]
    messages = (founded.home / ".licet" / "messages.jsonl").read_text("utf-8")
    assert messages.count("an emergency admin was made") == 2
    founded("login", ADMIN, *showing(founded, secret, 1))
    founded("account", "disable", made["email"])
    assert {one["name"]: one for one in founded("doctor").data["checks"]}["accounts"]["severity"] == "ok"


def test_the_doctor_says_that_everything_is_asserted(founded: Desk) -> None:
    found = {one["name"]: one for one in founded("doctor").data["checks"]}["accounts"]
    assert found["severity"] == "ok"
    assert "asserted" in found["says"]


def test_no_server_takes_peoples_word_where_they_have_accounts(founded: Desk) -> None:
    secret_of(founded, ADMIN)
    said = typed("serve", "--asserted", "--no-worker", "--port", "0", "--home", str(founded.home))
    assert said.code == 5
    assert "sign_in_needed" in said.err


def test_a_link_that_is_none_is_refused(founded: Desk) -> None:
    link = file_of(founded, "link", "licet_link_nothing")
    assert founded("account", "set-up", "--link-file", link, "--look", code=5).refused["code"] == "link_not_valid"


def test_risk_confirms_before_an_act_of_high_stake(founded: Desk, typing: Callable[[str], None]) -> None:
    secret = secret_of(founded, RISK)
    founded("login", RISK, *showing(founded, secret, 1))
    typing(f"{GOOD}\n")
    assert founded("confirm", "--code", "000000", code=5).refused["code"] == "sign_in_failed"
    assert founded("whoami").data["identity"] == "signed in"


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Types what a command asks for without showing it."""

    def types(text: str) -> None:
        lines = iter(text.splitlines())
        monkeypatch.setattr("click.termui.hidden_prompt_func", lambda prompt: next(lines))

    return types
