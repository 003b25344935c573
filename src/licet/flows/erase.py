"""Erasing: a case's key is deleted, so that nobody can read what it said; what the ledger committed to says nothing then."""

from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.flows.office import Office, entry, person_at_work_on
from licet.store import cases, workflows
from licet.store.payloads import erase


def erase_case(office: Office, by: Actor, *, name: str, case: str) -> int | Refused:
    """Erases the cases of a use case that have this outside name or, where none has, this number.

    An item of its workflow that has this name ends, and what it says is deleted; its cases at the steps have names of their own.
    A trained model forgets them at its next training.

    Returns:
        How many cases and items were erased, or `Refused`.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.ERASE, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        erased = [number for number in cases.numbers_named(tx, use_case, case) if erase(tx, number)]
        item = workflows.forget(tx, use_case, case, now)
        if item is not None:
            tx.record(entry("workflow.ended", by=person.id, now=now, use_case=use_case, item=item.id, step=item.step, why="erased"))
        tx.record(*[entry("case.erased", by=person.id, now=now, use_case=use_case, case_number=number) for number in erased])
        return len(erased) + (item is not None)
