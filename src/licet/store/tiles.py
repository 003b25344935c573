"""Tiles' rows: hashes of full subtrees of the ledger's tree, kept once, so that a proof never reads all entries."""

from collections.abc import Sequence

from sqlalchemy import func, select

from licet.core.ledger import Frontier
from licet.core.tiles import HEIGHT, LEVELS, WIDE, TiledTree, tile_root
from licet.store import tables
from licet.store.book import Tx
from licet.store.witness_tables import ledger_tile

AT_ONCE = 200
"""Tiles that are kept in one transaction: some 50,000 entries, read in a few hundredths of a second."""

_E, _T = tables.ledger_entry.c, ledger_tile.c


def tiled(tx: Tx, size: int) -> TiledTree:
    """The tree of the first `size` entries, of which only what a proof needs is read, while the transaction is open."""

    def read(level: int, first: int, count: int) -> Sequence[bytes]:
        return _hashes(tx, level, first, count)

    return TiledTree(size=size, read=read)


def keep(tx: Tx, size: int) -> None:
    """Keeps the hashes of subtrees that are full by now; what an older release left out is made up for, some at a time."""
    for level in range(1, LEVELS + 1):
        have = _count(tx, level)
        want = min(_count(tx, level - 1) if level > 1 else size, size >> ((level - 1) * HEIGHT)) >> HEIGHT
        if want <= have:
            return
        rows = []
        for place in range(have, min(want, have + AT_ONCE)):
            rows.append((level, place, tile_root(_hashes(tx, level - 1, place * WIDE, WIDE))))
        tx.insert_many(ledger_tile, ("level", "place", "hash"), rows)


def check(tx: Tx, leaves: Sequence[bytes], first: int) -> list[str]:
    """Holds kept hashes against full tiles of leaves, the first of which has the number `first`, a multiple of 256."""
    kept = _hashes(tx, 1, first // WIDE, len(leaves) // WIDE)
    made = [Frontier().extend(leaves[at * WIDE : (at + 1) * WIDE]).root() for at in range(len(kept))]
    return [
        f"the hash kept for entries {first + at * WIDE} to {first + (at + 1) * WIDE - 1} is not theirs"
        for at, (here, there) in enumerate(zip(kept, made, strict=True))
        if here != there
    ]


def check_above(tx: Tx) -> list[str]:
    """Holds kept hashes against those of the level below, from the second level on."""
    return [
        f"the hash kept on level {level} at place {place} is not that of the hashes below it"
        for level in range(2, LEVELS + 1)
        for place, kept in enumerate(_hashes(tx, level, 0, _count(tx, level)))
        if kept != _whole(_hashes(tx, level - 1, place * WIDE, WIDE))
    ]


def _whole(below: Sequence[bytes]) -> bytes | None:
    return tile_root(below) if len(below) == WIDE else None


def _count(tx: Tx, level: int) -> int:
    last = tx.conn.execute(select(func.max(_T.place)).where(_T.level == level)).scalar_one_or_none()
    return 0 if last is None else int(last) + 1


def _hashes(tx: Tx, level: int, first: int, count: int) -> list[bytes]:
    if level == 0:
        wanted = select(_E.leaf).where(_E.index >= first, _E.index < first + count).order_by(_E.index)
    else:
        wanted = select(_T.hash).where(_T.level == level, _T.place >= first, _T.place < first + count).order_by(_T.place)
    return list(tx.conn.execute(wanted).scalars())
