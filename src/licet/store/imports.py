"""Imports' rows: files that became history, what they hold, and what they sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update

from licet.core.answer import Answer
from licet.core.case import Part
from licet.core.ids import CaseNumber, SealedSetId
from licet.core.use_case import UseCase
from licet.store import known, qualifications, tables
from licet.store.book import Tx, made_id
from licet.store.cases import DONE
from licet.store.labelling_tables import labelling
from licet.store.payloads import write_answer
from licet.store.second_tables import requester

RUNNING = "running"
UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """An import: its file, how it was read, and whether it went through."""

    id: int
    state: str
    file_digest: str
    mapping: str
    sealed_set: SealedSetId | None
    rows: int


def start_batch(tx: Tx, use_case: UseCase, values: dict[str, object]) -> int:
    """Begins an import; its cases count only once it is done."""
    result = tx.conn.execute(insert(tables.import_batch).values(use_case_id=use_case.id, state=RUNNING, rows=0, **values))
    return made_id(result)


def finish_batch(tx: Tx, batch: int, *, rows: int, sealed_set: SealedSetId | None) -> None:
    """Makes an import's cases count."""
    b = tables.import_batch
    tx.run(update(b).where(b.c.id == batch).values(state=DONE, rows=rows, sealed_set_id=sealed_set))


def batches(tx: Tx, use_case: UseCase) -> list[Batch]:
    """All imports of a use case, oldest first."""
    b = tables.import_batch.c
    rows = tx.run(
        select(b.id, b.state, b.file_digest, b.mapping, b.sealed_set_id, b.rows).where(b.use_case_id == use_case.id).order_by(b.id)
    )
    return [
        Batch(id=r.id, state=r.state, file_digest=r.file_digest, mapping=r.mapping, sealed_set=r.sealed_set_id, rows=r.rows) for r in rows
    ]


def first_done(tx: Tx, use_case: UseCase) -> datetime | None:
    """When the first import that counts was begun; None before any."""
    b = tables.import_batch.c
    wanted = select(func.min(b.at)).where(b.use_case_id == use_case.id, b.state == DONE)
    found: datetime | None = tx.conn.execute(wanted).scalar_one_or_none()
    return found


def drop_batch(tx: Tx, batch: int, *, state: str | None) -> int:
    """Deletes an import's cases, and the import itself unless it is to stay behind in a state; then what it sealed stays sealed.

    Returns:
        How many cases were deleted.
    """
    mine = select(tables.case.c.number).where(tables.case.c.batch_id == batch)
    known.forget(tx, mine)
    qualifications.forget(tx, mine)
    for child in (requester, tables.case_key, tables.proposal, tables.adjudication):
        tx.run(delete(child).where(child.c.case_number.in_(mine)))
    gone = tx.conn.execute(delete(tables.case).where(tables.case.c.batch_id == batch)).rowcount
    if state is None:
        _hand_over(tx, batch)
        tx.run(delete(tables.sealed_digest).where(tables.sealed_digest.c.batch_id == batch))
    b = tables.import_batch
    tx.run(delete(b).where(b.c.id == batch) if state is None else update(b).where(b.c.id == batch).values(state=state))
    return gone


def _hand_over(tx: Tx, batch: int) -> None:
    """Leaves what an import that is deleted had sealed to another import that sealed it too, so that it stays sealed."""
    c, d = tables.case.c, tables.sealed_digest
    held = select(d.c.digest).where(d.c.batch_id == batch)
    heirs = select(c.digest, func.min(c.batch_id)).where(c.part == Part.SEALED.value, c.batch_id != batch, c.digest.in_(held))
    for found, heir in tx.conn.execute(heirs.group_by(c.digest)).all():
        tx.run(update(d).where(d.c.digest == found).values(batch_id=heir))


def known_digests(tx: Tx, use_case: UseCase) -> dict[bytes, str]:
    """Digests of the use case's imported content, with the part it went to."""
    c, b = tables.case.c, tables.import_batch.c
    rows = tx.run(
        select(c.digest, c.part).join(tables.import_batch, b.id == c.batch_id).where(c.use_case_id == use_case.id, b.state == DONE)
    )
    return {r.digest: r.part for r in rows}


def known_names(tx: Tx, use_case: UseCase) -> dict[str, bytes]:
    """Outside names of the use case's imported cases, with the digest of their content."""
    c, b = tables.case.c, tables.import_batch.c
    rows = tx.run(
        select(c.external_id, c.digest)
        .join(tables.import_batch, b.id == c.batch_id)
        .where(c.use_case_id == use_case.id, b.state == DONE, c.external_id.is_not(None))
    )
    return {r.external_id: r.digest for r in rows}


