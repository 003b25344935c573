"""A webhook tells its receiver once, signed, at the address that was looked at, and keeps nothing of what the receiver says."""

import json
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from licet.core.canonical import Json
from licet.core.effect import Delivered, Failed, Outcome
from licet.edge.addresses import Allowed, allowed_from
from licet.edge.effect_block import WebhookBlock
from licet.edge.webhook import LARGEST_ANSWER, Webhooks, outcome_of
from licet.pretend import START
from tests.edge.certificates import certificate
from tests.receiver import Receiver, Request, receiving, say

SECRET = "a-secret-of-the-tests"  # noqa: S105
MESSAGE: dict[str, Json] = {"key": "k" * 40, "answer": "Zürich", "case_number": 7}
HERE = allowed_from("127.0.0.1")
PAGE = Path(__file__).resolve().parents[2] / "docs/effects.md"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver."""
    with receiving() as made:
        yield made


def sent(url: str, allowed: Allowed = HERE, *, seconds: float = 5.0, resolver: Callable[[str, int], list[str]] | None = None) -> Outcome:
    """Sends the message."""
    block = WebhookBlock(url=url, secret="LICET_SECRET_TEST", timeout_seconds=seconds)  # noqa: S106 - a name
    webhooks = Webhooks(allowed=allowed) if resolver is None else Webhooks(allowed=allowed, resolver=resolver)
    return webhooks.send(block, SECRET, MESSAGE, START)


def why(outcome: Outcome) -> str:
    """Why it failed, to be tried again."""
    assert isinstance(outcome, Failed), outcome
    assert outcome.retry
    return outcome.why


def sample() -> Callable[..., bool]:
    """The receiver's check, as the documentation shows it."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    names: dict[str, Callable[..., bool]] = {}
    exec(code, names)  # noqa: S102 - our own documentation
    return names["is_from_licet"]


def test_the_receiver_is_told_signed_and_with_the_key(receiver: Receiver) -> None:
    assert sent(receiver.url) == Delivered()
    (request,) = receiver.requests
    assert json.loads(request.body) == MESSAGE
    assert request.path == "/licet"
    assert request.headers["idempotency-key"] == MESSAGE["key"]
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["content-type"] == "application/json"
    is_from_licet, header, now = sample(), request.headers["licet-signature"], START.timestamp()
    assert is_from_licet(header, request.body, SECRET, now)
    assert not is_from_licet(header, request.body + b" ", SECRET, now)
    assert not is_from_licet(header, request.body, SECRET + "x", now)
    assert not is_from_licet(header, request.body, SECRET, now + 301)
    assert not is_from_licet(header.replace("t=1", "t=2"), request.body, SECRET, now + 1_000_000_000)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    assert outcome_of(status, None, START) == Delivered()


@pytest.mark.parametrize("status", [400, 410, 422, 401, 404, 409, 413, 429, 500, 503])
def test_what_trying_again_does_not_change_is_not_tried_again(status: int) -> None:
    assert outcome_of(status, None, START) == Failed(why=f"The receiver answered {status}.", retry=status not in {400, 410, 422})


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("120", timedelta(seconds=120)),
        ("Mon, 07 Jan 2030 09:00:30 GMT", timedelta(seconds=30)),
        ("Mon, 07 Jan 2029 09:00:00 GMT", timedelta(0)),
        ("9" * 400, timedelta(days=1)),
        ("soon", None),
        ("-5", None),
        ("٣", None),
    ],
)
def test_a_receiver_may_ask_to_be_left_alone(said: str, after: timedelta | None) -> None:
    assert outcome_of(503, said, START) == Failed(why="The receiver answered 503.", retry=True, after=after)


def test_nothing_that_the_receiver_says_is_kept_and_little_is_read(receiver: Receiver) -> None:
    def flood(request: Request, handler: BaseHTTPRequestHandler) -> None:
        del request
        handler.send_response(500, "Frau Muster, Konto 12-345")
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b"Frau Muster " * LARGEST_ANSWER)

    receiver.answers = flood
    began = time.monotonic()
    assert sent(receiver.url) == Failed(why="The receiver answered 500.", retry=True)
    assert time.monotonic() - began < 2


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answers = lambda request, handler: say(handler, 302, Location=f"http://127.0.0.1:{receiver.port}/elsewhere")
    assert "Redirects are not followed" in why(sent(receiver.url))
    assert [request.path for request in receiver.requests] == ["/licet"]


