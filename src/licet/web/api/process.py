"""The process as it is: what the newest event log shows of steps, time, rework and hand-overs. A program only reads it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from licet.core.process_told import as_is_to_json
from licet.core.refusal import Refused
from licet.core.token import TokenScope
from licet.flows.study_process import study_process
from licet.web.api.beside import AtHandOut, StakesOut
from licet.web.guard import GuardedRoute, Let, let_in, needs
from licet.web.problems import refusal

routes = APIRouter(tags=["process"], route_class=GuardedRoute)
OUT = ConfigDict(extra="forbid")
Seconds = Annotated[float, Field(description="Seconds.")]


class SpanOut(BaseModel):
    """Times of one kind, in seconds."""

    model_config = OUT

    n: int
    median: Seconds
    p90: Seconds
    total: Seconds


class TimeOut(BaseModel):
    """Where the time of cases goes, in seconds; the parts sum to the whole."""

    model_config = OUT

    work: Seconds
    queue: float = Field(description="Nobody worked on the case, and it went to another step.")
    pause: float = Field(description="Nobody worked on it, and the step before was done once more.")
    untold: float = Field(description="Before steps whose start was not recorded: waiting or work.")


class HandlingOut(BaseModel):
    """How long work takes."""

    model_config = OUT

    kind: str = Field(description="`recorded`, `estimated_at_most` or `unknown`.")
    how: str | None = Field(description="From what it is estimated, or why it is unknown.")
    time: SpanOut | None


class WaitingOut(BaseModel):
    """How long a case that comes from another step waits."""

    model_config = OUT

    kind: str = Field(description="`recorded`; `with_work` where no start was recorded, so that it holds the work too; or `unknown`.")
    time: SpanOut | None


class ReworkOut(BaseModel):
    """How often a step is done again in the same case."""

    model_config = OUT

    cases: int
    at_once: int
    later: int


class CostOut(BaseModel):
    """What recorded work costs at the rate that is stated."""

    model_config = OUT

    minor: int = Field(description="Minor units (cents).")
    currency: str
    an_hour: int


class StepOut(BaseModel):
    """A step."""

    model_config = OUT

    step: str
    times: int
    cases: int
    handling: HandlingOut
    waiting: WaitingOut
    pausing: SpanOut | None
    time: TimeOut
    rework: ReworkOut
    handed: int = Field(description="Times it was taken over from another one, of `handed_told` times at which that can be told.")
    handed_told: int
    people: int
    cost: CostOut | None
    data_at_hand: AtHandOut
    stakes: StakesOut


class EdgeOut(BaseModel):
    """One step directly after another, in the order in which they began; `time`: how long nobody worked in between."""

    model_config = OUT

    source: str = Field(alias="from")
    to: str
    time: SpanOut


class VariantOut(BaseModel):
    """A sequence of steps and how many cases take exactly it."""

    model_config = OUT

    steps: list[str]
    cases: int


class VariantsOut(BaseModel):
    """How many sequences there are, and the most frequent ones."""

    model_config = OUT

    count: int
    told: list[VariantOut]


class PairOut(BaseModel):
    """From whose hands into whose."""

    model_config = OUT

    giver: str = Field(alias="from")
    to: str
    times: int


class HandOversOut(BaseModel):
    """Hand-overs."""

    model_config = OUT

    handed: int
    told: int
    untouched_cases: int
    pairs: list[PairOut]


class HandOut(BaseModel):
    """Somebody who works in the process, under a pseudonym; `week` by weekday (Monday first) and hour in UTC, inferred."""

    model_config = OUT

    name: str
    times: int
    steps: int
    usual_hours_utc: list[int]
    week: list[list[int]]


class PeopleOut(BaseModel):
    """How many there are, and the busiest."""

    model_config = OUT

    count: int
    told: list[HandOut]


class DeviationOut(BaseModel):
    """A way in which cases differ from what is stated."""

    model_config = OUT

    kind: str = Field(description="`missing`, `extra` or `moved`.")
    step: str
    cases: int


class FitOut(BaseModel):
    """How cases fit what process.yaml states."""

    model_config = OUT

    cases: int
    fitting: int
    deviations: list[DeviationOut]
    unheard: list[str] = Field(description="Stated, and never in the log.")
    unstated: list[str] = Field(description="In the log, and not stated.")


class ProcessOut(BaseModel):
    """A process as its newest event log shows it; what nobody knows is null."""

    model_config = OUT

    log: str
    simulated: bool = Field(description="Whether the log says of itself that it was made up.")
    says: list[str]
    cases: int
    events: int
    started: float = Field(description="Share of events whose start was recorded.")
    lead: SpanOut
    time: TimeOut
    bottleneck: str | None
    steps: list[StepOut]
    edges: list[EdgeOut]
    begins: dict[str, int]
    ends: dict[str, int]
    variants: VariantsOut
    hand_overs: HandOversOut
    people: PeopleOut
    week: list[list[int]]
    fit: FitOut | None


@routes.get("/process", response_model_by_alias=True, **needs(TokenScope.MANDATE_READ))
async def read_process(let: Annotated[Let, Depends(let_in)]) -> ProcessOut:
    """What the newest event log of the use case shows of its process."""
    found = await let.desk.run(lambda: study_process(let.desk.office, name=let.use_case.slug, memory=let.desk.memory))
    if isinstance(found, Refused):
        raise refusal(found)
    return ProcessOut.model_validate({"log": found.log.id, "simulated": found.log.simulated, **as_is_to_json(found.as_is, found.given)})
