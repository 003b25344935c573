"""Qualifying: who may answer a use case's cases by what they showed on past ones."""

from datetime import datetime

from licet.core.people import Person
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.store.book import Tx


def entitled(tx: Tx, use_case: UseCase, person: Person, now: datetime) -> Refused | None:
    """Says no to whoever is not qualified for a use case; the desk asks before it hands a case out, and when its answer comes."""
    del tx, use_case, person, now
    return None
