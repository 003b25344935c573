"""The frame around every request: limits on what comes in, headers on what goes out, and a plain word when something breaks."""

import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext

import anyio
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licet.core.signal import Fact, told_error
from licet.ports import Journal, Trace
from licet.store.book import ClockWentBackError
from licet.store.engines import BrokenDatabaseError, DatabaseBusyError, DatabaseUnreachableError, SchemaError
from licet.web.limits import Limits
from licet.web.problems import Problem, ProblemError, problem, render

HEADERS = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
"""On every response, whatever made it; one that a page set itself stays."""

DATABASE_ERRORS = (DatabaseBusyError, DatabaseUnreachableError, BrokenDatabaseError, SchemaError, ClockWentBackError)
"""What may pass by waiting or by an operator's hand; the caller hears so much, the log the rest."""


CODE = "licet.code"
"""Under this name a request's scope carries the code of the problem it was answered with."""

ROUTE = "licet.route"
"""Under this name it carries the address it came to, as the documentation has it."""

SAYS = "licet.says"
"""Under this name it may carry what says a problem in another form than that of RFC 9457: a page's own words."""


class Frame:
    """Stands around the whole app."""

    def __init__(self, app: ASGIApp, *, limits: Limits, journal: Journal, trace: Trace | None = None) -> None:
        """Takes the app, what a request may take, who is told of requests and failures, and what measures."""
        self._app = app
        self._limits = limits
        self._journal = journal
        self._trace = trace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        answer = _Answer(send)
        refused = self._too_large(scope)
        if refused is None:
            await self._through(scope, receive, answer)
        else:
            scope[CODE] = refused.code
            await render(refused)(scope, receive, answer)
        self._tell(scope, answer.status, began)

    async def _through(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            with nullcontext() if self._trace is None else self._trace.span("request", method=str(scope["method"])):
                await self._app(scope, _Body(receive, self._limits), answer)
        except Exception as error:  # noqa: BLE001 - the entry point: what is not known is a bug, and is recorded
            await self._broke(error, scope, receive, answer)

    def _tell(self, scope: Scope, status: int, began: float) -> None:
        about: dict[str, Fact] = {"method": str(scope["method"]), "route": str(scope.get(ROUTE, "other")), "status": status}
        self._journal("request.done", **about, ms=round((time.perf_counter() - began) * 1000.0, 1))
        if CODE in scope:
            self._journal("request.refused", **about, code=str(scope[CODE]))

    def _too_large(self, scope: Scope) -> Problem | None:
        """What can be refused by the head of a request alone."""
        limits = self._limits
        if "\0" in scope["path"]:
            return problem("bad_request", "An address holds no U+0000.")
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > limits.target_bytes:
            return problem("address_too_long", f"An address may have {limits.target_bytes:,} bytes.")
        if sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > limits.header_bytes:
            return problem("headers_too_large", f"Headers may have {limits.header_bytes:,} bytes.")
        told = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if told.isdigit() and int(told[:20]) > limits.body_bytes:
            return too_large(limits)
        return None

    async def _broke(self, error: Exception, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        log_id = secrets.token_hex(8)
        self._journal("error.unexpected", id=log_id, **told_error(error))
        if answer.status:
            raise error
        found = failure(error, log_id)
        scope[CODE] = found.code
        says: Callable[[Problem], Response] = scope.get(SAYS, render)
        await says(found)(scope, receive, answer)


def failure(error: BaseException, log_id: str) -> Problem:
    """What a caller hears of a failure: never what was said inside."""
    if isinstance(error, DATABASE_ERRORS):
        return problem("database_busy", "The database is busy or cannot be reached.", "Try again.", log_id=log_id)
    return problem("bug", f"Something failed that should not. Its id is {log_id}.", "Tell whoever runs the server.", log_id=log_id)


def too_large(limits: Limits) -> Problem:
    """A body that is larger than allowed."""
    return problem("body_too_large", f"A body may have {limits.body_bytes:,} bytes.", "Send the cases in smaller batches.")


class _Answer:
    """Adds headers to what goes out, and knows with which status; 0 while nothing has."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            there = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in HEADERS if pair[0] not in there)]
        await self._send(message)


class _Body:
    """Lets a body in as long as it is small and quick enough, whatever its headers said."""

    def __init__(self, receive: Receive, limits: Limits) -> None:
        self._receive = receive
        self._limits = limits
        self._left = limits.body_bytes
        self._whole = False
        self._until: float | None = None

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        message = await self._in_time(self._receive)
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
        if self._left < 0:
            raise ProblemError(too_large(self._limits))
        return message

    async def _in_time(self, receive: Callable[[], Awaitable[Message]]) -> Message:
        within = self._limits.body_within.total_seconds()
        if self._until is None:
            self._until = anyio.current_time() + within
        with anyio.move_on_after(self._until - anyio.current_time()):
            return await receive()
        raise ProblemError(problem("too_slow", f"A body may take {within:.0f} seconds to arrive.", "Send it again."))
