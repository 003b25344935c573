"""Reading cases that programs send, by what their use case's folder says at that moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from licet.core.case_schema import Problem
from licet.core.history import SentCase
from licet.core.use_case import UseCase
from licet.edge.bad_file import BadFolderError
from licet.edge.case_forms import read_case
from licet.edge.folder import USE_CASE_FILE, load_use_case
from licet.edge.forms import UseCaseFile

UNREADABLE = Problem(
    field="",
    why="the use case's folder on the server cannot be read, so that no case can be held against it.",
    remedy="Whoever runs the server sees with `licet check` what is wrong. Send the case again then.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    stamp: tuple[int, int]
    told: UseCaseFile


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderReader:
    """Reads cases by the folders of their use cases; a folder that was changed counts from the next case on.

    Attributes:
        root: the folder with one folder for each use case.
    """

    root: Path
    _kept: dict[str, _Kept] = field(default_factory=dict)

    def __call__(self, use_case: UseCase, raw: Mapping[str, object], *, line: int) -> SentCase | tuple[Problem, ...]:
        """Reads one case.

        Args:
            use_case: whose case it is.
            raw: the object, as a JSON reader gives it.
            line: its place in what was sent.

        Returns:
            The case, or all that is wrong with it; also where the folder cannot be read: nothing is taken in unchecked.
        """
        try:
            told = self._told(use_case)
        except (BadFolderError, OSError):
            return (UNREADABLE,)
        return read_case(raw, told.case, use_case.answer_kind, answers=frozenset(told.answers), line=line)

    def _told(self, use_case: UseCase) -> UseCaseFile:
        file = (self.root / use_case.slug / USE_CASE_FILE).stat()
        stamp = (file.st_mtime_ns, file.st_size)
        kept = self._kept.get(use_case.slug)
        if kept is None or kept.stamp != stamp:
            kept = self._kept[use_case.slug] = _Kept(stamp=stamp, told=load_use_case(self.root / use_case.slug))
        return kept.told
