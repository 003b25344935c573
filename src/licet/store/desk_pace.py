"""The pace of a desk: how many cases came lately, and how long people had each in hand."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, text

from licet.core.capacity import FEWEST_DAYS, Came
from licet.core.desk import HeldState
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Tx
from licet.store.desk_tables import held_answer

MOST_TIMES = 1000
"""Answers whose times are read at most, the newest."""

MOST_CAME = 50_000
"""Cases up to which a whole span is counted."""

SHORTEST = timedelta(days=FEWEST_DAYS)
"""The span that is counted of a use case in which more came: a week holds every weekday, and fewer days measure nothing."""

DAY = timedelta(days=1)

_C, _H = tables.case.c, held_answer.c


def came(tx: Tx, use_case: UseCase, *, since: datetime, now: datetime, most: int = MOST_CAME) -> Came:
    """How many cases came in to be decided since a moment, and in how many days: fewer where the first of all came later than that.

    Where more than `most` came, the last `SHORTEST` alone are counted: as exact, and what a busy use case takes to count does not grow
    with a month of its cases.
    """
    live = (_C.use_case_id == use_case.id, text(tables.LIVE))
    first = tx.run(select(_C.received_at).where(*live).order_by(_C.number).limit(1)).scalar_one_or_none()
    if first is None:
        return Came(cases=0, days=0.0)
    counted = _since(tx, use_case, since, most + 1)
    if counted > most and now - since > SHORTEST:
        since = now - SHORTEST
        counted = _since(tx, use_case, since, None)
    return Came(cases=counted, days=max(now - max(first, since), timedelta(0)) / DAY)


def _since(tx: Tx, use_case: UseCase, since: datetime, most: int | None) -> int:
    """How many cases came in since a moment; counting ends at `most`."""
    begins = tx.once(("first number since", since), lambda: _first_since(tx, since))
    there = select(_C.number).where(_C.use_case_id == use_case.id, text(tables.LIVE), _C.number >= begins).limit(most)
    return int(tx.run(select(func.count()).select_from(there.subquery())).scalar_one())


def _first_since(tx: Tx, since: datetime) -> int:
    """The number from which on cases came after a moment: numbers are given in the order in which cases come, and times have no index."""
    low, high = 0, int(tx.run(select(func.coalesce(func.max(_C.number), 0))).scalar_one()) + 1
    while low < high:
        middle = (low + high) // 2
        row = tx.run(_FROM, {"number": middle}).first()
        if row is None or row.received_at > since:
            high = middle
        else:
            low = row.number + 1
    return low


_FROM = select(_C.number, _C.received_at).where(_C.number >= bindparam("number")).order_by(_C.number).limit(1)


def times(tx: Tx, use_case: UseCase, *, since: datetime) -> list[float]:
    """How many seconds each case was in hand whose answer took effect, from hand-out to the first answer, the newest first.

    Answers on worksheets are not timed, nor those of which nobody knows when the case was handed out, nor what somebody thinks after
    AI's proposal is shown.
    """
    done = (_H.use_case_id == use_case.id, _H.state == HeldState.DONE.value, _H.given_at > since, _H.handed_at.is_not(None))
    rows = tx.run(select(_H.handed_at, _H.given_at).where(*done).order_by(_H.given_at.desc()).limit(MOST_TIMES))
    return [(row.given_at - row.handed_at).total_seconds() for row in rows]
