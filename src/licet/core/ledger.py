"""The ledger: an append-only list of what happened, in which nothing can be changed afterwards without being seen.

An entry is an event's canonical bytes. The entries are the leaves of a Merkle tree (RFC 6962, section 2.1); whoever keeps the
tree's root, which a checkpoint holds, can later be shown that an entry is in the tree (inclusion) and that the tree only grew
(consistency). Storing and signing happen elsewhere; here are the bytes and the proofs.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from licet.core.canonical import Json, canonical_bytes, read_json
from licet.core.ids import PersonId, UseCaseSlug
from licet.core.ledger_words import WORDS

EMPTY_ROOT = hashlib.sha256(b"").digest()
SALT_BYTES = 32
_EVENT_VERSION = 1


class UnknownWordError(ValueError):
    """An event carries a word that no document explains."""


class NotUtcError(ValueError):
    """An event's time is naive or in another zone than UTC."""


class NotInTreeError(ValueError):
    """A proof was asked for an entry or a size that the tree does not have."""


class MalformedEventError(ValueError):
    """Bytes that are not an event in canonical form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, as the ledger keeps it: no names, no content, nothing about a person but an id.

    Attributes:
        what: one of `WORDS`.
        at: when, aware, in UTC.
        by: who did it.
        use_case: where it belongs; None for what concerns the installation.
        facts: what is to be remembered, as JSON; personal data only as commitments.
    """

    what: str
    at: datetime
    by: PersonId
    use_case: UseCaseSlug | None
    facts: Mapping[str, Json]

    def __post_init__(self) -> None:
        """Keeps the list of words closed and times comparable.

        Raises:
            UnknownWordError: when the word is not one of `WORDS`.
            NotUtcError: when the time is not aware and in UTC.
        """
        if self.what not in WORDS:
            raise UnknownWordError(f"{self.what!r} is not a ledger word; add it to licet.core.ledger_words.WORDS with its meaning.")
        if self.at.utcoffset() != timedelta(0):
            raise NotUtcError(f"{self.at.isoformat()!r} is not in UTC; convert it: at.astimezone(UTC).")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenEntry:
    """An entry that can be shown to be in the ledger.

    Attributes:
        index: its number, from 0.
        entry: the event's canonical bytes, exactly as they were hashed.
        proof: the hashes from its leaf to the root of a checkpoint's tree.
    """

    index: int
    entry: bytes
    proof: tuple[bytes, ...]


def event_bytes(event: Event) -> bytes:
    """Writes an event in the one form that is hashed: canonical JSON, UTF-8, time as RFC 3339 with microseconds and Z.

    Raises:
        ValueError: for NaN or an infinity in the facts.
        TypeError: for a fact that JSON has no word for.
    """
    at = event.at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    facts = dict(event.facts)
    return canonical_bytes({"v": _EVENT_VERSION, "what": event.what, "at": at, "by": event.by, "use_case": event.use_case, "facts": facts})


def read_event(raw: bytes) -> Event:
    """Reads bytes that `event_bytes` wrote.

    Raises:
        MalformedEventError: when the bytes are anything else, were it only by a space.
    """
    try:
        said = read_json(raw)
        if not isinstance(said, dict) or said.get("v") != _EVENT_VERSION:
            raise MalformedEventError(f"{raw[:60]!r} is not an event of version {_EVENT_VERSION}.")
        at = datetime.strptime(str(said["at"]), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        slug = None if said["use_case"] is None else UseCaseSlug(str(said["use_case"]))
        facts = cast("Mapping[str, Json]", said["facts"])
        event = Event(what=str(said["what"]), at=at, by=PersonId(str(said["by"])), use_case=slug, facts=facts)
        same = event_bytes(event) == raw
    except (ValueError, KeyError, TypeError, RecursionError) as wrong:
        raise MalformedEventError(f"{raw[:60]!r}... is not an event: {wrong}.") from wrong
    if not same:
        raise MalformedEventError(f"{raw[:60]!r}... is not in canonical form.")
    return event


def commitment(salt: bytes, payload: bytes) -> str:
    """Commits to a payload without telling it: SHA-256 of salt and payload, in hex.

    Args:
        salt: exactly 32 secret random bytes; the fixed length keeps the border between salt and payload fixed.
        payload: canonical bytes; deleting the salt makes the commitment say nothing about them.

    Raises:
        ValueError: when the salt has another length.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"A salt of {len(salt)} bytes; it takes exactly {SALT_BYTES}.")
    return hashlib.sha256(salt + payload).hexdigest()


# --- the tree -------------------------------------------------------------------------------------------------------------


def leaf_hash(entry: bytes) -> bytes:
    """Hashes an entry's bytes as a leaf: SHA-256 of a zero byte and the entry (32 bytes)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hashes two subtrees' roots as their parent: SHA-256 of a one byte and both (32 bytes)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """The next level up; a node without a partner moves up as it is, which gives RFC 6962's tree at every size."""
    sha256 = hashlib.sha256
    pairs = iter(level)
    above = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]
    if len(level) % 2:
        above.append(level[-1])
    return above


