"""Requests' rows: which key a program sent with which body, so that a request that is sent again is known again."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from licet.store.book import Tx
from licet.store.engines import on_postgresql
from licet.store.work_tables import request


def remember(tx: Tx, *, token: str, key: str, digest: str, at: datetime) -> str:
    """Writes a request down, unless its key is known already.

    Returns:
        The digest of the body that came with this key first; it is `digest` where the key is new.
    """
    insert = insert_postgresql if on_postgresql(tx.conn) else insert_sqlite
    tx.run(insert(request).values(token_id=token, key=key, digest=digest, cases="", at=at).on_conflict_do_nothing())
    r = request.c
    return str(tx.conn.execute(select(r.digest).where(r.token_id == token, r.key == key)).scalar_one())


def forget(tx: Tx, *, before: datetime) -> int:
    """Deletes what was sent before a moment; says how many there were."""
    return tx.conn.execute(delete(request).where(request.c.at < before)).rowcount
