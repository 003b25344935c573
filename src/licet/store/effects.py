"""Effects' rows: what is still to happen in the world, who is at it, what arrived, and what is dead.

A row holds no content: what a receiver is told is read from the decision at delivery, so that an erased case is told to nobody.
The effects of one case arrive in order: one is taken only when none before it waits. A dead one holds up nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from sqlalchemy import ColumnElement, FromClause, and_, exists, func, or_, select, update

from licet.core.answer import Answer
from licet.core.effect import (
    BY_AI,
    BY_PERSON,
    DeadEffect,
    Death,
    DeliveredEffect,
    EffectMessage,
    EffectState,
    Undeliverable,
    WaitingEffect,
    Way,
)
from licet.core.ids import BY_MANDATE, CaseNumber, UseCaseSlug
from licet.core.use_case import UseCase
from licet.store import stops, tables
from licet.store.book import Record, Tx
from licet.store.moments import moment_text
from licet.store.payloads import read_answer
from licet.store.teams import in_view
from licet.store.work_tables import correction, effect

WAITING, DELIVERED, DEAD = "waiting", "delivered", "dead"
COLUMNS = ("case_number", "use_case_id", "number", "key", "way", "alone", "state", "made_at", "ready_at", "attempts")
AT_ONCE = 500
"""How many rows one statement names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An effect about to be written: the case's first is its decision's, each later one a correction's."""

    case: CaseNumber
    number: int
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A worker's turn: the name of its claim, until when it holds, how many it takes, and chance in [0, 1) that says where it begins.

    `slug` names the one use case it is for; None: any.
    """

    claim: str
    now: datetime
    until: datetime
    limit: int
    chance: float
    slug: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An effect under a claim."""

    id: int
    case: CaseNumber
    number: int
    key: str
    alone: bool
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Effects of one use case under one claim, those first that are due longest."""

    claim: str
    use_case_id: int
    until: datetime
    effects: tuple[Held, ...]


def plan(tx: Tx, use_case: UseCase, planned: Sequence[Planned], *, way: Way, alone: bool, now: datetime) -> None:
    """Writes what shall happen after decisions, in the very transaction that makes them.

    Args:
        tx: the deciding transaction.
        use_case: whose cases they are.
        planned: one per case.
        way: how the use case's decisions take effect.
        alone: whether AI decided these cases alone; such effects are held while a stop is pressed.
        now: the moment of the decision.
    """
    at = moment_text(now)
    tx.insert_many(effect, COLUMNS, [(p.case, use_case.id, p.number, p.key, way.value, alone, WAITING, at, at, 0) for p in planned])


# --- taking ------------------------------------------------------------------------------------------------------------


def claim(tx: Tx, turn: Turn) -> Batch | None:
    """Takes due effects of one use case, those of decisions made alone or the others; None where none may be taken now.

    Chance picks among the use cases that have something due: one whose receiver is slow cannot keep the others waiting.
    """
    lanes = _lanes(tx, turn)
    first = int(turn.chance * len(lanes))
    for use_case_id, alone in lanes[first:] + lanes[:first]:
        taken = _take(tx, turn, _due(effect, turn.now, use_case_id, alone=alone))
        if taken:
            return Batch(claim=turn.claim, use_case_id=use_case_id, until=turn.until, effects=taken)
    return None


def _lanes(tx: Tx, turn: Turn) -> list[tuple[int, bool]]:
    """Where something is due: use cases, and within them what people decided and what AI decided alone; a stop holds the latter."""
    if tx.run(select(effect.c.id).where(effect.c.state == WAITING, effect.c.ready_at <= turn.now).limit(1)).first() is None:
        return []
    u, e = tables.use_case.c, effect.alias("e")
    by_people, by_ai = (exists(select(1).where(_due(e, turn.now, u.id, alone=alone))) for alone in (False, True))
    wanted = select(u.id, by_people.label("people"), by_ai.label("ai")).where(in_view(tx)).order_by(u.id)
    rows = tx.run(wanted if turn.slug is None else wanted.where(u.slug == turn.slug)).all()
    people = [(row.id, False) for row in rows if row.people]
    return people + [(row.id, True) for row in rows if row.ai and not stops.pressed(tx, row.id)]


def _due(e: FromClause, now: datetime, use_case_id: int | ColumnElement[int], *, alone: bool) -> ColumnElement[bool]:
    """Waiting, due, in nobody's hands, and with none before it that waits."""
    c = e.c
    free = or_(c.leased_until.is_(None), c.leased_until <= now)
    return and_(c.use_case_id == use_case_id, c.state == WAITING, c.alone == alone, c.ready_at <= now, free, ~_held_up(e))


def _held_up(e: FromClause) -> ColumnElement[bool]:
    """Whether one before it waits. Most are the first of their case; saying so keeps PostgreSQL from joining the whole table to itself."""
    before = effect.alias("before")
    earlier = select(1).where(before.c.case_number == e.c.case_number, before.c.number < e.c.number, before.c.state == WAITING)
    return and_(e.c.number > 1, exists(earlier))


