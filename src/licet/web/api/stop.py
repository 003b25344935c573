"""The stop: while it is pressed AI decides nothing alone. A program may press it; lifting takes a person, elsewhere."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response, status
from pydantic import BaseModel, ConfigDict, Field

from licet.core.reason import LIMIT, NotAReasonError
from licet.core.refusal import Refused
from licet.core.stop import Stop
from licet.core.token import TokenScope
from licet.flows.receive import Parcel, press_stop_once
from licet.flows.stop import stop_status
from licet.web.guard import GuardedRoute, Let, let_in, needs, parcel_of
from licet.web.problems import invalid, refusal

routes = APIRouter(tags=["stop"], route_class=GuardedRoute)


class StopIn(BaseModel):
    """Why AI is to decide nothing alone."""

    model_config = ConfigDict(extra="forbid", strict=True)

    why: str = Field(min_length=1, max_length=LIMIT, description="In words, for whoever asks later.")


class PressedOut(BaseModel):
    """A stop that is pressed."""

    model_config = ConfigDict(extra="forbid")

    reach: Literal["use_case", "team", "installation"]
    by: str
    at: datetime
    why: str


class StopOut(BaseModel):
    """Whether AI may decide alone here, as far as stops go."""

    model_config = ConfigDict(extra="forbid")

    stopped: bool
    pressed: list[PressedOut] = Field(description="The stops that hold here: the use case's own, its team's, and the installation's.")


@routes.get("/stop", **needs(TokenScope.MANDATE_READ))
async def read_stop(let: Annotated[Let, Depends(let_in)]) -> StopOut:
    """Whether the stop is pressed: here, for the team, or for the whole installation."""
    return await _standing(let)


@routes.post("/stop", status_code=status.HTTP_201_CREATED, responses={200: {"model": StopOut}}, **needs(TokenScope.STOP))
async def press(
    given: StopIn, let: Annotated[Let, Depends(let_in)], parcel: Annotated[Parcel, Depends(parcel_of)], response: Response
) -> StopOut:
    """Press the use case's stop; where it is pressed already it stays as it is (200). A person lifts it: `licet stop lift`."""
    try:
        done = await let.desk.run(lambda: press_stop_once(let.desk.office, let.by, parcel, name=let.use_case.slug, why=given.why))
    except NotAReasonError as error:
        raise invalid("/why", str(error)) from None
    if isinstance(done, Refused):
        raise refusal(done)
    if done.repeated:
        response.status_code = status.HTTP_200_OK
    return await _standing(let)


async def _standing(let: Let) -> StopOut:
    found = await let.desk.run(lambda: stop_status(let.desk.office, name=let.use_case.slug))
    return StopOut(stopped=bool(found.pressed), pressed=[_pressed(one) for one in found.pressed])


def _pressed(stop: Stop) -> PressedOut:
    return PressedOut(reach=stop.reach.value, by=stop.by, at=stop.at, why=stop.why)
