"""Listing obligations: what laws and frameworks ask, from when on, and which evidence Licet has for it; never that it is fulfilled."""

from dataclasses import dataclass
from datetime import date

from licet.core.obligation import Obligation
from licet.core.obligations import concerning
from licet.core.risk import NO_ANSWERS
from licet.flows.office import Office
from licet.store import risks, use_cases
from licet.store.risks import StoredRisk


@dataclass(frozen=True, slots=True, kw_only=True)
class Obliged:
    """The obligations that concern a use case, or all.

    Attributes:
        on: the day that is asked about.
        obligations: also those that apply later than that day only.
        risk: the answers by which they were chosen; None where nobody answered, or no use case was asked about.
    """

    on: date
    obligations: tuple[Obligation, ...]
    risk: StoredRisk | None


def list_obligations(office: Office, *, name: str | None, on: date | None) -> Obliged:
    """Lists obligations.

    Args:
        office: the office.
        name: the use case; None: the whole catalogue. A use case without answers is concerned by all: unknown is the harshest answer.
        on: a day; None: today.
    """
    day = office.clock.now().date() if on is None else on
    if name is None:
        return Obliged(on=day, obligations=concerning(None), risk=None)
    with office.book.read() as tx:
        found = risks.newest(tx, use_cases.require(tx, name))
    return Obliged(on=day, obligations=concerning(NO_ANSWERS if found is None else found.answers), risk=found)
