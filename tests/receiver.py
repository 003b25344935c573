"""A receiver of webhooks on this machine: keeps what it was sent, and answers as told."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it came in; header names are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True, kw_only=True)
class Receiver:
    """What came in, and what is answered: a status and headers, or whatever else `answers` does with the connection."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    answers: Callable[[Request, BaseHTTPRequestHandler], None] = field(default=lambda request, handler: say(handler, 204))

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/licet"


def say(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    """Answers."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def handler_of(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    """Keeps what comes in, and lets the receiver answer."""

    class Handler(BaseHTTPRequestHandler):
        """One connection."""

        def do_POST(self) -> None:
            """One request."""
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            came = Request(path=self.path, headers={name.lower(): value for name, value in self.headers.items()}, body=body)
            receiver.requests.append(came)
            try:
                receiver.answers(came, self)
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
            """Says nothing."""

    return Handler


@contextmanager
def receiving(encryption: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Starts a receiver on a free port, and stops it."""
    receiver = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(receiver))
    server.daemon_threads = True
    if encryption is not None:
        server.socket = encryption.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
