"""Whoever talks to the server in this process, with or without a cookie."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from licet.core.token import TokenScope
from licet.edge.redesign_form import sent_redesign
from licet.edge.sent_evidence import take_evidence
from licet.testing import World
from licet.web.app import make_app
from licet.web.desk import Service
from licet.web.guard import everywhere
from licet.web.metrics import Meter, metrics_routes
from tests.flows.signing import Member
from tests.web.serving import read_plain

SESSION = "/api/v1/session"
HERE = "http://127.0.0.1"
OPENED = 201


class Browser:
    """Somebody at a server, who keeps the cookies they are given."""

    def __init__(self, portal: BlockingPortal, app: FastAPI, cookie: str | None, headers: Mapping[str, str]) -> None:
        """Nobody has signed in yet; `cookie` was planted."""
        self._portal = portal
        way = httpx.ASGITransport(app=app, client=("127.0.0.1", 50_000))
        cookies = {} if cookie is None else {"licet": cookie}
        self._client = httpx.AsyncClient(transport=way, base_url=HERE, headers=dict(headers), cookies=cookies)

    @property
    def cookie(self) -> str | None:
        """The session's token this browser keeps."""
        return self._client.cookies.get("licet")

    def ask(self, method: str, path: str, *, body: object = None, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Asks an address."""
        more: dict[str, Any] = {} if body is None else {"json": body}

        async def asked() -> httpx.Response:
            return await self._client.request(method, path, headers=dict(headers or {}), **more)

        return self._portal.call(asked)

    def signs_in(self, one: Member) -> str:
        """Signs somebody in; gives what pages send with each change."""
        shown = {"email": one.person.email, "password": one.password, "code": one.code()}
        told = self.ask("POST", SESSION, body=shown)
        assert told.status_code == OPENED, told.text
        return str(told.json()["page_token"])


class Server:
    """A server in this process."""

    def __init__(self, portal: BlockingPortal, app: FastAPI) -> None:
        """Takes an app; nobody talks to it yet."""
        self._portal, self.app = portal, app

    def browser(self, *, cookie: str | None = None, headers: Mapping[str, str] | None = None) -> Browser:
        """Somebody new."""
        return Browser(self._portal, self.app, cookie, headers or {})


@contextmanager
def served(world: World) -> Iterator[Server]:
    """The server of a world, with its metrics."""
    metrics = metrics_routes(Meter(), world.office, everywhere(TokenScope.METRICS))
    with start_blocking_portal() as portal:
        service = Service(office=world.office, read_case=read_plain, take_evidence=take_evidence, read_redesign=sent_redesign)
        yield Server(portal, make_app(service, metrics))
