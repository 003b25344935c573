"""Going: what the way of an item brings about: a case at a step that decides, branches, a wait, an end, or that it is held."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from licet.core.canonical import Json
from licet.core.case import CaseBody
from licet.core.history import PastCase
from licet.core.ids import LICET
from licet.core.incident import Message
from licet.core.people import Actor
from licet.core.use_case import Stage, UseCase
from licet.core.workflow import HELD as WHY
from licet.core.workflow import Coded, Decide, End, Join, Split, StepName, Wait, case_name, facts_at, kept_apart
from licet.core.workflow_way import Back, Held, Stands, Walk, back_or_held, enter
from licet.flows.intake import accept_step
from licet.flows.office import Office, entry
from licet.flows.roles import everybody_here
from licet.store import apart, notices, teams, use_cases, workflows
from licet.store.book import Tx
from licet.store.workflows import AWAY, ENDED, HELD, JOINED, PARALLEL, RULING, WAITING, Item, Says, Unreadable, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """An item, or a branch of one, while it is moved; `by` is who sent it on, None: nobody, a decision or time did."""

    use_case: UseCase
    version: Version
    item: Item
    says: Says | Unreadable
    now: datetime
    by: Actor | None = None


def go(office: Office, tx: Tx, here: Here, walk: Walk) -> None:
    """Writes the steps that were entered, and what the last of them brings about."""
    here, came_to = _through(tx, here, walk)
    if isinstance(came_to, Held):
        hold(tx, here, came_to)
    else:
        _stand_at(office, tx, here, came_to)
    if here.item.parent is not None:
        workflows.show_branches(tx, here.item.parent, at=here.now)


def _through(tx: Tx, here: Here, walk: Walk) -> tuple[Here, Stands | Held]:
    """Writes the steps that were entered, round after round, until none sends the item back."""
    while True:
        for step in walk.entered:
            if here.item.branch is None or not isinstance(here.version.workflow.steps[step], Join):
                workflows.enter(tx, here.item, step, at=here.now)
        came_to = walk.came_to
        if isinstance(came_to, Back):
            times = sum(one.sent_back and one.step == came_to.step for one in workflows.visits(tx, here.item))
            came_to = back_or_held(came_to, times=times)
        if not isinstance(came_to, Back):
            return here, came_to
        here = replace(here, item=workflows.send_back(tx, here.item, came_to.step))
        walk = enter(here.version.workflow, came_to.to, facts_at(_body(here), None), done=frozenset())


def _body(here: Here) -> CaseBody:
    assert isinstance(here.says, Says)  # noqa: S101 - what cannot be read enters no step but an ending or a join
    return here.says.body


def _stand_at(office: Office, tx: Tx, here: Here, came_to: Stands) -> None:
    match came_to.kind:
        case Decide() as asking:
            _ask(office, tx, here, came_to.step, asking)
        case Coded():
            _stand(tx, here, RULING, came_to.step)
        case Wait(lasts=lasts):
            _stand(tx, here, WAITING, came_to.step, resume_at=here.now + lasts)
        case Split(ways=ways):
            _split(office, tx, here, came_to.step, ways)
        case Join():
            _stand(tx, here, JOINED, came_to.step)
        case End():
            _stand(tx, here, ENDED, came_to.step)
        case _:
            assert_never(came_to.kind)


def _split(office: Office, tx: Tx, here: Here, step: StepName, ways: tuple[StepName, ...]) -> None:
    """Begins every branch, in this transaction: none runs where another does not."""
    _stand(tx, here, PARALLEL, step)
    done = workflows.done_in_round(tx, here.item)
    for way in ways:
        branch = replace(here, item=workflows.split(tx, here.item, way, at=here.now))
        go(office, tx, branch, enter(here.version.workflow, way, facts_at(_body(here), None), done=done))


def _ask(office: Office, tx: Tx, here: Here, name: StepName, step: Decide) -> None:
    """Makes the item a case of the step's use case, under a name that nobody outside can have given, kept apart from those it must be."""
    target = use_cases.find(tx, step.use_case)
    if target is None or target.stage is Stage.RETIRED or teams.of(tx, target) != teams.of(tx, here.use_case):
        hold(tx, here, Held(step=name, reason="use_case_gone"))
        return
    assert isinstance(here.says, Says)  # noqa: S101 - what cannot be read enters no step but an ending or a join
    called = case_name(here.item.root, name, here.item.round)
    row = PastCase(line=1, body=_own(here.says.body), answer=None, external_id=called, requester=here.says.requester)
    accepted = accept_step(office, tx, target, row, here.now)
    if accepted.repeated:
        hold(tx, here, Held(step=name, reason="name_taken"))
        return
    others = kept_apart(here.version.workflow, name)
    apart.keep(tx, accepted.number, [one.case for one in workflows.visits(tx, here.item) if one.step in others and one.case is not None])
    workflows.decides(tx, here.item, name, accepted.number)
    due = None if step.due is None else here.now + step.due
    _stand(tx, here, AWAY, name, case_number=accepted.number, due_at=due)


def _own(body: CaseBody) -> CaseBody:
    """The item as a case of another use case: taken in by no schema of that one, so that a mandate with a schema leaves it to a person."""
    return replace(body, schema="")


def hold(tx: Tx, here: Here, held: Held) -> None:
    """Holds an item for a person, and tells the owner and whom the workflow names."""
    _stand(tx, here, HELD, held.step, reason=held.reason, detail=held.detail or None)
    says = f"An item is held at {held.step!r}. {WHY[held.reason]}{f' {held.detail}' if held.detail else ''}"
    tell(tx, here.use_case, here.version, "an item is held", says, here.now)


def _stand(tx: Tx, here: Here, state: str, step: StepName, **more: object) -> None:
    workflows.stand(tx, here.item, state, step, at=here.now, more=more)
    by = LICET if here.by is None else here.by.id
    what = "workflow.ended" if state == ENDED else "workflow.moved"
    facts: dict[str, Json] = {"item": here.item.root, "step": step, "version": here.version.number}
    facts |= {} if state == ENDED else {"stands": state}
    facts |= branch_facts(here.item)
    tx.record(entry(what, by=by, now=here.now, use_case=here.use_case, **facts))


def branch_facts(item: Item) -> dict[str, Json]:
    """What an entry says of an item that runs in branches, or went back: which branch, and which round."""
    facts: dict[str, Json] = {} if item.branch is None else {"branch": item.branch}
    return facts if item.round == 1 else facts | {"round": item.round}


def tell(tx: Tx, use_case: UseCase, version: Version, subject: str, says: str, now: datetime) -> None:
    """Tells the owner and everybody of the role that the workflow names."""
    named = {one.id for one in everybody_here(tx, use_case) if one.has(version.workflow.tell)}
    body = f"{says} To see it: licet workflow list {use_case.slug}"
    for person in sorted(one for one in {use_case.owner, *named} if one is not None):
        notices.tell(tx, Message(to=person, subject=f"{use_case.title}: {subject}", body=body), at=now)