def _take(tx: Tx, turn: Turn, due: ColumnElement[bool]) -> tuple[Held, ...]:
    """Locks what is due and takes it, unless meanwhile one before it was replayed: the second statement sees what the first did not."""
    e = effect.c
    found = select(e.id).where(due).order_by(e.ready_at, e.id).limit(turn.limit).with_for_update(skip_locked=True, of=effect)
    ids = tx.conn.execute(found).scalars().all()
    if not ids:
        return ()
    hold = update(effect).where(e.id.in_(ids), ~_held_up(effect)).values(claim=turn.claim, leased_until=turn.until)
    rows = tx.run(hold.returning(e.id, e.case_number, e.number, e.key, e.alone, e.attempts)).all()
    held = {row.id: _held(row) for row in rows}
    return tuple(held[id_] for id_ in ids if id_ in held)


def _held(row: Record) -> Held:
    number = CaseNumber(row.case_number)
    return Held(id=row.id, case=number, number=row.number, key=row.key, alone=bool(row.alone), attempts=row.attempts)


# --- what a receiver is told -------------------------------------------------------------------------------------------


def message(tx: Tx, use_case: UseCase, held: Held) -> EffectMessage | Undeliverable:
    """Reads what a receiver is told of an effect; an erased case is told to nobody."""
    c, d, k = tables.case.c, tables.decision.c, tables.case_key.c
    joined = tables.decision.join(tables.case, c.number == d.case_number).outerjoin(tables.case_key, k.case_number == d.case_number)
    wanted = select(k.salt, c.external_id, d.answer, d.by, d.versions, d.at).select_from(joined)
    row = tx.run(wanted.where(d.case_number == held.case)).one()
    if row.salt is None:
        return Undeliverable(death=Death.ERASED, why="The case was erased before its effect had arrived.")
    decided = read_answer(tx, row.salt, row.answer, use_case.answer_kind)[0]
    said = EffectMessage(
        use_case=use_case.slug,
        case=held.case,
        number=held.number,
        key=held.key,
        external_id=row.external_id,
        answer=decided,
        decided_by=BY_AI if row.by.startswith(BY_MANDATE) else BY_PERSON,
        at=row.at,
        versions=json.loads(row.versions),
        corrected=None,
    )
    return said if held.number == 1 else _corrected(tx, use_case, said, row.salt)


def _corrected(tx: Tx, use_case: UseCase, first: EffectMessage, salt: bytes) -> EffectMessage:
    """What a receiver is told of a correction: the new answer, and the one it takes the place of."""
    c = correction.c
    wanted = select(c.number, c.answer, c.at).where(c.case_number == first.case, c.number < first.number).order_by(c.number)
    rows = tx.run(wanted).all()
    answers: list[Answer] = [first.answer, *(read_answer(tx, salt, row.answer, use_case.answer_kind)[0] for row in rows)]
    return EffectMessage(
        use_case=first.use_case,
        case=first.case,
        number=first.number,
        key=first.key,
        external_id=first.external_id,
        answer=answers[first.number - 1],
        decided_by=BY_PERSON,
        at=rows[-1].at,
        versions={},
        corrected=answers[first.number - 2],
    )


# --- what came of it ---------------------------------------------------------------------------------------------------


def settle(tx: Tx, claim_name: str, effect_id: int, state: EffectState) -> bool:
    """Writes what became of an effect, if it is still under this claim.

    Returns:
        Whether it was: where not, somebody else has taken it meanwhile and writes down what came of it.
    """
    e = effect
    mine = update(e).where(e.c.id == effect_id, e.c.claim == claim_name, e.c.state == WAITING)
    return tx.conn.execute(mine.values(claim=None, leased_until=None, **_columns(state))).rowcount > 0


def _columns(state: EffectState) -> Mapping[str, object]:
    match state:
        case WaitingEffect(ready_at=ready_at, attempts=attempts, last_error=why):
            return {"ready_at": ready_at, "attempts": attempts, "last_error": why}
        case DeliveredEffect(at=at):
            return {"state": DELIVERED, "ended_at": at, "last_error": None}
        case DeadEffect(at=at, death=death, why=why):
            return {"state": DEAD, "ended_at": at, "last_error": f"{death}: {why}"}
        case _:
            assert_never(state)


def give_back(tx: Tx, claim_name: str, ids: Sequence[int], *, ready_at: datetime | None) -> None:
    """Lets go of effects that a claim still holds; they are due again at `ready_at`, or as they were (None)."""
    e = effect
    free: dict[str, object] = {"claim": None, "leased_until": None}
    later = {} if ready_at is None else {"ready_at": ready_at}
    tx.run(update(e).where(e.c.id.in_(ids), e.c.claim == claim_name).values(**free, **later))


