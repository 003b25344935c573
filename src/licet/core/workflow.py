"""A workflow: a use case with several steps, each of them decided where its own standard and mandate are, joined by rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NewType, assert_never

from licet.core.answer import Answer, Choice, Fields, Number, Text
from licet.core.case import CaseBody
from licet.core.case_rules import CaseRule, applies, facts_of
from licet.core.ids import UseCaseSlug
from licet.core.people import Role

StepName = NewType("StepName", str)
ItemId = NewType("ItemId", str)

MOST_STEPS = 50
"""Steps a workflow may have."""
MOST_BRANCHES = 20
"""Branches that may leave one step."""
ANSWER = "answer"
"""The fact that says what the step decided; a field of it is `answer.NAME`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Where an item goes when all of its rules apply; one without rules is taken by whatever comes to it."""

    to: StepName
    when: tuple[CaseRule, ...] = ()


Branches = tuple[Branch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """A step that a use case decides, by its own standard and mandate.

    Attributes:
        use_case: where the item becomes a case.
        due: how long it may stand here before somebody is told; None: as long as it takes.
        by_person: a person must decide; what AI decided alone is not taken.
    """

    use_case: UseCaseSlug
    branches: Branches
    due: timedelta | None = None
    by_person: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A step at which facts of the item alone say where it goes."""

    branches: Branches


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A step at which an item waits for a while."""

    lasts: timedelta
    branches: Branches


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """A step at which an item ends; its name is what became of it."""


Step = Decide | Rule | Wait | End


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """The steps of a use case.

    Attributes:
        begin: the first step.
        steps: every step by its name.
        due: how long an item may take in all; None: as long as it takes.
        tell: the role that is told, beside the owner, of what is late or held.
        moves: by a step of an earlier version, the step of this one at which its items go on.
    """

    begin: StepName
    steps: Mapping[StepName, Step]
    due: timedelta | None = None
    tell: Role = Role.OWNER
    moves: Mapping[StepName, StepName] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """What makes steps no workflow: at which step, why, and what to do."""

    step: StepName
    why: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was decided at a step; `answer` is None where its case was erased. `alone`: AI decided it without a person."""

    answer: Answer | None
    alone: bool


HELD: Mapping[str, str] = {
    "rule_unknown": "A rule could not be told: what it asks for is missing, or is no number.",
    "no_branch": "No branch of the step takes the item.",
    "person_needed": "AI decided alone where a person must.",
    "use_case_gone": "The step's use case is not there any more, is retired, or is another team's.",
    "answer_erased": "The step's case was erased, so that its answer cannot be read.",
    "name_taken": "A case of the step's use case has the item's name already.",
    "step_done_before": "The item was at this step before; no step is done twice.",
}
"""Why an item is held for a person: every code, with its sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """Where a walk came to: a step that decides, waits or ends."""

    step: StepName
    kind: Decide | Wait | End


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Where a walk could not go on; `reason` is one of `HELD`."""

    step: StepName
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """The steps entered, in order, and where that led."""

    entered: tuple[StepName, ...]
    came_to: Stands | Held


def branches_of(step: Step) -> Branches:
    """The ways out of a step, in the order in which they are tried; none of an end."""
    match step:
        case Decide(branches=branches) | Rule(branches=branches) | Wait(branches=branches):
            return branches
        case End():
            return ()
        case _:
            assert_never(step)


def facts_at(body: CaseBody, answer: Answer | None) -> Mapping[str, str]:
    """What rules know of an item: its attributes and fields, and the answer of the step it leaves.

    Args:
        body: what the item says.
        answer: of the step; None at a step that decides nothing.

    Returns:
        The facts. An attribute called `answer`, or beginning so, is left out: nobody may answer a step by sending an attribute.
    """
    facts = {name: value for name, value in facts_of(body).items() if name != ANSWER and not name.startswith(f"{ANSWER}.")}
    match answer:
        case None:
            return facts
        case Choice(value=value) | Text(value=value):
            return facts | {ANSWER: value}
        case Number(value=number):
            return facts | {ANSWER: repr(number)}
        case Fields(values=values):
            return facts | {f"{ANSWER}.{name}": value for name, value in values.items()}
        case _:
            assert_never(answer)


def enter(workflow: Workflow, step: StepName, facts: Mapping[str, str], *, done: frozenset[StepName]) -> Walk:
    """Enters a step and walks on through rules, until a step takes time or the item must be held.

    Args:
        workflow: the version that the item is pinned to.
        step: the one entered; it is one of the workflow's.
        facts: of the item, without an answer: rules on the way do not see what an earlier step decided.
        done: the steps it was at before.

    Returns:
        The walk; at least one step is entered, unless the first was done before.
    """
    entered: list[StepName] = []
    while True:
        if step in done or step in entered:
            return Walk(entered=tuple(entered), came_to=Held(step=step, reason="step_done_before"))
        entered.append(step)
        kind = workflow.steps[step]
        if not isinstance(kind, Rule):
            return Walk(entered=tuple(entered), came_to=Stands(step=step, kind=kind))
        out = choose(step, kind, facts)
        if isinstance(out, Held):
            return Walk(entered=tuple(entered), came_to=out)
        step = out


