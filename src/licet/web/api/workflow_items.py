"""Items of a workflow: begun one by one, and read where they stand."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response, status
from pydantic import BaseModel, ConfigDict, Field

from licet.core.refusal import Refused
from licet.core.token import TokenScope
from licet.flows.see_workflow import see_item, see_items
from licet.flows.walk import Begun, Stood, case_of, start_item
from licet.store.workflows import Item
from licet.web.api.wire import CaseIn, read_case
from licet.web.guard import GuardedRoute, Let, let_in, needs
from licet.web.problems import invalid, refusal

routes = APIRouter(tags=["workflows"], route_class=GuardedRoute)

LetIn = Annotated[Let, Depends(let_in)]
OUT = ConfigDict(extra="forbid")


class StepOut(BaseModel):
    """A step that an item was at."""

    model_config = OUT

    step: str
    round: int = Field(description="Counts from 1, and on with every way back.")
    at: datetime
    case: str | None = Field(description="The id of its case in the step's use case; null where nothing is decided.")
    sent_back: bool = Field(description="Whether the step sent the item back.")


class BranchOut(BaseModel):
    """A branch of an item that runs beside others, or waits for them at the join."""

    model_config = OUT

    branch: str = Field(description="By its first step.")
    round: int
    state: str = Field(description="As of an item; `joined`: it waits for the other branches.")
    step: str
    reason: str | None
    detail: str | None
    since: datetime
    late: bool


class ItemOut(BaseModel):
    """An item as it stands."""

    model_config = OUT

    id: str
    name: str = Field(description="What you call it.")
    version: int
    state: str = Field(
        description="`away`: a use case decides it; `ruling`: a function is asked; `waiting`; `parallel`: its branches run; "
        "`held` for a person; `ended` at the step; `kept`: not told, since it says what AI answered while a person is asked, blind."
    )
    step: str | None = Field(description="Null where it is not told.")
    round: int = Field(description="Counts from 1, and on with every way back.")
    reason: str | None = Field(description="Why it is held; `nobody_left`: it is away, and nobody is left who may decide it.")
    detail: str | None = Field(description="More of it: where in rules.py, and which kind of error.")
    since: datetime | None = Field(description="When it came to the step; null where that is not told.")
    late: bool
    started_at: datetime
    branches: list[BranchOut]
    steps: list[StepOut]


class ItemsOut(BaseModel):
    """Items on their way: held ones first, then the late, then the longest."""

    model_config = OUT

    counts: dict[str, int] = Field(description="How many stand where, by state.")
    items: list[ItemOut]


def item_out(one: Stood) -> ItemOut:
    """An item as it goes out."""
    item = one.item
    return ItemOut(
        id=item.id,
        name=item.name,
        version=one.version.number,
        state=item.state,
        step=item.step or None,
        round=item.round,
        reason=item.reason,
        detail=item.detail,
        since=item.since if item.step else None,
        late=item.late or item.late_whole,
        started_at=item.started_at,
        branches=[_branch_out(part) for part in one.branches],
        steps=[StepOut(step=v.step, round=v.round, at=v.at, case=case_of(item, v), sent_back=v.sent_back) for v in one.visits],
    )


def _branch_out(part: Item) -> BranchOut:
    return BranchOut(
        branch=part.branch or "",
        round=part.round,
        state=part.state,
        step=part.step,
        reason=part.reason,
        detail=part.detail,
        since=part.since,
        late=part.late,
    )


@routes.post("/workflow/items", status_code=status.HTTP_201_CREATED, responses={200: {"model": ItemOut}}, **needs(TokenScope.CASES_WRITE))
async def start(given: CaseIn, let: LetIn, response: Response) -> ItemOut:
    """Begin an item by its `id`. One that began before is answered with 200, and nothing begins twice. A worker moves it."""
    if given.id is None:
        raise invalid("/id", "an item needs an id, by which it begins once.")
    if given.proposal is not None:
        raise invalid("/proposal", "an item brings none; each step that decides has a system of its own.")
    begun = await let.desk.run(lambda: _begin(given, let))
    if isinstance(begun, Refused):
        raise refusal(begun)
    response.status_code = status.HTTP_200_OK if begun.repeated else status.HTTP_201_CREATED
    let.desk.service.wake()
    return item_out(begun.stood)


def _begin(given: CaseIn, let: Let) -> Begun | Refused:
    sent = read_case(given, let.use_case, let.desk.service.read_case, line=1, where="")
    begun = start_item(let.desk.office, let.by, name=let.use_case.slug, row=sent.past)
    if isinstance(begun, Refused) or not begun.repeated:
        return begun
    told = see_item(let.desk.office, let.by, name=let.use_case.slug, item=begun.stood.item.name)
    return told if isinstance(told, Refused) else replace(begun, stood=told)


@routes.get("/workflow/items", **needs(TokenScope.CASES_READ))
async def list_(let: LetIn, limit: Annotated[int, Query(ge=1, le=1000, description="Items that are listed.")] = 100) -> ItemsOut:
    """List the items that have not ended."""
    counts, found = await let.desk.run(lambda: see_items(let.desk.office, let.by, name=let.use_case.slug, limit=limit))
    return ItemsOut(counts=dict(counts), items=[item_out(one) for one in found])


@routes.get("/workflow/items/{item:path}", **needs(TokenScope.CASES_READ))
async def show(item: Annotated[str, Path(description="The item's name, percent-encoded.")], let: LetIn) -> ItemOut:
    """Read where an item stands, and every step it was at."""
    found = await let.desk.run(lambda: see_item(let.desk.office, let.by, name=let.use_case.slug, item=item))
    if isinstance(found, Refused):
        raise refusal(found)
    return item_out(found)
