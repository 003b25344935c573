"""Preferences' rows: what people set for themselves."""

import json

from sqlalchemy import delete, insert, select

from licet.core.canonical import Json
from licet.core.ids import PersonId
from licet.store.book import Tx
from licet.store.person_tables import preference

_P = preference.c


def read(tx: Tx, person: PersonId, name: str) -> Json:
    """What somebody set under a name; None: nothing."""
    found = tx.conn.execute(select(_P.value).where(_P.person_id == person, _P.name == name)).scalar_one_or_none()
    value: Json = None if found is None else json.loads(found)
    return value


def write(tx: Tx, person: PersonId, name: str, value: Json) -> None:
    """Sets it, whatever was set before."""
    tx.run(delete(preference).where(_P.person_id == person, _P.name == name))
    tx.run(insert(preference).values(person_id=person, name=name, value=json.dumps(value)))
