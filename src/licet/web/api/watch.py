"""The watch: what the blind audits of decided cases say of the mandate's promise."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from licet.core.mandate import SuspendedMandate, state_of
from licet.core.refusal import Refused
from licet.core.token import TokenScope
from licet.flows.follow import watch_now
from licet.web.guard import GuardedRoute, Let, let_in, needs
from licet.web.problems import refusal

routes = APIRouter(tags=["watch"], route_class=GuardedRoute)


class WatchOut(BaseModel):
    """Where the watch of a mandate stands. How many audits wait is not told: it would give away which cases are among them."""

    model_config = ConfigDict(extra="forbid")

    mandate: str
    state: Literal["active", "suspended"]
    counted: int = Field(description="Audits that were answered, or not in time.")
    errors: int = Field(description="Those of them that speak against the promise.")
    interval: tuple[float, float] = Field(description="Of the error among cases decided alone, valid at any time, if it does not change.")
    meter: float = Field(description="Share of the way to the trip line, in [0, 1].")
    tripped: bool


@routes.get("/watch", **needs(TokenScope.MANDATE_READ))
async def read_watch(let: Annotated[Let, Depends(let_in)]) -> WatchOut:
    """What the audits of the mandate's present round have shown."""
    found = await let.desk.run(lambda: watch_now(let.desk.office, let.use_case))
    if isinstance(found, Refused):
        raise refusal(found)
    state: Any = state_of(found.mandate)
    active = found.mandate.active if isinstance(found.mandate, SuspendedMandate) else found.mandate
    return WatchOut(
        mandate=active.id,
        state=state,
        counted=found.counted,
        errors=found.errors,
        interval=(found.low, found.high),
        meter=found.meter,
        tripped=found.tripped,
    )
