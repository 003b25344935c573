"""Cases' rows: history in its parts, sealed cases in their sets, and cases that came in to be decided."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, update

from licet.core.answer import Answer, AnswerKind
from licet.core.case import CaseBody, Part
from licet.core.ids import CaseNumber, SealedSetId
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Record, Tx, made_id
from licet.store.moments import moment_text
from licet.store.payloads import read_answer, read_body, write_answer, write_body

DONE = "done"
RUNNING = "running"
UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """A case about to be written.

    Attributes:
        salt: 32 secret bytes, the root of the case's key.
        digest: keyed digest of its content, 32 bytes.
        place: 8 bytes that put cases into the order in which they are drawn.
    """

    number: CaseNumber
    part: Part
    body: CaseBody
    answer: Answer | None
    answered_by: str
    external_id: str | None
    happened_at: datetime | None
    digest: bytes
    place: bytes
    salt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCase:
    """A case as it stands, still encrypted."""

    number: CaseNumber
    part: Part
    digest: bytes
    external_id: str | None
    salt: bytes | None
    body: bytes
    truth: bytes | None
    happened_at: datetime | None


def add(tx: Tx, use_case: UseCase, cases: Sequence[NewCase], *, batch: int | None, sealed_set: SealedSetId | None, at: datetime) -> None:
    """Writes cases, encrypted, with their keys."""
    if not cases:
        return
    received = moment_text(at)
    rows = [_case_row(tx, case, (use_case.id, batch, sealed_set, received)) for case in cases]
    tx.insert_many(tables.case, CASE_COLUMNS, rows)
    tx.insert_many(tables.case_key, ("case_number", "salt"), [(case.number, case.salt) for case in cases])


CASE_COLUMNS = (
    "number",
    "use_case_id",
    "batch_id",
    "sealed_set_id",
    "part",
    "digest",
    "external_id",
    "place",
    "happened_at",
    "received_at",
    "labelled",
    "body",
    "truth",
)


def _case_row(tx: Tx, case: NewCase, common: tuple[int, int | None, SealedSetId | None, str]) -> tuple[object, ...]:
    use_case, batch, sealed_set, received = common
    return (
        case.number,
        use_case,
        batch,
        sealed_set if case.part is Part.SEALED else None,
        case.part.value,
        case.digest,
        case.external_id,
        case.place,
        None if case.happened_at is None else moment_text(case.happened_at),
        received,
        case.answer is not None,
        write_body(tx, case.salt, case.body),
        None if case.answer is None else write_answer(tx, case.salt, case.answer, by=case.answered_by),
    )


# --- imports -----------------------------------------------------------------------------------------------------------


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


def drop_batch(tx: Tx, batch: int, *, state: str | None) -> int:
    """Deletes an import's cases, and the import itself unless it is to stay behind in a state; then what it sealed stays sealed.

    Returns:
        How many cases were deleted.
    """
    mine = select(tables.case.c.number).where(tables.case.c.batch_id == batch)
    for child in (tables.case_key, tables.proposal, tables.adjudication):
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
    """Imported cases that wait for a label, with their key material, by digest of their content."""
    c, k, b = tables.case.c, tables.case_key.c, tables.import_batch.c
    rows = tx.run(
        select(c.digest, c.number, k.salt)
        .join(tables.case_key, k.case_number == c.number)
        .join(tables.import_batch, b.id == c.batch_id)
        .where(c.use_case_id == use_case.id, b.state == DONE, c.labelled.is_(False))
    )
    return {r.digest: (CaseNumber(r.number), r.salt) for r in rows}


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


# --- reading history ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A past case, readable. `answer` is None where nobody answered."""

    number: CaseNumber
    body: CaseBody
    answer: Answer | None
    answered_by: str


def history(tx: Tx, use_case: UseCase, *parts: Part) -> Iterator[Past]:
    """Past cases of unsealed parts with their answers, in the order of their numbers; erased ones are left out.

    Sealed cases that were opened count as build cases for every later training.

    Raises:
        SealedAnswersError: when the sealed part is asked for.
    """
    if Part.SEALED in parts:
        raise SealedAnswersError
    for row in tx.run(_stored(use_case).where(tables.case.c.part.in_([p.value for p in parts]))):
        stored = _case(row)
        if stored.salt is None:
            continue
        yield _past(tx, stored, use_case.answer_kind)


class SealedAnswersError(PermissionError):
    """Sealed answers are read through a look, and in no other way."""

    def __init__(self) -> None:
        """Says how they are read."""
        super().__init__("Sealed answers are read only through licet.store.looks.sealed_answers, after a look was planned.")


def basis(tx: Tx, use_case: UseCase, *parts: Part) -> tuple[int, ...]:
    """Numbers of the readable past cases of parts, in order: what a training stands on."""
    c, k, b = tables.case.c, tables.case_key.c, tables.import_batch.c
    rows = tx.conn.execute(
        select(c.number)
        .join(tables.case_key, k.case_number == c.number)
        .join(tables.import_batch, b.id == c.batch_id)
        .where(c.use_case_id == use_case.id, c.part.in_([p.value for p in parts]), b.state == DONE)
        .order_by(c.number)
    )
    return tuple(rows.scalars())


