"""What makes steps no workflow: a way that leads nowhere, a join of what was never split, a circle without an end."""

from collections.abc import Iterator
from dataclasses import dataclass

from licet.core.workflow import (
    ANSWER,
    MOST_AT_ONCE,
    Coded,
    Decide,
    End,
    Join,
    Split,
    StepName,
    Workflow,
    branch_by_step,
    branch_steps,
    branches_of,
    onwards,
    reachable,
)

FEWEST_AT_ONCE = 2
"""Branches that a split has at least: one alone runs beside nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """What makes steps no workflow: at which step, why, and what to do."""

    step: StepName
    why: str
    remedy: str


def flaws(workflow: Workflow) -> tuple[Flaw, ...]:
    """Everything that makes steps no workflow; none where they are one.

    A workflow has every step that is named, no step that is never reached, a branch for whatever comes, and no way back without a limit:
    so each item ends, and is at no step twice in a round. Branches that run beside each other share no step, and all lead to their join.
    """
    found = [*_unknown(workflow), *_open(workflow), *_answerless(workflow), *_codeless(workflow), *_apart(workflow)]
    found = found or [*_circles(workflow), *_unreached(workflow), *_unpaired(workflow)]
    return tuple(found) or (*_branches(workflow), *_backwards(workflow))


def _unknown(workflow: Workflow) -> Iterator[Flaw]:
    there = ", ".join(workflow.steps)
    if workflow.begin not in workflow.steps:
        yield Flaw(step=workflow.begin, why=f"{workflow.begin!r} is no step to begin at.", remedy=f"Name one of: {there}.")
    for name, step in workflow.steps.items():
        for branch in branches_of(step):
            if branch.to not in workflow.steps:
                yield Flaw(step=name, why=f"{name!r} leads to {branch.to!r}, which is no step.", remedy=f"Name one of: {there}.")
    for old, new in workflow.moves.items():
        if new not in workflow.steps:
            yield Flaw(step=new, why=f"Items at {old!r} would go to {new!r}, which is no step.", remedy=f"Name one of: {there}.")


def _open(workflow: Workflow) -> Iterator[Flaw]:
    for name, step in workflow.steps.items():
        branches = branches_of(step)
        if branches and not onwards(step):
            yield Flaw(step=name, why=f"{name!r} leads back alone, and never onwards.", remedy="Add a branch that leads onwards.")
        if isinstance(step, End | Coded | Split):
            continue
        if not branches or branches[-1].when:
            yield Flaw(step=name, why=f"{name!r} has no branch for whatever else comes.", remedy="End it with a branch without `when`.")
        if any(not one.when for one in branches[:-1]):
            yield Flaw(step=name, why=f"{name!r} has branches after one that takes everything.", remedy="Move that one to the end.")


def _answerless(workflow: Workflow) -> Iterator[Flaw]:
    """Rules that ask for what is not there: an answer at a step that decides nothing, or a branch's elsewhere than at its join."""
    for name, step in workflow.steps.items():
        asked = {rule.fact for branch in branches_of(step) for rule in branch.when}
        if not isinstance(step, Decide) and any(_asks(one, ANSWER) for one in asked):
            remedy = "Branch by the answer at the step that gives it."
            yield Flaw(step=name, why=f"{name!r} asks for an answer, and decides nothing.", remedy=remedy)
        split = workflow.steps.get(step.of) if isinstance(step, Join) else None
        ways = frozenset(split.ways) if isinstance(split, Split) else frozenset()
        for other in workflow.steps:
            if other not in ways and any(_asks(one, f"{other}.{ANSWER}") for one in asked):
                why = f"{name!r} asks for the answer of {other!r}, which is none of the branches that it joins."
                yield Flaw(step=name, why=why, remedy="Ask for it where the branch is joined, by the branch's first step.")


def _asks(fact: str, answer: str) -> bool:
    return fact == answer or fact.startswith(f"{answer}.")


def _codeless(workflow: Workflow) -> Iterator[Flaw]:
    for name, step in workflow.steps.items():
        if isinstance(step, Coded) and workflow.code is None:
            yield Flaw(step=name, why=f"{name!r} asks a function, and no rules.py was read.", remedy="Write rules.py beside workflow.yaml.")


def _apart(workflow: Workflow) -> Iterator[Flaw]:
    """Steps that are kept apart from what nobody answers."""
    for name, step in workflow.steps.items():
        for other in step.not_by if isinstance(step, Decide) else ():
            if other == name:
                why = f"{name!r} is kept apart from itself."
                yield Flaw(step=name, why=why, remedy="Name the other step; two people for one answer are a second look of the standard.")
            elif not isinstance(workflow.steps.get(other), Decide):
                why = f"{name!r} is kept apart from {other!r}, which nobody answers."
                yield Flaw(step=name, why=why, remedy="Name steps with `decide:` or `person:`.")


def _circles(workflow: Workflow) -> Iterator[Flaw]:
    """Kahn's algorithm (1962): what cannot be put in an order has a way back that is not said to be one, or lies behind it."""
    left = dict(workflow.steps)
    while free := [name for name in left if not any(name in onwards(step) for step in left.values())]:
        for name in free:
            del left[name]
    if left:
        ring = ", ".join(left)
        remedy = "Write the way back as `back: STEP` with `at_most: N`, or give the second time a step of its own."
        yield Flaw(step=next(iter(left)), why=f"There is a way back among: {ring}.", remedy=remedy)


