"""A redesign is simulated with AI as it was measured; what came out is kept, and bound to what it stood on."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from licet.core.canonical import Json, canonical_bytes
from licet.core.gate_rules import LAWS, gate_rules
from licet.core.redesign import Checks, Doer, Redesign, Reviewers, ServiceLevel, StepPlan
from licet.core.redesign_evidence import outdated
from licet.core.refusal import Refused
from licet.core.simulated_redesign import RedesignSimulationId, SimulatedRedesign, simulation_to_json
from licet.core.use_case import Stage
from licet.flows.hold_gate import show_gate, stood_on
from licet.flows.import_log import erase_log, import_log, list_logs
from licet.flows.see_redesign import see_redesign
from licet.flows.simulate_redesign import simulate_redesign
from licet.stats.ranges import OutOfRangeError
from licet.stats.simulated_process import Plan
from licet.store import redesigns, use_cases
from licet.store.redesign_tables import redesign_simulation
from licet.testing import World, done, past_cases
from tests.flows.examples import MAILS, code
from tests.flows.looking_on import Audience
from tests.flows.redesigning import ASSUMED, WHOLE, office_log, with_log
from tests.flows.studying import brought

FEW = Plan(replications=2, seed=7)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A use case with a log of its process, not evaluated."""
    with World(tmp_path / "home") as made:
        made.use_case(MAILS)
        with_log(made, MAILS, office_log())
        yield made


def judged(world: World) -> None:
    """Has the use case's system evaluated."""
    world.import_cases(MAILS, past_cases(150))
    world.sign(MAILS)
    world.evaluate(MAILS)


def simulated(world: World, redesign: Redesign = WHOLE) -> SimulatedRedesign:
    return done(simulate_redesign(world.office, world.owner, redesign, name=MAILS, plan=FEW))


def test_a_simulation_is_kept_as_it_came_out_and_the_ledger_holds_digests_alone(world: World) -> None:
    found = simulated(world)
    seen = done(see_redesign(world.office, world.owner, name=MAILS))
    assert seen.shown.simulated == found
    kept = next(event for event in world.events() if event.what == "redesign.simulated")
    assert kept.facts["redesign"] == WHOLE.digest
    assert kept.facts["simulation"] == found.id
    assert "check" not in json.dumps(dict(kept.facts))
    assert [row.key for row in found.rows if row.key.startswith("lead_time")] == ["lead_time_median", "lead_time_p90", "lead_time_mean"]
    assert {"hours", "hours.reviewers", "load.reviewers", "cost.people", "errors.check", "inside_service_level"} <= {
        row.key for row in found.rows
    }
    assert {one.key for one in found.what_if} == {"coverage_lower", "coverage_higher", "waiting_goes", "volume", "ill", "down"}


def test_what_nobody_measured_is_named_and_counts_as_no_measurement(world: World) -> None:
    found = simulated(world)
    assert not found.measured
    assert dict(found.assumed)["check: coverage"] == "0.6"
    assert dict(found.assumed)["share of audits"] == "0.1"
    assert found.system is None


def test_ai_is_drawn_from_the_evaluation_whatever_its_author_assumes(world: World) -> None:
    judged(world)
    optimist = replace(WHOLE, steps={"check": StepPlan(by=Doer.AI_ALONE, assumed=replace(ASSUMED, coverage=0.999, error=0.0))})
    found = simulated(world, optimist)
    coverage = json.loads(canonical_bytes(found.inputs))["behaviours"]["check"]["coverage"]
    assert found.measured
    assert coverage["assumed"] is False
    assert coverage["value"] != 0.999
    assert "check: coverage" not in dict(found.assumed)
    assert "check: latency seconds" in dict(found.assumed), "posted proposals tell no time"
    most = next(row for row in found.rows if row.key == "errors.check").to_be
    alone = next(row for row in found.rows if row.key == "alone.check").to_be
    assert most is not None
    assert alone is not None
    assert most.high == pytest.approx(alone.mean * 0.05), "at most the bound of the verdict"


