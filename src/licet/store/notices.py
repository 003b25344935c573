"""Notices: incidents, and the outbox from which people are told after a change has lasted."""

from datetime import datetime

from sqlalchemy import insert, select, update

from licet.core.ids import MandateId
from licet.core.incident import Incident, Message
from licet.core.use_case import UseCase
from licet.ports import Post
from licet.store import tables
from licet.store.book import Book, Tx, made_id

TRIPPED = "watch_tripped"


def open_incident(tx: Tx, use_case: UseCase, incident: Incident) -> int:
    """Writes an incident; returns its number."""
    result = tx.conn.execute(
        insert(tables.incident).values(
            use_case_id=use_case.id, mandate_id=incident.mandate, kind=incident.kind, says=incident.says, at=incident.at
        )
    )
    return made_id(result)


def incidents(tx: Tx, use_case: UseCase) -> list[Incident]:
    """The incidents of a use case, oldest first."""
    i = tables.incident
    rows = tx.run(select(i).where(i.c.use_case_id == use_case.id).order_by(i.c.id))
    return [Incident(use_case=use_case.slug, mandate=MandateId(r.mandate_id), kind=r.kind, says=r.says, at=r.at) for r in rows]


def trips(tx: Tx, use_case: UseCase) -> list[datetime]:
    """When watches of the use case tripped, oldest first: what was proven before such a moment was disproven then."""
    return [incident.at for incident in incidents(tx, use_case) if incident.kind == TRIPPED]


def tell(tx: Tx, message: Message, *, at: datetime) -> None:
    """Puts a message into the outbox; it leaves after commit."""
    tx.run(insert(tables.outbox).values(to=message.to, subject=message.subject, body=message.body, at=at))


def deliver(book: Book, post: Post, now: datetime) -> int:
    """Delivers what waits in the outbox, oldest first.

    Returns:
        How many messages were delivered.
    """
    o = tables.outbox
    with book.read() as tx:
        waiting = tx.run(select(o).where(o.c.delivered_at.is_(None)).order_by(o.c.id)).all()
    for row in waiting:
        post.deliver(Message(to=row.to, subject=row.subject, body=row.body))
        with book.write() as tx:
            tx.run(update(o).where(o.c.id == row.id).values(delivered_at=now))
    return len(waiting)


def undelivered(tx: Tx) -> int:
    """How many messages wait."""
    return len(tx.run(select(tables.outbox.c.id).where(tables.outbox.c.delivered_at.is_(None))).all())
