"""Reading cases for a server: by the schema that each use case's folder says now."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from licet.core.case_schema import Problem
from licet.core.use_case import UseCase
from licet.edge.case_forms import SentCase, read_case
from licet.edge.folder import USE_CASE_FILE, load_use_case
from licet.edge.forms import UseCaseFile


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: tuple[int, int]
    told: UseCaseFile


@dataclass(slots=True, kw_only=True)
class FolderCases:
    """Reads cases as programs send them. A folder is read again when its file changed."""

    root: Path
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _reading: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, use_case: UseCase, raw: Mapping[str, object], *, line: int) -> SentCase | tuple[Problem, ...]:
        """Reads one case.

        Args:
            use_case: whose case it is.
            raw: the object as it was sent.
            line: its place in what was sent.

        Raises:
            BadFolderError: when the folder cannot be read: nothing is taken in by rules nobody can read.
        """
        told = self._told(use_case)
        answers = frozenset(told.answers)
        return read_case(raw, told.case, use_case.answer_kind, answers=answers, line=line)

    def _told(self, use_case: UseCase) -> UseCaseFile:
        folder = self.root / use_case.slug
        status = (folder / USE_CASE_FILE).stat() if (folder / USE_CASE_FILE).is_file() else None
        stamp = (0, 0) if status is None else (status.st_mtime_ns, status.st_size)
        with self._reading:
            kept = self._kept.get(use_case.slug)
            if kept is None or kept.stamp != stamp:
                kept = self._kept[use_case.slug] = _Kept(stamp=stamp, told=load_use_case(folder))
            return kept.told
