"""Purses: what use cases spend on asking their systems, in the database, or in memory where there is none."""

import threading
from dataclasses import dataclass, field, replace

from licet.core.budget import Budget, Per, Taken, period_of
from licet.core.cost import Cost
from licet.core.ids import UseCaseSlug
from licet.ports import Clock
from licet.store import spending, use_cases
from licet.store.book import Book


@dataclass(frozen=True, slots=True, kw_only=True)
class BookPurse:
    """The purse of an installation (the port `Purse`): a budget holds over all its processes, restarts and kills."""

    book: Book
    clock: Clock

    def take(self, slug: UseCaseSlug, amount: Cost, budget: Budget | None) -> Taken | None:
        """See `Purse.take`; of a use case that is not there nothing may be spent."""
        period = period_of(Per.MONTH if budget is None else budget.per, self.clock.now())
        with self.book.claim() as tx:
            use_case = use_cases.find(tx, slug)
            most = None if budget is None else budget.most
            if use_case is None or not spending.take(tx, use_case, period, amount, most=most):
                return None
        return Taken(slug=slug, period=period, amount=amount)

    def settle(self, taken: Taken, spent: Cost) -> None:
        """See `Purse.settle`."""
        with self.book.claim() as tx:
            use_case = use_cases.find(tx, taken.slug)
            if use_case is not None:
                spending.settle(tx, use_case, taken.period, counted=taken.amount, spent=spent)


@dataclass(slots=True, kw_only=True)
class PocketPurse:
    """A purse in memory, for tests and for code outside an installation: a budget holds for one process, whatever the day."""

    spent: dict[UseCaseSlug, Cost] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, slug: UseCaseSlug, amount: Cost, budget: Budget | None) -> Taken | None:
        """See `Purse.take`."""
        with self._lock:
            after = self.spent.get(slug, replace(amount, millionths=0)).plus(amount)
            if budget is not None and after.millionths > budget.most.millionths:
                return None
            self.spent[slug] = after
        return Taken(slug=slug, period="ever", amount=amount)

    def settle(self, taken: Taken, spent: Cost) -> None:
        """See `Purse.settle`."""
        with self._lock:
            before = self.spent[taken.slug]
            self.spent[taken.slug] = replace(before, millionths=before.millionths - taken.amount.millionths + spent.millionths)
