"""Cases: sent one by one or many at once, followed one by one or in pages."""

import base64
import binascii
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Response, status
from pydantic import BaseModel, ConfigDict, Field

from licet.core.case import CaseState
from licet.core.history import SentCase
from licet.core.refusal import Refused
from licet.core.system import SystemCard
from licet.core.token import TokenScope
from licet.flows.follow import Followed, follow_case, list_cases
from licet.flows.intake import Accepted, Batch
from licet.flows.receive import Parcel, Proposing, Received, receive_batch, receive_case, receive_proposed
from licet.store.cases import DIGITS
from licet.store.live import LiveCase
from licet.web.api.wire import CaseIn, CaseOut, PlainBatch, TimelineOut, case_out, read_case, timeline_out
from licet.web.guard import GuardedRoute, Let, let_in, needs, parcel_of
from licet.web.problems import invalid, refusal

routes = APIRouter(tags=["cases"], route_class=GuardedRoute)

LetIn = Annotated[Let, Depends(let_in)]
Named = Annotated[str, Path(description="The case's id, percent-encoded, or its number.")]
Sent = Annotated[Parcel, Depends(parcel_of)]
LONGEST_CURSOR = 40
WRITE, READ = needs(TokenScope.CASES_WRITE), needs(TokenScope.CASES_READ)


class Receipt(BaseModel):
    """That a case was written down."""

    model_config = ConfigDict(extra="forbid")

    number: int
    id: str
    repeated: bool = Field(description="Whether it had come in before.")


class BatchOut(BaseModel):
    """That cases were written down, in the order in which they were sent."""

    model_config = ConfigDict(extra="forbid")

    accepted: int = Field(description="How many are new.")
    repeated: int = Field(description="How many had come in before.")
    cases: list[Receipt]


class PageOut(BaseModel):
    """A page of cases in the order of their numbers."""

    model_config = ConfigDict(extra="forbid")

    cases: list[CaseOut]
    next: str | None = Field(description="The cursor of the next page; null where this is the last for now.")


@routes.post("/cases", status_code=status.HTTP_201_CREATED, responses={200: {"model": CaseOut}, 202: {"model": CaseOut}}, **WRITE)
async def send_case(
    given: CaseIn, let: LetIn, parcel: Sent, response: Response, wait: Annotated[int, Query(ge=0, le=30, description="Seconds.")] = 0
) -> CaseOut:
    """Send a case. With a proposal it is routed at once (201); without, it is queued (202), and `wait` waits for its route.

    A case that came in before, by its id or by the `Idempotency-Key`, is answered with 200 and taken in once.
    """
    received = await _receive(given, let, parcel)
    if isinstance(received, Refused):
        raise refusal(received)
    followed = received.followed
    if followed.case.routed is None and wait and await let.desk.lookout.wait(followed.case.number, timedelta(seconds=wait)):
        followed = await _follow(let, str(followed.case.name))
    response.headers["Location"] = f"/api/v1/use-cases/{let.use_case.slug}/cases/{_at(followed.case)}"
    new = status.HTTP_202_ACCEPTED if followed.case.routed is None else status.HTTP_201_CREATED
    response.status_code = status.HTTP_200_OK if received.repeated else new
    return case_out(followed.case, answer=followed.answer, reason=received.reason)


def _at(case: LiveCase) -> str:
    """The last part of a case's address: its id, since another case's id may be the digits of its number; never dots alone."""
    return quote(case.name, safe="") if case.name is not None and case.name.strip(".") else str(case.number)


async def _receive(given: CaseIn, let: Let, parcel: Parcel) -> Received | Refused:
    received = await let.desk.run(lambda: _take_in(given, let, parcel))
    if isinstance(received, Received) and received.followed.case.routed is None:
        let.desk.service.wake()
    return received


def _take_in(given: CaseIn, let: Let, parcel: Parcel) -> Received | Refused:
    """Reads a case and takes it in, in a thread: a schema's folder, patterns and pictures may take long, and nobody else waits for them."""
    desk, use_case = let.desk, let.use_case
    sent = read_case(given, use_case, desk.service.read_case, line=1, where="")
    if sent.card is None:
        return receive_case(desk.office, let.by, use_case, sent.past, parcel, backlog=desk.limits.backlog)
    proposing = Proposing(row=sent.past, card=sent.card, speakers=desk.service.speakers)
    return receive_proposed(desk.office, let.by, use_case, proposing, parcel)


async def _follow(let: Let, name: str) -> Followed:
    found = await let.desk.run(lambda: follow_case(let.desk.office, let.use_case, name=name))
    if isinstance(found, Refused):
        raise refusal(found)
    return found


@routes.post("/cases/batch", status_code=status.HTTP_202_ACCEPTED, **WRITE)
async def send_cases(given: PlainBatch, let: LetIn, parcel: Sent) -> BatchOut:
    """Send up to 1,000 cases at once; all of them are written down, or none. They are queued, and routed by a worker."""
    desk = let.desk
    done = await desk.run(lambda: _take_all_in(given, let, parcel))
    if isinstance(done, Refused):
        raise refusal(done)
    desk.service.wake()
    repeated = sum(one.repeated for one in done)
    receipts = [Receipt(number=one.number, id=one.name, repeated=one.repeated) for one in done]
    return BatchOut(accepted=len(done) - repeated, repeated=repeated, cases=receipts)


def _take_all_in(given: PlainBatch, let: Let, parcel: Parcel) -> list[Accepted] | Refused:
    desk, use_case = let.desk, let.use_case
    reader = desk.service.read_case
    sent = [read_case(one, use_case, reader, line=place + 1, where=f"/cases/{place}") for place, one in enumerate(given.cases)]
    batch = Batch(name=use_case.slug, rows=[one.past for one in sent], card=_only_card(sent), source="")
    return receive_batch(desk.office, let.by, batch, parcel, backlog=desk.limits.backlog)


def _only_card(sent: Sequence[SentCase]) -> SystemCard | None:
    cards = {one.card.fingerprint: one.card for one in sent if one.card is not None}
    if len(cards) > 1:
        raise invalid("/cases", "the proposals of one batch are of one system and one version; send one batch for each.")
    return next(iter(cards.values()), None)


@routes.get("/cases", **READ)
async def list_(
    let: LetIn,
    state: Annotated[CaseState | None, Query(description="`alone` and `to_person` say how a case was routed, decided or not.")] = None,
    cursor: Annotated[str | None, Query(max_length=LONGEST_CURSOR, description="From `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Cases in this page.")] = 100,
) -> PageOut:
    """List cases in the order of their numbers. New ones come at the end, so that following the cursor misses none."""
    after = _read_cursor(cursor)
    found = await let.desk.run(lambda: list_cases(let.desk.office, let.use_case, state, after=after, limit=limit + 1))
    page = found[:limit]
    return PageOut(
        cases=[case_out(one.case, answer=one.answer) for one in page], next=_cursor(page[-1].case.number) if len(found) > limit else None
    )


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(f"after {number}".encode()).decode("ascii").rstrip("=")


def _read_cursor(text: str | None) -> int:
    if text is None:
        return 0
    try:
        word, _, digits = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").partition(" ")
    except (ValueError, binascii.Error):
        word, digits = "", ""
    if word != "after" or not digits.isdigit() or len(digits) > DIGITS:
        raise invalid("cursor", "take it from `next` of the page before, as it is.")
    return int(digits)


@routes.get("/cases/{case:path}", **READ)
async def follow(case: Named, let: LetIn) -> TimelineOut:
    """Follow one case, by its id or by its number; with its timeline."""
    return timeline_out(await _follow(let, case))
