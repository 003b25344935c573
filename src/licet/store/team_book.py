"""The database as one team sees it: use cases of other teams are not there."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

from licet.core.ids import TeamName
from licet.core.team import OtherTeamError
from licet.store.book import Book, Tx
from licet.store.over_book import OverBook
from licet.store.teams import show


class TeamBook(OverBook):
    """A book whose every transaction shows one team's use cases, on top of whatever book there is."""

    def __init__(self, whole: Book, team: TeamName) -> None:
        """Takes the book of the whole installation."""
        super().__init__(whole)
        self.team = team

    @contextmanager
    def _seen(self, transaction: AbstractContextManager[Tx]) -> Iterator[Tx]:
        """A transaction with this team's view; others that share its commit get theirs back. What fails takes the view back itself."""
        with transaction as tx:
            if tx.team not in {None, self.team}:
                message = f"This is the view of team {tx.team!r}; it cannot become that of {self.team!r}."
                raise OtherTeamError(message)
            show(tx.conn, self.team)
            yield replace(tx, team=self.team)
            show(tx.conn, tx.team)
