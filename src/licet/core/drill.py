"""A drill: the stop is pressed for a moment to see that it stops, before it is needed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from licet.core.ids import PersonId, UseCaseSlug

WITHIN = timedelta(seconds=1)
"""A stop that takes longer to count is no stop."""

GIVE_UP_AFTER = timedelta(seconds=5)
"""After so long the probe asks no more."""

SAYS = "A drill of the stop. If you read this later than that, it was broken off: find out why, then lift the stop."
"""The reason that stands at the stop while the drill runs, and after a drill that was broken off: then it stays pressed."""


class Result(StrEnum):
    """What a drill showed."""

    HELD = "held"
    SLOW = "slow"
    NOT_HELD = "not_held"
    BROKEN_OFF = "broken_off"


IN_WORDS = {
    Result.HELD: "the deciding path refused a probe in time",
    Result.SLOW: "the deciding path refused a probe, later than a stop may take",
    Result.NOT_HELD: "the deciding path did not refuse the probe; the stop stays pressed",
    Result.BROKEN_OFF: "somebody lifted the stop or pressed it for real meanwhile; it is as they left it",
}
"""What each result says to people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """A drill that is over. It asks the condition that decides, not a case: no case is touched.

    Attributes:
        took_ms: from the press to the first deciding transaction that refused, or to the last that was tried.
    """

    use_case: UseCaseSlug
    by: PersonId
    at: datetime
    took_ms: int
    result: Result


def result_of(took: timedelta, *, stopped: bool, ours: bool) -> Result:
    """What a drill showed.

    Args:
        took: from the press to the probe.
        stopped: whether the probe was refused because of the stop.
        ours: whether the stop that is pressed at the end is still the one that the drill pressed.
    """
    if not ours:
        return Result.BROKEN_OFF
    if not stopped:
        return Result.NOT_HELD
    return Result.HELD if took <= WITHIN else Result.SLOW
