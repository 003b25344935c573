"""How a desk stands: what waits, what is in whose hands, and how reviewers get on; and how far one task is."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import ColumnElement, Select, func, select, text

from licet.core.desk import DeskStatus, HeldState, Load, TaskState
from licet.core.people import Person
from licet.core.refusal import Unknown
from licet.core.use_case import Stage, UseCase
from licet.store import absences, tables
from licet.store.book import Tx
from licet.store.desk_tables import desk_item, held_answer
from licet.store.desks import ASIDE, BY_NAME, HELD, INFORMATION, Item, find, for_person
from licet.store.held import WAITING

DAY = timedelta(days=1)

_I, _H, _T = desk_item.c, held_answer.c, tables.task.c


def status(tx: Tx, use_case: UseCase, reviewers: Sequence[Person], now: datetime) -> DeskStatus:
    """How a use case's desk stands, with the load of these people."""
    r = tables.routing.c
    here = (r.use_case_id == use_case.id, text(tables.TO_PEOPLE), r.at > now - DAY)  # the index's own words, or SQLite does not know it
    came = select(func.count()).select_from(tables.routing).where(*here)
    took, waits = _took(tx, use_case, now), _I.waits_from <= now
    return DeskStatus(
        waiting=_count(tx, use_case, ~_PLANTED, waits),
        overdue=_count(tx, use_case, ~_PLANTED, waits, _I.due_at < now),
        in_hand=_count(tx, use_case, _I.leased_until >= now),
        held=_count(tx, use_case, _I.lane == HELD),
        aside=_count(tx, use_case, _I.lane == ASIDE),
        asked=_count(tx, use_case, _I.lane == INFORMATION),
        came=int(tx.conn.execute(came).scalar_one()),
        answered=sum(len(seconds) for seconds in took.values()),
        load=_load(tx, use_case, reviewers, took, now),
    )


def loads(tx: Tx, use_case: UseCase, reviewers: Sequence[Person], now: datetime) -> tuple[Load, ...]:
    """What these people have to do at a use case's desk, in their order; asked alone where nobody asks how the desk stands."""
    asked = ("loads", use_case.id, tuple(one.id for one in reviewers), now)
    return tx.once(asked, lambda: _load(tx, use_case, reviewers, _took(tx, use_case, now), now))


_PLANTED = _I.home.like(BY_NAME + "%")
"""Comes back to one person alone: only a planted case does. While it waits or is in hand it is no case more, as a drawn one is none."""


def _count(tx: Tx, use_case: UseCase, *which: ColumnElement[bool]) -> int:
    """How many cases on the desk fulfil this, whatever they are asked about for: what one does with a case counts alike for each."""
    there = select(func.count()).select_from(desk_item).where(_I.use_case_id == use_case.id, *which)
    return int(tx.conn.execute(there).scalar_one())


def _took(tx: Tx, use_case: UseCase, now: datetime) -> Mapping[str, Sequence[float | None]]:
    """How many seconds each answer of the last day took that took effect, by who gave it; None where nobody knows."""
    done = (_H.use_case_id == use_case.id, _H.given_at > now - DAY, _H.state == HeldState.DONE.value)
    found: dict[str, list[float | None]] = defaultdict(list)
    for row in tx.run(select(_H.person_id, _H.handed_at, _H.given_at).where(*done)):
        found[row.person_id].append(None if row.handed_at is None else (row.given_at - row.handed_at).total_seconds())
    return found


def _load(
    tx: Tx, use_case: UseCase, reviewers: Sequence[Person], took: Mapping[str, Sequence[float | None]], now: datetime
) -> tuple[Load, ...]:
    away = absences.all_now(tx, now)
    mine = _I.use_case_id == use_case.id
    hands = select(_I.leased_by, func.count()).where(mine, _I.leased_until >= now).group_by(_I.leased_by)
    lanes = select(_I.lane, func.count()).where(mine, _I.lane != _I.home, _I.lane.in_([for_person(one.id) for one in reviewers]))
    held = select(_H.person_id, func.count()).where(_H.use_case_id == use_case.id, _H.state.in_(WAITING)).group_by(_H.person_id)
    in_hand, handed, waits = (_counts(tx, one) for one in (hands, lanes.group_by(_I.lane), held))
    return tuple(
        Load(
            person=one.id,
            name=one.name,
            in_hand=in_hand[one.id],
            handed=handed[for_person(one.id)],
            held=waits[one.id],
            answered=len(took.get(one.id, ())),
            seconds=_median(took.get(one.id, ())),
            absent_until=away[one.id].ends_at if one.id in away else None,
        )
        for one in reviewers
    )


def _median(took: Sequence[float | None]) -> float | Unknown:
    known = [one for one in took if one is not None]
    return median(known) if known else Unknown(why="no answer within the last day of which it is known")


def _counts(tx: Tx, wanted: Select[tuple[str, int]]) -> Counter[str]:
    return Counter({str(row[0]): int(row[1]) for row in tx.run(wanted)})


# --- one task ----------------------------------------------------------------------------------------------------------


def state_of(tx: Tx, use_case: UseCase, token: str, now: datetime) -> TaskState | None:
    """How far a task is, as far as it can be told without its kind; None: there is none of that name in this use case."""
    item = find(tx, token)
    if item is not None and item.use_case_id == use_case.id:
        return _on_desk(tx, use_case, item, now)
    task = tx.run(select(_T.case_number, _T.kind, _T.done_at).where(_T.token == token, _T.use_case_id == use_case.id)).one_or_none()
    given = tx.run(select(_H.state).where(_H.token == token, _H.use_case_id == use_case.id, _H.state == HeldState.DONE.value)).first()
    if task is None:
        return None if given is None else TaskState.COMPLETED
    if task.done_at is None:
        return TaskState.CREATED if _readable(tx, task.case_number) else TaskState.OBSOLETE
    review = tables.review.c
    answered = tx.run(select(review.id).where(review.case_number == task.case_number, review.kind == task.kind)).first()
    if answered is not None:
        return TaskState.COMPLETED
    return TaskState.FAILED if _readable(tx, task.case_number) else TaskState.OBSOLETE


_LANES = {HELD: TaskState.IN_PROGRESS, ASIDE: TaskState.SUSPENDED, INFORMATION: TaskState.INFO_REQUESTED}


def _on_desk(tx: Tx, use_case: UseCase, item: Item, now: datetime) -> TaskState:
    if use_case.stage is Stage.RETIRED or not _readable(tx, item.case):
        return TaskState.OBSOLETE
    if item.in_hand(now):
        return TaskState.RESERVED if item.ahead else TaskState.IN_PROGRESS
    return _LANES.get(item.lane, TaskState.RESERVED if item.lane.startswith(BY_NAME) and item.lane != item.home else TaskState.READY)


def _readable(tx: Tx, number: int) -> bool:
    key = tables.case_key.c.case_number
    return tx.run(select(key).where(key == number)).first() is not None
