"""The lookout: requests that wait for their case's route share one question to the database, however many they are."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import anyio

from licet.flows.follow import routed_by_now
from licet.flows.office import Office

EVERY = timedelta(milliseconds=40)
"""How often the question is asked while somebody waits."""

AT_ONCE = 5000
"""Cases in one question."""


class Lookout:
    """Waits for routes. A request that waits holds neither a thread nor a transaction."""

    def __init__(self, office: Office, run: Callable[[Callable[[], frozenset[int]]], Awaitable[frozenset[int]]]) -> None:
        """Takes where to look, and how to do it in a thread."""
        self._office = office
        self._run = run
        self._waiting: Counter[int] = Counter()
        self._routed = anyio.Event()
        self._seen: frozenset[int] = frozenset()
        self._asking = False

    async def wait(self, number: int, within: timedelta) -> bool:
        """Waits until a case is routed.

        Returns:
            Whether it was, in time.
        """
        self._waiting[number] += 1
        try:
            with anyio.move_on_after(within.total_seconds()):
                while not await self._look(number):
                    pass
                return True
        finally:
            self._waiting[number] -= 1
            self._waiting += Counter()
        return False

    async def _look(self, number: int) -> bool:
        """One look: whoever comes first asks for all, the others wait for the answer."""
        if self._asking:
            await self._routed.wait()
            return number in self._seen
        self._asking = True
        try:
            await anyio.sleep(EVERY.total_seconds())
            numbers = sorted(self._waiting)[:AT_ONCE]
            self._seen = await self._run(lambda: routed_by_now(self._office, numbers))
        finally:
            self._asking = False
            told, self._routed = self._routed, anyio.Event()
            told.set()
        return number in self._seen
