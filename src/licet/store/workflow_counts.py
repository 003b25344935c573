"""Where items of a workflow stand, counted and listed."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from licet.core.use_case import UseCase
from licet.core.workflow import StepName
from licet.store.book import Record, Tx
from licet.store.workflow_tables import item
from licet.store.workflows import ENDED, HELD, Item, item_of

_I = item.c


def running(tx: Tx, use_case: UseCase, *, limit: int) -> list[Item]:
    """Items that have not ended: held ones first, then the late, then the longest on their way."""
    late = or_(_I.late, _I.late_whole)
    wanted = select(item).where(_I.use_case_id == use_case.id, _I.state != ENDED, _I.parent_id.is_(None))
    return [item_of(row) for row in tx.run(wanted.order_by(_I.state != HELD, ~late, _I.started_at, _I.id).limit(limit))]


def count(tx: Tx, use_case: UseCase) -> Mapping[str, int]:
    """How many items stand where, by state."""
    mine = (_I.use_case_id == use_case.id, _I.parent_id.is_(None))
    rows = tx.run(select(_I.state, func.count().label("many")).where(*mine).group_by(_I.state))
    return {row.state: row.many for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How many items stand alike: at a step, in a state, held for a reason, late or not; or how many branches do, where not `whole`."""

    whole: bool
    step: StepName
    state: str
    reason: str | None
    late: bool
    many: int


def standing(tx: Tx, use_case: UseCase) -> list[Standing]:
    """Where all items of a use case stand and the branches that run, in any version."""
    whole, late = _I.parent_id.is_(None).label("whole"), or_(_I.late, _I.late_whole).label("is_late")
    of = (whole, _I.step, _I.state, _I.reason, late)
    mine = (_I.use_case_id == use_case.id, or_(whole, _I.state != ENDED))
    rows = tx.run(select(*of, func.count().label("many")).where(*mine).group_by(*of))
    return [_standing(row) for row in rows]


def _standing(row: Record) -> Standing:
    step, late = StepName(row.step), bool(row.is_late)
    return Standing(whole=bool(row.whole), step=step, state=row.state, reason=row.reason, late=late, many=row.many)
