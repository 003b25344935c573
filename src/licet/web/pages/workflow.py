"""The workflow of a use case: its steps, where items stand, which are late, and which wait for a word of the owner."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

from starlette.requests import Request
from starlette.responses import Response

from licet.core.case_rules import rule_in_words
from licet.core.refusal import Refused
from licet.core.workflow import HELD as WHY
from licet.core.workflow import (
    NOBODY,
    NOBODY_LEFT,
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
    branch_by_step,
    branches_of,
    in_order,
)
from licet.core.workflow_change import ways_on
from licet.flows.see_workflow import SeenWorkflow, see_workflow
from licet.flows.walk import Stood, nobody_left, send_on
from licet.store.workflow_counts import Standing
from licet.store.workflows import BRANCH_HELD, ENDED, HELD, JOINED, Item
from licet.web.pages.look import span
from licet.web.pages.page import form_of, go, page_routes, show, viewer_of
from licet.web.pages.use_case import AT
from licet.web.problems import refusal

routes = page_routes()


@routes.get(AT + "/workflow")
async def workflow(request: Request) -> Response:
    """The workflow of a use case."""
    return await _one(request)


@routes.post(AT + "/workflow/send")
async def send(request: Request) -> Response:
    """Sends a held item on, as the owner; why that is refused stands on the page."""
    viewer, form, name = viewer_of(request), form_of(request), str(request.path_params["slug"])
    item, to, branch = form.one("item"), form.one("to"), form.one("branch") or None
    made = await viewer.run(lambda: send_on(viewer.office, viewer.by, name=name, item=item, to=to, branch=branch))
    if isinstance(made, Refused):
        return await _one(request, refused=made)
    return go(request, f"/use-cases/{name}/workflow", said=f"Sent on to {to}.")


async def _one(request: Request, refused: Refused | None = None) -> Response:
    viewer, name = viewer_of(request), str(request.path_params["slug"])
    seen = await viewer.run(lambda: see_workflow(viewer.office, viewer.by, name=name))
    if isinstance(seen, Refused):
        raise refusal(seen)
    newest = seen.versions[-1] if seen.versions else None
    return show(
        request,
        "workflow.html.j2",
        here="portfolio",
        use=seen.use_case,
        version=newest,
        steps=() if newest is None else _steps(newest.workflow, seen.standing),
        before=() if newest is None else _before(newest.workflow, seen.standing),
        totals=_counts(one for one in seen.standing if one.whole),
        left=sum(one.many for one in seen.standing if one.reason == NOBODY_LEFT),
        nobody=NOBODY,
        reasons=_reasons(seen),
        held=_held(seen.items or ()),
        moving=_moving(seen.items or ()),
        closed=seen.items is None,
        kept=sum(not one.item.step for one in seen.items or ()),
        refused=refused,
        status=200 if refused is None else 422,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many items: on their way and not held, held, late (of both), ended."""

    moving: int
    held: int
    late: int
    ended: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShown:
    """A step: what happens there, and where it leads; `use_case` is empty where none decides it.

    Attributes:
        not_by: the steps with which it shares nobody.
        branch: in which it stands, by its first step; empty where in none.
        leads: when, whether back, to which step, and how often at most it leads back.
    """

    name: StepName
    does: str
    use_case: str
    not_by: tuple[StepName, ...]
    branch: str
    leads: tuple[tuple[str, StepName, int | None], ...]
    ends: bool
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldShown:
    """A held item, or a held branch of one: why, and the steps to which it can go."""

    stood: Stood
    item: Item
    why: str
    ways: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingShown:
    """An item on its way: what it waits for, each of its branches too, and whether nobody is left who may decide it."""

    stood: Stood
    does: str
    branches: tuple[tuple[Item, str], ...]
    nobody: bool


DOES = {
    "away": "being decided",
    "ruling": "a rule is asked",
    "waiting": "waits",
    "kept": "kept from you",
    "parallel": "in branches",
    "held": "held",
    "joined": "waits for the other branches",
}
"""What is said of where an item stands."""


def _counts(standing: Iterable[Standing]) -> Counts:
    found = list(standing)
    return Counts(
        moving=sum(one.many for one in found if one.state not in (HELD, ENDED, JOINED)),
        held=sum(one.many for one in found if one.state == HELD),
        late=sum(one.many for one in found if one.late and one.state != ENDED),
        ended=sum(one.many for one in found if one.state == ENDED),
    )


