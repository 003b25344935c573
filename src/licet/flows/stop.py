"""Stopping: the stop is pressed or lifted, for one use case or for the installation, with effect on the next deciding transaction."""

from dataclasses import dataclass

from licet.core.ids import PersonId
from licet.core.people import Act, Actor
from licet.core.reason import reason
from licet.core.refusal import Refused
from licet.core.stop import LiftedStop, Stop, may_lift
from licet.core.use_case import UseCase
from licet.flows.office import Office, allowed, allowed_person, entry
from licet.store import stops, use_cases
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The stop that is pressed; `repeated` where it was pressed before, and stays the earlier one."""

    stop: Stop
    repeated: bool


def press_stop(office: Office, by: Actor, *, name: str | None, why: str) -> Stopped | Refused:
    """Presses the stop: from the next deciding transaction on, people decide. Mandates, stages and verdicts stay as they are.

    Args:
        office: the office.
        by: an owner, risk, an admin, or a program with a token.
        name: the use case; None: everywhere.
        why: in words, for people.

    Raises:
        NotAReasonError: when `why` says nothing.
    """
    said = reason(why)
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = _within_reach(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        permitted = allowed(office, tx, by, Act.STOP, use_case)
        if isinstance(permitted, Refused):
            return permitted
        there = stops.standing(tx, use_case)
        if there is not None:
            return Stopped(stop=there, repeated=True)
        made = stops.press(tx, use_case, by=permitted.id, why=said, at=now)
        tx.record(entry("stop.pressed", by=permitted.id, now=now, use_case=use_case, reach=made.reach.value))
        return Stopped(stop=made, repeated=False)


def lift_stop(office: Office, by: Actor, *, name: str | None) -> LiftedStop | Refused:
    """Lifts the stop.

    A use case's takes risk, or its owner where they or a program pressed it; the installation's takes risk, as all that gives
    authority back does.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = _within_reach(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        act = Act.LIFT_EVERYWHERE if use_case is None else Act.LIFT
        person = allowed_person(office, tx, by, act, use_case)
        if isinstance(person, Refused):
            return person
        there = stops.standing(tx, use_case)
        if there is None:
            return _not_stopped(tx, use_case)
        allowed = may_lift(there, person)
        if isinstance(allowed, Refused):
            return allowed
        lifted = LiftedStop(stop=there, lifted_by=person.id, lifted_at=now)
        stops.lift(tx, lifted)
        tx.record(entry("stop.lifted", by=person.id, now=now, use_case=use_case, reach=there.reach.value))
        return lifted


@dataclass(frozen=True, slots=True, kw_only=True)
class Stops:
    """The stops that are pressed, and those that were lifted; oldest first."""

    pressed: tuple[Stop, ...]
    lifted: tuple[LiftedStop, ...]


def stop_status(office: Office, *, name: str | None) -> Stops:
    """Which stops are pressed: those that hold for a use case, or with None all there are; and which were, and who lifted them."""
    with office.book.read() as tx:
        use_case = None if name is None else use_cases.require(tx, name)
        found = stops.every(tx) if use_case is None else [*stops.history(tx, None), *stops.history(tx, use_case)]
    return Stops(
        pressed=tuple(stop for stop in found if isinstance(stop, Stop)),
        lifted=tuple(stop for stop in found if isinstance(stop, LiftedStop)),
    )


def _within_reach(tx: Tx, name: str | None) -> UseCase | Refused | None:
    """The use case by name, or None for the whole installation; from within one team nobody reaches that."""
    if name is None and tx.team is not None:
        why = f"The stop of the whole installation reaches beyond team {tx.team!r}."
        return Refused(code="beyond_the_team", why=why, remedy="Name a use case; or let somebody do it who is not bound to one team.")
    return None if name is None else use_cases.require(tx, name)


def _owner(use_case: UseCase | None) -> PersonId | None:
    return None if use_case is None else use_case.owner


def _not_stopped(tx: Tx, use_case: UseCase | None) -> Refused:
    elsewhere = None if use_case is None else stops.pressed(tx, use_case.id)
    if use_case is None:
        why, remedy = "The installation's stop is not pressed.", "`licet stop status` shows which are."
    elif elsewhere is None:
        why, remedy = f"The stop of {use_case.slug!r} is not pressed.", "`licet stop status` shows which are."
    else:
        why = f"The stop of {use_case.slug!r} is not pressed; the installation's is."
        remedy = "Lift that one, as risk: `licet stop lift`."
    return Refused(code="not_stopped", why=why, remedy=remedy)
