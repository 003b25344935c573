"""When a task is due and whom it asks for: the same for each kind of task, so that neither tells why somebody is asked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from licet.core.case_rules import facts_of
from licet.core.use_case import UseCase
from licet.flows.office import Office
from licet.store import cases
from licet.store.book import Tx
from licet.store.decisions import Task


def placed(office: Office, tx: Tx, use_case: UseCase, tasks: Sequence[Task], now: datetime) -> list[Task]:
    """Tasks about cases that were asked about before, due as the cases' first ones were; those of an erased case as is usual."""
    rules = office.desks.rules(use_case.slug)
    found: list[Task] = []
    for task in tasks:
        stored = cases.by_number(tx, task.case)
        body = None if stored is None else cases.body_of(tx, stored)
        facts = {} if body is None else facts_of(body)
        found.append(replace(task, due_at=rules.due(facts, now), skill=rules.skill(facts)))
    return found
