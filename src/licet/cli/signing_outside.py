"""Signing in through an identity provider at the command line: a browser goes there, and comes back to this machine (RFC 8252)."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import click

from licet.core.outside import AWAY_LASTS
from licet.core.refusal import Refused
from licet.wiring.provider import outside_of

if TYPE_CHECKING:
    from licet.flows.office import Office
    from licet.flows.sign_in import Opened
    from licet.settings import Home

DONE = b"You may close this page and go back to the command line."


@dataclass(slots=True)
class _Came:
    """What the browser brought back; empty until it came."""

    state: str = ""
    code: str = ""


class Waiting(HTTPServer):
    """Waits on a free port of 127.0.0.1 for the one request that comes back."""

    def __init__(self) -> None:
        """Listens."""
        super().__init__(("127.0.0.1", 0), _Door)
        self.came = _Came()
        self.done = threading.Event()

    @property
    def address(self) -> str:
        """Where it is sent back to; the literal address, since a name could be somebody else's (RFC 8252, 8.3)."""
        return f"http://127.0.0.1:{self.server_port}/callback"

    def wait(self, seconds: float) -> _Came:
        """What came; empty where nobody did in time."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            self.done.wait(seconds)
        finally:
            self.shutdown()
            thread.join()
            self.server_close()
        return self.came


class _Door(BaseHTTPRequestHandler):
    """Takes the first request that names a state, and says nothing of it to anybody."""

    server: Waiting

    def do_GET(self) -> None:
        """Takes what the browser brings."""
        parts = urlsplit(self.path)
        asked = parse_qs(parts.query)
        known = parts.path == "/callback" and "state" in asked
        if known and not self.server.done.is_set():
            self.server.came = _Came(state=asked["state"][0], code=asked.get("code", [""])[0])
            self.server.done.set()
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(DONE)))
        self.end_headers()
        self.wfile.write(DONE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server names it
        """Logs nothing: the address holds the code."""


def through_provider(office: "Office", home: "Home", *, text: str | None = None) -> "Opened | Refused":
    """Signs somebody in through the identity provider; or, with the token of their session, confirms it."""
    from licet.flows.sign_in_outside import Brought, come_back, go_outside

    outside = outside_of(home, office)
    if outside is None:
        remedy = "Sign in with a password: `licet login E-MAIL`. To set a provider up, see docs/accounts.md."
        return Refused(code="no_identity_provider", why="LICET_OIDC_ISSUER is not set.", remedy=remedy)
    waiting = Waiting()
    gone = go_outside(office, outside, redirect=waiting.address, text=text)
    if isinstance(gone, Refused):
        waiting.server_close()
        return gone
    click.echo(f"Open this in a browser of this machine:\n{gone.address}", err=True)
    came = waiting.wait(AWAY_LASTS.total_seconds())
    back = come_back(office, outside, Brought(state=came.state, code=came.code, kept=gone.state, text=text or ""))
    return back if isinstance(back, Refused) else back.opened