def test_what_is_neither_measured_nor_assumed_is_refused_with_where_to_state_it(world: World) -> None:
    bare = replace(WHOLE, steps={"check": StepPlan(by=Doer.AI_ALONE)}, checks=Checks())
    refused = simulate_redesign(world.office, world.owner, bare, name=MAILS)
    assert isinstance(refused, Refused)
    assert refused.code == "redesign_unknown"
    for missing in ("`coverage`", "`latency_seconds`", "`audits`", "`second_looks`"):
        assert missing in refused.remedy
    assert done(see_redesign(world.office, world.owner, name=MAILS)).shown.simulated is None


def test_a_redesign_that_does_not_fit_the_log_is_refused(world: World) -> None:
    strange = replace(WHOLE, removed=("chek",))
    refused = simulate_redesign(world.office, world.owner, strange, name=MAILS)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.remedy) == ("redesign_unfit", "Did you mean 'check'?")


def test_where_the_log_says_of_nobody_who_works_the_file_is_told_what_it_can_say(world: World) -> None:
    """Breaks when it is told in words of the simulation, which no file takes."""
    log = office_log(60)
    nameless = replace(log, resources=(), resource=np.full(log.events, -1, np.int32))
    done(import_log(world.office, world.owner, brought(nameless), name=MAILS))
    unstaffed = replace(WHOLE, reviewers=Reviewers(seconds_a_case=60.0))
    with pytest.raises(OutOfRangeError, match=r"'check', .* state `people` and `hours_a_day`, under `reviewers:` in redesign\.yaml"):
        simulate_redesign(world.office, world.owner, unstaffed, name=MAILS, plan=FEW)
    stated = replace(unstaffed, reviewers=Reviewers(people=2, hours_a_day=8.0, seconds_a_case=60.0))
    assert done(simulate_redesign(world.office, world.owner, stated, name=MAILS, plan=FEW)).log_digest
    elsewhere = replace(stated, reviewers=replace(stated.reviewers, skilled_for=("close",)))
    with pytest.raises(OutOfRangeError, match="skilled_for"):
        simulate_redesign(world.office, world.owner, elsewhere, name=MAILS, plan=FEW)


def test_only_owner_and_builder_simulate_and_only_where_a_log_is(world: World, tmp_path: Path) -> None:
    assert code(simulate_redesign(world.office, world.reviewer, WHOLE, name=MAILS)) == "not_permitted"
    world.use_case("letters")
    assert code(simulate_redesign(world.office, world.owner, WHOLE, name="letters")) == "no_event_log"


def test_the_same_seed_gives_the_same_figures(world: World) -> None:
    one, other = simulated(world), simulated(world)
    assert one.rows == other.rows
    assert one.what_if == other.what_if


def test_a_simulation_outlives_neither_its_log_nor_its_verdict(world: World) -> None:
    judged(world)
    found = simulated(world)
    assert outdated(done(see_redesign(world.office, world.owner, name=MAILS)).shown, found) == ()
    with_log(world, MAILS, office_log(300))
    shown = done(see_redesign(world.office, world.owner, name=MAILS)).shown
    assert outdated(shown, found) == ("another event log counts now",)


def test_the_gate_takes_a_simulation_with_the_measured_system_and_the_ledger_says_which(world: World) -> None:
    asked: dict[str, Json] = {"redesign_simulated": {}, "capacity_simulated": {}}
    rules = gate_rules({"version": 1, "stages": {"assisted": {"all": asked}, "delegated": {"all": {code.value: {} for code in LAWS}}}})
    office = replace(world.office, shipped_gates=lambda: rules)

    def missing() -> list[str]:
        found = show_gate(office, name=MAILS, to=Stage.ASSISTED)
        return [line.shows for line in found.requirements if not line.met]

    assert missing() == ["an event log is imported, and no redesign was simulated"] * 2
    simulated(world)
    assert all("as assumed, not as measured" in shows for shows in missing())
    judged(world)
    assert all("the newest verdict is about another system" in shows for shows in missing())
    found = simulated(world, replace(WHOLE, service_level=ServiceLevel(within=timedelta(days=9))))
    assert missing() == []
    with world.office.book.read() as tx:
        stood = stood_on(office, tx, use_cases.require(tx, MAILS), now=world.clock.now())
    named = {"simulation": found.id, "digest": found.digest, "log_digest": found.log_digest}
    assert stood["redesign"] == {**named, "seed": FEW.seed, "simulations": 2}


