"""Notifications: tells mail, Slack, Teams and a hundred others through `apprise` (extra `notify`), one address at a time.

Addresses hold secrets: they are named by place and digest, never written to a log, an error, the database or the ledger.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from apprise import Apprise
from apprise.logger import logger

from licet.core.incident import Message

logger.disabled = True
"""What apprise logs holds addresses."""


def digest_of(address: str) -> str:
    """What an address is called where it must not be read."""
    return hashlib.sha256(address.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifier:
    """Tells the addresses of LICET_NOTIFY_URLS (the port `Announcer`)."""

    urls: Sequence[str] = field(repr=False)

    @property
    def addresses(self) -> Sequence[str]:
        """The digests of the addresses, in order."""
        return [digest_of(url) for url in self.urls]

    def tell(self, address: str, message: Message) -> str | None:
        """Tells one address; why it did not take the message, None where it did."""
        place = self.addresses.index(address)
        where = f"address {place + 1} of LICET_NOTIFY_URLS"
        with suppress(Exception):  # a plugin may raise anything, with the address in it: what is said here names neither
            found = Apprise.instantiate(self.urls[place], suppress_exceptions=True)
            if found is None:
                return f"{where} is none that apprise knows"
            if found.notify(body=message.body, title=message.subject):
                return None
        return f"{where} did not take it"
