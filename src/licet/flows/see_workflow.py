"""Seeing a workflow: its steps, where items stand, and for whoever may send them on the items themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.keep_blind import as_told
from licet.flows.office import Office, allowed, allowed_person
from licet.flows.walk import Stood, list_items, show_item, stood_at
from licet.store import use_cases, workflow_counts, workflows
from licet.store.book import Tx
from licet.store.workflow_counts import Standing
from licet.store.workflows import Version

SHOWN = 100
"""Items that are shown at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenWorkflow:
    """A use case's workflow as somebody sees it.

    Attributes:
        versions: the oldest first; none where no steps are registered.
        standing: how many items stand where.
        items: of those on their way the held first, then the late, at most `SHOWN`; None where this person may not send them on: where an
            item stands can say what AI answered, which whoever reviews it must not know. Of an item that may yet come to them neither
            step nor way is told (`as_told`).
    """

    use_case: UseCase
    versions: Sequence[Version]
    standing: Sequence[Standing]
    items: Sequence[Stood] | None


def see_workflow(office: Office, by: Actor, *, name: str) -> SeenWorkflow | Refused:
    """The workflow of a use case, for whoever may look at that."""
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        no = allowed(office, tx, by, Act.LOOK, use_case)
        if isinstance(no, Refused):
            return no
        closed = isinstance(allowed_person(office, tx, by, Act.SET_STEPS, use_case), Refused)
        return SeenWorkflow(
            use_case=use_case,
            versions=workflows.versions(tx, use_case),
            standing=workflow_counts.standing(tx, use_case),
            items=None if closed else as_told(office, tx, by, _running(tx, use_case)),
        )


def _running(tx: Tx, use_case: UseCase) -> list[Stood]:
    return [stood_at(tx, one) for one in workflow_counts.running(tx, use_case, limit=SHOWN)]


def see_items(office: Office, by: Actor, *, name: str, limit: int = SHOWN) -> tuple[Mapping[str, int], list[Stood]]:
    """How many items stand where, and those on their way as this reader may see them; of somebody who may not send them on, none."""
    counts, found = list_items(office, name=name, limit=limit)
    with office.book.read() as tx:
        closed = isinstance(by, Person) and isinstance(allowed_person(office, tx, by, Act.SET_STEPS, use_cases.require(tx, name)), Refused)
        return counts, [] if closed else as_told(office, tx, by, found)


def see_item(office: Office, by: Actor, *, name: str, item: str) -> Stood | Refused:
    """One item as this reader may see it; a person who may not send it on is refused."""
    found = show_item(office, name=name, item=item)
    with office.book.read() as tx:
        no = allowed_person(office, tx, by, Act.SET_STEPS, use_cases.require(tx, name)) if isinstance(by, Person) else None
        if isinstance(found, Refused) or isinstance(no, Refused):
            return no if isinstance(no, Refused) else found
        return as_told(office, tx, by, [found])[0]


def registered(office: Office, *, name: str, number: int | None) -> Version | Refused:
    """A registered version of a use case's workflow; `number` None: the newest."""
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        known = workflows.versions(tx, use_case)
    found = [one for one in known if number in (None, one.number)]
    if found:
        return found[-1]
    if not known:
        remedy = f"Write workflow.yaml in its folder; then: licet workflow register {use_case.slug}"
        return Refused(code="no_workflow", why=f"{use_case.slug!r} has no workflow.", remedy=remedy)
    return Refused(code="no_workflow", why=f"{number} is no version of {use_case.slug!r}.", remedy=f"There are: 1 to {known[-1].number}.")
