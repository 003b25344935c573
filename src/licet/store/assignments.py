"""Roles given to people: for the installation, for a team, or for a use case, each with who says so."""

from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, update

from licet.core.assignment import EVERYWHERE, Assignment, Grant, Place, Source
from licet.core.ids import PersonId, TeamName, UseCaseSlug
from licet.core.people import Person, Role
from licet.core.team import MAIN
from licet.core.use_case import UseCase
from licet.store import people, tables, teams
from licet.store.book import Record, Tx
from licet.store.identity_tables import role_assignment
from licet.store.work_tables import team

_R, _U = role_assignment.c, tables.use_case.c


def given_here(tx: Tx, use_case: UseCase) -> dict[PersonId, frozenset[Role]]:
    """Who was given which roles for a use case or for its team."""
    here = (_R.use_case_id == use_case.id) | (_R.team == teams.of(tx, use_case))
    found: dict[PersonId, frozenset[Role]] = {}
    for row in tx.run(select(_R.person_id, _R.role).where(here)):
        found[PersonId(row.person_id)] = found.get(PersonId(row.person_id), frozenset()) | {Role(row.role)}
    return found


def roles_given(tx: Tx, person: PersonId, use_case: UseCase) -> frozenset[Role]:
    """The roles that somebody was given for a use case or for its team."""
    if tx.told is not None:
        given = tx.once(("given", person), lambda: _given_everywhere(tx, person))
        return given.get(use_case.id, frozenset()) | (given.get(teams.of(tx, use_case), frozenset()) if given else frozenset())
    return frozenset(Role(role) for role in tx.run(_GIVEN, {"person": person, "use_case": use_case.id}).scalars())


_TEAM = func.coalesce(select(team.c.name).where(team.c.use_case_id == bindparam("use_case")).scalar_subquery(), MAIN)
_HERE = (_R.use_case_id == bindparam("use_case")) | (_R.team == _TEAM)
_GIVEN = select(_R.role).where(_R.person_id == bindparam("person"), _HERE)
"""Asked with every act: put together once."""


def _given_everywhere(tx: Tx, person: PersonId) -> dict[int | TeamName, frozenset[Role]]:
    """The roles that somebody was given, by use case and by team, for pages that ask about all use cases."""
    found: dict[int | TeamName, frozenset[Role]] = {}
    for row in tx.run(select(_R.use_case_id, _R.team, _R.role).where(_R.person_id == person)):
        for place in (row.use_case_id, row.team):
            if place is not None:
                found[place] = found.get(place, frozenset()) | {Role(row.role)}
    return found


def roles_anywhere(tx: Tx, person: Person) -> frozenset[Role]:
    """Every role that somebody has, wherever it holds."""
    return person.roles | {one.role for one in of(tx, person)}


def of(tx: Tx, person: Person) -> list[Assignment]:
    """All roles of a person: those of the installation first, then by team and use case."""
    joined = select(role_assignment, _U.slug).outerjoin(tables.use_case, _U.id == _R.use_case_id).where(_R.person_id == person.id)
    rows = [_assignment(row) for row in tx.run(joined.order_by(_R.team, _U.slug, _R.role))]
    told = {one.role for one in rows if one.place.everywhere}
    by_hand = [
        Assignment(person=person.id, role=role, place=EVERYWHERE, source=Source.HAND) for role in sorted(person.roles) if role not in told
    ]
    return [*by_hand, *(one for one in rows if one.place.everywhere), *(one for one in rows if not one.place.everywhere)]


def find(tx: Tx, person: Person, grant: Grant) -> Assignment | None:
    """A role that somebody has exactly there; None where they do not."""
    return next((one for one in of(tx, person) if one.role is grant.role and one.place == grant.place), None)


def give(tx: Tx, person: Person, grant: Grant, source: Source, *, at: datetime) -> Person:
    """Writes that somebody has a role; what a provider gave and an admin gives too is by hand from then on."""
    place, there = grant.place, find(tx, person, grant)
    if there is not None:
        tx.run(update(role_assignment).where(_exactly(tx, person, grant)).values(source=source.value))
        return person
    if not place.everywhere or source is Source.PROVIDER:
        row = {"person_id": person.id, "role": grant.role.value, "team": place.team, "use_case_id": _row_of(tx, place)}
        tx.run(insert(role_assignment).values(**row, source=source.value, given_at=at))
    return _with_roles(tx, person, person.roles | {grant.role}) if place.everywhere else person


def take(tx: Tx, person: Person, grant: Grant) -> Person:
    """Writes that somebody has a role there no more."""
    tx.run(delete(role_assignment).where(_exactly(tx, person, grant)))
    return _with_roles(tx, person, person.roles - {grant.role}) if grant.place.everywhere else person


def _with_roles(tx: Tx, person: Person, roles: frozenset[Role]) -> Person:
    people.set_roles(tx, person.id, roles, person.name)
    found = people.by_id(tx, person.id)
    return person if found is None else found


def _exactly(tx: Tx, person: Person, grant: Grant) -> ColumnElement[bool]:
    there = _R.team.is_not_distinct_from(grant.place.team) & _R.use_case_id.is_not_distinct_from(_row_of(tx, grant.place))
    return (_R.person_id == person.id) & (_R.role == grant.role.value) & there


def _row_of(tx: Tx, place: Place) -> int | None:
    if place.use_case is None:
        return None
    return int(tx.conn.execute(select(_U.id).where(_U.slug == place.use_case)).scalar_one())


def _assignment(row: Record) -> Assignment:
    r = row._mapping
    place = Place(team=None if r["team"] is None else TeamName(r["team"]), use_case=None if r["slug"] is None else UseCaseSlug(r["slug"]))
    return Assignment(
        person=PersonId(r["person_id"]), role=Role(r["role"]), place=place, source=Source(r["source"]), given_at=r["given_at"]
    )
