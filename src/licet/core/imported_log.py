"""An imported event log: where it came from, how much is in it, and what was odd; what it says lies encrypted beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from licet.core.canonical import Json
from licet.core.event_log import EventLog, EventLogId
from licet.core.log_quality import SIMULATED, Finding, finding_to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtLog:
    """A log as a reader hands it over: nothing of it is kept yet.

    Attributes:
        log: what was read.
        form: how it was written: `csv`, `xes`, `ocel` or `parquet`.
        file_digest: SHA-256 of the file's bytes, in hex.
        rows: how many rows or events the file has.
        findings: what is odd about it, and what was done.
    """

    log: EventLog
    form: str
    file_digest: str
    rows: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedLog:
    """A log that was taken in, without what it says.

    Attributes:
        id: of the log.
        imported_at, by: when, and by whom.
        form, file_digest, rows, findings: as in `BroughtLog`.
        digest: SHA-256 over its columns and names, as the ledger has it, in hex.
        events, cases, activities, resources: how many there are.
        first_at, last_at: when its first event began, and when its last one ended.
        erased: whether its key was deleted, so that nobody can read it any more.
    """

    id: EventLogId
    imported_at: datetime
    by: str
    form: str
    file_digest: str
    digest: str
    rows: int
    events: int
    cases: int
    activities: int
    resources: int
    first_at: datetime
    last_at: datetime
    findings: tuple[Finding, ...]
    erased: bool = False

    @property
    def simulated(self) -> bool:
        """Whether rows of it say that they were made up: whatever is shown of it is then called *simulated*."""
        return any(one.code == SIMULATED for one in self.findings)


def log_to_json(log: ImportedLog) -> Mapping[str, Json]:
    """An imported log for programs."""
    return {
        "id": log.id,
        "imported_at": log.imported_at.isoformat(),
        "by": log.by,
        "format": log.form,
        "file_digest": log.file_digest,
        "digest": log.digest,
        "rows": log.rows,
        "events": log.events,
        "cases": log.cases,
        "activities": log.activities,
        "resources": log.resources,
        "first_at": log.first_at.isoformat(),
        "last_at": log.last_at.isoformat(),
        "erased": log.erased,
        "simulated": log.simulated,
        "findings": [finding_to_json(one) for one in log.findings],
    }
