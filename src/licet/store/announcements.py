"""Announcements' rows: what is told to mail and chat, which address took it, and when it is tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update

from licet.core.incident import Message
from licet.store.book import Tx
from licet.store.watch_tables import announced, announcement

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)
IN_HAND = timedelta(minutes=2)
"""So long one process has an announcement in hand before another tells it."""

AT_ONCE = 20
"""So many are told in one round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """Something that is to be told; `told` names the addresses, by digest, that took it."""

    number: int
    message: Message
    tries: int
    told: frozenset[str]


def add(tx: Tx, message: Message, *, at: datetime) -> None:
    """Writes an announcement."""
    tx.run(insert(announcement).values(subject=message.subject, body=message.body, at=at, tries=0, next_at=at))


def due(tx: Tx, now: datetime) -> list[Announcement]:
    """What is to be told now, oldest first."""
    a = announcement.c
    rows = tx.run(select(announcement).where(a.done_at.is_(None), a.next_at <= now).order_by(a.id).limit(AT_ONCE)).all()
    return [
        Announcement(number=row.id, message=Message(to="", subject=row.subject, body=row.body), tries=row.tries, told=_told(tx, row.id))
        for row in rows
    ]


def claim(tx: Tx, one: Announcement, *, now: datetime) -> bool:
    """Takes an announcement to tell it; says no where another process has it in hand."""
    a = announcement.c
    mine = update(announcement).where(a.id == one.number, a.done_at.is_(None), a.next_at <= now).values(next_at=now + IN_HAND)
    return tx.conn.execute(mine).rowcount == 1


def _told(tx: Tx, number: int) -> frozenset[str]:
    return frozenset(tx.conn.execute(select(announced.c.address).where(announced.c.announcement_id == number)).scalars())


def took(tx: Tx, number: int, addresses: Sequence[str], *, at: datetime) -> None:
    """Remembers which addresses took an announcement."""
    there = _told(tx, number)
    for address in addresses:
        if address not in there:
            tx.run(insert(announced).values(announcement_id=number, address=address, at=at))


def done(tx: Tx, number: int, *, at: datetime) -> None:
    """Every address took it, or there is none."""
    tx.run(update(announcement).where(announcement.c.id == number).values(done_at=at, why=None))


def failed(tx: Tx, one: Announcement, why: str, *, at: datetime) -> None:
    """Some address did not take it: it is tried again, later and later."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(one.tries, 12))
    tx.run(update(announcement).where(announcement.c.id == one.number).values(tries=one.tries + 1, next_at=at + pause, why=why))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """Announcements that some address did not take; `why` is the newest reason."""

    count: int
    why: str


def stuck(tx: Tx) -> Stuck | None:
    """What failed and waits to be tried again; None where nothing did."""
    a = announcement.c
    waiting = (a.done_at.is_(None), a.tries > 0)
    count = int(tx.conn.execute(select(func.count()).select_from(announcement).where(*waiting)).scalar_one())
    why = tx.conn.execute(select(a.why).where(*waiting).order_by(a.id.desc()).limit(1)).scalar_one_or_none()
    return None if not count else Stuck(count=count, why=str(why or ""))
