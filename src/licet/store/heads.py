"""Heads of past cases: what names a case and says how large it is, without what it says; a million of them fit into memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from licet.core.case import CaseBody, Part
from licet.core.ids import CaseNumber, SealedSetId
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Tx
from licet.store.cases import DONE
from licet.store.payloads import read_body


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHead:
    """A case without its content and its answer.

    Attributes:
        readable: whether its key is there; an erased case is not readable.
        size: bytes of its content as it is stored.
    """

    number: CaseNumber
    external_id: str | None
    readable: bool
    size: int


def sealed_heads(tx: Tx, use_case: UseCase, sealed_set: SealedSetId) -> list[CaseHead]:
    """The cases of a sealed set in the order in which they were drawn; erased ones are not readable."""
    c = tables.case.c
    return _heads(tx, _past(use_case).where(c.sealed_set_id == sealed_set).order_by(c.batch_id, c.place, c.number))


def part_heads(tx: Tx, use_case: UseCase, part: Part) -> list[CaseHead]:
    """The past cases of a part in the order of their numbers; erased ones are not readable."""
    c = tables.case.c
    return _heads(tx, _past(use_case).where(c.part == part.value).order_by(c.number))


def drawn_heads(tx: Tx, use_case: UseCase, part: Part, *, limit: int) -> list[CaseHead]:
    """At most so many readable cases of a part, in the order in which they were drawn: a random sample of it."""
    c, k = tables.case.c, tables.case_key.c
    return _heads(tx, _past(use_case).where(c.part == part.value, k.salt.is_not(None)).order_by(c.place, c.number).limit(limit))


def heads_of(tx: Tx, use_case: UseCase, numbers: Sequence[CaseNumber]) -> list[CaseHead]:
    """Cases of a use case, imported or live, in the order of their numbers; erased ones are not readable."""
    c = tables.case.c
    wanted = _any(use_case).order_by(c.number)
    chunks = (numbers[start : start + 500] for start in range(0, len(numbers), 500))
    found = [head for chunk in chunks for head in _heads(tx, wanted.where(c.number.in_(chunk)))]
    return sorted(found, key=lambda head: head.number)


def _past(use_case: UseCase) -> Select[*tuple[Any, ...]]:
    b = tables.import_batch
    return _any(use_case).join(b, b.c.id == tables.case.c.batch_id).where(b.c.state == DONE)


def _any(use_case: UseCase) -> Select[*tuple[Any, ...]]:
    c, k = tables.case, tables.case_key
    return (
        select(c.c.number, c.c.external_id, k.c.salt.is_not(None), func.length(c.c.body))
        .select_from(c)
        .outerjoin(k, k.c.case_number == c.c.number)
        .where(c.c.use_case_id == use_case.id)
    )


def _heads(tx: Tx, wanted: Select[*tuple[Any, ...]]) -> list[CaseHead]:
    return [
        CaseHead(number=CaseNumber(number), external_id=external_id, readable=bool(readable), size=size)
        for number, external_id, readable, size in tx.run(wanted)
    ]


def blocks(heads: Sequence[CaseHead], *, most: int, most_bytes: int) -> Iterator[Sequence[CaseHead]]:
    """Cuts cases into blocks, in their order: of so many at most, and of so many bytes unless one case alone has more.

    Args:
        heads: the cases.
        most: cases in a block, 1 or more.
        most_bytes: bytes of stored content in a block.

    Yields:
        Blocks of one case or more; nothing where there is no case.
    """
    start = size = 0
    for at, head in enumerate(heads):
        if at > start and (at - start == most or size + head.size > most_bytes):
            yield heads[start:at]
            start, size = at, 0
        size += head.size
    if heads:
        yield heads[start:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a past case without reading what it says or what people answered.

    Attributes:
        happened_at: when, as text that sorts; empty where nobody said.
        labelled: whether people answered it.
    """

    happened_at: str
    labelled: bool


def known_of(tx: Tx, use_case: UseCase, numbers: Sequence[CaseNumber]) -> dict[CaseNumber, Known]:
    """What is known of past cases; those of other use cases are left out."""
    c, found = tables.case.c, {}
    for start in range(0, len(numbers), 500):
        among = (c.use_case_id == use_case.id, c.number.in_(numbers[start : start + 500]))
        for number, happened_at, labelled in tx.run(select(c.number, c.happened_at, c.labelled).where(*among)):
            found[CaseNumber(number)] = Known(happened_at=happened_at or "", labelled=bool(labelled))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCase:
    """A case that is about to be asked about."""

    number: CaseNumber
    digest: bytes
    salt: bytes
    body: CaseBody


def read_cases(tx: Tx, use_case: UseCase, numbers: Sequence[CaseNumber]) -> list[ReadCase]:
    """What cases say, in the order of their numbers; erased ones are left out, and those of other use cases."""
    c, k = tables.case.c, tables.case_key.c
    wanted = (
        select(c.number, c.digest, c.body, k.salt)
        .join(tables.case_key, k.case_number == c.number)
        .where(c.use_case_id == use_case.id, c.number.in_(numbers))
        .order_by(c.number)
    )
    return [
        ReadCase(number=CaseNumber(number), digest=digest, salt=salt, body=read_body(tx, salt, body))
        for number, digest, body, salt in tx.run(wanted)
    ]
