"""Real `licet worker` processes, and what the operating system says of them: processor time and memory."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from licet.flows.office import Office
from licet.store import work_tables

TICKS: Final = os.sysconf("SC_CLK_TCK")
LOOK_EVERY: Final = 0.02
START_WITHIN_S: Final = 60.0
ENDS_WITHIN_S: Final = 60.0


class TooLateError(RuntimeError):
    """Something that was waited for did not happen in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerProcess:
    """A worker that runs."""

    process: subprocess.Popen[bytes]

    @property
    def cpu_s(self) -> float:
        """Seconds of processor time so far, in the program and in the system for it."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self, what: str) -> float:
        """Megabytes: VmRSS now, or VmHWM at the peak."""
        found = re.search(rf"^{what}:\s+(\d+) kB", Path(f"/proc/{self.process.pid}/status").read_text("ascii"), re.MULTILINE)
        return int(found.group(1)) / 1e3 if found else 0.0


@contextmanager
def workers(home: Path, office: Office, count: int) -> Iterator[list[WorkerProcess]]:
    """Starts workers and waits until each has been seen; ends them afterwards, and those that do not end by force."""
    before = _seen(office)
    command = [sys.executable, "-c", "from licet.cli import main; main()", "worker", "--home", str(home)]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(count)]
    try:
        until(lambda: _seen(office) >= before + count, START_WITHIN_S, f"{count} workers were to start")
        yield [WorkerProcess(process=one) for one in running]
    finally:
        for one in running:
            one.terminate()
        for one in running:
            try:
                one.wait(ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                one.kill()


def _seen(office: Office) -> int:
    with office.book.read() as tx:
        return int(tx.conn.execute(select(func.count()).select_from(work_tables.worker)).scalar_one())


def until(there: Callable[[], bool], seconds: float, what: str) -> None:
    """Waits until something is so.

    Raises:
        TooLateError: names what was waited for.
    """
    end = time.monotonic() + seconds
    while not there():
        if time.monotonic() > end:
            message = f"{what}, and that is not so after {seconds:g} s."
            raise TooLateError(message)
        threading.Event().wait(LOOK_EVERY)