def root(leaves: Sequence[bytes]) -> bytes:
    """Computes a tree's root from its leaf hashes, level by level (RFC 6962, 2.1); of no leaves: SHA-256 of nothing."""
    level = leaves
    while len(level) > 1:
        level = _parents(level)
    return level[0] if level else EMPTY_ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A whole tree in memory, for many proofs at once. Make one with `tree`.

    Attributes:
        levels: hashes from the leaves (levels[0]) up to the root (one hash in the last); of no leaves, one empty level.
    """

    levels: Sequence[Sequence[bytes]]

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self.levels[0])

    def root(self) -> bytes:
        """The root, 32 bytes."""
        return self.levels[-1][0] if self.size else EMPTY_ROOT

    def inclusion_proof(self, index: int) -> tuple[bytes, ...]:
        """Lists the hashes that lead from a leaf up to the root (RFC 6962, 2.1.1); at most 64, none in a tree of one.

        Raises:
            NotInTreeError: when there is no such leaf.
        """
        if not 0 <= index < self.size:
            raise NotInTreeError(f"No entry {index!r} in a ledger of {self.size}; entries are numbered from 0.")
        path = []
        for height, level in enumerate(self.levels):
            beside = (index >> height) ^ 1
            if beside < len(level):
                path.append(level[beside])
        return tuple(path)

    def consistency_proof(self, size: int) -> tuple[bytes, ...]:
        """Lists the hashes that show that the tree of the first `size` leaves is a beginning of this one (RFC 6962, 2.1.2).

        Raises:
            NotInTreeError: when this tree is smaller.
        """
        if not 0 <= size <= self.size:
            raise NotInTreeError(f"No ledger of {size!r} entries in one of {self.size}.")
        if size in {0, self.size}:
            return ()
        return tuple(self._subproof(size, 0, self.size))

    def _subproof(self, size: int, start: int, end: int) -> list[bytes]:
        """RFC 6962's SUBPROOF over leaves start..end; `size` counts from `start`."""
        width = end - start
        if size == width:
            return [] if start == 0 else [self._node(start, end)]
        half = 1 << (width - 1).bit_length() - 1
        if size <= half:
            return [*self._subproof(size, start, start + half), self._node(start + half, end)]
        return [*self._subproof(size - half, start + half, end), self._node(start, start + half)]

    def _node(self, start: int, end: int) -> bytes:
        height = (end - start - 1).bit_length()
        return self.levels[height][start >> height]


def tree(leaves: Sequence[bytes]) -> Tree:
    """Builds a tree from its leaf hashes, keeping every level: about two hashes of memory a leaf."""
    levels: list[Sequence[bytes]] = [leaves]
    while len(levels[-1]) > 1:
        levels.append(_parents(levels[-1]))
    return Tree(levels=levels)


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> tuple[bytes, ...]:
    """As `Tree.inclusion_proof`, for one proof."""
    return tree(leaves).inclusion_proof(index)


def consistency_proof(size: int, leaves: Sequence[bytes]) -> tuple[bytes, ...]:
    """As `Tree.consistency_proof`, for one proof."""
    return tree(leaves).consistency_proof(size)


def verify_inclusion(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Says whether a leaf is at `index` of the tree of `size` leaves with that root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(beside, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(*, first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Says whether the tree of `second` leaves begins with the tree of `first` leaves (RFC 9162, 2.1.4.2)."""
    if not 0 < first < second:
        known = first_root == EMPTY_ROOT if first == 0 else first_root == second_root
        return 0 <= first <= second and known and not proof
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    if not path:
        return False
    old = new = path[0]
    for beside in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old, new = node_hash(beside, old), node_hash(beside, new)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, beside)
        here, last = here >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """The right edge of a growing tree: all it takes to append and to know the root, at most 64 hashes.

    Attributes:
        size: number of leaves so far.
        peaks: roots of the full subtrees the leaves fall into, from the largest to the smallest: one per 1-bit of `size`.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> "Frontier":
        """The frontier with one more leaf hash."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> "Frontier":
        """The frontier with more leaf hashes, in order."""
        peaks, size = list(self.peaks), self.size
        for leaf in leaves:
            found, full = leaf, size
            while full & 1:
                found = node_hash(peaks.pop(), found)
                full >>= 1
            peaks.append(found)
            size += 1
        return Frontier(size=size, peaks=tuple(peaks))

    def root(self) -> bytes:
        """The root of the tree so far, 32 bytes."""
        if not self.peaks:
            return EMPTY_ROOT
        found = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            found = node_hash(peak, found)
        return found
