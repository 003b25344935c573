"""Outside evidence's rows: what files of other tools say of a use case's system."""

import json

from sqlalchemy import insert, select

from licet.core.canonical import canonical_bytes
from licet.core.ids import PersonId, SealedSetId
from licet.core.outside_evidence import OutsideEvidence
from licet.core.outside_rows import Provenance, tally_from_json, tally_to_json
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Record, Tx
from licet.store.cases import DONE
from licet.store.outside_evidence_tables import outside_evidence

_E = outside_evidence.c


def add(tx: Tx, use_case: UseCase, evidence: OutsideEvidence) -> None:
    """Writes what is kept of a file."""
    came = evidence.provenance
    values = {
        "id": evidence.id,
        "use_case_id": use_case.id,
        "file_digest": evidence.file_digest,
        "imported_at": evidence.imported_at,
        "by": evidence.by,
        "format": came.format,
        "tool": came.tool,
        "version": came.version,
        "made_at": came.made_at,
        "system": came.system,
        "planned": came.planned,
        "finished": came.finished,
        "cases": evidence.cases,
        "matched": evidence.matched,
        "covers": evidence.covers,
        "judged": evidence.judged,
        "tallies": canonical_bytes([tally_to_json(one) for one in evidence.tallies]).decode(),
        "findings": canonical_bytes(list(evidence.findings)).decode(),
    }
    tx.run(insert(outside_evidence).values(values))


def every(tx: Tx, use_case: UseCase) -> list[OutsideEvidence]:
    """All of a use case, the newest first."""
    wanted = select(outside_evidence).where(_E.use_case_id == use_case.id).order_by(_E.imported_at.desc(), _E.id)
    return [_evidence(row) for row in tx.run(wanted)]


def by_file(tx: Tx, use_case: UseCase, file_digest: str) -> OutsideEvidence | None:
    """What was taken in from exactly this file; None where it was not."""
    row = tx.run(select(outside_evidence).where(_E.use_case_id == use_case.id, _E.file_digest == file_digest)).one_or_none()
    return None if row is None else _evidence(row)


def sealed_contents(tx: Tx, use_case: UseCase, sealed_set: SealedSetId) -> frozenset[bytes]:
    """Keyed digests of the contents of a sealed set."""
    c, b = tables.case.c, tables.import_batch.c
    mine = select(c.digest).join_from(tables.case, tables.import_batch, b.id == c.batch_id)
    found = tx.conn.execute(mine.where(c.use_case_id == use_case.id, c.sealed_set_id == sealed_set, b.state == DONE))
    return frozenset(found.scalars())


def _evidence(row: Record) -> OutsideEvidence:
    return OutsideEvidence(
        id=row.id,
        provenance=Provenance(
            format=row.format,
            tool=row.tool,
            version=row.version,
            made_at=row.made_at,
            system=row.system,
            planned=row.planned,
            finished=row.finished,
        ),
        file_digest=row.file_digest,
        imported_at=row.imported_at,
        by=PersonId(row.by),
        tallies=tuple(tally_from_json(one) for one in json.loads(row.tallies)),
        cases=row.cases,
        matched=row.matched,
        covers=None if row.covers is None else SealedSetId(row.covers),
        judged=row.judged,
        findings=tuple(json.loads(row.findings)),
    )
