"""Exposure's rows: where each mandate stands in its plan, and which eligible cases were left to people, with what came of them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select, update

from licet.core.exposure import Exposure, exposure_to_json
from licet.core.ids import CaseNumber, MandateId, PersonId
from licet.core.mandate import ActiveMandate
from licet.store import tables
from licet.store.book import Tx
from licet.store.exposure_tables import exposure, unexposed

AT_ONCE = 500
"""Cases that are settled in one transaction."""


def move(tx: Tx, mandate: MandateId, to: Exposure, *, by: PersonId, at: datetime) -> None:
    """Writes where a mandate stands from here on."""
    tx.run(insert(exposure).values(mandate_id=mandate, state=json.dumps(exposure_to_json(to), sort_keys=True), by=by, at=at))


def leave_to_people(tx: Tx, mandate: MandateId, where: Exposure, numbers: Sequence[CaseNumber]) -> None:
    """Remembers cases that AI might have decided alone and chance left to people."""
    tx.insert_many(unexposed, ("case_number", "mandate_id", "number"), [(number, mandate, where.number) for number in numbers])


def to_settle(tx: Tx, mandate: ActiveMandate) -> list[tuple[CaseNumber, bool]]:
    """Cases of the present step of which nobody knows yet whether the person said the same, in order; with whether it was decided."""
    u, d = unexposed.c, tables.decision.c
    joined = select(u.case_number, d.case_number.label("decided")).outerjoin(tables.decision, d.case_number == u.case_number)
    rows = tx.run(joined.where(*_here(mandate), u.agreed.is_(None)).order_by(u.case_number).limit(AT_ONCE))
    return [(CaseNumber(row.case_number), row.decided is not None) for row in rows]


def settle(tx: Tx, found: Mapping[CaseNumber, bool]) -> None:
    """Writes whether people said what AI would have said."""
    for agreed in (True, False):
        numbers = [number for number, same in found.items() if same is agreed]
        if numbers:
            tx.run(update(unexposed).where(unexposed.c.case_number.in_(numbers)).values(agreed=agreed))


def settled(tx: Tx, mandate: ActiveMandate) -> tuple[int, int]:
    """How many cases of the present step people answered, and in how many they said something else."""
    u = unexposed.c
    rows = tx.run(select(u.agreed, func.count().label("n")).where(*_here(mandate), u.agreed.is_not(None)).group_by(u.agreed))
    counts = {bool(row.agreed): int(row.n) for row in rows}
    return sum(counts.values()), counts.get(False, 0)


def _here(mandate: ActiveMandate) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    number = -1 if mandate.exposed is None else mandate.exposed.number
    return unexposed.c.mandate_id == mandate.id, unexposed.c.number == number
