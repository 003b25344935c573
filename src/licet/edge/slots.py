"""Slots: how many workers a machine runs for an installation; each has a lock that ends with its process, and a file of its own."""

import fcntl
import os
import socket
from dataclasses import dataclass
from pathlib import Path

MOST = 64
"""Workers of one folder on PostgreSQL; more machines have folders of their own."""


class WorkerRunningError(RuntimeError):
    """Another worker has the slot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A worker's place.

    Attributes:
        name: of the worker; the same after a restart, and no other worker's.
        engine: the durable engine's file.
        lock: descriptor of the lock; let go by the operating system when the process ends, however it ends.
    """

    name: str
    engine: Path
    lock: int

    def free(self) -> None:
        """Lets the next one have it."""
        os.close(self.lock)


def take_slot(folder: Path, *, several: bool) -> Slot:
    """Takes the first free slot.

    Args:
        folder: for nobody else to read.
        several: whether several workers may run: on PostgreSQL.

    Raises:
        WorkerRunningError: when there is none; says what helps.
    """
    for number in range(1, MOST + 1 if several else 2):
        lock = os.open(folder / f"worker-{number}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            continue
        return Slot(name=f"{socket.gethostname()}:{number}", engine=folder / f"engine-{number}.sqlite", lock=lock)
    if several:
        message = f"{MOST} workers run in {str(folder)!r} already. Start more on another machine, with a folder of its own."
    else:
        message = (
            f"A worker runs in {str(folder)!r} already, and a SQLite file takes one. End the other, "
            "or put the installation on PostgreSQL (LICET_DATABASE_URL), where any number of workers run."
        )
    raise WorkerRunningError(message)
