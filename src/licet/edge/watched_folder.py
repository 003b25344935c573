"""A watched folder: files of cases that appear in it are taken in once each, whatever is killed when."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from licet.edge.bad_file import BadFileError
from licet.edge.tables import JSON_SUFFIXES
from licet.edge.whole import PRIVATE, written_whole

SUFFIXES = (".csv", *JSON_SUFFIXES)
"""What a file of cases is called; other files stay where they are."""
UNFINISHED = (".part", ".tmp")
"""How a file is called that is still being written, as is any name that begins with a dot."""
DONE, REFUSED, TAKING = "done", "refused", ".taking"
NAME_LIMIT = 200
"""Bytes a file's name may have, so that a reason can stand beside it."""


class FolderBusyError(ValueError):
    """Another process watches this folder, or it is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How a file looked: the same twice, and it is complete."""

    inode: int
    size: int
    changed_ns: int


@dataclass(slots=True, kw_only=True)
class WatchedFolder:
    """A folder and what was seen in it at the last look. Made by `watched`, which keeps others out of it."""

    folder: Path
    seen: dict[str, _Look] = field(default_factory=dict)

    def look(self) -> list[Path]:
        """Looks once: what is complete is moved to `.taking`, where nobody writes any more; what can be no file of cases is refused.

        Returns:
            The files to take in, the oldest first; those a killed watch left before them. Empty where nothing is complete.
        """
        now: dict[str, _Look] = {}
        complete: list[tuple[int, str]] = []
        for name in sorted(os.listdir(self.folder)):
            found = self._seen_now(name)
            if found is None:
                continue
            if self.seen.get(name) == found:
                complete.append((found.changed_ns, name))
            else:
                now[name] = found
        self.seen = now
        left = self._left()
        return [*left, *(taken for _, name in sorted(complete) if (taken := self._take(name)) is not None)]

    def done(self, file: Path, digest: str) -> Path:
        """Puts a file that was taken in into `done`, under another name where its own is taken.

        Returns:
            Where it lies now.
        """
        return _moved(file, self.folder / DONE, digest)

    def refuse(self, file: Path, why: BadFileError, *, rows: int = 0) -> Path:
        """Puts a file that cannot be taken in into `refused`, with the reason beside it in a text file.

        Args:
            file: as `look` gave it.
            why: what is wrong with it.
            rows: how many of its rows were taken in nevertheless.

        Returns:
            Where the reason lies.
        """
        return self._refuse(file, why, rows)

    def give_back(self, file: Path) -> None:
        """Puts a file back where it came from, unless another of its name came meanwhile; then the next watch finds it in `.taking`."""
        home = self.folder / file.name
        if not os.path.lexists(home):
            file.rename(home)

    def _seen_now(self, name: str) -> _Look | None:
        """How a file looks now; None where it is none to take in."""
        lower = name.lower()
        if lower.startswith(".") or lower.endswith(UNFINISHED) or not lower.endswith(SUFFIXES):
            return None
        try:
            found = (self.folder / name).lstat()
        except FileNotFoundError:
            return None
        if stat.S_ISDIR(found.st_mode):
            return None
        if not stat.S_ISREG(found.st_mode):
            self._refuse(self.folder / name, _no_file(self.folder / name), 0)
            return None
        if len(os.fsencode(name)) > NAME_LIMIT:
            return None
        return _Look(inode=found.st_ino, size=found.st_size, changed_ns=found.st_mtime_ns)

    def _take(self, name: str) -> Path | None:
        """Moves a file to where it is read; None where it went away, is no file, or one of its name is still being taken in."""
        taken = self.folder / TAKING / name
        if os.path.lexists(taken):
            return None
        try:
            (self.folder / name).rename(taken)
        except FileNotFoundError:
            return None
        if stat.S_ISREG(taken.lstat().st_mode):
            return taken
        self._refuse(taken, _no_file(self.folder / name), 0)
        return None

    def _left(self) -> list[Path]:
        return [file for file in sorted((self.folder / TAKING).iterdir()) if stat.S_ISREG(file.lstat().st_mode)]

    def _refuse(self, file: Path, wrong: BadFileError, rows: int) -> Path:
        """The reason first: whatever is killed between, a refused file never lies there without one."""
        target = _free(self.folder / REFUSED, file.name)
        why = target.with_name(f"{target.name}.why.txt")
        with written_whole(why, PRIVATE) as stream:
            stream.write("\n".join(_reason(file.name, wrong, rows)) + "\n")
        file.rename(target)
        return why


@contextmanager
def watched(folder: Path) -> Iterator[WatchedFolder]:
    """Opens a folder for one watch at a time, and makes the folders inside it that a watch needs.

    Args:
        folder: must exist.

    Yields:
        The folder. A lock that dies with the process keeps a second watch out.

    Raises:
        FolderBusyError: when it is no folder, another process watches it, or a name inside it is taken by something else.
    """
    root = folder.resolve()
    if not root.is_dir():
        message = f"{str(folder)!r} is no folder. Make it, and let files of cases be put there."
        raise FolderBusyError(message)
    for name, mode in ((DONE, 0o755), (REFUSED, 0o755), (TAKING, 0o700)):
        inside = root / name
        if not os.path.lexists(inside):
            inside.mkdir(mode=mode)
        if not stat.S_ISDIR(inside.lstat().st_mode):
            message = f"{str(inside)!r} is no folder of its own. Take it away: the watch makes it."
            raise FolderBusyError(message)
    handle = _locked(root / TAKING)
    try:
        yield WatchedFolder(folder=root)
    finally:
        os.close(handle)


def _locked(place: Path) -> int:
    """An open folder that no other process can lock until it is closed, or this process dies."""
    handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        message = f"{str(place.parent)!r} is watched by another process. Stop it first, or watch another folder."
        raise FolderBusyError(message) from None
    return handle


def _moved(file: Path, place: Path, digest: str) -> Path:
    target = place / file.name
    if os.path.lexists(target):
        target = place / f"{file.stem}.{digest[:12]}{file.suffix}"
    file.replace(target)
    return target


def _free(place: Path, name: str) -> Path:
    """A name in a folder that no other file has."""
    stem, dot, suffix = name.rpartition(".")
    for count in range(1, 1_000_000):
        target = place / (name if count == 1 else f"{stem}-{count}{dot}{suffix}")
        if not os.path.lexists(target):
            return target
    message = f"{str(place)!r} holds a million files called {name!r}. Clear it."
    raise FolderBusyError(message)


def _no_file(file: Path) -> BadFileError:
    return BadFileError(file, why="this is no regular file, such as a link.", remedy="Put the file itself here.")


def _reason(name: str, wrong: BadFileError, rows: int) -> list[str]:
    """A refusal as lines of text; names from outside are escaped."""
    line = [] if wrong.line is None else [f"line: {wrong.line}"]
    column = [] if wrong.column is None else [f"column: {ascii(wrong.column)[1:-1]}"]
    taken = f"Rows taken in: {rows}. Correct the file, and put it into the watched folder again."
    return [f"file: {ascii(name)[1:-1]}", *line, *column, f"why: {wrong.why}", f"remedy: {wrong.remedy}", taken]
