"""A run: a system is asked about many cases, chunk by chunk; what it said is kept, and never asked for again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from licet.core.cost import Cost
from licet.core.ids import CaseNumber, Fingerprint
from licet.core.system import Cause, NoProposal, Proposed

RunId = NewType("RunId", int)
"""One run of a system over many cases."""

MOST_ATTEMPTS = 2
"""So often a chunk is asked about as a whole; after that one of its cases is suspected of ending whoever asks."""

PART = 10
"""Cases in the parts of a chunk that is suspected; a part that is suspected too is cut into single cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as it stands.

    Attributes:
        cases: how many cases it asks about; those of which everything was known when it began are not among them.
        done: of how many the proposal, or that there is none, is kept.
        spent: what asking cost so far; None where nobody said.
        budget: no chunk is begun once so many millionths of a minor unit are spent; None: whatever it costs.
        seen_at: the last sign of life of anybody who works on it.
        ended_at: when the last case was kept; None before that.
        stopped: why it rests; None where nobody has stopped it.
    """

    id: RunId
    fingerprint: Fingerprint
    cases: int
    done: int
    spent: Cost | None
    budget: int | None
    began_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    stopped: str | None

    @property
    def left(self) -> int:
        """How many cases are still to be asked about."""
        return self.cases - self.done

    @property
    def budget_spent(self) -> bool:
        """Whether it has cost as much as it may."""
        return self.budget is not None and self.spent is not None and self.spent.millionths >= self.budget


class RunState(StrEnum):
    """What goes on with a run."""

    ASKING = "asking"
    """Somebody asks the system, or did a moment ago."""
    RESTING = "resting"
    """It was stopped, and `Run.stopped` says why; whoever evaluates again goes on with it."""
    LEFT = "left"
    """Nobody asks, and nobody said why: whoever asked was ended. Whoever evaluates again goes on with it."""
    ENDED = "ended"


def run_state(run: Run, *, holders: int, now: datetime, quiet_for: timedelta) -> RunState:
    """Tells what goes on with a run.

    Args:
        run: as it stands.
        holders: how many hold a lease of its chunks that lasts.
        now: the time.
        quiet_for: nobody is taken for gone before so long after the last sign of life.
    """
    if run.ended_at is not None:
        return RunState.ENDED
    if holders or (run.stopped is None and now - run.seen_at < quiet_for):
        return RunState.ASKING
    return RunState.LEFT if run.stopped is None else RunState.RESTING


def time_left(begun: Run, run: Run) -> timedelta | None:
    """How long a run will take at the pace it had since somebody began to look.

    Args:
        begun: the run as it stood then.
        run: as it stands now.

    Returns:
        The time; None where nothing was kept since, so that nobody knows.
    """
    kept = run.done - begun.done
    return None if kept <= 0 else (run.seen_at - begun.seen_at) / kept * run.left


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Cases of a run under a lease.

    Attributes:
        again: whether these got no answer before, and are asked about for the last time.
        attempts: how often they were taken up, this time included.
    """

    run: RunId
    number: int
    cases: tuple[CaseNumber, ...]
    again: bool
    attempts: int

    @property
    def suspect(self) -> bool:
        """Whether it was taken up so often that one of its cases may be what ends whoever asks about it."""
        return self.attempts > MOST_ATTEMPTS


def parts_of(chunk: Chunk) -> list[tuple[CaseNumber, ...]]:
    """Smaller chunks in the place of a suspected one, so that what is wrong with one case takes no other down with it.

    Returns:
        Its parts; one of a single case where it is as small as can be.
    """
    size = PART if len(chunk.cases) > PART else 1
    return [chunk.cases[start : start + size] for start in range(0, len(chunk.cases), size)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What came of a chunk.

    Attributes:
        kept: what is kept for good.
        left: the cases that are to be asked about again.
        stopped: why the system is asked no more for now; None where it may be.
    """

    kept: Mapping[CaseNumber, Proposed]
    left: tuple[CaseNumber, ...]
    stopped: str | None


def sort_out(said: Mapping[CaseNumber, Proposed], *, again: bool) -> Sorted:
    """Tells what a system said from what it failed to say: an outage is no answer, and is never kept as one.

    A case that got no answer is asked about once more after all others; only where it gets none then either, that is kept.

    Args:
        said: what came of each case.
        again: whether these got no answer before.
    """
    unasked = [one for one in said.values() if isinstance(one, NoProposal) and one.cause is Cause.NOT_ASKED]
    passing = {Cause.NOT_ASKED, Cause.UNAVAILABLE} if unasked or not again else {Cause.NOT_ASKED}
    left = tuple(number for number, one in said.items() if isinstance(one, NoProposal) and one.cause in passing)
    kept = {number: one for number, one in said.items() if number not in set(left)}
    return Sorted(kept=kept, left=left, stopped=unasked[0].why if unasked else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoCurrencies:
    """What something has cost has no sum: it was paid in these two, by their codes, and maybe in more."""

    one: str
    other: str


def paid(said: Iterable[Proposed]) -> Cost | TwoCurrencies | None:
    """What a chunk has cost: a reply of no use, and a case that is to be asked about again, were paid for too.

    Args:
        said: what came of each case.

    Returns:
        The sum; None where nothing said what it cost; or the currencies that have no sum.
    """
    costs = [one.cost for one in said if one.cost is not None]
    other = next((cost.currency for cost in costs if cost.currency != costs[0].currency), None)
    if other is not None:
        return TwoCurrencies(one=costs[0].currency, other=other)
    return Cost(millionths=sum(cost.millionths for cost in costs), currency=costs[0].currency) if costs else None


def given_up(cases: Sequence[CaseNumber]) -> dict[CaseNumber, Proposed]:
    """What is kept of a case that ended whoever asked about it: that there is no proposal, so that a person decides such a case."""
    why = f"Whoever asked about it ended {MOST_ATTEMPTS} times or more before there was an answer."
    return {number: NoProposal(why=why) for number in cases}
