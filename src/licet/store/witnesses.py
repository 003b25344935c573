"""Witnesses' rows: whose co-signatures are taken in, what they co-signed, and what a far witness was told."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from licet.core.ids import PersonId
from licet.store.book import Record, Tx, made_id
from licet.store.witness_tables import cosignature, far_witness, witness


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownWitness:
    """A witness whose key was taken in; `size` and `signed_at` are of the largest checkpoint it co-signed, None while it has none."""

    id: int
    name: str
    vkey: str
    added_by: PersonId
    added_at: datetime
    size: int | None = None
    signed_at: datetime | None = None


def add(tx: Tx, name: str, vkey: str, *, by: PersonId, at: datetime) -> int:
    """Takes a witness's key in; gives its row id."""
    return made_id(tx.conn.execute(insert(witness).values(name=name, vkey=vkey, added_by=by, added_at=at)))


def every(tx: Tx) -> list[KnownWitness]:
    """All witnesses, oldest first, each with the largest checkpoint it co-signed."""
    c = cosignature.c
    largest = {row.witness_id: row for row in tx.run(select(c.witness_id, c.size, c.signed_at).order_by(c.size))}
    return [_known(row, largest.get(row.id)) for row in tx.run(select(witness).order_by(witness.c.id))]


def _known(row: Record, newest: Record | None) -> KnownWitness:
    size, signed_at = (None, None) if newest is None else (newest.size, newest.signed_at)
    by = PersonId(row.added_by)
    return KnownWitness(id=row.id, name=row.name, vkey=row.vkey, added_by=by, added_at=row.added_at, size=size, signed_at=signed_at)


def has(tx: Tx, witness_id: int, size: int) -> bool:
    """Whether a witness's co-signature on a size was taken in already."""
    c = cosignature.c
    return tx.run(select(c.size).where(c.witness_id == witness_id, c.size == size)).first() is not None


def cosign(tx: Tx, witness_id: int, size: int, note: str, *, signed_at: datetime, taken_at: datetime) -> None:
    """Keeps a co-signed checkpoint."""
    tx.run(insert(cosignature).values(size=size, witness_id=witness_id, note=note, signed_at=signed_at, taken_at=taken_at))


def cosigned(tx: Tx, *, newest: int) -> list[str]:
    """The co-signed checkpoints of the largest sizes, smallest first."""
    c = cosignature.c
    rows = tx.run(select(c.note).order_by(c.size.desc(), c.witness_id.desc()).limit(newest)).all()
    return [row.note for row in reversed(rows)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FarState:
    """What a far witness was told.

    Attributes:
        size: the largest checkpoint it took; 0 while it took none.
        due_at: when it is told again, at the earliest.
        told_at: when it took the last one.
        failed: how often in a row it could not be told.
        last_error: why.
    """

    size: int
    due_at: datetime
    told_at: datetime | None
    failed: int
    last_error: str | None


def far(tx: Tx, address: str) -> FarState | None:
    """What the witness at an address (its digest) was told; None where it never was spoken to."""
    f = far_witness.c
    row = tx.run(select(far_witness).where(f.address == address)).one_or_none()
    if row is None:
        return None
    return FarState(size=row.size, due_at=row.due_at, told_at=row.told_at, failed=row.failed, last_error=row.last_error)


def write_far(tx: Tx, address: str, state: FarState) -> None:
    """Writes what a far witness was told."""
    f = far_witness.c
    values = {
        "size": state.size,
        "due_at": state.due_at,
        "told_at": state.told_at,
        "failed": state.failed,
        "last_error": state.last_error,
    }
    if tx.run(update(far_witness).where(f.address == address).values(**values)).rowcount == 0:
        tx.run(insert(far_witness).values(address=address, **values))
