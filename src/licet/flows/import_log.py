"""Importing an event log: what a team's own systems recorded of its process comes in, under pseudonyms, encrypted and erasable."""

from dataclasses import dataclass

from licet.core.canonical import Json
from licet.core.event_log import EventLog, EventLogId
from licet.core.imported_log import BroughtLog, ImportedLog
from licet.core.ledger import Event
from licet.core.packed_log import digest_of_log, pack
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.cover import void_if_changed
from licet.flows.office import Office, at_work_on, entry, person_at_work_on
from licet.store import event_logs, use_cases
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of a log that was brought.

    Attributes:
        kept: the log as it lies here.
        again: whether exactly this log was here before, so that nothing was written.
    """

    kept: ImportedLog
    again: bool


def import_log(office: Office, by: Actor, brought: BroughtLog, *, name: str) -> TakenIn | Refused:
    """Keeps a log that was read; the same log brought twice is found and not kept twice.

    Args:
        office: the office.
        by: who brings it.
        brought: the log, with pseudonyms for people.
        name: the use case.

    Returns:
        What is kept of it, or `Refused`.
    """
    digest, packed = digest_of_log(brought.log), pack(brought.log)
    with office.book.write() as tx:
        found = at_work_on(office, tx, by, Act.STUDY, name=name)
        if isinstance(found, Refused):
            return found
        use_case, actor = found
        there = event_logs.by_digest(tx, use_case, digest)
        if there is not None:
            return TakenIn(kept=there, again=True)
        kept = _kept(office, actor, brought, digest)
        event_logs.add(tx, use_case, kept, packed)
        tx.record(_said(kept, use_case, actor))
        return TakenIn(kept=kept, again=False)


def may_study(office: Office, by: Actor, *, name: str) -> Refused | None:
    """Says whether somebody may bring logs of a use case, before a large file is read for nothing; None: yes."""
    with office.book.read() as tx:
        found = at_work_on(office, tx, by, Act.STUDY, name=name)
        return found if isinstance(found, Refused) else None


def list_logs(office: Office, *, name: str) -> list[ImportedLog]:
    """All logs of a use case, the newest first; erased ones too."""
    with office.book.read() as tx:
        return event_logs.every(tx, use_cases.require(tx, name))


def newest_log(office: Office, *, name: str) -> tuple[ImportedLog, EventLog] | Refused:
    """The newest log of a use case that was not erased."""
    with office.book.read() as tx:
        return newest_in(tx, use_cases.require(tx, name))


def newest_in(tx: Tx, use_case: UseCase) -> tuple[ImportedLog, EventLog] | Refused:
    """The newest log of a use case that was not erased and what it says, inside a transaction; `Refused` where there is none."""
    kept = event_logs.newest(tx, use_case)
    says = None if kept is None else event_logs.read(tx, use_case, kept.id)
    return no_log(use_case) if kept is None or not isinstance(says, EventLog) else (kept, says)


def no_log(use_case: UseCase) -> Refused:
    """Says that a use case has no log that can be read, and how one is brought."""
    why = f"No event log of {use_case.slug!r} is here."
    return Refused(code="no_event_log", why=why, remedy=f"Bring one: `licet process import {use_case.slug} FILE`.")


def erase_log(office: Office, by: Actor, *, name: str, log: str) -> ImportedLog | Refused:
    """Deletes the key of a log, so that nobody can read it any more, nor what was simulated from it.

    That it was here stays in the ledger, with digests; a baseline that two people signed stays, too.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        found = person_at_work_on(office, tx, by, Act.ERASE, name=name)
        if isinstance(found, Refused):
            return found
        use_case, person = found
        kept = event_logs.by_id(tx, use_case, log)
        if kept is None or not event_logs.erase(tx, kept.id):
            why = f"No event log of {name!r} that can be read has the id {log!r}."
            return Refused(code="no_event_log", why=why, remedy=f"See those that are here: `licet process logs {name}`.")
        tx.record(entry("log.erased", by=person.id, now=now, use_case=use_case, log=kept.id))
        void_if_changed(office, tx, use_case, now)
        return kept


def _kept(office: Office, by: Actor, brought: BroughtLog, digest: str) -> ImportedLog:
    log = brought.log
    return ImportedLog(
        id=EventLogId(office.draw.token("l_")),
        imported_at=office.clock.now(),
        by=by.id,
        form=brought.form,
        file_digest=brought.file_digest,
        digest=digest,
        rows=brought.rows,
        events=log.events,
        cases=log.cases,
        activities=len(log.activities),
        resources=len(log.resources),
        first_at=event_logs.moment(float(log.start.min())),
        last_at=event_logs.moment(float(log.end.max())),
        findings=brought.findings,
    )


def _said(kept: ImportedLog, use_case: UseCase, by: Actor) -> Event:
    """What the ledger holds: the digest and counts; no activity, no person and no time of any case."""
    counts = {"rows": kept.rows, "events": kept.events, "cases": kept.cases, "activities": kept.activities, "resources": kept.resources}
    facts: dict[str, Json] = {"log": kept.id, "format": kept.form, "digest": kept.digest, **counts}
    return entry("log.imported", by=by.id, now=kept.imported_at, use_case=use_case, **facts)
