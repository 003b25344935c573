"""The blocks `callable:` and `http:` of `use_case.yaml`: how a system from outside is asked, and for how long."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

BLOCK_TEXT = frozenset(f"http.{key}" for key in ("url", "name", "model", "version", "encryption", "secret_headers"))
"""Keys of the blocks whose values are text as typed, so that version 1.50 keeps its name."""

LONGEST_WORD = 200
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
SECRET = re.compile(r"LICET_SECRET_[A-Z0-9_]{1,80}")
OUR_HEADERS = frozenset({
    "accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host", "keep-alive",
    "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
})  # fmt: skip
"""Headers of a request that Licet writes itself."""


def told(why: str, remedy: str) -> PydanticCustomError:
    """What is wrong with a value of a block, with a remedy of its own."""
    return PydanticCustomError("told", "{why}", {"why": why, "remedy": remedy})


def address_of(url: str) -> str:
    """An address as it may stand in a block.

    Raises:
        PydanticCustomError: when it is none, or holds what no address should.
    """
    remedy = "Write an address such as https://model.example.org/propose."
    if not url.isascii() or any(c.isspace() or not c.isprintable() for c in url):
        raise told("it holds white space, a control character or a letter beyond ASCII.", remedy)
    try:
        parts = urlsplit(url)
        known = url.startswith(("https://", "http://")) and parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise told("it is no address that starts with https:// or http:// and names a host.", remedy)
    if parts.username is not None or parts.password is not None:
        raise told("it holds a user or a password.", "Take them out, and name them under secret_headers.")
    if parts.fragment or "#" in url:
        raise told("what stands after # is never sent.", "Take it out.")
    return url


def _line(text: str) -> str:
    if text != text.strip() or not text or not text.isprintable():
        raise told("it is blank, or has white space around it or a character nobody sees.", "Write visible text in one line.")
    return text


def _secrets(headers: Mapping[str, str]) -> Mapping[str, str]:
    for name, secret in headers.items():
        if not HEADER.fullmatch(name) or name.lower() in OUR_HEADERS:
            raise told(f"{name!r} is no header that can be set.", "Write one such as Authorization.")
        if not SECRET.fullmatch(secret):
            why = f"under {name!r} stands no name of a secret."
            raise told(why, "Write LICET_SECRET_ and a name in capitals; the secret itself stands in the environment, never here.")
    if len({name.lower() for name in headers}) < len(headers):
        raise told("a header is there twice.", "Keep one.")
    return headers


Line = Annotated[str, Field(max_length=LONGEST_WORD), AfterValidator(_line)]
Seconds = Annotated[float, Field(gt=0.0, le=600.0)]
AtOnce = Annotated[int, Field(ge=1, le=64)]


SHARED_BY = 4
"""So many chunks of a use case are worked off at once and share its system: one may wait for the calls of the others."""


def longest_for(calls: int, *, each_s: float, concurrency: int) -> timedelta:
    """How long so many calls may take at most, one more for whoever came before included.

    Args:
        calls: how many, from 0.
        each_s: seconds that one may take.
        concurrency: how many run at once, over all who share the system.
    """
    return timedelta(seconds=each_s * (1 + math.ceil(SHARED_BY * calls / concurrency)))


class Block(BaseModel):
    """A block of `use_case.yaml`: no key that nobody knows, nothing read in two ways."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class CallableBlock(Block):
    """How the function in `system.py` is called.

    Attributes:
        timeout_seconds: how long one call may take.
        concurrency: how many calls run at once, in this process; 1 where the code is not made for several threads.
    """

    timeout_seconds: Seconds = 30.0
    concurrency: AtOnce = 8


USUAL = CallableBlock()


class HttpBlock(Block):
    """Which endpoint is asked, and how.

    Attributes:
        url: the address, without secrets in it.
        version: the version the endpoint serves; where it names its version, it must be this one.
        name: what people call the system; empty: the host's name.
        model: the model the endpoint serves; where it names its model, it must be this one.
        timeout_seconds: how long one request may take, from connecting to the last byte.
        concurrency: how many requests run at once, in this process.
        retries: how often a request that failed is sent again.
        encryption: `none` allows http:// to another machine; cases then travel readable for whoever is in between.
        secret_headers: headers whose values are secrets, each with the name of the secret.
    """

    url: Annotated[str, Field(max_length=2000), AfterValidator(address_of)]
    version: Line
    name: Line | Literal[""] = ""
    model: Line | Literal[""] = ""
    timeout_seconds: Seconds = 10.0
    concurrency: AtOnce = 8
    retries: Annotated[int, Field(ge=0, le=10)] = 2
    encryption: Literal["required", "none"] = "required"
    secret_headers: Annotated[Mapping[str, str], AfterValidator(_secrets)] = {}

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        check_encrypted(self.url, self.encryption)
        return self

    @property
    def title(self) -> str:
        """What people call the system."""
        return self.name or urlsplit(self.url).hostname or ""


def check_encrypted(url: str, encryption: str) -> None:
    """Refuses to send cases readable to another machine, unless that is what is wanted.

    Raises:
        PydanticCustomError: names the remedy.
    """
    parts = urlsplit(url)
    if parts.scheme == "http" and encryption == "required" and not is_here(parts.hostname or ""):
        why = "url: http:// to another machine is not encrypted."
        raise told(why, "Write https://, or `encryption: none` where others may read the cases on their way.")


def is_here(host: str) -> bool:
    """Whether a host is this very machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def said_in(block: BaseModel) -> Iterator[tuple[str, object]]:
    """What a block says beyond its defaults: keys and values, in the order of its form; a block within it as a mapping."""
    for name, field in type(block).model_fields.items():
        value: object = getattr(block, name)
        if field.is_required() or value != field.default:
            yield name, dict(said_in(value)) if isinstance(value, BaseModel) else value
