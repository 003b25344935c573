"""Finding alike: sealed cases are held against those that a system could learn from; contents are read, answers are not."""

from collections.abc import Sequence
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from licet.core.case import Part
from licet.core.ids import SealedSetId
from licet.core.likeness import Alike, features_of
from licet.core.use_case import UseCase
from licet.flows.office import Office
from licet.flows.run import CHUNK_BYTES
from licet.flows.speak import BLOCK
from licet.stats.near import near_repeats
from licet.store import heads
from licet.store.heads import CaseHead

MOST_SEALED: Final = 5_000
MOST_OTHERS: Final = 10_000
"""So many cases of each side are looked at, drawn by chance where there are more: a search of a few seconds."""


def find_alike(office: Office, use_case: UseCase, sealed: SealedSetId) -> Alike:
    """Says how many sealed cases nearly repeat one of the build or calibration part."""
    with office.book.read() as tx:
        inside = [head for head in heads.sealed_heads(tx, use_case, sealed) if head.readable][:MOST_SEALED]
        parts = (heads.drawn_heads(tx, use_case, part, limit=MOST_OTHERS) for part in (Part.BUILD, Part.CALIBRATION))
        others = list(chain(*parts))[:MOST_OTHERS] if inside else []
    if not others:
        return Alike(alike=0, sealed=len(inside), others=0)
    found = near_repeats(_features(office, use_case, inside), _features(office, use_case, others))
    return Alike(alike=int(found.sum()), sealed=len(inside), others=len(others))


def _features(office: Office, use_case: UseCase, cases: Sequence[CaseHead]) -> list[NDArray[np.uint32]]:
    """What is compared of cases, read block by block."""
    found: list[NDArray[np.uint32]] = []
    for block in heads.blocks(cases, most=BLOCK, most_bytes=CHUNK_BYTES):
        with office.book.read() as tx:
            found += [features_of(one.body.content) for one in heads.read_cases(tx, use_case, [head.number for head in block])]
    return found
