"""Sessions' rows, found by the digest of a token that nobody keeps here; and tallies of guesses that were wrong."""

import hashlib
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from licet.core.account import Session, Tally
from licet.core.ids import PersonId
from licet.store.book import Record, Tx
from licet.store.identity_tables import session, sign_in_tally

_S, _T = session.c, sign_in_tally.c


def add(tx: Tx, opened: Session, *, digest: str) -> None:
    """Writes a session, with the digest it is found by."""
    values = {"id": opened.id, "digest": digest, "person_id": opened.person, "opened_at": opened.opened_at, "seen_at": opened.seen_at}
    tx.run(insert(session).values(**values, ends_at=opened.ends_at, confirmed_at=opened.confirmed_at))


def by_digest(tx: Tx, digest: str) -> Session | None:
    """The session whose token somebody showed; None where there is none."""
    row = tx.run(select(session).where(_S.digest == digest)).one_or_none()
    return None if row is None else _session(row)


def of(tx: Tx, person: PersonId) -> list[Session]:
    """The sessions of a person that nobody ended, oldest first; some of them may be over by themselves."""
    rows = tx.run(select(session).where(_S.person_id == person, _S.ended_at.is_(None)).order_by(_S.opened_at, _S.id))
    return [_session(row) for row in rows]


def see(tx: Tx, there: Session, *, at: datetime) -> None:
    """Writes that a session was used."""
    tx.run(update(session).where(_S.id == there.id, _S.seen_at < at).values(seen_at=at))


def confirm(tx: Tx, there: Session, *, digest: str, at: datetime) -> bool:
    """Writes that somebody showed again who they are, and under which digest the session is found from now on; False where it ended."""
    open_one = update(session).where(_S.id == there.id, _S.ended_at.is_(None))
    return tx.run(open_one.values(digest=digest, confirmed_at=at, seen_at=at)).rowcount == 1


def end(tx: Tx, there: Session, *, at: datetime) -> bool:
    """Ends a session; False where it was ended before."""
    return tx.run(update(session).where(_S.id == there.id, _S.ended_at.is_(None)).values(ended_at=at)).rowcount == 1


def end_all(tx: Tx, person: PersonId, *, at: datetime, but: str | None = None) -> int:
    """Ends every session of a person, but the one of this id; says how many."""
    theirs = update(session).where(_S.person_id == person, _S.ended_at.is_(None), _S.id != (but or ""))
    return tx.run(theirs.values(ended_at=at)).rowcount


def tally_key(tx: Tx, kind: str, *parts: str) -> str:
    """Under which key guesses are counted: it says neither whose they were nor from where, to whoever has no key file."""
    secret = tx.vault.key("sign-in tally", kind.encode("ascii"))
    return hashlib.blake2b("\x00".join(parts).encode("utf-8", "surrogatepass"), key=secret, digest_size=32).hexdigest()


def tally(tx: Tx, key: str) -> Tally | None:
    """The guesses counted under a key; None where there are none."""
    row = tx.run(select(sign_in_tally).where(_T.key == key)).one_or_none()
    return None if row is None else Tally(failures=row.failures, last_at=row.last_at, succeeded_at=row.succeeded_at)


def keep_tally(tx: Tx, key: str, kept: Tally | None) -> None:
    """Writes what counts under a key from now on; None: nothing."""
    tx.run(delete(sign_in_tally).where(_T.key == key))
    if kept is not None:
        values = {"failures": kept.failures, "last_at": kept.last_at, "succeeded_at": kept.succeeded_at}
        tx.run(insert(sign_in_tally).values(key=key, **values))


def forget_tallies(tx: Tx, *, before: datetime) -> None:
    """Drops what has not been touched since then."""
    old = (_T.last_at < before) & (_T.succeeded_at.is_(None) | (_T.succeeded_at < before))
    tx.run(delete(sign_in_tally).where(old))


def _session(row: Record) -> Session:
    r = row._mapping
    return Session(
        id=r["id"],
        person=PersonId(r["person_id"]),
        opened_at=r["opened_at"],
        seen_at=r["seen_at"],
        ends_at=r["ends_at"],
        confirmed_at=r["confirmed_at"],
        ended_at=r["ended_at"],
    )
