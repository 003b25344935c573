"""Rates: how many requests and tokens a minute a provider is sent, so that it need not refuse any."""

import threading
import time
from collections.abc import Callable

BURST_S = 1.0
"""Seconds' worth that may be sent at once: no minute then sees more than the limit and a sixtieth of it."""


class Meter:
    """Spaces amounts so that a minute never sees more than so many (generic cell rate algorithm, ITU-T I.371)."""

    def __init__(self, per_minute: int) -> None:
        """Takes the limit, from 1."""
        self._each_s = 60.0 / per_minute
        self._free_s = 0.0

    def wait(self, amount: int, now_s: float) -> float:
        """Takes an amount in turn; says how many seconds to wait before it may be sent."""
        waits = max(0.0, self._free_s - BURST_S - now_s)
        self._free_s = max(self._free_s, now_s) + amount * self._each_s
        return waits


class Rates:
    """The limits of one provider in this process, shared by all threads."""

    def __init__(
        self, *, requests_per_minute: int | None, tokens_per_minute: int | None, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        """Takes the limits, None for none, and a clock in seconds that never goes back."""
        self._now_s, self._lock = now_s, threading.Lock()
        self._requests = None if requests_per_minute is None else Meter(requests_per_minute)
        self._tokens = None if tokens_per_minute is None else Meter(tokens_per_minute)

    def wait(self, tokens: int) -> float:
        """Takes a request of so many tokens in turn; says how many seconds to wait before it may be sent."""
        with self._lock:
            now_s = self._now_s()
            asked = 0.0 if self._requests is None else self._requests.wait(1, now_s)
            return max(asked, 0.0 if self._tokens is None else self._tokens.wait(tokens, now_s))


def longest_s(calls: int, tokens: int, *, requests_per_minute: int | None, tokens_per_minute: int | None) -> float:
    """Seconds that limits hold back so many calls of so many tokens each, at most."""
    asked = 0.0 if requests_per_minute is None else 60.0 * calls / requests_per_minute
    return max(asked, 0.0 if tokens_per_minute is None else 60.0 * calls * tokens / tokens_per_minute)
