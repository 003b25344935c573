"""An account: what a person signs in with, how a session ends, and how long somebody waits who guessed wrong."""

import base64
import hashlib
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licet.core.ids import PersonId
from licet.core.people import Identity, Person, Role
from licet.core.refusal import Refused

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
LINK_LASTS = timedelta(hours=72)
BREAK_GLASS_LASTS = timedelta(hours=1)
IDLE = timedelta(minutes=30)
"""A session nobody used for so long is over."""

ABSOLUTE = timedelta(hours=12)
"""A session is over after so long, whatever it was used for."""

CONFIRMATION_LASTS = timedelta(minutes=5)
RECOVERY_CODES = 10
PAGE_TOKEN_LENGTH = 64
NEEDS_FACTOR = frozenset({Role.ADMIN, Role.RISK})
"""Who holds one of these sets no account up without a second factor."""

KNOWN_FOR = timedelta(days=30)
"""So long an address is known from which somebody signed in: others' wrong guesses do not hold them up there."""

COMMON = frozenset(
    (
        "password",
        "passwort",
        "passwd",
        "kennwort",
        "letmein",
        "welcome",
        "willkommen",
        "qwertyuiop",
        "qwertzuiop",
        "qwerty",
        "qwertz",
        "asdfghjkl",
        "iloveyou",
        "admin",
        "administrator",
        "changeme",
        "secret",
        "default",
        "dragon",
        "monkey",
        "football",
        "baseball",
        "superman",
        "trustno",
        "master",
        "princess",
        "sunshine",
        "login",
        "test",
        "licet",
    )
)
"""Words a guesser tries first; a password that is nothing but these, digits and signs is refused."""

