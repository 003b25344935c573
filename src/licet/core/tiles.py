"""Tiles: the ledger's tree in pieces of 256, so that a proof reads a few hashes of subtrees and not every entry.

A full subtree never changes once it is full. Its root can therefore be kept, and everything below it left alone: level 0 are the leaves,
a hash of level 1 stands for 256 leaves, one of level 2 for 65,536. A proof in a ledger of a million entries reads some 700 hashes.
The proofs are those of RFC 6962, sections 2.1.1 and 2.1.2, hash for hash.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from licet.core.ledger import EMPTY_ROOT, NotInTreeError, node_hash

HEIGHT = 8
WIDE = 1 << HEIGHT
"""How many hashes of one level stand under one of the next."""

LEVELS = 7
"""Above the leaves: enough for 2^64 of them."""

KEPT = 256
"""Tiles that are kept in memory while proofs are made, 16 KiB each."""

ReadTile = Callable[[int, int, int], Sequence[bytes]]
"""Gives the hashes of a level that are stored: level, first, and how many at most. It may give fewer, but never of the leaves."""

_Tile = tuple[tuple[bytes, ...], ...]


def parents(level: Sequence[bytes]) -> tuple[bytes, ...]:
    """The next level up, of pairs only; a last one without a partner is left out."""
    return tuple(node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2))


def tile_root(level: Sequence[bytes]) -> bytes:
    """The root over exactly 256 hashes of one level: the hash that stands for them on the next.

    Raises:
        NotInTreeError: when they are not 256.
    """
    if len(level) != WIDE:
        raise NotInTreeError(f"{len(level)} hashes are no full tile; it takes {WIDE}.")
    while len(level) > 1:
        level = parents(level)
    return level[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class TiledTree:
    """A ledger's tree of which only what is needed is read.

    Attributes:
        size: number of leaves.
        read: gives stored hashes.
    """

    size: int
    read: ReadTile
    _tiles: dict[tuple[int, int], _Tile] = field(default_factory=dict, repr=False, compare=False)

    def root(self) -> bytes:
        """The root, 32 bytes."""
        return self.node(0, self.size) if self.size else EMPTY_ROOT

    def root_at(self, size: int) -> bytes:
        """The root the tree had when it had `size` leaves.

        Raises:
            NotInTreeError: when it never had so many.
        """
        self._check_size(size)
        return self.node(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int) -> tuple[bytes, ...]:
        """As `ledger.Tree.inclusion_proof`.

        Raises:
            NotInTreeError: when there is no such leaf.
        """
        if not 0 <= index < self.size:
            raise NotInTreeError(f"No entry {index!r} in a ledger of {self.size}; entries are numbered from 0.")
        path: list[bytes] = []
        start, end = 0, self.size
        while end - start > 1:
            half = _half(end - start)
            if index < start + half:
                path.append(self.node(start + half, end))
                end = start + half
            else:
                path.append(self.node(start, start + half))
                start += half
        return tuple(reversed(path))

    def consistency_proof(self, size: int) -> tuple[bytes, ...]:
        """As `ledger.Tree.consistency_proof`.

        Raises:
            NotInTreeError: when this tree is smaller.
        """
        self._check_size(size)
        if size in {0, self.size}:
            return ()
        path: list[bytes] = []
        start, end, left = 0, self.size, size
        while left != end - start:
            half = _half(end - start)
            if left <= half:
                path.append(self.node(start + half, end))
                end = start + half
            else:
                path.append(self.node(start, start + half))
                start, left = start + half, left - half
        return tuple(reversed([*path, self.node(start, end)] if start else path))

    def node(self, start: int, end: int) -> bytes:
        """The root of the subtree over leaves `start` up to `end`, as RFC 6962 cuts the tree."""
        width = end - start
        if width & (width - 1):
            half = _half(width)
            return node_hash(self.node(start, start + half), self.node(start + half, end))
        height = width.bit_length() - 1
        level, within = min(height // HEIGHT, LEVELS), height % HEIGHT
        place = start >> (level * HEIGHT)
        return self._tile(level, place // WIDE)[within][(place % WIDE) >> within]

    def _tile(self, level: int, number: int) -> _Tile:
        """A tile with everything above its hashes, up to its root where it is full."""
        found = self._tiles.get((level, number))
        if found is None:
            found = (tuple(self._row(level, number)),)
            while len(found[-1]) > 1:
                found = (*found, parents(found[-1]))
            while len(self._tiles) >= KEPT:
                del self._tiles[next(iter(self._tiles))]
            self._tiles[level, number] = found
        return found

    def _row(self, level: int, number: int) -> Sequence[bytes]:
        """The hashes of a tile; those that are not stored yet are made of the level below."""
        first = number * WIDE
        count = min(WIDE, (self.size >> (level * HEIGHT)) - first)
        row = list(self.read(level, first, count))[:count]
        if level == 0 and len(row) < count:
            raise NotInTreeError(f"The ledger has {self.size} entries, but none with the number {first + len(row)}.")
        return [*row, *(tile_root(self._row(level - 1, first + at)) for at in range(len(row), count))]

    def _check_size(self, size: int) -> None:
        if not 0 <= size <= self.size:
            raise NotInTreeError(f"No ledger of {size!r} entries in one of {self.size}.")


def _half(width: int) -> int:
    """The largest power of two below a width of two or more."""
    return 1 << (width - 1).bit_length() - 1
