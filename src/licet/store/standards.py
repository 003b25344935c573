"""Standards' rows: each version with who locked and who countersigned it."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update

from licet.core.ids import PersonId, UseCaseSlug
from licet.core.standard import CountersignedStandard, LockedStandard, standard_from_json, standard_to_json
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Record, Tx

Signed = LockedStandard | CountersignedStandard


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """The newest version was taken back to be written anew; `next_version` is the number of the coming one."""

    next_version: int


def lock(tx: Tx, use_case: UseCase, locked: LockedStandard) -> None:
    """Writes a locked standard."""
    tx.run(
        insert(tables.standard).values(
            use_case_id=use_case.id,
            version=locked.version,
            slug=locked.use_case,
            digest=locked.digest,
            body=json.dumps(standard_to_json(locked.standard), sort_keys=True),
            locked_by=locked.locked_by,
            locked_at=locked.locked_at,
            revised=False,
        )
    )


def countersign(tx: Tx, use_case: UseCase, signed: CountersignedStandard) -> None:
    """Writes the second signature."""
    s = tables.standard
    tx.run(
        update(s)
        .where(s.c.use_case_id == use_case.id, s.c.version == signed.locked.version)
        .values(countersigned_by=signed.countersigned_by, countersigned_at=signed.countersigned_at)
    )


def revise(tx: Tx, use_case: UseCase, version: int) -> None:
    """Opens the next version."""
    s = tables.standard
    tx.run(update(s).where(s.c.use_case_id == use_case.id, s.c.version == version).values(revised=True))


def newest(tx: Tx, use_case: UseCase) -> Signed | Revised | None:
    """The standard as it stands: signed once or twice, taken back, or never locked."""
    return tx.once(("standard", use_case.id), lambda: _newest(tx, use_case))


_S = tables.standard.c
_NEWEST = select(tables.standard).where(_S.use_case_id == bindparam("use_case")).order_by(_S.version.desc()).limit(1)


def _newest(tx: Tx, use_case: UseCase) -> Signed | Revised | None:
    row = tx.run(_NEWEST, {"use_case": use_case.id}).one_or_none()
    if row is None:
        return None
    if row._mapping["revised"]:
        return Revised(next_version=row._mapping["version"] + 1)
    return _signed(row)


def first_locked(tx: Tx, use_case: UseCase) -> datetime | None:
    """When a standard of the use case was locked first: whoever did it became its owner. None before that."""
    if tx.told is not None:
        return tx.once(("first locked",), lambda: {row.use_case_id: row.at for row in tx.run(_FIRST_LOCKED)}).get(use_case.id)
    s = tables.standard.c
    found: datetime | None = tx.conn.execute(select(func.min(s.locked_at)).where(s.use_case_id == use_case.id)).scalar_one_or_none()
    return found


_FIRST_LOCKED = select(_S.use_case_id, func.min(_S.locked_at).label("at")).group_by(_S.use_case_id)


def by_digest(tx: Tx, use_case: UseCase, digest: str) -> Signed | None:
    """A version by its digest, also an older one."""
    s = tables.standard
    row = tx.run(select(s).where(s.c.use_case_id == use_case.id, s.c.digest == digest)).one_or_none()
    return None if row is None else _signed(row)


def versions(tx: Tx, use_case: UseCase) -> tuple[Signed, ...]:
    """Every version that was ever locked, oldest first; also those taken back since."""
    s = tables.standard
    return tuple(_signed(row) for row in tx.run(select(s).where(s.c.use_case_id == use_case.id).order_by(s.c.version)))


def by_version(tx: Tx, use_case: UseCase, version: int) -> Signed | None:
    """A version by its number, as it was locked; None where there is none."""
    s = tables.standard
    row = tx.run(select(s).where(s.c.use_case_id == use_case.id, s.c.version == version)).one_or_none()
    return None if row is None else _signed(row)


def _signed(row: Record) -> Signed:
    r = row._mapping
    locked = LockedStandard(
        use_case=UseCaseSlug(r["slug"]),
        version=r["version"],
        standard=standard_from_json(json.loads(r["body"])),
        locked_by=PersonId(r["locked_by"]),
        locked_at=r["locked_at"],
    )
    if r["countersigned_by"] is None:
        return locked
    return CountersignedStandard(locked=locked, countersigned_by=PersonId(r["countersigned_by"]), countersigned_at=r["countersigned_at"])
