"""Turns: who had the ball on the way through a gate, and for how long: the time to yes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from licet.core.ids import UseCaseSlug
from licet.core.moving import WAY
from licet.core.people import Role
from licet.core.refusal import Unknown
from licet.core.use_case import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """From a moment on, who has the ball; None: nobody, the way is gone or given up."""

    at: datetime
    ball: Role | None


def spans(turns: Sequence[Turn], until: datetime) -> Mapping[Role, timedelta]:
    """How long each had the ball.

    Args:
        turns: in the order of time; of several at one moment the last counts.
        until: when it is asked; at or after the last turn.

    Returns:
        The time of each role that ever had the ball. Together they are the time from the first turn to `until` in which somebody had it.
    """
    whole: dict[Role, timedelta] = {}
    for turn, end in zip(turns, [*(later.at for later in turns[1:]), until], strict=True):
        if turn.ball is not None:
            whole[turn.ball] = whole.get(turn.ball, timedelta(0)) + (end - turn.at)
    return whole


@dataclass(frozen=True, slots=True, kw_only=True)
class GateTime:
    """A use case on its way through one gate.

    Attributes:
        use_case, to: which gate.
        began: when the way to it began.
        passed: when it was passed; None while it is not.
        spent: how long each role had the ball, so far.
        ball: who has it now; None once it is passed or given up.
        since: since when they have it without a break; None where nobody has.
    """

    use_case: UseCaseSlug
    to: Stage
    began: datetime
    passed: datetime | None
    spent: Mapping[Role, timedelta]
    ball: Role | None
    since: datetime | None

    @property
    def whole(self) -> timedelta:
        """The time in which somebody had the ball."""
        return sum(self.spent.values(), timedelta(0))


def gate_time(use_case: UseCaseSlug, to: Stage, turns: Sequence[Turn], *, passed: datetime | None, now: datetime) -> GateTime | None:
    """Sums up a way through a gate; None where it never began."""
    if not turns:
        return None
    ball = turns[-1].ball
    since = None if ball is None else _since(turns)
    return GateTime(use_case=use_case, to=to, began=turns[0].at, passed=passed, spent=spans(turns, now), ball=ball, since=since)


def _since(turns: Sequence[Turn]) -> datetime:
    at = turns[-1].at
    for turn in reversed(turns):
        if turn.ball is not turns[-1].ball:
            break
        at = turn.at
    return at


@dataclass(frozen=True, slots=True, kw_only=True)
class Medians:
    """What gates to a stage took, over the use cases that passed them.

    Attributes:
        to: the stage.
        passed: how many use cases passed its gate.
        each: the median time with each of builder, owner and risk, who had it for no time at all counting as 0.
        whole: the median of all of it.
    """

    to: Stage
    passed: int
    each: Mapping[Role, timedelta | Unknown]
    whole: timedelta | Unknown


COUNTED = (Role.BUILDER, Role.OWNER, Role.RISK)
"""Whose time is told apart."""


def medians(to: Stage, times: Iterable[GateTime]) -> Medians:
    """The medians over the gates to a stage that were passed; of none they are unknown, never 0."""
    done = [one for one in times if one.to is to and one.passed is not None]
    each = {role: _median([one.spent.get(role, timedelta(0)) for one in done], to) for role in COUNTED}
    return Medians(to=to, passed=len(done), each=each, whole=_median([one.whole for one in done], to))


def _median(found: Sequence[timedelta], to: Stage) -> timedelta | Unknown:
    if not found:
        return Unknown(why=f"No use case passed the gate to {to.value} yet.")
    return timedelta(microseconds=median(span // timedelta(microseconds=1) for span in found))


def longest_waits(times: Iterable[GateTime], now: datetime) -> tuple[GateTime, ...]:
    """The gates that somebody has the ball for now, the longest wait first; of each use case the furthest gate, where its yes is given."""
    waiting = {one.use_case: one for one in sorted(times, key=lambda one: WAY.index(one.to)) if one.ball is not None}
    return tuple(sorted(waiting.values(), key=lambda one: (one.since or now, one.use_case)))
