"""A server is killed while a program posts cases, and started again: nothing is lost, nothing decided twice, on either database."""

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.desk import ADMIN, cases
from tests.cluster import Cluster
from tests.crash.eye import Eye
from tests.crash.ground import SLUG, Ground, command, made_ground

CASES = 90
KILLS = 2
LISTENS = re.compile(r"listens on (http://\S+)")
TWICE = (
    "select count(*) - count(distinct external_id) from case_item where part = 'live'",
    "select count(*) - count(distinct case_number) from routing",
    "select count(*) - count(distinct case_number) from decision",
    "select count(*) - count(distinct case_number || kind) from task",
)


def started(ground: Ground, *words: str, log: Path) -> subprocess.Popen[bytes]:
    """A process on an installation, whose log is a file."""
    with log.open("ab") as file:
        return subprocess.Popen(command(ground, *words), stdout=file, stderr=file, env=ground.environment)


def listening(ground: Ground, *words: str, log: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A server that answers, and its address."""
    before = log.read_text("utf-8") if log.exists() else ""
    process = started(ground, "serve", "--port", "0", *words, log=log)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        found = LISTENS.search(log.read_text("utf-8")[len(before) :])
        if found is not None:
            return process, found.group(1)
        time.sleep(0.05)
    message = f"the server did not start: {log.read_text('utf-8')[-2000:]}"
    raise AssertionError(message)


@contextmanager
def ended(processes: list[subprocess.Popen[bytes]]) -> Iterator[None]:
    """Ends what is still running."""
    try:
        yield
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(30)


def sent_case(row: dict[str, object]) -> dict[str, Any]:
    """A case as the API takes it; every third one without a proposal, so that it waits for a worker."""
    case: dict[str, Any] = {"id": row["id"], "content": {"text": row["text"]}}
    if int(str(row["id"])[1:]) % 3:
        case["proposal"] = {"answer": row["said"], "confidence": row["sure"], "system": "vendor", "system_version": "3"}
    return case


def token_of(ground: Ground) -> str:
    """A token for a program that sends cases and reads them."""
    words = ("token", "new", "sender", "--scope", "cases:write", "--scope", "cases:read", "--as", ADMIN)
    return str(ground.run(*words)["token"])


def posted(client: httpx.Client, address: str, case: dict[str, Any]) -> bool:
    """Whether the server said that it has the case."""
    try:
        answer = client.post(f"{address}/api/v1/use-cases/{SLUG}/cases", json=case, headers={"Idempotency-Key": f"key-{case['id']}"})
    except httpx.HTTPError:
        return False
    assert answer.status_code in {200, 201, 202, 503}, answer.text
    return answer.status_code != 503


def routes(client: httpx.Client, address: str, names: list[str]) -> list[str | None]:
    """How each case was routed, as a program reads it."""
    answers = [client.get(f"{address}/api/v1/use-cases/{SLUG}/cases/{name}") for name in names]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.json()["route"] for answer in answers]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """An installation with a mandate, on each database."""
    cluster: Cluster | None = request.getfixturevalue("cluster") if request.param == "postgresql" else None
    return made_ground(tmp_path_factory.mktemp(str(request.param)), cluster)


@dataclass(slots=True, kw_only=True)
class Site:
    """A server that is killed and started again, with workers of its own on PostgreSQL, where it only takes in."""

    ground: Ground
    log: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    address: str = ""

    def open(self) -> None:
        """Starts the workers, if there are to be any, and the server."""
        if self.ground.url is not None:
            self.running += [started(self.ground, "worker", log=self.log) for _ in range(2)]
        self.serve()

    def serve(self) -> None:
        """Starts the server anew."""
        words = ("--no-worker",) if self.ground.url is not None else ()
        server, self.address = listening(self.ground, *words, log=self.log)
        self.running.append(server)

    def kill(self) -> None:
        """Kills the server; and the first worker, which never comes back."""
        self.running[-1].kill()
        if self.ground.url is not None:
            self.running[0].kill()

    def post(self, client: httpx.Client, case: dict[str, Any]) -> None:
        """Posts a case until a server says that it has it."""
        while not posted(client, self.address, case):
            self.running[-1].wait(30)
            self.serve()


def settled(client: httpx.Client, address: str, names: list[str]) -> list[str | None]:
    """How the cases were routed, once they all are; within a minute."""
    deadline = time.monotonic() + 60
    while None in (found := routes(client, address, names)) and time.monotonic() < deadline:
        time.sleep(0.3)
    return found


@pytest.mark.slow
def test_killing_the_server_in_the_middle_loses_nothing(ground: Ground, tmp_path: Path) -> None:
    rows, token = [sent_case(row) for row in cases(CASES, seed=31, first=50_000)], token_of(ground)
    site = Site(ground=ground, log=tmp_path / "log")
    with ended(site.running), httpx.Client(timeout=20, headers={"Authorization": f"Bearer {token}"}) as client:
        site.open()
        for place, case in enumerate(rows):
            if place and place % (CASES // (KILLS + 1)) == 0:
                site.kill()
            site.post(client, case)
        found = settled(client, site.address, [str(case["id"]) for case in rows])
    assert set(found) == {"alone", "to_person"}
    assert ground.run("ledger", "verify")["problems"] == []
    eye = Eye(ground=ground)
    assert eye.sure("select count(*) from case_item where part = 'live'") == CASES
    assert eye.sure("select count(*) from routing") == CASES
    assert [eye.sure(query) for query in TWICE] == [0, 0, 0, 0]
    assert eye.sure("select count(*) from work") == 0
    eye.close()
