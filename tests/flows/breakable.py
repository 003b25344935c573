"""A database that is killed at a chosen moment, and a second one on the same file."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

from licet.flows.office import Office
from licet.store.book import Book, Tx
from licet.store.over_book import OverBook
from licet.testing import World


class KilledError(BaseException):
    """Stands for a process that is gone."""


class BreakableBook(Book):
    """Dies in its `at`-th write: before the commit, so that nothing of it lasts, or right after it."""

    def __init__(self, world: World, *, at: int, after_commit: bool) -> None:
        super().__init__(world.connect(), world.office.vault, world.draw)
        self._at, self._after_commit = at, after_commit
        self.writes = 0

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One transaction."""
        self.writes += 1
        dies = self.writes == self._at
        with super().write() as tx:
            yield tx
            if dies and not self._after_commit:
                raise KilledError
        if dies:
            raise KilledError


class Interrupted(OverBook):
    """After its first reading ends, and before anything is written, something else happens: another server was faster."""

    def __init__(self, whole: Book, meanwhile: Callable[[], None]) -> None:
        super().__init__(whole)
        self._meanwhile: Callable[[], None] | None = meanwhile

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """One transaction that writes nothing."""
        with super().read() as tx:
            yield tx
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            meanwhile()

    def _seen(self, transaction: AbstractContextManager[Tx]) -> AbstractContextManager[Tx]:
        return transaction


def interrupted(world: World, meanwhile: Callable[[], None]) -> Office:
    """The world's office, in which something happens after the first reading."""
    return replace(world.office, book=Interrupted(world.office.book, meanwhile))


def breaks(world: World, *, at: int, after_commit: bool) -> Office:
    """The world's office on a database that dies in its `at`-th write."""
    return replace(world.office, book=BreakableBook(world, at=at, after_commit=after_commit))


def second(world: World) -> Office:
    """The same installation through a connection of its own, as another process has it."""
    return replace(world.office, book=Book(world.connect(), world.office.vault, world.draw))
