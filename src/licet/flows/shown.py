"""How people showed who they are: read off the ledger's entries, which each say it."""

from collections.abc import Iterable

from licet.core.canonical import Json
from licet.core.ids import LICET, OPERATOR, PROGRAM
from licet.core.ledger import Event
from licet.core.people import Identity
from licet.core.use_case import UseCase
from licet.store import ledger
from licet.store.book import Tx
from licet.store.marks import Wanted, every, spans_of

OWN_AFFAIRS = frozenset({"session.opened", "session.confirmed", "session.ended", "password.changed", "sign_in.failing"})
"""Entries of when people signed in: theirs and the installation's affair, and no evidence on a use case; no pack holds them."""


def shown_in(events: Iterable[Event]) -> dict[str, list[Json]]:
    """By person: each way in which they showed who they are, from the weakest on."""
    found: dict[str, set[str]] = {}
    for event in events:
        if not event.by.startswith(PROGRAM) and event.by not in {LICET, OPERATOR} and "identity" in event.facts:
            found.setdefault(event.by, set()).add(str(event.facts["identity"]))
    return {person: [*sorted(ways, key=_strength)] for person, ways in found.items()}


def shown_in_use_case(tx: Tx, use_case: UseCase) -> tuple[str, ...]:
    """The ways in which those showed who they are who acted in a use case; the weakest first, asserted where nobody has acted yet.

    The ledger must have been made findable.
    """
    numbers = every(tx, Wanted(spans=spans_of(tx, [use_case.slug]), no_case=True))
    said = shown_in(row.event for row in ledger.entries_at(tx, numbers))
    ways = {str(way) for each in said.values() for way in each}
    return tuple(sorted(ways, key=_strength)) or (Identity.ASSERTED.value,)


def _strength(way: str) -> int:
    order = [each.value for each in Identity]
    return order.index(way) if way in order else 0
