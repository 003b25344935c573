"""Asking async code about many cases: so many tasks as it may be asked at once, each taking the next case when it is done with one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from licet.core.case import Content
from licet.core.circuit import Ask
from licet.core.system import NoProposal, Proposed
from licet.edge.callable_room import CallableRoom

Answer = Callable[[Content], Awaitable[Proposed]]
"""Asks about one case; what its code raises is in the result, and only cancelling comes out of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A case that is being asked about, by when it must be answered, and under which permission."""

    place: int
    due_s: float
    permission: Ask


class AsyncAsking:
    """Cases that are asked about in one loop.

    A task and a timer for each case cost more than most of what is asked for, so tasks are few and one timer watches them all. What does
    not end in time is cancelled and not waited for: another task takes the next case in its stead.
    """

    def __init__(self, room: CallableRoom, turn: asyncio.Semaphore, answer: Answer, contents: Sequence[Content]) -> None:
        """Takes where the code runs, the turns that all askers of this loop share, and what it is asked about."""
        self.found: list[Proposed | None] = [None] * len(contents)
        self._room, self._turn, self._answer, self._contents = room, turn, answer, contents
        self._places = iter(range(len(contents)))
        self._left = len(contents)
        self._calls: dict[asyncio.Task[None], _Call] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._strays: set[asyncio.Task[None]] = set()

    async def all(self) -> None:
        """Asks about all of them; `found` has what came of each, in order."""
        loop = asyncio.get_running_loop()
        self._done: asyncio.Future[None] = loop.create_future()
        for _ in range(min(self._room.block.concurrency, len(self._contents))):
            self._begin()
        watch = asyncio.ensure_future(self._watch())
        try:
            if self._workers:
                await self._done
        finally:
            watch.cancel()

    def _begin(self) -> None:
        task = asyncio.ensure_future(self._work())
        self._workers.add(task)  # a loop holds its tasks weakly
        task.add_done_callback(self._ended)

    async def _work(self) -> None:
        for place in self._places:
            await self._turn.acquire()
            permission = self._room.permission()
            if isinstance(permission, NoProposal):
                self._turn.release()
                self._put(place, permission)
            elif not await self._asked(place, permission):
                return

    async def _asked(self, place: int, permission: Ask) -> bool:
        """Asks about a case; says no where this took too long, and another task has taken over meanwhile."""
        me = asyncio.current_task()
        if me is None:
            return False
        due_s = asyncio.get_running_loop().time() + self._room.block.timeout_seconds
        self._calls[me] = _Call(place=place, due_s=due_s, permission=permission)
        try:
            said = await self._answer(self._contents[place])
        finally:
            in_time = self._calls.pop(me, None) is not None
            if in_time:
                self._turn.release()
        if in_time:
            self._room.breaker.heard(permission, answered=True)
            self._put(place, said)
        return in_time

    async def _watch(self) -> None:
        """Lets go of calls that took too long; they began in the order in which they are due."""
        loop = asyncio.get_running_loop()
        while True:
            first = next(iter(self._calls.values()), None)
            await asyncio.sleep(self._room.block.timeout_seconds if first is None else max(0.0, first.due_s - loop.time()))
            for task, call in list(self._calls.items()):
                if call.due_s > loop.time():
                    break
                self._let_go(task, call)

    def _let_go(self, task: "asyncio.Task[None]", call: _Call) -> None:
        del self._calls[task]
        self._strays.add(task)
        self._room.stray(+1)
        self._room.breaker.heard(call.permission, answered=False)
        self._turn.release()
        task.cancel()
        self._begin()
        self._put(call.place, self._room.too_late())

    def _put(self, place: int, proposed: Proposed) -> None:
        self.found[place] = proposed
        self._left -= 1
        if self._left == 0 and not self._done.done():
            self._done.set_result(None)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """Counts what hung and has ended; what ends otherwise than by being done takes the whole asking down with it."""
        self._workers.discard(task)
        failed = None if task.cancelled() else task.exception()
        if task in self._strays:
            self._strays.discard(task)
            self._room.stray(-1)
        elif not self._done.done() and failed is not None:
            self._done.set_exception(failed)
        elif not self._done.done() and task.cancelled():
            self._done.cancel()
