"""Who people of an identity provider are here, and sign-ins that went there and have not come back."""

import json
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, insert, select

from licet.core.ids import PersonId
from licet.core.outside import Away, Said
from licet.core.token import token_digest
from licet.store.book import Tx
from licet.store.identity_tables import outside_identity, outside_sign_in

AWAY = "sign-in away"
"""The purpose under which the key of a sign-in's secrets is derived."""

_I, _A = outside_identity.c, outside_sign_in.c


def person_of(tx: Tx, said: Said) -> PersonId | None:
    """Who somebody is here; None where nobody of that issuer and subject is known."""
    found = tx.conn.execute(select(_I.person_id).where(_I.issuer == said.issuer, _I.subject == said.subject)).scalar_one_or_none()
    return None if found is None else PersonId(found)


def is_linked(tx: Tx, person: PersonId) -> bool:
    """Whether somebody signs in through a provider."""
    return tx.run(select(_I.person_id).where(_I.person_id == person).limit(1)).first() is not None


def link(tx: Tx, said: Said, person: PersonId, *, at: datetime) -> None:
    """Writes who somebody of a provider is here."""
    tx.run(insert(outside_identity).values(issuer=said.issuer, subject=said.subject, person_id=person, linked_at=at))


def send(tx: Tx, away: Away, *, state: str, expires_at: datetime) -> None:
    """Writes a sign-in that goes to the provider, its secrets encrypted; drops those that never came back."""
    tx.run(delete(outside_sign_in).where(_A.expires_at < away.at))
    salt = tx.draw.secret()
    plain = json.dumps({**asdict(away), "at": away.at.isoformat()}).encode("utf-8")
    sealed = tx.vault.encrypt(tx.vault.key(AWAY, salt), plain)
    tx.run(insert(outside_sign_in).values(state_digest=token_digest(state), sealed=sealed, salt=salt, expires_at=expires_at))


def take_back(tx: Tx, state: str, *, now: datetime) -> Away | None:
    """A sign-in that comes back, which is used up by it; None where there is none of this state, or it took too long."""
    mine = _A.state_digest == token_digest(state)
    row = tx.run(select(outside_sign_in).where(mine)).one_or_none()
    if row is None or tx.run(delete(outside_sign_in).where(mine)).rowcount != 1 or row.expires_at < now:
        return None
    raw = json.loads(tx.vault.decrypt(tx.vault.key(AWAY, row.salt), row.sealed))
    return Away(**{**raw, "at": datetime.fromisoformat(raw["at"])})
