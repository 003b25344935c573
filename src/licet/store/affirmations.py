"""Affirmations' rows: each yes of somebody outside the team to a version of the risk answers."""

from sqlalchemy import insert, select

from licet.core.affirmation import Affirmation
from licet.core.ids import Digest, PersonId
from licet.core.use_case import UseCase
from licet.store.affirmation_tables import risk_affirmation
from licet.store.book import Tx


def add(tx: Tx, use_case: UseCase, made: Affirmation) -> None:
    """Writes one."""
    row = {"use_case_id": use_case.id, "version": made.version, "by": made.by, "digest": made.digest, "at": made.at}
    tx.run(insert(risk_affirmation).values(**row))


def of_version(tx: Tx, use_case: UseCase, version: int) -> list[Affirmation]:
    """The affirmations of a version of the answers, oldest first."""
    r = risk_affirmation.c
    wanted = select(risk_affirmation).where(r.use_case_id == use_case.id, r.version == version).order_by(r.at, r.by)
    return [Affirmation(version=version, digest=Digest(row.digest), by=PersonId(row.by), at=row.at) for row in tx.run(wanted)]
