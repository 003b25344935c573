"""A small identity provider on loopback that does what it should, and on request what it must not."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

CLIENT, SECRET = "licet", "a secret + of two words"
ALG = "ES256"


@dataclass(slots=True, kw_only=True)
class Issued:
    """A code, with what it was asked for."""

    challenge: str
    redirect: str
    word: str
    access: str


@dataclass(slots=True)
class Rogue:
    """The provider. Whatever a test changes here, it does from then on."""

    now: Callable[[], datetime]
    issuer: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one", "use": "sig"}))
    codes: dict[str, Issued] = field(default_factory=dict)
    about: dict[str, object] = field(default_factory=dict)
    published: list[ECKey] | None = None
    status: int = 200
    asked: list[str] = field(default_factory=list)

    def signs(self, address: str, **claims: object) -> str:
        """What somebody brings back who went to an address of ours and signed in: a code.

        A claim of None is left out; `key` and `alg` are no claims, but how the token is signed.
        """
        key, alg = claims.pop("key", self.key), str(claims.pop("alg", ALG))
        assert isinstance(key, ECKey | OctKey)
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        now, access = int(self.now().timestamp()), f"access-{len(self.codes)}"
        half = hashlib.sha256(access.encode()).digest()[:16]
        usual = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "s-1",
            "exp": now + 300,
            "iat": now,
            "nonce": query["nonce"],
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        }
        said = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        code = f"code-{len(self.codes)}"
        word = unsigned(said) if alg == "none" else jwt.encode({"alg": alg, "kid": self.key.kid}, said, key, algorithms=[alg])
        self.codes[code] = Issued(challenge=query["code_challenge"], redirect=query["redirect_uri"], word=word, access=access)
        return code

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, object]:
        """What it answers."""
        self.asked.append(path)
        if self.status != 200:
            return self.status, {}
        if path == "/.well-known/openid-configuration":
            named = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
            return 200, {"issuer": self.issuer, **{name: self.issuer + at for name, at in named.items()}, **self.about}
        if path == "/keys":
            listed = [self.key] if self.published is None else self.published
            return 200, {"keys": [one.as_dict(private=False) for one in listed] + [{"kty": "new", "kid": "of a kind nobody knows"}]}
        return self._token(form, authorization)

    def _token(self, form: dict[str, str], authorization: str) -> tuple[int, object]:
        shown = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        issued = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if shown != f"{CLIENT}:a+secret+%2B+of+two+words":
            return 401, {"error": "invalid_client"}
        if issued is None or (issued.challenge, issued.redirect) != (challenge, form.get("redirect_uri")):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": issued.access, "token_type": "Bearer", "id_token": issued.word}

    def later(self, seconds: int) -> int:
        """A time as tokens carry it."""
        return int((self.now() + timedelta(seconds=seconds)).timestamp())


def unsigned(claims: dict[str, object]) -> str:
    """A token with the algorithm `none`."""
    parts = [json.dumps(one).encode() for one in ({"alg": "none", "kid": "one"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


class Door(BaseHTTPRequestHandler):
    """Its door."""

    server: "Serving"

    def do_GET(self) -> None:
        """Says what it is."""
        self._say({})

    def do_POST(self) -> None:
        """Takes a code."""
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._say({name: values[0] for name, values in parse_qs(raw).items()})

    def _say(self, form: dict[str, str]) -> None:
        status, said = self.server.rogue.answer(self.path, form, self.headers.get("Authorization", ""))
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server names it
        """Says nothing."""


class Serving(ThreadingHTTPServer):
    """A provider that listens."""

    def __init__(self, rogue: Rogue) -> None:
        """Takes a free port."""
        super().__init__(("127.0.0.1", 0), Door)
        self.rogue = rogue
        rogue.issuer = f"http://127.0.0.1:{self.server_port}"


@contextmanager
def provider(now: Callable[[], datetime]) -> Iterator[Rogue]:
    """A provider that listens for as long as a test runs."""
    with Serving(rogue := Rogue(now)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield rogue
        finally:
            server.shutdown()
            thread.join()
