"""The block `effect:` of `use_case.yaml`: what happens in the world after a decision."""

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from licet.core.effect import LONGEST_TIMEOUT, Way
from licet.edge.system_blocks import SECRET, told

ANY_SCHEME = ("https", "http")


def _address(url: str) -> str:
    remedy = "Write an address such as https://orders.example.org/licet."
    if not url.isascii() or any(c.isspace() or not c.isprintable() for c in url):
        raise told("it holds white space, a control character or a letter beyond ASCII.", remedy)
    try:
        parts = urlsplit(url)
        known = parts.scheme in ANY_SCHEME and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise told("it is no address that starts with https:// and names a host.", remedy)
    if "@" in parts.netloc or "\\" in url:
        raise told("it holds a user, a password or a backslash.", "Take it out; the receiver knows Licet by the signature.")
    if "#" in url:
        raise told("what stands after # is never sent.", "Take it out.")
    return url


def _secret(name: str) -> str:
    if not SECRET.fullmatch(name):
        remedy = "Write LICET_SECRET_ and a name in capitals; the secret itself stands in the environment, never here."
        raise told("it is no name of a secret.", remedy)
    return name


Seconds = Annotated[float, Field(gt=0.0, le=LONGEST_TIMEOUT.total_seconds())]


class _Block(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class FunctionBlock(_Block):
    """The function `effect(decision)` in `effect.py` is called; `timeout_seconds` is how long one call may take."""

    timeout_seconds: Seconds = 10.0


class WebhookBlock(_Block):
    """An address is told, with a signature.

    Attributes:
        url: the address, without secrets in it.
        secret: the name of the secret that signs.
        timeout_seconds: how long one request may take, from resolving the name to the answer.
    """

    url: Annotated[str, Field(max_length=2000), AfterValidator(_address)]
    secret: Annotated[str, AfterValidator(_secret)]
    timeout_seconds: Seconds = 10.0


class EffectBlock(_Block):
    """One of the two ways."""

    callable: FunctionBlock | None = None
    webhook: WebhookBlock | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.callable is None) == (self.webhook is None):
            raise told("it names no way, or two.", "Write `effect: callable`, or a block `webhook:` with `url` and `secret`.")
        return self

    @property
    def way(self) -> Way:
        """Which way it is."""
        return Way.CALLABLE if self.webhook is None else Way.WEBHOOK


def _in_short(raw: object) -> object:
    return {"callable": {}} if raw == "callable" else raw


Effect = Annotated[EffectBlock | None, BeforeValidator(_in_short)]
"""What stands under `effect:`; `callable` alone is the function with its usual time-out."""
