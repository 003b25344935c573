"""Looking at errors: the cases that a system got wrong, with what they say, for whoever may evaluate it."""

from collections.abc import Sequence
from dataclasses import dataclass

from licet.core.case import CaseBody
from licet.core.ids import Fingerprint
from licet.core.opened import Miss
from licet.core.people import Act, Person
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.office import Office, allowed, working
from licet.store import cases, looks, systems
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistaken:
    """An error with the case itself; the case is None where it was erased."""

    miss: Miss
    body: CaseBody | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A look that was taken, with the name of the system that was judged."""

    look: looks.StoredLook
    system: str


def look_at_errors(office: Office, by: Person, *, name: str, misses: Sequence[Miss]) -> tuple[Mistaken, ...]:
    """The cases of errors that opened cases showed; none for somebody who may not evaluate the use case.

    Args:
        office: the office.
        by: whoever looks.
        name: of the use case.
        misses: from `open_sealed.figures`, which gives none while the cases are sealed.
    """
    with office.book.read() as tx:
        use_case = working(tx, name)
        if isinstance(use_case, Refused) or isinstance(allowed(office, tx, by, Act.EVALUATE, use_case), Refused):
            return ()
        return tuple(Mistaken(miss=one, body=_body(tx, one)) for one in misses)


def _body(tx: Tx, miss: Miss) -> CaseBody | None:
    stored = cases.by_number(tx, miss.number)
    return None if stored is None else cases.body_of(tx, stored)


def list_looks(office: Office, *, name: str) -> tuple[Judged, ...]:
    """Every look at sealed cases of a use case, newest first: what was judged, what came of it and what it spent."""
    with office.book.read() as tx:
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return ()
        found = looks.looks_of(tx, use_case)
        names = {one: _named(tx, use_case, one) for one in {look.fingerprint for look in found}}
        return tuple(Judged(look=look, system=names[look.fingerprint]) for look in reversed(found))


def _named(tx: Tx, use_case: UseCase, fingerprint: Fingerprint) -> str:
    stored = systems.find(tx, use_case, fingerprint)
    return "unknown" if stored is None else f"{stored.card.name}@{stored.card.version}"
