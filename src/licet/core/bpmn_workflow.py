"""A workflow in BPMN: each of its steps, and every way between them with what an item must be like to take it."""

from collections.abc import Mapping
from typing import assert_never

from licet.core.bpmn import Diagram, Ends, Kind, Sketch, alone_or_person
from licet.core.case_rules import Above, Below, CaseRule, OneOf
from licet.core.process_told import lasting
from licet.core.workflow import Branches, Coded, Decide, End, Rule, Step, StepName, Wait, Workflow

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
    for step, kind in workflow.steps.items():
        _lead_on(sketch, step, kind, drawn)
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
        case End():
            return sketch.add(Kind.END, name), ()
        case _:
            assert_never(step)
    return made, ((made, ""),)


def _lead_on(sketch: Sketch, name: StepName, step: Step, drawn: Mapping[StepName, tuple[str, Ends]]) -> None:
    ends, ways = drawn[name][1], _ways(step)
    if len(ways) > 1:
        split = sketch.then(ends, Kind.CHOICE, f"{name}?", says=_order(step))
        for target, when in ways.items():
            sketch.lead(((split, when),), drawn[target][0])
        return
    for target in ways:
        sketch.lead(ends, drawn[target][0])


def _ways(step: Step) -> Mapping[StepName, str]:
    """Where a step leads, each with when; several ways to one step are told together."""
    found: dict[StepName, list[str]] = {}
    for target, when in _told(step):
        found.setdefault(target, []).append(when)
    return {target: " or ".join(whens) for target, whens in found.items()}


def _told(step: Step) -> list[tuple[StepName, str]]:
    match step:
        case Decide(branches=branches) | Rule(branches=branches) | Wait(branches=branches):
            return [(one.to, " and ".join(rule_told(rule) for rule in one.when) or OTHERWISE) for one in branches]
        case Coded(outcomes=outcomes):
            return [(target, said) for said, target in outcomes.items()]
        case End():
            return []
        case _:
            assert_never(step)


def _order(step: Step) -> str:
    """In which order the ways are tried: the first that applies is taken."""
    if isinstance(step, Coded):
        return "By the word that the function gives."
    branches: Branches = () if isinstance(step, End) else step.branches
    told = [" and ".join(rule_told(rule) for rule in one.when) or OTHERWISE for one in branches]
    return "The first that applies: " + "; ".join(f"{at}. {when}" for at, when in enumerate(told, start=1)) + "."


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
