"""A workflow: a use case with several steps, each of them decided where its own standard and mandate are, joined by rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NewType, assert_never

from licet.core.answer import Answer, Choice, Fields, Number, Text
from licet.core.case import CaseBody
from licet.core.case_rules import CaseRule, facts_of
from licet.core.ids import UseCaseSlug
from licet.core.people import Role

StepName = NewType("StepName", str)
ItemId = NewType("ItemId", str)

MOST_STEPS = 50
"""Steps a workflow may have."""
MOST_BRANCHES = 20
"""Branches that may leave one step."""
MOST_AT_ONCE = 10
"""Branches that may run beside each other."""
MOST_ROUNDS = 20
"""How often a step may send an item back."""
ANSWER = "answer"
"""The fact that says what the step decided; a field of it is `answer.NAME`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Where an item goes when all of its rules apply; one without rules is taken by whatever comes to it.

    Attributes:
        at_most: how often the step may send an item back; None: the branch leads onwards.
    """

    to: StepName
    when: tuple[CaseRule, ...] = ()
    at_most: int | None = None


Branches = tuple[Branch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """A step that a use case decides, by its own standard and mandate.

    Attributes:
        use_case: where the item becomes a case.
        due: how long it may stand here before somebody is told; None: as long as it takes.
        by_person: a person must decide; what AI decided alone is not taken.
        not_by: steps with which it shares nobody: who answered one of them of an item answers this one of it never, nor the other way.
    """

    use_case: UseCaseSlug
    branches: Branches
    due: timedelta | None = None
    by_person: bool = False
    not_by: tuple[StepName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A step at which facts of the item alone say where it goes."""

    branches: Branches


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A step at which a function of the use case's `rules.py` says where an item goes; what it says is one of the outcomes, or nothing.

    Attributes:
        backs: by outcome that leads back, how often the step may send an item back.
    """

    function: str
    outcomes: Mapping[str, StepName]
    backs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A step at which an item waits for a while."""

    lasts: timedelta
    branches: Branches


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A step from which branches run beside each other. Each has the name of the step with which it begins."""

    ways: tuple[StepName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """A step at which an item waits for all branches of a split, and goes on by what was decided in them."""

    of: StepName
    branches: Branches


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """A step at which an item ends; its name is what became of it."""


Step = Decide | Rule | Coded | Wait | Split | Join | End


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """The steps of a use case.

    Attributes:
        begin: the first step.
        steps: every step by its name.
        due: how long an item may take in all; None: as long as it takes.
        tell: the role that is told, beside the owner, of what is late or held.
        moves: by a step of an earlier version, the step of this one at which its items go on.
        code: SHA-256 of the use case's `rules.py` (64 hex characters), where a step asks a function of it; changed code is another version.
    """

    begin: StepName
    steps: Mapping[StepName, Step]
    due: timedelta | None = None
    tell: Role = Role.OWNER
    moves: Mapping[StepName, StepName] = field(default_factory=dict)
    code: str | None = None


HELD: Mapping[str, str] = {
    "rule_unknown": "A rule could not be told: what it asks for is missing, or is no number.",
    "rule_failed": "The rule in rules.py raised an error, or cannot be loaded.",
    "rule_timed_out": "The rule in rules.py took longer than it may.",
    "rule_outcome": "The rule in rules.py gave none of the outcomes that the step lists.",
    "rule_differs": "The rule in rules.py, asked twice of the same item, did not say the same.",
    "rule_code_changed": "The file rules.py is not the one with which the item's version was registered.",
    "says_unreadable": "What the item says cannot be read: the database was altered, or the key file is another.",
    "answer_unreadable": "The answer of the step's case cannot be read: the database was altered, or the key file is another.",
    "no_branch": "No branch of the step takes the item.",
    "person_needed": "AI decided alone where a person must.",
    "use_case_gone": "The step's use case is not there any more, is retired, or is another team's.",
    "answer_erased": "The step's case was erased, so that its answer cannot be read.",
    "name_taken": "A case of the step's use case has the item's name already.",
    "step_done_before": "The item was at this step before; no step is done twice in a round.",
    "rounds_over": "The step has sent the item back as often as it may.",
    "branch_held": "A branch is held, and the join waits for all of them.",
}
"""Why an item is held for a person: every code, with its sentence."""

NOBODY_LEFT = "nobody_left"
"""Why an item that is being decided may wait for ever, though it is not held."""
NOBODY = "Nobody is left who may decide this step: whoever could has answered a step from which it is kept apart, or asked for the item."
"""What that means."""


def case_name(item: ItemId, step: StepName, round_number: int) -> str:
    """What the case of an item at a step is called in the step's use case; from the second round on with the round's number."""
    return f"{item}.{step}" if round_number == 1 else f"{item}.{step}.{round_number}"


def branches_of(step: Step) -> Branches:
    """The ways out of a step, in the order in which they are tried; none of an end. A split takes all of its ways."""
    match step:
        case Decide(branches=branches) | Rule(branches=branches) | Wait(branches=branches) | Join(branches=branches):
            return branches
        case Coded(outcomes=outcomes, backs=backs):
            return tuple(dict.fromkeys(Branch(to=to, at_most=backs.get(said)) for said, to in outcomes.items()))
        case Split(ways=ways):
            return tuple(Branch(to=way) for way in ways)
        case End():
            return ()
        case _:
            assert_never(step)


def onwards(step: Step) -> tuple[StepName, ...]:
    """The steps to which a step leads, ways back left out."""
    return tuple(branch.to for branch in branches_of(step) if branch.at_most is None)


def facts_at(body: CaseBody, answer: Answer | None) -> Mapping[str, str]:
    """What rules know of an item: its attributes and fields, and the answer of the step it leaves.

    Args:
        body: what the item says.
        answer: of the step; None at a step that decides nothing.

    Returns:
        The facts. An attribute called `answer`, or beginning so, is left out: nobody may answer a step by sending an attribute.
    """
    facts = {name: value for name, value in facts_of(body).items() if name != ANSWER and not name.startswith(f"{ANSWER}.")}
    return facts | {".".join((ANSWER, *field)): value for field, value in _said(answer)}


def facts_at_join(body: CaseBody, split: Split, answers: Mapping[StepName, Answer]) -> Mapping[str, str]:
    """What the rules of a join know: the item's own facts, and under `BRANCH.answer` what was decided last in each branch.

    An attribute that is called so is left out, whether or not the branch decided anything.
    """
    said = {way: f"{way}.{ANSWER}" for way in split.ways}
    own = {
        fact: value
        for fact, value in facts_at(body, None).items()
        if not any(fact == name or fact.startswith(f"{name}.") for name in said.values())
    }
    told = {".".join((said[way], *field)): value for way, answer in answers.items() if way in said for field, value in _said(answer)}
    return own | told


def _said(answer: Answer | None) -> tuple[tuple[tuple[str, ...], str], ...]:
    """What an answer says: under no name, or by the names of its fields."""
    match answer:
        case None:
            return ()
        case Choice(value=value) | Text(value=value):
            return (((), value),)
        case Number(value=number):
            return (((), repr(number)),)
        case Fields(values=values):
            return tuple(((name,), value) for name, value in values.items())
        case _:
            assert_never(answer)


def in_order(workflow: Workflow) -> tuple[StepName, ...]:
    """The steps, each before those to which it leads; of steps that could come next, the one that was reached last."""
    order, reached = list[StepName](), set[StepName]()

    def reach(name: StepName) -> None:
        if name not in reached:
            reached.add(name)
            for to in onwards(workflow.steps[name]):
                reach(to)
            order.insert(0, name)

    for start in (*sorted(set(workflow.steps) - {workflow.begin}), workflow.begin):
        reach(start)
    return tuple(order)


def join_of(workflow: Workflow, split: StepName) -> StepName:
    """The step at which the branches of a split come together.

    Raises:
        StopIteration: where nothing joins them; `workflow_flaws.flaws` finds that first.
    """
    return next(name for name, step in workflow.steps.items() if isinstance(step, Join) and step.of == split)


def branch_steps(workflow: Workflow, way: StepName) -> frozenset[StepName]:
    """The steps of a branch by its first one: those that come before any join."""
    found, ahead = set[StepName](), [way]
    while ahead:
        name = ahead.pop()
        if name in found or isinstance(workflow.steps.get(name, End()), Join):
            continue
        found.add(name)
        ahead += onwards(workflow.steps.get(name, End()))
    return frozenset(found)


def branch_by_step(workflow: Workflow) -> Mapping[StepName, StepName]:
    """The branch in which each step stands; steps of no branch are left out."""
    ways = [way for step in workflow.steps.values() if isinstance(step, Split) for way in step.ways]
    return {name: way for way in ways for name in branch_steps(workflow, way)}


def reachable(workflow: Workflow, start: StepName) -> frozenset[StepName]:
    """The steps at which an item may come to stand from a step onwards, this one too; ways back are not followed."""
    found, ahead = set[StepName](), [start]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += onwards(workflow.steps[name])
    return frozenset(found)


def kept_apart(workflow: Workflow, step: StepName) -> frozenset[StepName]:
    """The steps with which a step shares nobody, by its own word or theirs; and what those were called in earlier versions."""
    kind = workflow.steps[step]
    own = frozenset(kind.not_by) if isinstance(kind, Decide) else frozenset()
    theirs = {name for name, other in workflow.steps.items() if isinstance(other, Decide) and step in other.not_by}
    found = own | theirs
    return found | {old for old, new in workflow.moves.items() if new in found}
