"""What an item may be taken past: by another version of its workflow, and by whoever sends it on."""

from collections.abc import Iterable

from licet.core.workflow import (
    Coded,
    Decide,
    Join,
    Step,
    StepName,
    Wait,
    Workflow,
    branch_by_step,
    branch_steps,
    kept_apart,
    onwards,
    reachable,
)


def can_go_on(old: Step, new: Step, *, held: bool) -> bool:
    """Whether an item that stands at a step of one version may go on at a step of another.

    Args:
        old: where it stands.
        new: where it would go on.
        held: whether it is held, so that nothing is decided and no time runs.

    Returns:
        True for a held item; for another where the new step asks the same use case and no less of it, asks a function, or waits, as
        the old one does.
    """
    if held:
        return True
    match old, new:
        case Decide(use_case=asked, by_person=strict), Decide(use_case=asks, by_person=stricter):
            return asked == asks and stricter >= strict
        case (Wait(), Wait()) | (Coded(), Coded()):
            return True
        case _:
            return False


def asks_no_less(old: Workflow, new: Workflow, visited: Iterable[StepName]) -> bool:
    """Whether a version keeps whoever answered an item from every step from which they were kept.

    Args:
        old: the version of the item.
        new: the one it would go over to.
        visited: the steps the item was at.
    """
    was = frozenset(visited)
    for name in old.steps:
        bound, later = kept_apart(old, name) & was, new.moves.get(name, name)
        if bound and (later not in new.steps or not bound <= kept_apart(new, later)):
            return False
    return True


def stands_alone(workflow: Workflow, name: StepName) -> bool:
    """Whether an item may come to a step by itself: it is in no branch, and joins none."""
    return name in workflow.steps and name not in branch_by_step(workflow) and not isinstance(workflow.steps[name], Join)


def ways_on(workflow: Workflow, *, branch: StepName | None, done: frozenset[StepName]) -> tuple[StepName, ...]:
    """The steps to which a held item can be sent, in the order in which they were written.

    Args:
        workflow: the version that the item is pinned to.
        branch: of the item, which is held; None: the item itself is.
        done: the steps it was at in this round.
    """
    if branch is None:
        return tuple(name for name in workflow.steps if name not in done and stands_alone(workflow, name))
    inside = branch_steps(workflow, branch)
    joins = {to for name in inside for to in reachable_joins(workflow, name)}
    return tuple(name for name in workflow.steps if name not in done and (name in inside or name in joins))


def reachable_joins(workflow: Workflow, name: StepName) -> frozenset[StepName]:
    """The join to which a step of a branch leads at once, if any."""
    return frozenset(to for to in onwards(workflow.steps[name]) if isinstance(workflow.steps[to], Join))


def cut_out(
    workflow: Workflow, *, at: StepName, to: StepName, answered: frozenset[StepName], decided: frozenset[StepName]
) -> StepName | None:
    """The step past which somebody would take an item though they are kept apart from it: nobody cuts out their second pair of eyes.

    Args:
        workflow: the version that the item is pinned to.
        at: where it is held.
        to: where they would send it.
        answered: the steps of the item that they answered.
        decided: the steps of the item that a person has decided.

    Returns:
        The step; None where there is none.
    """
    lost = reachable(workflow, at) - reachable(workflow, to) - decided
    return next((name for name in workflow.steps if name in lost and kept_apart(workflow, name) & answered), None)
