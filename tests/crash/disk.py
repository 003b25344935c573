"""A disk of a few megabytes, which one can fill: a file system in memory, for whoever may mount one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.cluster import NOBODY

BALLAST = "ballast"


def cannot_mount() -> str | None:
    """Why no small disk can be had here; None where one can."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return "a small disk takes the right to mount one, which this user has not"
    return None


@contextmanager
def small_disk(place: Path, *, megabytes: int) -> Iterator[Path]:
    """Mounts a disk of so many megabytes at a folder, and takes it away again.

    Raises:
        OSError: when it may not be mounted, as in most containers.
    """
    place.mkdir(parents=True, exist_ok=True)
    words = ["-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700,uid={NOBODY if place.name == 'server' else os.geteuid()}", "tmpfs"]
    done = subprocess.run([str(shutil.which("mount")), *words, str(place)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(done.stderr.strip())
    try:
        yield place
    finally:
        subprocess.run([str(shutil.which("umount")), "-l", str(place)], capture_output=True, check=False)


def fill(disk: Path) -> None:
    """Fills a disk to the last byte."""
    with (disk / BALLAST).open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 65536)


def free(disk: Path) -> None:
    """Makes room again."""
    (disk / BALLAST).unlink(missing_ok=True)
