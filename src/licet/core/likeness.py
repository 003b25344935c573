"""Likeness: sealed cases that nearly repeat a case which a system could learn from, so that a good mark for them may be memory."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from licet.core.case import Content, TextContent
from licet.core.grading import folded

PART: Final = 4
"""Neighbouring characters that make one feature of a text."""

SHORTEST: Final = 12
"""Characters of a folded text from which on it is looked at: of shorter ones many are alike without being repetitions."""

LONGEST: Final = 2_000
"""Characters of a text that are read."""

_BASE: Final = np.uint32(0x01000193)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """What a search for near repetitions found.

    Attributes:
        alike: sealed cases that nearly repeat one of the others.
        sealed: sealed cases that were looked at.
        others: cases of the build and calibration part that were looked at.
    """

    alike: int
    sealed: int
    others: int

    @property
    def warning(self) -> tuple[str, ...]:
        """What a reader of a verdict must know; nothing where no case is repeated."""
        if self.alike == 0:
            return ()
        return (
            f"{self.alike:,} of {self.sealed:,} sealed cases nearly repeat one of {self.others:,} cases that a system could learn from "
            f"(four fifths of the text or more): what is right there may be memory. Seal such cases together, or split by --time.",
        )


def features_of(content: Content) -> NDArray[np.uint32]:
    """The features of a text: its runs of four characters, without case, punctuation and white space around words.

    Returns:
        Hashes, sorted and without repetition; none for a short text, a table or a picture, of which only exact repetition is known.
    """
    text = folded(content.text[:LONGEST]) if isinstance(content, TextContent) else ""
    if len(text) < SHORTEST:
        return np.empty(0, dtype=np.uint32)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    runs = codes[: codes.size - PART + 1].copy()
    for at in range(1, PART):
        runs = runs * _BASE ^ codes[at : codes.size - PART + 1 + at]
    return np.unique(runs)
