"""The session of the command line: a file in the user's own state folder that nobody else may read."""

import os
import stat
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
LONGEST = 200


class SessionFileError(ValueError):
    """A file with a session that others may read."""


def read_session(path: Path) -> str | None:
    """The token of whoever signed in at this command line; None where nobody did.

    Raises:
        SessionFileError: when others may read the file: the session is theirs too then.
    """
    try:
        with path.open(encoding="ascii") as file:
            mode, text = os.fstat(file.fileno()).st_mode, file.read(LONGEST).strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if mode & _OTHERS:
        message = f"{str(path)!r} may be read by others (mode {mode & 0o777:o}). Delete it, sign out everywhere, and sign in again."
        raise SessionFileError(message)
    return text or None


def keep_session(path: Path, text: str) -> None:
    """Writes the token for its owner alone; what was there is replaced whole."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=stat.S_IRWXU)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
    beside.replace(path)


def drop_session(path: Path) -> None:
    """Deletes the file."""
    path.unlink(missing_ok=True)
