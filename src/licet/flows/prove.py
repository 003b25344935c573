"""Proving: entries against the newest checkpoint, and that everything signed or co-signed before is a beginning of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from licet.core.checkpoint import EarlierCheckpoint, MalformedNoteError, parse_note
from licet.core.ledger import ProvenEntry
from licet.core.refusal import Refused
from licet.core.tiles import TiledTree
from licet.core.use_case import UseCase
from licet.flows.office import Office
from licet.store import ledger, tiles, witnesses
from licet.store.book import Tx

KEPT_CHECKPOINTS = 200
"""Earlier checkpoints in a pack: the newest so many, and each with its proof."""

KEPT_COSIGNED = 20
"""Co-signed checkpoints in a pack: the newest so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """Entries with proofs to one signed checkpoint, and earlier checkpoints with proofs that it grew out of them."""

    entries: Sequence[ProvenEntry]
    checkpoint: str
    earlier: Sequence[EarlierCheckpoint]


def prove(office: Office, use_case: UseCase, numbers: Sequence[int], *, since: int | None = None) -> Proven:
    """Proves entries, and the export that was recorded last, against the newest checkpoint.

    Args:
        office: the office.
        use_case: whose export was recorded.
        numbers: the entries, in order.
        since: the size of an earlier checkpoint from which it must be shown that nothing was rewritten; at most the ledger's.
    """
    with office.book.read() as tx:
        exported = ledger.last_of(tx, use_case.slug, "evidence.exported")
        note, tree = _newest(tx)
        rows = [*ledger.entries_at(tx, numbers), exported]
        proven = [ProvenEntry(index=row.index, entry=row.body, proof=tree.inclusion_proof(row.index)) for row in rows]
        return Proven(entries=proven, checkpoint=note, earlier=_earlier(office, tx, tree, since))


def _newest(tx: Tx) -> tuple[str, TiledTree]:
    note = ledger.newest_checkpoint(tx) or ""
    return note, tiles.tiled(tx, parse_note(note).checkpoint().size)


def _earlier(office: Office, tx: Tx, tree: TiledTree, since: int | None) -> list[EarlierCheckpoint]:
    """The newest checkpoints signed before, those that were co-signed, and the one that was asked for; each once."""
    notes = dict(ledger.checkpoints(tx, below=tree.size, newest=KEPT_CHECKPOINTS))
    sizes = {parse_note(one).checkpoint().size for one in witnesses.cosigned(tx, newest=KEPT_COSIGNED)}
    for size in sizes | ({since} if since is not None else set()):
        if 0 < size < tree.size and size not in notes:
            notes[size] = office.seal.sign(size, tree.root_at(size))
    return [EarlierCheckpoint(note=notes[size], proof=tree.consistency_proof(size)) for size in sorted(notes)]


def size_since(office: Office, since: str) -> int | Refused:
    """The size of an earlier checkpoint: a number, or the text of signed notes, of which the largest of this ledger counts.

    Returns:
        The size, or `Refused` with `not_in_ledger` where the ledger never had so many entries, and `tree_inconsistent` where the
        checkpoint's root is not the one this ledger had: then there is nothing to prove.

    Raises:
        MalformedNoteError: when the text is neither.
    """
    with office.book.read() as tx:
        _, tree = _newest(tx)
        if since.strip().isascii() and since.strip().isdigit():
            size = int(since)
            return size if size <= tree.size else _never(size, tree.size)
        notes = [one.checkpoint() for one in map(parse_note, _cut(since))]
        ours = max((one for one in notes if one.origin == office.seal.name), key=lambda one: one.size, default=None)
        if ours is None:
            raise MalformedNoteError(f"{since[:80]!r} holds no checkpoint of this ledger, {office.seal.name!r}.")
        if ours.size > tree.size:
            return _never(ours.size, tree.size)
        if tree.root_at(ours.size) != ours.root:
            why = f"The checkpoint of {ours.size} entries has another root than this ledger had then."
            remedy = "Nothing can be proved from it. If this installation signed it, the ledger was rewritten: `licet ledger verify`."
            return Refused(code="tree_inconsistent", why=why, remedy=remedy)
        return ours.size


def _never(size: int, now: int) -> Refused:
    why = f"The ledger has {now:,} numbered entries, and never had {size:,}."
    return Refused(code="not_in_ledger", why=why, remedy="Name a size, or a checkpoint, of this ledger's past.")


def _cut(text: str) -> list[str]:
    """Cuts a file of signed notes into notes; what stands between, such as proofs, is left out."""
    notes: list[str] = []
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        if lines and lines[-1].startswith("\N{EM DASH}") and not line.startswith("\N{EM DASH}"):
            notes, lines = [*notes, "".join(lines)], []
        if not line.startswith("proof "):
            lines.append(line)
    return [*notes, "".join(lines)] if lines else notes


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEntry:
    """One entry with its proof against the newest checkpoint."""

    entry: ProvenEntry
    checkpoint: str


def prove_note(office: Office, since: int) -> EarlierCheckpoint:
    """The newest checkpoint as a witness is shown it: with the proof that it grew out of the first `since` entries."""
    with office.book.read() as tx:
        note, tree = _newest(tx)
        return EarlierCheckpoint(note=note, proof=tree.consistency_proof(since))


def root_at(tx: Tx, size: int) -> bytes | None:
    """The root the ledger had at a size; None where it has not so many entries."""
    _, tree = _newest(tx)
    return tree.root_at(size) if size <= tree.size else None


def prove_entry(tx: Tx, index: int) -> ShownEntry | None:
    """One entry with its proof; None where there is no such number."""
    note, tree = _newest(tx)
    found = next(ledger.entries_at(tx, [index]), None)
    if found is None or index >= tree.size:
        return None
    return ShownEntry(entry=ProvenEntry(index=index, entry=found.body, proof=tree.inclusion_proof(index)), checkpoint=note)
