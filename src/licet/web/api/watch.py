"""The watch: what the blind audits of decided cases say of the mandate's promise."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from licet.core.mandate import SuspendedMandate, state_of
from licet.core.refusal import Refused
from licet.core.token import TokenScope
from licet.flows.check_agreement import Unseen
from licet.flows.follow import watch_now
from licet.flows.monitor import SliceSeen, monitor
from licet.web.guard import GuardedRoute, Let, let_in, needs
from licet.web.problems import refusal

routes = APIRouter(tags=["watch"], route_class=GuardedRoute)


class SliceOut(BaseModel):
    """A named slice of the standard and its watch."""

    model_config = ConfigDict(extra="forbid")

    name: str
    target: float
    counted: int
    errors: int
    interval: tuple[float, float]
    meter: float
    tripped: bool
    at_trip: Literal["suspend", "narrow", "full review"]


class AgreementsOut(BaseModel):
    """How much error agreement may hide: the error is at most the target plus `bound`."""

    model_config = ConfigDict(extra="forbid")

    checked: int
    contradicted: int
    bound: float


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
    audit_rate: float = Field(description="The probability of an audit now, for cases of no stratum.")
    held: bool = Field(description="Whether nothing is decided alone because too many audits are late.")
    doubling_found_by: datetime | None = Field(description="When a doubling of the allowed error would be found; estimated.")
    slices: list[SliceOut] = Field(description="The named slices, each with a watch of its own.")
    agreements: AgreementsOut | None = Field(description="Audits that agreed and were checked again; null without an audit plan.")


@routes.get("/watch", **needs(TokenScope.MANDATE_READ))
async def read_watch(let: Annotated[Let, Depends(let_in)]) -> WatchOut:
    """What the audits of the mandate's present round have shown."""
    found = await let.desk.run(lambda: watch_now(let.desk.office, let.use_case))
    if isinstance(found, Refused):
        raise refusal(found)
    seen = await let.desk.run(lambda: monitor(let.desk.office, name=let.use_case.slug))
    if isinstance(seen, Refused):
        raise refusal(seen)
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
        audit_rate=seen.rate,
        held=seen.held,
        doubling_found_by=seen.found_by,
        slices=[_slice(one) for one in seen.slices],
        agreements=None if seen.unseen is None else _agreements(seen.unseen),
    )


def _slice(one: SliceSeen) -> SliceOut:
    does: Any = one.does.value
    return SliceOut(
        name=one.name,
        target=one.target,
        counted=one.audits,
        errors=one.errors,
        interval=(one.low, one.high),
        meter=one.meter,
        tripped=one.tripped,
        at_trip=does,
    )


def _agreements(found: Unseen) -> AgreementsOut:
    return AgreementsOut(checked=found.checked, contradicted=found.contradicted, bound=found.bound)
