"""Second looks: cases on which two people differ, for somebody senior to say who is right. They are answered as any case at the desk."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from licet.core.answer import answer_to_json
from licet.core.desk import NothingWaits
from licet.core.refusal import Refused
from licet.flows.second import TwoAnswers, next_second_look
from licet.web.api.desk import ADDRESS
from licet.web.api.desk_wire import OUT, AnswerJson, HandedOut, Slug, handed_out
from licet.web.api.wire import STRICT
from licet.web.guard import NEEDS_PERSON, GuardedRoute, visitor
from licet.web.people import Visitor
from licet.web.problems import refusal

routes = APIRouter(tags=["desk"], route_class=GuardedRoute)


class SecondIn(BaseModel):
    """Which case is wanted."""

    model_config = STRICT

    use_case: Slug | None = Field(default=None, description="Of this use case; null: of all in which this person may say who is right.")


class SecondOut(BaseModel):
    """A case on which two people differ; null where none waits for this person. What AI proposes follows their own answer."""

    model_config = OUT

    case: HandedOut | None
    answers: list[AnswerJson] = Field(description="What the two say, in an order that says nothing.")


@routes.post(ADDRESS + "/second-looks/next", **NEEDS_PERSON)
async def take_next(given: SecondIn, let: Annotated[Visitor, Depends(visitor)]) -> SecondOut:
    """Take the next case on which two people differ, under a lease that nobody shares; neither of the two is given it."""
    found = await let.desk.run(lambda: next_second_look(let.office, let.by, name=given.use_case))
    match found:
        case Refused():
            raise refusal(found)
        case NothingWaits():
            return SecondOut(case=None, answers=[])
        case TwoAnswers():
            answers: Any = [answer_to_json(one) for one in found.answers]
            return SecondOut(case=handed_out(found.handed), answers=answers)
