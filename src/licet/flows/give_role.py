"""Giving and taking roles: for the installation, for one team, or for one use case; an admin does it, and never to themself."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from licet.core.assignment import Assignment, Grant, Place, Source, check_grant
from licet.core.canonical import Json
from licet.core.ids import PersonId, UseCaseSlug
from licet.core.ledger import Event
from licet.core.people import Act, Actor, Person, Role
from licet.core.refusal import Refused
from licet.flows.accounts import founding, without_factor
from licet.flows.office import Office, allowed, entry
from licet.store import accounts, assignments, people, use_cases
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A person and all roles they have now."""

    person: Person
    roles: tuple[Assignment, ...]


def give_role(office: Office, by: Actor, *, email: str, grant: Grant) -> Given | Refused:
    """Gives somebody a role somewhere; what an identity provider gave is by hand from then on.

    Raises:
        UnknownUseCaseError: when there is no such use case.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        found = _to_change(office, tx, by, email, grant)
        if isinstance(found, Refused):
            return found
        giver, person = found
        refused = _has_it(tx, person, grant) or without_factor(tx, person, frozenset({grant.role}))
        if refused is not None:
            return refused
        person = assignments.give(tx, person, grant, Source.HAND, at=now)
        tx.record(role_entry("role.given", person, grant, source=Source.HAND, by=giver.id, now=now))
        return _given(tx, person)


def take_role(office: Office, by: Actor, *, email: str, grant: Grant) -> Given | Refused:
    """Takes a role from somebody, there and nowhere else; it counts no more from the next question on.

    Raises:
        UnknownUseCaseError: when there is no such use case.
    """
    with office.book.write() as tx:
        found = _to_change(office, tx, by, email, grant)
        if isinstance(found, Refused):
            return found
        taker, person = found
        there = assignments.find(tx, person, grant)
        if there is None:
            why = f"{person.email!r} is not {grant.role.value} for {grant.place.words}."
            return Refused(code="not_there", why=why, remedy="`licet role list E-MAIL` shows which roles they have.")
        if _last_admin(tx, person, grant):
            why = f"{person.email!r} is the last admin who can sign in."
            return Refused(code="last_admin", why=why, remedy="Make somebody else admin first, and let them set an account up.")
        person = assignments.take(tx, person, grant)
        tx.record(role_entry("role.taken", person, grant, source=there.source, by=taker.id, now=office.clock.now()))
        return _given(tx, person)


def list_roles(office: Office, *, email: str) -> Given | Refused:
    """All roles of a person, with where each holds and who says so; those for what is not there for this office are left out."""
    with office.book.read() as tx:
        person = people.by_email(tx, email)
        return nobody(email) if person is None else _given(tx, person)


def _given(tx: Tx, person: Person) -> Given:
    there = {one.slug for one in use_cases.every(tx)}
    return Given(person=person, roles=tuple(one for one in assignments.of(tx, person) if _in_view(tx, one.place, there)))


def _in_view(tx: Tx, place: Place, there: Set[UseCaseSlug]) -> bool:
    return tx.team in {None, place.team} if place.use_case is None else place.use_case in there


def _to_change(office: Office, tx: Tx, by: Actor, email: str, grant: Grant) -> tuple[Actor, Person] | Refused:
    """Who changes whose role, where both may be."""
    permitted = allowed(office, tx, by, Act.GIVE_ROLE, None)
    permitted = permitted if isinstance(permitted, Refused) else founding(tx, permitted)
    wanted = check_grant(grant)
    person = people.by_email(tx, email)
    for refused in (permitted, wanted):
        if isinstance(refused, Refused):
            return refused
    if grant.place.use_case is not None:
        use_cases.require(tx, grant.place.use_case)
    elif tx.team is not None and grant.place.team != tx.team:
        why = f"A role for {grant.place.words} reaches beyond team {tx.team!r}."
        return Refused(code="beyond_the_team", why=why, remedy="Let somebody do it who is not bound to one team.")
    if person is None or isinstance(permitted, Refused):
        return nobody(email)
    if person.id == permitted.id:
        return Refused(code="same_person", why="Nobody gives a role to themselves, or takes one.", remedy="Let another admin do it.")
    return permitted, person


def _has_it(tx: Tx, person: Person, grant: Grant) -> Refused | None:
    there = assignments.find(tx, person, grant)
    if there is None or there.source is Source.PROVIDER:
        return None
    return Refused(code="already_done", why=f"{person.email!r} is {grant.role.value} for {grant.place.words} already.", remedy="")


def _last_admin(tx: Tx, person: Person, grant: Grant) -> bool:
    open_ones = [admin.id for admin, account in accounts.admins(tx) if account.disabled_at is None]
    return grant.role is Role.ADMIN and open_ones == [person.id]


def nobody(email: str) -> Refused:
    """Nobody has this address."""
    return Refused(code="not_there", why=f"Nobody here has the address {email!r}.", remedy="Add a person with `licet person add`.")


def role_entry(word: str, person: Person, grant: Grant, *, source: Source, by: PersonId, now: datetime) -> Event:
    """What the ledger says of a role that was given or taken: ids, never who that is."""
    place = grant.place
    facts: dict[str, Json] = {"person": person.id, "role": grant.role.value, "team": place.team, "source": source.value}
    return entry(word, by=by, now=now, use_case=place.use_case, **facts)
