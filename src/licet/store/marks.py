"""Marks' rows: what makes entries of the ledger findable, so that a page of a million of them is read along an index."""

import heapq
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, func, select, union_all

from licet.core.ledger import Event, read_event
from licet.store import tables
from licet.store.book import CLOCK_SLACK, Tx
from licet.store.witness_tables import ledger_mark

AT_ONCE = 10_000
"""Entries that are marked in one transaction."""

_M, _E = ledger_mark.c, tables.ledger_entry.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Entries that were filed under one name, from a number on and up to another: a name may have been somebody else's before.

    `name` None: the installation's own entries. `end` None: until now.
    """

    name: str | None
    first: int = 0
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries are looked for; None leaves open.

    Attributes:
        spans: whose entries; each entry is in one span at most.
        words: which words of the ledger.
        by: who acted.
        case: number of a case.
        no_case: only entries that are about no case.
        since: the first moment.
        until: the moment before which they happened.
        after: the number after which the page begins; -1 for the first page.
    """

    spans: tuple[Span, ...] | None = None
    words: tuple[str, ...] | None = None
    by: str | None = None
    case: int | None = None
    no_case: bool = False
    since: datetime | None = None
    until: datetime | None = None
    after: int = -1


def keep(tx: Tx, size: int) -> bool:
    """Marks entries that have none yet, some at a time; says whether all of the first `size` have theirs."""
    have = marked(tx)
    if have >= size:
        return True
    wanted = select(_E.index, _E.body).where(_E.index >= have).order_by(_E.index).limit(AT_ONCE)
    rows = [_mark(int(row[0]), row[1]) for row in tx.run(wanted)]
    tx.insert_many(ledger_mark, ("index", "at", "what", "by", "use_case", "case_number"), rows)
    return have + len(rows) >= size


def marked(tx: Tx) -> int:
    """How many entries have their marks: always the first so many."""
    last = tx.conn.execute(select(func.max(_M.index))).scalar_one_or_none()
    return 0 if last is None else int(last) + 1


def _mark(index: int, body: bytes | str) -> tuple[object, ...]:
    """What an entry is found by; one that somebody made unreadable in the database is found by its number alone."""
    try:
        said = json.loads(body)
        case = said["facts"].get("case_number")
    except (ValueError, KeyError, TypeError, AttributeError):
        return (index, "", "", "", None, None)
    return (index, said["at"], said["what"], said["by"], said["use_case"], case if type(case) is int else None)


def page(tx: Tx, wanted: Wanted, limit: int) -> list[int]:
    """The numbers of the first `limit` entries that are wanted, in the ledger's order."""
    return list(islice(heapq.merge(*_streams(tx, wanted, limit)), limit))


def newest(tx: Tx, wanted: Wanted, limit: int) -> list[int]:
    """The numbers of the newest `limit` entries that are wanted, in the ledger's order; one statement, along one index for each word."""
    low, high = _between(tx, wanted)
    found = [
        select(along.subquery().c.index)
        for span, bounds in _bounds(wanted, low, high)
        for word in wanted.words or (None,)
        for along in [select(_M.index).where(*bounds, *_conditions(wanted, span, word)).order_by(_M.index.desc()).limit(limit)]
    ]
    if not found:
        return []
    each = union_all(*found).subquery()
    return sorted(int(row[0]) for row in tx.run(select(each.c.index).order_by(each.c.index.desc()).limit(limit)))


def every(tx: Tx, wanted: Wanted) -> list[int]:
    """The numbers of all entries that are wanted, in the ledger's order."""
    return list(heapq.merge(*_streams(tx, wanted, None)))


def _streams(tx: Tx, wanted: Wanted, limit: int | None) -> Iterator[list[int]]:
    """Rows of numbers, each along one index in the ledger's order: one for each span and word."""
    for span, bounds in _bounds(wanted, *_between(tx, wanted)):
        for word in wanted.words or (None,):
            asked = select(_M.index).where(*bounds, *_conditions(wanted, span, word)).order_by(_M.index).limit(limit)
            yield [int(row[0]) for row in tx.run(asked)]


