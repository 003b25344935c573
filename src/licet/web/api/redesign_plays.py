"""Simulating a redesign by the API: people send one as redesign.yaml says it; how far it is anybody with the scope may read."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, status
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from licet.core.redesign import Redesign
from licet.core.redesign_faults import NotARedesignError
from licet.core.redesign_play import PlayState, RedesignPlay, play_to_json
from licet.core.refusal import Refused
from licet.core.token import TokenScope
from licet.flows.play_redesign import Wrong, begin_play, newest_play
from licet.stats.simulated_process import Plan
from licet.web.guard import NEEDS_PERSON, GuardedRoute, Let, LetPerson, let_in, needs, person_let_in
from licet.web.problems import Fault, Problem, ProblemError, problem, refusal

routes = APIRouter(tags=["process"], route_class=GuardedRoute)
OUT = ConfigDict(extra="forbid")
MOST = 200


class PlayIn(BaseModel):
    """A redesign that is to be simulated."""

    model_config = ConfigDict(extra="forbid", strict=True)

    redesign: dict[str, JsonValue] = Field(description="With the keys of `redesign.yaml`, as docs/redesign.md has them.")
    replications: int = Field(default=30, ge=2, le=MOST, description="How often as-is and to-be are played.")
    seed: int = Field(default=0, ge=0, le=2**62, description="The same seed gives the same figures.")


class RefusedOut(BaseModel):
    """Why nothing came of it."""

    model_config = OUT

    code: str
    why: str
    remedy: str


class PlayOut(BaseModel):
    """A simulation while it goes on, and what came of it."""

    model_config = OUT

    play: str
    state: PlayState = Field(description="`playing`, `left` (the server was ended), `refused` (`refused` says why) or `kept`.")
    by: str
    began_at: datetime
    seen_at: datetime = Field(description="The last sign of life.")
    ended_at: datetime | None
    expected: int | None = Field(description="Cases that will be played, at most; null while nobody knows.")
    played: int
    simulation: str | None = Field(description="Id of what came out: `GET .../redesign` shows it while it is the newest.")
    refused: RefusedOut | None


class NewestPlayOut(BaseModel):
    """The simulation that was begun last on the page or here; null before one."""

    model_config = OUT

    play: PlayOut | None


@routes.get("/redesign/play", **needs(TokenScope.MANDATE_READ))
async def read_play(let: Annotated[Let, Depends(let_in)]) -> NewestPlayOut:
    """How far the redesign that was sent last is simulated."""
    found = await let.desk.run(lambda: newest_play(let.desk.office, name=let.use_case.slug))
    if found is None:
        return NewestPlayOut(play=None)
    return NewestPlayOut(play=_told(*found))


@routes.post("/redesign/play", status_code=status.HTTP_202_ACCEPTED, **NEEDS_PERSON)
async def play_redesign(asked: PlayIn, let: Annotated[LetPerson, Depends(person_let_in)]) -> PlayOut:
    """Simulate a redesign; the answer comes at once, and what comes out is kept as `licet process compare` keeps it."""
    read = let.desk.service.read_redesign(asked.redesign)
    if not isinstance(read, Redesign):
        raise ProblemError(problem("invalid", read[0], errors=[Fault(where="/redesign", says=one) for one in read]))
    name = let.use_case.slug
    begun = await let.desk.run(lambda: begin_play(let.office, let.by, read, name=name))
    match begun:
        case Refused():
            raise refusal(begun)
        case Wrong(faults=wrong):
            raise ProblemError(_wrong(wrong))
        case _:
            plan = Plan(replications=asked.replications, seed=asked.seed)
            let.desk.plays.begin(let.office, let.by, begun, read, name=name, plan=plan)
            return _told(begun, PlayState.PLAYING)


def _told(play: RedesignPlay, state: PlayState) -> PlayOut:
    return PlayOut.model_validate(play_to_json(play, state))


def _wrong(faults: tuple[NotARedesignError, ...]) -> Problem:
    errors = [Fault(where="/".join(("", "redesign", *map(str, one.path))), says=f"{one.why} {one.remedy}") for one in faults]
    return problem("redesign_unfit", faults[0].why, faults[0].remedy, errors=errors)