@pytest.mark.parametrize("allow", ["", "10.0.0.0/8", "orders.example.org"])
def test_this_machine_is_not_reached_unless_it_is_allowed(receiver: Receiver, allow: str) -> None:
    assert "not a public one" in why(sent(receiver.url, allowed_from(allow)))
    assert receiver.requests == []


def test_a_name_that_leads_inside_is_not_reached(receiver: Receiver) -> None:
    url = f"http://orders.example.org:{receiver.port}/licet"
    assert "not a public one" in why(sent(url, Allowed(), resolver=lambda host, port: ["127.0.0.1"]))
    assert receiver.requests == []


def test_a_name_is_asked_once_and_the_connection_goes_where_it_said(receiver: Receiver) -> None:
    """Breaks when the address is looked at, and the name is connected to: the second answer leads nowhere."""
    answers = iter([["127.0.0.1"]])
    url = f"http://rebinding.example.org:{receiver.port}/licet"
    assert sent(url, allowed_from("127.0.0.1"), resolver=lambda host, port: next(answers)) == Delivered()
    assert receiver.requests[0].headers["host"] == f"rebinding.example.org:{receiver.port}"


def test_proxies_of_the_environment_are_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert sent(receiver.url) == Delivered()


def test_a_receiver_that_hangs_or_drips_costs_the_time_out_and_no_more(receiver: Receiver) -> None:
    def drip(request: Request, handler: BaseHTTPRequestHandler) -> None:
        del request
        for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 60:
            handler.wfile.write(bytes([letter]))
            time.sleep(0.1)

    for answers in (drip, lambda request, handler: time.sleep(1.5)):
        receiver.answers = answers
        began = time.monotonic()
        assert why(sent(receiver.url, seconds=0.5)) == "The receiver did not answer within 0.5 s."
        assert time.monotonic() - began < 1.2


def test_a_receiver_that_is_not_there_or_talks_no_http_is_tried_again(receiver: Receiver) -> None:
    def nonsense(request: Request, handler: BaseHTTPRequestHandler) -> None:
        del request
        handler.wfile.write(b"\x00\xff nonsense\r\n\r\n")
        handler.close_connection = True

    receiver.answers = nonsense
    assert why(sent(receiver.url)) == "The connection failed (RemoteProtocolError)."
    assert why(sent("http://127.0.0.1:9/")) == "The connection failed (ConnectError)."

    def nobody(host: str, port: int) -> list[str]:
        raise OSError(host, port)

    assert why(sent("https://orders.example.org/", resolver=nobody)) == "The connection failed (OSError)."


def test_a_secret_that_is_too_short_signs_nothing(receiver: Receiver) -> None:
    block = WebhookBlock(url=receiver.url, secret="LICET_SECRET_TEST")  # noqa: S106 - a name
    assert "fewer than 16 characters" in why(Webhooks(allowed=HERE).send(block, "short", MESSAGE, START))
    assert receiver.requests == []


# --- certificates ------------------------------------------------------------------------------------------------------


@contextmanager
def encrypted(folder: Path, name: str) -> Iterator[tuple[Receiver, ssl.SSLContext]]:
    """A receiver with a certificate for a name, and a trust in who signed it."""
    key, chain = certificate(folder, name)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(chain, key)
    with receiving(served) as made:
        yield made, ssl.create_default_context(cafile=str(chain))


def test_the_certificate_must_be_the_names_and_not_the_addresss(tmp_path: Path) -> None:
    with encrypted(tmp_path, "orders.example.org") as (receiver, trust):
        webhooks = Webhooks(allowed=HERE, resolver=lambda host, port: ["127.0.0.1"], trust=trust)

        def told(host: str) -> Outcome:
            block = WebhookBlock(url=f"https://{host}:{receiver.port}/licet", secret="LICET_SECRET_TEST")  # noqa: S106 - a name
            return webhooks.send(block, SECRET, MESSAGE, START)

        assert told("orders.example.org") == Delivered()
        assert why(told("other.example.org")) == "The connection failed (ConnectError)."
        assert why(told("127.0.0.1")) == "The connection failed (ConnectError)."
        assert len(receiver.requests) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with encrypted(tmp_path, "orders.example.org") as (receiver, _):
        url = f"https://orders.example.org:{receiver.port}/licet"
        assert why(sent(url, resolver=lambda host, port: ["127.0.0.1"])) == "The connection failed (ConnectError)."
        assert receiver.requests == []
