"""Progress on stderr, with the time left, for whatever takes longer than two seconds."""

import sys
import time
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

if TYPE_CHECKING:
    from licet.core.run import Run

PATIENCE_SECONDS = 2.0
LINE_EVERY_SECONDS = 30.0


class Progress:
    """A bar over the bytes of a file; it shows itself only after two seconds, on a terminal."""

    def __init__(self, file: Path, *, hidden: bool) -> None:
        """Takes the file whose bytes are counted; `hidden` shows nothing."""
        self._total = file.stat().st_size if file.exists() else 0
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        shown = not hidden and sys.stderr.isatty()
        self._bar = Bar(*columns, console=Console(stderr=True), transient=True, disable=not shown)
        self._task = self._bar.add_task(file.name, total=self._total, visible=False)

    def __enter__(self) -> Self:
        """Starts the clock."""
        self._bar.start()
        return self

    def advance(self, count: int) -> None:
        """Counts bytes that were read."""
        task = self._bar.tasks[0]
        late = (task.elapsed or 0.0) > PATIENCE_SECONDS
        self._bar.update(self._task, advance=count, visible=late)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Takes the bar away."""
        self._bar.stop()


class RunProgress:
    """How far a system was asked, with the time left and what it has cost; on a terminal a bar, elsewhere a line now and then."""

    def __init__(self, *, hidden: bool) -> None:
        """Takes whether nothing is shown."""
        self._hidden = hidden
        columns = (TextColumn("{task.description}"), BarColumn())
        shown = not hidden and sys.stderr.isatty()
        self._console = Console(stderr=True)
        self._bar = Bar(*columns, console=self._console, transient=True, disable=not shown)
        self._task = self._bar.add_task("", visible=False)
        self._begun: Run | None = None
        self._said_s = 0.0
        self._began_s = time.monotonic()

    def __enter__(self) -> Self:
        """Starts the clock."""
        self._bar.start()
        return self

    def tell(self, run: "Run") -> None:
        """Takes down how the run stands."""
        self._begun = self._begun or run
        passed_s = time.monotonic() - self._began_s
        words = run_in_words(self._begun, run)
        self._bar.update(self._task, description=words, completed=run.done, total=run.cases, visible=passed_s > PATIENCE_SECONDS)
        if self._bar.disable and not self._hidden and passed_s - self._said_s > LINE_EVERY_SECONDS:
            self._said_s = passed_s
            self._console.print(words, markup=False, highlight=False)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Takes the bar away."""
        self._bar.stop()


def run_in_words(begun: "Run", run: "Run") -> str:
    """How a run stands, in a line: cases kept, time left at the pace since somebody began to look, and what it has cost."""
    from licet.core.run import time_left

    parts = [f"asked about {run.done:,} of {run.cases:,} cases"]
    left = time_left(begun, run)
    if left is not None and run.left:
        parts.append(f"about {timedelta(seconds=round(left.total_seconds()))} left")
    if run.spent is not None:
        parts.append(f"{run.spent.millionths / 1_000_000:,.2f} minor units of {run.spent.currency} so far")
    return ", ".join(parts)
