"""Sending: cases of a file go to a server in batches, each as often as it takes, and are taken in once."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import cast

import httpx

from licet.core.answer import answer_to_json
from licet.core.canonical import Json, canonical_bytes
from licet.core.case import content_to_json
from licet.core.history import PastCase
from licet.core.refusal import CODES, Refused
from licet.core.system import SystemCard

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
BATCH = 500
BATCH_BYTES = 4_000_000
WITHIN = timedelta(seconds=60)
PATIENCE = timedelta(minutes=2)
"""How long a server that is away or full is asked again."""

LONGEST_PAUSE = 15.0
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which the same request may succeed; sending it again takes nothing in twice."""


class NotAServerError(ValueError):
    """An address that cases may not be sent to."""


class ServerUnreachableError(RuntimeError):
    """A server did not answer, or not as a Licet server does."""


class NotTakenError(ValueError):
    """A server said that what was sent is not what it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where cases go. `token` is what lets us in."""

    url: str
    token: str = field(repr=False)


@dataclass(slots=True, kw_only=True)
class SentTally:
    """What a server took in so far."""

    rows: int = 0
    accepted: int = 0
    repeated: int = 0


def check_server(url: str) -> str:
    """Refuses an address at which a token could be read on the way.

    Returns:
        The address without a slash at its end.

    Raises:
        NotAServerError: names it and the remedy.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        parsed = httpx.URL("")
    safe = parsed.scheme == "https" or (parsed.scheme == "http" and parsed.host in LOOPBACK)
    if not safe or not parsed.host or parsed.userinfo or parsed.query or parsed.fragment:
        message = (
            f"{url!r} is not a server cases are sent to: write https://HOST, without user, query or fragment; http:// on loopback only."
        )
        raise NotAServerError(message)
    return str(parsed).rstrip("/")


def send(server: Server, slug: str, rows: Iterable[PastCase], card: SystemCard | None, *, source: str) -> Iterator[SentTally | Refused]:
    """Sends cases; running it again after an interruption takes no case in twice.

    Args:
        server: where to.
        slug: the use case.
        rows: the cases.
        card: the system whose proposals the rows carry; None: they carry none.
        source: the file's digest; it names cases without an id, and the requests.

    Yields:
        The tally so far, after each batch; or the server's refusal, and nothing after it.

    Raises:
        NotAServerError: see `check_server`.
        ServerUnreachableError: when the server stayed away for `PATIENCE`.
        NotTakenError: when the server does not take what was sent; says what and which rows.
    """
    at = f"{check_server(server.url)}/api/v1/use-cases/{slug}/cases/batch"
    tally = SentTally()
    shown = {"Authorization": f"Bearer {server.token}"}
    with httpx.Client(headers=shown, timeout=WITHIN.total_seconds(), follow_redirects=False) as client:
        for batch in _batches(_case(past, card, source) for past in rows):
            found = _post(client, at, batch, source)
            if isinstance(found, Refused):
                yield found
                return
            tally.rows += len(batch)
            tally.accepted += found["accepted"]
            tally.repeated += found["repeated"]
            yield tally


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    line: int
    said: Mapping[str, Json]


def _case(past: PastCase, card: SystemCard | None, source: str) -> _Row:
    said: dict[str, Json] = {"id": past.external_id or f"{source[:12]}:{past.line}", "content": content_to_json(past.body.content)}
    if past.body.attributes:
        said["attributes"] = dict(past.body.attributes)
    if past.happened_at is not None:
        said["happened_at"] = past.happened_at.isoformat()
    if past.posted is not None and card is not None:
        said["proposal"] = {
            "answer": answer_to_json(past.posted.answer),
            "confidence": past.posted.confidence,
            "system": card.name,
            "system_version": card.version,
            "probabilities": dict(past.posted.probabilities),
            "reason": past.posted.reason,
        }
    return _Row(line=past.line, said=said)


def _batches(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    """Rows in batches of at most `BATCH`, and of about `BATCH_BYTES` at most."""
    held: list[_Row] = []
    size = 0
    while more := list(islice(rows, BATCH - len(held))):
        for row in more:
            length = len(canonical_bytes(row.said))
            if held and (size + length > BATCH_BYTES or len(held) == BATCH):
                yield held
                held, size = [], 0
            held.append(row)
            size += length
        if len(held) == BATCH:
            yield held
            held, size = [], 0
    if held:
        yield held


def _post(client: httpx.Client, at: str, batch: list[_Row], source: str) -> Mapping[str, int] | Refused:
    body = canonical_bytes({"cases": [row.said for row in batch]})
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"{source[:32]}:{batch[0].line}-{batch[-1].line}"}
    pause, until = 0.25, time.monotonic() + PATIENCE.total_seconds()
    while True:
        response = _try(client, at, body, headers)
        if isinstance(response, httpx.Response) and response.status_code not in RETRIED:
            return _said(response, batch)
        if time.monotonic() + pause > until:
            raise ServerUnreachableError(_why(at, response))
        time.sleep(_told_to_wait(response) or pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _try(client: httpx.Client, at: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response | httpx.TransportError:
    try:
        return client.post(at, content=body, headers=headers)
    except httpx.TransportError as error:
        return error


def _told_to_wait(response: httpx.Response | httpx.TransportError) -> float | None:
    told = response.headers.get("retry-after", "") if isinstance(response, httpx.Response) else ""
    return min(float(told), LONGEST_PAUSE) if told.isascii() and told.isdigit() else None


def _why(at: str, response: httpx.Response | httpx.TransportError) -> str:
    what = f"answered {response.status_code}" if isinstance(response, httpx.Response) else f"did not answer ({type(response).__name__})"
    return f"{at} {what} for {PATIENCE.seconds} seconds. What was sent before is kept; repeat the command for the rest."


def _said(response: httpx.Response, batch: list[_Row]) -> Mapping[str, int] | Refused:
    try:
        found = response.json()
    except ValueError:
        found = None
    match found:
        case {"accepted": int(accepted), "repeated": int(repeated)} if response.is_success:
            return {"accepted": accepted, "repeated": repeated}
        case {"code": str(code), "detail": str(detail)} if code in CODES:
            return Refused(code=code, why=detail, remedy=str(found.get("remedy", "")))
        case {"code": str(), "detail": str(detail)}:
            rows = f"rows {batch[0].line} to {batch[-1].line}"
            raise NotTakenError(
                f"The server took in nothing of {rows}: {detail} Places count from 0 in these rows. Correct the file and repeat."
            )
        case _:
            raise ServerUnreachableError(
                f"{response.url} answered {response.status_code}, and not as a Licet server does. Check the address."
            )


def json_of(tally: SentTally) -> Mapping[str, Json]:
    """A tally as JSON."""
    return cast("Mapping[str, Json]", {"rows": tally.rows, "accepted": tally.accepted, "repeated": tally.repeated})
