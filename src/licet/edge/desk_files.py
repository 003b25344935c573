"""What a use case's folder says of its desk: the block `desk:` of its file, and `guideline.md`, which is shown beside each case."""

from dataclasses import dataclass, field
from pathlib import Path

from licet.core.desk import ORDINARY, DeskRules
from licet.core.ids import UseCaseSlug
from licet.edge.bad_file import BadFolderError
from licet.edge.desk_block import rules_of
from licet.edge.folder import USE_CASE_FILE, load_use_case
from licet.edge.guideline import GUIDELINE_FILE, load_guideline

Stamp = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    stamp: Stamp
    rules: DeskRules


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderDesks:
    """What use cases set for their desks (the port `Desks`); a file that was changed counts from the next case on.

    Where a folder cannot be read, what was read last counts on, and before that what is ordinary: cases wait for people all the same.

    Attributes:
        root: the folder with one folder for each use case.
    """

    root: Path
    _kept: dict[str, _Kept] = field(default_factory=dict)

    def rules(self, slug: UseCaseSlug) -> DeskRules:
        """What a use case sets for its desk."""
        folder = self.root / slug
        kept, stamp = self._kept.get(slug), _stamp(folder)
        if kept is not None and kept.stamp == stamp:
            return kept.rules
        before = ORDINARY if kept is None else kept.rules
        self._kept[slug] = _Kept(stamp=stamp, rules=_read(folder) or before)
        return self._kept[slug].rules


def _stamp(folder: Path) -> Stamp:
    found: list[tuple[int, int]] = []
    for name in (USE_CASE_FILE, GUIDELINE_FILE):
        try:
            file = (folder / name).stat()
        except OSError:
            found.append((0, 0))
        else:
            found.append((file.st_mtime_ns, file.st_size))
    return tuple(found)


def _read(folder: Path) -> DeskRules | None:
    """What a folder says; None where it cannot be read."""
    try:
        told = load_use_case(folder)
        return rules_of(told.desk, told.answers, load_guideline(folder))
    except (BadFolderError, OSError):
        return None
