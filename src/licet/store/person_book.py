"""The database as one person works in it: each ledger entry of theirs says how they showed who they are."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

from licet.core.ids import PersonId
from licet.core.people import Person
from licet.store import people
from licet.store.book import Book, Tx
from licet.store.over_book import OverBook


class OtherPersonError(PermissionError):
    """The book of one person was to become that of another."""


class PersonBook(OverBook):
    """A book in whose every transaction one person acts, on top of whatever book there is."""

    def __init__(self, whole: Book, person: Person) -> None:
        """Takes the book to work in, and who signed in."""
        super().__init__(whole)
        self.person = person

    @contextmanager
    def _seen(self, transaction: AbstractContextManager[Tx]) -> Iterator[Tx]:
        with transaction as tx:
            if tx.acting is not None and tx.acting.id != self.person.id:
                message = f"This is the work of {tx.acting.id!r}; it cannot become that of {self.person.id!r}."
                raise OtherPersonError(message)
            yield replace(tx, acting=self.person, scoped=scoped(tx, self.person.id))


def scoped(tx: Tx, person: PersonId) -> PersonId | None:
    """Somebody who has no role of the installation, as this transaction finds them: only what they were given a role for is there."""
    there = people.by_id(tx, person)
    return person if there is None or not there.roles else None