def _bounds(wanted: Wanted, low: int, high: int | None) -> Iterator[tuple[Span | None, list[ColumnElement[bool]]]]:
    """Each span with the numbers between which its entries lie; one bound each way, for SQLite seeks by the first that it finds."""
    spans: tuple[Span | None, ...] = (None,) if wanted.spans is None else wanted.spans
    for span in spans:
        first = low if span is None else max(low, span.first)
        end = high if span is None or span.end is None else min(span.end, high or span.end)
        yield span, [_M.index >= first, *([] if end is None else [_M.index < end])]


def _conditions(wanted: Wanted, span: Span | None, word: str | None) -> Iterator[ColumnElement[bool]]:
    if span is not None:
        yield _M.use_case.is_(None) if span.name is None else _M.use_case == span.name
    if word is not None:
        yield _M.what == word
    if wanted.by is not None:
        yield _M.by == wanted.by
    if wanted.case is not None or wanted.no_case:
        yield _M.case_number.is_(None) if wanted.no_case else _M.case_number == wanted.case
    if wanted.since is not None:
        yield _M.at >= wanted.since
    if wanted.until is not None:
        yield _M.at < wanted.until


def _between(tx: Tx, wanted: Wanted) -> tuple[int, int | None]:
    """Between which numbers alone they can be: an entry never lies before an earlier one by more than `CLOCK_SLACK`."""
    low, high = wanted.after + 1, None
    if wanted.since is not None:
        before = select(_M.index).where(_M.at < wanted.since - CLOCK_SLACK).order_by(_M.at.desc()).limit(1)
        last = tx.conn.execute(before).scalar_one_or_none()
        low = low if last is None else max(low, int(last) + 1)
    if wanted.until is not None:
        beyond = select(_M.index).where(_M.at >= wanted.until + CLOCK_SLACK).order_by(_M.at).limit(1)
        first = tx.conn.execute(beyond).scalar_one_or_none()
        high = None if first is None else int(first)
    return low, high


def of_words(tx: Tx, words: Sequence[str]) -> list[tuple[int, str | None]]:
    """Numbers and use cases of all entries of some rare words that are about no case, in order; frequent words would be many."""
    asked = select(_M.index, _M.use_case).where(_M.what.in_(words), _M.case_number.is_(None))
    return sorted((int(row[0]), row[1]) for row in tx.run(asked))


def spans_of(tx: Tx, slugs: Sequence[str]) -> tuple[Span, ...]:
    """Where the entries of use cases are: under each name, and under those that it had before, as far as it was its own."""
    return tuple(span for spans in spans_of_each(tx, slugs).values() for span in spans)


def spans_of_each(tx: Tx, slugs: Sequence[str]) -> dict[str, tuple[Span, ...]]:
    """As `spans_of`, for each use case by its name now."""
    wanted = select(_M.index, _E.body).join(tables.ledger_entry, _E.index == _M.index)
    rows = tx.run(wanted.where(_M.what.in_(("use_case.created", "use_case.renamed")))).all() if slugs else []
    newest_first = sorted(rows, key=lambda row: int(row[0]), reverse=True)  # asked in order, SQLite would go through all marks
    named = [(int(row[0]), read_event(_as_bytes(row[1]))) for row in newest_first]
    return {slug: tuple(_spans_of(slug, named)) for slug in slugs}


def _spans_of(slug: str, named: Sequence[tuple[int, Event]]) -> Iterator[Span]:
    here, end = slug, None
    for index, event in named:
        if event.use_case == here:
            yield Span(name=here, first=index, end=end)
            if event.what == "use_case.created":
                return
            here, end = str(event.facts["was"]), index
    yield Span(name=here, end=end)


def _as_bytes(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else value
