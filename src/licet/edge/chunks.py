"""Chunks: what a worker works off now, each in a thread of its own; one that takes longer for a step than it may is left to itself."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta


class ChunkStandsStillError(RuntimeError):
    """A chunk takes longer for a step than it may."""


@dataclass(slots=True, kw_only=True, eq=False)
class Chunk:
    """The cases of one claim, and until when its thread may go without a word.

    Attributes:
        use_case_id: whose cases.
        claim: the claim's name.
        left: whether nobody waits for it any more; its thread ends as soon as it moves again.
        over: set when it ended, or was left.
        error: why it came to nothing.
    """

    use_case_id: int
    claim: str
    left: bool = False
    over: threading.Event = field(default_factory=threading.Event)
    error: BaseException | None = None
    _began_s: float = field(default_factory=time.monotonic)
    _until_s: float = 0.0

    def expect(self, longest: timedelta) -> None:
        """Begins a step that may take so long."""
        self._began_s = time.monotonic()
        self._until_s = self._began_s + longest.total_seconds()

    @property
    def stands_s(self) -> float:
        """Seconds since its last step began."""
        return time.monotonic() - self._began_s

    @property
    def left_s(self) -> float:
        """Seconds that the step may still take; none where it takes too long."""
        return max(0.0, self._until_s - time.monotonic())

    def leave(self) -> None:
        """Lets whoever waits for it go on."""
        self.left = True
        self.over.set()


class Chunks:
    """The chunks at hand, by their claims. Whoever is here is alive: its lease is renewed, and that of nobody else."""

    def __init__(self) -> None:
        """None at first."""
        self._at_hand: dict[str, Chunk] = {}

    def claims(self) -> list[str]:
        """The claims whose chunks move."""
        return list(self._at_hand)

    def work(self, chunk: Chunk, do: Callable[[Chunk], None]) -> None:
        """Works a chunk off, and waits for it as long as it moves.

        Python cannot end a thread from outside: one that hangs goes on, where it keeps neither a lease, nor a turn, nor the process.

        Raises:
            ChunkStandsStillError: when it was left; otherwise what the work raises.
        """
        self._at_hand[chunk.claim] = chunk
        try:
            threading.Thread(target=_done, args=(chunk, do), daemon=True, name="licet-chunk").start()
            while not chunk.over.wait(chunk.left_s):
                if not chunk.left_s:
                    chunk.leave()
        finally:
            self._at_hand.pop(chunk.claim, None)
        if chunk.left:
            message = f"Nothing moved for {chunk.stands_s:.0f} s. Its cases are taken up by others when its lease ends."
            raise ChunkStandsStillError(message)
        if chunk.error is not None:
            raise chunk.error

    def end(self, *, until_s: float) -> list[str]:
        """Waits for the chunks at hand until a moment of the monotonic clock, and leaves the others.

        Returns:
            The claims of those that were left.
        """
        left: list[str] = []
        for chunk in list(self._at_hand.values()):
            if not chunk.over.wait(max(0.0, until_s - time.monotonic())):
                chunk.leave()
                left.append(chunk.claim)
        return left


def _done(chunk: Chunk, do: Callable[[Chunk], None]) -> None:
    try:
        do(chunk)
    except BaseException as error:  # noqa: BLE001 - the entry point of a thread: told to whoever waits for it
        chunk.error = error
    finally:
        chunk.over.set()