RUNS = ("0123456789012345678901234567890", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


FACTOR_BYTES = 20
"""Of a second factor's secret: 160 bits, as RFC 4226 recommends."""


def factor_secret(digest: bytes) -> str:
    """A second factor's secret from keyed chance of at least 20 bytes, in base 32, as authenticator apps take it.

    Source: RFC 4226, section 4, for its length; RFC 4648 for its letters.
    """
    return base64.b32encode(digest[:FACTOR_BYTES]).decode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is known of a person's account.

    Attributes:
        person: whose it is.
        password: its hash; None: there is no password (not set up yet, or signed in by somebody else's word).
        second_factor: whether signing in takes a code as well.
        set_up_at: when it was set up; None while nobody did.
        disabled_at: when it was disabled; None while it is not.
        break_glass: whether it was made in an emergency, from the machine itself.
        ends_at: when it ends by itself; None: never.
    """

    person: PersonId
    password: str | None = field(default=None, repr=False)
    second_factor: bool = False
    set_up_at: datetime | None = None
    disabled_at: datetime | None = None
    break_glass: bool = False
    ends_at: datetime | None = None

    def open_at(self, now: datetime) -> bool:
        """Whether somebody may sign in with it."""
        return self.set_up_at is not None and self.disabled_at is None and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A set-up link: whoever holds its text sets the account up, once. The text is shown when it is made and kept by nobody here."""

    id: str
    person: PersonId
    made_by: PersonId
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session: somebody who signed in. Its token is shown to them and kept by nobody here.

    Attributes:
        id: its public name, which the ledger carries.
        person: who signed in.
        opened_at: when.
        seen_at: when it was used last, to a minute.
        confirmed_at: when they last showed once more who they are; None: not since they signed in.
        ends_at: when it ends by itself at the latest.
        ended_at: when somebody ended it; None while nobody has.
    """

    id: str
    person: PersonId
    opened_at: datetime
    seen_at: datetime
    ends_at: datetime
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None


def identity_of(session: Session | None, now: datetime) -> Identity | Refused:
    """How far a session shows who somebody is: signed in, confirmed, or `Refused` (`session_ended`) where it counts no longer.

    Unknown, ended, idle and expired are told alike.
    """
    if session is None or session.ended_at is not None or now >= session.ends_at or now >= session.seen_at + IDLE:
        return Refused(code="session_ended", why="There is no such session, or it is over.", remedy="Sign in again: `licet login`.")
    fresh = session.confirmed_at is not None and now < session.confirmed_at + CONFIRMATION_LASTS
    return Identity.CONFIRMED if fresh else Identity.SIGNED_IN


def session_ends(account: Account, now: datetime) -> datetime:
    """When a session opened now ends at the latest."""
    latest = now + ABSOLUTE
    return latest if account.ends_at is None else min(latest, account.ends_at)


def check_link(link: Link | None, now: datetime) -> Link | Refused:
    """The link if it still opens something; unknown, used, ended and expired are told alike (`link_not_valid`)."""
    if link is None or link.used_at is not None or link.ended_at is not None or now >= link.expires_at:
        why = "The set-up link is unknown, used, withdrawn or older than it may be."
        return Refused(code="link_not_valid", why=why, remedy="Ask an admin for a new one: `licet account link E-MAIL`.")
    return link


def normal(password: str) -> str:
    """A password in the one form that is hashed (NFKC), so that it is the same from every keyboard."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, person: Person) -> str | Refused:
    """Says whether a password may be chosen (NIST SP 800-63B-4, 3.1.1): long, and not what is guessed first; no rules of composition.

    Returns:
        The password as it is hashed, or `Refused` (`password_weak`), which never repeats it.
    """
    said = normal(password)
    if len(said) < SHORTEST_PASSWORD or len(said) > LONGEST_PASSWORD:
        return _weak(f"The password has {len(said)} characters; it takes {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}.")
    if _about(said, person):
        return _weak("The password is little more than the name or the e-mail address.")
    if _guessed_first(said):
        return _weak("The password is one that is guessed first: a common word, a row of keys, or a few characters repeated.")
    return said


def _about(said: str, person: Person) -> bool:
    """Whether nothing worth the name is left when what others know of the person is taken out."""
    left = said.casefold()
    known = {person.email, person.email.partition("@")[0], person.email.partition("@")[2], person.name, *person.name.split()}
    for word in sorted((word.casefold() for word in known), key=len, reverse=True):
        left = left.replace(word, "") if len(word) > 2 else left  # noqa: PLR2004 - initials are in many words
    return len(left) < SHORTEST_PASSWORD // 2


def _guessed_first(said: str) -> bool:
    folded = said.casefold()
    letters = "".join(c for c in folded if c.isalpha())
    for word in sorted(COMMON, key=len, reverse=True):
        letters = letters.replace(word, "")
    repeated = any(folded == (folded[:width] * len(folded))[: len(folded)] for width in range(1, 5))
    in_a_row = any(folded in run or folded in run[::-1] for run in RUNS)
    only_words = not letters and any(c.isalpha() for c in folded)
    return repeated or in_a_row or only_words


def _weak(why: str) -> Refused:
    return Refused(code="password_weak", why=why, remedy="Take four words that do not belong together, or let a password manager make one.")


def link_text(secret: bytes) -> str:
    """A set-up link's secret part, as it is handed over. `secret`: 32 bytes nobody can guess."""
    return "licet_link_" + base64.urlsafe_b64encode(secret).decode("ascii").rstrip("=")


def session_text(secret: bytes) -> str:
    """A session's token, as a browser or a command keeps it. `secret`: 32 bytes nobody can guess."""
    return "licet_session_" + base64.urlsafe_b64encode(secret).decode("ascii").rstrip("=")


def page_token(session: str) -> str:
    """What a page of ours shows with each change, and a page of somebody else's cannot know: made of the session's token, in hex."""
    return hashlib.sha256(b"page\x00" + session.encode("utf-8", "surrogatepass")).hexdigest()


def masked(token: str, mask: bytes) -> str:
    """A page's token as a page says it: different each time, so that how well the page is compressed tells nobody what it is.

    Args:
        token: 64 hex characters.
        mask: 32 bytes nobody can guess, new for each page.
    """
    hidden = bytes(one ^ other for one, other in zip(bytes.fromhex(token), mask, strict=True))
    return mask.hex() + hidden.hex()


def unmasked(shown: str) -> str:
    """The token behind what a page said; whatever else was shown, as it is."""
    if len(shown) != 2 * PAGE_TOKEN_LENGTH or not set(shown) <= set("0123456789abcdef"):
        return shown
    mask, hidden = bytes.fromhex(shown[:PAGE_TOKEN_LENGTH]), bytes.fromhex(shown[PAGE_TOKEN_LENGTH:])
    return bytes(one ^ other for one, other in zip(mask, hidden, strict=True)).hex()


def recovery_code(secret: bytes) -> str:
    """A recovery code, 80 bits as four groups of four letters and digits. `secret`: at least 10 bytes nobody can guess."""
    text = base64.b32encode(secret[:10]).decode("ascii")
    return "-".join(text[place : place + 4] for place in range(0, 16, 4))


def code_digest(text: str) -> str:
    """What is stored of a recovery code; dashes, spaces and the case of letters do not count."""
    return hashlib.sha256("".join(text.upper().split()).replace("-", "").encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How many wrong guesses are free, and how long one waits after more.

    Attributes:
        free: so many guesses wait for nothing.
        first: the wait after the next one; it doubles with each.
        most: no wait is longer.
        forgotten: after so long without a guess all are forgotten.
    """

    free: int
    first: timedelta
    most: timedelta
    forgotten: timedelta


FOR_ACCOUNT = Patience(free=10, first=timedelta(seconds=2), most=timedelta(seconds=60), forgotten=timedelta(hours=1))
"""For one account, from all addresses that it was never signed in from: a person is held up by at most a minute."""

FOR_PAIR = Patience(free=5, first=timedelta(seconds=2), most=timedelta(seconds=60), forgotten=timedelta(hours=1))
"""For one account from one address; alone from an address that somebody signed in to it from lately."""

FOR_ADDRESS = Patience(free=30, first=timedelta(seconds=2), most=timedelta(seconds=60), forgotten=timedelta(minutes=15))
"""For one address, whatever accounts it tries."""

THRESHOLDS = frozenset({10, 100, 1_000, 10_000})
"""So many wrong guesses on one account in a row are written into the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Guesses that have not come right yet: how many, and when the last was; and when one from there last came right."""

    failures: int
    last_at: datetime
    succeeded_at: datetime | None = None

    def known(self, now: datetime) -> bool:
        """Whether somebody signed in from there lately."""
        return self.succeeded_at is not None and now < self.succeeded_at + KNOWN_FOR


def remembered(tally: Tally | None, patience: Patience, now: datetime) -> int:
    """How many guesses still count."""
    return 0 if tally is None or now >= tally.last_at + patience.forgotten else tally.failures


def wait(tally: Tally | None, patience: Patience, now: datetime) -> timedelta:
    """How long one waits before the next guess; zero where one need not."""
    count = remembered(tally, patience, now)
    if tally is None or count < patience.free:
        return timedelta(0)
    pause = min(patience.most, patience.first * (1 << min(count - patience.free, 30)))
    return max(timedelta(0), tally.last_at + pause - now)
