"""Event logs of a process: people bring them, as files are sent; programs read what is there, by counts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response, status
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from licet.core.imported_log import log_to_json
from licet.core.log_quality import finding_to_json
from licet.core.log_reading import LogWish, ReadLog
from licet.core.refusal import Refused, Unknown
from licet.core.token import TokenScope
from licet.flows.import_log import TakenIn, import_log, list_logs, may_study
from licet.web.guard import NEEDS_PERSON, GuardedRoute, Let, LetPerson, let_in, needs, person_let_in
from licet.web.problems import refusal

routes = APIRouter(tags=["event logs"], route_class=GuardedRoute)
OUT = ConfigDict(extra="forbid")
MEDIA_TYPES = ("text/csv", "application/xml", "application/gzip", "application/json", "application/vnd.apache.parquet")
BODY: Mapping[str, Any] = {
    "description": "The file as it is: CSV, XES (plain or gzipped), OCEL 2.0 in JSON, or Parquet.",
    "required": True,
    "content": {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in MEDIA_TYPES},
}
SENT: Mapping[str, Any] = {"openapi_extra": {**NEEDS_PERSON["openapi_extra"], "requestBody": BODY}}


class ReadingIn(BaseModel):
    """How a log is to be read; what is left out is guessed, and the answer says why."""

    model_config = ConfigDict(extra="forbid")

    case: str | None = Field(default=None, description="Column of the case.")
    activity: str | None = Field(default=None, description="Column of the step.")
    start: str | None = Field(default=None, description="Column of the time at which work began.")
    end: str | None = Field(default=None, description="Column of the time of an event, or of its completion.")
    lifecycle: str | None = Field(default=None, description="Column with words such as start and complete.")
    resource: str | None = Field(default=None, description="Column with who did it; numbers are kept, never names.")
    time_zone: str | None = Field(default=None, description="Zone of times without an offset; without it UTC, and the answer says so.")
    day_first: bool | None = Field(default=None, description="In times such as 3/4/2026; without it what the file proves.")
    delimiter: str | None = Field(default=None, description="Of CSV.")
    encoding: str | None = Field(default=None, description="Of CSV.")
    object_type: str | None = Field(default=None, description="Of OCEL: which objects are the cases.")
    keep_duplicates: bool | None = Field(default=None, description="Whether rows that repeat another stay.")
    dry_run: bool = Field(default=False, description="Read it and keep nothing.")


class FindingOut(BaseModel):
    """One thing that is odd about a log, and what was done about it."""

    model_config = OUT

    code: str
    count: int
    of: int
    share: float
    done: str = Field(description="kept, dropped or repaired.")
    zone: str
    several: int
    says: str


class LogOut(BaseModel):
    """A log that is here, by counts; nothing of what it says."""

    model_config = OUT

    id: str
    imported_at: datetime
    by: str
    format: str
    file_digest: str
    digest: str = Field(description="Of what the log says, as the ledger has it.")
    rows: int
    events: int
    cases: int
    activities: int
    resources: int
    first_at: datetime
    last_at: datetime
    erased: bool
    simulated: bool = Field(description="Whether rows of it say that they were made up.")
    findings: list[FindingOut]


class LogsOut(BaseModel):
    """All event logs of a use case, the newest first."""

    model_config = OUT

    logs: list[LogOut]


class GuessOut(BaseModel):
    """What a column was taken for, and why."""

    model_config = OUT

    role: str
    column: str
    told: bool
    why: str


class ReadOut(BaseModel):
    """What was read, and what became of it."""

    model_config = OUT

    log: LogOut | None = Field(description="Null after a dry run.")
    again: bool = Field(description="Whether exactly this log was here before.")
    rows: int
    events: int
    cases: int
    activities: list[str]
    further: list[str] = Field(description="Further columns: it is counted where they are filled, and no value of them is kept.")
    guesses: list[GuessOut]
    findings: list[FindingOut]


@routes.get("/event-logs", **needs(TokenScope.MANDATE_READ))
async def read_logs(let: Annotated[Let, Depends(let_in)]) -> LogsOut:
    """Where the use case's event logs came from, how much is in each, and what was odd."""
    found = await let.desk.run(lambda: list_logs(let.desk.office, name=let.use_case.slug))
    return LogsOut(logs=[LogOut.model_validate(log_to_json(one)) for one in found])


@routes.post("/event-logs", status_code=status.HTTP_201_CREATED, responses={200: {"model": ReadOut}}, **SENT)
async def send_log(
    request: Request, let: Annotated[LetPerson, Depends(person_let_in)], asked: Annotated[ReadingIn, Query()], response: Response
) -> ReadOut:
    """Send an event log. It is kept under a key of its own with numbers for people; 200 after a dry run, and where it was here before."""
    raw, media_type = await request.body(), request.headers.get("content-type", "").partition(";")[0].strip().lower()
    found = await let.desk.run(lambda: _take_in(let, raw, media_type, asked))
    if isinstance(found, Refused):
        raise refusal(found)
    read, kept = found
    if kept is None or kept.again:
        response.status_code = status.HTTP_200_OK
    return _out(read, kept)


def _take_in(let: LetPerson, raw: bytes, media_type: str, asked: ReadingIn) -> tuple[ReadLog, TakenIn | None] | Refused:
    office, by, name = let.office, let.by, let.use_case.slug
    refused = may_study(office, by, name=name)
    if refused is not None:
        return refused
    wish = LogWish(**asked.model_dump(exclude={"dry_run"}))
    read = let.desk.service.read_log(raw, media_type, wish, now=office.clock.now())
    if isinstance(read, Refused) or asked.dry_run:
        return read if isinstance(read, Refused) else (read, None)
    kept = import_log(office, by, read.brought, name=name)
    return kept if isinstance(kept, Refused) else (read, kept)


def _out(read: ReadLog, kept: TakenIn | None) -> ReadOut:
    brought = read.brought
    return ReadOut(
        log=None if kept is None else LogOut.model_validate(log_to_json(kept.kept)),
        again=kept is not None and kept.again,
        rows=brought.rows,
        events=brought.log.events,
        cases=brought.log.cases,
        activities=list(brought.log.activities),
        further=[] if isinstance(brought.log.further, Unknown) else list(brought.log.further.names),
        guesses=[GuessOut(role=one.role, column=one.column, told=one.told, why=one.why) for one in read.guesses],
        findings=[FindingOut.model_validate(finding_to_json(one)) for one in brought.findings],
    )
