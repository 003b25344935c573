"""Listing capacity: for each use case who is there to answer, what will come to them, and what is short. People, not seats."""

from dataclasses import dataclass
from datetime import datetime

from licet.core.capacity import USUAL_LATE, Capacity, Held, hold
from licet.core.desk import Load
from licet.core.gate_rules import Code
from licet.core.people import Act, Actor, Person
from licet.core.qualification import QualificationRule, may_see_team, sees_figures
from licet.core.refusal import Refused
from licet.core.use_case import Stage, UseCase
from licet.flows.capacity import Member, capacity_with, members
from licet.flows.list_reviewers import Bench, benches_in, in_sight
from licet.flows.office import Office, allowed_person, person_at_work_on
from licet.flows.rules_in_force import gate_rules_in_force
from licet.store import desk_load, qualifications, risks
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Manned:
    """Somebody who may answer, with what they have to do. `until`: of their qualification; None where there is none, or it is not shown."""

    member: Member
    load: Load
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamCapacity:
    """A whole team against what comes to it.

    Attributes:
        rule: what qualifies; None: nothing is asked for.
        late: the share of cases that may be answered late.
        asked: whether a gate asks for it; otherwise it is shown and stops nothing.
        held: whether those who are there are enough.
    """

    use_case: UseCase
    rule: QualificationRule | None
    people: tuple[Manned, ...]
    capacity: Capacity
    late: float
    asked: bool
    held: Held


def team_capacity(office: Office, by: Actor, *, name: str) -> TeamCapacity | Refused:
    """A use case's team against what comes to it; for its owner, senior reviewers and risk."""
    with office.book.read() as tx:
        there = person_at_work_on(office, tx, by, Act.LOOK, name=name)
        if isinstance(there, Refused):
            return there
        use_case, viewer = there
        refused = may_see_team(viewer)
        return refused or _team(office, tx, use_case, viewer, office.clock.now())


def benches_and_teams(office: Office, by: Actor) -> tuple[list[Bench], list[TeamCapacity]]:
    """Who can review what, and every team that this person may see, at one moment: what both ask is asked once."""
    with office.book.read() as tx:
        now = office.clock.now()
        return benches_in(office, tx, by, now), _teams(office, tx, by, now)


def _teams(office: Office, tx: Tx, by: Actor, now: datetime) -> list[TeamCapacity]:
    seen = [(one, allowed_person(office, tx, by, Act.LOOK, one)) for one in in_sight(office, tx, by)]
    shown = [(one, viewer) for one, viewer in seen if isinstance(viewer, Person) and may_see_team(viewer) is None]
    return [_team(office, tx, use_case, viewer, now) for use_case, viewer in shown]


def _team(office: Office, tx: Tx, use_case: UseCase, viewer: Person, now: datetime) -> TeamCapacity:
    there, risk = members(office, tx, use_case, now), risks.newest(tx, use_case)
    load = {one.person: one for one in desk_load.loads(tx, use_case, [one.person for one in there], now)}
    asked = gate_rules_in_force(office, tx).of(Stage.DELEGATED, None if risk is None else risk.tier)
    late = (asked.get(Code.CAPACITY) or 0) / 100.0 or USUAL_LATE
    capacity = capacity_with(office, tx, use_case, there, now)
    return TeamCapacity(
        use_case=use_case,
        rule=qualifications.rule_of(tx, use_case),
        people=tuple(_manned(one, load[one.person.id], shown=sees_figures(viewer)) for one in there),
        capacity=capacity,
        late=late,
        asked=Code.CAPACITY in asked,
        held=hold(capacity, late=late),
    )


def _manned(one: Member, load: Load, *, shown: bool) -> Manned:
    return Manned(member=one, load=load, until=one.until if shown else None)
