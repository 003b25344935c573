"""Delivering: what was decided takes effect in the world, after commit, in the order of each case, at most once for who heeds the key."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from licet.core.canonical import Json
from licet.core.effect import (
    FIRST_WAIT,
    LEASE,
    LONGEST_TIMEOUT,
    DeadEffect,
    DeliveredEffect,
    EffectState,
    Failed,
    Outcome,
    Undeliverable,
    WaitingEffect,
    idempotency_key,
    message_to_json,
    next_state,
)
from licet.core.ids import LICET, CaseNumber
from licet.core.ledger import Event
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.office import Office, allowed, entry
from licet.store import effects, stops, use_cases
from licet.store.book import Tx
from licet.store.effects import Batch, Held, Listed, Planned, Turn

DECISION = 1
"""The number of a decision's own effect; its n-th correction's is n + 1."""

SOON = timedelta(milliseconds=100)
"""What was delivered is written down after so long: a killed process repeats what it delivered since."""

BATCH = 25


def plan_effects(
    office: Office, tx: Tx, use_case: UseCase, numbered: Sequence[tuple[CaseNumber, int]], *, alone: bool, now: datetime
) -> None:
    """Writes down, in the transaction that decides or corrects cases, what shall happen after it; nothing where the folder names no way.

    Args:
        office: the office.
        tx: the deciding transaction.
        use_case: whose cases they are.
        numbered: the cases, each with the number of its effect: `DECISION`, or n + 1 for the n-th correction.
        alone: whether AI decided them alone.
        now: the moment of the decision.
    """
    way = office.effects.way(use_case.slug)
    if way is None:
        return
    installation = office.seal.vkey
    planned = [Planned(case=case, number=number, key=idempotency_key(installation, case, number, now)) for case, number in numbered]
    effects.plan(tx, use_case, planned, way=way, alone=alone, now=now)


def deliver_some(office: Office, now: datetime, limit: int = BATCH, *, name: str | None = None) -> int:
    """Takes due effects of one use case, tells their receiver, and writes down what came of it.

    Safe in any number of threads and processes: what one has taken, no other takes before the lease is over. Where the receiver fails,
    the rest of what was taken waits a moment, so that one that is down costs little and keeps nobody else's effects waiting.

    Args:
        office: the office.
        now: the moment at which the effects are due.
        limit: how many to take at most.
        name: a use case, for its effects alone; None: any use case's.

    Returns:
        How many attempts were made; 0 where nothing could be done now.
    """
    with office.book.claim() as tx:
        claim = office.draw.token("e_")
        until = office.clock.now() + LEASE
        batch = effects.claim(tx, Turn(claim=claim, now=now, until=until, limit=limit, chance=_chance(office), slug=name))
    return 0 if batch is None else _work(office, batch)


@dataclass(slots=True, kw_only=True)
class _Round:
    """What a round has tried and not written down yet; `open` are the effects it still holds, due again at `again` if set."""

    batch: Batch
    use_case: UseCase
    open: dict[int, Held]
    since: datetime
    tried: list[tuple[Held, Outcome]] = field(default_factory=list)
    attempts: int = 0
    again: datetime | None = None


def _work(office: Office, batch: Batch) -> int:
    with office.book.read() as tx:
        use_case = use_cases.by_id(tx, batch.use_case_id)
    turn = _Round(batch=batch, use_case=use_case, open={held.id: held for held in batch.effects}, since=office.clock.now())
    for held in batch.effects:
        now = office.clock.now()
        outcome = _deliver(office, use_case, held, now) if now + LONGEST_TIMEOUT <= batch.until else None
        if outcome is None:
            break
        turn.tried.append((held, outcome))
        turn.attempts += 1
        if isinstance(outcome, Failed) and outcome.retry:
            turn.again = office.clock.now() + FIRST_WAIT
            break
        if office.clock.now() - turn.since >= SOON:
            _write_down(office, turn)
    _write_down(office, turn, ends=True)
    return turn.attempts


def _deliver(office: Office, use_case: UseCase, held: Held, now: datetime) -> Outcome | None:
    """Tells the receiver of one effect, outside any transaction; None where a stop was pressed meanwhile."""
    with office.book.read() as tx:
        if held.alone and stops.pressed(tx, use_case.id):
            return None
        try:
            said = effects.message(tx, use_case, held)
        except ValueError:  # another key file, or altered bytes; the case must not keep others from being delivered
            return Failed(why="The decision cannot be read. Restore the key file and the database it was written with.", retry=True)
    return said if isinstance(said, Undeliverable) else office.effects.deliver(use_case.slug, message_to_json(said), now)


def _write_down(office: Office, turn: _Round, *, ends: bool = False) -> None:
    """Writes what came of attempts, as far as the effects are still ours; the rest is somebody else's to write down."""
    with office.book.write() as tx:
        now = office.clock.now()
        events: list[Event] = []
        for held, outcome in turn.tried:
            state = next_state(outcome, attempts=held.attempts, jitter=_chance(office), now=now)
            if effects.settle(tx, turn.batch.claim, held.id, state):
                events += _events(turn.use_case, held, state, now)
            del turn.open[held.id]
        if ends and turn.open:
            effects.give_back(tx, turn.batch.claim, list(turn.open), ready_at=turn.again)
        tx.record(*events)
    turn.tried.clear()
    turn.since = now


def _chance(office: Office) -> float:
    """Chance in [0, 1)."""
    return int.from_bytes(office.draw.secret()[:6], "big") / 2**48


def _events(use_case: UseCase, held: Held, state: EffectState, now: datetime) -> list[Event]:
    named: dict[str, Json] = {"case_number": held.case, "effect": held.number, "key": held.key}
    match state:
        case WaitingEffect():
            return []
        case DeliveredEffect():
            return [entry("effect.delivered", by=LICET, now=now, use_case=use_case, **named)]
        case DeadEffect(death=death):
            return [entry("effect.dead", by=LICET, now=now, use_case=use_case, death=death.value, **named)]
        case _:
            assert_never(state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """One pass over a use case's due effects: attempts made, and what waits or is dead after it."""

    attempts: int
    waiting: int
    dead: int


def deliver_due(office: Office, by: Actor, *, name: str) -> Attempted | Refused:
    """Delivers what is due of a use case, once round, without a server."""
    with office.book.read() as tx:
        permitted = allowed(office, tx, by, Act.DELIVER, use_cases.require(tx, name))
    if isinstance(permitted, Refused):
        return permitted
    began, attempts = office.clock.now(), 0
    while made := deliver_some(office, began, name=name):
        attempts += made
    with office.book.read() as tx:
        left = effects.counts(tx, use_cases.require(tx, name))
    return Attempted(attempts=attempts, waiting=left["waiting"], dead=left["dead"])


@dataclass(frozen=True, slots=True, kw_only=True)
class NotArrived:
    """Effects that have not arrived, oldest first, and how many there are in all."""

    effects: tuple[Listed, ...]
    waiting: int
    dead: int


def not_arrived(office: Office, *, name: str | None, dead_only: bool, limit: int) -> NotArrived:
    """Lists effects that wait or are dead, of one use case or of all."""
    with office.book.read() as tx:
        use_case = None if name is None else use_cases.require(tx, name)
        found = effects.listed(tx, use_case, dead_only=dead_only, limit=limit)
        left = effects.counts(tx, use_case)
    return NotArrived(effects=tuple(found), waiting=left["waiting"], dead=left["dead"])
