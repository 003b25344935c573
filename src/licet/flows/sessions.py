"""Sessions: who a session's token stands for, in which office they work, and how it ends."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from licet.core.account import Session, identity_of
from licet.core.people import Person
from licet.core.refusal import Refused
from licet.core.token import token_digest
from licet.flows.office import Office, entry
from licet.store import accounts, people, sessions

SEEN_EVERY = timedelta(minutes=1)
"""That a session was used is written down so often at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """Somebody who signed in, and the office they work in: what is not for them is not there, and their entries say how they showed it."""

    office: Office = field(repr=False)
    session: Session
    person: Person


def enter(office: Office, text: str) -> Entered | Refused:
    """Lets in whoever shows a session's token; asked anew with each request, so that a session that was ended counts no longer."""
    with office.book.read() as tx:
        now = office.clock.now()
        session = sessions.by_digest(tx, token_digest(text)) if text else None
        identity = identity_of(session, now)
        if session is None or isinstance(identity, Refused):
            return _over()
        person, account = people.by_id(tx, session.person), accounts.find(tx, session.person)
    if person is None or account is None or not account.open_at(now):
        return _over()
    if now - session.seen_at >= SEEN_EVERY:
        with office.book.claim() as tx:
            sessions.see(tx, session, at=now)
    shown = replace(person, identity=identity)
    return Entered(office=office_of(office, shown), session=session, person=shown)


def office_of(office: Office, person: Person) -> Office:
    """The office in which a person works who signed in."""
    return office.for_person(person)


def sign_out(office: Office, text: str, *, everywhere: bool = False) -> int | Refused:
    """Ends the session of this token, or all of its person's.

    Returns:
        How many sessions ended.
    """
    entered = enter(office, text)
    if isinstance(entered, Refused):
        return entered
    by, there = entered.person.id, entered.session
    with entered.office.book.write() as tx:
        now = office.clock.now()
        ended = sessions.end_all(tx, by, at=now) if everywhere else int(sessions.end(tx, there, at=now))
        if ended:
            tx.record(entry("session.ended", by=by, now=now, use_case=None, session=there.id, sessions=ended))
        return ended


def _over() -> Refused:
    return Refused(code="session_ended", why="There is no such session, or it is over.", remedy="Sign in again: `licet login`.")
