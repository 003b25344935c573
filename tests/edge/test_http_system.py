"""An HTTP system: an endpoint that is slow, broken, overloaded or hostile never decides, and never costs another case its answer."""

import contextlib
import gzip
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from licet.core.answer import AnswerKind, Choice, answer_to_json
from licet.core.canonical import canonical_bytes
from licet.core.case import ImageContent, TableContent, TextContent
from licet.core.circuit import CircuitRules
from licet.core.system import Cause, NoProposal, Proposal, SystemCard, SystemKind
from licet.edge import http_system
from licet.edge.breaker import Breaker
from licet.edge.contract import LARGEST_ANSWER
from licet.edge.http_system import HttpRoom, HttpSystem, load_http, read_answer, request_for
from licet.edge.retries import wait_before
from licet.edge.system_blocks import HttpBlock
from tests.edge.endpoint import Answer, Call, Endpoint, after, cut_off, drip, once_in, serving

CASES = [TextContent(text=f"case {k}") for k in range(12)]
QUICK = 0.4


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as found:
        yield found


def system(endpoint: Endpoint, breaker: Breaker | None = None, secrets: dict[str, str] | None = None, **says: object) -> HttpSystem:
    """The system at an endpoint; waits are short, as the test's chance is 0."""
    block = HttpBlock.model_validate({"url": endpoint.url, "version": "3", "timeout_seconds": QUICK, **says})
    return load_http(block, AnswerKind.CHOICE, lambda _: HttpRoom(block, secrets or {}, lambda: 0.0, breaker))


def one(endpoint: Endpoint, **says: object) -> Proposal | NoProposal:
    return system(endpoint, None, None, **says).propose(CASES[:1])[0]


def patient() -> Breaker:
    """A breaker that never opens, where a test is about something else."""
    return Breaker(CircuitRules(in_a_row=10_000, window=10_000, most=10_000))


# What comes back


def test_an_endpoint_proposes_case_by_case_and_in_order(endpoint: Endpoint) -> None:
    endpoint.does = after(lambda call: 0.002 * (int(call.said["id"][:8], 16) % 7), Call.echo)
    found = system(endpoint, concurrency=4).propose(CASES)
    assert [said.answer for said in found if isinstance(said, Proposal)] == [Choice(value=case.text) for case in CASES]
    assert endpoint.most_at_once <= 4


def test_connections_stay_open_between_cases_and_lists(endpoint: Endpoint) -> None:
    asked = system(endpoint, concurrency=2)
    for _ in range(3):
        asked.propose(CASES)
    assert (len(endpoint.calls), endpoint.lines) == (36, 2)


