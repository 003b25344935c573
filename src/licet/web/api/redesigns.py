"""The redesign of a process: the newest simulation of it, the back-test first. A program only reads it; everything in it is simulated."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from licet.core.redesign_evidence import outdated
from licet.core.simulated_redesign import simulation_to_json
from licet.core.token import TokenScope
from licet.flows.see_redesign import newest_redesign
from licet.web.guard import GuardedRoute, Let, let_in, needs

routes = APIRouter(tags=["process"], route_class=GuardedRoute)
OUT = ConfigDict(extra="forbid")
Span = Annotated[list[float] | None, Field(description="Mean, and the ends of its interval at 95%; null where unknown.")]


class RowOut(BaseModel):
    """One figure side by side."""

    model_config = OUT

    key: str
    says: str
    kind: str = Field(description="`time`, `labour`, `queue`, `money` or `errors`.")
    unit: str
    as_is: Span
    to_be: Span
    change: Span
    note: str
    assumed: bool = Field(description="Whether it rests on something that nobody measured.")


class BackTestOut(BaseModel):
    """How the model did on cases that it had not seen."""

    model_config = OUT

    beats: bool = Field(description="Whether it beats the naive forecast; where not, no figure of the kind `time` is shown.")
    says: str


class WhatIfOut(BaseModel):
    """The redesign under other circumstances: as planned, and then."""

    model_config = OUT

    key: str
    says: str
    rows: list[RowOut]
    why_not: str


class NeededOut(BaseModel):
    """How many reviewers the service level takes; null where that is not said."""

    model_config = OUT

    people: int | None
    tried: list[tuple[int, Span]]
    says: str


class KeptOut(BaseModel):
    """Whether people are enough for the service level; null where nothing can be said."""

    model_config = OUT

    kept: bool | None
    says: str


class ServiceLevelOut(BaseModel):
    """How soon cases are to be done, and which share of them."""

    model_config = OUT

    seconds: int
    share: float


class SimulationOut(BaseModel):
    """A simulation of a redesign."""

    model_config = OUT

    simulated: bool
    id: str
    at: datetime
    by: str
    digest: str = Field(description="Of the redesign, without its title.")
    log: str
    log_digest: str
    system: str | None = Field(description="Fingerprint of the system whose measured behaviour went in; null where nothing was measured.")
    standard: str | None
    measured: bool = Field(description="Whether coverage and error of AI were measured wherever it decides alone.")
    replications: int
    seed: int
    redesign: dict[str, JsonValue]
    inputs: dict[str, JsonValue] = Field(description="Each figure that went in, with what it stands on, and whether it is assumed.")
    assumed: list[tuple[str, str]]
    cases: int
    back_test: BackTestOut
    rows: list[RowOut]
    what_if: list[WhatIfOut]
    needed: NeededOut
    service_level: ServiceLevelOut | None
    kept: KeptOut
    notes: list[str]


class RedesignOut(BaseModel):
    """The newest simulation; null before one."""

    model_config = OUT

    outdated: list[str] = Field(description="What changed since it was simulated; empty where it stands on what counts now.")
    simulations: int = Field(description="How many were made of this use case; of many, the newest may be the luckiest.")
    simulation: SimulationOut | None


@routes.get("/redesign", **needs(TokenScope.MANDATE_READ))
async def read_redesign(let: Annotated[Let, Depends(let_in)]) -> RedesignOut:
    """The newest simulation of the process as it is to be, beside the process as it is."""
    shown = await let.desk.run(lambda: newest_redesign(let.desk.office, name=let.use_case.slug))
    one = shown.simulated
    if one is None:
        return RedesignOut(outdated=[], simulations=0, simulation=None)
    return RedesignOut(
        outdated=list(outdated(shown, one)),
        simulations=shown.simulations,
        simulation=SimulationOut.model_validate(simulation_to_json(one)),
    )
