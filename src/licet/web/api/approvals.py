"""Approvals: what waits for whose yes, and a person's yes, no or question. No token opens any of it."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, Query
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field

from licet.core.approval import AnyRequest, DeclinedRequest, OpenRequest, PassedRequest, Question, VoidRequest, covered_to_json, state_word
from licet.core.consent import not_open
from licet.core.ids import Digest
from licet.core.reason import LIMIT, NotAReasonError
from licet.core.refusal import Refused
from licet.flows.approve import approve_gate
from licet.flows.discuss import decline_request, question_request
from licet.flows.list_approvals import list_requests, show_request
from licet.web.guard import NEEDS_PERSON, GuardedRoute, visitor
from licet.web.people import Visitor
from licet.web.problems import invalid, refusal

ADDRESS = "/api/v1/approvals"
routes = APIRouter(tags=["approvals"], route_class=GuardedRoute)

Named = Annotated[str, InPath(max_length=40, description="The request.")]
State = Literal["open", "passed", "void", "declined", "withdrawn", "expired", "used"]
T = TypeVar("T")


class ApproveIn(BaseModel):
    """What a person says yes to. Nobody says it for somebody else: whoever is signed in does."""

    model_config = ConfigDict(extra="forbid", strict=True)

    digest: str = Field(pattern=r"^[0-9a-f]{64}$", description="Of the request, as it was read: a yes to what has changed since is none.")


class DeclineIn(BaseModel):
    """A no."""

    model_config = ConfigDict(extra="forbid", strict=True)

    why: str = Field(min_length=1, max_length=LIMIT, description="The reason, which the proposer reads.")


class QuestionIn(BaseModel):
    """A question to whoever proposed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    says: str = Field(min_length=1, max_length=LIMIT)


class YesOut(BaseModel):
    """A yes."""

    model_config = ConfigDict(extra="forbid")

    by: str
    at: datetime
    identity: str = Field(description="How they had shown who they are; `standing approval` where the fast lane passed it.")
    fast_lane: str | None = Field(description="The standing approval of risk that passed it; null where a person said yes.")


class QuestionOut(BaseModel):
    """A question about a request; `answer` is null until it is answered."""

    model_config = ConfigDict(extra="forbid")

    number: int
    by: str
    at: datetime
    says: str
    answer: str | None


class RequestOut(BaseModel):
    """A request for approval."""

    model_config = ConfigDict(extra="forbid")

    request: str
    use_case: str
    subject: Literal["mandate", "envelope"]
    names: str = Field(description="The mandate or the change envelope.")
    digest: str = Field(description="What a yes is bound to: the request and everything it covers.")
    state: State
    ball: str | None = Field(description="Who has to act; null where nobody has.")
    tier: Literal["low", "medium", "high", "prohibited"] | None
    people: int = Field(description="How many distinct people it takes.")
    of_risk: int = Field(description="How many of them of risk.")
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    covers: dict[str, str] = Field(description="Each part it covers, as a digest or a word; when one changes, the request is void.")
    changed: list[str] = Field(description="The parts that changed, where it is void.")
    why: str | None = Field(description="The reason, where it was declined.")
    given: list[YesOut]
    questions: list[QuestionOut]


class RequestsOut(BaseModel):
    """Requests for approval, oldest first."""

    model_config = ConfigDict(extra="forbid")

    requests: list[RequestOut]


@routes.get(ADDRESS, **NEEDS_PERSON)
async def read_requests(
    let: Annotated[Visitor, Depends(visitor)],
    every: Annotated[bool, Query(alias="all", description="Also those that ended.")] = False,  # noqa: FBT002 - an address's option
) -> RequestsOut:
    """The requests that wait, or have passed and were not used, of every use case that is there for this person."""
    found = await let.desk.run(lambda: list_requests(let.office, name=None, every=every))
    return RequestsOut(requests=[_request(one) for one in found])


@routes.get(ADDRESS + "/{request}", **NEEDS_PERSON)
async def read_request(request: Named, let: Annotated[Visitor, Depends(visitor)]) -> RequestOut:
    """A request, with what it covers and who said what."""
    return _request(await _found(let, request))


@routes.post(ADDRESS + "/{request}/approve", **NEEDS_PERSON)
async def approve(request: Named, given: ApproveIn, let: Annotated[Visitor, Depends(visitor)]) -> RequestOut:
    """Say yes to exactly what has this digest."""
    there = await _found(let, request)
    if not isinstance(there, OpenRequest | PassedRequest):
        raise refusal(not_open(there))
    slug, digest = there.request.use_case, Digest(given.digest)
    _done(await let.desk.run(lambda: approve_gate(let.office, let.by, name=slug, digest=digest)))
    return _request(await _found(let, request))


@routes.post(ADDRESS + "/{request}/decline", **NEEDS_PERSON)
async def decline(request: Named, given: DeclineIn, let: Annotated[Visitor, Depends(visitor)]) -> RequestOut:
    """Say no with a reason; the request ends."""
    try:
        made = _done(await let.desk.run(lambda: decline_request(let.office, let.by, request=request, why=given.why)))
    except NotAReasonError as error:
        raise invalid("/why", str(error)) from None
    return _request(made)


@routes.post(ADDRESS + "/{request}/question", **NEEDS_PERSON)
async def question(request: Named, given: QuestionIn, let: Annotated[Visitor, Depends(visitor)]) -> RequestOut:
    """Ask whoever proposed; the request stays open, and they have the ball until they answer."""
    try:
        _done(await let.desk.run(lambda: question_request(let.office, let.by, request=request, says=given.says)))
    except NotAReasonError as error:
        raise invalid("/says", str(error)) from None
    return _request(await _found(let, request))


async def _found(let: Visitor, request: str) -> AnyRequest:
    found: AnyRequest | Refused = await let.desk.run(lambda: show_request(let.office, request=request))
    if isinstance(found, Refused):
        raise refusal(found)
    return found


def _done(found: T | Refused) -> T:
    if isinstance(found, Refused):
        raise refusal(found)
    return found


def _request(found: AnyRequest) -> RequestOut:
    request = found.request
    state: Any = state_word(found)
    tier: Any = None if request.tier is None else request.tier.value
    return RequestOut(
        request=request.id,
        use_case=request.use_case,
        subject=request.subject.value,
        names=request.names,
        digest=request.digest,
        state=state,
        ball=found.ball if isinstance(found, OpenRequest) else None,
        tier=tier,
        people=request.quorum.people,
        of_risk=request.quorum.of_risk,
        asked_by=request.asked_by,
        asked_at=request.asked_at,
        expires_at=request.expires_at,
        covers={part: str(value) for part, value in covered_to_json(request.covered).items()},
        changed=[part.value for part in found.changed] if isinstance(found, VoidRequest) else [],
        why=found.why if isinstance(found, DeclinedRequest) else None,
        given=[YesOut(by=yes.by, at=yes.at, identity=yes.identity, fast_lane=yes.fast_lane) for yes in request.given],
        questions=[_question(one) for one in request.questions],
    )


def _question(one: Question) -> QuestionOut:
    return QuestionOut(number=one.number, by=one.by, at=one.at, says=one.says, answer=one.answer)
