"""An endpoint on this machine that misbehaves as told: the real thing, with sockets and bytes."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

HEAD = "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{more}\r\n"
Request = dict[str, Any]
Answer = Callable[["Call"], None]


@dataclass(kw_only=True)
class Call:
    """One request as it came in, and the way to answer it."""

    line: socket.socket
    number: int
    headers: Mapping[str, str]
    said: Request
    path: str = ""

    def send(self, raw: bytes) -> None:
        """Sends bytes as they are."""
        self.line.sendall(raw)

    def answer(self, body: object, *, status: str = "200 OK", more: str = "") -> None:
        """Answers in full; what is no bytes goes as JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send(HEAD.format(status=status, length=len(raw), more=more).encode() + raw)

    def echo(self, **more: object) -> None:
        """Proposes the case's own text, surely."""
        self.answer({"answer": self.said["content"]["text"], "confidence": 0.9, **more})


@dataclass(kw_only=True)
class Endpoint:
    """A server in threads; `does` answers each call, and may be changed at any time.

    Attributes:
        calls: what came in.
        lines: connections that were opened.
        most_at_once: the most calls that were being answered at one time.
    """

    does: Answer = Call.echo
    calls: list[Call] = field(default_factory=list)
    lines: int = 0
    now: int = 0
    most_at_once: int = 0
    ends: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/propose"

    def _serve(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as read:
            try:
                while (call := self._read(line, read)) is not None:
                    self._answer(call)
                    if call.headers.get("x-close"):
                        return
            except (OSError, ValueError):
                return

    def _read(self, line: socket.socket, read: Any) -> Call | None:  # noqa: ANN401 - a socket's file
        if not (head := read.readline()):
            return None
        headers = {}
        while (row := read.readline().decode().strip()) != "":
            name, _, value = row.partition(":")
            headers[name.lower()] = value.strip()
        said = json.loads(read.read(int(headers.get("content-length", "0"))))
        with self.lock:
            call = Call(line=line, number=len(self.calls), headers=headers, said=said, path=head.decode().split(" ")[1])
            self.calls.append(call)
        return call

    def _answer(self, call: Call) -> None:
        with self.lock:
            self.now += 1
            self.most_at_once = max(self.most_at_once, self.now)
        try:
            self.does(call)
        finally:
            with self.lock:
                self.now -= 1

    def _accept(self, server: socket.socket) -> None:
        while not self.ends.is_set():
            try:
                line, _ = server.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            line.settimeout(20.0)
            self.lines += 1
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def pause(self, seconds: float) -> None:
        """Sleeps, unless the test ends."""
        self.ends.wait(seconds)


@contextmanager
def serving() -> Iterator[Endpoint]:
    """An endpoint for the length of a test."""
    endpoint = Endpoint()
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        server.settimeout(0.2)
        endpoint.port = server.getsockname()[1]
        thread = threading.Thread(target=endpoint._accept, args=(server,), daemon=True)
        thread.start()
        try:
            yield endpoint
        finally:
            endpoint.ends.set()
            thread.join(2.0)


def once_in(times: int, first: Answer, then: Answer = Call.echo) -> Answer:
    """Does one thing for the first so many calls, and another after."""
    return lambda call: (first if call.number < times else then)(call)


def drip(raw: bytes, seconds: float) -> Answer:
    """Sends bytes one by one."""

    def slowly(call: Call) -> None:
        for one in raw:
            call.send(bytes([one]))
            time.sleep(seconds)

    return slowly


def after(seconds: Callable[[Call], float], then: Answer) -> Answer:
    """Takes its time before it does something."""

    def late(call: Call) -> None:
        time.sleep(seconds(call))
        then(call)

    return late


def cut_off(raw: bytes) -> Answer:
    """Sends some bytes and hangs up."""

    def send(call: Call) -> None:
        call.send(raw)
        call.line.shutdown(socket.SHUT_RDWR)

    return send
