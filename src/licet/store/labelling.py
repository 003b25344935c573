"""Labelling's rows: the pilot of a sealed set, the region fixed by it, and the cases to be labelled in the order chance drew them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, update

from licet.core.ids import CaseNumber, Digest, PersonId, SealedSetId
from licet.core.sealed import SealedTarget
from licet.store import tables
from licet.store.book import Tx
from licet.store.labelling_tables import labelling, labelling_case


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A case that chance drew to be labelled.

    Attributes:
        token: its name on worksheets, which tells nothing.
        place: in the order in which chance drew them, from 0.
        labelled: whether somebody answered it.
        salt: what its key is made of; None once it was erased: then it counts as labelled, and wrong.
    """

    case: CaseNumber
    token: str
    place: int
    labelled: bool
    salt: bytes | None

    @property
    def waits(self) -> bool:
        """Whether it still needs an answer that somebody can give."""
        return self.salt is not None and not self.labelled


def begin(tx: Tx, sealed: SealedSetId, *, pilot: SealedSetId, cases: Sequence[tuple[CaseNumber, str]], by: PersonId, at: datetime) -> None:
    """Takes the cases of a pilot out of a sealed set into a set of their own, and remembers them with their tokens, in their order."""
    tx.run(insert(labelling).values(sealed_set_id=sealed, pilot_set_id=pilot, begun_by=by, begun_at=at))
    c = tables.case
    for number, _ in cases:
        tx.run(update(c).where(c.c.number == number).values(sealed_set_id=pilot))
    _draw(tx, sealed, cases, pilot=True)


def _draw(tx: Tx, sealed: SealedSetId, cases: Sequence[tuple[CaseNumber, str]], *, pilot: bool) -> None:
    rows = [
        {"case_number": number, "sealed_set_id": sealed, "pilot": pilot, "place": place, "token": token}
        for place, (number, token) in enumerate(cases)
    ]
    tx.run(insert(labelling_case), rows)


def aim(tx: Tx, sealed: SealedSetId, target: SealedTarget, cases: Sequence[tuple[CaseNumber, str]]) -> None:
    """Writes the target region down, with the cases inside in the order in which they are to be labelled."""
    said = {
        "scope": target.scope,
        "threshold": target.threshold,
        "inner_threshold": target.inner,
        "cases": target.cases,
        "inner_cases": target.inner_cases,
        "sealed_cases": target.of,
        "predicted": target.predicted,
        "cap": target.cap,
    }
    tx.run(update(labelling).where(labelling.c.sealed_set_id == sealed).values(**said))
    _draw(tx, sealed, cases, pilot=False)


def pilot_of(tx: Tx, sealed: SealedSetId) -> SealedSetId | None:
    """The set that the pilot of a sealed set is in; None where there was none."""
    found = tx.conn.execute(select(labelling.c.pilot_set_id).where(labelling.c.sealed_set_id == sealed)).scalar_one_or_none()
    return None if found is None else SealedSetId(found)


def pilots() -> Select[tuple[Any]]:
    """Asks for the sets that pilots are in: they are history, and no evaluation is about them."""
    return select(labelling.c.pilot_set_id)


def begun_on(tx: Tx, batch: int) -> bool:
    """Whether cases of an import were drawn to be labelled."""
    c, x = tables.case.c, labelling_case.c
    wanted = select(x.case_number).join(tables.case, c.number == x.case_number).where(c.batch_id == batch).limit(1)
    return tx.conn.execute(wanted).first() is not None


def begun_in(tx: Tx) -> frozenset[int]:
    """The use cases in which a pilot was drawn; read from small tables alone, for it is asked by everybody all the time."""
    s = tables.sealed_set.c
    there = select(s.use_case_id).join_from(labelling, tables.sealed_set, s.id == labelling.c.sealed_set_id)
    return frozenset(tx.conn.execute(there.distinct()).scalars())


def drawn(tx: Tx, sealed: SealedSetId, *, pilot: bool) -> list[Drawn]:
    """The cases of the pilot, or those inside the target region, in the order in which chance drew them."""
    x, c, k = labelling_case.c, tables.case.c, tables.case_key.c
    rows = tx.run(
        select(x.case_number, x.token, x.place, c.labelled, k.salt)
        .join(tables.case, c.number == x.case_number)
        .outerjoin(tables.case_key, k.case_number == x.case_number)
        .where(x.sealed_set_id == sealed, x.pilot.is_(pilot))
        .order_by(x.place)
    )
    return [Drawn(case=CaseNumber(r.case_number), token=r.token, place=r.place, labelled=r.labelled, salt=r.salt) for r in rows.all()]


def target_of(tx: Tx, sealed: SealedSetId) -> SealedTarget | None:
    """The target region of a sealed set with how much of it is labelled, up to the first case that waits; None while there is none."""
    x = labelling.c
    row = tx.run(select(labelling).where(x.sealed_set_id == sealed, x.scope.is_not(None))).one_or_none()
    if row is None:
        return None
    r = row._mapping
    cases = drawn(tx, sealed, pilot=False)
    return SealedTarget(
        scope=Digest(r["scope"]),
        threshold=r["threshold"],
        inner=r["inner_threshold"],
        cases=r["cases"],
        inner_cases=r["inner_cases"],
        of=r["sealed_cases"],
        predicted=r["predicted"],
        cap=r["cap"],
        labelled=next((at for at, one in enumerate(cases) if one.waits), len(cases)),
    )
