"""Outside evidence: what other tools measured, with the reasons why it is no certificate. A program only reads it; people bring it."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, status
from pydantic import BaseModel, ConfigDict, Field

from licet.core.outside_evidence import evidence_to_json
from licet.core.refusal import Refused
from licet.core.token import TokenScope
from licet.flows.import_evidence import SentEvidence, Weighed, list_evidence
from licet.web.guard import NEEDS_PERSON, GuardedRoute, Let, LetPerson, let_in, needs, person_let_in
from licet.web.problems import invalid, refusal

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
    return OutsideOut(evidence=[_out(one) for one in found])


def _out(one: Weighed) -> EvidenceOut:
    return EvidenceOut.model_validate(evidence_to_json(one.evidence, one.worth))


class ColumnsIn(BaseModel):
    """Which column of a table of no tool that is known says what; null: none does."""

    model_config = ConfigDict(extra="forbid", strict=True)

    case: str | None = Field(default=None, description="The outside name of a case.")
    score: str | None = Field(default=None, description="Pass or fail, a number, or nothing.")
    measure: str | None = None
    text: str | None = Field(default=None, description="The text of a case, by which it is recognised.")
    error: str | None = Field(default=None, description="Not blank where a case broke.")
    tool: str | None = Field(default=None, description="Which tool wrote it; no column.")


class EvidenceIn(BaseModel):
    """A file of another tool."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=200, description="What the file is called; its ending helps to find out what wrote it.")
    content: str = Field(description="The file in base64; as large as a request's body may be.")
    format: str = Field(default="auto", max_length=40, description="What wrote it, as `licet import-evidence --format` takes it.")
    columns: ColumnsIn = ColumnsIn()
    delimiter: str | None = Field(default=None, min_length=1, max_length=3, description="Of a table; null: found in the header line.")
    decimal: Literal[".", ","] = "."


@routes.post("/outside-evidence", status_code=status.HTTP_201_CREATED, **NEEDS_PERSON)
async def bring_outside(given: EvidenceIn, let: Annotated[LetPerson, Depends(person_let_in)]) -> EvidenceOut:
    """Take in what another tool measured, counted anew from its rows; exactly this file is taken in once."""
    try:
        data = base64.b64decode(given.content, validate=True)
    except (binascii.Error, ValueError):
        raise invalid("content", "It is not base64.") from None
    columns = {name: value for name, value in given.columns.model_dump().items() if value is not None}
    sent = SentEvidence(name=given.name, data=data, form=given.format, columns=columns, delimiter=given.delimiter, decimal=given.decimal)
    take = let.desk.service.take_evidence
    found = await let.desk.run(lambda: take(let.office, let.by, sent, name=let.use_case.slug))
    if isinstance(found, Refused):
        raise refusal(found)
    return _out(found)
