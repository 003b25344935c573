"""Proofs made of subtrees' hashes are those of the whole tree, hash for hash, whatever is stored, and read only a few."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.core.ledger import NotInTreeError, leaf_hash, root, tree, verify_consistency, verify_inclusion
from licet.core.tiles import WIDE, TiledTree, tile_root
from licet.verify import consistent, included
from tests.core.test_ledger import LEAVES, ROOTS

MANY = [leaf_hash(str(number).encode()) for number in range(70_000)]


def levels_over(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Every hash that can be stored: of the leaves, and of each full tile above them."""
    found = [list(leaves)]
    while len(found[-1]) >= WIDE:
        row = found[-1]
        found.append([tile_root(row[at : at + WIDE]) for at in range(0, len(row) - WIDE + 1, WIDE)])
    return found


STORED = levels_over(MANY)


def tiled(size: int, *, known: float = 1.0, read: list[int] | None = None) -> TiledTree:
    """The tree of the first leaves, of whose upper hashes only a share is stored; counts what is read."""

    def stored(level: int, first: int, count: int) -> Sequence[bytes]:
        row = STORED[level] if level < len(STORED) else []
        there = row if level == 0 else row[: int(len(row) * known)]
        found = there[first : first + count]
        if read is not None:
            read.append(len(found))
        return found

    return TiledTree(size=size, read=stored)


sizes = st.integers(1, 1200) | st.sampled_from([255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 70_000])


@settings(max_examples=60)
@given(size=sizes, share=st.sampled_from([0.0, 0.5, 1.0]), data=st.data())
def test_proofs_are_those_of_the_whole_tree(size: int, share: float, data: st.DataObject) -> None:
    """Breaks when a subtree that is not full is taken for one that is, or one that is not stored for one that is not there."""
    whole, found = tree(MANY[:size]), tiled(size, known=share)
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    assert found.root() == whole.root()
    assert found.inclusion_proof(index) == whole.inclusion_proof(index)
    assert found.consistency_proof(first) == whole.consistency_proof(first)
    assert found.root_at(first) == root(MANY[:first])


@settings(max_examples=80)
@given(size=sizes, data=st.data())
def test_a_proof_shows_growth_and_nothing_else(size: int, data: st.DataObject) -> None:
    """Breaks when a proof of growth also fits a ledger in which one entry of the past is another."""
    first = data.draw(st.integers(1, size))
    grown, proof = tiled(size), tiled(size).consistency_proof(first)
    changed = [*MANY[:first]]
    changed[data.draw(st.integers(0, first - 1))] = leaf_hash(b"another")
    for verify in (verify_consistency, consistent):
        assert verify(first=first, first_root=root(MANY[:first]), second=size, second_root=grown.root(), proof=proof)
        assert not verify(first=first, first_root=root(changed), second=size, second_root=grown.root(), proof=proof)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        bent = [*proof[:place], leaf_hash(b"bent"), *proof[place + 1 :]]
        assert not verify_consistency(first=first, first_root=root(MANY[:first]), second=size, second_root=grown.root(), proof=bent)


def test_the_roots_of_certificate_transparency_come_out() -> None:
    for size, said in enumerate(ROOTS, start=1):
        found = TiledTree(size=size, read=lambda level, first, count: [] if level else LEAVES[first : first + count])
        assert found.root().hex() == said
        for index in range(size):
            proof = found.inclusion_proof(index)
            for verify in (verify_inclusion, included):
                assert verify(LEAVES[index], index=index, size=size, proof=proof, root=found.root())


def test_the_published_proofs_of_growth_come_out() -> None:
    """From the test data of Certificate Transparency's own implementations: 1 in 8, 6 in 8, 2 in 5."""

    def grown(first: int, size: int) -> list[str]:
        found = TiledTree(size=size, read=lambda level, first, count: [] if level else LEAVES[first : first + count])
        return [part.hex()[:16] for part in found.consistency_proof(first)]

    assert grown(1, 8) == ["96a296d224f285c6", "5f083f0a1a33ca07", "6b47aaf29ee3c2af"]
    assert grown(6, 8) == ["0ebc5d3437fbe2db", "ca854ea128ed050b", "d37ee418976dd957"]
    assert grown(2, 5) == ["5f083f0a1a33ca07", "bc1a0643b12e4d2d"]


def test_a_proof_reads_a_few_hundred_hashes_of_seventy_thousand() -> None:
    read: list[int] = []
    found = tiled(70_000, read=read)
    found.inclusion_proof(12_345)
    found.consistency_proof(54_321)
    assert sum(read) < 2_000


def test_what_the_tree_does_not_have_is_named() -> None:
    with pytest.raises(NotInTreeError, match="No entry 8"):
        tiled(8).inclusion_proof(8)
    with pytest.raises(NotInTreeError, match="No ledger of 9"):
        tiled(8).consistency_proof(9)
    with pytest.raises(NotInTreeError, match="no full tile"):
        tile_root(MANY[:255])
    with pytest.raises(NotInTreeError, match="none with the number 3"):
        TiledTree(size=5, read=lambda level, first, count: MANY[:3]).root()
