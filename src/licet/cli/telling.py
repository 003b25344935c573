"""Telling: the log and the traces of a command that runs for long."""

from collections.abc import Iterator
from contextlib import contextmanager

from licet.edge.clock import SystemClock
from licet.edge.draw import SystemDraw
from licet.edge.log import Several, open_log, take_over_others
from licet.edge.traces import open_traces
from licet.ports import Journal, Trace
from licet.settings import telling


@contextmanager
def telling_outside(*more: Journal) -> Iterator[tuple[Journal, Trace]]:
    """The log and the traces of a process that runs for long, as settings want them; libraries are brought into the same form.

    Args:
        more: who else is told, such as the counts of `/metrics`.

    Raises:
        BadSettingError, TracesMissingError: each names the remedy.
    """
    wanted = telling()
    traces = open_traces(wanted)
    journal = Several(journals=(open_log(wanted, SystemClock()), *more))
    take_over_others(journal, SystemDraw())
    try:
        yield journal, traces
    finally:
        traces.close()