def leave(workflow: Workflow, name: StepName, body: CaseBody, given: Given | None, *, done: frozenset[StepName]) -> Walk:
    """Leaves a step by what was decided at it, and walks on.

    Args:
        workflow: the version that the item is pinned to.
        name: the step it leaves.
        body: what the item says.
        given: what was decided there; None: the step only waited.
        done: the steps it was at before, this one too.

    Returns:
        The walk; nothing is entered where the item is held at the step it stands at.
    """
    step = workflow.steps[name]
    if given is not None and (why := _not_taken(step, given)) is not None:
        return Walk(entered=(), came_to=Held(step=name, reason=why))
    out = choose(name, step, facts_at(body, None if given is None else given.answer))
    if isinstance(out, Held):
        return Walk(entered=(), came_to=out)
    return enter(workflow, out, facts_at(body, None), done=done)


def _not_taken(step: Step, given: Given) -> str | None:
    if isinstance(step, Decide) and step.by_person and given.alone:
        return "person_needed"
    return "answer_erased" if given.answer is None else None


def choose(name: StepName, step: Step, facts: Mapping[str, str]) -> StepName | Held:
    """Takes the first branch whose rules all apply; one that cannot be told holds the item, whatever stands after it."""
    for branch in branches_of(step):
        told = [applies(rule, facts) for rule in branch.when]
        if False in told:
            continue
        return Held(step=name, reason="rule_unknown") if None in told else branch.to
    return Held(step=name, reason="no_branch")


def flaws(workflow: Workflow) -> tuple[Flaw, ...]:
    """Everything that makes steps no workflow; none where they are one.

    A workflow has every step that is named, no step that is never reached, a branch for whatever comes, and no way back: so each item
    ends, and is at no step twice.
    """
    found = [*_unknown(workflow), *_open(workflow), *_answerless(workflow)]
    return tuple(found) or (*_circles(workflow), *_unreached(workflow))


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
        if isinstance(step, End):
            continue
        if not branches or branches[-1].when:
            yield Flaw(step=name, why=f"{name!r} has no branch for whatever else comes.", remedy="End it with a branch without `when`.")
        if any(not one.when for one in branches[:-1]):
            yield Flaw(step=name, why=f"{name!r} has branches after one that takes everything.", remedy="Move that one to the end.")


def _answerless(workflow: Workflow) -> Iterator[Flaw]:
    for name, step in workflow.steps.items():
        asked = {rule.fact for branch in branches_of(step) for rule in branch.when}
        if not isinstance(step, Decide) and any(one == ANSWER or one.startswith(f"{ANSWER}.") for one in asked):
            remedy = "Branch by the answer at the step that gives it."
            yield Flaw(step=name, why=f"{name!r} asks for an answer, and decides nothing.", remedy=remedy)


def _circles(workflow: Workflow) -> Iterator[Flaw]:
    """Kahn's algorithm (1962): what cannot be put in an order has a way back, or lies behind one."""
    left = dict(workflow.steps)
    while free := [name for name in left if not any(one.to == name for step in left.values() for one in branches_of(step))]:
        for name in free:
            del left[name]
    if left:
        ring = ", ".join(left)
        yield Flaw(step=next(iter(left)), why=f"There is a way back among: {ring}.", remedy="Give the second time a step of its own.")


def _unreached(workflow: Workflow) -> Iterator[Flaw]:
    reached, ahead = set[StepName](), [workflow.begin]
    while ahead:
        step = ahead.pop()
        if step not in reached:
            reached.add(step)
            ahead += [one.to for one in branches_of(workflow.steps[step])]
    later = reached | set(workflow.moves.values())
    for name in workflow.steps:
        if name not in later:
            yield Flaw(step=name, why=f"No way leads to {name!r}.", remedy="Take it out, or lead a branch to it.")


def can_go_on(old: Step, new: Step, *, held: bool) -> bool:
    """Whether an item that stands at a step of one version may go on at a step of another.

    Args:
        old: where it stands.
        new: where it would go on.
        held: whether it is held, so that nothing is decided and no time runs.

    Returns:
        True for a held item; for another where the new step asks the same use case and no less of it, or waits as the old one does.
    """
    if held:
        return True
    match old, new:
        case Decide(use_case=asked, by_person=strict), Decide(use_case=asks, by_person=stricter):
            return asked == asks and stricter >= strict
        case Wait(), Wait():
            return True
        case _:
            return False
