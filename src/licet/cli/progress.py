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


class PlayProgress:
    """How far a simulation is, with the time left at most; on a terminal a bar, elsewhere a line now and then."""

    def __init__(self, *, hidden: bool) -> None:
        """Takes whether nothing is shown."""
        self._hidden = hidden
        self._console = Console(stderr=True)
        self._bar = Bar(
            TextColumn("{task.description}"), BarColumn(), console=self._console, transient=True, disable=hidden or not sys.stderr.isatty()
        )
        self._task = self._bar.add_task("", visible=False)
        self._expected, self._seen = 0, 0
        self._began_s, self._said_s = time.monotonic(), 0.0

    def __enter__(self) -> Self:
        """Starts the clock."""
        self._bar.start()
        return self

    def expects(self, cases: int) -> None:
        """So many cases will be played, at most."""
        self._expected = cases

    def sees(self, cases: int) -> None:
        """So many more were played."""
        self._seen += cases
        passed_s = time.monotonic() - self._began_s
        words = play_in_words(self._seen, self._expected, passed_s)
        late = passed_s > PATIENCE_SECONDS
        self._bar.update(self._task, description=words, completed=self._seen, total=max(self._expected, self._seen), visible=late)
        if self._bar.disable and not self._hidden and passed_s - self._said_s > LINE_EVERY_SECONDS:
            self._said_s = passed_s
            self._console.print(words, markup=False, highlight=False)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Takes the bar away."""
        self._bar.stop()


def play_in_words(seen: int, expected: int, passed_s: float) -> str:
    """How a simulation stands, in a line: cases played, of how many at most, and the time left at the pace so far, at most."""
    left_s = passed_s / max(seen, 1) * max(expected - seen, 0)
    return f"played {seen:,} of at most {max(expected, seen):,} cases, at most {timedelta(seconds=round(left_s))} left"


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
