"""A runner on this machine: it keeps the lease of its chunk alive while a system is asked, and waits for others; workers help with runs."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from licet.core.ids import Fingerprint
from licet.core.run import Run
from licet.flows.help_run import Helper, help_with_runs, may_help
from licet.flows.office import Office
from licet.flows.propose import Speaker
from licet.flows.run import LEASE, Runner, keep_alive
from licet.store.engines import DatabaseBusyError, DatabaseUnreachableError
from licet.store.runs import Terms


@contextmanager
def runner_here(office: Office, tell: Callable[[Run], None], terms: Terms) -> Iterator[Runner]:
    """A runner for one command, until the block ends.

    Args:
        office: the office.
        tell: told how the run stands.
        terms: whether workers help, and what it may cost.
    """
    with heart(office) as alive:
        yield Runner(holder=office.draw.token("h_"), tell=tell, wait=_sleep, alive=alive, terms=terms)


def _sleep(span: timedelta) -> None:
    time.sleep(span.total_seconds())


Alive = Callable[[str], AbstractContextManager[None]]
"""Surrounds the asking about a chunk, by the name of its claim."""


@contextmanager
def heart(office: Office) -> Iterator[Alive]:
    """Renews leases from a thread beside those that wait for a system, as long as a block surrounds their asking."""
    over, claims = threading.Event(), set[str]()

    def renew() -> None:
        while not over.wait(LEASE.total_seconds() / 5):
            with suppress(DatabaseBusyError, DatabaseUnreachableError):  # tried again in time: the lease lasts for five such rounds
                keep_alive(office, list(claims))

    @contextmanager
    def alive(claim: str) -> Iterator[None]:
        claims.add(claim)
        try:
            yield
        finally:
            claims.discard(claim)

    thread = threading.Thread(target=renew, name="licet-lease", daemon=True)
    thread.start()
    try:
        yield alive
    finally:
        over.set()
        thread.join()


@dataclass(slots=True, kw_only=True)
class Assistant:
    """A worker's part in runs that were begun elsewhere; what it loaded for one is kept for the next chunk."""

    office: Office
    name: str
    _loaded: dict[Fingerprint, Speaker] = field(default_factory=dict)

    def round(self) -> bool:
        """Asks about chunks while there are any that may be helped with; says whether there was one."""
        if not may_help(self.office):
            return False
        with heart(self.office) as alive:
            return help_with_runs(self.office, Helper(runner=Runner(holder=self.name, alive=alive), loaded=self._loaded))
