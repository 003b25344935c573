"""The stop is pressed by a short command while another process decides cases: not one is decided alone after it, on either database."""

import json
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import founded_home, imported_home, made, met_home, signed_home
from tests.cli.desk import COMMAND, OWNER, PEOPLE, POSTED, RISK, Desk, cases, typed
from tests.cluster import Cluster

__all__ = ["founded_home", "imported_home", "met_home", "signed_home"]

CASES = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An installation where cases are decided alone, and its database behind Licet's back."""

    desk: Desk
    asked: Callable[[str], list[tuple[Any, ...]]]

    def count(self, query: str) -> int:
        """One number."""
        return int(self.asked(query)[0][0])

    def events(self) -> list[dict[str, Any]]:
        """The ledger's entries, numbered ones and those that wait, in order."""
        self.desk("ledger", "verify")
        return [json.loads(bytes(row[0])) for row in self.asked('select body from ledger_entry order by "index"')]


def on_sqlite(path: Path) -> Callable[[str], list[tuple[Any, ...]]]:
    """Asks a file."""

    def asked(query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(path)) as raw:
            return raw.execute(query).fetchall()

    return asked


def on_postgresql(cluster: Cluster, database: str) -> Callable[[str], list[tuple[Any, ...]]]:
    """Asks a server."""

    def asked(query: str) -> list[tuple[Any, ...]]:
        engine = cluster.engine(database)
        with engine.connect() as conn:
            rows = [tuple(row) for row in conn.exec_driver_sql(query)]
        engine.dispose()
        return rows

    return asked


def founded_on(url: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The way to a met verdict, on a server."""
    monkeypatch.setenv("LICET_DATABASE_URL", url)
    desk = made(root)
    assert typed("init", str(desk.home)).code == 0
    for email, role in PEOPLE.items():
        desk("person", "add", email, "--name", email.partition("@")[0].title(), "--role", role)
    desk("use-case", "new", "mails")
    desk("import", "mails", desk.table("past.csv", cases(900)), *POSTED)
    desk("standard", "lock", "mails", "--as", OWNER)
    desk("standard", "countersign", "mails", "--as", RISK)
    desk("evaluate", "mails")
    return desk


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, met_home: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A mandate in force, on each database."""
    if request.param == "sqlite":
        desk = made(tmp_path / "desk", met_home)
        asked = on_sqlite(desk.home / ".licet" / "licet.sqlite")
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        url = cluster.new_database()
        desk = founded_on(url, tmp_path / "desk", monkeypatch)
        asked = on_postgresql(cluster, url.rpartition("/")[2])
    desk.grant()
    return Place(desk=desk, asked=asked)


def submitting(desk: Desk, file: Path) -> subprocess.Popen[bytes]:
    """A process that takes cases in and decides them."""
    words = ("cases", "submit", "mails", str(file), *POSTED, "--home", str(desk.home), "--json")
    return subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def until(happened: Callable[[], bool]) -> None:
    """Waits for what must happen soon."""
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.parametrize("where", [("mails",), ("--team", "main"), ()], ids=["use case", "team", "installation"])
def test_nothing_is_decided_alone_while_the_stop_is_pressed_from_another_process(place: Place, where: tuple[str, ...]) -> None:
    """Breaks when the stop is no condition of the deciding transaction."""
    desk = place.desk
    process = submitting(desk, desk.table("new.csv", cases(CASES, seed=12, first=10_000)))
    until(lambda: place.count("select count(*) from routing where route = 'alone'") >= 50)
    desk("stop", "press", *where, "--why", "a drill", "--as", RISK)
    before = place.count("select count(*) from routing")
    until(lambda: place.count("select count(*) from routing") > before + 50)
    desk("stop", "lift", *where, "--as", RISK)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    events = place.events()
    words = [event["what"] for event in events]
    word = "team_stop" if "--team" in where else "stop"
    pressed, lifted = (len(words) - 1 - words[::-1].index(f"{word}.{what}") for what in ("pressed", "lifted"))  # the drill came before
    routes = [(at, event["facts"]) for at, event in enumerate(events) if event["what"] == "case.routed"]
    during = [facts for at, facts in routes if pressed < at < lifted]
    assert len(during) > 50
    assert {(facts["route"], facts["reason"]) for facts in during} == {("to_person", "stopped")}
    ways = [facts["route"] for at, facts in routes if at < pressed or at > lifted]
    assert "alone" in ways[:60]
    assert "alone" in ways[-60:]
    assert place.count("select count(*) from routing") == place.count("select count(distinct case_number) from routing") == CASES
    assert desk("mandate", "show", "mails").data["state"] == "active"
