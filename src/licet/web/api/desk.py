"""The desk: people take one case after the other, answer it, pass it on or ask about it. No token opens any of it.

Until somebody's own first answer nothing here says what a system thinks of a case, or why it is asked about: there is no place for it.
"""

from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends
from fastapi import Path as InPath
from pydantic import BaseModel

from licet.core.answer import answer_to_json
from licet.core.desk import Commit, Handed, Held, Lease, NothingWaits
from licet.core.refusal import Refused
from licet.flows.absent import be_absent, be_back
from licet.flows.cannot_tell import cannot_tell
from licet.flows.desk import in_hand, next_case, release, renew, skip
from licet.flows.hold import commit, keep_or_change, kind_asked, withdraw
from licet.flows.inquire import ask_sender
from licet.flows.pass_on import forward, hand_over, put_aside, remark, send_back
from licet.flows.read_on import back_in_hand
from licet.web.api.desk_wire import (
    OUT,
    AbsenceIn,
    AbsenceOut,
    AsideIn,
    BackIn,
    BackOut,
    CommitIn,
    ForwardIn,
    HandOverIn,
    HeldOut,
    InHandOut,
    LeaseIn,
    LeaseOut,
    NextIn,
    NextOut,
    QuestionIn,
    ReconsiderIn,
    RemarkIn,
    RevealedOut,
    SkipIn,
    handed_out,
)
from licet.web.api.wire import answer_of
from licet.web.guard import NEEDS_PERSON, GuardedRoute, visitor
from licet.web.people import Visitor
from licet.web.problems import refusal

ADDRESS = "/api/v1/desk"
CASE = ADDRESS + "/cases/{token}"
ANSWER = ADDRESS + "/answers/{held}"
routes = APIRouter(tags=["desk"], route_class=GuardedRoute)

Token = Annotated[str, InPath(max_length=40, description="The case's name on the desk, as it came with it.")]
HeldId = Annotated[str, InPath(max_length=40, description="The answer's name, as it came back with the commit.")]
Let = Annotated[Visitor, Depends(visitor)]
T = TypeVar("T")


class Done(BaseModel):
    """That it was done."""

    model_config = OUT

    done: bool = True


def _done(result: T | Refused) -> T:
    if isinstance(result, Refused):
        raise refusal(result)
    return result


def _nothing(result: Refused | None) -> Done:
    if result is not None:
        raise refusal(result)
    return Done()


@routes.post(ADDRESS + "/next", **NEEDS_PERSON)
async def take_next(given: NextIn, let: Let) -> NextOut:
    """Take the next case, under a lease that nobody shares. `case` is null where nothing waits for this person."""
    found = await let.desk.run(lambda: next_case(let.office, let.by, name=given.use_case, ahead=given.ahead))
    if isinstance(found, Refused):
        raise refusal(found)
    return NextOut(case=None if isinstance(found, NothingWaits) else handed_out(found))


@routes.post(ADDRESS + "/in-hand", **NEEDS_PERSON)
async def take_again(let: Let) -> InHandOut:
    """Take again what one has in hand, each under a new lease: for a page that was closed. Another tab has it no more."""
    found: list[Handed] = _done(await let.desk.run(lambda: in_hand(let.office, let.by)))
    return InHandOut(cases=[handed_out(one) for one in found])


@routes.post(CASE + "/renew", **NEEDS_PERSON)
async def keep_lease(token: Token, given: LeaseIn, let: Let) -> LeaseOut:
    """Give a sign of life: the case stays in one's hands for another two minutes. Send it every 30 seconds."""
    found: Lease = _done(await let.desk.run(lambda: renew(let.office, let.by, token=token, lease=given.lease)))
    return LeaseOut(lease=found.name, until=found.until)


@routes.post(CASE + "/release", **NEEDS_PERSON)
async def give_back(token: Token, given: LeaseIn, let: Let) -> Done:
    """Give a case back as it was: for one that was fetched ahead and is not wanted."""
    return _nothing(await let.desk.run(lambda: release(let.office, let.by, token=token, lease=given.lease)))


@routes.post(CASE + "/skip", **NEEDS_PERSON)
async def leave_out(token: Token, given: SkipIn, let: Let) -> Done:
    """Skip a case, with a reason: others get it first. With `cannot_tell` it is an answer: a senior reviewer is asked next."""
    if given.cannot_tell:
        return _nothing(await let.desk.run(lambda: cannot_tell(let.office, let.by, token=token, lease=given.lease, why=given.reason)))
    return _nothing(await let.desk.run(lambda: skip(let.office, let.by, token=token, lease=given.lease, reason=given.reason)))


