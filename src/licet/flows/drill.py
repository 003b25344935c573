"""Drilling: the stop of a use case is pressed, the deciding path is asked whether it stops, and the stop is lifted again.

A crash in the middle leaves the stop pressed, with a reason that says so: nothing is decided alone until a person looked.
"""

from dataclasses import dataclass
from datetime import timedelta

from licet.core.canonical import Json
from licet.core.drill import GIVE_UP_AFTER, SAYS, Drill, Result, result_of
from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused
from licet.core.stop import LiftedStop, Stop
from licet.core.use_case import UseCase
from licet.flows.decide import is_stopped
from licet.flows.office import Office, entry, person_at_work_on
from licet.store import drills, stops


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """A drill whose stop is pressed."""

    use_case: UseCase
    by: Person
    stop: Stop


def drill_stop(office: Office, by: Actor, *, name: str) -> Drill | Refused:
    """Exercises the stop of a use case on the path that decides, and says how long it took to count.

    Args:
        office: the office.
        by: its owner, risk or an admin.
        name: the use case.

    Returns:
        What the drill showed; `Refused` where the stop is pressed for real, or the person may not.
    """
    running = _press(office, by, name)
    if isinstance(running, Refused):
        return running
    took, stopped = _probe(office, running)
    return _end(office, running, took, stopped=stopped)


def _press(office: Office, by: Actor, name: str) -> _Running | Refused:
    with office.book.write() as tx:
        now = office.clock.now()
        at_work = person_at_work_on(office, tx, by, Act.DRILL, name=name)
        if isinstance(at_work, Refused):
            return at_work
        use_case, person = at_work
        there = stops.pressed(tx, use_case.id)
        if there is not None:
            why = f"The {there.reach.value.replace('_', ' ')}'s stop is pressed since {there.at:%Y-%m-%d %H:%M} UTC: {there.why}"
            return Refused(code="already_stopped", why=why, remedy="Nothing is to be exercised while it holds; lift it first.")
        made = stops.press(tx, use_case, by=person.id, why=SAYS, at=now)
        drills.begin(tx, use_case, made)
        tx.record(entry("stop.pressed", by=person.id, now=now, use_case=use_case, reach=made.reach.value, drill=True))
    return _Running(use_case=use_case, by=person, stop=made)


def _probe(office: Office, running: _Running) -> tuple[timedelta, bool]:
    """Asks the deciding path until it stops, or for as long as anybody waits for that; no case is in it."""
    while True:
        with office.book.write() as tx:
            now = office.clock.now()
            stopped = is_stopped(tx, running.use_case, now)
        took = now - running.stop.at
        if stopped or took >= GIVE_UP_AFTER:
            return took, stopped


def _end(office: Office, running: _Running, took: timedelta, *, stopped: bool) -> Drill:
    """Writes down what the drill showed; lifts its stop where it held, and leaves what somebody else pressed or lifted as it is."""
    use_case, stop, by = running.use_case, running.stop, running.by.id
    with office.book.write() as tx:
        now = office.clock.now()
        there = stops.standing(tx, use_case)
        result = result_of(took, stopped=stopped, ours=there is not None and there.id == stop.id)
        found = Drill(use_case=use_case.slug, by=by, at=now, took_ms=round(took / timedelta(milliseconds=1)), result=result)
        drills.end(tx, stop, found)
        reach = stop.reach.value
        if result in {Result.HELD, Result.SLOW}:
            stops.lift(tx, LiftedStop(stop=stop, lifted_by=by, lifted_at=now))
            tx.record(entry("stop.lifted", by=by, now=now, use_case=use_case, reach=reach, drill=True))
        facts: dict[str, Json] = {"reach": reach, "took_ms": found.took_ms, "result": result.value}
        tx.record(entry("stop.exercised", by=by, now=now, use_case=use_case, **facts))
    return found
