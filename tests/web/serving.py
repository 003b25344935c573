"""A real server on loopback, in a thread, over a pretend world."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import APIRouter

from licet.core.case_schema import Problem
from licet.core.history import SentCase
from licet.core.people import Role
from licet.core.token import TokenScope
from licet.core.use_case import UseCase
from licet.edge.case_forms import read_case
from licet.flows.drain import claim_cases, waiting_use_cases, work_off
from licet.flows.grant import Wishes
from licet.flows.issue_tokens import TokenWish, new_token
from licet.flows.speakers import Speakers
from licet.testing import World, done, past_cases, vendor
from licet.web.app import make_app
from licet.web.desk import Service
from licet.web.server import ports_of, server_of

MAILS = "mails"
VERSION = "2026-05"
AT = f"/api/v1/use-cases/{MAILS}"
JSON = {"content-type": "application/json"}


DESK: Mapping[str, Mapping[str, object]] = {
    "renew": {"lease": "l_x"},
    "release": {"lease": "l_x"},
    "skip": {"lease": "l_x", "reason": "a test"},
    "commit": {"lease": "l_x", "answer": "yes", "key": "a-test"},
    "hand-over": {"lease": "l_x", "to": "rene@example.org"},
    "forward": {"lease": "l_x", "skill": "french"},
    "return": {"lease": "l_x"},
    "put-aside": {"lease": "l_x", "until": "2030-01-08T00:00:00Z"},
    "remark": {"lease": "l_x", "text": "a test"},
    "ask": {"lease": "l_x", "question": "a test?"},
}
"""What can be done with a case on the desk, each with a body it takes."""


def read_plain(use_case: UseCase, raw: Mapping[str, object], *, line: int) -> SentCase | tuple[Problem, ...]:
    """Reads a case of a use case without a schema."""
    return read_case(raw, None, use_case.answer_kind, line=line)


@contextmanager
def started(service: Service, *extra: APIRouter) -> Iterator[str]:
    """A server's address, while it runs."""
    server = server_of(make_app(service, *extra), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, name="server")
    thread.start()
    try:
        yield f"http://127.0.0.1:{_port(server)}"
    finally:
        server.should_exit = True
        thread.join(timeout=30)


def _port(server: uvicorn.Server) -> int:
    for _ in range(1000):
        if server.started:
            return ports_of(server)[0]
        time.sleep(0.01)
    message = "The server did not start."
    raise TimeoutError(message)


class Served:
    """A world with a mandate for `vendor@2026-05`, its server, and programs that talk to it."""

    def __init__(self, world: World, address: str) -> None:
        self.world = world
        self.address = address
        self._clients: list[httpx.Client] = []
        self.admin = world.person("ada", Role.ADMIN)
        self.client = self.program(self.token())

    def token(self, *scopes: TokenScope, use_case: str | None = None, days: int = 30) -> str:
        """A new token; with all scopes unless some are named."""
        wish = TokenWish(name="a program", scopes=frozenset(scopes or TokenScope), use_case=use_case, lasts=timedelta(days=days))
        return done(new_token(self.world.office, self.admin, wish)).text

    def program(self, token: str | None, **headers: str) -> httpx.Client:
        """Somebody who talks to the server."""
        shown = {} if token is None else {"Authorization": f"Bearer {token}"}
        client = httpx.Client(base_url=self.address, headers={**shown, **headers}, timeout=30)
        self._clients.append(client)
        return client

    def send(self, given: object, *, headers: Mapping[str, str] | None = None, wait: int | None = None) -> httpx.Response:
        """Sends one case."""
        return self.client.post(f"{AT}/cases", json=given, headers=headers, params=None if wait is None else {"wait": wait})

    def close(self) -> None:
        """Hangs up."""
        for client in self._clients:
            client.close()


@contextmanager
def serving(folder: Path, *, wishes: Wishes | None = None, **how: object) -> Iterator[Served]:
    """A world that is served; `how` are fields of `Service`."""
    with World(folder) as world:
        journey(world, MAILS, wishes)
        service = Service(**{"office": world.office, "read_case": read_plain, **how})  # type: ignore[arg-type] # checked by the class itself
        with started(service) as address:
            served = Served(world, address)
            try:
                yield served
            finally:
                served.close()


def journey(world: World, name: str, wishes: Wishes | None = None) -> None:
    """The way to a mandate of a posted system that names its version."""
    world.use_case(name)
    world.import_cases(name, past_cases(150, name=name), card=vendor(VERSION))
    world.sign(name)
    world.evaluate(name)
    world.earn(name, wishes)


def case(name: str | None = "case-1", *, confidence: float | None = 0.99, **more: object) -> dict[str, Any]:
    """A case as a program sends it; without a confidence it has no proposal."""
    said: dict[str, Any] = {"content": {"text": f"{name}: is it so?"}, "attributes": {"truth": "yes"}}
    if name is not None:
        said["id"] = name
    if confidence is not None:
        said["proposal"] = proposal(confidence)
    return {**said, **more}


def proposal(confidence: float = 0.99, **more: object) -> dict[str, Any]:
    """A proposal of the system that has the mandate."""
    return {"answer": "yes", "confidence": confidence, "system": "vendor", "system_version": VERSION, **more}


def work(world: World) -> int:
    """Lets a worker decide what is queued; says how many cases there were."""
    count = 0
    for use_case in waiting_use_cases(world.office):
        claimed = claim_cases(world.office, use_case, holder="a worker")
        if claimed is not None:
            count += claimed.cases
            for _ in work_off(world.office, Speakers(), use_case_id=claimed.use_case_id, claim=claimed.claim):
                pass
    return count


def problem(response: httpx.Response) -> Mapping[str, Any]:
    """The problem a response tells, in the form of RFC 9457."""
    assert response.headers["content-type"] == "application/problem+json", (response.status_code, response.text)
    found: Mapping[str, Any] = response.json()
    assert found["type"] == f"urn:licet:problem:{found['code']}"
    assert found["status"] == response.status_code
    assert found["title"]
    assert found["detail"]
    return found


def code(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    found = problem(response)
    return found["status"], found["code"]
