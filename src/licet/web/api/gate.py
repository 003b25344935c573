"""Gates: what a use case must still show, who has the ball, and how long gates take. A program only reads them."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from licet.core.gate import ClosedGate, OpenedGate, Requirement
from licet.core.refusal import Unknown
from licet.core.token import TokenScope
from licet.core.turns import GateTime, Medians
from licet.core.use_case import Stage
from licet.flows.hold_gate import show_gate
from licet.flows.time_gates import GateTimes, time_gates
from licet.web.guard import GuardedRoute, Let, Reached, let_in, needs, reaching

routes = APIRouter(tags=["gate"], route_class=GuardedRoute)
times = APIRouter(tags=["gate"])

StageName = Literal["sandbox", "shadow", "assisted", "delegated"]
To = Annotated[StageName, Query(description="Which stage's gate.")]


class RequirementOut(BaseModel):
    """One line of a gate."""

    model_config = ConfigDict(extra="forbid")

    code: str
    says: str = Field(description="What must be so, in a sentence.")
    met: bool
    shows: str = Field(description="The evidence, or what is missing.")
    pattern: str = Field(description="What organisations that get to production do, and this makes certain.")
    ball: str | None = Field(description="The role that has to act; null where it is met.")
    people: list[str] = Field(description="The ids of those in that role, as far as they are known.")
    since: datetime = Field(description="When it was met, or since when it waits for whoever has the ball.")
    closes: str | None = Field(description="The command that closes it; null where it is met.")


class GateOut(BaseModel):
    """The gate of a stage, held against what is known now."""

    model_config = ConfigDict(extra="forbid")

    to: StageName
    open: bool
    digest: str | None = Field(description="What approvals are bound to; null before a mandate is proposed, and at earlier stages.")
    requirements: list[RequirementOut]


class GateTimeOut(BaseModel):
    """A use case on its way through one gate; spans are in seconds."""

    model_config = ConfigDict(extra="forbid")

    use_case: str
    to: StageName
    began: datetime
    passed: datetime | None = Field(description="When the stage, or a later one, was entered for the first time.")
    spent: dict[str, float] = Field(description="How long each role had the ball, so far.")
    ball: str | None = Field(description="Who has it now; null once the gate is passed or the use case retired.")
    since: datetime | None


class MediansOut(BaseModel):
    """What gates to a stage took, over the use cases that entered it; null where none did."""

    model_config = ConfigDict(extra="forbid")

    to: StageName
    passed: int
    each: dict[str, float | None] = Field(description="The median time with builder, owner and risk.")
    whole: float | None


class GateTimesOut(BaseModel):
    """The time to yes."""

    model_config = ConfigDict(extra="forbid")

    at: datetime
    gates: list[GateTimeOut]
    medians: list[MediansOut]
    waits: list[GateTimeOut] = Field(description="Who has the ball now, the longest wait first: of each use case its furthest gate.")


@routes.get("/gate", **needs(TokenScope.MANDATE_READ))
async def read_gate(let: Annotated[Let, Depends(let_in)], to: To = "delegated") -> GateOut:
    """The requirements of a stage: what is met, what is missing, who has the ball, and what closes it."""
    return _gate(await let.desk.run(lambda: show_gate(let.desk.office, name=let.use_case.slug, to=Stage(to))))


@times.get("/gates/times", **needs(TokenScope.MANDATE_READ))
async def read_times(reached: Annotated[Reached, Depends(reaching(TokenScope.MANDATE_READ))]) -> GateTimesOut:
    """How long each gate took with builder, owner and risk, and who has had the ball longest, of all use cases the token is for."""
    return _times(await reached.desk.run(lambda: time_gates(reached.office, name=reached.use_case)))


def _gate(found: OpenedGate | ClosedGate) -> GateOut:
    stage: Any = found.to.value
    digest = found.covers if found.to is Stage.DELEGATED else None
    lines = [_requirement(line) for line in found.requirements]
    return GateOut(to=stage, open=isinstance(found, OpenedGate), digest=digest, requirements=lines)


def _requirement(line: Requirement) -> RequirementOut:
    return RequirementOut(
        code=line.code.value,
        says=line.says,
        met=line.met,
        shows=line.shows,
        pattern=line.pattern.value,
        ball=None if line.met else line.ball.value,
        people=[] if line.met else [str(person) for person in line.people],
        since=line.since,
        closes=None if line.met else line.closes,
    )


def _times(found: GateTimes) -> GateTimesOut:
    return GateTimesOut(
        at=found.at,
        gates=[_time(one) for one in found.gates],
        medians=[_medians(one) for one in found.medians],
        waits=[_time(one) for one in found.waits],
    )


def _time(one: GateTime) -> GateTimeOut:
    stage: Any = one.to.value
    return GateTimeOut(
        use_case=one.use_case,
        to=stage,
        began=one.began,
        passed=one.passed,
        spent={role.value: span.total_seconds() for role, span in one.spent.items()},
        ball=None if one.ball is None else one.ball.value,
        since=one.since,
    )


def _medians(one: Medians) -> MediansOut:
    stage: Any = one.to.value
    each = {role.value: _seconds(span) for role, span in one.each.items()}
    return MediansOut(to=stage, passed=one.passed, each=each, whole=_seconds(one.whole))


def _seconds(span: timedelta | Unknown) -> float | None:
    return span.total_seconds() if isinstance(span, timedelta) else None