def test_a_log_that_was_erased_is_asked_for_and_what_was_simulated_on_it_is_gone(world: World) -> None:
    judged(world)
    simulated(world)
    (log,) = list_logs(world.office, name=MAILS)
    done(erase_log(world.office, world.owner, name=MAILS, log=log.id))
    shown = done(see_redesign(world.office, world.owner, name=MAILS)).shown
    assert (shown.log, shown.erased, shown.simulations) == (None, log.digest, 1)
    assert shown.simulated is None
    with_log(world, MAILS, office_log())
    again = done(see_redesign(world.office, world.owner, name=MAILS)).shown
    assert (again.log, again.erased) == (log.digest, None)


def test_with_no_change_nothing_changes(world: World) -> None:
    found = simulated(world, Redesign(title="As it is"))
    assert {(row.change.low, row.change.high) for row in found.rows if row.change is not None} == {(0.0, 0.0)}
    assert found.kept.kept is None
    assert [one.key for one in found.what_if if one.rows] == ["waiting_goes", "volume"]


def test_times_of_a_model_that_does_not_beat_the_naive_forecast_are_shown_to_nobody(world: World) -> None:
    with_log(world, MAILS, office_log(60))
    found = simulated(world)
    assert not found.back_test.beats
    assert "no back-test" in found.back_test.says.lower()
    told = json.loads(canonical_bytes(simulation_to_json(found)))
    keys = [row["key"] for row in told["rows"]]
    assert [row["key"] for one in told["what_if"] for row in one["rows"] if row["kind"] == "time"] == []
    assert "hours" in keys
    assert not any(str(key).startswith(("lead_time", "inside")) for key in keys)
    assert found.needed.people is None
    assert "By load alone" in found.kept.says or found.kept.kept is False


def test_whoever_may_look_at_the_use_case_sees_it(world: World) -> None:
    simulated(world)
    assert done(see_redesign(world.office, world.reviewer, name=MAILS)).shown.simulated is not None


def test_with_its_log_a_simulation_is_erased_and_its_digests_stay(world: World) -> None:
    found = simulated(world)
    with world.office.book.read() as tx:
        assert b"check" not in tx.run(redesign_simulation.select()).one().result
    done(erase_log(world.office, world.owner, name=MAILS, log=found.log))
    assert done(see_redesign(world.office, world.owner, name=MAILS)).shown.simulated is None
    kept = next(event for event in world.events() if event.what == "redesign.simulated")
    assert (kept.facts["redesign"], kept.facts["log_digest"]) == (found.digest, found.log_digest)
    with_log(world, MAILS, office_log(300))
    anew = simulated(world)
    assert done(see_redesign(world.office, world.owner, name=MAILS)).shown.simulated == anew


def test_of_a_log_that_is_erased_while_it_is_played_nothing_is_kept(world: World) -> None:
    found = simulated(world)
    done(erase_log(world.office, world.owner, name=MAILS, log=found.log))
    with world.office.book.write() as tx:
        assert not redesigns.add(tx, use_cases.require(tx, MAILS), replace(found, id=RedesignSimulationId("s_later")))
        assert len(tx.run(redesign_simulation.select()).all()) == 1


def test_whoever_waits_is_told_how_far_it_is_and_changes_no_figure(world: World) -> None:
    audience = Audience()
    watched = Plan(replications=2, seed=7, audience=audience)
    found = done(simulate_redesign(world.office, world.builder, WHOLE, name=MAILS, plan=watched))
    assert 0.3 * audience.expected < audience.seen <= audience.expected
    assert found.rows == simulated(world).rows
