"""Narrowings' rows: what was taken back of a running mandate, when, by whom and why."""

import json

from sqlalchemy import insert, select, update

from licet.core.ids import MandateId, PersonId
from licet.core.mandate import ActiveMandate, Limits
from licet.core.narrowing import Narrowing, limits_to_json
from licet.store import tables
from licet.store.book import Tx
from licet.store.exposure_tables import narrowing


def add(tx: Tx, mandate: ActiveMandate, limits: Limits, done: Narrowing) -> None:
    """Writes a narrowing with the limits that hold from here on, and when the mandate ends now."""
    tx.run(
        insert(narrowing).values(
            mandate_id=done.mandate,
            number=done.number,
            limits=json.dumps(limits_to_json(limits), sort_keys=True),
            changed=json.dumps(dict(done.changed), sort_keys=True),
            certified=done.certified,
            by=done.by,
            why=done.why,
            at=done.at,
        )
    )
    tx.run(update(tables.mandate).where(tables.mandate.c.id == mandate.id).values(expires_at=mandate.expires_at))


def every(tx: Tx, mandate: MandateId) -> list[Narrowing]:
    """The narrowings of a mandate, oldest first."""
    n = narrowing
    return [
        Narrowing(
            mandate=mandate, number=r.number, changed=json.loads(r.changed), certified=r.certified, by=PersonId(r.by), at=r.at, why=r.why
        )
        for r in tx.run(select(n).where(n.c.mandate_id == mandate).order_by(n.c.number))
    ]
