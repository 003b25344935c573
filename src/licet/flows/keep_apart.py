"""Keeping apart: an item whose step nobody is left to decide is found and told of, for no time limit need ever say so."""

from datetime import datetime

from licet.core.ids import LICET, CaseNumber
from licet.core.people import Person
from licet.core.use_case import UseCase
from licet.core.workflow import NOBODY, NOBODY_LEFT
from licet.flows.capacity import members
from licet.flows.exclude import excluded_from
from licet.flows.go import branch_facts, tell
from licet.flows.office import Office, entry
from licet.store import apart, desk_moves, use_cases, workflow_moves, workflows
from licet.store.book import Tx
from licet.store.workflows import Item

ENOUGH = 2
"""So many people who have answered no other step are enough to say without looking closer that somebody is left."""


def look_who_is_left(office: Office, tx: Tx, now: datetime, *, limit: int) -> int:
    """Looks, for items at steps that are kept apart from others, whether anybody is left who may decide them.

    Where nobody is, the owner and whom the workflow names are told, once until somebody is there again. The item stays where it is: whoever
    may decide it comes to it by a role, a qualification, or by being added.

    Returns:
        At how many it looked.
    """
    items = workflow_moves.to_look(tx, now, limit=limit)
    answered = apart.who_answered(tx, [one.case for one in items if one.case is not None])
    there: dict[int, list[Person]] = {}
    for item in items:
        assert item.case is not None  # noqa: S101 - it is being decided
        target = use_cases.by_id(tx, workflow_moves.decided_in(tx, item.case))
        if target.id not in there:
            there[target.id] = [one.person for one in members(office, tx, target, now) if one.ready]
        barred = answered.get(item.case, frozenset())
        desk_moves.free_from(tx, item.case, barred)
        nobody = bool(barred) and not _somebody(tx, target, item.case, [one for one in there[target.id] if one.id not in barred])
        workflow_moves.looked(tx, item, now, nobody=nobody)
        if nobody and item.reason != NOBODY_LEFT:
            _tell(tx, item, now)
    return len(items)


def _somebody(tx: Tx, target: UseCase, case: CaseNumber, others: list[Person]) -> bool:
    """Whether one of these may decide a case. Of two, one at most asked for it: then nobody need be asked about."""
    return len(others) >= ENOUGH or any(not excluded_from(tx, target, [case], one) for one in others)


def _tell(tx: Tx, item: Item, now: datetime) -> None:
    use_case, version = use_cases.by_id(tx, item.use_case_id), workflows.version_by_id(tx, item.version)
    facts = {"item": item.root, "step": item.step, **branch_facts(item)}
    tx.record(entry("workflow.nobody_left", by=LICET, now=now, use_case=use_case, **facts))
    says = f"An item waits at {item.step!r}. {NOBODY} Add somebody who may review there, or qualify them."
    tell(tx, use_case, version, "nobody is left to decide an item", says, now)
