"""The server's settings: how uvicorn is to run the app, so that no header is trusted that anybody could have sent."""

import asyncio
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

KEEP_ALIVE_SECONDS = 15
GRACE_SECONDS = 20
BACKLOG = 512
HEAD_BYTES = 64 * 1024
"""Most bytes of a request's head. The app's own limit is lower and answers in words; this one ends what never ends its head."""

HEAD_SECONDS = 15.0
"""How long a request's head may take to arrive, from the connection or from its first byte on."""

WHOLE_SECONDS = 60.0
"""How long the rest of it may take. The app gives a body that it reads less; this one ends what nobody reads."""

MOST_CONNECTIONS = 4096
"""Connections at once; fewer where the machine lets this process open few files, of which the database and the worker need some."""

STARTING_SECONDS = 0.02


class PortTakenError(RuntimeError):
    """The server cannot listen where it was told to."""


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with an end to connections, to a request's head and to its body, for each of which uvicorn waits for ever."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as uvicorn has it
        """As uvicorn makes it."""
        super().__init__(*args, **kwargs)
        self._head = 0
        self._in_head = True
        self._due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Takes a connection; hangs up where there are too many, so that none who sends nothing takes the worker's files."""
        super().connection_made(transport)
        if len(self.connections) > most_connections():
            transport.abort()
            return
        self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends."""
        self._wait(None)
        super().connection_lost(exc)

    def _wait(self, seconds: float | None) -> None:
        """Hangs up after so long, unless what is waited for comes before; None: nothing is waited for."""
        if self._due is not None:
            self._due.cancel()
        self._due = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        """Takes bytes; hangs up on a head that is too long."""
        if self._in_head:
            if self._due is None:
                self._wait(HEAD_SECONDS)
            self._head += len(data)
            if self._head > HEAD_BYTES + len(data):
                self.transport.close()
                return
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_head, self._head = False, 0
        self._wait(WHOLE_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A request is whole; the next one begins with its head."""
        self._in_head = True
        self._wait(None)
        super().on_message_complete()


def most_connections() -> int:
    """How many connections there may be: at most half of the files that this process may open."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if files == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, files // 2)


def server_of(app: FastAPI, *, host: str, port: int) -> uvicorn.Server:
    """A server for an app, not started yet.

    Args:
        app: from `licet.web.app.make_app`.
        host: the address to listen on.
        port: the port; 0: any that is free.
    """
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=BoundedProtocol,
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
            backlog=BACKLOG,
        )
    )


@contextmanager
def running(app: FastAPI, *, host: str, port: int) -> Iterator[list[int]]:
    """Runs an app in a thread of its own until the block ends; requests at hand are finished then.

    Yields:
        The ports it listens on.

    Raises:
        PortTakenError: when the address cannot be listened on.
    """
    server = server_of(app, host=host, port=port)
    thread = threading.Thread(target=server.run, name="licet-server", daemon=True)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                message = f"{host}:{port} cannot be listened on: another process has it, or it is no address of this machine."
                raise PortTakenError(message)
            thread.join(STARTING_SECONDS)
        yield ports_of(server)
    finally:
        server.should_exit = True
        thread.join(GRACE_SECONDS + KEEP_ALIVE_SECONDS)


def ports_of(server: uvicorn.Server) -> list[int]:
    """The ports a started server listens on."""
    sockets = [one for each in server.servers for one in each.sockets]
    return [int(one.getsockname()[1]) for one in sockets]
