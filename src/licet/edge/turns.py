"""Turns: which use case a worker serves next, so that none waits for ever behind another that has much to do or a slow system."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from licet.core.ids import UseCaseSlug


@dataclass(slots=True, kw_only=True)
class Turns:
    """Turns that are taken and ended, by the row ids of use cases.

    Attributes:
        most: turns at once.
        each: turns of one use case at once; fewer where many use cases want theirs.
    """

    most: int
    each: int
    _running: dict[int, int] = field(init=False, default_factory=dict)
    _served: dict[int, int] = field(init=False, default_factory=dict)
    _contenders: int = field(init=False, default=1)
    _clock: "count[int]" = field(init=False, default_factory=count)
    _change: threading.Lock = field(init=False, default_factory=threading.Lock)

    def order(self, waiting: Sequence[tuple[int, UseCaseSlug]]) -> list[tuple[int, UseCaseSlug]]:
        """Use cases in the order in which they should be served: those with least running, then the one served longest ago."""
        with self._change:
            self._contenders = max(1, len({*self._running, *(one[0] for one in waiting)}))
            return sorted(waiting, key=lambda one: (self._running.get(one[0], 0), self._served.get(one[0], -1)))

    def take(self, use_case: int) -> bool:
        """Takes a turn; says whether there was one."""
        with self._change:
            mine = self._running.get(use_case, 0)
            share = max(1, min(self.each, self.most // self._contenders))
            if mine >= share or sum(self._running.values()) >= self.most:
                return False
            self._running[use_case] = mine + 1
            self._served[use_case] = next(self._clock)
            return True

    def end(self, use_case: int) -> None:
        """Ends a turn."""
        with self._change:
            left = self._running[use_case] - 1
            if left:
                self._running[use_case] = left
            else:
                del self._running[use_case]