def _unreached(workflow: Workflow) -> Iterator[Flaw]:
    later = reachable(workflow, workflow.begin) | set(workflow.moves.values())
    for name in workflow.steps:
        if name not in later:
            yield Flaw(step=name, why=f"No way leads to {name!r}.", remedy="Take it out, or lead a branch to it.")


def _unpaired(workflow: Workflow) -> Iterator[Flaw]:
    """Splits without their one join, joins without their split."""
    joined = [step.of for step in workflow.steps.values() if isinstance(step, Join)]
    for name, step in workflow.steps.items():
        match step:
            case Split(ways=ways) if not FEWEST_AT_ONCE <= len(set(ways)) == len(ways) <= MOST_AT_ONCE:
                why = f"{name!r} has {len(ways)} branches; it takes from {FEWEST_AT_ONCE} to {MOST_AT_ONCE}, each of them once."
                yield Flaw(step=name, why=why, remedy="List the first step of each branch.")
            case Split() if joined.count(name) != 1:
                why = f"{name!r} is joined by {joined.count(name)} steps, and not by one."
                yield Flaw(step=name, why=why, remedy=f"Write one step with `join: {name}`, and lead every branch to it.")
            case Join(of=of) if not isinstance(workflow.steps.get(of), Split):
                yield Flaw(step=name, why=f"{name!r} joins {of!r}, which splits nothing.", remedy="Name a step with `parallel:`.")
            case _:
                pass


def _branches(workflow: Workflow) -> Iterator[Flaw]:
    """Branches that do not all lead to their join, that share a step, or into which a way leads from elsewhere."""
    owners: dict[StepName, list[StepName]] = {}
    for name, step in workflow.steps.items():
        for way in step.ways if isinstance(step, Split) else ():
            steps = branch_steps(workflow, way)
            for one in steps:
                owners.setdefault(one, []).append(way)
            yield from (found for one in sorted(steps) if (found := _inside(workflow, name, way, one)) is not None)
    for one, ways in owners.items():
        if len(ways) > 1:
            why = f"{one!r} is in more than one branch: {', '.join(ways)}."
            yield Flaw(step=one, why=why, remedy="Give each branch steps of its own, or put it after the join.")
    yield from _from_outside(workflow, {one: ways[0] for one, ways in owners.items()})


def _inside(workflow: Workflow, split: StepName, way: StepName, name: StepName) -> Flaw | None:
    """What is wrong with a step inside a branch."""
    step, remedy = workflow.steps[name], f"Lead the branch to the step with `join: {split}`."
    if isinstance(step, End):
        return Flaw(step=name, why=f"The branch {way!r} ends at {name!r}, and its join would wait for ever.", remedy=remedy)
    if isinstance(step, Split):
        why = f"The branch {way!r} splits again at {name!r}."
        return Flaw(step=name, why=why, remedy="Let all branches begin at one split, or split after the join.")
    wrong = [to for to in onwards(step) if isinstance(kind := workflow.steps[to], Join) and kind.of != split]
    if wrong:
        return Flaw(step=name, why=f"The branch {way!r} leads to {wrong[0]!r}, which joins another split.", remedy=remedy)
    return None


def _from_outside(workflow: Workflow, owner: dict[StepName, StepName]) -> Iterator[Flaw]:
    """Ways into the middle of a branch, or to a join, from where no branch runs."""
    for name, step in workflow.steps.items():
        for branch in branches_of(step):
            kind, into = workflow.steps[branch.to], owner.get(branch.to)
            if isinstance(kind, Join) and name not in owner:
                why = f"{name!r} leads to {branch.to!r}, and nothing was split there."
                yield Flaw(step=name, why=why, remedy=f"Lead to {kind.of!r}, or past the join.")
            elif into is not None and owner.get(name) != into and not (isinstance(step, Split) and branch.to == into):
                yield Flaw(step=name, why=f"{name!r} leads into the branch {into!r} from outside it.", remedy="Lead to its split.")
    for start in (workflow.begin, *workflow.moves.values()):
        if start in owner or isinstance(workflow.steps[start], Join):
            yield Flaw(step=start, why=f"Items would come to {start!r}, inside of what is split, alone.", remedy="Name the split.")


def _backwards(workflow: Workflow) -> Iterator[Flaw]:
    """Ways back that lead to no earlier step, or out of a branch."""
    owner = branch_by_step(workflow)
    for name, step in workflow.steps.items():
        for branch in branches_of(step):
            if branch.at_most is None:
                continue
            if name not in reachable(workflow, branch.to):
                why = f"{name!r} leads back to {branch.to!r}, which does not come before it."
                yield Flaw(step=name, why=why, remedy="Write `to:` for a way onwards.")
            elif owner.get(name) != owner.get(branch.to):
                why = f"{name!r} leads back to {branch.to!r}, across where branches begin."
                yield Flaw(step=name, why=why, remedy="Lead back inside the branch, or after the join.")
