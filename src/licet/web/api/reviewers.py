"""How people review a use case's cases: numbers with intervals, for senior reviewers and risk."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from licet.core.flags import Consistency, Flags, Pace, Pair
from licet.core.refusal import Refused, Unknown
from licet.flows.flag import reviewer_flags
from licet.web.guard import NEEDS_PERSON, GuardedRoute, LetPerson, person_let_in
from licet.web.problems import refusal

routes = APIRouter(tags=["reviewers"], route_class=GuardedRoute)
LetHere = Annotated[LetPerson, Depends(person_let_in)]
OUT = ConfigDict(extra="forbid")


class PaceOut(BaseModel):
    """How fast somebody answers; null where too few answers are there."""

    model_config = OUT

    person: str
    answers: int
    seconds: float | None = Field(description="The median from hand-out to answer.")
    fast: int = Field(description="Answers that came sooner than a case can be read.")
    low: float | None
    high: float | None


class PairOut(BaseModel):
    """How often two people agree on cases that both answered, neither knowing of the other."""

    model_config = OUT

    one: str
    other: str
    together: int
    agreed: int
    low: float
    high: float
    explained: float | None = Field(description="The most agreement that their accuracy with others explains.")
    p_value: float | None = Field(description="Before Holm; null where too few cases are there.")
    stands_out: bool


class ConsistencyOut(BaseModel):
    """How often somebody says the same when the same case comes again."""

    model_config = OUT

    person: str
    repeated: int
    same: int
    low: float | None
    high: float | None


class FlagsOut(BaseModel):
    """What somebody senior should look at, and what these numbers cannot say. None of them is an accusation."""

    model_config = OUT

    too_fast_seconds: float
    upheld: int = Field(description="Audits that differed from AI, and a second person said so too.")
    found_in_record: int = Field(description="Audits that differed from AI, and a second person sided with AI.")
    paces: list[PaceOut]
    pairs: list[PairOut]
    consistency: list[ConsistencyOut]
    limits: list[str]


@routes.get("/reviewers/flags", **NEEDS_PERSON)
async def flags(let: LetHere) -> FlagsOut:
    """Answers faster than reading, pairs whose agreement stands out, and self-consistency, of the last 180 days."""
    found = await let.desk.run(lambda: reviewer_flags(let.office, let.by, name=let.use_case.slug))
    if isinstance(found, Refused):
        raise refusal(found)
    return flags_out(found)


def flags_out(found: Flags) -> FlagsOut:
    """The numbers as they go out; what is unknown is null."""
    return FlagsOut(
        too_fast_seconds=found.too_fast_seconds,
        upheld=found.upheld,
        found_in_record=found.found_in_record,
        paces=[_pace(one) for one in found.paces],
        pairs=[_pair(one) for one in found.pairs],
        consistency=[_consistency(one) for one in found.consistency],
        limits=list(found.limits),
    )


def _known(value: float | Unknown) -> float | None:
    return None if isinstance(value, Unknown) else value


def _pace(one: Pace) -> PaceOut:
    low, high, seconds = _known(one.low), _known(one.high), _known(one.seconds)
    return PaceOut(person=one.person, answers=one.answers, seconds=seconds, fast=one.fast, low=low, high=high)


def _pair(one: Pair) -> PairOut:
    return PairOut(
        one=one.one,
        other=one.other,
        together=one.together,
        agreed=one.agreed,
        low=one.low,
        high=one.high,
        explained=_known(one.explained),
        p_value=_known(one.p_value),
        stands_out=one.stands_out,
    )


def _consistency(one: Consistency) -> ConsistencyOut:
    return ConsistencyOut(person=one.person, repeated=one.repeated, same=one.same, low=_known(one.low), high=_known(one.high))
