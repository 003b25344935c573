"""Incidents: what happened, which cases may be wrong, and what people find out and do about it. No token opens any of it."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar, assert_never

from fastapi import APIRouter, Depends
from fastapi import Path as InPath
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from licet.core.ids import PersonId
from licet.core.inquiry import Action, AnyInquiry, ClosedInquiry, DoneAction, DroppedAction, Finding, NewAction, PendingAction, whole
from licet.core.reason import LIMIT, NotAReasonError
from licet.core.refusal import Refused, Unknown
from licet.flows.investigate import Investigated, add_action, close_incident, find_out, finish_action, list_incidents, show_incident
from licet.flows.recheck import MOST_AT_ONCE, ask_rechecks
from licet.flows.report_incident import report_incident
from licet.web.guard import NEEDS_PERSON, GuardedRoute, LetPerson, person_let_in
from licet.web.problems import invalid, refusal

routes = APIRouter(tags=["incidents"], route_class=GuardedRoute)
T = TypeVar("T")
Number = Annotated[int, InPath(ge=1, le=2**53, description="The incident.")]
ActionNumber = Annotated[int, InPath(ge=1, le=1000, description="The action.")]
Person = Annotated[LetPerson, Depends(person_let_in)]


class TouchedOut(BaseModel):
    """The cases that may be wrong."""

    model_config = ConfigDict(extra="forbid")

    since: datetime = Field(description="From here on errors may have been more than allowed.")
    since_basis: str = Field(description="What it stands on: an estimate from the audits, a person's word, or the grant.")
    until: datetime
    decided_alone: int
    not_looked_at_since: int
    audits_counted: int
    audits_against: int


class FoundOut(BaseModel):
    """Something people wrote down; of each kind the newest counts."""

    model_config = ConfigDict(extra="forbid")

    finding: Literal["cause", "lesson"]
    says: str
    by: str
    at: datetime


class ActionOut(BaseModel):
    """Something somebody is to do."""

    model_config = ConfigDict(extra="forbid")

    number: int
    says: str
    who: str
    until: datetime
    state: Literal["to do", "done", "dropped"]
    why: str | None = Field(description="Why it was dropped.")


class RecheckedOut(BaseModel):
    """How far cases were looked at again."""

    model_config = ConfigDict(extra="forbid")

    asked: int
    answered: int
    changed: int


class LeftOutOut(BaseModel):
    """Cases that may be wrong and that nobody looked at again, and why that was enough."""

    model_config = ConfigDict(extra="forbid")

    cases: int
    why: str


class IncidentOut(BaseModel):
    """An incident."""

    model_config = ConfigDict(extra="forbid")

    incident: int
    use_case: str
    kind: str
    says: str
    opened_at: datetime
    mandate: str
    mandate_now: str
    cases: TouchedOut | None = Field(description="Null where nothing was decided alone under the mandate.")
    rechecked: RecheckedOut
    found: list[FoundOut]
    actions: list[ActionOut]
    closed_at: datetime | None
    left_out: LeftOutOut | None = Field(description="What was looked at again by nobody when it was closed; null: nothing, or it is open.")


class IncidentsOut(BaseModel):
    """Incidents, the newest first."""

    model_config = ConfigDict(extra="forbid")

    incidents: list[IncidentOut]


class FindingIn(BaseModel):
    """The cause, or what was learned."""

    model_config = ConfigDict(extra="forbid", strict=True)

    finding: Literal["cause", "lesson"]
    says: str = Field(min_length=1, max_length=LIMIT)


class ActionIn(BaseModel):
    """What is to be done, by whom, until when."""

    model_config = ConfigDict(extra="forbid", strict=True)

    says: str = Field(min_length=1, max_length=LIMIT)
    who: str = Field(min_length=1, max_length=60, description="A person's id.")
    until: Annotated[AwareDatetime, Field(strict=False)]


class EndIn(BaseModel):
    """How an action ended."""

    model_config = ConfigDict(extra="forbid", strict=True)

    dropped: str | None = Field(default=None, min_length=1, max_length=LIMIT, description="Why it was given up; null: it was taken.")


class RecheckIn(BaseModel):
    """Which cases to look at again."""

    model_config = ConfigDict(extra="forbid", strict=True)

    since: Annotated[AwareDatetime | None, Field(strict=False)] = Field(default=None, description="Null: as estimated, or the grant.")
    most: int = Field(default=MOST_AT_ONCE, ge=1, le=MOST_AT_ONCE)


class CloseIn(BaseModel):
    """How it is closed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    why: str | None = Field(
        default=None, min_length=1, max_length=LIMIT, description="Why cases that may be wrong need no second look; risk alone may say so."
    )


class AskedOut(BaseModel):
    """How many cases were put on the desk."""

    model_config = ConfigDict(extra="forbid")

    asked: int


@routes.get("/incidents", **NEEDS_PERSON)
async def read_incidents(let: Person) -> IncidentsOut:
    """The incidents of the use case."""
    found = await let.desk.run(lambda: list_incidents(let.office, name=let.use_case.slug))
    return IncidentsOut(incidents=[_incident(one) for one in found])


@routes.get("/incidents/{number}", **NEEDS_PERSON)
async def read_incident(number: Number, let: Person) -> IncidentOut:
    """One incident."""
    return _incident(await _there(let, number))