def unlabelled(tx: Tx, use_case: UseCase) -> dict[bytes, tuple[CaseNumber, bytes]]:
    """Imported cases that wait for a label, with their key material, by digest of their content; without those of `asked_of_people`."""
    return _waiting(tx, use_case, ~exists(_LABELLED_BY_PEOPLE))


def asked_of_people(tx: Tx, use_case: UseCase) -> frozenset[bytes]:
    """Digests of waiting cases in a sealed set of which a pilot was drawn: whoever imports answers none of them, until it is opened."""
    return frozenset(_waiting(tx, use_case, exists(_LABELLED_BY_PEOPLE)))


def _waiting(tx: Tx, use_case: UseCase, which: ColumnElement[bool]) -> dict[bytes, tuple[CaseNumber, bytes]]:
    c, k, b = tables.case.c, tables.case_key.c, tables.import_batch.c
    rows = tx.run(
        select(c.digest, c.number, k.salt)
        .join(tables.case_key, k.case_number == c.number)
        .join(tables.import_batch, b.id == c.batch_id)
        .where(c.use_case_id == use_case.id, b.state == DONE, c.labelled.is_(False), which)
    )
    return {r.digest: (CaseNumber(r.number), r.salt) for r in rows}


_LABELLED_BY_PEOPLE = (
    select(labelling.c.sealed_set_id)
    .join(tables.sealed_set, tables.sealed_set.c.id == labelling.c.sealed_set_id)
    .where(
        tables.sealed_set.c.opened_scope.is_(None), tables.case.c.sealed_set_id.in_([labelling.c.sealed_set_id, labelling.c.pilot_set_id])
    )
)


def without_proposal(tx: Tx, use_case: UseCase, fingerprint: str) -> dict[bytes, tuple[CaseNumber, bytes]]:
    """Imported cases a system has not spoken about, with their key material, by digest of their content."""
    c, k, b, p = tables.case.c, tables.case_key.c, tables.import_batch.c, tables.proposal.c
    spoken = select(p.case_number).where(p.fingerprint == fingerprint)
    rows = tx.run(
        select(c.digest, c.number, k.salt)
        .join(tables.case_key, k.case_number == c.number)
        .join(tables.import_batch, b.id == c.batch_id)
        .where(c.use_case_id == use_case.id, b.state == DONE, c.number.not_in(spoken))
    )
    return {digest: (CaseNumber(number), salt) for digest, number, salt in rows.all()}


def label(tx: Tx, number: CaseNumber, salt: bytes, answer: Answer, *, by: str) -> None:
    """Writes the answer of a case that had none."""
    c = tables.case
    tx.run(update(c).where(c.c.number == number, c.c.truth.is_(None)).values(truth=write_answer(tx, salt, answer, by=by), labelled=True))


def label_as_untold(tx: Tx, number: CaseNumber) -> None:
    """Writes down that nobody can tell a case's answer: it waits for none any more, and whatever a system says of it is wrong."""
    c = tables.case
    tx.run(update(c).where(c.c.number == number, c.c.truth.is_(None)).values(labelled=True))


def sealed_digests(tx: Tx) -> dict[bytes, bool]:
    """Digests of everything ever sealed here, in any use case, with whether it was opened since."""
    s, b = tables.sealed_digest.c, tables.import_batch.c
    rows = tx.run(select(s.digest, s.opened).join(tables.import_batch, b.id == s.batch_id).where(b.state.in_([DONE, UNDONE])))
    return {r.digest: r.opened for r in rows}


def seal_digests(tx: Tx, digests: Sequence[bytes], *, batch: int, known: set[bytes]) -> None:
    """Remembers content as sealed, for good.

    Args:
        tx: the transaction.
        digests: of the content.
        batch: the import that seals it.
        known: digests that are remembered already; grows by the new ones.
    """
    new = [d for d in dict.fromkeys(digests) if d not in known]
    tx.insert_many(tables.sealed_digest, ("digest", "batch_id", "opened"), [(d, batch, False) for d in new])
    known.update(new)


def sealed_by_anyone(tx: Tx) -> set[bytes]:
    """Digests of all content that is remembered as sealed, finished imports or not."""
    return set(tx.conn.execute(select(tables.sealed_digest.c.digest)).scalars().all())
