"""Outside evidence: what other tools measured, with the reasons why it is no certificate. A program only reads it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from licet.core.outside_evidence import evidence_to_json
from licet.core.token import TokenScope
from licet.flows.import_evidence import list_evidence
from licet.web.guard import GuardedRoute, Let, let_in, needs

routes = APIRouter(tags=["outside evidence"], route_class=GuardedRoute)
OUT = ConfigDict(extra="forbid")


class ReasonOut(BaseModel):
    """A reason why it is no certificate."""

    model_config = OUT

    code: str
    says: str


class MeasureOut(BaseModel):
    """One measure, counted from the rows of the file."""

    model_config = OUT

    name: str
    passed: int
    failed: int
    graded: int = Field(description="Rows with a number only.")
    unscored: int
    errored: int = Field(description="Rows that broke; they count as neither passed nor failed.")
    repeated: int = Field(description="Rows beyond the first of a case.")
    mean: float | None
    failing: float | None = Field(description="Failed of those that passed or failed; null where scores are grades or cases repeat.")
    interval: list[float] | None = Field(description="Its exact 95% interval, as if the cases were drawn at random.")


class CasesOut(BaseModel):
    """How many rows and cases the file has."""

    model_config = OUT

    rows: int
    distinct: int
    ours: int = Field(description="Past cases of this use case among them.")


class EvidenceOut(BaseModel):
    """What one file of another tool says. What is null, the file does not say."""

    model_config = OUT

    id: str
    certificate: bool
    reasons: list[ReasonOut]
    format: str
    tool: str
    version: str | None
    made_at: datetime | None
    system: str | None
    planned: int | None
    finished: bool | None
    file_digest: str
    imported_at: datetime
    by: str
    cases: CasesOut
    judged_by_model: bool | None
    measures: list[MeasureOut]
    findings: list[str]


class OutsideOut(BaseModel):
    """All outside evidence of a use case, the newest first."""

    model_config = OUT

    evidence: list[EvidenceOut]


@routes.get("/outside-evidence", **needs(TokenScope.MANDATE_READ))
async def read_outside(let: Annotated[Let, Depends(let_in)]) -> OutsideOut:
    """What other tools measured of the use case's systems, to inform; no gate is opened by it."""
    found = await let.desk.run(lambda: list_evidence(let.desk.office, name=let.use_case.slug))
    return OutsideOut(evidence=[EvidenceOut.model_validate(evidence_to_json(one.evidence, one.worth)) for one in found])
