"""A redesign under other circumstances, and how many reviewers its service level takes."""

from dataclasses import dataclass, replace

import numpy as np

from licet.core.capacity import Figure
from licet.core.redesign import Doer, Redesign
from licet.core.redesign_inputs import Inputs
from licet.core.redesign_played import Played, Volume, pair_of, queues, reviewing, times
from licet.core.redesign_to_be import staged, without_ai
from licet.core.simulated_redesign import BackTested, Kept, Needed, Row, Span, WhatIf
from licet.stats.people_needed import TRIALS, people_needed
from licet.stats.redesigned_process import busier
from licet.stats.simulated_figures import Simulated, simulate
from licet.stats.simulated_outage import simulate_outage, week_of_outage
from licet.stats.simulated_process import Plan, Pool, Process

LOWER, HIGHER = 0.8, 1.2
"""Coverage as it might also turn out: a fifth lower, a fifth higher."""
MORE = 1.5
"""So many times as many cases."""
ILL = 2
"""So many reviewers away at once."""
TRIED = 10
"""Replications of other circumstances, and of each trial while reviewers are counted."""

PLAYS = 5 + MORE
"""Other circumstances, in plays of as many cases as the log has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A redesign with all it is played with."""

    redesign: Redesign
    inputs: Inputs
    fitted: Process
    plan: Plan
    played: Played

    @property
    def few(self) -> Plan:
        """The same with fewer replications, for what is tried often."""
        return replace(self.plan, replications=min(self.plan.replications, TRIED))

    @property
    def planned(self) -> Simulated:
        """The redesign as it is planned, in so many replications: the first of those that were played."""
        return replace(self.played.to_be, plan=self.few, runs=self.played.to_be.runs[: self.few.replications])


def what_if(case: Case) -> tuple[WhatIf, ...]:
    """The redesign under other circumstances: each beside the redesign as it is planned, with the same cases and chance."""
    return (
        _coverage(case, "coverage_lower", "AI's coverage a fifth lower", LOWER),
        _quicker(case),
        _coverage(case, "coverage_higher", "AI's coverage a fifth higher", HIGHER),
        _busier(case),
        _ill(case),
        _down(case),
    )


def cases_of_what_if(redesign: Redesign, cases: int, plan: Plan) -> int:
    """How many cases are played at most under other circumstances, and while reviewers are counted, of a log with so many."""
    plays = PLAYS + (0 if redesign.service_level is None else TRIALS)
    return round(plays * min(plan.replications, TRIED) * cases)


def _coverage(case: Case, key: str, says: str, factor: float) -> WhatIf:
    if not _alone(case.redesign):
        return WhatIf(key=key, says=says, rows=(), why_not="AI decides nothing alone here.")
    behaviours = {
        name: replace(one, coverage=replace(one.coverage, value=min(1.0, one.coverage.value * factor)))
        if isinstance(one.coverage, Figure)
        else one
        for name, one in case.inputs.behaviours.items()
    }
    inputs = replace(case.inputs, behaviours=behaviours)
    return _beside(case, key, says, _to_be_with(case, inputs))


def _quicker(case: Case) -> WhatIf:
    """No log says what cases waited for while people were there and free; where AI takes over, that waiting may go with the person."""
    there = staged(case.redesign, case.inputs, case.fitted, keeps=0.0)
    says = "Where AI takes over, the waiting that the log does not explain goes, too"
    return _beside(case, "waiting_goes", says, simulate(there.process, there.to_be, case.few))


def _to_be_with(case: Case, inputs: Inputs) -> Simulated:
    there = staged(case.redesign, inputs, case.fitted)
    return simulate(there.process, there.to_be, case.few)


def _alone(redesign: Redesign) -> bool:
    return any(plan.by is Doer.AI_ALONE for plan in redesign.steps.values())


def _busier(case: Case) -> WhatIf:
    says = "Half as many cases again"
    plan = replace(case.few, cases=round((case.plan.cases or case.fitted.cases) * MORE))
    staged_there = case.played.staged
    more = simulate(busier(staged_there.process, times=MORE), staged_there.to_be, plan)
    return _beside(case, "volume", says, replace(more, plan=case.few))


def _ill(case: Case) -> WhatIf:
    says = f"{ILL} reviewers ill throughout"
    process, to_be = case.played.staged.process, case.played.staged.to_be
    places = _theirs(case)
    if not places:
        return WhatIf(key="ill", says=says, rows=(), why_not="AI takes part in no step.")
    fewer = {process.pools[at].name: _fewer(process.pools[at]) for at in places}
    left = {name: pool for name, pool in fewer.items() if pool is not None}
    if len(left) < len(fewer):
        gone = ", ".join(sorted(fewer.keys() - left.keys()))
        return WhatIf(key="ill", says=says, rows=(), why_not=f"Nobody would be left of: {gone}.")
    return _beside(case, "ill", says, simulate(process, replace(to_be, pools=left), case.few))


