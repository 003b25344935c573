"""Roles: which ones people have, here and anywhere; the one place where flows look them up."""

from dataclasses import replace

from licet.core.people import Person, Role
from licet.core.use_case import UseCase
from licet.store import assignments, people
from licet.store.book import Tx


def roles_here(tx: Tx, person: Person, use_case: UseCase | None) -> frozenset[Role]:
    """The roles that a person has in a use case, as this transaction finds them: the installation's, its team's and its own.

    With None those of the installation. Flows ask this, never the person's own list: who lost a role, or whose account was disabled,
    since they came in acts with it no more; an installation-wide one given since counts when they come anew.
    """
    there = tx.once(("roles of", person.id), lambda: people.roles_of(tx, person.id))
    if there is None:
        return frozenset()
    everywhere = person.roles & there
    return everywhere if use_case is None else everywhere | assignments.roles_given(tx, person.id, use_case)


def person_here(tx: Tx, person: Person, use_case: UseCase | None) -> Person:
    """Somebody with the roles that hold here."""
    return replace(person, roles=roles_here(tx, person, use_case))


def person_anywhere(tx: Tx, person: Person) -> Person:
    """Somebody with every role they have anywhere: for what spans use cases and must be no wider than the narrowest of them."""
    return replace(person, roles=assignments.roles_anywhere(tx, person))


def everybody_here(tx: Tx, use_case: UseCase) -> list[Person]:
    """Everybody, with the roles that hold in a use case, in the order in which they were added."""
    given = assignments.given_here(tx, use_case)
    everyone = tx.once(("everyone",), lambda: [person for person, _ in people.everyone(tx)])
    return [replace(person, roles=person.roles | given.get(person.id, frozenset())) for person in everyone]
