"""The clock: the one place that reads the machine's time."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock, in UTC (the port `Clock`)."""

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(UTC)
