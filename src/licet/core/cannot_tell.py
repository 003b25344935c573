"""Cannot tell: an answer of its own. Who is asked next, and where nobody is, whom it speaks against."""

from enum import StrEnum

from licet.core.review import ReviewKind

ON_AI = frozenset({ReviewKind.AUDIT, ReviewKind.DISPUTE, ReviewKind.AGREEMENT})
"""Kinds of which the answer says whether AI was right: what nobody can tell counts against AI, or hard cases would leave the sample."""


class Next(StrEnum):
    """What becomes of a case whose answer somebody cannot tell."""

    SENIOR = "senior"
    """A senior reviewer is asked."""

    AGAINST_AI = "against AI"
    """Nobody is asked any more: it counts as an error of AI's."""

    OTHERS = "others"
    """It waits on for others, as a skipped one does."""

    NOBODY = "nobody"
    """It is a planted case, and is asked of this person no more."""


def next_of(kind: ReviewKind | None, *, senior: bool) -> Next:
    """Says what becomes of a case.

    Args:
        kind: why it was asked about; None: a known answer was planted.
        senior: whether a senior reviewer can be asked who was not asked before; nobody is where a senior reviewer was the one who said so.
    """
    if kind is None:
        return Next.NOBODY
    if senior and kind is not ReviewKind.ADJUDICATION:
        return Next.SENIOR
    return Next.AGAINST_AI if kind in ON_AI else Next.OTHERS
