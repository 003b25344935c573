"""The newest simulation of a process as it is: where time goes, how good the forecast is, where AI belongs. A program only reads it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from licet.core.simulation import beside_places
from licet.core.token import TokenScope
from licet.flows.see_beside import given_by_people
from licet.flows.simulate_as_is import newest_simulation
from licet.web.api.beside import AtHandOut, StakesOut
from licet.web.guard import GuardedRoute, Let, let_in, needs

routes = APIRouter(tags=["process"], route_class=GuardedRoute)
OUT = ConfigDict(extra="forbid")


class IntervalOut(BaseModel):
    """A mean over replications with its interval at 95%: it speaks of chance in the simulation alone."""

    model_config = OUT

    mean: float
    low: float
    high: float


class TimeSplitOut(BaseModel):
    """Where time goes, mean seconds; the four add up to the whole."""

    model_config = OUT

    service: float
    contention: float = Field(description="Whoever did it next was on duty and busy.")
    off_duty: float = Field(description="Whoever did it next was not on duty: at most.")
    extraneous: float = Field(description="People were free, and it waited for something else.")


class StepTimesOut(BaseModel):
    """A step and where time goes at it."""

    model_config = OUT

    name: str
    events: int
    cases: int
    split: TimeSplitOut
    hours: float | None
    typical: float
    estimated: bool


class SharesOut(BaseModel):
    """How much of the log had to be estimated or is unknown, each in [0, 1]."""

    model_config = OUT

    estimated: float
    overlap: float
    nobody: float
    untimed: float


class PoolOut(BaseModel):
    """People who do the same steps, and how many are on duty in each hour of a week from Monday, UTC."""

    model_config = OUT

    name: str
    people: int
    on_duty: list[float]


class DistanceOut(BaseModel):
    """How far forecasts lie from what came; 0 is best."""

    model_config = OUT

    model: IntervalOut
    naive: float = Field(description="Of the past itself, taken for the forecast.")
    noise: float = Field(description="Of two random halves of what came from each other.")


class ProcessBackTestOut(BaseModel):
    """How good a forecast of the later part of the log was; of a log that is too short, why it was not tested."""

    model_config = OUT

    verdict: str = Field(description="`beats_naive`, `does_not_beat_naive` or `too_short`.")
    why: str | None = None
    word: str | None = None
    cut: float | None = None
    train: int | None = None
    test: int | None = None
    cycle: DistanceOut | None = None
    n_gram: DistanceOut | None = None
    circadian: DistanceOut | None = None
    arrival: DistanceOut | None = None


class PoolFiguresOut(BaseModel):
    """What becomes of a pool's people."""

    model_config = OUT

    name: str
    hours: IntervalOut
    utilisation: IntervalOut
    queue: IntervalOut


class AsIsOut(BaseModel):
    """The process as it is, simulated: seconds a case, and hours of people's work."""

    model_config = OUT

    cycle: IntervalOut
    median: IntervalOut
    p90: IntervalOut
    service: IntervalOut
    machine: IntervalOut
    contention: IntervalOut
    off_duty: IntervalOut
    extraneous: IntervalOut
    unseen: IntervalOut | None = Field(
        default=None, description="Part of the others: in line before what is the log's first record of a case. Null: not reckoned."
    )
    hours: IntervalOut
    within: IntervalOut | None
    pools: list[PoolFiguresOut]
    label: str


class EffectOut(BaseModel):
    """What changes, to-be less as-is: seconds a case, and hours of people's work a case."""

    model_config = OUT

    cycle: IntervalOut
    at_most: IntervalOut = Field(description="The same where what it waited for although people were free falls away too.")
    hours: IntervalOut


class SpedOut(EffectOut):
    """The same for a share of the step's cases."""

    share: float


class PlaceOut(BaseModel):
    """A step, and whether AI belongs there."""

    model_config = OUT

    step: str
    typical: float
    belongs: bool
    by: list[str] = Field(description="`lead time`, `people's hours`, or both; empty where AI does not belong.")
    removed: EffectOut
    sped: SpedOut
    of_cycle: float
    of_hours: float
    estimated: bool = Field(description="Whether the hours are estimated, since no start of the step was recorded.")
    data_at_hand: AtHandOut
    stakes: StakesOut
    label: str


class TimerOut(BaseModel):
    """A step that is not ranked, since it looks like a timer: nobody works there, as far as the log shows."""

    model_config = OUT

    step: str
    after: float = Field(description="Seconds that pass before it.")
    share: float = Field(description="Of its waits, that have this length.")
    within: float = Field(description="Seconds in which these waits lie.")
    says: str


class PlanOut(BaseModel):
    """How it was played."""

    model_config = OUT

    replications: int
    seed: int
    cases: int | None
    warm_up: float
    within: float | None


class TriedOut(BaseModel):
    """A number of people that was tried, and the share of the cases done in time with it."""

    model_config = OUT

    people: int
    within: IntervalOut


class PoolNeedsOut(BaseModel):
    """How many people of a pool a service level takes while all others stay as they are."""

    model_config = OUT

    name: str
    today: int = Field(description="On duty in the fullest hour.")
    people: int | None = Field(description="The fewest in each hour on duty; null: no number is enough.")
    tried: list[TriedOut]


class ServedOut(BaseModel):
    """A service level of the process as it is, simulated; nothing is said of it without a passed back-test."""

    model_config = OUT

    seconds: float
    share: float
    within: IntervalOut | None = Field(description="The share of the cases done in time.")
    kept: bool | None
    why: str | None = Field(description="Why nothing is said.")
    pools: list[PoolNeedsOut]


class ProcessSimulationOut(BaseModel):
    """A simulation of a process as it is; everything labelled `simulated` nobody saw happen."""

    model_config = OUT

    id: str
    at: datetime
    log: str
    log_digest: str
    digest: str
    forecasts: bool = Field(description="Whether lead times may be taken for a forecast: only where the back-test beat the naive one.")
    split: TimeSplitOut
    steps: list[StepTimesOut]
    marks: list[str]
    shares: SharesOut
    pools: list[PoolOut]
    back_test: ProcessBackTestOut
    as_is: AsIsOut
    places: list[PlaceOut]
    service_level: ServedOut | None = Field(default=None, description="Null: nobody asked.")
    timers: list[TimerOut]
    plan: PlanOut


class NewestSimulationOut(BaseModel):
    """The newest simulation; null before one."""

    model_config = OUT

    simulation: ProcessSimulationOut | None


@routes.get("/simulation", **needs(TokenScope.MANDATE_READ))
async def read_simulation(let: Annotated[Let, Depends(let_in)]) -> NewestSimulationOut:
    """The newest simulation of the process as it is: `licet process simulate`."""
    office, name = let.desk.office, let.use_case.slug
    one = await let.desk.run(lambda: newest_simulation(office, name=name))
    if one is None:
        return NewestSimulationOut(simulation=None)
    given = await let.desk.run(lambda: given_by_people(office, name=name))
    stands_on = {"id": one.id, "at": one.made_at, "log": one.log, "log_digest": one.log_digest, "digest": one.digest}
    return NewestSimulationOut(simulation=ProcessSimulationOut.model_validate({**stands_on, **beside_places(one.body, given)}))
