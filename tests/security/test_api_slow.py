"""Slow callers: who holds a connection, a head or a body open, or sends what takes long, keeps nobody else waiting."""

import contextlib
import socket
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from licet.core.case_schema import Problem as CaseProblem
from licet.core.history import SentCase
from licet.core.use_case import UseCase
from licet.web import server
from tests.security.test_api_hostile import CASES, head, raw
from tests.web.serving import Served, case, read_plain, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world that the tests of this file share."""
    with serving(tmp_path_factory.mktemp("slow")) as found:
        yield found


@pytest.mark.parametrize("pieces", [(), (b"GET /health/live HTTP/1.1\r\nHost: x\r\n",)])
def test_who_sends_nothing_or_never_ends_its_head_keeps_no_connection(
    served: Served, monkeypatch: pytest.MonkeyPatch, pieces: tuple[bytes, ...]
) -> None:
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.5)
    began = time.monotonic()
    raw(served, *pieces, within=10)
    assert time.monotonic() - began < 5


def test_a_second_request_has_no_more_time_for_its_head_than_the_first(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    host, port = served.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as there:
        there.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in there.recv(65536)
        monkeypatch.setattr(server, "HEAD_SECONDS", 0.5)
        began = time.monotonic()
        there.sendall(b"GET")
        with contextlib.suppress(OSError):
            while there.recv(65536):
                pass
    assert time.monotonic() - began < 5


def test_a_body_that_nobody_reads_has_an_end_too(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "WHOLE_SECONDS", 0.5)
    began = time.monotonic()
    told = raw(served, head(served, "Content-Length: 1000").replace(b"Bearer", b"Nobody"), b"{", within=10)
    assert b" 401 " in told
    assert time.monotonic() - began < 5


def test_connections_beyond_what_the_process_may_open_are_not_kept(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 3)
    host, port = served.address.removeprefix("http://").split(":")
    with contextlib.ExitStack() as held:
        for _ in range(8):
            held.enter_context(socket.create_connection((host, int(port)), timeout=5))
        assert raw(served, b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n") == b""


def test_a_case_that_takes_long_to_read_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    """Breaks when a folder on a slow disk, or a text made for a pattern, holds up every other request."""

    def slowly(use_case: UseCase, raw: Mapping[str, object], *, line: int) -> SentCase | tuple[CaseProblem, ...]:
        time.sleep(1.5)
        return read_plain(use_case, raw, line=line)

    with serving(tmp_path, read_case=slowly) as slow, ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(slow.send, case("slow")), pool.submit(slow.client.post, f"{CASES}/batch", json={"cases": [case("many")]})]
        time.sleep(0.3)
        began = time.monotonic()
        assert slow.program(None).get("/health/live").status_code == 200
        assert time.monotonic() - began < 1.0
        assert [one.result().status_code for one in sent] == [201, 202]