def test_threads_share_the_limit(endpoint: Endpoint) -> None:
    endpoint.does = after(lambda _: 0.01, Call.echo)
    asked = system(endpoint, concurrency=3)
    threads = [threading.Thread(target=asked.propose, args=(CASES,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(endpoint.calls), endpoint.most_at_once) == (48, 3)


def test_nothing_to_ask_about_asks_nothing(endpoint: Endpoint) -> None:
    assert system(endpoint).propose([]) == []
    assert not endpoint.calls


def test_a_request_holds_the_case_and_what_is_asked_and_nothing_else(endpoint: Endpoint) -> None:
    system(endpoint, secrets={"Authorization": "Bearer s3cret"}).propose(CASES[:1])
    (call,) = endpoint.calls
    assert call.said == {"id": call.said["id"], "contract": 1, "answer_kind": "choice", "content": {"text": "case 0"}}
    assert call.headers["authorization"] == "Bearer s3cret"
    assert (call.headers["content-type"], call.headers["accept-encoding"]) == ("application/json", "identity")


def test_rows_and_pictures_are_written_down_in_json() -> None:
    assert request_for(AnswerKind.TEXT, TableContent(cells={"land": "nl"}))["content"] == {"cells": {"land": "nl"}}
    picture = request_for(AnswerKind.TEXT, ImageContent(data=b"\x00\xff", media_type="image/png"))
    assert picture["content"] == {"image": "AP8=", "media_type": "image/png"}


def test_reason_and_probabilities_arrive_and_so_does_the_time_it_took(endpoint: Endpoint) -> None:
    endpoint.does = after(lambda _: 0.02, lambda call: call.echo(probabilities={"case 0": 0.9, "no": 0.1}, reason="r" * 9_000, version="3"))
    found = one(endpoint)
    assert isinstance(found, Proposal)
    assert (found.probabilities, len(found.reason)) == ({"case 0": 0.9, "no": 0.1}, 2_000)
    assert found.latency_ms >= 20


# What is no proposal

GARBAGE: dict[str, Answer] = {
    "truncated JSON": lambda call: call.answer(b'{"answer": "yes", "confidence": 0.9'),
    "no JSON": lambda call: call.answer(b"<html>Sign in</html>"),
    "no UTF-8": lambda call: call.answer(b'{"answer": "\xff", "confidence": 0.9}'),
    "nothing": lambda call: call.answer(b""),
    "a list": lambda call: call.answer([{"answer": "yes", "confidence": 0.9}]),
    "no confidence": lambda call: call.answer({"answer": "yes"}),
    "a confidence in words": lambda call: call.answer({"answer": "yes", "confidence": "0.9"}),
    "NaN": lambda call: call.answer(b'{"answer": "yes", "confidence": NaN}'),
    "more than sure": lambda call: call.answer({"answer": "yes", "confidence": 1.1}),
    "an answer twice": lambda call: call.answer(b'{"answer": "no", "confidence": 0.9, "answer": "yes"}'),
    "half a character": lambda call: call.answer(b'{"answer": "\\ud800", "confidence": 0.9}'),
    "a bottomless pit": lambda call: call.answer(b"[" * 200_000),
    "another case's answer": lambda call: call.echo(id="0" * 64),
    "a compressed answer": lambda call: call.answer(gzip.compress(b"{}"), more="Content-Encoding: gzip\r\n"),
    "the case refused": lambda call: call.answer({"error": "too long"}, status="422 Unprocessable"),
    "another version": lambda call: call.echo(version="4"),
    "another model": lambda call: call.echo(model="m-2"),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_no_proposal_is_not_asked_for_twice_and_opens_no_circuit(endpoint: Endpoint, name: str) -> None:
    endpoint.does = GARBAGE[name]
    found = system(endpoint).propose(CASES)
    assert {said.cause for said in found if isinstance(said, NoProposal)} == {Cause.UNUSABLE}
    assert (len(found), len(endpoint.calls)) == (12, 12)


def test_a_model_may_be_named_where_it_is_declared(endpoint: Endpoint) -> None:
    endpoint.does = lambda call: call.echo(model="m-2", version="3")
    assert isinstance(one(endpoint, model="m-2"), Proposal)
    found = one(endpoint, model="m-1")
    assert isinstance(found, NoProposal)
    assert found.why == "Another model answered than 'm-1' that use_case.yaml declares: model changed."


def test_an_answer_of_ten_megabytes_is_cut_off_unread(endpoint: Endpoint) -> None:
    sent = []

    def flood(call: Call) -> None:
        call.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(160):
            call.send(b"10000\r\n" + b" " * 65_536 + b"\r\n")
            sent.append(65_536)

    for does in (flood, lambda call: call.answer(b" " * 10_000_000)):
        endpoint.does = does
        found = one(endpoint, timeout_seconds=10.0)
        assert found == NoProposal(why=f"Its answer has more than {LARGEST_ANSWER:,} bytes.")
    assert sum(sent) < 10_000_000


@settings(max_examples=300, deadline=None)
@given(raw=st.binary(max_size=300))
@example(raw=b'{"answer": 1e400, "confidence": 0.9}')
@example(raw=b'{"answer": "x", "confidence": ' + b"9" * 400 + b"}")
@example(raw=b'{"answer": ' + b"9" * 5_000 + b', "confidence": 1}')
@example(raw=b'{"answer": {"a": "b"}, "confidence": 1}')
@example(raw=b'{"answer": "x", "confidence": 1, "probabilities": {"\\udfff": 1}}')
def test_whatever_bytes_come_back_nothing_decides(raw: bytes) -> None:
    block = HttpBlock(url="https://example.org", version="3")
    for kind in AnswerKind:
        found = read_answer(block, kind, raw, name="n", latency_ms=1)
        assert isinstance(found, NoProposal) or answers(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["answer", "confidence", "a", "\ud800"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(answer=JSON, confidence=JSON, probabilities=JSON, reason=JSON, kind=st.sampled_from(AnswerKind))
def test_what_is_taken_for_a_proposal_is_one_and_can_be_written_down(
    answer: object, confidence: object, probabilities: object, reason: object, kind: AnswerKind
) -> None:
    raw = json.dumps({"answer": answer, "confidence": confidence, "probabilities": probabilities, "reason": reason}).encode()
    found = read_answer(HttpBlock(url="https://example.org", version="3"), kind, raw, name="n", latency_ms=1)
    if isinstance(found, Proposal):
        assert 0.0 <= found.confidence <= 1.0
        assert not found.probabilities or abs(sum(found.probabilities.values()) - 1.0) <= 0.01
        canonical_bytes({"answer": answer_to_json(found.answer), "probabilities": dict(found.probabilities), "reason": found.reason})


def answers(raw: bytes) -> bool:
    """Whether bytes are what the contract asks for, read in the plainest way."""
    said = json.loads(raw)
    return isinstance(said, dict) and 0 <= said["confidence"] <= 1 and "answer" in said


# What fails


def test_what_fails_once_is_asked_again(endpoint: Endpoint) -> None:
    troubles: list[Answer] = [
        lambda call: call.answer(b"", status="500 Oops"),
        lambda call: call.answer(b"", status="429 Slow down"),
        cut_off(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"),
        lambda call: call.line.close(),
        cut_off(b"SSH-2.0-OpenSSH\r\n"),
        lambda _: endpoint.pause(2 * QUICK),
    ]
    for trouble in troubles:
        endpoint.calls.clear()
        endpoint.does = once_in(1, trouble)
        assert isinstance(one(endpoint), Proposal)
        assert len(endpoint.calls) == 2
        assert endpoint.calls[0].said == endpoint.calls[1].said


@pytest.mark.parametrize("status", ["500 Oops", "503 Busy", "429 Slow down", "408 Late"])
def test_what_keeps_failing_goes_to_a_person_as_a_failure_of_infrastructure(endpoint: Endpoint, status: str) -> None:
    endpoint.does = lambda call: call.answer(b"secret case text", status=status)
    assert one(endpoint) == NoProposal(why=f"It answered with status {status[:3]}.", cause=Cause.UNAVAILABLE)
    assert len(endpoint.calls) == 3


@pytest.mark.parametrize(
    ("status", "more"), [("302 Found", "Location: http://127.0.0.1:9/\r\n"), ("304 Not", ""), ("401 Who", ""), ("404 No", "")]
)
def test_redirects_and_refusals_are_neither_followed_nor_repeated(endpoint: Endpoint, status: str, more: str) -> None:
    endpoint.does = lambda call: call.answer(b"", status=status, more=more)
    found = one(endpoint)
    assert isinstance(found, NoProposal)
    assert found.cause is Cause.UNAVAILABLE
    assert len(endpoint.calls) == 1


def test_an_endpoint_that_asks_to_wait_is_waited_for(endpoint: Endpoint) -> None:
    endpoint.does = once_in(1, lambda call: call.answer(b"", status="429 Slow down", more="Retry-After: 1\r\n"))
    began = time.monotonic()
    assert isinstance(one(endpoint), Proposal)
    assert time.monotonic() - began >= 1.0


def test_an_endpoint_that_asks_for_too_much_time_is_not_asked_again(endpoint: Endpoint) -> None:
    endpoint.does = lambda call: call.answer(b"", status="503 Later", more="Retry-After: 3600\r\n")
    assert one(endpoint) == NoProposal(why="It answered with status 503.", cause=Cause.UNAVAILABLE)
    assert len(endpoint.calls) == 1


def test_an_endpoint_that_names_a_year_no_machine_knows_fails_as_any_other(endpoint: Endpoint) -> None:
    """Breaks when the header raises: then the other cases of its part are taken down with it, again and again."""
    never = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"
    endpoint.does = lambda call: call.answer(b"", status="503 Later", more=f"Retry-After: {never}\r\nDate: {never}\r\n")
    assert one(endpoint) == NoProposal(why="It answered with status 503.", cause=Cause.UNAVAILABLE)


@given(tried=st.integers(1, 200), chance=st.floats(0, 1, exclude_max=True), after=st.none() | st.floats(-10, 10_000))
def test_waits_grow_are_bounded_and_honour_what_is_asked_for(tried: int, chance: float, after: float | None) -> None:
    wait = wait_before(tried, chance, after)
    if after is not None and after > 30.0:
        assert wait is None
    else:
        assert wait is not None
        assert max(after or 0.0, 0.0) <= wait <= 35.0


def test_an_answer_that_drips_does_not_take_longer_than_one_that_never_comes(endpoint: Endpoint) -> None:
    whole = b'HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{"answer": "yes", "confidence": 0.9}    '
    for raw in (whole, b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 500):
        endpoint.does = drip(raw, 0.05)
        began = time.monotonic()
        found = one(endpoint, retries=0)
        assert found == NoProposal(why=f"It did not answer within {QUICK:g} s.", cause=Cause.UNAVAILABLE)
        assert time.monotonic() - began < 3 * QUICK


def test_nobody_listening_is_a_failure_of_infrastructure() -> None:
    with serving() as gone:
        pass
    found = one(gone, retries=1)
    assert found == NoProposal(why="The connection failed (ConnectError).", cause=Cause.UNAVAILABLE)


def test_one_bad_case_costs_no_other_its_answer(endpoint: Endpoint) -> None:
    troubles: dict[str, Answer] = {
        "case 1": lambda call: call.answer(b"{"),
        "case 3": lambda call: call.answer(b"", status="500 Oops"),
        "case 5": lambda _: endpoint.pause(2 * QUICK),
        "case 7": lambda call: call.line.close(),
    }
    endpoint.does = lambda call: troubles.get(call.said["content"]["text"], Call.echo)(call)
    found = system(endpoint, patient()).propose(CASES)
    assert [place for place, said in enumerate(found) if isinstance(said, NoProposal)] == [1, 3, 5, 7]


def test_an_endpoint_that_is_down_is_soon_asked_no_more_and_later_tried_again(endpoint: Endpoint) -> None:
    breaker = Breaker(CircuitRules(in_a_row=3, cool_down_s=0.3, longest_s=0.3))
    asked = system(endpoint, breaker, concurrency=1, retries=0)
    endpoint.does = lambda call: call.answer(b"", status="500 Oops")
    causes = [said.cause for said in asked.propose(CASES) if isinstance(said, NoProposal)]
    assert causes == [Cause.UNAVAILABLE] * 3 + [Cause.NOT_ASKED] * 9
    endpoint.does = Call.echo
    assert isinstance(asked.propose(CASES[:1])[0], NoProposal)
    time.sleep(0.35)
    assert all(isinstance(said, Proposal) for said in asked.propose(CASES))


def test_a_certificate_that_nobody_vouches_for_ends_it_before_a_case_is_sent(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    cert = made.not_valid_before(start).not_valid_after(start + timedelta(days=36_500)).sign(key, hashes.SHA256())
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = cert.public_bytes(serialization.Encoding.PEM) + key.private_bytes(serialization.Encoding.PEM, *plain)
    (tmp_path / "server.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    heard: list[object] = []

    def serve(server: socket.socket) -> None:
        line, _ = server.accept()
        with line, contextlib.suppress(OSError), context.wrap_socket(line, server_side=True) as safe:
            heard.append(safe.recv(10))

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        block = HttpBlock(url=f"https://localhost:{server.getsockname()[1]}/", version="3", retries=0)
        (found,) = load_http(block, AnswerKind.CHOICE, lambda _: HttpRoom(block, {}, lambda: 0.0)).propose(CASES[:1])
        thread.join()
    assert found == NoProposal(why="The connection failed (ConnectError).", cause=Cause.UNAVAILABLE)
    assert heard in ([], [b""])


# Which system it is


def card(**says: object) -> SystemCard:
    block = HttpBlock.model_validate({"url": "https://model.example.org/v1?api=2", "version": "3", **says})
    return load_http(block, AnswerKind.CHOICE, lambda _: HttpRoom(block, {}, lambda: 0.0)).card


def test_the_fingerprint_covers_what_answers_depend_on() -> None:
    assert (card().kind, card().name, card().version) == (SystemKind.HTTP, "model.example.org", "3")
    others = [card(version="4"), card(url="https://model.example.org/v1?api=3"), card(model="m"), card(name="sorter")]
    others.append(card(secret_headers={"X-Key": "LICET_SECRET_A"}))
    assert len({one.fingerprint for one in [card(), *others]}) == 6
    assert card(timeout_seconds=3.0, concurrency=2, retries=0).fingerprint == card().fingerprint
    assert card(secret_headers={"x-key": "LICET_SECRET_B"}).fingerprint == others[-1].fingerprint


def test_address_and_secrets_stand_nowhere_in_clear(endpoint: Endpoint, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    endpoint.does = lambda call: call.answer(b"", status="500 Oops")
    asked = system(endpoint, secrets={"Authorization": "Bearer s3cret"}, secret_headers={"Authorization": "LICET_SECRET_A"})
    said = f"{asked.propose(CASES[:1])} {asked.card} {caplog.text} {asked}"
    assert "s3cret" not in said
    assert "/propose" not in f"{asked.card}{caplog.text}"
    assert "SECRET_A" not in str(asked.card)


def test_the_world_around_does_not_reroute_requests(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    for name, value in {"HTTP_PROXY": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9", "NETRC": str(tmp_path / ".netrc")}.items():
        monkeypatch.setenv(name, value)
    assert isinstance(one(endpoint), Proposal)
    assert "authorization" not in endpoint.calls[0].headers


def test_the_contract_has_a_number() -> None:
    assert http_system.CONTRACT == 1
