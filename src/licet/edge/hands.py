"""Hands: threads that run other people's code, a few at once, each piece of work with a time-out."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from licet.edge.aside import aside, aside_here

WorkT = TypeVar("WorkT")
DoneT = TypeVar("DoneT")


@dataclass(slots=True, kw_only=True, eq=False)
class Job(Generic[WorkT, DoneT]):
    """A piece of work and what became of it.

    Attributes:
        work: what it is about.
        done: what came of it; None until then, and for ever where it hangs or was never begun.
        hangs: whether it took too long and was let go of.
    """

    work: WorkT
    done: DoneT | None = None
    hangs: bool = False
    until_s: float = 0.0


@dataclass(slots=True, kw_only=True, eq=False)
class _Round(Generic[WorkT, DoneT]):
    """One call of `each`: what is still to be done, and what is being done."""

    do: Callable[[WorkT], DoneT]
    late: Callable[[WorkT], None]
    timeout_s: float
    waiting: deque[Job[WorkT, DoneT]]
    open: int
    running: set[Job[WorkT, DoneT]] = field(default_factory=set)
    workers: int = 0


class Hands:
    """Runs work in daemon threads, which never keep a process from ending.

    Python cannot end a thread from outside. Work that takes too long is let go of: its thread hangs on, another takes its place, and when
    `most_hanging` of them hang, nothing is begun until one of them ends. So there are never more than `most_hanging` and twice `at_once`.
    """

    def __init__(self, *, at_once: int, most_hanging: int) -> None:
        """Takes how many pieces of work run at once, over all callers, and how many may hang."""
        self._at_once, self._most_hanging = at_once, most_hanging
        self._changed = threading.Condition()
        self._busy = self._hanging = self._without_a_thread = 0

    def each(
        self, do: Callable[[WorkT], DoneT], works: Iterable[WorkT], *, timeout_s: float, late: Callable[[WorkT], None]
    ) -> list[Job[WorkT, DoneT]]:
        """Does each piece of work, and waits until all are done, hang, or cannot be begun because too much hangs.

        Args:
            do: does one; must not raise.
            works: what is to be done.
            timeout_s: how long each may take, from when it is begun.
            late: told at once of each that takes longer.

        Returns:
            The jobs, in order.
        """
        jobs = [Job[WorkT, DoneT](work=work) for work in works]
        turn = _Round[WorkT, DoneT](do=do, late=late, timeout_s=timeout_s, waiting=deque(jobs), open=len(jobs))
        with aside(), self._changed:
            try:
                while turn.open:
                    self._let_go_of_late_ones(turn)
                    self._begin_more(turn)
                    if turn.open:
                        self._wait(turn)
            finally:
                turn.waiting.clear()
        return jobs

    def _let_go_of_late_ones(self, turn: _Round[WorkT, DoneT]) -> None:
        now_s = time.monotonic()
        for job in [job for job in turn.running if job.until_s <= now_s]:
            turn.running.remove(job)
            job.hangs = True
            turn.open -= 1
            turn.workers -= 1
            self._busy -= 1
            self._hanging += 1
            turn.late(job.work)
            self._changed.notify_all()

    def _begin_more(self, turn: _Round[WorkT, DoneT]) -> None:
        """Starts threads for what waits, as far as there is room; one that is done takes the next piece by itself."""
        if self._hanging >= self._most_hanging:
            turn.open -= len(turn.waiting)
            turn.waiting.clear()
        while turn.waiting and self._busy < self._at_once and turn.workers < min(self._at_once, turn.open):
            self._busy += 1
            turn.workers += 1
            first = self._taken(turn)
            threading.Thread(target=self._work, args=(turn, first), daemon=True, name="licet-system").start()

    def _taken(self, turn: _Round[WorkT, DoneT]) -> Job[WorkT, DoneT]:
        job = turn.waiting.popleft()
        job.until_s = time.monotonic() + turn.timeout_s
        turn.running.add(job)
        return job

    def _wait(self, turn: _Round[WorkT, DoneT]) -> None:
        """Waits until something ends, or the first running piece is late; who has no thread at all gets the next that is free."""
        if turn.running:
            self._changed.wait(max(0.0, min(job.until_s for job in turn.running) - time.monotonic()))
            return
        self._without_a_thread += 1
        try:
            self._changed.wait()
        finally:
            self._without_a_thread -= 1

    def _work(self, turn: _Round[WorkT, DoneT], job: Job[WorkT, DoneT]) -> None:
        with aside_here():
            while True:
                done = turn.do(job.work)
                with self._changed:
                    following = self._noted(turn, job, done)
                if following is None:
                    return
                job = following

    def _noted(self, turn: _Round[WorkT, DoneT], job: Job[WorkT, DoneT], done: DoneT) -> Job[WorkT, DoneT] | None:
        """Takes down what came of a job, and gives the thread its next one; None where it may end."""
        if job.hangs:
            self._hanging -= 1
            self._changed.notify_all()
            return None
        turn.running.remove(job)
        job.done = done
        turn.open -= 1
        if turn.waiting and not self._without_a_thread and self._hanging < self._most_hanging:
            return self._taken(turn)
        turn.workers -= 1
        self._busy -= 1
        self._changed.notify_all()
        return None
