"""Cases' rows: history in its parts, sealed cases in their sets, and cases that came in to be decided."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from licet.core.answer import Answer, AnswerKind, Choice
from licet.core.case import CaseBody, Part
from licet.core.ids import CaseNumber, SealedSetId
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Tx
from licet.store.moments import moment_text
from licet.store.payloads import read_answer, read_body, write_answer, write_body

DIGITS = 18
"""Most digits of a number that a database surely holds."""

PAST = (Part.BUILD.value, Part.CALIBRATION.value, Part.SEALED.value)
DONE = "done"
"""The state of an import whose cases count."""


class UnknownCaseError(LookupError):
    """A use case has no case of this name."""

    def __init__(self, name: str, slug: str) -> None:
        """Names the offender and where to look."""
        super().__init__(f"There is no case {name!r} in {slug!r} that is not erased. `licet cases export` lists them.")


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
        stored = read_case(row)
        if stored.salt is None:
            continue
        yield _past(tx, stored, use_case.answer_kind)


class SealedAnswersError(PermissionError):
    """Sealed answers are read through a look, and in no other way."""

    def __init__(self) -> None:
        """Says how they are read."""
        super().__init__("Sealed answers are read only through licet.store.looks.sealed_answers, after a look was planned.")


SAID_AMONG = 100
"""Past cases of each part whose answers are read for `answers_said`, the newest."""

MOST_SAID = 200


def answers_said(tx: Tx, use_case: UseCase) -> tuple[str, ...]:
    """The different choices that people gave on the newest past cases of unsealed parts, as people sort words; the most frequent 200.

    Returns:
        Each once; empty without history. One with a control character in it is left out: no page can send it back unchanged.
    """
    c, k, b = tables.case.c, tables.case_key.c, tables.import_batch.c
    there = tables.case.join(tables.case_key, k.case_number == c.number).join(tables.import_batch, b.id == c.batch_id)
    counted: Counter[str] = Counter()
    for part in (Part.BUILD, Part.CALIBRATION):
        of_it = (c.use_case_id == use_case.id, c.part == part.value, b.state == DONE, c.truth.is_not(None))
        newest = select(k.salt, c.truth).select_from(there).where(*of_it).order_by(c.batch_id.desc(), c.number.desc()).limit(SAID_AMONG)
        said = [read_answer(tx, row.salt, row.truth, use_case.answer_kind)[0] for row in tx.run(newest)]
        counted.update(one.value for one in said if isinstance(one, Choice) and one.value.isprintable())
    return tuple(sorted((value for value, _ in counted.most_common(MOST_SAID)), key=lambda value: (value.casefold(), value)))


COUNTED = 1_000
"""Past cases of each part whose answers are counted for `choices_counted`, drawn by chance."""


def choices_counted(tx: Tx, use_case: UseCase) -> Mapping[str, int]:
    """How often people gave each choice on a sample of past cases of unsealed parts; empty where nobody gave a choice."""
    c, k, b = tables.case.c, tables.case_key.c, tables.import_batch.c
    there = tables.case.join(tables.case_key, k.case_number == c.number).join(tables.import_batch, b.id == c.batch_id)
    counted: Counter[str] = Counter()
    for part in (Part.BUILD, Part.CALIBRATION):
        of_it = (c.use_case_id == use_case.id, c.part == part.value, b.state == DONE, c.truth.is_not(None))
        drawn = select(k.salt, c.truth).select_from(there).where(*of_it).order_by(c.place, c.number).limit(COUNTED)
        said = [read_answer(tx, row.salt, row.truth, use_case.answer_kind)[0] for row in tx.run(drawn)]
        counted.update(one.value for one in said if isinstance(one, Choice))
    return counted


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
    """How many past cases each part has; live ones are the many, and are not looked at."""
    c, b = tables.case.c, tables.import_batch.c
    rows = tx.run(
        select(c.part, func.count().label("n"))
        .join(tables.import_batch, b.id == c.batch_id)
        .where(c.use_case_id == use_case.id, c.part.in_(PAST), b.state == DONE)
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
    return [read_case(row, with_truth=False) for row in rows.all()]


def stored(tx: Tx, use_case: UseCase, part: Part) -> list[StoredCase]:
    """The past cases of a part in the order of their numbers, without their answers."""
    return [read_case(row, with_truth=False) for row in tx.run(_stored(use_case).where(tables.case.c.part == part.value)).all()]


def body_of(tx: Tx, stored: StoredCase) -> CaseBody | None:
    """What a case says; None when it was erased."""
    return None if stored.salt is None else read_body(tx, stored.salt, stored.body)


def by_number(tx: Tx, number: CaseNumber) -> StoredCase | None:
    """A case by its number, without its answer."""
    row = tx.run(_by_number(), {"number": number}).one_or_none()
    return None if row is None else read_case(row, with_truth=False)


@cache
def _by_number() -> Select[*tuple[Any, ...]]:
    """Asked with every case that is handed out: put together once."""
    c, k = tables.case, tables.case_key
    return select(*case_columns()).select_from(c).outerjoin(k, k.c.case_number == c.c.number).where(c.c.number == bindparam("number"))


def numbers_named(tx: Tx, use_case: UseCase, name: str) -> list[CaseNumber]:
    """The cases of a use case that have this outside name; only where none has it, the case of this number."""
    c = tables.case.c
    mine = select(c.number).where(c.use_case_id == use_case.id)
    found = tx.conn.execute(mine.where(c.external_id == name)).scalars().all()
    if not found and name.isascii() and name.isdigit() and len(name) <= DIGITS:
        found = tx.conn.execute(mine.where(c.number == int(name))).scalars().all()
    return [CaseNumber(n) for n in found]


def names_among(tx: Tx, use_case: UseCase, names: Sequence[str]) -> dict[str, tuple[CaseNumber, bytes]]:
    """Which of these outside names have come in already, with their numbers and the keyed digests of their content."""
    found: dict[str, tuple[CaseNumber, bytes]] = {}
    for start in range(0, len(names), 500):
        rows = tx.run(_NAMED, {"use_case": use_case.id, "names": list(names[start : start + 500])})
        found.update({name: (CaseNumber(number), digest) for name, number, digest in rows})
    return found


_LIVE = select(tables.case.c.external_id, tables.case.c.number, tables.case.c.digest).where(
    tables.case.c.use_case_id == bindparam("use_case"), tables.case.c.part == Part.LIVE.value
)
_NAMED = _LIVE.where(tables.case.c.external_id.in_(bindparam("names", expanding=True)))


def live(tx: Tx, use_case: UseCase) -> list[StoredCase]:
    """The cases that came in to be decided, in the order of arrival."""
    wanted = _stored(use_case, batched=False).where(tables.case.c.part == Part.LIVE.value)
    return [read_case(row, with_truth=False) for row in tx.run(wanted).all()]


def case_columns() -> tuple[ColumnElement[Any], ...]:
    """What `read_case` reads, in its order."""
    c = tables.case.c
    return (c.number, c.part, c.digest, c.external_id, c.happened_at, c.body, c.truth, tables.case_key.c.salt)


def _stored(use_case: UseCase, *, batched: bool = True) -> Select[*tuple[Any, ...]]:
    c, k, b = tables.case, tables.case_key, tables.import_batch
    wanted = select(*case_columns()).select_from(c).outerjoin(k, k.c.case_number == c.c.number).where(c.c.use_case_id == use_case.id)
    if batched:
        wanted = wanted.join(b, b.c.id == c.c.batch_id).where(b.c.state == DONE)
    return wanted.order_by(c.c.number)


def read_case(row: Sequence[Any], *, with_truth: bool = True) -> StoredCase:
    """A case from the columns of `case_columns`."""
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