def _steps(steps: Workflow, standing: Sequence[Standing]) -> tuple[StepShown, ...]:
    branches = branch_by_step(steps)
    return tuple(
        _step(name, steps.steps[name], branches.get(name, ""), [one for one in standing if one.step == name]) for name in in_order(steps)
    )


def _step(name: StepName, step: Step, branch: str, standing: Sequence[Standing]) -> StepShown:
    does, use_case = _does(step)
    return StepShown(
        name=name,
        does=does,
        use_case=use_case,
        not_by=step.not_by if isinstance(step, Decide) else (),
        branch=branch,
        leads=_leads(step),
        ends=isinstance(step, End),
        counts=_counts(standing),
    )


def _does(step: Step) -> tuple[str, str]:
    match step:
        case Decide(use_case=use_case, by_person=by_person):
            return ("a person decides in" if by_person else "decided in"), use_case
        case Rule():
            return "a rule says", ""
        case Coded(function=function):
            return f"{function} in rules.py says", ""
        case Wait(lasts=lasts):
            return f"waits {span(lasts)}", ""
        case Split() | Join():
            return _does_beside(step), ""
        case End():
            return "the end", ""
        case _:
            assert_never(step)


def _does_beside(step: Split | Join) -> str:
    return f"{len(step.ways)} branches begin at once" if isinstance(step, Split) else f"waits for all branches of {step.of}"


def _leads(step: Step) -> tuple[tuple[str, StepName, int | None], ...]:
    if isinstance(step, Coded):
        return tuple((said, to, step.backs.get(said)) for said, to in step.outcomes.items())
    branches = branches_of(step)
    alone = len(branches) == 1 or isinstance(step, Split)
    return tuple((_when(one, alone=alone), one.to, one.at_most) for one in branches)


def _when(branch: Branch, *, alone: bool) -> str:
    if branch.when:
        return " and ".join(rule_in_words(rule) for rule in branch.when)
    return "" if alone else "else"


def _before(steps: Workflow, standing: Sequence[Standing]) -> tuple[tuple[StepName, Counts], ...]:
    """Steps of earlier versions at which items stand or ended."""
    names = sorted({one.step for one in standing} - set(steps.steps))
    return tuple((name, _counts(one for one in standing if one.step == name)) for name in names)


def _reasons(seen: SeenWorkflow) -> tuple[tuple[str, int], ...]:
    held = [one for one in seen.standing if one.state == HELD and one.reason in WHY and one.reason != BRANCH_HELD]
    many = {reason: sum(one.many for one in held if one.reason == reason) for reason in WHY}
    return tuple((WHY[reason], count) for reason, count in many.items() if count)


def _held(items: Iterable[Stood]) -> tuple[HeldShown, ...]:
    found = _late_first(one for one in items if one.item.state == HELD)
    return tuple(_held_one(one, part) for one in found for part in (one.item, *one.branches) if _is_held(part))


def _is_held(part: Item) -> bool:
    """Whether it is to be sent on itself: not an item of which only a branch is."""
    return part.state == HELD and part.reason != BRANCH_HELD


def _held_one(one: Stood, part: Item) -> HeldShown:
    workflow, done = one.version.workflow, frozenset(visit.step for visit in one.visits if visit.round == part.round)
    open_to = ways_on(workflow, branch=part.branch, done=done)
    ways = tuple((str(name), str(name)) for name in in_order(workflow) if name in open_to)
    return HeldShown(stood=one, item=part, why=WHY.get(part.reason or "", ""), ways=ways)


def _moving(items: Iterable[Stood]) -> tuple[MovingShown, ...]:
    found = _late_first(one for one in items if one.item.state != HELD)
    return tuple(_moving_one(one) for one in sorted(found, key=lambda one: not nobody_left(one)))


def _moving_one(one: Stood) -> MovingShown:
    branches = tuple((part, DOES[part.state]) for part in one.branches)
    return MovingShown(stood=one, does=DOES[one.item.state], branches=branches, nobody=nobody_left(one))


def _late_first(items: Iterable[Stood]) -> tuple[Stood, ...]:
    return tuple(sorted(items, key=lambda one: not (one.item.late or one.item.late_whole)))
