"""Places for AI: what it would change, step by step, if nobody had to work on a step any more, or on some of its cases."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from licet.stats.fitted_process import StepSplit
from licet.stats.ranges import unit
from licet.stats.simulated_figures import Interval, Simulated, differences, figures, simulate
from licet.stats.simulated_process import Nobody, Plan, Process, ToBe, Way

WORTH_TIME: Final = 0.01
"""Of the lead time, below which a change is not worth a redesign."""

WORTH_HOURS: Final = 0.05
"""Of people's hours, likewise."""

_MOST_STEPS: Final = 8
_PLAYS_A_STEP: Final = 4
MOST_CASES: Final = 3_000
"""Cases that are played in each replication, at most: steps are compared with each other, and there are many plays."""
MOST_REPLICATIONS: Final = 10
"""Replications of each step, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What changes if AI does a share of a step alone, at once; nobody checks it.

    Attributes:
        cycle: mean seconds from arrival to end, to-be less as-is, if the case still waits for whatever it waited for although people
            were free.
        at_most: the same if that wait, too, falls away.
        hours: people's hours a case.
    """

    cycle: Interval
    at_most: Interval
    hours: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class AiPlace:
    """A step, and what AI there would change at best.

    Attributes:
        step: where time goes at it.
        removed: if nobody worked on it any more.
        share: of its cases, in `sped`.
        sped: if nobody worked on that share.
        of_cycle: share of the mean lead time that `removed.cycle` takes off, at the cautious end of its interval; at least 0.
        of_hours: likewise of people's hours.
    """

    step: StepSplit
    removed: Effect
    share: float
    sped: Effect
    of_cycle: float
    of_hours: float

    @property
    def worth_time(self) -> bool:
        """Whether the lead time falls by enough to speak of."""
        return self.of_cycle >= WORTH_TIME

    @property
    def worth_hours(self) -> bool:
        """Whether people's hours do."""
        return self.of_hours >= WORTH_HOURS


def places_for_ai(process: Process, steps: Sequence[StepSplit], plan: Plan, *, share: float = 0.5) -> tuple[AiPlace, ...]:
    """Plays the process without each step, and with a share of it.

    Args:
        process: as it is.
        steps: those to try, the most hours first; steps on which nobody is known to work are left out, and more than eight.
        plan: the seed, and how often is played: at most 10 times 3,000 cases, since every step takes four plays.
        share: of the cases of a step, in (0, 1].

    Returns:
        One a step: first what takes most off the lead time at the cautious end, then off people's hours. Empty where there is no step.

    Raises:
        OutOfRangeError: If the share lies outside its range.
    """
    unit("share", share)
    owned = {one.name for one in process.steps if one.pool is not None}
    cases = min(plan.cases or process.cases, MOST_CASES)
    plan = replace(plan, cases=cases, replications=min(plan.replications, MOST_REPLICATIONS))
    as_is = simulate(process, ToBe(), plan)
    tried = [one for one in steps if one.name in owned][:_MOST_STEPS]
    found = [_place(process, as_is, one, share) for one in tried]
    return tuple(sorted(found, key=lambda one: (-one.of_cycle, -one.of_hours)))


def cases_of_places(cases: int, steps: int, plan: Plan) -> int:
    """How many cases `places_for_ai` plays at most, of a log with so many cases and steps."""
    plays = 1 + _PLAYS_A_STEP * min(steps, _MOST_STEPS)
    return plays * min(plan.replications, MOST_REPLICATIONS) * min(plan.cases or cases, MOST_CASES)


def _place(process: Process, as_is: Simulated, step: StepSplit, share: float) -> AiPlace:
    removed, sped = (_effect(process, as_is, step.name, one) for one in (1.0, share))
    now = figures(as_is)
    return AiPlace(
        step=step,
        removed=removed,
        share=share,
        sped=sped,
        of_cycle=max(-removed.cycle.high, 0.0) / max(now.cycle.mean, 1e-9),
        of_hours=max(-removed.hours.high, 0.0) / max(now.hours.mean, 1e-9),
    )


def _effect(process: Process, as_is: Simulated, step: str, share: float) -> Effect:
    waits, not_waits = (
        differences(
            as_is, simulate(process, ToBe(ways={step: (Way(name="AI alone", share=share, work=Nobody(), keeps=keeps),)}), as_is.plan)
        )
        for keeps in (1.0, 0.0)
    )
    return Effect(cycle=waits.cycle, at_most=not_waits.cycle, hours=waits.hours)
