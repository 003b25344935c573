"""Heads of cases are cut into blocks that fit into memory."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.ids import CaseNumber
from licet.store.heads import CaseHead, blocks

pytestmark = pytest.mark.one_database


def head(number: int, size: int) -> CaseHead:
    """A case of so many bytes."""
    return CaseHead(number=CaseNumber(number), external_id=None, readable=True, size=size)


@given(sizes=st.lists(st.integers(0, 30), max_size=60), most=st.integers(1, 10), most_bytes=st.integers(1, 40))
def test_blocks_hold_every_case_once_and_no_more_than_fits(sizes: list[int], most: int, most_bytes: int) -> None:
    """Breaks when a case is lost between blocks, or when many large cases are read at once."""
    cases = [head(number, size) for number, size in enumerate(sizes)]
    cut = list(blocks(cases, most=most, most_bytes=most_bytes))
    assert [one for block in cut for one in block] == cases
    for block in cut:
        assert 1 <= len(block) <= most
        assert len(block) == 1 or sum(one.size for one in block) <= most_bytes
    full = [len(block) == most or sum(one.size for one in block) + after[0].size > most_bytes for block, after in pairwise(cut)]
    assert all(full)
