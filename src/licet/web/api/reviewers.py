"""How people review a use case's cases: numbers with intervals, for senior reviewers and risk."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from licet.core.capacity import Figure, Short, Work, capacity_in_words
from licet.core.flags import Consistency, Flags, Pace, Pair
from licet.core.refusal import Refused, Unknown
from licet.flows.flag import reviewer_flags
from licet.flows.list_capacity import Manned, TeamCapacity, team_capacity
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


class MannedOut(BaseModel):
    """Somebody who may answer cases here."""

    model_config = OUT

    person: str
    ready: bool = Field(description="Qualified, or nothing is asked for.")
    until: str | None = Field(description="Of the qualification; null where there is none, and for risk.")
    absent_until: str | None
    in_hand: int
    handed: int
    answered: int = Field(description="Answers of the last day.")


class FigureOut(BaseModel):
    """A number with what it stands on."""

    model_config = OUT

    value: float
    basis: str
    assumed: bool = Field(description="An owner states it; it was not measured, or is more than what was.")


class WorkOut(BaseModel):
    """Answers that people are asked for on a day, by why."""

    model_config = OUT

    decisions: float
    second_looks: float
    audits: float
    known_answers: float
    answers: float = Field(description="All of them.")


class CapacityOut(BaseModel):
    """A whole team against what comes to it; null is unknown, and `says` tells why."""

    model_config = OUT

    people: list[MannedOut]
    there: int = Field(description="Who may answer now: allowed, qualified where that is asked for, and not absent.")
    needed: int | None = Field(description="The fewest that are enough; null: unknown, or no number is.")
    enough: bool | None
    asked: bool = Field(description="Whether the gate to delegated asks for it.")
    late: float | None = Field(description="The share of cases that would be answered late, in the model.")
    late_at_most: float
    busy: float | None = Field(description="The work, in the hours of those who are there; from 1 on it grows without end.")
    cases_a_day: FigureOut | None
    seconds_a_case: FigureOut | None
    hours_a_day: float | None
    work: WorkOut | None
    answers_a_day: float | None = Field(description="What those who are there can give on a day, working without a pause.")
    due_within_hours: float
    says: str


@routes.get("/reviewers/capacity", **NEEDS_PERSON)
async def capacity(let: LetHere) -> CapacityOut:
    """Who is there to answer, qualified until when, what will come to them, and what is short; for owner, senior reviewers and risk."""
    found = await let.desk.run(lambda: team_capacity(let.office, let.by, name=let.use_case.slug))
    if isinstance(found, Refused):
        raise refusal(found)
    return _capacity(found)


def _capacity(found: TeamCapacity) -> CapacityOut:
    held, there = found.held, found.capacity
    known = None if isinstance(held, Unknown) else held
    return CapacityOut(
        people=[_manned(one) for one in found.people],
        there=there.people,
        needed=None if known is None else known.needed,
        enough=None if known is None else not isinstance(known, Short),
        asked=found.asked,
        late=None if known is None else known.late,
        late_at_most=found.late,
        busy=None if known is None else known.busy,
        cases_a_day=_figure(there.cases),
        seconds_a_case=_figure(there.seconds),
        hours_a_day=there.hours,
        work=_work(there.work),
        answers_a_day=_known(there.a_day),
        due_within_hours=there.due_within.total_seconds() / 3600,
        says=capacity_in_words(there, held, late=found.late),
    )


def _manned(one: Manned) -> MannedOut:
    away = one.member.absence
    return MannedOut(
        person=one.member.person.id,
        ready=one.member.ready,
        until=None if one.until is None else one.until.isoformat(),
        absent_until=None if away is None else away.ends_at.isoformat(),
        in_hand=one.load.in_hand,
        handed=one.load.handed,
        answered=one.load.answered,
    )


def _figure(found: Figure | Unknown) -> FigureOut | None:
    return None if isinstance(found, Unknown) else FigureOut(value=found.value, basis=found.basis, assumed=found.assumed)


def _work(found: Work | Unknown) -> WorkOut | None:
    return None if isinstance(found, Unknown) else WorkOut(**{name: getattr(found, name) for name in WorkOut.model_fields})


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
