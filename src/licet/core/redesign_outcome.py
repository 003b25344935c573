"""What comes of simulating a redesign: the back-test first, then every figure, and what a reader must know."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from licet.core.event_log import EventLog
from licet.core.redesign import Redesign
from licet.core.redesign_inputs import Inputs, own_reviewers
from licet.core.redesign_played import limit_of, play_redesign
from licet.core.redesign_what_if import Case, cases_of_what_if, kept, needed, what_if
from licet.core.simulated_redesign import BackTested, Kept, Needed, Row, WhatIf
from licet.stats.back_test import BackTest, Beats, TooShort, back_test, cases_of_back_test
from licet.stats.fitted_process import Fitted, fit
from licet.stats.simulated_process import Plan

MUCH = 0.05
"""From such a share on, what a log does not hold is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came out.

    Attributes:
        plan: how it was played.
        cases: of the log.
        back_test: how far its times may be trusted.
        rows: as-is beside to-be.
        what_if: under other circumstances.
        needed: how many reviewers the service level takes.
        kept: whether the people are enough for it.
        notes: what a reader must know.
    """

    plan: Plan
    cases: int
    back_test: BackTested
    rows: tuple[Row, ...]
    what_if: tuple[WhatIf, ...]
    needed: Needed
    kept: Kept
    notes: tuple[str, ...]


def simulated(redesign: Redesign, inputs: Inputs, log: EventLog, plan: Plan) -> Outcome:
    """Simulates a redesign on a log.

    Args:
        redesign: with nothing wrong in it, held against this log.
        inputs: with nothing missing.
        log: of the process as it is.
        plan: how often each is played, the seed, and who is told how far it is; its limit is the service level.

    Raises:
        OutOfRangeError: where the log holds no work, or a redesign takes people at a step of which the log does not say who does it.
    """
    plan = replace(plan, within=limit_of(redesign.service_level))
    both = 2 * plan.replications * log.cases
    plan.audience.expects(cases_of_back_test(log.cases, plan) + both + cases_of_what_if(redesign, log.cases, plan))
    fitted = fit(log)
    trust = back_tested(back_test(log, plan))
    played = play_redesign(redesign, inputs, fitted.process, plan)
    case = Case(redesign=redesign, inputs=inputs, fitted=fitted.process, plan=plan, played=played)
    return Outcome(
        plan=plan,
        cases=log.cases,
        back_test=trust,
        rows=played.rows,
        what_if=what_if(case),
        needed=needed(case, trust),
        kept=kept(redesign, played.rows, trust),
        notes=tuple(_notes(redesign, inputs, fitted)),
    )


def back_tested(found: BackTest | TooShort) -> BackTested:
    """A back-test in a sentence: how far the model is off on cases it had not seen, beside the past as forecast, and beside luck."""
    if isinstance(found, TooShort):
        return BackTested(beats=False, says=f"There was no back-test. {found.why}")
    model, naive, noise = found.cycle.model, found.cycle.naive, found.cycle.noise
    says = (
        f"On {found.test:,} later cases that it had not seen the model's lead times are off by {model.mean:,.1f} h "
        f"({max(0.0, model.low):,.1f} to {model.high:,.1f}), the past taken as forecast by {naive:,.1f} h; luck alone makes {noise:,.1f} h."
    )
    return BackTested(beats=isinstance(found.verdict, Beats), says=says)


def _notes(redesign: Redesign, inputs: Inputs, fitted: Fitted) -> Iterator[str]:
    if fitted.overlap > MUCH:
        yield f"In {fitted.overlap:.0%} of the cases' time two steps of a case run at once; the simulation puts one behind the other."
    if fitted.process.estimated > MUCH:
        yield f"{fitted.process.estimated:.0%} of the working time is not in the log, and was estimated."
    if fitted.nobody > MUCH:
        yield f"Of {fitted.nobody:.0%} of the work the log does not say who did it."
    if redesign.with_ai() and not own_reviewers(inputs):
        yield "What AI leaves is decided by those who do the step today; state `people` and `hours_a_day` for reviewers of their own."
    if redesign.with_ai():
        yield "A mandate's daily cap and its steps of exposure are not in the simulation: it shows the mandate as it is in the end."
        yield "How often people decide wrongly is measured nowhere here, so that errors stand on one side only."
