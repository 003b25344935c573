"""A workflow in BPMN: each of its steps, and every way between them with what an item must be like to take it."""

from collections.abc import Mapping
from typing import assert_never

from licet.core.bpmn import Diagram, Ends, Kind, Sketch, alone_or_person
from licet.core.case_rules import Above, Below, CaseRule, OneOf
from licet.core.process_told import lasting
from licet.core.workflow import Branch, Coded, Decide, End, Join, Rule, Split, Step, StepName, Wait, Workflow, branch_by_step, branches_of

OTHERWISE = "otherwise"
LEFT_OUT = (
    "Not executable. Items that a rule cannot tell, and all else that a workflow never guesses, are held for a person; that is not drawn. "
    "Whether AI decides alone is up to the mandate of the step's use case; without one, a person always decides."
)


def workflow_diagram(workflow: Workflow, *, name: str, version: str) -> Diagram:
    """Draws a workflow.

    Args:
        workflow: one without flaws.
        name: of the use case.
        version: its number and digest, as people are told.
    """
    sketch = Sketch()
    start = sketch.add(Kind.START, "An item begins")
    drawn = {step: _drawn(sketch, step, workflow.steps[step]) for step in workflow.steps}
    sketch.lead(((start, ""),), drawn[workflow.begin][0])
    ways = {step: _led(sketch, step, kind, drawn[step][1]) for step, kind in workflow.steps.items()}
    for target, ends in _arriving(sketch, workflow, ways):
        sketch.lead(ends, drawn[target][0])
    whole = "" if workflow.due is None else f" The whole way is due in {lasting(workflow.due)}."
    return sketch.done(name, f"The workflow of use case {name}, {version}. {LEFT_OUT}{whole}")


def _drawn(sketch: Sketch, name: StepName, step: Step) -> tuple[str, Ends]:
    """Draws the boxes of a step: the first one, and the arrows behind it."""
    match step:
        case Decide(use_case=use_case, by_person=True):
            made = sketch.add(Kind.PERSON, name, says=f"Use case {use_case}; only a person's decision is taken.{_due(step)}")
        case Decide(use_case=use_case):
            says = f"Use case {use_case}: AI decides alone inside its mandate, else a person does.{_due(step)}"
            return alone_or_person(sketch, (), name, says=says)
        case Rule():
            made = sketch.add(Kind.RULE, name, says="Facts of the item alone say where it goes; no time passes.")
        case Coded(function=function):
            made = sketch.add(Kind.RULE, name, says=f"The function {function} in rules.py says where the item goes.")
        case Wait(lasts=lasts):
            made = sketch.add(Kind.TIMER, name, lasts=lasts)
        case Split() | Join():
            says = "All branches begin at once." if isinstance(step, Split) else "Waits for all branches."
            made = sketch.add(Kind.TOGETHER, name, says=says)
        case End():
            return sketch.add(Kind.END, name), ()
        case _:
            assert_never(step)
    return made, ((made, ""),)


def _led(sketch: Sketch, name: StepName, step: Step, ends: Ends) -> Mapping[StepName, Ends]:
    """Draws the choice behind a step, if it has one; gives the arrows to each step that it leads to."""
    ways = _ways(step)
    if isinstance(step, Split) or len(ways) <= 1:
        return dict.fromkeys(ways, ends)
    split = sketch.then(ends, Kind.CHOICE, f"{name}?", says=_order(step))
    return {target: ((split, when),) for target, when in ways.items()}


def _arriving(sketch: Sketch, workflow: Workflow, ways: Mapping[StepName, Mapping[StepName, Ends]]) -> list[tuple[StepName, Ends]]:
    """The arrows to each step; several of one branch come together before its join, which waits for one of each branch."""
    branch = branch_by_step(workflow)
    found: dict[tuple[StepName, StepName | None], Ends] = {}
    for source, led in ways.items():
        for target, ends in led.items():
            key = target, branch.get(source) if isinstance(workflow.steps[target], Join) else None
            found[key] = (*found.get(key, ()), *ends)
    return [(to, ends if way is None else _together(sketch, ends)) for (to, way), ends in found.items()]


def _together(sketch: Sketch, ends: Ends) -> Ends:
    return ends if len(ends) == 1 else ((sketch.then(ends, Kind.CHOICE), ""),)


def _ways(step: Step) -> Mapping[StepName, str]:
    """Where a step leads, each with when; several ways to one step are told together."""
    found: dict[StepName, list[str]] = {}
    for target, when in _told(step):
        found.setdefault(target, []).append(when)
    return {target: " or ".join(whens) for target, whens in found.items()}


def _told(step: Step) -> list[tuple[StepName, str]]:
    if isinstance(step, Coded):
        return [(to, f"{said}{_again(step.backs.get(said))}") for said, to in step.outcomes.items()]
    return [(one.to, f"{_when(one)}{_again(one.at_most)}") for one in branches_of(step)]


def _when(branch: Branch) -> str:
    return " and ".join(rule_told(rule) for rule in branch.when) or OTHERWISE


def _again(at_most: int | None) -> str:
    return "" if at_most is None else f" (back, at most {at_most} times)"


def _order(step: Step) -> str:
    """In which order the ways are tried: the first that applies is taken."""
    if isinstance(step, Coded):
        return "By the word that the function gives."
    return "The first that applies: " + "; ".join(f"{at}. {_when(one)}" for at, one in enumerate(branches_of(step), start=1)) + "."


def rule_told(rule: CaseRule) -> str:
    """A rule in a few words."""
    match rule.condition:
        case Above(limit=limit):
            return f"{rule.fact} above {limit}"
        case Below(limit=limit):
            return f"{rule.fact} below {limit}"
        case OneOf(values=values):
            return f"{rule.fact} is {' or '.join(sorted(values))}"
        case _:
            assert_never(rule.condition)


def _due(step: Decide) -> str:
    return "" if step.due is None else f" Due in {lasting(step.due)}; whoever owns it is told when it is late."
