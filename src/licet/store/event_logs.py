"""Event logs' rows: what was imported of a use case's process, each encrypted under a key of its own."""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, delete, insert, select

from licet.core.canonical import canonical_bytes
from licet.core.event_log import EventLog, EventLogId
from licet.core.imported_log import ImportedLog
from licet.core.log_quality import finding_from_json, finding_to_json
from licet.core.packed_log import unpack
from licet.core.use_case import UseCase
from licet.store.book import Record, Tx
from licet.store.event_log_tables import event_log, event_log_key
from licet.store.payloads import Erased

LOG = "event log"
"""The purpose under which a log's key is derived."""

SAID = "said of an event log"
"""The purpose under which a log's key is derived for what was found in it: erased with the log, since it names the log's steps."""

_L, _K = event_log.c, event_log_key.c
_FACTS = [column for column in event_log.c if column.name != "body"]


def add(tx: Tx, use_case: UseCase, kept: ImportedLog, packed: bytes) -> None:
    """Writes a log as `pack` made it, and the salt of its key."""
    salt = tx.draw.secret()
    values = {
        "id": kept.id,
        "use_case_id": use_case.id,
        "imported_at": kept.imported_at,
        "by": kept.by,
        "form": kept.form,
        "file_digest": kept.file_digest,
        "digest": kept.digest,
        "rows": kept.rows,
        "events": kept.events,
        "cases": kept.cases,
        "activities": kept.activities,
        "resources": kept.resources,
        "first_at": kept.first_at,
        "last_at": kept.last_at,
        "findings": canonical_bytes([finding_to_json(one) for one in kept.findings]).decode(),
        "body": tx.vault.encrypt(tx.vault.key(LOG, salt), packed),
    }
    tx.run(insert(event_log).values(values))
    tx.run(insert(event_log_key).values(log_id=kept.id, salt=salt))


def every(tx: Tx, use_case: UseCase) -> list[ImportedLog]:
    """All of a use case, the newest first; erased ones too."""
    return [_imported(row) for row in tx.run(_of(use_case))]


def newest(tx: Tx, use_case: UseCase) -> ImportedLog | None:
    """The newest of a use case that can be read; None where there is none."""
    row = tx.run(_of(use_case).where(_K.salt.is_not(None)).limit(1)).one_or_none()
    return None if row is None else _imported(row)


def newest_erased(tx: Tx, use_case: UseCase) -> ImportedLog | None:
    """The newest of a use case that was erased; None where none was."""
    row = tx.run(_of(use_case).where(_K.salt.is_(None)).limit(1)).one_or_none()
    return None if row is None else _imported(row)


def by_id(tx: Tx, use_case: UseCase, log: str) -> ImportedLog | None:
    """A log of a use case; None where there is none of this id."""
    row = tx.run(_of(use_case).where(_L.id == log)).one_or_none()
    return None if row is None else _imported(row)


def by_digest(tx: Tx, use_case: UseCase, digest: str) -> ImportedLog | None:
    """The log of a use case that says exactly this and can be read; None where there is none."""
    row = tx.run(_of(use_case).where(_L.digest == digest, _K.salt.is_not(None)).limit(1)).one_or_none()
    return None if row is None else _imported(row)


def read(tx: Tx, use_case: UseCase, log: EventLogId) -> EventLog | Erased | None:
    """What a log says; None where the use case has none of this id."""
    wanted = select(_L.body, _K.salt).select_from(event_log.outerjoin(event_log_key, _K.log_id == _L.id))
    row = tx.run(wanted.where(_L.use_case_id == use_case.id, _L.id == log)).one_or_none()
    if row is None:
        return None
    return Erased() if row.salt is None else unpack(tx.vault.decrypt(tx.vault.key(LOG, row.salt), row.body))


def erase(tx: Tx, log: EventLogId) -> bool:
    """Deletes a log's key; says whether there was one."""
    return tx.conn.execute(delete(event_log_key).where(_K.log_id == log)).rowcount > 0


def seal(tx: Tx, log: EventLogId, said: bytes) -> bytes | None:
    """Encrypts what was found in a log, so that it is erased with it; None where the log was erased already."""
    row = tx.run(select(_K.salt).where(_K.log_id == log)).one_or_none()
    return None if row is None else tx.vault.encrypt(tx.vault.key(SAID, row.salt), said)


def unseal(tx: Tx, salt: bytes, body: bytes) -> bytes:
    """What `seal` encrypted, with the salt of the log's key."""
    return tx.vault.decrypt(tx.vault.key(SAID, salt), body)


def _of(use_case: UseCase) -> Select[tuple[object, ...]]:
    there = event_log.outerjoin(event_log_key, _K.log_id == _L.id)
    wanted = select(*_FACTS, _K.salt).select_from(there).where(_L.use_case_id == use_case.id)
    return wanted.order_by(_L.imported_at.desc(), _L.id)


def moment(seconds: float) -> datetime:
    """A moment in seconds since 1970, as an aware time."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def _imported(row: Record) -> ImportedLog:
    return ImportedLog(
        id=EventLogId(row.id),
        imported_at=row.imported_at,
        by=row.by,
        form=row.form,
        file_digest=row.file_digest,
        digest=row.digest,
        rows=row.rows,
        events=row.events,
        cases=row.cases,
        activities=row.activities,
        resources=row.resources,
        first_at=row.first_at,
        last_at=row.last_at,
        findings=tuple(finding_from_json(one) for one in json.loads(row.findings)),
        erased=row.salt is None,
    )
