"""A loop: a thread of its own that waits for many answers at once, and never keeps a process from ending."""

import asyncio
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import TypeVar

DoneT = TypeVar("DoneT")

_PATIENCE_S = 2.0

Closing = Callable[[], Awaitable[object]]


class Loop:
    """An event loop in a daemon thread. It is stopped when nobody holds it any more, or the process ends."""

    def __init__(self, closing: list[Closing] | None = None) -> None:
        """Starts it; what is in `closing` is awaited before it stops."""
        self._loop = asyncio.new_event_loop()
        thread = threading.Thread(target=_run, args=(self._loop,), daemon=True, name="licet-loop")
        thread.start()
        self._end = weakref.finalize(self, _stop, self._loop, thread, [] if closing is None else closing)

    def submit(self, work: Coroutine[object, object, DoneT]) -> Future[DoneT]:
        """Begins some work in the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def moves(self, *, within_s: float) -> bool:
        """Whether the loop does anything within so many seconds; not so where code in it blocks."""
        moved = threading.Event()
        self._loop.call_soon_threadsafe(moved.set)
        return moved.wait(within_s)

    def let_go(self, moved: Callable[[], None]) -> None:
        """Leaves a loop that is blocked to itself: nobody waits for it at the end. Should it move again, it says so and stops."""
        ends = self._end.detach()
        self._loop.call_soon_threadsafe(moved)
        if ends is not None:
            asyncio.run_coroutine_threadsafe(_wind_up(self._loop, []), self._loop)


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()


def _stop(loop: asyncio.AbstractEventLoop, thread: threading.Thread, closing: list[Closing]) -> None:
    if not thread.is_alive():
        return
    asyncio.run_coroutine_threadsafe(_wind_up(loop, closing), loop)
    if thread is not threading.current_thread():
        thread.join(_PATIENCE_S)


async def _wind_up(loop: asyncio.AbstractEventLoop, closing: list[Closing]) -> None:
    """Ends what still runs, closes what is open, and stops the loop; what does not end soon is left."""
    until_s = time.monotonic() + _PATIENCE_S / 2
    others = asyncio.all_tasks(loop) - {asyncio.current_task(loop)}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=until_s - time.monotonic())
    for close in closing:
        await asyncio.wait({asyncio.ensure_future(close())}, timeout=max(0.0, until_s - time.monotonic()))
    loop.stop()
