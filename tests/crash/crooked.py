"""A machine whose clock is set wrong while it runs: `python -m tests.crash.crooked FILE COMMAND...` runs licet on such a one.

The file holds by how many seconds the clock is off; it is read each time the clock is.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from licet.cli import main
from licet.edge.clock import SystemClock


def off_by(file: Path) -> timedelta:
    """By how much the clock is off now."""
    return timedelta(seconds=float(file.read_text("ascii") or 0))


if __name__ == "__main__":
    told = Path(sys.argv.pop(1))
    SystemClock.now = lambda self: datetime.now(UTC) + off_by(told)  # type: ignore[method-assign] # a machine of its own
    main()