# --- seeing and replaying ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An effect as it is listed."""

    use_case: UseCaseSlug
    case: CaseNumber
    number: int
    way: Way
    alone: bool
    made_at: datetime
    state: EffectState


def listed(tx: Tx, use_case: UseCase | None, *, dead_only: bool, limit: int) -> list[Listed]:
    """Effects that have not arrived, oldest first; of one use case, or of all."""
    e, u = effect, tables.use_case.c
    states = [DEAD] if dead_only else [WAITING, DEAD]
    joined = select(e, u.slug).join(tables.use_case, u.id == e.c.use_case_id)
    wanted = joined.where(e.c.state.in_(states), in_view(tx)).order_by(e.c.id).limit(limit)
    return [_listed(row) for row in tx.run(wanted if use_case is None else wanted.where(e.c.use_case_id == use_case.id))]


def _listed(row: Record) -> Listed:
    r = row._mapping
    return Listed(
        use_case=UseCaseSlug(r["slug"]),
        case=CaseNumber(r["case_number"]),
        number=r["number"],
        way=Way(r["way"]),
        alone=r["alone"],
        made_at=r["made_at"],
        state=_state(row),
    )


def _state(row: Record) -> EffectState:
    r = row._mapping
    match r["state"]:
        case "waiting":
            return WaitingEffect(ready_at=r["ready_at"], attempts=r["attempts"], last_error=r["last_error"])
        case "delivered":
            return DeliveredEffect(at=r["ended_at"])
        case _:
            death, _, why = r["last_error"].partition(": ")
            return DeadEffect(at=r["ended_at"], death=Death(death), why=why)


def of_case(tx: Tx, case: CaseNumber) -> list[Listed]:
    """The effects of a case, whatever became of them, in order; for its timeline."""
    e, u = effect, tables.use_case.c
    wanted = select(e, u.slug).join(tables.use_case, u.id == e.c.use_case_id).where(e.c.case_number == case).order_by(e.c.number)
    return [_listed(row) for row in tx.run(wanted)]


def counts(tx: Tx, use_case: UseCase | None) -> Mapping[str, int]:
    """How many effects wait and how many are dead; of one use case, or of all."""
    e, u = effect.c, tables.use_case.c
    joined = select(e.state, func.count().label("n")).join(tables.use_case, u.id == e.use_case_id)
    wanted = joined.where(e.state.in_([WAITING, DEAD]), in_view(tx)).group_by(e.state)
    rows = tx.run(wanted if use_case is None else wanted.where(e.use_case_id == use_case.id))
    return {WAITING: 0, DEAD: 0} | {row.state: row.n for row in rows}


def dead(tx: Tx, use_case: UseCase, cases: Sequence[CaseNumber] | None) -> int:
    """How many effects of a use case are dead; of these cases, or of all (None)."""
    e = effect.c
    wanted = select(func.count()).select_from(effect).where(e.use_case_id == use_case.id, e.state == DEAD)
    return int(tx.conn.execute(wanted if cases is None else wanted.where(e.case_number.in_(cases))).scalar_one())


def replay(tx: Tx, use_case: UseCase, cases: Sequence[CaseNumber] | None, *, at: datetime) -> list[tuple[CaseNumber, int]]:
    """Makes dead effects wait again, as if they had never been tried; their keys stay.

    Left dead is what a later effect of the same case has overtaken (the receiver would undo the later one), and what is erased.

    Args:
        tx: the transaction.
        use_case: whose.
        cases: which cases; None: all.
        at: when they are due.

    Returns:
        Case and number of each that waits again.
    """
    e, later = effect, effect.alias("later")
    dead = [e.c.use_case_id == use_case.id, e.c.state == DEAD, e.c.last_error.not_like(f"{Death.ERASED}:%")]
    wanted = select(e.c.case_number).where(*dead)
    numbers = sorted(set(tx.conn.execute(wanted if cases is None else wanted.where(e.c.case_number.in_(cases))).scalars()))
    done: list[tuple[CaseNumber, int]] = []
    for start in range(0, len(numbers), AT_ONCE):
        some = e.c.case_number.in_(numbers[start : start + AT_ONCE])
        tx.run(select(e.c.id).where(some).order_by(e.c.id).with_for_update()).all()
        fresh = {"state": WAITING, "ready_at": at, "attempts": 0, "last_error": None, "ended_at": None}
        again = update(e).where(some, *dead, ~_overtaken(e, later)).values(**fresh).returning(e.c.case_number, e.c.number)
        done += [(CaseNumber(row.case_number), row.number) for row in tx.run(again)]
    return sorted(done)


def _overtaken(e: FromClause, later: FromClause) -> ColumnElement[bool]:
    c = later.c
    arrives = or_(c.state == DELIVERED, c.claim.is_not(None))
    return exists(select(1).where(c.case_number == e.c.case_number, c.number > e.c.number, arrives))
