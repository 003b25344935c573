"""Effects: what decisions have not brought about yet. A program may look; letting a dead one be tried again takes a person."""

from datetime import datetime
from typing import Annotated, Any, Literal, assert_never

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from licet.core.effect import DeadEffect, DeliveredEffect, EffectState, WaitingEffect
from licet.core.refusal import Refused
from licet.core.token import TokenScope
from licet.flows.deliver import not_arrived
from licet.flows.replay import replay_effects
from licet.store.effects import Listed
from licet.web.guard import NEEDS_PERSON, GuardedRoute, Let, LetPerson, let_in, needs, person_let_in
from licet.web.problems import refusal

routes = APIRouter(tags=["effects"], route_class=GuardedRoute)


class EffectOut(BaseModel):
    """An effect that has not arrived. What is in it is not told."""

    model_config = ConfigDict(extra="forbid")

    number: int = Field(description="The case's number here.")
    effect: int = Field(description="1 is the decision's own, n + 1 that of its n-th correction.")
    way: str = Field(description="How it leaves.")
    state: Literal["waiting", "dead"]
    made_at: datetime
    at: datetime = Field(description="When it is due, or died.")
    why: str | None = Field(description="Why it did not arrive so far.")


class EffectsOut(BaseModel):
    """What has not arrived, oldest first."""

    model_config = ConfigDict(extra="forbid")

    waiting: int
    dead: int
    effects: list[EffectOut]


@routes.get("/effects", **needs(TokenScope.EFFECTS))
async def list_effects(
    let: Annotated[Let, Depends(let_in)],
    dead: Annotated[bool, Query(description="Only those that are not tried again by themselves.")] = False,  # noqa: FBT002 - a parameter of an address
    limit: Annotated[int, Query(ge=1, le=1000, description="Effects that are listed.")] = 100,
) -> EffectsOut:
    """List the effects that have not arrived, oldest first; the counts are of all."""
    slug = let.use_case.slug
    found = await let.desk.run(lambda: not_arrived(let.desk.office, name=slug, dead_only=dead, limit=limit))
    return EffectsOut(waiting=found.waiting, dead=found.dead, effects=[_out(one) for one in found.effects])


def _out(one: Listed) -> EffectOut:
    state, at, why = _state(one.state)
    return EffectOut(number=one.case, effect=one.number, way=one.way.value, state=state, made_at=one.made_at, at=at, why=why)


def _state(state: EffectState) -> tuple[Any, datetime, str | None]:
    match state:
        case WaitingEffect(ready_at=at, last_error=why):
            return "waiting", at, why
        case DeadEffect(at=at, why=why):
            return "dead", at, why
        case DeliveredEffect(at=at):
            return "delivered", at, None
        case _:
            assert_never(state)


class ReplayIn(BaseModel):
    """Which dead effects are to be tried again."""

    model_config = ConfigDict(extra="forbid", strict=True)

    case: str | None = Field(description="Of one case, by its id or number; null: of all.")


class ReplayOut(BaseModel):
    """How many effects are tried again, and how many stay dead."""

    model_config = ConfigDict(extra="forbid")

    waiting: int
    still_dead: int


@routes.post("/effects/replay", **NEEDS_PERSON)
async def replay(given: ReplayIn, let: Annotated[LetPerson, Depends(person_let_in)]) -> ReplayOut:
    """Let dead effects be tried again; their receivers know them by the same key."""
    done = await let.desk.run(lambda: replay_effects(let.office, let.by, name=let.use_case.slug, case=given.case))
    if isinstance(done, Refused):
        raise refusal(done)
    return ReplayOut(waiting=done.waiting, still_dead=done.still_dead)
