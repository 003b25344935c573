"""Commands on PostgreSQL: an installation is made, looked at and upgraded there; copies are the server's."""

from pathlib import Path

import pytest

from licet.store.engines import HEAD
from tests.cli.conftest import made
from tests.cli.desk import typed
from tests.cluster import PASSWORD, Cluster


def test_an_installation_lives_on_postgresql(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICET_DATABASE_URL", cluster.new_database())
    desk = made(tmp_path / "desk")
    assert typed("init", str(desk.home)).code == 0
    assert not (desk.home / ".licet" / "licet.sqlite").exists()
    desk("person", "add", "ann@example.org", "--name", "Ann", "--role", "owner")
    assert desk("db", "check").data == {"schema": HEAD, "waiting": []}
    assert desk("db", "upgrade").data == {"before": HEAD, "after": HEAD}
    assert desk("ledger", "verify").data["problems"] == []
    wrong = [check["name"] for check in desk("doctor", code=4).data["checks"] if not check["ok"]]
    assert wrong == ["server lasting"], "the tests' own server forgets everything in a power cut"
    for words in (("backup", desk.files / "x.zip"), ("restore", desk.files / "x.zip")):
        refused = desk(*words, code=5).refused
        assert refused["code"] == "database_elsewhere"
        assert "pg_dump" in refused["remedy"]
    other = made(tmp_path / "other")
    said = typed("init", str(other.home))
    assert (said.code, "Nothing was changed" in said.err) == (4, True)
    assert not (other.home / ".licet").exists()


def test_a_database_of_another_installation_is_not_touched(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = made(tmp_path / "one"), made(tmp_path / "two")
    first = cluster.new_database()
    for desk, url in ((one, first), (two, cluster.new_database())):
        monkeypatch.setenv("LICET_DATABASE_URL", url)
        assert typed("init", str(desk.home)).code == 0
    monkeypatch.setenv("LICET_DATABASE_URL", first)
    assert two("ledger", "verify", code=4).error["code"] == "OtherInstallationError"
    assert one("ledger", "verify").data["problems"] == []


@pytest.mark.parametrize(
    ("url", "code"), [("postgresql://u:{}@127.0.0.1:1/d", "DatabaseUnreachableError"), ("oracle://u:{}@h/d", "DatabaseAddressError")]
)
def test_an_address_that_leads_nowhere_is_named_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, code: str
) -> None:
    monkeypatch.setenv("LICET_DATABASE_URL", url.format(PASSWORD))
    said = typed("init", str(tmp_path / "home"), "--json")
    assert (said.code, said.error["code"]) == (4, code)
    assert PASSWORD not in said.out + said.err
    assert not (tmp_path / "home" / ".licet").exists()


def test_a_copy_that_was_put_back_is_worked_on_once_its_loss_is_in_the_ledger(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = cluster.new_database()
    monkeypatch.setenv("LICET_DATABASE_URL", first)
    desk = made(tmp_path / "desk")
    assert typed("init", str(desk.home)).code == 0
    assert desk("db", "accept-rollback", code=5).refused["code"] == "nothing_lost"
    older = cluster.new_database(like=first.rpartition("/")[2])
    desk("person", "add", "ann@example.org", "--name", "Ann", "--role", "owner")
    monkeypatch.setenv("LICET_DATABASE_URL", older)
    refused = desk("person", "add", "rob@example.org", "--name", "Rob", "--role", "risk", code=4).error
    assert (refused["code"], "accept-rollback" in refused["why"]) == ("RolledBackError", True)
    assert desk("db", "accept-rollback").data == {"entries": 1, "known_outside": 2, "rolled_back": 1}
    desk("person", "add", "rob@example.org", "--name", "Rob", "--role", "risk")
    assert desk("ledger", "verify").data["problems"] == []


def test_on_a_file_a_rollback_is_accepted_by_restoring(tmp_path: Path) -> None:
    desk = made(tmp_path / "desk")
    assert typed("init", str(desk.home)).code == 0
    refused = desk("db", "accept-rollback", code=5).refused
    assert (refused["code"], "licet restore" in refused["remedy"]) == ("database_here", True)
