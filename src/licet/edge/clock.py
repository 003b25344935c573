"""The clock: the only place that reads it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

FOLLOWED = timedelta(seconds=2)
"""A difference that time servers make; the machine's clock is followed at once."""

BELIEVED_AFTER = timedelta(minutes=5)
"""After so long a clock that was set forward is believed: somebody set it right."""

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """The clock of this machine (the port `Clock`)."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)


def _seconds_since_boot() -> float:
    return time.clock_gettime(_STEADY)


@dataclass(slots=True)
class SteadyClock:
    """A server's clock (the port `Clock`): a machine's clock that is set wrong for a while moves nothing here.

    Time goes on with the machine's count of seconds, which nobody sets. A clock that was set back is followed only after a restart:
    the ledger takes nothing that lies before its last entry.
    """

    wall: Callable[[], datetime] = field(default_factory=lambda: SystemClock().now)
    seconds: Callable[[], float] = _seconds_since_boot
    _at: datetime = field(init=False)
    _since: float = field(init=False)
    _odd_since: float | None = field(init=False, default=None)
    _turn: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Starts from the machine's clock."""
        self._at, self._since = self.wall(), self.seconds()

    def now(self) -> datetime:
        """The present moment, in UTC."""
        with self._turn:
            wall, seconds = self.wall(), self.seconds()
            steady = self._at + timedelta(seconds=seconds - self._since)
            if self._is_believed(wall - steady, seconds):
                self._at, self._since, self._odd_since = wall, seconds, None
                return wall
            return steady

    def _is_believed(self, off: timedelta, seconds: float) -> bool:
        if abs(off) <= FOLLOWED:
            return True
        if off < timedelta(0):
            self._odd_since = None
            return False
        if self._odd_since is None:
            self._odd_since = seconds
        return seconds - self._odd_since >= BELIEVED_AFTER.total_seconds()
