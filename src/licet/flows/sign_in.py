"""Signing in: a password and a code open a session; the same show once more who somebody is before an act of high stake."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from licet.core.account import LONGEST_PASSWORD, Account, Session, check_password, code_digest, normal, session_ends, session_text
from licet.core.canonical import Json
from licet.core.people import Identity, Person
from licet.core.refusal import Refused
from licet.core.token import token_digest
from licet.flows.guesses import Guess, came_right, count_guess
from licet.flows.office import Office, entry
from licet.flows.sessions import Entered, enter
from licet.store import accounts, people, sessions
from licet.store.book import Tx

FAILED = Refused(
    code="sign_in_failed",
    why="The address, the password or the code is not right, or the account is not one that may sign in.",
    remedy="Try again with the next code; lost something? Ask an admin for a link: `licet account link E-MAIL`.",
)
"""Said of everything that is wrong, so that nobody learns what was right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What somebody shows.

    Attributes:
        email: who they say they are.
        password: their password.
        code: of the second factor, or a recovery code; empty: none.
        address: from where they come, for counting guesses; it is kept as a keyed digest only.
    """

    email: str
    password: str = field(repr=False)
    code: str = field(default="", repr=False)
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session that was opened or renewed. `text` is its token: the browser or the command keeps it, nobody here does."""

    session: Session
    person: Person
    recovery: int
    text: str = field(repr=False)


def sign_in(office: Office, shown: Credentials) -> Opened | Refused:
    """Opens a session for whoever shows the right password, and the right code where the account has a second factor."""
    looked = _look(office, shown)
    if isinstance(looked, Refused):
        return looked
    if not _password_right(office, looked, shown):
        return FAILED
    with office.book.write() as tx:
        now = office.clock.now()
        person = _came_right(office, tx, looked, shown, now)
        if isinstance(person, Refused):
            return person
        opened = open_session(office, tx, person, now)
    _rehash(office, looked, shown)
    return opened


def open_session(office: Office, tx: Tx, person: Person, now: datetime, *, provider: bool = False) -> Opened:
    """Opens a session in a transaction that has made sure who it is: by password and code, or by the word of an identity provider."""
    account = accounts.find(tx, person.id) or Account(person=person.id)
    text = session_text(office.draw.secret())
    session = Session(
        id=office.draw.token("s_"), person=person.id, opened_at=now, seen_at=now, ends_at=session_ends(account, now), confirmed_at=None
    )
    sessions.add(tx, session, digest=token_digest(text))
    identity = Identity.SIGNED_IN
    facts: dict[str, Json] = {"session": session.id, "identity": identity.value, **({"provider": True} if provider else {})}
    tx.record(entry("session.opened", by=person.id, now=now, use_case=None, **facts))
    left = accounts.recovery_left(tx, person.id)
    return Opened(session=session, person=replace(person, identity=identity), recovery=left, text=text)


def confirm(office: Office, text: str, shown: Credentials) -> Opened | Refused:
    """Shows once more who somebody is who is signed in; for a few minutes they count as confirmed. The session gets another token."""
    there = show_again(office, text, shown)
    if isinstance(there, Refused):
        return there
    with office.book.write() as tx:
        now = office.clock.now()
        person = came_true(office, tx, there, now)
        if isinstance(person, Refused):
            return person
        return confirm_session(office, tx, there.entered, now)


def confirm_session(office: Office, tx: Tx, entered: Entered, now: datetime) -> Opened | Refused:
    """Writes, in a transaction that has made sure of it, that somebody showed again who they are; the session gets another token."""
    text, there = session_text(office.draw.secret()), entered.session
    if not sessions.confirm(tx, there, digest=token_digest(text), at=now):
        return Refused(code="session_ended", why="The session was ended meanwhile.", remedy="Sign in again: `licet login`.")
    identity, by = Identity.CONFIRMED, entered.person.id
    tx.record(entry("session.confirmed", by=by, now=now, use_case=None, session=there.id, identity=identity.value))
    session = replace(there, confirmed_at=now, seen_at=now)
    left = accounts.recovery_left(tx, by)
    return Opened(session=session, person=replace(entered.person, identity=identity), recovery=left, text=text)


