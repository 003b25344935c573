"""A webhook: a receiver outside is told of an effect, signed, at an address that was looked at before."""

import hmac
import logging
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from licet import __version__
from licet.core.canonical import Json, canonical_bytes
from licet.core.effect import Delivered, Failed, Outcome
from licet.edge.addresses import Allowed, NotAllowedError, Resolve, pinned, resolve
from licet.edge.effect_block import WebhookBlock
from licet.edge.time_limit import TimeLimit

NEVER = frozenset({400, 410, 422})
"""Answers that trying again does not change."""

LARGEST_ANSWER = 65_536
"""Bytes of an answer that are read, to end the exchange in good order; nothing in them counts, and none is kept."""

SHORTEST_SECRET = 16
AT_ONCE = 64

# httpx writes every address it asks into the log, and an address may hold what is nobody's business.
logging.getLogger("httpx").setLevel(logging.WARNING)


def signature(secret: bytes, body: bytes, at: datetime) -> str:
    """What stands in `Licet-Signature`: the time, and HMAC-SHA256 over time, dot and body.

    The time is signed too, so that a request that somebody recorded is not worth much later.
    """
    seconds = int(at.timestamp())
    return f"t={seconds},v1={hmac.digest(secret, f'{seconds}.'.encode() + body, 'sha256').hex()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """Sends to webhooks.

    Attributes:
        allowed: what is allowed beyond public addresses.
        resolver: gives the addresses of a host.
        trust: whose certificates are believed.
    """

    allowed: Allowed
    resolver: Resolve = resolve
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    limit: TimeLimit[Outcome] = field(default_factory=lambda: TimeLimit(AT_ONCE))

    def send(self, block: WebhookBlock, secret: str, message: Mapping[str, Json], now: datetime) -> Outcome:
        """Tells the receiver of one effect; whatever goes wrong is `Failed`, with nothing in it of what either side said."""
        if len(secret) < SHORTEST_SECRET:
            return Failed(why=f"The secret {block.secret} has fewer than {SHORTEST_SECRET} characters. Set a longer one.", retry=True)
        found = self.limit.run(lambda: self._send(block, secret, message, now), seconds=block.timeout_seconds)
        return Failed(why=f"The receiver did not answer within {block.timeout_seconds:g} s.", retry=True) if found is None else found

    def _send(self, block: WebhookBlock, secret: str, message: Mapping[str, Json], now: datetime) -> Outcome:
        try:
            request = self._request(block, secret, message, now)
            with self._client(block) as client:
                response = client.send(request, stream=True)
                with suppress(httpx.HTTPError):
                    _read_out(response)
                response.close()
        except NotAllowedError as refused:
            return Failed(why=str(refused), retry=True)
        except httpx.TimeoutException:
            return Failed(why=f"The receiver did not answer within {block.timeout_seconds:g} s.", retry=True)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError) as error:
            return Failed(why=f"The connection failed ({type(error).__name__}).", retry=True)
        return outcome_of(response.status_code, response.headers.get("retry-after"), now)

    def _client(self, block: WebhookBlock) -> httpx.Client:
        return httpx.Client(verify=self.trust, trust_env=False, follow_redirects=False, timeout=block.timeout_seconds)

    def _request(self, block: WebhookBlock, secret: str, message: Mapping[str, Json], now: datetime) -> httpx.Request:
        """The request to the pinned address; the name is what the receiver is called and what its certificate must say."""
        url = httpx.URL(block.url)
        port = url.port or (443 if url.scheme == "https" else 80)
        address = pinned(url.scheme, url.host, port, self.allowed, self.resolver)
        body = canonical_bytes(message)
        headers = {
            "host": url.netloc.decode("ascii"),
            "user-agent": f"licet/{__version__}",
            "content-type": "application/json",
            "accept-encoding": "identity",
            "connection": "close",
            "idempotency-key": str(message["key"]),
            "licet-signature": signature(secret.encode(), body, now),
        }
        extensions = {"sni_hostname": url.host, "timeout": httpx.Timeout(block.timeout_seconds).as_dict()}
        return httpx.Request("POST", url.copy_with(host=address), headers=headers, content=body, extensions=extensions)


def _read_out(response: httpx.Response) -> None:
    seen = 0
    for chunk in response.iter_raw():
        seen += len(chunk)
        if seen >= LARGEST_ANSWER:
            return


def outcome_of(status: int, retry_after: str | None, now: datetime) -> Outcome:
    """What a receiver's answer means."""
    why = f"The receiver answered {status}."
    match status // 100:
        case 2:
            return Delivered()
        case 3:
            return Failed(why=f"{why} Redirects are not followed; name the address it leads to.", retry=True)
        case _:
            return Failed(why=why, retry=status not in NEVER, after=_after(retry_after, now))


def _after(said: str | None, now: datetime) -> timedelta | None:
    """How long `Retry-After` asks to wait: seconds or a date; None where it says nothing that can be read."""
    if said is None:
        return None
    if said.isascii() and said.isdigit():
        return timedelta(seconds=min(int(said[:9]), 86_400))
    try:
        at = parsedate_to_datetime(said)
    except (TypeError, ValueError, OverflowError):  # a year of twenty digits is a date to the parser, and none to a machine
        return None
    return max((at if at.tzinfo else at.replace(tzinfo=UTC)) - now, timedelta(0))


SecretOf = Callable[[str], str]
"""Gives a secret by its name."""
