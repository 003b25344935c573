"""One use case's desk: how it stands, how far a case on it is, and what whoever sent a case says to a reviewer's question."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field

from licet.core.desk import Load
from licet.core.refusal import Refused, Unknown
from licet.core.token import TokenScope
from licet.flows.desk_status import desk_status, task_state
from licet.flows.inquire import give_information
from licet.web.api.cases import Named
from licet.web.api.desk_wire import OUT, Words
from licet.web.guard import NEEDS_PERSON, GuardedRoute, Let, LetPerson, let_in, needs, person_let_in
from licet.web.problems import refusal

routes = APIRouter(tags=["desk"], route_class=GuardedRoute)
Token = Annotated[str, InPath(max_length=40, description="The case's name on the desk, as it came with it.")]
LetHere = Annotated[LetPerson, Depends(person_let_in)]


class LoadOut(BaseModel):
    """What one reviewer has to do here."""

    model_config = OUT

    person: str
    in_hand: int
    handed: int = Field(description="Cases that wait for them by name.")
    held: int = Field(description="Answers of theirs that have not taken effect.")
    answered: int = Field(description="Answers of theirs of the last day.")
    seconds: float | None = Field(description="The median time they had one of these in hand; null where there is none.")
    absent_until: str | None


class DeskOut(BaseModel):
    """How a desk stands. Audits are counted nowhere, so that no number tells of one."""

    model_config = OUT

    waiting: int
    overdue: int
    in_hand: int
    held: int
    aside: int
    asked: int
    came: int = Field(description="Cases that went to people within the last day.")
    answered: int = Field(description="Answers that took effect, given within the last day.")
    load: list[LoadOut]


class StateOut(BaseModel):
    """How far a case on the desk is."""

    model_config = OUT

    state: Literal["created", "ready", "reserved", "in_progress", "suspended", "info_requested", "completed", "failed", "obsolete"]


class InformationIn(BaseModel):
    """What whoever sent a case says to the question about it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Words


class ReceivedOut(BaseModel):
    """That it was received; the case is back on the desk."""

    model_config = OUT

    received: Literal[True] = True


@routes.get("/desk", **NEEDS_PERSON)
async def stands(let: LetHere) -> DeskOut:
    """How the desk stands: what waits, what is overdue, and each reviewer's load."""
    found = await let.desk.run(lambda: desk_status(let.office, let.by, name=let.use_case.slug))
    if isinstance(found, Refused):
        raise refusal(found)
    counts = {name: getattr(found, name) for name in DeskOut.model_fields if name != "load"}
    return DeskOut(**counts, load=[_load(one) for one in found.load])


def _load(one: Load) -> LoadOut:
    return LoadOut(
        person=one.person,
        in_hand=one.in_hand,
        handed=one.handed,
        held=one.held,
        answered=one.answered,
        seconds=None if isinstance(one.seconds, Unknown) else one.seconds,
        absent_until=None if one.absent_until is None else one.absent_until.isoformat(),
    )


@routes.get("/desk/{token}", **NEEDS_PERSON)
async def how_far(token: Token, let: LetHere) -> StateOut:
    """How far a case on the desk is; told the same whatever it is asked for."""
    found = await let.desk.run(lambda: task_state(let.office, let.by, name=let.use_case.slug, token=token))
    if isinstance(found, Refused):
        raise refusal(found)
    state: Any = found.value
    return StateOut(state=state)


@routes.post("/cases/{case:path}/information", **needs(TokenScope.CASES_WRITE))
async def inform(case: Named, given: InformationIn, let: Annotated[Let, Depends(let_in)]) -> ReceivedOut:
    """Answer a reviewer's question about a case: `question` of the case says what is asked. The case goes back to the desk."""
    office, name = let.desk.office, let.use_case.slug
    refused = await let.desk.run(lambda: give_information(office, let.by, name=name, case=case, text=given.text))
    if refused is not None:
        raise refusal(refused)
    return ReceivedOut()
