"""A closed room: while other people's code holds right answers it writes, sends and starts nothing, and what it prints is thrown away.

A fence against carelessness, as a `print` left in or a cache on disk, and not against intent: it is the same process, and code that means
to can get around it. Who signs for such code vouches for it.
"""

import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO, cast

_HERE = threading.local()
_LOCK = threading.Lock()
_WATCHED = threading.Event()
_NOWHERE: Final = io.StringIO()

OUTWARD: Final = frozenset(
    {
        "_thread.start_new_thread",
        "_posixsubprocess.fork_exec",
        "os.chmod",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.link",
        "os.mkdir",
        "os.posix_spawn",
        "os.putenv",
        "os.remove",
        "os.rename",
        "os.rmdir",
        "os.setxattr",
        "os.spawn",
        "os.symlink",
        "os.system",
        "os.truncate",
        "os.utime",
        "pty.spawn",
        "shelve.open",
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.sendmsg",
        "socket.sendto",
        "sqlite3.connect",
        "subprocess.Popen",
        "syslog.syslog",
    }
)
"""What Python tells an audit hook before it happens (PEP 578, table of audit events) and what would carry an answer out."""
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC


class ReachesOutError(PermissionError):
    """Code in a closed room began something that would carry an answer out of it."""


class _Muffled:
    """Stands in for a stream: what a thread in a closed room writes to it is thrown away, and all else goes on."""

    def __init__(self, inner: TextIO) -> None:
        self.inner = inner
        self.rooms = 1

    def __getattr__(self, name: str) -> object:
        if not _closed():
            return getattr(self.inner, name)
        return _thrown_away if name in {"write", "writelines"} else getattr(_NOWHERE, name)


@contextmanager
def closed_room() -> Iterator[None]:
    """Closes the room for this thread until the block ends: files may be read, and what reaches out raises `ReachesOutError`."""
    if not _WATCHED.is_set():
        _WATCHED.set()
        sys.addaudithook(_watch)
    muffled = [_muffle(name) for name in ("stdout", "stderr")]
    _HERE.closed = True
    try:
        yield
    finally:
        _HERE.closed = False
        for name, stream in zip(("stdout", "stderr"), muffled, strict=True):
            _unmuffle(name, stream)


def _closed() -> bool:
    return bool(getattr(_HERE, "closed", False))


def _watch(event: str, args: tuple[object, ...]) -> None:
    if (event in OUTWARD or (event == "open" and _is_to_write(args))) and _closed():
        raise ReachesOutError(f"{event}: a grader reads its two answers and files, and writes, sends and starts nothing.")


def _is_to_write(args: tuple[object, ...]) -> bool:
    mode, flags = args[1], args[2]
    return (isinstance(mode, str) and any(letter in mode for letter in "wax+")) or (isinstance(flags, int) and bool(flags & _WRITES))


def _thrown_away(said: object) -> int:
    return len(said) if isinstance(said, str) else 0


def _muffle(name: str) -> _Muffled:
    with _LOCK:
        there = cast("object", getattr(sys, name))
        if isinstance(there, _Muffled):
            there.rooms += 1
            return there
        made = _Muffled(cast("TextIO", there))
        setattr(sys, name, made)
        return made


def _unmuffle(name: str, stream: _Muffled) -> None:
    with _LOCK:
        stream.rooms -= 1
        if stream.rooms == 0 and getattr(sys, name) is stream:
            setattr(sys, name, stream.inner)
