"""An HTTP system: an endpoint that is asked about each case, and answers with a proposal."""

import asyncio
import base64
import logging
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol, cast

import httpx

from licet.core.answer import AnswerKind
from licet.core.canonical import Json, canonical_bytes, digest
from licet.core.case import Content
from licet.core.system import Cause, NoProposal, Proposed, SystemCard, SystemKind
from licet.edge.asking import ask_each
from licet.edge.breaker import Breaker
from licet.edge.contract import LARGEST_ANSWER, content_to_dict, read_proposal
from licet.edge.loops import Loop
from licet.edge.plain_json import plain_json
from licet.edge.retries import longest_call_s, wait_before
from licet.edge.system_blocks import HttpBlock, longest_for

CONTRACT = 1
"""The contract's number, in every request and in the fingerprint."""

OK = 200
BUSY = frozenset({408, 425, 429})
CASE_REFUSED = frozenset({400, 413, 415, 422})

# httpx writes every address it asks into the log, and an address may hold what is nobody's business.
logging.getLogger("httpx").setLevel(logging.WARNING)


class HttpRoom:
    """Where one endpoint is asked from in this process: its connections, its turns and its circuit, however often it is loaded."""

    def __init__(self, block: HttpBlock, secrets: Mapping[str, str], jitter: Callable[[], float], breaker: Breaker | None = None) -> None:
        """Opens nothing yet.

        Args:
            block: which endpoint, and how.
            secrets: secret headers with their values.
            jitter: chance, uniform in [0, 1).
            breaker: its circuit; None: one with the usual rules.
        """
        self.block, self.jitter, self.breaker = block, jitter, breaker or Breaker()
        self.client = httpx.AsyncClient(
            headers={"accept": "application/json", "accept-encoding": "identity", "content-type": "application/json", **secrets},
            verify=_trust(block),
            trust_env=False,
            follow_redirects=False,
            timeout=block.timeout_seconds,
            limits=httpx.Limits(max_connections=block.concurrency, max_keepalive_connections=block.concurrency, keepalive_expiry=30.0),
        )
        self.turn = asyncio.Semaphore(block.concurrency)
        self.loop = Loop([self.client.aclose])


