"""Progress on stderr, with the time left, for whatever takes longer than two seconds."""

import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

PATIENCE_SECONDS = 2.0


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
