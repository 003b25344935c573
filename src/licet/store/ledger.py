"""The ledger's rows: pending entries become numbered entries of a signed tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from licet.core.ledger import Event, Frontier, leaf_hash, read_event
from licet.core.tiles import WIDE
from licet.ports import Seal, Witness
from licet.store import marks, tables, tiles
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
        tiles.keep(tx, grown.size)
        marks.keep(tx, grown.size)
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


def entries(tx: Tx) -> Iterator[Entry]:
    """The numbered entries in order."""
    e = tables.ledger_entry.c
    wanted = select(e.index, e.body, e.leaf).order_by(e.index)
    with tx.conn.execute(wanted, execution_options={"yield_per": 5000}) as rows:
        for row in rows:
            yield _entry(row)


def entries_at(tx: Tx, numbers: Sequence[int]) -> Iterator[Entry]:
    """The entries with these numbers, in order."""
    e = tables.ledger_entry.c
    for start in range(0, len(numbers), 500):
        wanted = select(e.index, e.body, e.leaf).where(e.index.in_(numbers[start : start + 500])).order_by(e.index)
        yield from map(_entry, tx.run(wanted).all())


def make_findable(book: Book) -> None:
    """Marks what an older release left without marks; does nothing where all entries have theirs."""
    with book.read() as tx:
        done = marks.marked(tx) >= _head(tx).size
    while not done:
        with book.write() as tx:
            size = _head(tx).size
            tiles.keep(tx, size)
            done = marks.keep(tx, size)


def _entry(row: Record) -> Entry:
    return Entry(index=row[0], body=_as_bytes(row[1]), leaf=_as_bytes(row[2]))


def _as_bytes(value: bytes | str) -> bytes:
    """SQLite keeps whatever type somebody wrote; a text is judged by its bytes."""
    return value.encode() if isinstance(value, str) else value


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


def checkpoints(tx: Tx, *, below: int, newest: int) -> list[tuple[int, str]]:
    """The newest signed checkpoints below a size, smallest first."""
    c = tables.checkpoint.c
    rows = tx.run(select(c.size, c.note).where(c.size < below).order_by(c.size.desc()).limit(newest)).all()
    return [(row.size, row.note) for row in reversed(rows)]


def checkpoint_at(tx: Tx, size: int) -> str | None:
    """The checkpoint that was signed at exactly this size; None where none was."""
    c = tables.checkpoint.c
    return tx.conn.execute(select(c.note).where(c.size == size)).scalar_one_or_none()


def is_pending(tx: Tx) -> bool:
    """Whether any entry waits for its number."""
    return tx.run(select(tables.ledger_pending.c.id).limit(1)).first() is not None


CHECKED_AT_ONCE = 64 * WIDE
"""Leaves that a check keeps in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a check of the ledger in the database found.

    Attributes:
        entries: how many entries were read.
        root: of the tree they make, 32 bytes.
        problems: one sentence per offender; empty when the entries are the ones that were signed.
        root_at: of the tree they made at the size that was asked for; None where none was, or they are fewer.
    """

    entries: int
    root: bytes
    problems: tuple[str, ...]
    root_at: bytes | None


def check(tx: Tx, *, at: int | None = None) -> Check:
    """Recomputes the tree from the bytes of all entries and holds it against what was signed last, and against kept hashes."""
    problems: list[str] = []
    frontier, batch, count = Frontier(), list[bytes](), 0
    root_at = frontier.root() if at == 0 else None
    for entry in entries(tx):
        if entry.index != count:
            problems.append(f"entry {count} is missing or out of order: found {entry.index} in its place")
        leaf = leaf_hash(entry.body)
        if leaf != entry.leaf:
            problems.append(f"entry {entry.index} was changed: its bytes do not have the hash that was recorded")
        batch.append(leaf)
        count += 1
        root_at = frontier.extend(batch).root() if count == at else root_at
        if len(batch) == CHECKED_AT_ONCE:
            problems += tiles.check(tx, batch, count - len(batch))
            frontier, batch = frontier.extend(batch), []
    problems += [*tiles.check(tx, batch, count - len(batch)), *tiles.check_above(tx)]
    frontier = frontier.extend(batch)
    signed = _head(tx)
    if signed.size != frontier.size:
        problems.append(f"the ledger has {frontier.size} entries, but {signed.size} were signed")
    elif signed.root() != frontier.root():
        problems.append(f"the {signed.size} entries are not the ones that were signed")
    return Check(entries=count, root=frontier.root(), problems=tuple(problems), root_at=root_at)
