"""Hostile requests: whatever is sent, the server says no in one form, tells nothing of itself, and goes on."""

import base64
import contextlib
import json
import socket
import string
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet.core.history import SentCase
from licet.core.signal import Fact, checked
from licet.core.use_case import UseCase
from licet.web.desk import NotOnLoopbackError, Service
from licet.web.frame import HEADERS
from licet.web.limits import Limits
from licet.web.strict_json import NotStrictJsonError, read_strictly
from tests.conftest import DATABASES
from tests.web.serving import AT, JSON, Served, case, code, problem, serving

SMALL = Limits(body_bytes=20_000, body_within=timedelta(seconds=1), header_bytes=4000, target_bytes=500)
CASES = f"{AT}/cases"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world with small limits that the tests of this file share."""
    with serving(tmp_path_factory.mktemp("hostile"), limits=SMALL) as found:
        yield found


@pytest.fixture(autouse=True)
def still_there(served: Served) -> Iterator[None]:
    """Whatever a test sent, the server takes the next case."""
    yield
    assert served.client.get("/health/ready").json() == {"status": "ready"}


def body(served: Served, raw: bytes, **headers: str) -> httpx.Response:
    """Sends bytes as a case."""
    return served.client.post(CASES, content=raw, headers={**JSON, **headers})


DEEP = b'{"content":' + b'{"a":' * 40 + b"1" + b"}" * 41
NOT_JSON = {
    "nothing": b"",
    "half": b'{"content": {"text": "a"',
    "two": b"{} {}",
    "deep objects": DEEP,
    "deep lists": b"[" * 9000,
    "deep and closed": b"[" * 9000 + b"]" * 9000,
    "NaN": b'{"content": {"text": "a"}, "proposal": {"confidence": NaN}}',
    "infinity": b'{"content": {"text": "a"}, "proposal": {"confidence": -Infinity}}',
    "1e400": b'{"content": {"text": "a"}, "proposal": {"confidence": 1e400}}',
    "a long number": b'{"content": {"text": "a"}, "n": ' + b"9" * 5000 + b"}",
    "the same name twice": b'{"content": {"text": "a"}, "id": "x", "id": "y"}',
    "half of a surrogate pair": b'{"content": {"text": "\\ud800"}}',
    "the other half": b'{"id": "\\uDC00", "content": {"text": "a"}}',
    "NUL": b'{"content": {"text": "a\\u0000b"}}',
    "NUL in a name": b'{"content": {"cells": {"a\\u0000": "b"}}}',
    "a raw control character": b'{"content": {"text": "a\x00b"}}',
    "Latin-1": '{"content": {"text": "ä"}}'.encode("latin-1"),
    "UTF-16": '{"content": {"text": "a"}}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"content": {"text": "a"}}',
    "overlong UTF-8": b'{"content": {"text": "\xc0\xaf"}}',
    "JavaScript": b"{content: {text: 'a'}}",
    "a comment": b'{"content": {"text": "a"}} // b',
}


@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_not_one_document_of_json_is_refused(served: Served, name: str) -> None:
    found = problem(body(served, NOT_JSON[name]))
    assert (found["status"], found["code"]) in {(400, "not_json"), (422, "invalid")}


INVALID: dict[str, object] = {
    "a list": [],
    "a string": "case",
    "null": None,
    "no content": {},
    "an unknown name": case(unknown=1),
    "an unknown name inside": case(content={"text": "a", "html": "b"}),
    "two contents": case(content={"text": "a", "cells": {"b": "c"}}),
    "a number for a text": case(content={"text": 5}),
    "a text for a number": case(proposal={"answer": "yes", "confidence": "0.9", "system": "v", "system_version": "1"}),
    "true for a number": case(proposal={"answer": "yes", "confidence": True, "system": "v", "system_version": "1"}),
    "a confidence above 1": case(confidence=1.01),
    "a confidence below 0": case(confidence=-0.01),
    "a number for an id": case(id=5),
    "an empty id": case(id=""),
    "a long id": case(id="x" * 201),
    "a line end in an id": case(id="a\nb"),
    "a direction mark in an id": case(id="a\u202eb"),
    "no base64": case(content={"image": "!!!!", "media_type": "image/png"}),
    "another picture": case(content={"image": "AAAA", "media_type": "image/svg+xml"}),
    "a naive time": case(happened_at="2026-05-04T09:30:00"),
    "a time as a number": case(happened_at=1777887000),
    "a time that is none": case(happened_at="2026-13-45T99:99:99Z"),
    "an answer of another kind": case(proposal={"answer": {"a": "b"}, "confidence": 0.9, "system": "v", "system_version": "1"}),
}


@pytest.mark.parametrize("name", INVALID)
def test_what_is_no_case_is_refused_by_its_field_and_not_repeated(served: Served, name: str) -> None:
    found = problem(body(served, json.dumps(INVALID[name]).encode()))
    assert (found["status"], found["code"]) == (422, "invalid")
    assert found["errors"]
    assert all(one["where"].startswith("/") for one in found["errors"])
    assert "is it so?" not in json.dumps(found)


@pytest.mark.parametrize(
    "media_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=latin-1"],
)
def test_another_media_type_is_refused(served: Served, media_type: str) -> None:
    response = served.client.post(CASES, content=json.dumps(case("x")).encode(), headers={"content-type": media_type})
    assert code(response) == (415, "unsupported_media_type")


def test_a_compressed_body_is_refused_unread(served: Served) -> None:
    assert code(body(served, b"\x1f\x8b", **{"content-encoding": "gzip"})) == (415, "unsupported_media_type")


def test_a_body_that_says_it_is_too_large_is_refused_unread(served: Served) -> None:
    assert code(body(served, b"[" + b" " * 20_000)) == (413, "body_too_large")


def test_a_body_that_is_too_large_without_saying_so_is_refused(served: Served) -> None:
    def endless() -> Iterator[bytes]:
        yield b'{"content": {"text": "'
        for _ in range(100):
            yield b"x" * 1000

    with contextlib.suppress(httpx.WriteError, httpx.RemoteProtocolError):
        response = served.client.post(CASES, content=endless(), headers=JSON)
        assert code(response) == (413, "body_too_large")


def raw(served: Served, *pieces: bytes, within: float = 5.0) -> bytes:
    """Sends bytes to the server and reads until it hangs up."""
    host, port = served.address.removeprefix("http://").split(":")
    told = b""
    with socket.create_connection((host, int(port)), timeout=within) as there:
        with contextlib.suppress(OSError):
            for piece in pieces:
                there.sendall(piece)
        with contextlib.suppress(OSError):
            while more := there.recv(65536):
                told += more
    return told


def head(served: Served, *lines: str) -> bytes:
    """The head of a request that sends a case."""
    token = served.client.headers["authorization"]
    return "\r\n".join(
        [f"POST {CASES} HTTP/1.1", "Host: x", f"Authorization: {token}", "Content-Type: application/json", *lines, "", ""]
    ).encode()


def test_a_body_that_does_not_come_is_given_up(served: Served) -> None:
    told = raw(served, head(served, "Content-Length: 100"), b'{"content"')
    assert b" 408 " in told
    assert b'"code":"too_slow"' in told


def test_a_head_that_does_not_end_is_hung_up_on(served: Served) -> None:
    told = raw(served, b"GET /health/live HTTP/1.1\r\nHost: x\r\nX: ", *[b"x" * 60_000] * 4, within=3)
    assert b" 200 " not in told


def test_headers_and_addresses_have_an_end(served: Served) -> None:
    assert code(served.client.get("/health/live", headers={"X-Long": "x" * 5000})) == (431, "headers_too_large")
    assert code(served.client.get("/health/live?" + "x" * 600)) == (414, "address_too_long")


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: -1",),
        ("Content-Length: 1e3",),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding: chunked", "Content-Length: 5"),
    ],
)
def test_a_request_that_two_servers_would_read_differently_is_not_taken(served: Served, lines: tuple[str, ...]) -> None:
    told = raw(served, head(served, *lines), b"5\r\n{}   \r\n0\r\n\r\n", within=3)
    assert b" 201 " not in told
    assert b" 202 " not in told


def test_looking_for_a_name_that_occurs_twice_takes_no_longer_than_reading() -> None:
    """Breaks when every name is looked for among all others: then one body of a few megabytes keeps a thread busy for hours."""
    names = ",".join(f'"{place}":0' for place in range(200_000))
    began = time.monotonic()
    with pytest.raises(NotStrictJsonError, match="'last' occurs twice"):
        read_strictly(f'{{{names},"last":0,"last":0}}'.encode(), depth=32)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("on_each_database", DATABASES, indirect=True)
def test_what_no_database_can_hold_is_refused_by_each(tmp_path: Path, on_each_database: str) -> None:
    del on_each_database
    with serving(tmp_path, asserted=True) as there:
        cursor = base64.urlsafe_b64encode(b"after " + b"9" * 20).decode().rstrip("=")
        assert code(there.client.get(CASES, params={"cursor": cursor})) == (422, "invalid")
        assert code(there.client.get(f"{CASES}/a%00b")) == (400, "bad_request")
        assert code(there.client.get("/api/v1/use-cases/a%00b/mandate")) == (400, "bad_request")
        assert code(there.client.get(f"{CASES}/{'9' * 30}")) == (404, "not_there")
        owner = there.program(None, **{"Licet-As": there.world.owner.email})
        assert owner.post(f"{AT}/effects/replay", json={"case": "9" * 30}).json() == {"waiting": 0, "still_dead": 0}
        assert code(owner.post(f"{CASES}/{'9' * 30}/answer", json={"answer": "yes"}))[1] in {"not_there", "not_permitted", "not_the_owner"}


def test_nothing_a_caller_says_of_itself_is_believed(served: Served) -> None:
    lies = {"Host": "evil.example", "Origin": "https://evil.example", "X-Forwarded-For": "10.0.0.1", "X-Forwarded-Host": "evil.example"}
    response = served.client.post(CASES, json=case("lies"), headers=lies)
    assert response.status_code == 201
    assert "evil" not in str(response.headers) + response.text
    assert not [name for name in response.headers if name.startswith("access-control-")]
    asked = served.client.options(CASES, headers={**lies, "Access-Control-Request-Method": "POST"})
    assert problem(asked)["status"] == 405
    assert "access-control-allow-origin" not in asked.headers


def test_every_response_has_the_headers_that_keep_it_harmless(served: Served) -> None:
    asked = [
        served.client.get("/health/live"),
        served.client.get("/api/v1/openapi.json"),
        served.client.get("/nowhere"),
        served.client.get(f"{AT}/mandate"),
        served.client.post(CASES, json={}),
        served.client.get("/health/live?" + "x" * 600),
        served.program(None).get(f"{AT}/mandate"),
    ]
    for response in asked:
        assert {name.decode(): value.decode() for name, value in HEADERS}.items() <= dict(response.headers).items()
        assert "server" not in response.headers
    assert [served.client.get(f"/{page}").status_code for page in ("docs", "redoc", "openapi.json")] == [404] * 3


def test_a_method_that_is_not_taken_says_which_are(served: Served) -> None:
    response = served.client.delete(CASES)
    assert code(response) == (405, "method_not_allowed")
    assert "GET" in response.headers["allow"] or "POST" in response.headers["allow"]


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
)
PATHS = st.text(string.ascii_letters + string.digits + "/._-~%", max_size=40)
METHODS = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(method=METHODS, path=PATHS | PATHS.map(lambda path: f"{AT}/{path}") | st.just(CASES), sent=st.binary(max_size=200) | JSONS)
def test_every_error_is_a_problem(served: Served, method: str, path: str, sent: object) -> None:
    """Breaks when anything that is sent makes the server answer in another form, or fail."""
    content = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    address = httpx.URL(served.address, raw_path=b"/" + path.lstrip("/").encode())
    response = served.client.request(method, address, content=content, headers=JSON)
    assert response.status_code < 500
    if response.status_code >= 400 and method != "HEAD":
        problem(response)


@settings(max_examples=300, deadline=None)
@given(JSONS)
def test_what_is_read_strictly_means_what_python_means(value: object) -> None:
    raw_bytes = json.dumps(value, ensure_ascii=False).encode("utf-8")
    try:
        assert read_strictly(raw_bytes, depth=32) == json.loads(raw_bytes)
    except NotStrictJsonError:
        assert any(word in raw_bytes for word in (b"NaN", b"Infinity", b"\\u0000")) or len(raw_bytes) > 64


class Told:
    """A journal that keeps what it is told."""

    def __init__(self) -> None:
        self.signals: list[tuple[str, dict[str, Fact]]] = []

    def __call__(self, signal: str, /, **facts: Fact) -> None:
        """Keeps a signal, as it may be said."""
        self.signals.append((signal, checked(signal, facts)))

    def of(self, word: str) -> list[dict[str, Fact]]:
        """The facts of every signal of this word."""
        return [facts for signal, facts in self.signals if signal == word]


def test_a_failure_is_told_by_an_id_and_nothing_else(tmp_path: Path) -> None:
    told = Told()

    def fails(use_case: UseCase, raw: Mapping[str, object], *, line: int) -> SentCase:
        message = f"a secret of {use_case}, {raw}, {line}"
        raise RuntimeError(message)

    with serving(tmp_path, read_case=fails, journal=told) as broken:
        response = broken.client.post(CASES, json=case("a secret"))
        assert code(response) == (500, "bug")
        assert "secret" not in response.text
        (failed,) = told.of("error.unexpected")
        assert (failed["id"], failed["kind"]) == (response.json()["id"], "RuntimeError")
        assert "secret" not in str(told.signals)
        assert broken.client.get(f"{AT}/mandate").status_code == 200


def test_the_journal_is_told_of_each_request_and_of_nothing_in_it(tmp_path: Path) -> None:
    told = Told()
    with serving(tmp_path, journal=told) as watched:
        watched.client.post(CASES, json=case("a-secret-name"))
        watched.client.get(f"{CASES}/a-secret-name")
        watched.client.get(f"{CASES}/nowhere")
        watched.client.get("/nowhere/a-secret-name")
        watched.program("licet_wrong").get(f"{AT}/mandate")
    base = "/api/v1/use-cases/{slug}"
    assert [(facts["method"], facts["route"], facts["status"]) for facts in told.of("request.done")] == [
        ("POST", f"{base}/cases", 201),
        ("GET", f"{base}/cases/{{case}}", 200),
        ("GET", f"{base}/cases/{{case}}", 404),
        ("GET", "other", 404),
        ("GET", f"{base}/mandate", 401),
    ]
    assert [facts["code"] for facts in told.of("request.refused")] == ["not_there", "no_such_address", "token_not_valid"]
    assert "a-secret-name" not in str(told.signals)


def test_a_database_that_is_away_is_said_so_and_when_to_come_back(tmp_path: Path) -> None:
    told = Told()
    with serving(tmp_path, journal=told) as broken:
        broken.world.office.book.close()
        for path in tmp_path.glob("licet.sqlite*"):
            path.write_bytes(b"no database of ours " * 500)
        for response in (broken.client.get(f"{AT}/mandate"), broken.client.post(CASES, json=case("x")), broken.client.get("/health/ready")):
            assert code(response) == (503, "database_busy")
            assert int(response.headers["retry-after"]) >= 1
            assert "sqlite" not in response.text
        assert broken.client.get("/health/live").status_code == 200
        assert [facts["kind"] for facts in told.of("error.unexpected")] == ["BrokenDatabaseError"] * 3


def test_names_are_taken_on_trust_on_this_machine_only(served: Served) -> None:
    office, reader = served.world.office, served.world
    for host in ("0.0.0.0", "192.0.2.1", "licet.example.com", "::"):  # noqa: S104 - what must be refused
        with pytest.raises(NotOnLoopbackError):
            Service(office=office, read_case=reader, host=host, asserted=True)  # type: ignore[arg-type] # no case is read
