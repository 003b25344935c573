"""The way of an item through a workflow: which step it comes to by what was decided, and where it cannot go on."""

from collections.abc import Mapping
from dataclasses import dataclass

from licet.core.answer import Answer
from licet.core.case import CaseBody
from licet.core.case_rules import applies
from licet.core.coded_rule import Ruling, Unruled
from licet.core.workflow import (
    Branch,
    Coded,
    Decide,
    End,
    Join,
    Rule,
    Split,
    Step,
    StepName,
    Wait,
    Workflow,
    branches_of,
    facts_at,
    facts_at_join,
    join_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was decided at a step; `answer` is None where its case was erased. `alone`: AI decided it without a person."""

    answer: Answer | None
    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What was decided last in each branch of a split; a branch in which nothing was decided is left out."""

    answers: Mapping[StepName, Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """Where a walk came to: a step that decides, waits, splits, joins or ends, or whose rule has yet to be asked."""

    step: StepName
    kind: Decide | Coded | Wait | Split | Join | End


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """A walk was sent back by a step, to one that comes before it; a new round begins there, unless it did so `at_most` times."""

    step: StepName
    to: StepName
    at_most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Where a walk could not go on; `reason` is one of `HELD`, and `detail` says more where there is more to say."""

    step: StepName
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """The steps entered, in order, and where that led."""

    entered: tuple[StepName, ...]
    came_to: Stands | Back | Held


def enter(workflow: Workflow, step: StepName, facts: Mapping[str, str], *, done: frozenset[StepName]) -> Walk:
    """Enters a step and walks on through rules, until a step takes time, sends it back, or the item must be held.

    Args:
        workflow: the version that the item is pinned to.
        step: the one entered; it is one of the workflow's.
        facts: of the item, without an answer: rules on the way do not see what an earlier step decided.
        done: the steps it was at before in this round.

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
        if not isinstance(out, Branch):
            return Walk(entered=tuple(entered), came_to=out)
        step = out.to


def leave(workflow: Workflow, name: StepName, body: CaseBody, given: Given | Joined | Ruling | None, *, done: frozenset[StepName]) -> Walk:
    """Leaves a step by what was decided at it, and walks on.

    Args:
        workflow: the version that the item is pinned to.
        name: the step it leaves; a split is left where all its branches have joined, through the step that joins them.
        body: what the item says.
        given: what was decided there, or in the branches, or its rule said; None: the step only waited.
        done: the steps it was at before in this round, this one too.

    Returns:
        The walk; nothing is entered where the item is held at the step it stands at, or is sent back by it.
    """
    step, entered = workflow.steps[name], tuple[StepName, ...]()
    if isinstance(step, Split):
        name, answers = join_of(workflow, name), given.answers if isinstance(given, Joined) else {}
        out, entered = choose(name, workflow.steps[name], facts_at_join(body, step, answers)), (name,)
    else:
        out = _way_out(name, step, body, given)
    if not isinstance(out, Branch):
        return Walk(entered=entered, came_to=out)
    ahead = enter(workflow, out.to, facts_at(body, None), done=done | frozenset(entered))
    return Walk(entered=(*entered, *ahead.entered), came_to=ahead.came_to)


def _way_out(name: StepName, step: Step, body: CaseBody, given: Given | Joined | Ruling | None) -> Branch | Back | Held:
    """A step with a coded rule is left by what that says and by nothing else; no other step is left by it."""
    match step, given:
        case Coded(), Unruled(reason=reason, detail=detail):
            return Held(step=name, reason=reason, detail=detail)
        case Coded(outcomes=outcomes, backs=backs), str(said) if said in outcomes:
            return _taken(name, Branch(to=outcomes[said], at_most=backs.get(said)))
        case (Coded(), _) | (_, str() | Unruled()):
            return Held(step=name, reason="rule_outcome")
        case _, Given() if (why := _not_taken(step, given)) is not None:
            return Held(step=name, reason=why)
        case _, Given(answer=answer):
            return choose(name, step, facts_at(body, answer))
        case _:
            return choose(name, step, facts_at(body, None))


def _not_taken(step: Step, given: Given) -> str | None:
    if isinstance(step, Decide) and step.by_person and given.alone:
        return "person_needed"
    return "answer_erased" if given.answer is None else None


def choose(name: StepName, step: Step, facts: Mapping[str, str]) -> Branch | Back | Held:
    """Takes the first branch whose rules all apply; one that cannot be told holds the item, whatever stands after it."""
    for branch in branches_of(step):
        told = [applies(rule, facts) for rule in branch.when]
        if False in told:
            continue
        return Held(step=name, reason="rule_unknown") if None in told else _taken(name, branch)
    return Held(step=name, reason="no_branch")


def _taken(name: StepName, branch: Branch) -> Branch | Back:
    return branch if branch.at_most is None else Back(step=name, to=branch.to, at_most=branch.at_most)


def back_or_held(back: Back, *, times: int) -> Back | Held:
    """Whether a step may send an item back once more.

    Args:
        back: where it would go.
        times: how often the step sent this item back before.
    """
    if times < back.at_most:
        return back
    return Held(step=back.step, reason="rounds_over", detail=f"{times} of {back.at_most} times back to {back.to!r}.")
