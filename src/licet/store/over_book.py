"""A book over another: each of its transactions is one of the other's, seen in some other way."""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from licet.store.book import Book, Tx


class OverBook(Book):
    """Stands over whatever book there is; it opens nothing of its own."""

    def __init__(self, whole: Book) -> None:
        """Takes the book it stands over."""
        self._whole = whole

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """See `Book.write`."""
        with self._seen(self._whole.write()) as tx:
            yield tx

    @contextmanager
    def claim(self) -> Iterator[Tx]:
        """See `Book.claim`."""
        with self._seen(self._whole.claim()) as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """See `Book.read`."""
        with self._seen(self._whole.read()) as tx:
            yield tx

    @abstractmethod
    def _seen(self, transaction: AbstractContextManager[Tx]) -> AbstractContextManager[Tx]:
        """The transaction, as it is seen here."""

    def check_schema(self) -> None:
        """See `Book.check_schema`."""
        self._whole.check_schema()

    def close(self) -> None:
        """Lets go of the database, for whoever uses it."""
        self._whole.close()
