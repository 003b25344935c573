"""A redesign beside the process as it is: who works, what AI takes off people, other circumstances, how many reviewers it takes."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from licet.core.ai_behaviour import behaviour_of
from licet.core.capacity import Figure, Relief
from licet.core.redesign import Assumed, Doer, Merge, Move, Redesign, Reviewers, ServiceLevel, StepPlan
from licet.core.redesign_inputs import Checked, Inputs, Staffed, assumptions, checked_by, is_measured, ready
from licet.core.redesign_outcome import back_tested
from licet.core.redesign_played import Played, limit_of, play_redesign
from licet.core.redesign_to_be import REVIEWERS, Staged, spread, staged, without_ai
from licet.core.redesign_what_if import Case, kept, needed, what_if
from licet.core.refusal import Unknown
from licet.core.second import SecondLooks
from licet.core.simulated_redesign import BackTested, Row
from licet.stats.back_test import BackTest, Beats, Distance, DoesNotBeat, TooShort
from licet.stats.fitted_process import fit
from licet.stats.simulated_figures import Interval
from licet.stats.simulated_process import AsToday, Nobody, Plan, Process, Takes
from tests.flows.redesigning import WHOLE, office_log

NONE = Unknown(why="nothing was measured")
TRUSTED, NOT_TRUSTED = BackTested(beats=True, says=""), BackTested(beats=False, says="")


def figure(value: float) -> Figure:
    return Figure(value=value, basis="assumed", assumed=True)


def inputs_for(redesign: Redesign, *, people: float | None = 2.0, seconds: float | None = None) -> Inputs:
    """Everything assumed."""
    return Inputs(
        behaviours={name: behaviour_of(redesign.steps[name].assumed, NONE, currency=None) for name in redesign.with_ai()},
        decides=redesign.decides,
        measured=NONE,
        staffed=Staffed(
            people=NONE if people is None else figure(people),
            hours_a_day=NONE if people is None else figure(8.0),
            seconds=NONE if seconds is None else figure(seconds),
        ),
        checked=Checked(audits=figure(0.1), audits_twice=figure(0.0), second_looks=figure(0.05)),
    )


@cache
def office() -> Process:
    """The process of the office."""
    return fit(office_log(300)).process


def set_up(redesign: Redesign = WHOLE, **of: float | None) -> Staged:
    return staged(redesign, inputs_for(redesign, **of), office())


def played(redesign: Redesign = WHOLE, *, replications: int = 2) -> Case:
    """A redesign played."""
    plan = Plan(replications=replications, seed=5, within=limit_of(redesign.service_level))
    inputs = inputs_for(redesign)
    there: Played = play_redesign(redesign, inputs, office(), plan)
    return Case(redesign=redesign, inputs=inputs, fitted=office(), plan=plan, played=there)


def row(case: Case, key: str) -> Row:
    return next(one for one in case.played.rows if one.key == key)


def pool_of(process: Process, step: str) -> str | None:
    at = next(one.pool for one in process.steps if one.name == step)
    return None if at is None else process.pools[at].name


# --- set up


def test_ai_decides_its_share_alone_and_reviewers_the_rest_audits_and_second_looks() -> None:
    there = set_up()
    alone, left = there.to_be.ways["check"]
    assert (alone.share, left.share) == (0.6, 0.4)
    assert isinstance(alone.work, Nobody)
    assert [(extra.share, extra.holds_up) for extra in alone.extras] == [(0.1, False)]
    assert [(extra.share, extra.holds_up) for extra in left.extras] == [(0.05, True)]
    assert left.work == AsToday(factor=1.0)
    assert pool_of(there.process, "check") == there.reviewers == REVIEWERS
    assert pool_of(there.as_is, "check") != REVIEWERS, "today others do it"
    assert {pool.name for pool in there.as_is.pools} == {pool.name for pool in there.process.pools}


def test_a_proposal_leaves_the_step_with_whoever_does_it_and_saves_what_is_assumed() -> None:
    proposed = replace(WHOLE, steps={"check": StepPlan(by=Doer.AI_PROPOSES, assumed=Assumed(latency_seconds=1.0, time_saved=0.25))})
    there = set_up(proposed)
    (way,) = there.to_be.ways["check"]
    assert way.work == AsToday(factor=0.75)
    assert way.share == 1.0
    assert pool_of(there.process, "check") != REVIEWERS


def test_reviewers_decide_the_steps_they_have_the_skill_for_and_no_others() -> None:
    both = {**WHOLE.steps, "register": WHOLE.steps["check"]}
    skilled = replace(WHOLE, steps=both, reviewers=Reviewers(skilled_for=("register",)))
    there = set_up(skilled)
    assert pool_of(there.process, "register") == REVIEWERS
    assert pool_of(there.process, "check") != REVIEWERS


def test_where_no_reviewers_are_known_those_who_do_the_step_today_decide() -> None:
    there = set_up(people=None)
    assert there.reviewers is None
    assert there.process.pools == office().pools


def test_how_long_an_answer_takes_counts_where_it_is_said_of_this_step() -> None:
    _, left = set_up(seconds=60.0).to_be.ways["check"]
    assert isinstance(left.work, Takes)
    assert np.mean(left.work.seconds) == pytest.approx(60.0)
    assert np.median(left.work.seconds) == pytest.approx(60.0 * np.log(2), rel=0.02)
    assert spread(0.0) == (0.0,) * len(spread(1.0))


def test_what_is_removed_merged_moved_or_side_by_side_is_in_the_process_that_is_played() -> None:
    rearranged = Redesign(
        title="x",
        removed=("close",),
        merged=(Merge(steps=("register", "check"), into="intake", time=0.5),),
    )
    there = set_up(rearranged)
    (gone,) = there.to_be.ways["close"]
    assert isinstance(gone.work, Nobody)
    assert "intake" in {step.name for step in there.process.steps}
    assert there.process.service.sum() < there.as_is.service.sum()
    beside = set_up(Redesign(title="x", parallel=(("register", "check"),), moved=(Move(step="close", after="register"),)))
    assert beside.to_be.together == (("register", "check"),)
    names = [beside.process.steps[int(at)].name for at in beside.process.step[:3]]
    assert names == ["register", "close", "check"]


def test_on_a_day_without_ai_people_decide_every_case() -> None:
    there = set_up()
    (way,) = without_ai(WHOLE, inputs_for(WHOLE), there).ways["check"]
    assert (way.share, way.latency, way.work) == (1.0, (0.0,), AsToday(factor=1.0))


# --- played


def test_people_work_less_by_what_ai_takes_and_reviewers_work_on_what_it_leaves() -> None:
    case = played()
    whole, check, reviewers = row(case, "hours"), row(case, "hours.check"), row(case, "hours.reviewers")
    assert whole.change is not None
    assert whole.change.high < 0.0
    assert check.to_be is not None
    assert check.to_be.mean == pytest.approx(0.0)
    assert check.as_is is not None
    assert reviewers.to_be is not None
    expected = check.as_is.mean * (0.4 * 1.05 + 0.6 * 0.1)
    assert reviewers.to_be.mean == pytest.approx(expected, rel=0.15)


def test_errors_are_a_bound_and_people_stand_without_one() -> None:
    found, alone = row(played(), "errors.check"), row(played(), "alone.check")
    assert found.as_is is None
    assert alone.to_be is not None
    assert found.to_be is not None
    assert found.to_be.high == pytest.approx(0.05 * alone.to_be.mean)
    assert found.note.startswith("at most")


def test_cost_is_hours_by_price_and_what_asking_ai_costs_is_unknown_or_counted() -> None:
    case = played()
    hours, cost = row(case, "hours").to_be, row(case, "cost.people").to_be
    assert hours is not None
    assert cost is not None
    assert cost.mean == pytest.approx(hours.mean * 4500)
    assert row(case, "cost.ai").to_be is None
    paid = replace(WHOLE, steps={"check": replace(WHOLE.steps["check"], assumed=replace(WHOLE.steps["check"].assumed, cost=2.0))})
    asked = row(played(paid), "cost.ai").to_be
    assert asked is not None
    alone = row(case, "alone.check").to_be
    assert alone is not None
    assert asked.mean == pytest.approx(2.0 * alone.mean / 0.6), "AI is asked about every case that comes to the step"


def test_circumstances_move_work_the_way_they_should() -> None:
    found = {one.key: one for one in what_if(played())}
    load = {key: next((r for r in one.rows if r.key == "load.reviewers"), None) for key, one in found.items()}
    for key, sign in (("coverage_lower", 1.0), ("coverage_higher", -1.0), ("volume", 1.0)):
        change = load[key]
        assert change is not None
        assert change.change is not None
        assert change.change.mean * sign > 0.0, key
    assert "Nobody would be left of: reviewers" in found["ill"].why_not
    down = next(one for one in found["down"].rows if one.key == "lead_time_mean")
    assert down.change is not None
    assert down.change.mean > 0.0


def test_two_ill_of_five_leave_three() -> None:
    more = replace(WHOLE, reviewers=Reviewers(people=5))
    inputs = inputs_for(more, people=5.0)
    plan = Plan(replications=2, seed=5)
    case = Case(redesign=more, inputs=inputs, fitted=office(), plan=plan, played=play_redesign(more, inputs, office(), plan))
    ill = next(one for one in what_if(case) if one.key == "ill")
    load = next(one for one in ill.rows if one.key == "load.reviewers")
    assert load.as_is is not None
    assert load.to_be is not None
    assert load.to_be.mean == pytest.approx(load.as_is.mean * 5 / 3, rel=0.05)


# --- how many


def test_the_fewest_reviewers_keep_the_service_level_and_one_fewer_do_not() -> None:
    case = played(replace(WHOLE, service_level=ServiceLevel(within=timedelta(hours=30), share=0.9)))
    found = needed(case, TRUSTED)
    assert found.people is not None
    tried = dict(found.tried)
    assert tried[found.people].low >= 0.9
    assert found.people == 1 or tried[found.people - 1].low < 0.9


def test_no_number_of_reviewers_keeps_a_service_level_that_something_else_breaks() -> None:
    found = needed(played(replace(WHOLE, service_level=ServiceLevel(within=timedelta(seconds=30), share=0.99))), TRUSTED)
    assert found.people is None
    assert "the time goes elsewhere" in found.says


@pytest.mark.parametrize(
    ("redesign", "trust", "says"),
    [
        (replace(WHOLE, service_level=None), TRUSTED, "Nobody said how soon"),
        (WHOLE, NOT_TRUSTED, "does not beat"),
        (Redesign(title="x", service_level=ServiceLevel(within=timedelta(1))), TRUSTED, "not people of their own"),
    ],
)
def test_reviewers_are_not_counted_where_nothing_can_be_said(redesign: Redesign, trust: BackTested, says: str) -> None:
    found = needed(played(redesign), trust)
    assert (found.people, found.tried) == (None, ())
    assert says in found.says


def test_people_are_enough_where_the_lower_end_keeps_the_service_level_and_never_where_work_grows_without_end() -> None:
    case = played()
    kept_well = replace(WHOLE, service_level=ServiceLevel(within=timedelta(days=30), share=0.9))
    rows = played(kept_well).played.rows
    assert kept(kept_well, rows, TRUSTED).kept is True
    broken = replace(WHOLE, service_level=ServiceLevel(within=timedelta(seconds=1), share=0.9))
    assert kept(broken, played(broken).played.rows, TRUSTED).kept is False
    assert kept(replace(WHOLE, service_level=None), case.played.rows, TRUSTED).kept is None
    by_load = kept(WHOLE, case.played.rows, NOT_TRUSTED)
    assert by_load.kept is True
    assert by_load.says.startswith("By load alone")
    over = [
        replace(one, to_be=replace(one.to_be, high=1.2)) if one.key.startswith("load.") and one.to_be else one for one in case.played.rows
    ]
    assert kept(kept_well, tuple(over), TRUSTED).kept is False


# --- what goes in


def test_what_is_in_force_counts_and_what_is_not_is_asked_for() -> None:
    nothing = checked_by(None, NONE)
    assert isinstance(nothing.audits, Unknown)
    assert isinstance(nothing.second_looks, Unknown)
    there = checked_by(Relief(alone=1.0, cap=10, audits=0.2, again=0.1), SecondLooks(share=0.05))
    assert isinstance(there.audits, Figure)
    assert isinstance(there.second_looks, Figure)
    assert (there.audits.value, there.audits_twice.value, there.second_looks.value) == (0.2, 0.1, 0.05)
    assert not there.audits.assumed
    zero = checked_by(None, None).second_looks
    assert isinstance(zero, Figure), "a standard without second looks asks for none, which is known"
    assert zero.value == 0.0


def test_reviewers_that_are_stated_need_hours() -> None:
    inputs = inputs_for(WHOLE)
    without = replace(inputs, staffed=replace(inputs.staffed, hours_a_day=NONE))
    no = ready(replace(WHOLE, reviewers=Reviewers(people=3)), without)
    assert no is not None
    assert "`hours_a_day` under `reviewers:`" in no.remedy
    assert ready(replace(WHOLE, reviewers=Reviewers()), without) is None


def test_a_proposal_needs_no_coverage_and_is_no_measured_trust() -> None:
    proposed = replace(WHOLE, steps={"check": StepPlan(by=Doer.AI_PROPOSES, assumed=Assumed(latency_seconds=1.0))})
    inputs = inputs_for(proposed)
    assert ready(proposed, inputs) is None
    assert not is_measured(proposed, inputs)
    assert "check: coverage" not in dict(assumptions(proposed, inputs))


def test_a_back_test_is_told_with_its_numbers_and_without_one_nothing_is_trusted() -> None:
    far = Distance(model=Interval(mean=2.0, low=-0.5, high=2.5), naive=9.0, noise=0.8)
    whole = BackTest(cut=0.0, train=100, test=250, cycle=far, n_gram=far, circadian=far, arrival=far, verdict=Beats())
    found = back_tested(whole)
    assert found.beats
    assert "On 250 later cases" in found.says
    assert "(0.0 to 2.5)" in found.says, "no distance lies below 0"
    assert not back_tested(replace(whole, verdict=DoesNotBeat())).beats
    assert not back_tested(TooShort(why="Only 3 cases.")).beats
