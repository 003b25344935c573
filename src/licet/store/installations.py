"""The installation's row: the ledger's name and public key."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from licet.store import tables
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What an installation is called and how its signature is checked."""

    origin: str
    vkey: str
    created_at: datetime


def write(tx: Tx, *, origin: str, vkey: str, at: datetime) -> None:
    """Writes the installation's row."""
    tx.run(insert(tables.installation).values(id=1, origin=origin, vkey=vkey, created_at=at))


def read(tx: Tx) -> Installation | None:
    """The installation; None in an empty database."""
    row = tx.run(select(tables.installation)).one_or_none()
    return None if row is None else Installation(origin=row.origin, vkey=row.vkey, created_at=row.created_at)
