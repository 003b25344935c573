"""What asking systems twice showed, check by check; the newest of a system is the one that counts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from licet.core.flakiness import Flakiness, Flips, Twice
from licet.core.ids import Digest, Fingerprint, PersonId
from licet.core.refusal import Unknown
from licet.core.use_case import UseCase
from licet.store.book import Tx
from licet.store.run_tables import flakiness


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFlakiness:
    """A check as it stands: what was found, under which standard (empty: none was locked), and when."""

    found: Flakiness
    standard: Digest
    at: datetime


def add(tx: Tx, use_case: UseCase, checked: StoredFlakiness, *, by: PersonId) -> None:
    """Writes a check down."""
    found, told = checked.found, checked.found.flips
    known = told if isinstance(told, Flips) else Flips(flips=0, runs=0, labels=0)
    tx.run(
        insert(flakiness).values(
            use_case_id=use_case.id,
            fingerprint=found.fingerprint,
            standard=checked.standard,
            cases=found.twice.cases,
            unanswered=found.twice.unanswered,
            answers_differ=found.twice.answers_differ,
            confidences_differ=found.twice.confidences_differ,
            largest_move=found.twice.largest_move,
            labels=known.labels,
            runs=known.runs,
            flips=known.flips,
            by=by,
            at=checked.at,
        )
    )


def newest(tx: Tx, use_case: UseCase, fingerprint: Fingerprint) -> StoredFlakiness | None:
    """The newest check of a system; None where it was never checked."""
    f = flakiness.c
    wanted = select(flakiness).where(f.use_case_id == use_case.id, f.fingerprint == fingerprint).order_by(f.at.desc(), f.id.desc())
    row = tx.run(wanted.limit(1)).first()
    if row is None:
        return None
    r = row._mapping
    twice = Twice(
        cases=r["cases"],
        unanswered=r["unanswered"],
        answers_differ=r["answers_differ"],
        confidences_differ=r["confidences_differ"],
        largest_move=r["largest_move"],
    )
    flips = Flips(flips=r["flips"], runs=r["runs"], labels=r["labels"]) if r["runs"] else Unknown(why="no verdict could be simulated")
    found = Flakiness(fingerprint=Fingerprint(r["fingerprint"]), twice=twice, flips=flips)
    return StoredFlakiness(found=found, standard=Digest(r["standard"]), at=r["at"])
