"""Studying a process: the newest event log of a use case, and what it says of where the time of cases goes."""

from dataclasses import dataclass, field

from licet.core.as_is import study
from licet.core.beside import Given
from licet.core.event_log import EventLog
from licet.core.imported_log import ImportedLog
from licet.core.process import AsIs, StatedForProcess
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.import_log import no_log
from licet.flows.office import Office
from licet.flows.see_beside import given_in
from licet.store import event_logs, use_cases
from licet.store.book import Tx

KEPT = 8
"""Studies that a process keeps in memory: pages ask for the same one again and again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Studied:
    """A process as its newest log shows it.

    Attributes:
        use_case: whose it is.
        log: what was studied.
        as_is: what it shows, held against what the owner states.
        given: what people say of its steps: data at hand, and what is at stake.
    """

    use_case: UseCase
    log: ImportedLog
    as_is: AsIs
    given: Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The studies done last, by what they were done on: a log's digest, and what the owner states.

    Who may see one, and whether its log is still here, is asked anew each time.
    """

    kept: dict[str, tuple[StatedForProcess, AsIs]] = field(default_factory=dict)

    def find(self, digest: str, stated: StatedForProcess) -> AsIs | None:
        """A study of exactly this; None where it was not kept."""
        there = self.kept.get(digest)
        return there[1] if there is not None and there[0] == stated else None

    def keep(self, digest: str, stated: StatedForProcess, as_is: AsIs) -> AsIs:
        """Keeps a study, and lets go of the oldest one."""
        self.kept[digest] = (stated, as_is)
        for oldest in list(self.kept)[:-KEPT]:
            self.kept.pop(oldest, None)
        return as_is


def study_process(office: Office, *, name: str, memory: Memory) -> Studied | Refused:
    """Says what the newest log of a use case shows of its process; nobody is named in it, and no case.

    Args:
        office: the office.
        name: the use case.
        memory: where studies are kept.

    Returns:
        The process, or `Refused`; `no_event_log` where there is none that can be read.
    """
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        source, given = _source(office, tx, use_case, memory), given_in(office, tx, use_case)
    if isinstance(source, Refused):
        return source
    log, stated, says = source
    as_is = memory.keep(log.digest, stated, study(says, stated)) if isinstance(says, EventLog) else says
    return Studied(use_case=use_case, log=log, as_is=as_is, given=given)


def _source(office: Office, tx: Tx, use_case: UseCase, memory: Memory) -> tuple[ImportedLog, StatedForProcess, AsIs | EventLog] | Refused:
    """The newest log with what the owner states, and what is known of them: a study that was kept, else what the log says."""
    newest, stated = event_logs.newest(tx, use_case), office.processes.stated(use_case.slug)
    known = None if newest is None else memory.find(newest.digest, stated)
    says = event_logs.read(tx, use_case, newest.id) if newest is not None and known is None else known
    if newest is None or not isinstance(says, EventLog | AsIs):
        return no_log(use_case)
    return newest, stated, says


def processes_here(office: Office) -> list[tuple[UseCase, ImportedLog | None]]:
    """Every use case of this office with its newest log that can be read; None where it has none."""
    with office.book.read() as tx:
        return [(one, event_logs.newest(tx, one)) for one in use_cases.every(tx)]
