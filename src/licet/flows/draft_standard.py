"""Drafting a standard: what its targets would mean with this use case's past cases, without reading a sealed answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from licet.core.case import Part
from licet.core.people import Actor
from licet.core.prospect import BY_REGION, Prospect, prospects
from licet.core.refusal import Refused
from licet.core.standard import CountersignedStandard, LockedStandard, Standard, locked_part
from licet.core.system import SystemCard
from licet.core.use_case import UseCase
from licet.flows.evaluate import Request, may_evaluate
from licet.flows.explore import Explored, explore
from licet.flows.office import Office
from licet.flows.run import ALONE, Runner
from licet.store import cases, looks, standards
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What a draft would mean.

    Attributes:
        past: how many past cases each part has.
        labels: how many sealed cases have an answer and were never opened; counted, not read.
        card: the system whose answers on unsealed cases the estimates rest on; None where there are none.
        why: why nothing is estimated; empty where something is.
        prospects: most lenient target first.
        warnings: what a reader must know.
    """

    use_case: UseCase
    past: Mapping[Part, int]
    labels: int
    card: SystemCard | None
    why: str
    prospects: tuple[Prospect, ...]
    warnings: tuple[str, ...]


def draft_standard(office: Office, by: Actor, request: Request, runner: Runner = ALONE) -> Drafted | Refused:
    """Says what a draft's targets would mean, before anybody locks it.

    Args:
        office: the office.
        by: who asks.
        request: the draft as `on_disk`, and the system that is asked about unsealed cases.
        runner: who asks the system.

    Returns:
        What it would mean, or `Refused`: also while a locked standard is in the way.
    """
    with office.book.read() as tx:
        use_case = may_evaluate(office, tx, by, request.name)
        if isinstance(use_case, Refused):
            return use_case
        locked = _locked(tx, use_case)
        if locked is not None:
            return locked
        past, labels = cases.count_history(tx, use_case), _labels(tx, use_case)
    return _meaning(_Past(use_case=use_case, cases=past, labels=labels), request.on_disk, explore(office, by, request, runner))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """What is there of a use case before its system is asked."""

    use_case: UseCase
    cases: Mapping[Part, int]
    labels: int


def _meaning(past: _Past, draft: Standard, explored: Explored | Refused) -> Drafted:
    """What a draft means; where nothing could be explored, why, and what holds without."""
    nothing = BY_REGION if draft.regions else ""
    return Drafted(
        use_case=past.use_case,
        past=past.cases,
        labels=past.labels,
        card=None if isinstance(explored, Refused) else explored.card,
        why=f"{explored.why} {explored.remedy}".strip() if isinstance(explored, Refused) else nothing,
        prospects=prospects(draft, None if isinstance(explored, Refused) else explored.judged, past.labels),
        warnings=() if isinstance(explored, Refused) else explored.warnings,
    )


def _locked(tx: Tx, use_case: UseCase) -> Refused | None:
    there = standards.newest(tx, use_case)
    if not isinstance(there, LockedStandard | CountersignedStandard):
        return None
    why = f"Version {locked_part(there).version} of the standard of {use_case.slug!r} is locked; a draft would stand in its place."
    return Refused(code="already_done", why=why, remedy="To draft the next version: `licet standard revise`.")


def _labels(tx: Tx, use_case: UseCase) -> int:
    """Sealed labels that a verdict could still rest on; opened ones are history."""
    sealed = looks.current_set(tx, use_case)
    return 0 if sealed is None or sealed.opened_scope is not None else sealed.labelled
