"""People's rows."""

import json
from datetime import datetime

from sqlalchemy import bindparam, exists, insert, select, update

from licet.core.ids import PersonId
from licet.core.people import Person, Role
from licet.store import tables
from licet.store.book import Record, Tx
from licet.store.identity_tables import account


def add(tx: Tx, person: Person, *, salt: bytes, at: datetime) -> None:
    """Adds a person. Salt: 32 secret bytes for the ledger's commitment to name and address."""
    roles = json.dumps(sorted(person.roles))
    tx.run(insert(tables.person).values(id=person.id, email=person.email, name=person.name, roles=roles, salt=salt, added_at=at))


def set_roles(tx: Tx, person: PersonId, roles: frozenset[Role], name: str) -> None:
    """Changes what a person stands for."""
    tx.run(update(tables.person).where(tables.person.c.id == person).values(roles=json.dumps(sorted(roles)), name=name))


def by_email(tx: Tx, email: str) -> Person | None:
    """Finds a person by address, in any case of letters."""
    row = tx.run(select(tables.person).where(tables.person.c.email == email.strip().lower())).one_or_none()
    return None if row is None else _person(row)


def by_id(tx: Tx, person: PersonId) -> Person | None:
    """Finds a person by id."""
    row = tx.run(select(tables.person).where(tables.person.c.id == person)).one_or_none()
    return None if row is None else _person(row)


_DISABLED = exists().where(account.c.person_id == tables.person.c.id, account.c.disabled_at.is_not(None))
_ROLES = select(tables.person.c.roles).where(tables.person.c.id == bindparam("person"), ~_DISABLED)


def roles_of(tx: Tx, person: PersonId) -> frozenset[Role] | None:
    """The installation-wide roles somebody has now; None where nobody has this id, or the account is disabled. Cheap: each act asks."""
    found = tx.run(_ROLES, {"person": person}).scalar_one_or_none()
    return None if found is None else frozenset(Role(role) for role in json.loads(found))


def everyone(tx: Tx) -> list[tuple[Person, bytes]]:
    """All people with their salts, in the order they were added."""
    return [(_person(row), row.salt) for row in tx.run(select(tables.person).order_by(tables.person.c.added_at))]


def _person(row: Record) -> Person:
    r = row._mapping
    roles = frozenset(Role(role) for role in json.loads(r["roles"]))
    return Person(id=PersonId(r["id"]), email=r["email"], name=r["name"], roles=roles)


def salt_of(tx: Tx, person: PersonId) -> bytes:
    """The salt of the ledger's commitment to a person's name and address."""
    return bytes(tx.conn.execute(select(tables.person.c.salt).where(tables.person.c.id == person)).scalar_one())
