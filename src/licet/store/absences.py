"""Absences' rows: who is out of office, and who stands in."""

from datetime import datetime

from sqlalchemy import Select, bindparam, insert, select, update

from licet.core.desk import Absence
from licet.core.ids import PersonId
from licet.store.book import Record, Tx
from licet.store.desk_tables import desk_absence

_A = desk_absence.c


def add(tx: Tx, absence: Absence, *, by: PersonId, at: datetime) -> None:
    """Writes an absence down; the database gives it its number."""
    row = {
        "person_id": absence.person,
        "deputy": absence.deputy,
        "starts_at": absence.starts_at,
        "ends_at": absence.ends_at,
        "made_by": by,
        "made_at": at,
    }
    tx.run(insert(desk_absence).values(row))


def end(tx: Tx, person: PersonId, *, at: datetime) -> int:
    """Ends every absence of somebody's that lasts or is to come; says how many."""
    theirs = (_A.person_id == person, _A.ends_at > at)
    return tx.conn.execute(update(desk_absence).where(*theirs).values(ends_at=at)).rowcount


def now_absent(tx: Tx, person: PersonId, now: datetime) -> Absence | None:
    """The absence that somebody is on, the one that ends last; None: they are in."""
    row = tx.run(_OF_PERSON, {"person": person, "now": now}).first()
    return None if row is None else _absence(row)


def stands_in_for(tx: Tx, deputy: PersonId, now: datetime) -> list[PersonId]:
    """For whom somebody stands in now."""
    asked = {"deputy": deputy, "now": now}
    return tx.once(("stands in", deputy, now), lambda: [PersonId(row.person_id) for row in tx.run(_OF_DEPUTY, asked)])


def all_now(tx: Tx, now: datetime) -> dict[PersonId, Absence]:
    """Who is out of office now."""
    return tx.once(("absences", now), lambda: _all_now(tx, now))


def _all_now(tx: Tx, now: datetime) -> dict[PersonId, Absence]:
    return {one.person: one for one in (_absence(row) for row in tx.run(_lasting().order_by(_A.ends_at), {"now": now}))}


def _lasting() -> Select[*tuple[object, ...]]:
    now = bindparam("now", type_=_A.starts_at.type)
    return select(desk_absence).where(_A.starts_at <= now, _A.ends_at > now)


_OF_PERSON = _lasting().where(_A.person_id == bindparam("person")).order_by(_A.ends_at.desc())
_OF_DEPUTY = _lasting().where(_A.deputy == bindparam("deputy"))
"""Asked with every case that is handed out: put together once."""


def _absence(row: Record) -> Absence:
    deputy = None if row.deputy is None else PersonId(row.deputy)
    return Absence(id=row.id, person=PersonId(row.person_id), deputy=deputy, starts_at=row.starts_at, ends_at=row.ends_at)
