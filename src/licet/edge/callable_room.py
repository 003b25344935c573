"""A room: where one system's code runs in this process, with its threads, its loop and its circuit, however often it is loaded."""

import asyncio
import threading

from licet.core.circuit import Ask
from licet.core.system import Cause, NoProposal
from licet.edge.breaker import Breaker
from licet.edge.code_folder import SYSTEM_FILE
from licet.edge.hands import Hands
from licet.edge.loops import Loop
from licet.edge.system_blocks import CallableBlock

MOST_HANGING = 8
"""Threads or async calls of one system that may hang; then it is called no more until one of them ends."""

TOO_MANY_HANG = NoProposal(
    why=f"{MOST_HANGING} calls of {SYSTEM_FILE} hang, and it is called no more until one of them ends.", cause=Cause.NOT_ASKED
)


class CallableRoom:
    """Where one system's code runs in this process: its threads, its loop and its circuit, however often it is loaded."""

    def __init__(self, block: CallableBlock) -> None:
        """Takes how many cases it is asked at once."""
        self.breaker = Breaker()
        self.hands = Hands(at_once=block.concurrency, most_hanging=MOST_HANGING)
        self.block = block
        self.strays = 0
        self._lock = threading.Lock()
        self._loop: tuple[Loop, asyncio.Semaphore] | None = None

    def loop(self) -> tuple[Loop, asyncio.Semaphore]:
        """The loop for async code, and the turns in it."""
        with self._lock:
            if self._loop is None:
                self._loop = (Loop(), asyncio.Semaphore(self.block.concurrency))
            return self._loop

    def leave(self, loop: Loop) -> None:
        """Leaves a blocked loop to itself until it moves again; the next case gets a new one."""
        with self._lock:
            if self._loop is None or self._loop[0] is not loop:
                return
            self._loop = None
        self.stray(+1)
        loop.let_go(lambda: self.stray(-1))

    def stray(self, more: int) -> None:
        """Counts what hangs in async code: one more, or one less."""
        with self._lock:
            self.strays += more

    def permission(self) -> Ask | NoProposal:
        """Whether async code may be asked about a case now."""
        return TOO_MANY_HANG if self.strays >= MOST_HANGING else self.breaker.ask()

    def too_late(self) -> NoProposal:
        """What came of a case whose call took too long."""
        return NoProposal(why=f"{SYSTEM_FILE} took longer than {self.block.timeout_seconds:g} s.", cause=Cause.UNAVAILABLE)
