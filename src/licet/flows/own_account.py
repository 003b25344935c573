"""One's own account: what somebody signs in with, and another second factor or other recovery codes, after showing who they are."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime

from licet.core.account import NEEDS_FACTOR, RECOVERY_CODES, Account, code_digest, factor_secret, recovery_code
from licet.core.ids import PersonId
from licet.core.incident import Message
from licet.core.people import Person
from licet.core.refusal import Refused
from licet.flows.office import Office, entry
from licet.flows.roles import person_anywhere
from licet.flows.sessions import Entered, enter
from licet.flows.sign_in import Credentials, came_true, show_again
from licet.store import accounts, notices, sessions
from licet.store.book import Tx

OFFERED = "second factor offered"
"""Under this purpose the secret is derived that a session is offered; nothing is kept until its code was shown."""

NO_FACTOR = Refused(
    code="factor_needed", why="There is no second factor, so recovery codes stand in for nothing.", remedy="Add a second factor first."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccount:
    """What somebody sees of their own account.

    Attributes:
        account: None: they have none, and are taken at their word.
        recovery: codes they have left.
        sessions: that nobody ended, this one among them.
        needs_factor: whether their roles take a second factor.
        secret: of the second factor that they are offered, to be typed into an authenticator app; the same as long as this session
            takes none.
        address: the same as an `otpauth://` address.
    """

    account: Account | None
    recovery: int
    sessions: int
    needs_factor: bool
    secret: str = field(repr=False)
    address: str = field(repr=False)


def own_account(office: Office, text: str) -> OwnAccount | Refused:
    """Somebody's own account, with the second factor they may add or change to; nothing is written by looking."""
    entered = enter(office, text)
    if isinstance(entered, Refused):
        return entered
    with office.book.read() as tx:
        person = entered.person
        secret = _offered(office, tx, entered)
        return OwnAccount(
            account=accounts.find(tx, person.id),
            recovery=accounts.recovery_left(tx, person.id),
            sessions=len(sessions.of(tx, person.id)),
            needs_factor=person_anywhere(tx, person).has(*NEEDS_FACTOR),
            secret=secret,
            address=office.codes.address(secret, person.email),
        )


def _offered(office: Office, tx: Tx, entered: Entered) -> str:
    """Keyed chance of this session and the factor there is: it stays until that one changes, and nobody without the key can derive it."""
    now = accounts.factor_of(tx, entered.person.id) or ""
    key = office.vault.key(OFFERED, entered.session.id.encode("ascii"))
    return factor_secret(hmac.digest(key, now.encode("ascii"), "sha256"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """What somebody has now: recovery codes, shown once and never again; and how many other sessions ended."""

    recovery: tuple[str, ...] = field(repr=False)
    ended: int


def renew_factor(office: Office, text: str, shown: Credentials, *, code: str) -> Renewed | Refused:
    """Puts the offered second factor in the place of the one there was, or adds it; other sessions end, and the person is told.

    Args:
        office: the office.
        text: the session's token.
        shown: the password, and the code of the factor there was, or a recovery code; empty where there was none.
        code: what the authenticator app shows for the offered one: it has to work before it counts.
    """
    there = show_again(office, text, shown)
    if isinstance(there, Refused):
        return there
    with office.book.read() as tx:
        secret = _offered(office, tx, there.entered)
    step = office.codes.step(secret, code, office.clock.now())
    if step is None:
        why = "That is not what an authenticator app shows for the new key now."
        return Refused(code="code_not_right", why=why, remedy="Add the key to the app, check the phone's clock, and send the next code.")
    codes = _codes(office)
    with there.entered.office.book.write() as tx:
        now = office.clock.now()
        person = came_true(office, tx, there, now)
        if isinstance(person, Refused):
            return person
        accounts.set_factor(tx, person.id, accounts.seal_factor(tx, secret), step=step)
        accounts.add_recovery(tx, person.id, [code_digest(one) for one in codes])
        ended = sessions.end_all(tx, person.id, at=now, but=there.entered.session.id)
        tx.record(entry("factor.renewed", by=person.id, now=now, use_case=None, sessions=ended))
        _tell(tx, person.id, "another second factor", now)
        return Renewed(recovery=codes, ended=ended)


def renew_recovery(office: Office, text: str, shown: Credentials) -> Renewed | Refused:
    """Gives other recovery codes; those before count no longer, and the person is told."""
    there = show_again(office, text, shown)
    if isinstance(there, Refused):
        return there
    codes = _codes(office)
    with there.entered.office.book.write() as tx:
        now = office.clock.now()
        person = came_true(office, tx, there, now)
        if isinstance(person, Refused):
            return person
        if not _has_factor(tx, person):
            return NO_FACTOR
        accounts.forget_recovery(tx, person.id)
        accounts.add_recovery(tx, person.id, [code_digest(one) for one in codes])
        tx.record(entry("recovery.renewed", by=person.id, now=now, use_case=None))
        _tell(tx, person.id, "other recovery codes", now)
        return Renewed(recovery=codes, ended=0)


def _has_factor(tx: Tx, person: Person) -> bool:
    account = accounts.find(tx, person.id)
    return account is not None and account.second_factor


def _codes(office: Office) -> tuple[str, ...]:
    return tuple(recovery_code(office.draw.secret()) for _ in range(RECOVERY_CODES))


def _tell(tx: Tx, person: PersonId, what: str, now: datetime) -> None:
    body = f"At {now:%Y-%m-%d %H:%M} UTC your account got {what}. If that was not you, tell an admin at once: they can disable it."
    notices.tell(tx, Message(to=person, subject=f"Licet: your account got {what}", body=body), at=now)
