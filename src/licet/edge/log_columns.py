"""Columns of a log as numbers: each name gets one, in the order of appearance; what a file may hold at most."""

import re
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from licet.core.further import MOST_FURTHER, RecordedFurther, is_further, says_something
from licet.core.recorded_events import ABSENT, COMPLETE, OTHER
from licet.edge.bad_file import BadFileError
from licet.edge.log_wizard import TRANSITIONS

MOST_ROWS: Final = 10_000_000
"""Rows or events of a log."""
MOST_ACTIVITIES: Final = 1_000
"""Different steps of a log: one with more has another column for its steps."""
MOST_CHARACTERS: Final = 2**28
"""Characters of all different names of a column together, which are held while a file is read."""
NAME_LIMIT: Final = 200
"""Characters that are kept of a name of a step."""
_MOST_KNOWN: Final = 10_000
_UNSAYABLE = re.compile("[\0\ud800-\udfff]")


class Names(dict[str, int]):
    """A number for each name, the same for names that differ in blanks around them; blank names have `ABSENT`."""

    def __init__(self, path: Path, column: str, *, limit: int = 0) -> None:
        """Names of a file's column; with a limit they are kept, and more of them than it are refused by `known`."""
        super().__init__({"": ABSENT})
        self._path, self._column, self._limit = path, column, limit
        self._names: list[str] = []
        self._count = self._characters = 0

    def __missing__(self, name: str) -> int:
        """Gives the next number.

        Raises:
            BadFileError: when the names are too long together to be held.
        """
        bare = name.strip()
        self._characters += len(name)
        if self._characters > MOST_CHARACTERS:
            why = f"its different names have more than {MOST_CHARACTERS:,} characters together."
            raise BadFileError(
                self._path, column=self._column, why=why, remedy="Name another column, or bring a shorter time of the process."
            )
        if bare not in self:
            self[bare] = self._count
            self._count += 1
            if self._count <= self._limit:
                self._names.append(_UNSAYABLE.sub("\ufffd", bare)[:NAME_LIMIT])
        self[name] = self[bare]
        return self[name]

    def read(self, cells: Iterable[str]) -> "array[int]":
        """The numbers of many names."""
        return array("i", map(self.__getitem__, cells))

    def known(self) -> tuple[str, ...]:
        """The names, as they are kept.

        Raises:
            BadFileError: when there are more than the limit.
        """
        if self._count > self._limit:
            why = f"it has {self._count:,} different steps; {self._limit:,} are the most that a process can have here."
            raise BadFileError(self._path, column=self._column, why=why, remedy="Name the column of the steps: --activity COLUMN.")
        return _distinct(self._names)


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Names that differ: those that were cut to the same get the number of their place behind them."""
    seen: set[str] = set()
    told = []
    for place, name in enumerate(names, 1):
        told.append(name if name not in seen else f"{name[: NAME_LIMIT - 10]} ({place})")
        seen.add(name)
    return tuple(told)


class Further(dict[str, int]):
    """A bit for each further column, in the order of appearance; none for what says who, and for more than are counted."""

    def __init__(self) -> None:
        """Of no column yet."""
        super().__init__()
        self._names: list[str] = []

    def __missing__(self, name: str) -> int:
        """Gives the next bit."""
        counts = len(self._names) < MOST_FURTHER and is_further(name)
        bit = 1 << len(self._names) if counts else 0
        if counts:
            self._names.append(_UNSAYABLE.sub("\ufffd", name.strip())[:NAME_LIMIT])
        if len(self) < _MOST_KNOWN:
            self[name] = bit
        return bit

    def said(self, name: str, value: str) -> int:
        """The bit of a column that says something; 0 where it does not."""
        return self[name] if says_something(value) else 0

    def recorded(self, with_row: NDArray[np.uint64], with_case: NDArray[np.uint64]) -> RecordedFurther:
        """The columns with which of them say something in each row, and with its case."""
        return RecordedFurther(names=_distinct(self._names), masks=np.stack([with_row, with_case], axis=1))


class Transitions(dict[str, int]):
    """What words of a life cycle are to a log; blank is a completion."""

    def __missing__(self, word: str) -> int:
        """Looks a word up."""
        bare = word.strip().lower()
        self[word] = TRANSITIONS.get(bare, OTHER) if bare else COMPLETE
        return self[word]

    def read(self, words: Iterable[str]) -> "array[int]":
        """What many words are."""
        return array("b", map(self.__getitem__, words))


def too_many(path: Path) -> BadFileError:
    """A file has more rows than are read."""
    why = f"it has more than {MOST_ROWS:,} rows."
    return BadFileError(path, why=why, remedy="Bring a shorter time of the process.")


def ints(pieces: Sequence["array[int]"]) -> NDArray[np.int32]:
    """Pieces of numbers as one column."""
    return np.concatenate([np.frombuffer(one, np.int32) for one in pieces]) if pieces else np.empty(0, np.int32)
