"""Comparisons: where each stands, and what it shows. A program only reads them, and is told nothing that a version said."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from licet.core.comparison import comparison_to_json
from licet.core.token import TokenScope
from licet.flows.see_comparisons import list_comparisons
from licet.web.guard import GuardedRoute, Let, let_in, needs

routes = APIRouter(tags=["comparisons"], route_class=GuardedRoute)
OUT = ConfigDict(extra="forbid")


class SliceOut(BaseModel):
    """What the cases show of a slice."""

    model_config = OUT

    name: str
    n: int
    gained: int
    lost: int
    standing: str = Field(description="`better`, `worse` or `not told apart`: the new version beside the old one there.")


class FoundOut(BaseModel):
    """What a comparison shows."""

    model_config = OUT

    verdict: str = Field(description="`met`, `not_met` or `undecided`.")
    n: int
    gained: int = Field(description="Cases on which the new version loses less than the old one.")
    lost: int = Field(description="Cases on which it loses more; erased ones that differed are among them.")
    erased: int
    better: bool | None = Field(description="Whether the new version is shown to be better; null where cases come in clusters.")
    clusters: int | None
    slices: list[SliceOut] | None
    needed: int | None = Field(description="About how many cases would decide it, an estimate.")


class ComparisonOut(BaseModel):
    """A comparison of two versions; what was not reached yet is null."""

    model_config = OUT

    comparison: str
    state: str = Field(description="`planned`, `labelling` or `judged`.")
    old: str
    new: str
    standard: str
    source: str
    cases: int
    came_before: int = Field(description="Cases that were here before the new version was registered.")
    margin: float
    accepted_chance: float = Field(description="Of a false verdict: what the standard accepts, by this attempt's share.")
    attempt: int
    differing: int | None
    open: int | None
    found: FoundOut | None


class ComparisonsOut(BaseModel):
    """All comparisons of a use case, the newest first."""

    model_config = OUT

    comparisons: list[ComparisonOut]


@routes.get("/comparisons", **needs(TokenScope.MANDATE_READ))
async def read_comparisons(let: Annotated[Let, Depends(let_in)]) -> ComparisonsOut:
    """How new versions of the use case's system compare with old ones on the same cases."""
    found = await let.desk.run(lambda: list_comparisons(let.desk.office, name=let.use_case.slug))
    return ComparisonsOut(comparisons=[ComparisonOut.model_validate(comparison_to_json(one)) for one in found])
