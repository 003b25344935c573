"""Value: what a use case changed since AI decides, as the newest statement says; a program only reads it."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from licet.core.promise import promise_to_json
from licet.core.token import TokenScope
from licet.core.value import value_to_json
from licet.flows.hold_promise import newest_promise
from licet.flows.measure_value import newest_value
from licet.web.guard import GuardedRoute, Let, let_in, needs

routes = APIRouter(tags=["value"], route_class=GuardedRoute)
OUT = ConfigDict(extra="forbid")


class LevelOut(BaseModel):
    """How much something was, over weeks."""

    model_config = OUT

    value: float | None = None
    low: float | None = Field(default=None, description="Lower end at 95%; null where there are too few weeks.")
    high: float | None = Field(default=None, description="Upper end at 95%; null where there are too few weeks, or it has no end yet.")
    n: int | None = None
    assumed: bool | None = Field(default=None, description="Whether somebody states it, and nobody measured it.")
    counted: bool | None = Field(default=None, description="Whether it was counted and not drawn, so that it has no interval.")
    unknown: str | None = Field(default=None, description="Why it is not known; then there is no value.")


class FigureOut(BaseModel):
    """One figure, before and now."""

    model_config = OUT

    before: LevelOut | None
    now: LevelOut


class CausedOut(BaseModel):
    """What AI's deciding changed, where chance chose which cases it was given: the mean of those, less the mean of the others."""

    model_config = OUT

    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    given: int | None = None
    left: int | None = None
    steps: int | None = None
    left_out: int | None = None
    unknown: str | None = Field(default=None, description="Why it is not known.")


class ValueOut(BaseModel):
    """A statement of value. Amounts are in minor units of the currency, a week."""

    model_config = OUT

    since: datetime
    until: datetime
    cases: int
    open: int
    figures: dict[str, FigureOut]
    caused: dict[str, CausedOut]
    incidents: int
    currency: str | None
    simulated: bool = Field(description="Whether a demo's data answered in people's place.")
    before_simulated: bool = Field(description="Whether the baseline was measured from a simulated log.")


class HeldOut(BaseModel):
    """One figure that was promised. `answer` is null where it is shown and not judged."""

    model_config = OUT

    before: LevelOut | None
    promised: LevelOut
    now: LevelOut
    answer: Literal["kept", "not kept", "unknown"] | None
    why: str


class PromiseOut(BaseModel):
    """What the redesign promised, held against what was measured; *simulated* until it was."""

    model_config = OUT

    simulated: bool
    title: str
    at: datetime
    simulation: str
    step: str | None
    answer: Literal["kept", "not kept", "unknown"]
    figures: dict[str, HeldOut]
    said: list[str] = Field(description="What a reader must know: that parts are assumed, or that it stands on what no longer counts.")


class StatementOut(BaseModel):
    """The newest statement of value; null before one was made."""

    model_config = OUT

    value: ValueOut | None
    at: datetime | None
    baseline: str | None = Field(description="Digest of the baseline it was held against.")
    promise: PromiseOut | None = Field(description="Whether what the redesign promised is kept; null where nothing was promised.")


@routes.get("/value", **needs(TokenScope.MANDATE_READ))
async def read_value(let: Annotated[Let, Depends(let_in)]) -> StatementOut:
    """What the use case changed since AI decides, as it was measured last: `licet value measure`."""
    found = await let.desk.run(lambda: newest_value(let.desk.office, name=let.use_case.slug))
    if found is None:
        return StatementOut(value=None, at=None, baseline=None, promise=None)
    name, office = let.use_case.slug, let.desk.office
    promise = await let.desk.run(lambda: newest_promise(office, name=name, value=found.value, baseline=found.baseline))
    return StatementOut(
        value=ValueOut.model_validate(value_to_json(found.value)),
        at=found.at,
        baseline=found.baseline,
        promise=None if promise is None else PromiseOut.model_validate(promise_to_json(promise)),
    )