def count_history(tx: Tx, use_case: UseCase) -> dict[Part, int]:
    """How many past cases each part has."""
    c, b = tables.case.c, tables.import_batch.c
    rows = tx.run(
        select(c.part, func.count().label("n"))
        .join(tables.import_batch, b.id == c.batch_id)
        .where(c.use_case_id == use_case.id, b.state == DONE)
        .group_by(c.part)
    )
    return {Part(r.part): r.n for r in rows}


def sealed(tx: Tx, use_case: UseCase, sealed_set: SealedSetId) -> list[StoredCase]:
    """The cases of a sealed set in the order in which they were drawn, without their answers; erased ones have no salt."""
    rows = tx.run(
        _stored(use_case)
        .where(tables.case.c.sealed_set_id == sealed_set)
        .order_by(None)
        .order_by(tables.case.c.batch_id, tables.case.c.place, tables.case.c.number)
    )
    return [_case(row, with_truth=False) for row in rows.all()]


def stored(tx: Tx, use_case: UseCase, part: Part) -> list[StoredCase]:
    """The past cases of a part in the order of their numbers, without their answers."""
    return [_case(row, with_truth=False) for row in tx.run(_stored(use_case).where(tables.case.c.part == part.value)).all()]


def body_of(tx: Tx, stored: StoredCase) -> CaseBody | None:
    """What a case says; None when it was erased."""
    return None if stored.salt is None else read_body(tx, stored.salt, stored.body)


def by_number(tx: Tx, number: CaseNumber) -> StoredCase | None:
    """A case by its number, without its answer."""
    c, k = tables.case, tables.case_key
    row = tx.run(select(*_columns()).select_from(c).outerjoin(k, k.c.case_number == c.c.number).where(c.c.number == number)).one_or_none()
    return None if row is None else _case(row, with_truth=False)


def numbers_named(tx: Tx, use_case: UseCase, name: str) -> list[CaseNumber]:
    """The cases of a use case that have this outside name; only where none has it, the case of this number."""
    c = tables.case.c
    mine = select(c.number).where(c.use_case_id == use_case.id)
    found = tx.conn.execute(mine.where(c.external_id == name)).scalars().all()
    if not found and name.isascii() and name.isdigit():
        found = tx.conn.execute(mine.where(c.number == int(name))).scalars().all()
    return [CaseNumber(n) for n in found]


def names_among(tx: Tx, use_case: UseCase, names: Sequence[str]) -> dict[str, CaseNumber]:
    """Which of these outside names have come in already, with their numbers."""
    c = tables.case.c
    mine = select(c.external_id, c.number).where(c.use_case_id == use_case.id, c.part == Part.LIVE.value, c.external_id.in_(names))
    return {name: CaseNumber(number) for name, number in tx.conn.execute(mine).all()}


def live(tx: Tx, use_case: UseCase) -> list[StoredCase]:
    """The cases that came in to be decided, in the order of arrival."""
    wanted = _stored(use_case, batched=False).where(tables.case.c.part == Part.LIVE.value)
    return [_case(row, with_truth=False) for row in tx.run(wanted).all()]


def not_routed(tx: Tx, numbers: Sequence[CaseNumber]) -> list[StoredCase]:
    """Which of these cases nobody and nothing has routed yet, in the order of arrival; erased ones are left out."""
    c, k, r = tables.case, tables.case_key, tables.routing
    wanted = (
        select(*_columns())
        .select_from(c)
        .join(k, k.c.case_number == c.c.number)
        .outerjoin(r, r.c.case_number == c.c.number)
        .where(c.c.number.in_(numbers), r.c.case_number.is_(None))
        .order_by(c.c.number)
    )
    return [_case(row, with_truth=False) for row in tx.run(wanted).all()]


def live_names(tx: Tx, use_case: UseCase) -> dict[str, CaseNumber]:
    """Outside names of the cases that came in."""
    c = tables.case.c
    rows = tx.run(
        select(c.external_id, c.number).where(c.use_case_id == use_case.id, c.part == Part.LIVE.value, c.external_id.is_not(None))
    )
    return {r.external_id: CaseNumber(r.number) for r in rows}


def _columns() -> tuple[ColumnElement[Any], ...]:
    """What `_case` reads, in its order."""
    c = tables.case.c
    return (c.number, c.part, c.digest, c.external_id, c.happened_at, c.body, c.truth, tables.case_key.c.salt)


def _stored(use_case: UseCase, *, batched: bool = True) -> Select[*tuple[Any, ...]]:
    c, k, b = tables.case, tables.case_key, tables.import_batch
    wanted = select(*_columns()).select_from(c).outerjoin(k, k.c.case_number == c.c.number).where(c.c.use_case_id == use_case.id)
    if batched:
        wanted = wanted.join(b, b.c.id == c.c.batch_id).where(b.c.state == DONE)
    return wanted.order_by(c.c.number)


def _case(row: Record, *, with_truth: bool = True) -> StoredCase:
    number, part, digest, external_id, happened_at, body, truth, salt = tuple(row)
    return StoredCase(
        number=CaseNumber(number),
        part=Part(part),
        digest=digest,
        external_id=external_id,
        salt=salt,
        body=body,
        truth=truth if with_truth else None,
        happened_at=happened_at,
    )


def _past(tx: Tx, stored: StoredCase, kind: AnswerKind) -> Past:
    salt = stored.salt or b""
    answer, by = (None, "") if stored.truth is None else read_answer(tx, salt, stored.truth, kind)
    return Past(number=stored.number, body=read_body(tx, salt, stored.body), answer=answer, answered_by=by)
