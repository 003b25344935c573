"""What was asked: each request is told to the journal when it is answered, by its route and never by its address."""

import time
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licet.core.signal import Fact
from licet.ports import Journal, Trace
from licet.web.frame import CODE, ROUTE

REFUSED = 400
FAILED = 500
NO_ROUTE = "none"


class Asked:
    """Stands around the whole app and tells a journal what came of each request."""

    def __init__(self, app: ASGIApp, *, journal: Journal, trace: Trace) -> None:
        """Takes the app, the journal, and what measures."""
        self._app = app
        self._journal = journal
        self._trace = trace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, statuses = time.perf_counter(), list[int]()
        try:
            with self._trace.span("request", method=str(scope["method"])):
                await self._app(scope, receive, _noting(send, statuses))
        finally:
            status = statuses[0] if statuses else FAILED
            facts: dict[str, Fact] = {"method": str(scope["method"]), "route": _route(scope), "status": status}
            self._journal("request.done", **facts, ms=round(1000 * (time.perf_counter() - began)))
            if REFUSED <= status < FAILED:
                self._journal("request.refused", **facts, code=str(scope.get(CODE, status)))


def _route(scope: Scope) -> str:
    """The address as it is declared, with the names of its parts and nothing that was sent."""
    return str(scope.get(ROUTE) or getattr(scope.get("route"), "path", NO_ROUTE))


def _noting(send: Send, statuses: list[int]) -> Callable[[Message], Awaitable[None]]:
    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(int(message["status"]))
        await send(message)

    return noted
