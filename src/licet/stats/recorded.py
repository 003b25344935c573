"""A recorded process: what the statistics ask of an event log, whatever keeps it."""

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

NOBODY: Final = -1
"""In place of a person, where none is recorded."""


class Recorded(Protocol):
    """An event log in columns, as `licet.core.event_log.EventLog` is: by case, and within a case by when an event was completed."""

    @property
    def activities(self) -> tuple[str, ...]:
        """Names of the steps."""
        ...

    @property
    def case(self) -> NDArray[np.int32]:
        """Whose event."""
        ...

    @property
    def activity(self) -> NDArray[np.int32]:
        """Places in `activities`."""
        ...

    @property
    def resource(self) -> NDArray[np.int32]:
        """Who did it; -1 where nobody is recorded."""
        ...

    @property
    def start(self) -> NDArray[np.float64]:
        """Seconds since 1970."""
        ...

    @property
    def end(self) -> NDArray[np.float64]:
        """Seconds since 1970."""
        ...

    @property
    def started(self) -> NDArray[np.bool_]:
        """Whether the start was recorded."""
        ...
