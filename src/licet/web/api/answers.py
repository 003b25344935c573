"""Answers: a person's own first answer on a case that waits. No token gives one."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from licet.core.refusal import Refused
from licet.flows.answer import answer_case
from licet.web.api.cases import Named
from licet.web.api.wire import answer_of
from licet.web.guard import NEEDS_PERSON, GuardedRoute, LetPerson, person_let_in
from licet.web.problems import refusal

routes = APIRouter(tags=["answers"], route_class=GuardedRoute)


class AnswerIn(BaseModel):
    """What a person decides."""

    model_config = ConfigDict(extra="forbid", strict=True)

    answer: str | int | float | dict[str, str] = Field(description="Of the use case's kind: a string, a number, or fields.")


class AnswerOut(BaseModel):
    """That an answer was received. Whether it was asked for, as an audit, of a case that AI decided alone is not said."""

    model_config = ConfigDict(extra="forbid")

    received: Literal[True] = True


@routes.post("/cases/{case:path}/answer", **NEEDS_PERSON)
async def answer(case: Named, given: AnswerIn, let: Annotated[LetPerson, Depends(person_let_in)]) -> AnswerOut:
    """Give one's own first answer on a case, blind. The first stays; no token gives one."""
    said = answer_of(given.answer, let.use_case.answer_kind, "/answer")
    refused = await let.desk.run(lambda: answer_case(let.office, let.by, name=let.use_case.slug, case=case, answer=said))
    if isinstance(refused, Refused):
        raise refusal(refused)
    return AnswerOut()
