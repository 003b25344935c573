"""The ledger's rows: pending entries become numbered entries of a signed tree."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from licet.core.ledger import Event, Frontier, leaf_hash, read_event
from licet.ports import Seal, Witness
from licet.store import tables
from licet.store.book import Book, Record, Tx

HASH_BYTES = 32

AT_ONCE = 5_000
"""Entries numbered in one transaction: others who write wait no longer than for these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A numbered entry: its place, counted from 0, its exact bytes and its leaf hash."""

    index: int
    body: bytes
    leaf: bytes

    @property
    def event(self) -> Event:
        """What it says."""
        return read_event(self.body)


def sequence(book: Book, seal: Seal, witness: Witness, now: datetime) -> int:
    """Numbers the pending entries, grows the tree, signs a checkpoint, and keeps a copy of it outside the database.

    Safe to run at any time, by several processes: numbering happens under the write lock.

    Returns:
        How many entries were numbered; 0 writes nothing.
    """
    total = 0
    while count := _sequence_some(book, seal, witness, now):
        total += count
        if count < AT_ONCE:
            break
    return total


def _sequence_some(book: Book, seal: Seal, witness: Witness, now: datetime) -> int:
    with book.write() as tx:
        pending = tx.run(select(tables.ledger_pending).order_by(tables.ledger_pending.c.id).limit(AT_ONCE)).all()
        if not pending:
            return 0
        head = _head(tx)
        rows = [(head.size + i, row.use_case, row.body, row.leaf) for i, row in enumerate(pending)]
        tx.insert_many(tables.ledger_entry, ("index", "use_case", "body", "leaf"), rows)
        grown = head.extend([row.leaf for row in pending])
        note = seal.sign(grown.size, grown.root())
        tx.conn.execute(update(tables.ledger_head).values(size=grown.size, peaks=b"".join(grown.peaks)))
        tx.conn.execute(insert(tables.checkpoint).values(size=grown.size, note=note, at=now))
        tx.conn.execute(delete(tables.ledger_pending).where(tables.ledger_pending.c.id <= pending[-1].id))
    witness.keep(note)
    return len(rows)


def begin(tx: Tx, at: datetime) -> None:
    """Starts an empty ledger."""
    tx.conn.execute(insert(tables.ledger_head).values(id=1, last_at=at, size=0, peaks=b""))


def _head(tx: Tx) -> Frontier:
    row = tx.run(select(tables.ledger_head.c.size, tables.ledger_head.c.peaks)).one()
    peaks = tuple(row.peaks[i : i + HASH_BYTES] for i in range(0, len(row.peaks), HASH_BYTES))
    return Frontier(size=row.size, peaks=peaks)


def head(tx: Tx) -> Frontier:
    """The right edge of the tree as it was last signed."""
    return _head(tx)


def leaves(tx: Tx) -> list[bytes]:
    """All leaf hashes in order; 32 bytes each."""
    return list(tx.conn.execute(select(tables.ledger_entry.c.leaf).order_by(tables.ledger_entry.c.index)).scalars())


def entries(tx: Tx, *, use_case: str | None = None, also: frozenset[str] = frozenset()) -> Iterator[Entry]:
    """The numbered entries in order: all, or those of a use case (under any of its names) and of the installation."""
    e = tables.ledger_entry.c
    wanted = select(e.index, e.body, e.leaf).order_by(e.index)
    if use_case is not None:
        wanted = wanted.where(e.use_case.in_({use_case, *also}) | (e.use_case.is_(None)))
    with tx.conn.execute(wanted, execution_options={"yield_per": 5000}) as rows:
        for row in rows:
            yield _entry(row)


def _entry(row: Record) -> Entry:
    return Entry(index=row[0], body=_as_bytes(row[1]), leaf=_as_bytes(row[2]))


def _as_bytes(value: bytes | str) -> bytes:
    """SQLite keeps whatever type somebody wrote; a text is judged by its bytes."""
    return value.encode() if isinstance(value, str) else value


def earlier_names(tx: Tx, slug: str) -> list[str]:
    """The names a use case had before this one, newest first, as its renamings in the ledger tell."""
    e = tables.ledger_entry.c
    names: list[str] = []
    here = slug
    rows = tx.run(select(e.index, e.body, e.use_case).where(e.use_case.is_not(None)).order_by(e.index.desc()))
    for row in rows:
        if row.use_case == here and b'"use_case.renamed"' in row.body:
            here = str(read_event(row.body).facts["was"])
            names.append(here)
    return names


def last_of(tx: Tx, use_case: str, word: str) -> Entry:
    """The newest entry of a word in a use case.

    Raises:
        LookupError: when there is none.
    """
    e = tables.ledger_entry.c
    for row in tx.conn.execute(select(e.index, e.body, e.leaf).where(e.use_case == use_case).order_by(e.index.desc()).limit(100)):
        found = _entry(row)
        if found.event.what == word:
            return found
    message = f"No entry {word!r} among the newest of {use_case!r}."
    raise LookupError(message)


def newest_checkpoint(tx: Tx) -> str | None:
    """The signed note made last."""
    c = tables.checkpoint.c
    return tx.conn.execute(select(c.note).order_by(c.size.desc()).limit(1)).scalar_one_or_none()


def checkpoints(tx: Tx) -> list[tuple[int, str]]:
    """All signed checkpoints, smallest first."""
    c = tables.checkpoint.c
    return [(row.size, row.note) for row in tx.run(select(c.size, c.note).order_by(c.size))]


def is_pending(tx: Tx) -> bool:
    """Whether any entry waits for its number."""
    return tx.run(select(tables.ledger_pending.c.id).limit(1)).first() is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a check of the ledger in the database found.

    Attributes:
        entries: how many entries were read.
        root: of the tree they make, 32 bytes.
        problems: one sentence per offender; empty when the entries are the ones that were signed.
    """

    entries: int
    root: bytes
    problems: tuple[str, ...]


def check(tx: Tx) -> Check:
    """Recomputes the tree from the bytes of all entries and holds it against what was signed last."""
    problems: list[str] = []
    frontier = Frontier()
    batch: list[bytes] = []
    count = 0
    for entry in entries(tx):
        if entry.index != count:
            problems.append(f"entry {count} is missing or out of order: found {entry.index} in its place")
        leaf = leaf_hash(entry.body)
        if leaf != entry.leaf:
            problems.append(f"entry {entry.index} was changed: its bytes do not have the hash that was recorded")
        batch.append(leaf)
        count += 1
    frontier = frontier.extend(batch)
    signed = _head(tx)
    if signed.size != frontier.size:
        problems.append(f"the ledger has {frontier.size} entries, but {signed.size} were signed")
    elif signed.root() != frontier.root():
        problems.append(f"the {signed.size} entries are not the ones that were signed")
    return Check(entries=count, root=frontier.root(), problems=tuple(problems))
