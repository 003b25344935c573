"""Runs: how far a system was asked about many cases, what it has cost, and whether anybody goes on. A program only reads them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from licet.core.token import TokenScope
from licet.flows.see_run import newest_run, run_to_json
from licet.web.guard import GuardedRoute, Let, let_in, needs

routes = APIRouter(tags=["runs"], route_class=GuardedRoute)
OUT = ConfigDict(extra="forbid")


class RunOut(BaseModel):
    """A run. What nobody knows is null; the time left follows from `done` and `seen_at` of two readings."""

    model_config = OUT

    run: int
    state: str = Field(description="`asking`, `resting` (`stopped` says why), `left` (whoever asked was ended) or `ended`.")
    fingerprint: str
    system: str | None = Field(description="Name and version; null until its first look.")
    cases: int = Field(description="Cases it asks about; what was said before is not among them.")
    done: int = Field(description="Of how many the proposal, or that there is none, is kept.")
    left: int
    asking: int = Field(description="How many processes ask right now.")
    no_answer_yet: int = Field(description="Cases that got no answer and are asked about for the last time.")
    broken_off: int = Field(description="Cases whose asking was broken off, and that are asked about again.")
    spent_millionths: int | None = Field(description="Millionths of the currency's minor unit; null where nobody said.")
    budget_millionths: int | None
    currency: str | None
    stopped: str | None
    began_at: datetime
    seen_at: datetime = Field(description="The last sign of life.")
    ended_at: datetime | None


class NewestRunOut(BaseModel):
    """The run that began last; null where no system was asked yet."""

    model_config = OUT

    run: RunOut | None


@routes.get("/runs/newest", **needs(TokenScope.MANDATE_READ))
async def read_newest_run(let: Annotated[Let, Depends(let_in)]) -> NewestRunOut:
    """How far the use case's system was asked by the evaluation that began last."""
    found = await let.desk.run(lambda: newest_run(let.desk.office, name=let.use_case.slug))
    return NewestRunOut(run=None if found is None else RunOut.model_validate(run_to_json(found)))
