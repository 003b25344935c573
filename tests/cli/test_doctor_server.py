"""The doctor on PostgreSQL: what a server, a role or an address may be wrong about, each made so and found."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from licet import __version__
from licet.cli.doctor import examine
from licet.cli.findings import Room, Severity
from licet.cli.look_server import way
from licet.edge.clock import SystemClock
from licet.pretend import SetClock
from licet.settings import Home, home_at
from licet.store.moments import moment_text
from tests.cli.conftest import made
from tests.cli.desk import Desk, typed
from tests.cluster import Cluster
from tests.store.test_postgresql import granted

ALWAYS = {"server lasting": "error", "server rights": "warning"}
"""The tests' own server forgets everything in a power cut, and Licet is its superuser here."""

LASTING = ("fsync", "full_page_writes", "synchronous_commit")


@pytest.fixture
def database(cluster: Cluster) -> str:
    """The name of an empty database."""
    return cluster.new_database().rpartition("/")[2]


@pytest.fixture
def desk(cluster: Cluster, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An installation on the server."""
    monkeypatch.setenv("LICET_DATABASE_URL", cluster.url(database))
    here = made(tmp_path / "desk")
    assert typed("init", str(here.home)).code == 0
    yield here
    cluster.run(f"alter database {database} reset all")


def found(desk: Desk) -> dict[str, tuple[str, str]]:
    """What the doctor says that it does not always say here."""
    checks = desk("doctor", code=4).data["checks"]
    said = {check["name"]: (check["severity"], check["says"]) for check in checks if check["severity"] != "ok"}
    return {name: what for name, what in said.items() if ALWAYS.get(name) != what[0]}


def test_a_server_that_forgets_in_a_power_cut_and_a_superuser(desk: Desk, cluster: Cluster, database: str) -> None:
    assert found(desk) == {}
    checks = {check["name"]: check for check in desk("doctor", code=4).data["checks"]}
    assert all(f"{name} is off" in checks["server lasting"]["says"] for name in LASTING)
    assert "the superuser 'owner'" in checks["server rights"]["says"]
    cluster.run(f"alter database {database} set synchronous_commit = on")
    checks = {check["name"]: check for check in desk("doctor", code=4).data["checks"]}
    assert "synchronous_commit" not in checks["server lasting"]["says"]


def test_a_role_with_the_rights_the_documentation_grants_has_no_finding_and_one_with_more_has(
    desk: Desk, cluster: Cluster, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, password = "licet_application", granted()[0].split("'")[1]
    cluster.grant(*granted(), database=database)
    monkeypatch.setenv("LICET_DATABASE_URL", cluster.url(database, user=name, password=password))
    rights = {check["name"]: check for check in desk("doctor", code=4).data["checks"]}["server rights"]
    assert rights["severity"] == "ok", rights
    cluster.run(f"grant update on ledger_entry to {name}", database=database)
    rights = {check["name"]: check for check in desk("doctor", code=4).data["checks"]}["server rights"]
    assert (rights["severity"], "may change ledger_entry" in rights["says"]) == ("warning", True)


def test_more_workers_than_the_server_lets_in(desk: Desk, cluster: Cluster, database: str) -> None:
    now = moment_text(datetime.now(UTC))
    for number in range(2):
        cluster.run(f"insert into worker values ('m:{number}', '{now}', '{now}', '{__version__}')", database=database)  # noqa: S608 - ours
    name, (severity, says) = next(iter(found(desk).items()))
    assert (name, severity) == ("server connections", "warning")
    assert "Raise max_connections" in says


def test_a_server_that_never_clears_away(desk: Desk, cluster: Cluster) -> None:
    cluster.run("alter system set autovacuum = off", "select pg_reload_conf()", "select pg_sleep(0.3)")
    try:
        assert set(found(desk)) == {"server vacuum"}
    finally:
        cluster.run("alter system reset autovacuum", "select pg_reload_conf()")


def test_a_database_that_takes_nothing(desk: Desk, cluster: Cluster, database: str) -> None:
    cluster.run(f"alter database {database} set default_transaction_read_only = on")
    assert found(desk)["server writable"][0] == "error"
    cluster.run(f"alter database {database} reset default_transaction_read_only")
    assert found(desk) == {}


def test_a_database_in_another_encoding_is_refused(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster.run("create database narrow template template0 encoding 'LATIN1' locale 'C'")
    monkeypatch.setenv("LICET_DATABASE_URL", cluster.url("narrow"))
    desk = made(tmp_path / "desk")
    said = typed("init", str(desk.home))
    assert (said.code, "LATIN1" in said.err) == (4, True), said
    assert not (desk.home / ".licet").exists()


def test_a_database_of_another_installation(desk: Desk, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = str(home_at(desk.home).database_url)
    monkeypatch.setenv("LICET_DATABASE_URL", cluster.new_database())
    other = made(tmp_path / "other")
    assert typed("init", str(other.home)).code == 0
    monkeypatch.setenv("LICET_DATABASE_URL", here)
    said = found(other)
    assert said["whose database"][0] == "error"
    assert "--home" in said["whose database"][1]


def test_clocks_that_do_not_agree(desk: Desk) -> None:
    """No test can change the machine's clock: the doctor is given one that is ahead."""
    home = home_at(desk.home)
    ahead = SetClock(at=datetime.now(UTC) + timedelta(seconds=40))
    checks = {check.name: check.found for check in examine(home, ahead)}
    assert checks["server clock"].severity is Severity.WARNING
    assert "seconds apart" in checks["server clock"].says
    assert {check.name: check.found for check in examine(home)}["server clock"].severity is Severity.OK


@pytest.mark.parametrize(
    ("query", "severity", "says"),
    [
        ("", Severity.OK, "verify-full"),
        ("?sslmode=verify-full", Severity.OK, "verify-full"),
        ("?sslmode=require", Severity.WARNING, "who answers is not checked"),
        ("?sslmode=disable", Severity.ERROR, "in the clear"),
    ],
)
def test_a_way_to_a_server_beyond_this_machine_that_somebody_could_listen_on(query: str, severity: Severity, says: str) -> None:
    url = f"postgresql://licet:secret-word@db.example.com:5432/licet{query}"
    looked = way(Room(home=Home(root=Path("x"), key_file=Path("x"), database_url=url), clock=SystemClock()))
    assert (looked.severity, says in looked.says) == (severity, True)
    assert "secret-word" not in looked.says


def test_a_server_that_is_not_there(tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    del tmp_path
    monkeypatch.setenv("LICET_DATABASE_URL", "postgresql://u:secret-word@127.0.0.1:1/licet")
    checks = {check["name"]: check for check in desk("doctor", code=4).data["checks"]}
    assert "cannot be reached" in checks["open"]["says"]
    assert "secret-word" not in str(checks)
