"""What tests of workflows share: steps registered for items of one use case, answered by people, and moved."""

from licet.core.answer import Choice
from licet.core.canonical import Json
from licet.core.people import Person
from licet.core.refusal import Refused
from licet.core.workflow_json import workflow_from_json
from licet.flows.answer import answer_case
from licet.flows.drain import claim_cases, waiting_use_cases, work_off
from licet.flows.set_steps import register_workflow
from licet.flows.speakers import Speakers
from licet.flows.walk import Stood, case_of, show_item, start_item, walk_on
from licet.testing import World, done
from tests.flows.test_walking import slip

SLIPS = "slips"


def registered(world: World, steps: Json, begin: str, **more: Json) -> None:
    """Registers steps of the slips as a version."""
    raw: dict[str, Json] = {"begin": begin, "steps": steps, **more}
    done(register_workflow(world.office, world.owner, name=SLIPS, workflow=workflow_from_json(raw)))


def begun(world: World, k: int = 1, amount: str | None = "50") -> Stood:
    """An item, with its cases at the desk."""
    found = done(start_item(world.office, world.operator, name=SLIPS, row=slip(k, amount))).stood
    moved(world)
    return found


def moved(world: World) -> None:
    """What a worker does: routes the cases that wait, moves the items, and routes what that brought."""
    routed(world)
    walk_on(world.office)
    routed(world)


def routed(world: World) -> None:
    """Routes the cases that wait, and moves no item."""
    for use_case_id in waiting_use_cases(world.office):
        claim = claim_cases(world.office, use_case_id, holder="one", limit=500)
        if claim is not None:
            list(work_off(world.office, Speakers(), use_case_id=claim.use_case_id, claim=claim.claim))


def seen(world: World, k: int = 1) -> Stood:
    """An item as it stands."""
    return done(show_item(world.office, name=SLIPS, item=f"slip-{k}"))


def where(world: World, k: int = 1) -> tuple[str, str, str | None]:
    """State, step, and why it is held."""
    item = seen(world, k).item
    return item.state, item.step, item.reason


def branches(world: World, k: int = 1) -> dict[str, tuple[str, str]]:
    """State and step of each branch that runs."""
    return {str(one.branch): (one.state, str(one.step)) for one in seen(world, k).branches}


def steps(world: World, k: int = 1) -> list[tuple[str, int]]:
    """The steps it was at, each with its round."""
    return [(str(one.step), one.round) for one in seen(world, k).visits]


def case_at(world: World, step: str, k: int = 1) -> str:
    """What the item's newest case at a step is called."""
    found = seen(world, k)
    names = [case_of(found.item, visit) for visit in found.visits if visit.step == step]
    assert names[-1] is not None
    return names[-1]


def tried(world: World, by: Person, step: str, says: str = "yes", k: int = 1) -> Refused | None:
    """Somebody answers the item's case at a step, in the use case of the step's name."""
    return answer_case(world.office, by, name=step, case=case_at(world, step, k), answer=Choice(value=says))


def answered(world: World, by: Person, step: str, says: str = "yes", k: int = 1) -> None:
    """The same; it must be taken, and the item moves."""
    assert tried(world, by, step, says, k) is None
    moved(world)
