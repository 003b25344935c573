"""Stopping: the stop is pressed or lifted, for a use case, a team or the installation, with effect on the next deciding transaction."""

from dataclasses import dataclass
from datetime import datetime

from licet.core.ids import PersonId, TeamName
from licet.core.ledger import Event
from licet.core.people import Act, Actor
from licet.core.reason import reason
from licet.core.refusal import Refused
from licet.core.stop import LiftedStop, Stop, may_lift
from licet.core.use_case import UseCase
from licet.flows.office import Office, allowed, allowed_person, entry
from licet.store import drills, stops, teams, use_cases
from licet.store.book import Tx
from licet.store.stops import Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The stop that is pressed; `repeated` where it was pressed before, and stays the earlier one."""

    stop: Stop
    repeated: bool


def press_stop(office: Office, by: Actor, *, name: str | None, why: str, team: TeamName | None = None) -> Stopped | Refused:
    """Presses the stop: from the next deciding transaction on, people decide. Mandates, stages and verdicts stay as they are.

    Args:
        office: the office.
        by: an owner, risk, an admin, or a program with a token.
        name: the use case; None: everywhere, or in a team.
        why: in words, for people.
        team: the team in whose use cases it is to hold; only without a name.

    A stop that is pressed as a drill gives way to this one, so that the drill's end does not lift it.

    Raises:
        NotAReasonError: when `why` says nothing.
    """
    said = reason(why)
    with office.book.write() as tx:
        now = office.clock.now()
        where = _within_reach(tx, name, team)
        if isinstance(where, Refused):
            return where
        permitted = allowed(office, tx, by, Act.STOP, _only(where))
        if isinstance(permitted, Refused):
            return permitted
        there = stops.standing(tx, where)
        if there is not None and not drills.is_open(tx, there):
            return Stopped(stop=there, repeated=True)
        if there is not None:
            _lift(tx, where, LiftedStop(stop=there, lifted_by=permitted.id, lifted_at=now))
        made = stops.press(tx, where, by=permitted.id, why=said, at=now)
        tx.record(_entry("stop.pressed", where, made, by=permitted.id, now=now))
        return Stopped(stop=made, repeated=False)


def lift_stop(office: Office, by: Actor, *, name: str | None, team: TeamName | None = None) -> LiftedStop | Refused:
    """Lifts the stop.

    A use case's takes risk, or its owner where they or a program pressed it; a team's and the installation's take risk, as all
    that gives authority back does.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        where = _within_reach(tx, name, team)
        if isinstance(where, Refused):
            return where
        person = allowed_person(office, tx, by, _to_lift(where), _only(where))
        if isinstance(person, Refused):
            return person
        there = stops.standing(tx, where)
        if there is None:
            return _not_stopped(tx, where)
        allowed = may_lift(there, person)
        if isinstance(allowed, Refused):
            return allowed
        return _lift(tx, where, LiftedStop(stop=there, lifted_by=person.id, lifted_at=now))


def _lift(tx: Tx, where: Where, lifted: LiftedStop) -> LiftedStop:
    stops.lift(tx, lifted)
    tx.record(_entry("stop.lifted", where, lifted.stop, by=lifted.lifted_by, now=lifted.lifted_at))
    return lifted


def _entry(word: str, where: Where, stop: Stop, *, by: PersonId, now: datetime) -> Event:
    """What the ledger says; a team's stop has words of its own: whoever verifies a pack cannot know whose a use case was."""
    if stop.team is not None:
        return entry(f"team_{word}", by=by, now=now, use_case=None, team=stop.team)
    return entry(word, by=by, now=now, use_case=_only(where), reach=stop.reach.value)


def _to_lift(where: Where) -> Act:
    if isinstance(where, str):
        return Act.LIFT_TEAM
    return Act.LIFT_EVERYWHERE if where is None else Act.LIFT


def _only(where: Where) -> UseCase | None:
    """The use case that an act is about; None where it reaches further."""
    return None if isinstance(where, str) else where


@dataclass(frozen=True, slots=True, kw_only=True)
class Stops:
    """The stops that are pressed, and those that were lifted; oldest first."""

    pressed: tuple[Stop, ...]
    lifted: tuple[LiftedStop, ...]


def stop_status(office: Office, *, name: str | None) -> Stops:
    """Which stops are pressed: those that hold for a use case, or with None all there are; and which were, and who lifted them."""
    with office.book.read() as tx:
        use_case = None if name is None else use_cases.require(tx, name)
        found = stops.every(tx) if use_case is None else _all_of(tx, use_case)
    return Stops(
        pressed=tuple(stop for stop in found if isinstance(stop, Stop)),
        lifted=tuple(stop for stop in found if isinstance(stop, LiftedStop)),
    )


def _all_of(tx: Tx, use_case: UseCase) -> list[Stop | LiftedStop]:
    places: tuple[Where, ...] = (None, teams.of(tx, use_case), use_case)
    return [one for where in places for one in stops.history(tx, where)]


def _within_reach(tx: Tx, name: str | None, team: TeamName | None) -> Where | Refused:
    """Where the stop is to hold; from within one team nobody reaches further."""
    if name is not None:
        return use_cases.require(tx, name)
    if tx.team is not None and tx.team != team:
        what = "the whole installation" if team is None else f"team {team!r}"
        why = f"The stop of {what} reaches beyond team {tx.team!r}."
        return Refused(code="beyond_the_team", why=why, remedy="Name a use case; or let somebody do it who is not bound to one team.")
    if team is not None and not teams.is_there(tx, team):
        remedy = "Give one to it: `licet use-case move SLUG --team TEAM`."
        return Refused(code="not_there", why=f"No use case is team {team!r}'s.", remedy=remedy)
    return team


def _not_stopped(tx: Tx, where: Where) -> Refused:
    elsewhere = stops.pressed(tx, where.id) if isinstance(where, UseCase) else None
    what = "the installation" if where is None else f"team {where!r}" if isinstance(where, str) else repr(where.slug)
    if elsewhere is None:
        why, remedy = f"The stop of {what} is not pressed.", "`licet stop status` shows which are."
    else:
        holder = "the installation's" if elsewhere.team is None else f"that of team {elsewhere.team!r}"
        why = f"The stop of {what} is not pressed; {holder} is."
        remedy = "Lift that one, as risk: `licet stop lift" + ("`." if elsewhere.team is None else f" --team {elsewhere.team}`.")
    return Refused(code="not_stopped", why=why, remedy=remedy)
