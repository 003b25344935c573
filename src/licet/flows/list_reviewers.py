"""Listing reviewers: who can review what, with their roles, their skills and what they have to do."""

from dataclasses import dataclass
from datetime import datetime

from licet.core.desk import Load
from licet.core.people import Act, Actor, Person, Role
from licet.core.use_case import Stage, UseCase
from licet.flows.office import Office, allowed_person
from licet.flows.roles import everybody_here
from licet.store import desk_load, desks, use_cases
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing:
    """Somebody who may review in a use case. `senior`: whether they may say who of two people is right."""

    person: Person
    senior: bool
    skills: tuple[str, ...]
    load: Load


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Everybody who may review in a use case; nobody is a reason why its cases wait."""

    use_case: UseCase
    people: tuple[Reviewing, ...]


def benches(office: Office, by: Actor) -> list[Bench]:
    """Who can review what, in each use case that this person may look at."""
    with office.book.read() as tx:
        return benches_in(office, tx, by, office.clock.now())


def benches_in(office: Office, tx: Tx, by: Actor, now: datetime) -> list[Bench]:
    """The same within a transaction that asks more."""
    return [_bench(tx, use_case, now) for use_case in in_sight(office, tx, by)]


def in_sight(office: Office, tx: Tx, by: Actor) -> list[UseCase]:
    """The use cases that go on and that this person may look at."""
    working = [one for one in use_cases.every(tx) if one.stage is not Stage.RETIRED]
    return [one for one in working if isinstance(allowed_person(office, tx, by, Act.LOOK, one), Person)]


def _bench(tx: Tx, use_case: UseCase, now: datetime) -> Bench:
    everybody = [one for one in everybody_here(tx, use_case) if one.has(Role.REVIEWER, Role.SENIOR_REVIEWER)]
    load = {one.person: one for one in desk_load.loads(tx, use_case, everybody, now)}
    people = tuple(
        Reviewing(person=one, senior=one.has(Role.SENIOR_REVIEWER), skills=tuple(desks.skills(tx, use_case, one.id)), load=load[one.id])
        for one in everybody
    )
    return Bench(use_case=use_case, people=people)
