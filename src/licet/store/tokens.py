"""Tokens' rows: digests of what lets programs in; the tokens themselves are not kept."""

import json
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, insert, select, true, update

from licet.core.ids import PersonId, TeamName
from licet.core.token import Token, TokenScope
from licet.store import tables
from licet.store.book import Record, Tx
from licet.store.teams import bound, in_view
from licet.store.work_tables import api_token

EVERY_TEAM = ""
"""The team of a token that is for all of them."""


def in_view_of(tx: Tx) -> ColumnElement[bool]:
    """The tokens that are there for a team: those for its use cases, or for one of them."""
    if not bound(tx):
        return true()
    t = api_token.c
    mine = select(tables.use_case.c.id).where(in_view(tx))
    if tx.scoped is not None:
        return t.use_case_id.in_(mine)
    return t.use_case_id.in_(mine) | (t.use_case_id.is_(None) & (t.team == tx.team))


def add(tx: Tx, token: Token, *, digest: str) -> None:
    """Writes a token, with the digest it is found by."""
    tx.run(
        insert(api_token).values(
            id=token.id,
            name=token.name,
            digest=digest,
            scopes=json.dumps(sorted(token.scopes)),
            use_case_id=token.use_case_id,
            team=token.team or EVERY_TEAM,
            made_by=token.made_by,
            made_at=token.made_at,
            expires_at=token.expires_at,
        )
    )


def by_digest(tx: Tx, digest: str) -> Token | None:
    """The token a program sent; None where there is none."""
    row = tx.run(_SHOWN, {"digest": digest}).one_or_none()
    return None if row is None else _token(row)


_SHOWN = select(api_token).where(api_token.c.digest == bindparam("digest"))
"""Asked with every request: put together once."""


def named(tx: Tx, name: str) -> list[Token]:
    """The tokens with this id, or else those people call so that nobody has revoked."""
    t = api_token.c
    there = select(api_token).where(in_view_of(tx)).order_by(t.made_at)
    found = tx.run(there.where(t.id == name)).all()
    found = found or tx.run(there.where(t.name == name, t.revoked_at.is_(None))).all()
    return [_token(row) for row in found]


def every(tx: Tx) -> list[Token]:
    """All tokens there ever were, of whoever looks, oldest first."""
    wanted = select(api_token).where(in_view_of(tx)).order_by(api_token.c.made_at, api_token.c.id)
    return [_token(row) for row in tx.run(wanted)]


def revoke(tx: Tx, token: Token, *, at: datetime) -> None:
    """Writes that a token counts no longer."""
    tx.run(update(api_token).where(api_token.c.id == token.id).values(revoked_at=at))


def _token(row: Record) -> Token:
    r = row._mapping
    return Token(
        id=r["id"],
        name=r["name"],
        scopes=frozenset(TokenScope(scope) for scope in json.loads(r["scopes"])),
        use_case_id=r["use_case_id"],
        team=TeamName(r["team"]) if r["team"] else None,
        made_by=PersonId(r["made_by"]),
        made_at=r["made_at"],
        expires_at=r["expires_at"],
        revoked_at=r["revoked_at"],
    )
