"""Promises: the redesign that stood when AI was first allowed to decide is held against what was measured, and none that came later."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from licet.core.baseline import StatedForBaseline
from licet.core.level import Level
from licet.core.promise import Answer, Promise
from licet.core.refusal import Refused, Unknown
from licet.core.simulated_redesign import RedesignSimulationId, SimulatedRedesign
from licet.flows.hold_promise import newest_promise
from licet.flows.measure_value import StatementOfValue, measure_value
from licet.flows.set_baseline import countersign_the_baseline, first_grant, lock_the_baseline
from licet.flows.simulate_redesign import simulate_redesign
from licet.flows.survey import survey
from licet.flows.watch_process import watch_process
from licet.stats.simulated_process import Plan
from licet.store import decisions, redesigns, use_cases
from licet.testing import World, done, past_cases
from tests.core.test_baseline import process
from tests.flows.examples import MAILS
from tests.flows.redesigning import WHOLE, office_log, with_log
from tests.flows.studying import small_log
from tests.flows.test_baselines import YEAR, rolled_out

CHECK = StatedForBaseline(step="check")


def signed(world: World) -> None:
    locked = done(lock_the_baseline(world.office, world.owner, name=MAILS, stated=CHECK))
    done(countersign_the_baseline(world.office, world.risk, name=MAILS, digest=locked.digest))


def simulated(world: World) -> SimulatedRedesign:
    return done(simulate_redesign(world.office, world.owner, WHOLE, name=MAILS, plan=Plan(replications=2)))


def earlier(world: World, one: SimulatedRedesign) -> SimulatedRedesign:
    """The same, made the day before AI was first allowed to decide."""
    with world.office.book.write() as tx:
        use_case = use_cases.require(tx, MAILS)
        granted = first_grant(tx, use_case)
        assert granted is not None
        before = replace(one, id=RedesignSimulationId("s_before"), at=granted - timedelta(days=1))
        redesigns.add(tx, use_case, before)
        return before


def promise(world: World, made: StatementOfValue) -> Promise | None:
    return newest_promise(world.office, name=MAILS, value=made.value, baseline=made.baseline)


def test_a_simulation_that_came_after_ai_was_allowed_to_decide_replaces_no_promise(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rolled_out(world, 40)
        with_log(world, MAILS, office_log(600))
        signed(world)
        made = done(measure_value(world.office, world.owner, name=MAILS))
        assert promise(world, made) is None
        late = simulated(world)
        found = promise(world, made)
        assert found is not None
        assert found.simulation == late.id
        assert any("after AI was first allowed" in words for words in found.said)
        first = earlier(world, late)
        found = promise(world, made)
        assert found is not None
        assert (found.simulation, found.answer) == (first.id, Answer.UNKNOWN)
        assert not any("after AI was first allowed" in words for words in found.said)


def test_a_promise_says_that_it_stands_on_what_no_longer_counts(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rolled_out(world, 40)
        with_log(world, MAILS, office_log(600))
        signed(world)
        made = done(measure_value(world.office, world.owner, name=MAILS))
        simulated(world)
        with_log(world, MAILS, office_log(200))
        found = promise(world, made)
        assert found is not None
        assert any("another event log counts now" in words for words in found.said)
        done(lock_the_baseline(world.office, world.owner, name=MAILS, stated=CHECK))
        assert promise(world, made) is None  # the baseline that it was held against was replaced


def test_lead_times_since_come_from_a_later_log_and_are_unknown_without_one(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rolled_out(world, 40)
        with_log(world, MAILS, office_log(600))
        signed(world)
        figures = [{one.code: one for one in done(measure_value(world.office, world.owner, name=MAILS)).value.figures}]
        done_since = process(wait_hours=3.0, shift=5 * YEAR)
        with_log(world, MAILS, done_since)
        figures.append({one.code: one for one in done(measure_value(world.office, world.owner, name=MAILS)).value.figures})
        assert isinstance(figures[0]["lead_mean"].now, Unknown)
        assert isinstance(figures[1]["lead_mean"].now, Level)
        assert isinstance(figures[1]["lead_mean"].before, Level)


def test_what_a_baseline_waits_for_is_said_with_the_command_that_brings_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rolled_out(world, 40)
        with_log(world, MAILS, office_log(600))
        none = measure_value(world.office, world.owner, name=MAILS)
        locked = done(lock_the_baseline(world.office, world.owner, name=MAILS, stated=CHECK))
        waits = measure_value(world.office, world.owner, name=MAILS)
        assert isinstance(none, Refused)
        assert isinstance(waits, Refused)
        assert f"licet process baseline lock {MAILS} --as OWNER" in none.remedy
        assert "version 1" in waits.why.lower()
        assert f"licet process baseline countersign {MAILS} {locked.digest} --as RISK" in waits.remedy


def test_a_version_that_says_the_same_is_no_new_version(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        with_log(world, MAILS, office_log(600))
        signed(world)
        again = lock_the_baseline(world.office, world.owner, name=MAILS, stated=CHECK)
        assert isinstance(again, Refused)
        assert (again.code, "Version 1" in again.why) == ("already_done", True)
        other = done(lock_the_baseline(world.office, world.owner, name=MAILS, stated=StatedForBaseline(step="close")))
        assert other.version == 2


def test_a_log_without_the_locked_step_is_the_wrong_log_and_nothing_is_to_be_stated(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        with_log(world, MAILS, office_log(600))
        signed(world)
        with_log(world, MAILS, small_log())
        found = watch_process(world.office, name=MAILS)
        assert isinstance(found, Refused)
        assert (found.code, "baseline.yaml" in found.remedy, "Import a log" in found.remedy) == ("no_such_step", False, True)


def test_simulated_people_are_seen_in_the_survey(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rolled_out(world, 40)
        world.use_case("other")
        before = {one.use_case.slug: one.simulated for one in survey(world.office, world.owner).standings}
        world.submit(MAILS, past_cases(20, name="more"))
        with world.office.book.read() as tx:
            one_by_one = {one.slug: decisions.simulated_people(tx, one) for one in use_cases.every(tx)}
            together = decisions.with_simulated_people(tx)
            assert {one.id for one in use_cases.every(tx) if one_by_one[one.slug]} == set(together)
        assert before == one_by_one