def change_password(office: Office, text: str, shown: Credentials, *, new: str) -> int | Refused:
    """Changes the password of whoever is signed in and shows the old one, and the code; ends their other sessions.

    Returns:
        How many other sessions ended.
    """
    entered = enter(office, text)
    if isinstance(entered, Refused):
        return entered
    chosen = check_password(new, entered.person)
    if isinstance(chosen, Refused):
        return chosen
    there = show_again(office, text, shown)
    if isinstance(there, Refused):
        return there
    kept = office.passwords.hashed(chosen)
    with entered.office.book.write() as tx:
        now = office.clock.now()
        person = came_true(office, tx, there, now)
        if isinstance(person, Refused):
            return person
        accounts.set_password(tx, person.id, was=there.kept, password=kept)
        ended = sessions.end_all(tx, person.id, at=now, but=entered.session.id)
        tx.record(entry("password.changed", by=person.id, now=now, use_case=None, sessions=ended))
        return ended


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAgain:
    """Somebody who is signed in showed the right password once more; whether the code is right too, `came_true` says."""

    entered: Entered
    looked: "_Looked"
    shown: Credentials

    @property
    def kept(self) -> str:
        """The hash that counted when they showed it."""
        return str(self.looked.kept)


def show_again(office: Office, text: str, shown: Credentials) -> ShownAgain | Refused:
    """Asks, outside transactions, for the password of whoever is signed in; their address is taken from the session."""
    entered = enter(office, text)
    if isinstance(entered, Refused):
        return entered
    shown = replace(shown, email=entered.person.email)
    looked = _look(office, shown)
    if isinstance(looked, Refused):
        return looked
    return ShownAgain(entered=entered, looked=looked, shown=shown) if _password_right(office, looked, shown) else FAILED


def came_true(office: Office, tx: Tx, there: ShownAgain, now: datetime) -> Person | Refused:
    """The person, if the account is still the one that was looked at and the code is right; the code is used up by this."""
    return _came_right(office, tx, there.looked, there.shown, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """A guess that was counted; whose account it is at, and the hash that counted then. None: nobody's, or none that may sign in."""

    guess: Guess
    person: Person | None
    kept: str | None = field(repr=False)


def _look(office: Office, shown: Credentials) -> _Looked | Refused:
    email = shown.email.strip().lower()
    with office.book.write() as tx:
        now = office.clock.now()
        person = people.by_email(tx, email)
        guess = count_guess(tx, email, shown.address, person, now)
        if isinstance(guess, Refused):
            return guess
        account = None if person is None else accounts.find(tx, person.id)
        usable = account is not None and account.open_at(now)
        return _Looked(guess=guess, person=person, kept=account.password if usable and account is not None else None)


def _password_right(office: Office, looked: _Looked, shown: Credentials) -> bool:
    """Asked outside transactions: it takes its time, and the same whether there is such an account or not."""
    sensible = len(shown.password) <= LONGEST_PASSWORD
    return office.passwords.right(normal(shown.password) if sensible else "", looked.kept if sensible else None)


def _came_right(office: Office, tx: Tx, looked: _Looked, shown: Credentials, now: datetime) -> Person | Refused:
    """The person, if the account is still the one that was looked at and the second factor is right; it is used up by this."""
    person = None if looked.person is None else people.by_id(tx, looked.person.id)
    account = None if person is None else accounts.find(tx, person.id)
    if person is None or account is None or account.password != looked.kept or not account.open_at(now):
        return FAILED
    if account.second_factor and not _factor_right(office, tx, person, shown.code, now):
        return FAILED
    came_right(tx, looked.guess, now)
    return person


def _factor_right(office: Office, tx: Tx, person: Person, code: str, now: datetime) -> bool:
    """Whether a code is right and was never used, be it the app's or one for recovery; from now on it was."""
    secret = accounts.factor_of(tx, person.id)
    step = None if secret is None else office.codes.step(secret, code, now)
    if step is not None:
        return accounts.accept_step(tx, person.id, step)
    return bool(code) and accounts.use_recovery(tx, person.id, code_digest(code), at=now)


def _rehash(office: Office, looked: _Looked, shown: Credentials) -> None:
    """Keeps a hash of today's parameters where the one that counted was made with others."""
    if looked.person is None or looked.kept is None or not office.passwords.outdated(looked.kept):
        return
    kept = office.passwords.hashed(normal(shown.password))
    with office.book.write() as tx:
        accounts.set_password(tx, looked.person.id, was=looked.kept, password=kept)
