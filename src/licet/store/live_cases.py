"""Live cases as a whole: when each came and was decided, by whom, how long people had it in hand, and where chance drew it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text

from licet.core.cost import Cost
from licet.core.desk import HeldState
from licet.core.exposure import exposure_from_json
from licet.core.ids import CaseNumber, MandateId
from licet.core.refusal import Unknown
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Tx
from licet.store.desk_tables import held_answer
from licet.store.exposure_tables import exposure, unexposed
from licet.store.spending_tables import spending

MOST = 500_000
"""Cases that are read at most, the newest."""

_C, _D, _R, _H, _S = tables.case.c, tables.decision.c, tables.routing.c, held_answer.c, spending.c
_RV = tables.review.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a case went that came in to be decided.

    Attributes:
        decided_at: when its decision was made; None: not yet.
        routed_at: when it went its way; None: not yet.
        alone: whether AI decided it alone, under `mandate`.
        left: the step of exposure at which chance left it to people, of `mandate`; None: it did not.
    """

    number: CaseNumber
    received_at: datetime
    decided_at: datetime | None
    routed_at: datetime | None
    alone: bool
    mandate: MandateId | None
    left: int | None


def since(tx: Tx, use_case: UseCase, at: datetime) -> list[Course]:
    """The cases that came since a moment, oldest first; of more than `MOST` the newest."""
    joined = (
        select(_C.number, _C.received_at, _D.at.label("decided_at"), _R.at.label("routed_at"), _R.route, _R.mandate_id)
        .add_columns(unexposed.c.number.label("left"), unexposed.c.mandate_id.label("left_by"))
        .select_from(tables.case)
        .outerjoin(tables.decision, _D.case_number == _C.number)
        .outerjoin(tables.routing, _R.case_number == _C.number)
        .outerjoin(unexposed, unexposed.c.case_number == _C.number)
        .where(_C.use_case_id == use_case.id, text(tables.LIVE), _C.received_at >= at)
        .order_by(_C.number.desc())
        .limit(MOST)
    )
    found = [
        Course(
            number=CaseNumber(row.number),
            received_at=row.received_at,
            decided_at=row.decided_at,
            routed_at=row.routed_at,
            alone=row.route == "alone",
            mandate=row.mandate_id if row.left_by is None else row.left_by,
            left=row.left,
        )
        for row in tx.run(joined)
    ]
    return found[::-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand:
    """How many seconds each case was in people's hands, as timed at the desk; and the share of people's answers that was timed."""

    seconds: Mapping[CaseNumber, float]
    timed: float | None


def in_hand(tx: Tx, use_case: UseCase, at: datetime) -> InHand:
    """Counts answers to cases that came since a moment: decisions, second looks and audits, those on worksheets too."""
    mine = (_C.use_case_id == use_case.id, text(tables.LIVE), _C.received_at >= at)
    given = select(func.count()).select_from(tables.review).join(tables.case, _C.number == _RV.case_number).where(*mine)
    answers = int(tx.run(given).scalar_one())
    timed = select(_H.case_number, _H.handed_at, _H.given_at).join(tables.case, _C.number == _H.case_number)
    rows = tx.run(timed.where(*mine, _H.state == HeldState.DONE.value, _H.handed_at.is_not(None))).all()
    seconds: dict[CaseNumber, float] = {}
    for row in rows:
        number = CaseNumber(row.case_number)
        seconds[number] = seconds.get(number, 0.0) + (row.given_at - row.handed_at).total_seconds()
    return InHand(seconds=seconds, timed=min(1.0, len(rows) / answers) if answers else None)


def steps_of(tx: Tx, use_case: UseCase) -> dict[MandateId, list[tuple[datetime, int]]]:
    """For each mandate that has a plan of exposure, since when it stood at which step, oldest first."""
    m, steps = tables.mandate.c, dict[MandateId, list[tuple[datetime, int]]]()
    mine = select(exposure.c.mandate_id, exposure.c.state, exposure.c.at).join(tables.mandate, m.id == exposure.c.mandate_id)
    for row in tx.run(mine.where(m.use_case_id == use_case.id).order_by(exposure.c.id)):
        steps.setdefault(MandateId(row.mandate_id), []).append((row.at, exposure_from_json(json.loads(row.state)).number))
    return steps


def spent_since(tx: Tx, use_case: UseCase, at: datetime) -> Cost | Unknown | None:
    """What was paid for asking the system since the month or day of a moment, evaluations with it; None: nothing.

    Unknown where it was counted over all time, or in several currencies.
    """
    rows = tx.run(select(_S.period, _S.currency, _S.millionths).where(_S.use_case_id == use_case.id, _S.millionths > 0)).all()
    dated = [row for row in rows if row.period != "ever" and row.period >= f"{at:%Y-%m-%d}"[: len(row.period)]]
    if any(row.period == "ever" for row in rows):
        return Unknown(why="what was spent was counted over all time, not by day or month; set `per: month` in the budget")
    if len({row.currency for row in dated}) > 1:
        return Unknown(why="it was spent in several currencies")
    return Cost(millionths=sum(row.millionths for row in dated), currency=dated[0].currency) if dated else None
