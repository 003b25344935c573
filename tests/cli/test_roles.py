"""Roles for less than the installation, and signing in through an identity provider, at the command line."""

import io
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx
import pytest
from oidc_provider_mock import User, run_server_in_thread

from licet.cli.doctor import examine
from licet.settings import home_at
from tests.cli.desk import ADMIN, OWNER, RISK, Desk

# The provider of these tests is made with parts of Authlib that are on their way out; ours are not.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")

IDENTITY = """\
admit: [licet]
roles:
  - {group: north, role: reviewer, team: north}
new_people: true
"""


@pytest.fixture(autouse=True)
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this command line keeps its session."""
    file = tmp_path / "state" / "session"
    monkeypatch.setenv("LICET_SESSION_FILE", str(file))
    return file


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An identity provider that knows Nora and Otto."""
    nora = User(sub="nora", claims={"email": "nora@example.org", "email_verified": True, "name": "Nora", "groups": ["licet", "north"]})
    otto = User(sub="otto", claims={"email": "otto@example.net", "email_verified": True, "groups": ["north"]})
    with run_server_in_thread(require_nonce=True, user_claims=(nora, otto)) as server:
        address = f"http://localhost:{server.server_port}"
        monkeypatch.setenv("LICET_OIDC_ISSUER", address)
        monkeypatch.setenv("LICET_OIDC_CLIENT_ID", "licet")
        monkeypatch.setenv("LICET_SECRET_OIDC", "a secret")
        yield address


@contextmanager
def browsing(subject: str) -> Iterator[list[int]]:
    """A browser in which somebody opens the address that the command line prints, and signs in at the provider."""
    found: list[int] = []

    def browse() -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            said = sys.stderr.getvalue() if isinstance(sys.stderr, io.StringIO) else ""
            lines = [line for line in said.splitlines() if line.startswith("http://localhost")]
            if lines:
                found.append(httpx.post(lines[0], data={"sub": subject}, follow_redirects=True).status_code)
                return
            time.sleep(0.02)

    thread = Thread(target=browse)
    thread.start()
    yield found
    thread.join()


def test_an_admin_gives_and_takes_a_role_for_a_team(founded: Desk) -> None:
    founded("person", "add", "nora@example.org", "--name", "Nora")
    given = founded("role", "give", "nora@example.org", "reviewer", "--team", "north", "--as", ADMIN).data
    row = {"role": "reviewer", "team": "north", "use_case": None, "source": "hand"}
    assert given["roles"] == [row] == founded("role", "list", "nora@example.org").data["roles"]
    assert "reviewer for team north, by an admin" in founded.shown("role", "list", "nora@example.org").out
    refused = founded("role", "give", "nora@example.org", "risk", "--team", "north", "--as", OWNER, code=5).refused
    assert refused["code"] == "not_permitted"
    assert founded("role", "take", "nora@example.org", "reviewer", "--team", "north", "--as", ADMIN).data["roles"] == []
    assert founded("role", "take", "nora@example.org", "reviewer", "--as", ADMIN, code=5).refused["code"] == "not_there"
    assert founded("role", "give", RISK, "risk", "--team", "x", "--use-case", "y", "--as", ADMIN, code=2).error["code"] == "TwoPlacesError"
    assert founded("role", "list", "nobody@example.org", code=5).refused["code"] == "not_there"


def test_somebody_signs_in_through_a_provider(founded: Desk, issuer: str) -> None:
    del issuer
    (founded.home / "identity.yaml").write_text(IDENTITY)
    with browsing("nora") as found:
        signed = founded("login", "--oidc").data
    assert (found, signed["email"], signed["identity"]) == ([200], "nora@example.org", "signed in")
    assert founded("whoami").data["email"] == "nora@example.org"
    assert [(one["role"], one["team"], one["source"]) for one in founded("role", "list", "nora@example.org").data["roles"]] == [
        ("reviewer", "north", "provider")
    ]
    with browsing("nora"):
        assert founded("confirm", "--oidc").data["identity"] == "confirmed"
    with browsing("otto"):
        assert founded("login", "--oidc", code=5).refused["code"] == "identity_refused"


def test_what_is_missing_is_named(founded: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert founded("login", "--oidc", code=5).refused["code"] == "no_identity_provider"
    monkeypatch.setenv("LICET_OIDC_ISSUER", "http://127.0.0.1:9")
    assert founded("login", "--oidc", code=2).error["code"] == "BadSettingError"
    monkeypatch.setenv("LICET_OIDC_CLIENT_ID", "licet")
    assert founded("login", "--oidc", code=2).error["code"] == "SecretMissingError"
    monkeypatch.setenv("LICET_SECRET_OIDC", "a secret")
    assert founded("login", "--oidc", code=2).error["code"] == "BadFolderError"
    (founded.home / "identity.yaml").write_text(IDENTITY)
    assert founded("login", "--oidc", code=5).refused["code"] == "identity_unavailable"
    monkeypatch.setenv("LICET_OIDC_ISSUER", "http://id.example.org")
    assert founded("login", "--oidc", code=2).error["code"] == "NotAnIssuerError"


def test_the_doctor_looks_at_the_provider(founded: Desk, issuer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (founded.home / "identity.yaml").write_text("admit: everybody\nroles:\n  - {group: a, role: risk, use_case: nowhere}\n")
    severity, says = looked_at(founded)
    assert (severity, "'nowhere'" in says, "second factor" in says) == ("warning", True, True)
    (founded.home / "identity.yaml").write_text(IDENTITY)
    assert looked_at(founded)[0] == "ok"
    monkeypatch.setenv("LICET_OIDC_ISSUER", issuer + "/elsewhere")
    assert looked_at(founded)[0] == "warning"
    monkeypatch.delenv("LICET_SECRET_OIDC")
    assert looked_at(founded)[0] == "error"


def looked_at(desk: Desk) -> tuple[str, str]:
    """What the doctor says of the identity provider."""
    found = examine(home_at(desk.home))
    return next((one.found.severity.value, one.found.says) for one in found if one.name == "identity provider")
