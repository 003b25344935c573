"""The workflow of a use case: its steps, where items stand, which are late, and which wait for a word of the owner."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

from starlette.requests import Request
from starlette.responses import Response

from licet.core.case_rules import rule_in_words
from licet.core.refusal import Refused
from licet.core.workflow import HELD as WHY
from licet.core.workflow import Branch, Coded, Decide, End, Rule, Step, StepName, Wait, Workflow, branches_of, in_order
from licet.flows.see_workflow import SeenWorkflow, see_workflow
from licet.flows.walk import Stood, send_on
from licet.store.workflows import ENDED, HELD, Standing
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
    item, to = form.one("item"), form.one("to")
    made = await viewer.run(lambda: send_on(viewer.office, viewer.by, name=name, item=item, to=to))
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
        totals=_counts(seen.standing),
        reasons=_reasons(seen),
        held=_held(seen.items or ()),
        moving=_late_first(one for one in seen.items or () if one.item.state != HELD),
        closed=seen.items is None,
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
    """A step: what happens there, and where it leads; `use_case` is empty where none decides it."""

    name: StepName
    does: str
    use_case: str
    leads: tuple[tuple[str, StepName], ...]
    ends: bool
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldShown:
    """A held item: why, and the steps at which it was not yet."""

    stood: Stood
    why: str
    ways: tuple[tuple[str, str], ...]


def _counts(standing: Iterable[Standing]) -> Counts:
    found = list(standing)
    return Counts(
        moving=sum(one.many for one in found if one.state not in (HELD, ENDED)),
        held=sum(one.many for one in found if one.state == HELD),
        late=sum(one.many for one in found if one.late and one.state != ENDED),
        ended=sum(one.many for one in found if one.state == ENDED),
    )


def _steps(steps: Workflow, standing: Sequence[Standing]) -> tuple[StepShown, ...]:
    return tuple(_step(name, steps.steps[name], [one for one in standing if one.step == name]) for name in in_order(steps))


def _step(name: StepName, step: Step, standing: Sequence[Standing]) -> StepShown:
    does, use_case = _does(step)
    return StepShown(name=name, does=does, use_case=use_case, leads=_leads(step), ends=isinstance(step, End), counts=_counts(standing))


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
        case End():
            return "the end", ""
        case _:
            assert_never(step)


def _leads(step: Step) -> tuple[tuple[str, StepName], ...]:
    if isinstance(step, Coded):
        return tuple(step.outcomes.items())
    branches = branches_of(step)
    return tuple((_when(one, alone=len(branches) == 1), one.to) for one in branches)


def _when(branch: Branch, *, alone: bool) -> str:
    if branch.when:
        return " and ".join(rule_in_words(rule) for rule in branch.when)
    return "" if alone else "else"


def _before(steps: Workflow, standing: Sequence[Standing]) -> tuple[tuple[StepName, Counts], ...]:
    """Steps of earlier versions at which items stand or ended."""
    names = sorted({one.step for one in standing} - set(steps.steps))
    return tuple((name, _counts(one for one in standing if one.step == name)) for name in names)


def _reasons(seen: SeenWorkflow) -> tuple[tuple[str, int], ...]:
    held = [one for one in seen.standing if one.state == HELD and one.reason in WHY]
    many = {reason: sum(one.many for one in held if one.reason == reason) for reason in WHY}
    return tuple((WHY[reason], count) for reason, count in many.items() if count)


def _held(items: Iterable[Stood]) -> tuple[HeldShown, ...]:
    return tuple(_held_one(one) for one in _late_first(one for one in items if one.item.state == HELD))


def _held_one(one: Stood) -> HeldShown:
    was = {visit.step for visit in one.visits}
    ways = tuple((str(name), str(name)) for name in in_order(one.version.workflow) if name not in was)
    return HeldShown(stood=one, why=WHY.get(one.item.reason or "", ""), ways=ways)


def _late_first(items: Iterable[Stood]) -> tuple[Stood, ...]:
    return tuple(sorted(items, key=lambda one: not (one.item.late or one.item.late_whole)))
