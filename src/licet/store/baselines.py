"""Baselines' rows: each version with who locked and who countersigned it, and what was found since."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update

from licet.core.baseline import AnyBaseline, CountersignedBaseline, LockedBaseline, baseline_from_json, baseline_to_json
from licet.core.canonical import Json
from licet.core.ids import PersonId, UseCaseSlug
from licet.core.use_case import UseCase
from licet.store.baseline_tables import baseline, value_statement
from licet.store.book import Record, Tx

_B, _V = baseline.c, value_statement.c


def lock(tx: Tx, use_case: UseCase, locked: LockedBaseline) -> None:
    """Writes a locked baseline."""
    body = json.dumps(baseline_to_json(locked.baseline), sort_keys=True)
    values = {"use_case_id": use_case.id, "version": locked.version, "slug": locked.use_case, "digest": locked.digest, "body": body}
    tx.run(insert(baseline).values(values | {"locked_by": locked.locked_by, "locked_at": locked.locked_at}))


def countersign(tx: Tx, use_case: UseCase, signed: CountersignedBaseline) -> None:
    """Writes the second signature."""
    mine = (_B.use_case_id == use_case.id, _B.version == signed.locked.version)
    signature = {"countersigned_by": signed.countersigned_by, "countersigned_at": signed.countersigned_at}
    tx.run(update(baseline).where(*mine).values(signature))


def newest(tx: Tx, use_case: UseCase) -> AnyBaseline | None:
    """The newest version; None before one was locked."""
    wanted = select(baseline).where(_B.use_case_id == use_case.id).order_by(_B.version.desc()).limit(1)
    row = tx.run(wanted).one_or_none()
    return None if row is None else _baseline(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement of value, as it was made; `baseline` is the digest of the one it was held against."""

    baseline: str
    says: Mapping[str, Json]
    by: PersonId
    at: datetime


def state(tx: Tx, use_case: UseCase, made: Statement) -> None:
    """Keeps a statement of value."""
    body = json.dumps(made.says, sort_keys=True)
    tx.run(insert(value_statement).values(use_case_id=use_case.id, baseline=made.baseline, body=body, by=made.by, at=made.at))


def newest_statement(tx: Tx, use_case: UseCase) -> Statement | None:
    """The newest statement of value; None before one was made."""
    wanted = select(value_statement).where(_V.use_case_id == use_case.id).order_by(_V.id.desc()).limit(1)
    row = tx.run(wanted).one_or_none()
    return None if row is None else _statement(row)


def newest_statements(tx: Tx) -> dict[int, Statement]:
    """The newest statement of each use case that has one, by the use case's number."""
    last = select(func.max(_V.id)).group_by(_V.use_case_id)
    return {row.use_case_id: _statement(row) for row in tx.run(select(value_statement).where(_V.id.in_(last)))}


def _statement(row: Record) -> Statement:
    return Statement(baseline=row.baseline, says=json.loads(row.body), by=PersonId(row.by), at=row.at)


def _baseline(row: Record) -> AnyBaseline:
    r = row._mapping
    locked = LockedBaseline(
        use_case=UseCaseSlug(r["slug"]),
        version=r["version"],
        baseline=baseline_from_json(json.loads(r["body"])),
        locked_by=PersonId(r["locked_by"]),
        locked_at=r["locked_at"],
    )
    if r["countersigned_by"] is None:
        return locked
    return CountersignedBaseline(locked=locked, countersigned_by=PersonId(r["countersigned_by"]), countersigned_at=r["countersigned_at"])