def _theirs(case: Case) -> list[int]:
    pair = pair_of(case.played.as_is, case.played.to_be)
    return reviewing(pair, case.played.staged.reviewers, _volume(case))


def _volume(case: Case) -> Volume:
    return Volume(redesign=case.redesign, inputs=case.inputs, process=case.played.staged.process)


def _fewer(pool: Pool) -> Pool | None:
    """The same people without some; None where nobody is left."""
    if pool.people <= ILL:
        return None
    there = np.maximum(pool.on_duty - ILL, 0)
    usual = None if pool.usual is None else np.where(there > 0, pool.usual, 0.0)
    return replace(pool, people=pool.people - ILL, on_duty=there, usual=usual) if there.max() > 0 else None


def _down(case: Case) -> WhatIf:
    says = "AI down for a day: cases that came in the week from then on"
    if not case.redesign.with_ai():
        return WhatIf(key="down", says=says, rows=(), why_not="AI takes part in no step.")
    there = case.played.staged
    without = without_ai(case.redesign, case.inputs, there)
    hit = simulate_outage(there.process, there.to_be, without, case.few)
    pair = pair_of(week_of_outage(case.planned), week_of_outage(hit))
    looked = [*times(pair), *(row for row in queues(pair, there.reviewers, _volume(case)) if row.key == "in_line")]
    return WhatIf(key="down", says=says, rows=tuple(looked))


def _beside(case: Case, key: str, says: str, other: Simulated) -> WhatIf:
    pair = pair_of(case.planned, other)
    rows = (*times(pair), *queues(pair, case.played.staged.reviewers, _volume(case)))
    return WhatIf(key=key, says=says, rows=rows)


# --- how many reviewers --------------------------------------------------------------------------------------------------


def needed(case: Case, back_test: BackTested) -> Needed:
    """The fewest reviewers with whom the service level is kept: the lower end of the interval of the share inside is high enough."""
    level, there = case.redesign.service_level, case.played.staged
    if level is None:
        return Needed(people=None, tried=(), says="Nobody said how soon cases are to be done: state `service_level:` in redesign.yaml.")
    if not back_test.beats:
        return Needed(people=None, tried=(), says="Not said: the model does not beat the naive forecast of how long cases take.")
    if there.reviewers is None:
        return Needed(people=None, tried=(), says="Reviewers are not people of their own here: state `people` and `hours_a_day`.")
    pool = next(one for one in there.process.pools if one.name == there.reviewers)
    seconds = level.within.total_seconds()
    fewest = people_needed(there.process, there.to_be, pool, case.few, seconds=seconds, share=level.share)
    found, tried = fewest.people, tuple((people, Span(mean=one.mean, low=one.low, high=one.high)) for people, one in fewest.tried)
    told = f"{level.share:.0%} within {level.within.total_seconds() / 3600:,.0f} hours"
    says = f"{told} takes {found} reviewers." if found else f"No number of reviewers keeps {told}: the time goes elsewhere."
    return Needed(people=found, tried=tried, says=says)


def kept(redesign: Redesign, rows: tuple[Row, ...], back_test: BackTested) -> Kept:
    """Whether the people are enough for the service level."""
    over = [row.says for row in rows if row.key.startswith("load.") and row.to_be is not None and row.to_be.high >= 1.0]
    if over:
        return Kept(kept=False, says=f"More work comes than can be done: {'; '.join(over)} reaches 100%.")
    level = redesign.service_level
    inside = next((row.to_be for row in rows if row.key == "inside_service_level"), None)
    if level is None or inside is None:
        return Kept(kept=None, says="Nobody said how soon cases are to be done: state `service_level:` in redesign.yaml.")
    if not back_test.beats:
        busy = max((row.to_be.high for row in rows if row.key.startswith("load.") and row.to_be is not None), default=0.0)
        why = "the model does not beat the naive forecast, so that nothing is said of how long cases take"
        return Kept(kept=True, says=f"By load alone, {busy:.0%} at most: {why}.")
    told = f"{inside.mean:.1%} ({inside.low:.1%} to {inside.high:.1%}) of the cases are done within the service level of {level.share:.0%}"
    return Kept(kept=inside.low >= level.share, says=f"Simulated: {told}.")
