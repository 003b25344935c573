"""A witness elsewhere: is told of signed checkpoints by a webhook, signed, at an address that was looked at before."""

from datetime import datetime

from pydantic import ValidationError

from licet.core.canonical import Json
from licet.core.effect import Failed, Outcome
from licet.edge.addresses import AllowListError, Resolve, allowed_from, resolve
from licet.edge.effect_block import WebhookBlock
from licet.edge.webhook import SecretOf, Webhooks
from licet.settings import WITNESS_SECRET, SecretMissingError


def tell(url: str, note: str, size: int, now: datetime, secret: SecretOf, allow: str, *, resolver: Resolve = resolve) -> Outcome:  # noqa: PLR0913 - what one message takes
    """Sends one checkpoint: `{"checkpoint": NOTE, "key": "checkpoint-SIZE", "size": SIZE, "v": 1}`; whatever goes wrong is `Failed`.

    Args:
        url: the witness's address.
        note: the signed checkpoint.
        size: how many entries it is of.
        now: when.
        secret: gives the secret that signs, by its name.
        allow: what LICET_WEBHOOK_ALLOW says.
        resolver: gives the addresses of a host.
    """
    try:
        block = WebhookBlock(url=url, secret=WITNESS_SECRET)
        sender = Webhooks(allowed=allowed_from(allow), resolver=resolver)
        message: dict[str, Json] = {"v": 1, "key": f"checkpoint-{size}", "size": size, "checkpoint": note}
        return sender.send(block, secret(WITNESS_SECRET), message, now)
    except ValidationError:
        return Failed(why="LICET_WITNESS_URL is no address to send to; write one such as https://w.example.org/x.", retry=True)
    except (AllowListError, SecretMissingError) as wrong:
        return Failed(why=str(wrong), retry=True)
