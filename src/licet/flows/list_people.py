"""Listing people: who there is to act as, while everybody is still taken at their word."""

from licet.core.people import Person
from licet.flows.office import Office
from licet.store import people


def people_here(office: Office) -> tuple[Person, ...]:
    """Everybody with a name here, in the order in which they came."""
    with office.book.read() as tx:
        return tuple(person for person, _ in people.everyone(tx))
