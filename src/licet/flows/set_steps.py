"""Setting steps: a version of a workflow is registered, and items go over to it by the rule that it states."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.core.use_case import UseCase, in_use
from licet.core.workflow import Decide, Join, StepName, Workflow
from licet.core.workflow_change import asks_no_less, can_go_on, stands_alone
from licet.core.workflow_flaws import flaws
from licet.core.workflow_json import version_of
from licet.flows.office import Office, allowed, entry, person_at_work_on
from licet.store import teams, use_cases, workflows
from licet.store.book import Tx
from licet.store.workflows import BRANCH_HELD, HELD, PARALLEL, Item, Version


class NotAWorkflowHereError(ValueError):
    """Steps were to be registered that are no workflow; whoever reads a file says so with its line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A version; `again` says that exactly these steps were registered before."""

    version: Version
    again: bool


def register_workflow(office: Office, by: Actor, *, name: str, workflow: Workflow) -> Registered | Refused:
    """Registers steps as the version in which items begin from now on; items on their way stay in theirs.

    Who registers the steps of a use case without an owner becomes its owner: somebody must hear of what is held.

    Args:
        office: the office.
        by: the owner of the use case, who may also bring cases to each use case that a step names.
        name: the use case.
        workflow: its steps.

    Raises:
        NotAWorkflowHereError: names the first flaw.
        UnknownUseCaseError: for a step whose use case is not there.
    """
    for flaw in flaws(workflow):
        raise NotAWorkflowHereError(f"{flaw.why} {flaw.remedy}")
    with office.book.write() as tx:
        there = person_at_work_on(office, tx, by, Act.SET_STEPS, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        refused = _refused_step(office, tx, person, use_case, workflow)
        if refused is not None:
            return refused
        known, named = workflows.versions(tx, use_case), version_of(workflow)
        if known and known[-1].digest == named:
            return Registered(version=known[-1], again=True)
        if any(one.digest == named for one in known):
            why = "Exactly these steps were an earlier version, and a version is registered once."
            return Refused(code="already_done", why=why, remedy="Change something, such as a time, to begin a version anew.")
        now = office.clock.now()
        use_cases.set_owner(tx, use_case, use_case.owner or person.id)
        made = workflows.add_version(tx, use_case, workflow, named, by=person.id, at=now)
        tx.record(entry("workflow.registered", by=person.id, now=now, use_case=use_case, version=made.number, digest=named))
        return Registered(version=made, again=False)


def _refused_step(office: Office, tx: Tx, by: Actor, use_case: UseCase, workflow: Workflow) -> Refused | None:
    """Why a step may not lead where it does: its use case is retired, another team's, or not one to which they may bring cases."""
    asked = {step.use_case for step in workflow.steps.values() if isinstance(step, Decide)}
    for target in (use_cases.require(tx, slug) for slug in sorted(asked)):
        permitted = allowed(office, tx, by, Act.SUBMIT, target)
        refused = next((one for one in (in_use(target), permitted) if isinstance(one, Refused)), None)
        if refused is not None:
            return refused
        if teams.of(tx, target) != teams.of(tx, use_case):
            why = f"{target.slug!r} is of another team than {use_case.slug!r}; an item stays in its team."
            return Refused(code="beyond_the_team", why=why, remedy="Name use cases of one team.")
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """How many items went over to which version, and the names of those that stay where they are."""

    to: Version
    moved: int
    stayed: Sequence[str]


def migrate_items(office: Office, by: Actor, *, name: str, number: int) -> Migrated | Refused:
    """Takes items of an earlier version over to the newest, each to the step that its `moves` names, else to the one of the same name.

    One that is being decided goes over only where the new step asks the same use case, and a person where the old one did; one that was
    answered only where whoever did is kept from no fewer steps; one whose branches run not at all. Others stay in their version, and
    end in it.

    Args:
        office: the office.
        by: the owner of the use case.
        name: the use case.
        number: of the earlier version, from 1.
    """
    with office.book.write() as tx:
        there = person_at_work_on(office, tx, by, Act.SET_STEPS, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        known = {one.number: one for one in workflows.versions(tx, use_case)}
        if number not in known or number == max(known):
            earlier = ", ".join(map(str, sorted(known)[:-1])) or "none"
            return Refused(code="no_workflow", why=f"{number} is no earlier version of {name!r}.", remedy=f"Earlier ones are: {earlier}.")
        old, new, now = known[number], known[max(known)], office.clock.now()
        items = workflows.pinned(tx, old)
        gone = [one for one in items if _go_over(tx, one, old, new, now)]
        facts = {"from_version": old.number, "to_version": new.number}
        tx.record(*[entry("workflow.migrated", by=person.id, now=now, use_case=use_case, item=one.id, **facts) for one in gone])
        return Migrated(to=new, moved=len(gone), stayed=[one.name for one in items if one not in gone])


def _go_over(tx: Tx, one: Item, old: Version, new: Version, now: datetime) -> bool:
    """Takes one item over, if it can go on there; says whether it did."""
    step = new.workflow.moves.get(one.step, one.step)
    visits = workflows.visits(tx, one)
    done = {visit.step for visit in visits if visit.round == one.round}
    known = one.state != PARALLEL and one.reason != BRANCH_HELD and _takes(one, new, step) and (step == one.step or step not in done)
    if not known or not can_go_on(old.workflow.steps[one.step], new.workflow.steps[step], held=one.state == HELD):
        return False
    if not asks_no_less(old.workflow, new.workflow, [visit.step for visit in visits]):
        return False
    workflows.pin(tx, one, new, step, at=now)
    return True


def _takes(one: Item, new: Version, step: StepName) -> bool:
    """Whether a version has a step at which an item may stand: one of no branch; a join that held it may be the one that it stands at."""
    return stands_alone(new.workflow, step) or (one.state == HELD and step == one.step and isinstance(new.workflow.steps.get(step), Join))
