"""A time limit for work that nothing can interrupt: it goes on in a thread of its own, and nobody waits for it any longer."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

DoneT = TypeVar("DoneT")


class TimeLimit(Generic[DoneT]):
    """Runs work in daemon threads, so many at once: what hangs takes one of the places until it ends."""

    def __init__(self, at_once: int) -> None:
        """Takes how many pieces of work may be in hand, those that hang included."""
        self._places = threading.BoundedSemaphore(at_once)

    def run(self, work: Callable[[], DoneT], *, seconds: float) -> DoneT | None:
        """Does the work, which must not raise.

        Returns:
            What came of it; None where it took too long, or no place was free in that time.
        """
        until = time.monotonic() + seconds
        if not self._places.acquire(timeout=seconds):
            return None
        done: list[DoneT] = []
        ended = threading.Event()

        def go() -> None:
            try:
                done.append(work())
            finally:
                self._places.release()
                ended.set()

        threading.Thread(target=go, daemon=True, name="licet-effect").start()
        ended.wait(max(0.0, until - time.monotonic()))
        return done[0] if done else None
