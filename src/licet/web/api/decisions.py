"""The decision protocols, served: a question becomes a case; what AI may decide alone is answered, the rest waits for a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import anyio
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request as Received

from licet.core.history import SentCase
from licet.core.refusal import Refused
from licet.core.system import Proposal
from licet.core.token import TokenScope
from licet.flows.follow import Followed, follow_standing
from licet.flows.receive import Parcel, receive_case
from licet.web.api.questions import DecisionsIn, Question, Request, SystemOneIn, check_question, read_decisions, read_system_one
from licet.web.api.questions_answered import (
    CaseOfQuestion,
    DecisionsOut,
    LicetOut,
    Said,
    SystemOneOut,
    openai_answer,
    said_of,
    system_one_answer,
)
from licet.web.api.wire import read_case
from licet.web.desk import Desk, desk_of
from licet.web.guard import GuardedRoute, Let, let_in_to, needs, parcel_of
from licet.web.problems import invalid, refusal

routes = APIRouter(tags=["decision protocols"], route_class=GuardedRoute)

Sent = Annotated[Parcel, Depends(parcel_of)]
Wait = Annotated[int, Query(ge=0, le=30, description="Seconds to wait for the routes of the cases.")]
USUAL_WAIT = 10
"""Seconds that clients wait who cannot say how long."""

NOT_THERE = "not_there"
WRITE = needs(TokenScope.CASES_WRITE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Binder:
    """Finds use cases for the program that sends a request."""

    desk: Desk
    let_in: Callable[[str], Let | Refused]


def binder(request: Received) -> Binder:
    """Finds use cases by name, as far as the token reaches."""
    return Binder(desk=desk_of(request), let_in=lambda name: let_in_to(request, TokenScope.CASES_WRITE, name))


Bind = Annotated[Binder, Depends(binder)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A question with its use case, and the case it becomes."""

    asked: Question
    let: Let
    sent: SentCase


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A question with where its case stands; `followed` is `Refused` where it was not taken in."""

    bound: Bound
    followed: Followed | Refused
    proposal: Proposal | None = None

    @property
    def said(self) -> Said | None:
        """The answer there is; None while there is none."""
        return None if isinstance(self.followed, Refused) else said_of(self.bound.asked, self.followed.answer, self.proposal)


@routes.post("/v1/decisions", **WRITE)
async def decisions(given: DecisionsIn, binder: Bind, parcel: Sent, wait: Wait = USUAL_WAIT) -> DecisionsOut:
    """Answer questions by OpenAI's Decisions API. What a person decides comes back as a refusal, with the case in `licet.cases`."""
    found = await _answer(read_decisions(given), binder, parcel, wait)
    answers = [openai_answer(one.bound.asked, one.said) for one in found]
    return DecisionsOut(model=given.model, answers=answers, licet=_cases(found))


@routes.post("/v1/systemone", **WRITE)
async def system_one(given: SystemOneIn, binder: Bind, parcel: Sent, wait: Wait = USUAL_WAIT) -> SystemOneOut:
    """Answer questions by the System One protocol. What a person decides is not in `answers`; `licet.cases` says which case it is."""
    found = await _answer(read_system_one(given), binder, parcel, wait)
    answers = {one.bound.asked.name or "": system_one_answer(one.bound.asked, one.said) for one in found if one.said is not None}
    return SystemOneOut(model=given.model, answers=answers, licet=_cases(found))


async def _answer(request: Request, binder: Binder, parcel: Parcel, wait: int) -> list[Answered]:
    """Takes a case in for each question, waits for their routes, and says where they stand. Once taken in, none is lost."""
    desk = binder.desk
    taken = await desk.run(lambda: _take_in([_bound(request, asked, binder) for asked in request.questions], parcel))
    desk.service.wake()
    await _wait(desk, taken, timedelta(seconds=wait))
    return await desk.run(lambda: [_now(one) for one in taken])


def _bound(request: Request, asked: Question, binder: Binder) -> Bound:
    """A question with its use case and the case it becomes, read by the use case's schema; nothing is written down yet."""
    let = _let_in(request.model, asked, binder)
    check_question(asked, let.use_case, binder.desk.office.desks.rules(let.use_case.slug).answers)
    sent = read_case(request.case, let.use_case, binder.desk.service.read_case, line=1, where="")
    return Bound(asked=asked, let=let, sent=sent)


def _let_in(model: str, asked: Question, binder: Binder) -> Let:
    """The use case that `model` names, or else the question's own name: its last part after a dot, with `_` for `-`."""
    found = binder.let_in(model)
    if isinstance(found, Refused) and found.code == NOT_THERE and asked.name:
        found = binder.let_in(asked.name.rpartition(".")[2].replace("_", "-"))
    if isinstance(found, Refused):
        raise refusal(found)
    return found


def _check_apart(bound: Sequence[Bound]) -> None:
    """Two questions about the same case in one use case are one: a use case decides one thing."""
    seen: set[int] = set()
    for one in bound:
        if one.let.use_case.id in seen:
            says = f"another question of this request is for {one.let.use_case.slug!r} too; ask one of each use case."
            raise invalid(one.asked.where, says)
        seen.add(one.let.use_case.id)


def _take_in(bound: Sequence[Bound], parcel: Parcel) -> list[Answered]:
    """Writes the cases down. Where the first is refused, the request is; where a later one is, it says so beside those taken in."""
    _check_apart(bound)
    taken: list[Answered] = []
    for one in bound:
        desk, let = one.let.desk, one.let
        received = receive_case(desk.office, let.by, let.use_case, one.sent.past, parcel, backlog=desk.limits.backlog)
        if isinstance(received, Refused) and not taken:
            raise refusal(received)
        taken.append(Answered(bound=one, followed=received if isinstance(received, Refused) else received.followed))
    return taken


async def _wait(desk: Desk, taken: Sequence[Answered], within: timedelta) -> None:
    until = anyio.current_time() + within.total_seconds()
    for one in taken:
        left = until - anyio.current_time()
        if isinstance(one.followed, Followed) and one.followed.case.routed is None and left > 0.0:
            await desk.lookout.wait(one.followed.case.number, timedelta(seconds=left))


def _now(one: Answered) -> Answered:
    """Where a question's case stands by now."""
    if isinstance(one.followed, Refused):
        return one
    let, case = one.bound.let, one.followed.case
    found = follow_standing(let.desk.office, let.use_case, number=case.number)
    if isinstance(found, Refused):
        return Answered(bound=one.bound, followed=found)
    return Answered(bound=one.bound, followed=found.followed, proposal=found.proposal)


def _cases(found: Sequence[Answered]) -> LicetOut:
    return LicetOut(cases=[_case(one) for one in found])


def _case(one: Answered) -> CaseOfQuestion:
    asked, slug, said = one.bound.asked, one.bound.let.use_case.slug, one.said
    if isinstance(one.followed, Refused):
        return CaseOfQuestion(question=asked.name, use_case=slug, number=None, id=None, state=None, refused=one.followed.code)
    case = one.followed.case
    return CaseOfQuestion(
        question=asked.name,
        use_case=slug,
        number=case.number,
        id=case.name,
        state=case.state.value,  # type: ignore[arg-type] # one of three, which pydantic checks
        probabilities=None if said is None else said.source,
    )
