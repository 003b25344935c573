"""A runner on this machine: it keeps the lease of its chunk alive while a system is asked, and waits for others; workers help with runs."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from licet.core.ids import Fingerprint
from licet.core.run import Run
from licet.flows.help_run import Helper, help_with_runs
from licet.flows.office import Office
from licet.flows.propose import Speaker
from licet.flows.run import LEASE, Runner, keep_alive
from licet.store.engines import DatabaseBusyError, DatabaseUnreachableError
from licet.store.runs import Terms


def runner_here(office: Office, tell: Callable[[Run], None], terms: Terms) -> Runner:
    """A runner for one command.

    Args:
        office: the office.
        tell: told how the run stands.
        terms: whether workers help, and what it may cost.
    """
    holder = office.draw.token("h_")
    return Runner(holder=holder, tell=tell, wait=_sleep, alive=lambda claim: _alive(office, claim), terms=terms)


def _sleep(span: timedelta) -> None:
    time.sleep(span.total_seconds())


@contextmanager
def _alive(office: Office, claim: str) -> Iterator[None]:
    """Renews a lease from a thread beside the one that waits for the system."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(LEASE.total_seconds() / 5):
            with suppress(DatabaseBusyError, DatabaseUnreachableError):  # tried again in time: the lease lasts for five such rounds
                keep_alive(office, claim)

    thread = threading.Thread(target=renew, name="licet-lease", daemon=True)
    thread.start()
    try:
        yield
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
        """Asks about one chunk; says whether there was one."""
        runner = Runner(holder=self.name, alive=lambda claim: _alive(self.office, claim))
        return help_with_runs(self.office, Helper(runner=runner, loaded=self._loaded))
