"""Announcing: what an owner must hear at once goes into the outbox and, where notifications are set up, to mail and chat."""

from datetime import datetime

from licet.core.ids import LICET
from licet.core.incident import Message
from licet.core.people import Role
from licet.core.use_case import UseCase
from licet.flows.office import Office, entry
from licet.flows.roles import everybody_here
from licet.store import announcements, notices
from licet.store.book import Tx


def tell_owner(tx: Tx, use_case: UseCase, *, subject: str, body: str, now: datetime) -> None:
    """Tells the owner, and announces it, in the caller's transaction; it leaves after commit."""
    announce(tx, use_case, subject=subject, body=body, now=now)
    if use_case.owner is not None:
        notices.tell(tx, Message(to=use_case.owner, subject=f"{use_case.title}: {subject}", body=body), at=now)
        tx.record(entry("owner.told", by=LICET, now=now, use_case=use_case))


def tell_seniors(tx: Tx, use_case: UseCase, *, subject: str, body: str, now: datetime) -> None:
    """Tells everybody who is a senior reviewer here."""
    for person in everybody_here(tx, use_case):
        if person.has(Role.SENIOR_REVIEWER):
            notices.tell(tx, Message(to=person.id, subject=f"{use_case.title}: {subject}", body=body), at=now)


def announce_due(office: Office) -> int:
    """Tells every address what is due, outside transactions; what one did not take is tried again later.

    Returns:
        How many announcements every address has taken now.
    """
    now, done = office.clock.now(), 0
    with office.book.read() as tx:
        due = announcements.due(tx, now)
    if not due:
        return 0
    with office.book.write() as tx:
        mine = [one for one in due if announcements.claim(tx, one, now=now)]
    for one in mine:
        left = [] if office.announcer is None else [address for address in office.announcer.addresses if address not in one.told]
        why = {address: None if office.announcer is None else office.announcer.tell(address, one.message) for address in left}
        failed = [said for said in why.values() if said is not None]
        with office.book.write() as tx:
            announcements.took(tx, one.number, [address for address, said in why.items() if said is None], at=now)
            if failed:
                announcements.failed(tx, one, "; ".join(failed), at=now)
            else:
                announcements.done(tx, one.number, at=now)
        done += not failed
    return done


def announce(tx: Tx, use_case: UseCase, *, subject: str, body: str, now: datetime) -> None:
    """Puts something among what is told to mail and chat."""
    announcements.add(tx, Message(to="", subject=f"{use_case.title}: {subject}", body=body), at=now)