@routes.post("/incidents/{number}/findings", **NEEDS_PERSON)
async def write_finding(number: Number, given: FindingIn, let: Person) -> IncidentOut:
    """Write down the cause, or what was learned; what was written before stays beside it."""
    await _there(let, number)
    finding = Finding(given.finding)
    return await _after(let, number, lambda: find_out(let.office, let.by, number=number, finding=finding, says=given.says))


@routes.post("/incidents/{number}/actions", **NEEDS_PERSON)
async def write_action(number: Number, given: ActionIn, let: Person) -> IncidentOut:
    """Say what is to be done."""
    await _there(let, number)
    plan = NewAction(says=given.says, who=PersonId(given.who), until=given.until)
    return await _after(let, number, lambda: add_action(let.office, let.by, number=number, plan=plan))


@routes.post("/incidents/{number}/actions/{action}/end", **NEEDS_PERSON)
async def write_end(number: Number, action: ActionNumber, given: EndIn, let: Person) -> IncidentOut:
    """Say that an action was taken, or dropped."""
    await _there(let, number)
    why = given.dropped
    return await _after(let, number, lambda: finish_action(let.office, let.by, number=number, action=action, dropped=why), at="/dropped")


@routes.post("/incidents/{number}/rechecks", **NEEDS_PERSON)
async def write_rechecks(number: Number, given: RecheckIn, let: Person) -> AskedOut:
    """Have people look again, blind, at what AI decided alone meanwhile, the likeliest wrong first. It gives AI nothing back."""
    await _there(let, number)
    done = await let.desk.run(lambda: ask_rechecks(let.office, let.by, number=number, since=given.since, most=given.most))
    return AskedOut(asked=_done(done).asked)


@routes.post("/incidents/{number}/close", **NEEDS_PERSON)
async def write_close(number: Number, let: Person, given: CloseIn | None = None) -> IncidentOut:
    """Close it: with a cause, a lesson, and nothing left to do; where nobody looked at cases that may be wrong, risk says why."""
    await _there(let, number)
    why = None if given is None else given.why
    return await _after(let, number, lambda: close_incident(let.office, let.by, number=number, why=why), at="/why")


@routes.post("/incidents/{number}/report", response_model=None, **NEEDS_PERSON)
async def write_report(number: Number, let: Person) -> dict[str, Any]:
    """Make the report, with each step by its number in the ledger; that it was made is an entry, too."""
    await _there(let, number)
    return dict(_done(await let.desk.run(lambda: report_incident(let.office, let.by, number=number))))


async def _there(let: LetPerson, number: int) -> Investigated:
    """The incident, if it is of the use case that the address names."""
    found = await let.desk.run(lambda: show_incident(let.office, number=number))
    if isinstance(found, Refused):
        raise refusal(found)
    if whole(found.found).incident.use_case != let.use_case.slug:
        why = f"{let.use_case.slug!r} has no incident {number}."
        raise refusal(Refused(code="not_there", why=why, remedy="See `licet incident list`."))
    return found


async def _after(let: LetPerson, number: int, act: Any, *, at: str = "/says") -> IncidentOut:  # noqa: ANN401 - any flow
    try:
        _done(await let.desk.run(act))
    except NotAReasonError as error:
        raise invalid(at, str(error)) from None
    return _incident(await _there(let, number))


def _done(found: T | Refused) -> T:
    if isinstance(found, Refused):
        raise refusal(found)
    return found


def _incident(seen: Investigated) -> IncidentOut:
    inquiry, touched = whole(seen.found), seen.touched
    again = inquiry.rechecked
    return IncidentOut(
        incident=inquiry.number,
        use_case=inquiry.incident.use_case,
        kind=inquiry.incident.kind,
        says=inquiry.incident.says,
        opened_at=inquiry.incident.at,
        mandate=inquiry.incident.mandate,
        mandate_now=seen.mandate,
        cases=None
        if isinstance(touched, Unknown)
        else TouchedOut(
            since=touched.since,
            since_basis=touched.basis.value,
            until=touched.until,
            decided_alone=touched.alone,
            not_looked_at_since=touched.unseen,
            audits_counted=touched.audited,
            audits_against=touched.disagreed,
        ),
        rechecked=RecheckedOut(asked=again.asked, answered=again.answered, changed=again.changed),
        found=[FoundOut(finding=one.finding.value, says=one.says, by=one.by, at=one.at) for one in inquiry.found],
        actions=[_action(one) for one in inquiry.actions],
        closed_at=seen.found.at if isinstance(seen.found, ClosedInquiry) else None,
        left_out=_left_out(seen.found),
    )


def _left_out(found: AnyInquiry) -> LeftOutOut | None:
    left = found.left_out if isinstance(found, ClosedInquiry) else None
    return None if left is None else LeftOutOut(cases=left.cases, why=left.why)


def _action(one: Action) -> ActionOut:
    pending = one if isinstance(one, PendingAction) else one.action
    said: dict[str, Any] = {"number": pending.number, "says": pending.says, "who": pending.who, "until": pending.until}
    match one:
        case PendingAction():
            return ActionOut(**said, state="to do", why=None)
        case DoneAction():
            return ActionOut(**said, state="done", why=None)
        case DroppedAction():
            return ActionOut(**said, state="dropped", why=one.why)
        case _:
            assert_never(one)
