"""Tokens as an operator looks at them: which never end, and which end soon."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from licet.store.book import Tx
from licet.store.work_tables import api_token


def ending_tokens(tx: Tx, now: datetime, *, within: timedelta) -> tuple[list[str], list[tuple[str, datetime]]]:
    """Live tokens by name: those without an end, and those that end within a time, with when."""
    t = api_token.c
    live = select(t.name, t.expires_at).where(t.revoked_at.is_(None), or_(t.expires_at.is_(None), t.expires_at > now)).order_by(t.name)
    rows = tx.run(live).all()
    endless = [row.name for row in rows if row.expires_at is None]
    soon = [(row.name, row.expires_at) for row in rows if row.expires_at is not None and row.expires_at <= now + within]
    return endless, soon
