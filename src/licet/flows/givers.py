"""Givers: whose yes counts, as far as they themselves go."""

from licet.core.approval import LiveRequest, PassedRequest
from licet.core.ids import PersonId
from licet.core.people import Person, Role
from licet.core.use_case import UseCase
from licet.flows.roles import everybody_here
from licet.store import accounts
from licet.store.book import Tx


def able(tx: Tx, use_case: UseCase, found: LiveRequest) -> frozenset[PersonId]:
    """Of those who said yes, the people whose yes still counts: they are here, may sign in, and carry the role for it.

    Once a request has passed, that is settled; only a hand in the use case takes a yes back from then on.
    """
    if isinstance(found, PassedRequest):
        return frozenset(yes.by for yes in found.request.given)
    given = {yes.by for yes in found.request.given}
    givers = [person for person in everybody_here(tx, use_case) if person.id in given]
    return frozenset(person.id for person in givers if may_count(person) and not disabled(tx, person))


def may_count(person: Person) -> bool:
    """Whether a person carries a role whose yes counts, and none that keeps it from counting."""
    return person.has(Role.RISK, Role.OWNER) and not person.has(Role.BUILDER)


def disabled(tx: Tx, person: Person) -> bool:
    """Whether somebody's account is disabled: whatever they said before, they are not asked now."""
    account = accounts.find(tx, person.id)
    return account is not None and account.disabled_at is not None