@routes.post(CASE + "/commit", **NEEDS_PERSON)
async def give_answer(token: Token, given: CommitIn, let: Let) -> HeldOut | RevealedOut:
    """Give one's own first answer. It is held for 8 seconds in which it can be withdrawn; sent again under its key it is taken once.

    In the stage *assisted* what AI proposes comes back with it, to keep the answer or change it.
    """
    kind = _done(await let.desk.run(lambda: kind_asked(let.office, let.by, token=token)))
    answer = answer_of(given.answer, kind, "/answer")
    said = Commit(token=token, lease=given.lease, answer=answer, note=given.note, key=given.key)
    taken = await let.desk.run(lambda: commit(let.office, let.by, said))
    if isinstance(taken, Refused):
        raise refusal(taken)
    if isinstance(taken, Held):
        return HeldOut(held=taken.id, effect_at=taken.effect_at)
    shown: Any = answer_to_json(taken.proposal)
    return RevealedOut(held=taken.id, proposal=shown, confidence=taken.confidence, until=taken.until)


@routes.post(ANSWER + "/reconsider", **NEEDS_PERSON)
async def think_again(held: HeldId, given: ReconsiderIn, let: Let) -> HeldOut:
    """Keep the first answer (`answer` null) or change it, after AI's proposal was shown. A second record: the first stays."""
    kind = _done(await let.desk.run(lambda: kind_asked(let.office, let.by, held_id=held)))
    answer = None if given.answer is None else answer_of(given.answer, kind, "/answer")
    found: Held = _done(await let.desk.run(lambda: keep_or_change(let.office, let.by, held_id=held, answer=answer)))
    return HeldOut(held=found.id, effect_at=found.effect_at)


@routes.post(ANSWER + "/withdraw", **NEEDS_PERSON)
async def take_back(held: HeldId, let: Let) -> NextOut:
    """Withdraw an answer before it takes effect; that it was is recorded. The case comes back, under a new lease.

    `case` is null where what was said after AI's proposal was withdrawn, or somebody else took the case in this very moment.
    """
    _nothing(await let.desk.run(lambda: withdraw(let.office, let.by, held_id=held)))
    found = await let.desk.run(lambda: back_in_hand(let.office, let.by, held_id=held))
    return NextOut(case=handed_out(found) if isinstance(found, Handed) else None)


@routes.post(CASE + "/hand-over", **NEEDS_PERSON)
async def hand_to(token: Token, given: HandOverIn, let: Let) -> Done:
    """Hand a case to somebody by name, or to their deputy while they are away."""
    return _nothing(await let.desk.run(lambda: hand_over(let.office, let.by, token=token, lease=given.lease, to=given.to)))


@routes.post(CASE + "/forward", **NEEDS_PERSON)
async def forward_to(token: Token, given: ForwardIn, let: Let) -> Done:
    """Forward a case to those who have a skill."""
    return _nothing(await let.desk.run(lambda: forward(let.office, let.by, token=token, lease=given.lease, skill=given.skill)))


@routes.post(CASE + "/return", **NEEDS_PERSON)
async def to_queue(token: Token, given: LeaseIn, let: Let) -> Done:
    """Send a case back to the queue that was handed to one by name."""
    return _nothing(await let.desk.run(lambda: send_back(let.office, let.by, token=token, lease=given.lease)))


@routes.post(CASE + "/put-aside", **NEEDS_PERSON)
async def aside(token: Token, given: AsideIn, let: Let) -> Done:
    """Put a case aside until a moment within 30 days; it comes back to the queue then."""
    until = datetime.fromisoformat(given.until.upper())
    return _nothing(await let.desk.run(lambda: put_aside(let.office, let.by, token=token, lease=given.lease, until=until)))


@routes.post(CASE + "/remark", **NEEDS_PERSON)
async def say(token: Token, given: RemarkIn, let: Let) -> Done:
    """Say something about a case one has in hand. Before their own answer nobody reads what somebody said who has answered."""
    return _nothing(await let.desk.run(lambda: remark(let.office, let.by, token=token, lease=given.lease, text=given.text)))


@routes.post(CASE + "/ask", **NEEDS_PERSON)
async def ask(token: Token, given: QuestionIn, let: Let) -> Done:
    """Ask whoever sent the case; it waits for their answer for three days, and comes back with it or without."""
    return _nothing(await let.desk.run(lambda: ask_sender(let.office, let.by, token=token, lease=given.lease, question=given.question)))


@routes.post(ADDRESS + "/absence", **NEEDS_PERSON)
async def be_away(given: AbsenceIn, let: Let) -> AbsenceOut:
    """Be out of office for a time; a deputy is given what was handed to one by name. An admin can say it for others."""
    of = given.of or let.by.email
    starts, ends = (datetime.fromisoformat(one.upper()) for one in (given.starts_at, given.ends_at))
    found = _done(await let.desk.run(lambda: be_absent(let.office, let.by, of=of, starts_at=starts, ends_at=ends, deputy=given.deputy)))
    return AbsenceOut(person=found.person, deputy=found.deputy, starts_at=found.starts_at, ends_at=found.ends_at)


@routes.post(ADDRESS + "/absence/end", **NEEDS_PERSON)
async def come_back(given: BackIn, let: Let) -> BackOut:
    """Be back: absences that last or are to come end."""
    of = given.of or let.by.email
    return BackOut(ended=_done(await let.desk.run(lambda: be_back(let.office, let.by, of=of))))