def _trust(block: HttpBlock) -> ssl.SSLContext:
    """Whose certificates are accepted: those the operating system trusts. Where nothing is encrypted, nobody's: that loads quicker."""
    return ssl.create_default_context() if block.url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Again:
    """A request that failed in a way that may pass; `after_s` is how long the endpoint asks to wait, None where it does not say."""

    failed: NoProposal
    after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A request about a case, ready to be sent.

    Attributes:
        url: where it goes.
        body: its JSON.
        name: the same whenever the same case is asked about.
    """

    url: str
    body: bytes
    name: str


class Speech(Protocol):
    """How an endpoint is spoken to: the contract or protocol it follows."""

    def write(self, content: Content) -> Written | NoProposal:
        """The request about a case; `NoProposal` where such a case cannot be asked about."""
        ...

    def read(self, raw: bytes, asked: Written, *, latency_ms: int) -> Proposed:
        """The proposal in the body of an answer, whatever that is; never raises for what is in it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSystem:
    """An endpoint that is asked about one case a request.

    One case, not a list: an answer then belongs to its case whatever goes wrong, one slow or failing case costs no other, and a retry
    repeats one case. Connections stay open between requests, so that it costs little.

    Attributes:
        card: which one it is.
        speech: how it is spoken to.
        room: where it is asked from.
    """

    card: SystemCard
    speech: Speech
    room: HttpRoom

    def propose(self, contents: Sequence[Content]) -> list[Proposed]:
        """Proposes an answer for each case, in order; whatever goes wrong is `NoProposal` for its own case alone."""
        at_once = self.room.block.concurrency
        return ask_each(self.room.loop, self._in_turn, contents, at_once=at_once, unasked=_NOT_ASKED)

    def longest(self, cases: int) -> timedelta:
        """How long the endpoint may take for so many cases, with every retry, where it is asked for others too."""
        block = self.room.block
        each_s = longest_call_s(timeout_s=block.timeout_seconds, retries=block.retries)
        return longest_for(cases, each_s=each_s, concurrency=block.concurrency)

    async def _in_turn(self, content: Content) -> Proposed:
        async with self.room.turn:
            return await self._ask(content)

    async def _ask(self, content: Content) -> Proposed:
        written = self._written(content)
        if isinstance(written, NoProposal):
            return written
        permission = self.room.breaker.ask()
        if isinstance(permission, NoProposal):
            return permission
        answered = False
        try:
            found = await self._asked(written)
            answered = not isinstance(found, NoProposal) or found.cause is Cause.UNUSABLE
        except Exception as error:  # noqa: BLE001 - whatever a strange endpoint can cause goes to a person; recorded in the result
            found = NoProposal(why=f"Asking the endpoint raised {type(error).__name__}.", cause=Cause.UNAVAILABLE)
        finally:
            self.room.breaker.heard(permission, answered=answered)
        return found

    def _written(self, content: Content) -> Written | NoProposal:
        try:
            return self.speech.write(content)
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
            return NoProposal(why="The case cannot be written down for the endpoint.")

    async def _asked(self, written: Written) -> Proposed:
        """Sends a request, and sends it again while that may help."""
        tried = 1
        while isinstance(came := await self._sent(written), _Again):
            wait_s = wait_before(tried, self.room.jitter(), came.after_s)
            if wait_s is None or tried > self.room.block.retries:
                return came.failed
            await asyncio.sleep(wait_s)
            tried += 1
        return came

    async def _sent(self, written: Written) -> Proposed | _Again:
        block, began = self.room.block, time.perf_counter()
        sending = self.room.client.stream("POST", written.url, content=written.body)
        try:
            async with asyncio.timeout(block.timeout_seconds), sending as response:
                raw = await _read(response)
        except (TimeoutError, httpx.TimeoutException):
            return _Again(failed=_unavailable(f"It did not answer within {block.timeout_seconds:g} s."))
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            return _Again(failed=_unavailable(f"The connection failed ({type(error).__name__})."))
        if not isinstance(raw, bytes):
            return raw
        return self.speech.read(raw, written, latency_ms=round(1000.0 * (time.perf_counter() - began)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """Licet's own contract of `docs/systems.md` (a `Speech`)."""

    block: HttpBlock
    kind: AnswerKind

    def write(self, content: Content) -> Written:
        """The request about a case."""
        request = request_for(self.kind, content)
        return Written(url=self.block.url, body=canonical_bytes(request), name=str(request["id"]))

    def read(self, raw: bytes, asked: Written, *, latency_ms: int) -> Proposed:
        """The proposal in an answer."""
        return read_answer(self.block, self.kind, raw, name=asked.name, latency_ms=latency_ms)


_NOT_ASKED = NoProposal(why="The endpoint was not asked.", cause=Cause.NOT_ASKED)


def load_http(block: HttpBlock, kind: AnswerKind, room: Callable[[SystemCard], HttpRoom]) -> HttpSystem:
    """The system at an endpoint. Nothing is asked yet.

    Args:
        block: what `use_case.yaml` says.
        kind: what the use case's answers are.
        room: finds where it is asked from, by its card.

    Returns:
        The system. Its fingerprint changes with address, contract, model, version and the names of secret headers, not with the secrets.
    """
    parts: dict[str, Json] = {"contract": CONTRACT, "url": digest(block.url), "model": block.model}
    parts["secret_headers"] = sorted(name.lower() for name in block.secret_headers)
    card = SystemCard(kind=SystemKind.HTTP, name=block.title, version=block.version, parts=parts)
    return HttpSystem(card=card, speech=Contract(block=block, kind=kind), room=room(card))


def request_for(kind: AnswerKind, content: Content) -> dict[str, Json]:
    """What is sent for a case. The `id` is the same whenever the same content is sent; pictures are in base64."""
    plain = {
        name: base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else cast("Json", value)
        for name, value in content_to_dict(content).items()
    }
    said: dict[str, Json] = {"contract": CONTRACT, "answer_kind": kind.value, "content": plain}
    return {"id": digest(said), **said}


def read_answer(block: HttpBlock, kind: AnswerKind, raw: bytes, *, name: str, latency_ms: int) -> Proposed:
    """Reads the body of an answer, whatever it is.

    Returns:
        The proposal; or `NoProposal` where it is not JSON, lacks what the contract asks for, answers another request, or comes from
        another model or version than `use_case.yaml` declares. Its own words are not repeated: they may quote the case.
    """
    try:
        said = json_of(raw)
    except (ValueError, RecursionError):
        return NOT_JSON
    if isinstance(said, dict):
        if said.get("id", name) != name:
            return NoProposal(why="It answered another request.")
        for key, declared in (("version", block.version), ("model", block.model)):
            if said.get(key) not in (None, declared):
                ours = f"{declared!r} that use_case.yaml declares" if declared else "none, as use_case.yaml declares"
                return NoProposal(why=f"Another {key} answered than {ours}: {key} changed.")
    return read_proposal(kind, said, latency_ms=latency_ms)


NOT_JSON = NoProposal(why="It did not answer in JSON.")


def json_of(raw: bytes) -> object:
    """What an answer says: JSON in UTF-8, no name twice in an object, no NaN.

    Raises:
        ValueError: where it is none of that.
        RecursionError: where it is nested too deep.
    """
    return plain_json(raw.decode("utf-8"))


def _unavailable(why: str) -> NoProposal:
    return NoProposal(why=why, cause=Cause.UNAVAILABLE)


async def _read(response: httpx.Response) -> bytes | NoProposal | _Again:
    """Reads an answer as far as it may be one; what is too large, compressed, a redirect or an error is not read at all."""
    wrong = _failed_with(response) or _unreadable(response)
    if wrong is not None:
        return wrong
    raw = bytearray()
    async for piece in response.aiter_raw():
        raw += piece
        if len(raw) > LARGEST_ANSWER:
            return _TOO_LARGE
    return bytes(raw)


def _failed_with(response: httpx.Response) -> NoProposal | _Again | None:
    status = response.status_code
    if status == OK:
        return None
    if status in BUSY or status >= 500:  # noqa: PLR2004 - RFC 9110: the server failed
        return _Again(failed=_unavailable(f"It answered with status {status}."), after_s=_retry_after_s(response))
    if status in CASE_REFUSED:
        return NoProposal(why=f"It refused the case with status {status}.")
    if 300 <= status < 400:  # noqa: PLR2004 - RFC 9110: redirection
        return _unavailable(f"It redirects (status {status}), which is not followed.")
    return _unavailable(f"It answered with status {status}.")


def _unreadable(response: httpx.Response) -> NoProposal | None:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        return NoProposal(why="Its answer is compressed, although it was asked not to.")
    return _TOO_LARGE if int(response.headers.get("content-length", "0")) > LARGEST_ANSWER else None


_TOO_LARGE = NoProposal(why=f"Its answer has more than {LARGEST_ANSWER:,} bytes.")


def _retry_after_s(response: httpx.Response) -> float | None:
    """Seconds that `Retry-After` asks for (RFC 9110, 10.2.3); a date is held against the endpoint's own clock."""
    said = response.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        return (parsedate_to_datetime(said) - parsedate_to_datetime(response.headers.get("date", ""))).total_seconds()
    except (TypeError, ValueError, OverflowError):  # a year of twenty digits is a date to the parser, and none to a machine
        return None
