"""Listing use cases: those somebody can see, by name."""

from licet.core.use_case import UseCase
from licet.flows.office import Office
from licet.store import use_cases


def use_cases_here(office: Office) -> list[UseCase]:
    """Every use case that is there in this office, oldest first; other teams' are not."""
    with office.book.read() as tx:
        return use_cases.every(tx)
