"""Simulating as it is: from the newest log, by whoever may study, kept with what it stands on, the same for the same seed."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from licet.core.canonical import digest
from licet.core.packed_log import digest_of_log
from licet.core.simulation import Belongs, NotHere, place_of
from licet.flows.import_log import erase_log, import_log
from licet.flows.simulate_as_is import newest_simulation, simulate_as_is
from licet.stats.back_test import BackTest
from licet.stats.simulated_process import Plan
from licet.store.simulation_tables import simulation
from licet.testing import World, done
from tests.flows.examples import MAILS, code, of_word
from tests.flows.looking_on import Audience
from tests.flows.simulating import long_log
from tests.flows.studying import brought

PLAN = Plan(replications=3, seed=7)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A use case with a log of 300 cases."""
    with World(tmp_path / "home") as made:
        made.use_case(MAILS)
        done(import_log(made.office, made.builder, brought(long_log()), name=MAILS))
        yield made


def test_without_a_log_there_is_nothing_to_simulate(tmp_path: Path) -> None:
    with World(tmp_path / "home") as made:
        made.use_case(MAILS)
        assert code(simulate_as_is(made.office, made.builder, PLAN, name=MAILS)) == "no_event_log"
        assert newest_simulation(made.office, name=MAILS) is None


def test_a_simulation_is_kept_with_the_log_it_stands_on_and_the_ledger_has_its_digest(world: World) -> None:
    found = done(simulate_as_is(world.office, world.builder, PLAN, name=MAILS))
    kept = newest_simulation(world.office, name=MAILS)
    assert kept is not None
    assert (kept.id, kept.digest, kept.body) == (found.kept.id, found.kept.digest, found.kept.body)
    assert kept.log_digest == digest_of_log(long_log())
    assert kept.digest == digest(kept.body)
    (event,) = of_word(world, "process.simulated")
    assert (event.facts["simulation"], event.facts["digest"], event.facts["seed"]) == (kept.id, kept.digest, 7)


def test_the_same_seed_gives_the_same_figures_and_another_gives_others(world: World) -> None:
    one, again = (done(simulate_as_is(world.office, world.owner, PLAN, name=MAILS)).kept.digest for _ in range(2))
    other = done(simulate_as_is(world.office, world.owner, Plan(replications=3, seed=8), name=MAILS)).kept.digest
    assert one == again
    assert one != other


def test_who_may_not_study_a_process_may_not_simulate_it(world: World) -> None:
    assert code(simulate_as_is(world.office, world.reviewer, PLAN, name=MAILS)) == "not_permitted"


def test_no_figure_stands_without_a_back_test_and_everything_simulated_says_so(world: World) -> None:
    made = done(simulate_as_is(world.office, world.builder, PLAN, name=MAILS))
    assert isinstance(made.made.tested, BackTest)
    body = made.kept.body
    assert {"split", "back_test", "as_is", "places"} <= set(body)
    as_is, tested = body["as_is"], body["back_test"]
    assert isinstance(as_is, Mapping)
    assert isinstance(tested, Mapping)
    assert as_is["label"] == "simulated"
    assert tested["verdict"] == made.made.tested.verdict.word
    assert body["forecasts"] == made.made.forecasts


def test_where_the_forecast_is_no_better_than_the_past_lead_time_is_no_reason_for_ai(world: World) -> None:
    made = done(simulate_as_is(world.office, world.builder, PLAN, name=MAILS)).made
    for place in made.places:
        found = place_of(place, forecasts=False)
        assert found == (Belongs(by=("people's hours",)) if place.worth_hours else NotHere(why=getattr(found, "why", "")))


def test_with_its_log_a_simulation_is_erased_and_an_earlier_logs_counts_again(world: World) -> None:
    first = done(simulate_as_is(world.office, world.builder, PLAN, name=MAILS)).kept
    later = done(import_log(world.office, world.builder, brought(long_log(250)), name=MAILS)).kept
    second = done(simulate_as_is(world.office, world.builder, PLAN, name=MAILS)).kept
    assert second.log == later.id
    with world.office.book.read() as tx:
        assert not [row for row in tx.run(simulation.select()) if any(name.encode() in row.body for name in long_log().activities)]
    done(erase_log(world.office, world.owner, name=MAILS, log=later.id))
    assert newest_simulation(world.office, name=MAILS) == first
    done(erase_log(world.office, world.owner, name=MAILS, log=first.log))
    assert newest_simulation(world.office, name=MAILS) is None
    assert [event.facts["digest"] for event in of_word(world, "process.simulated")] == [first.digest, second.digest]


def test_whoever_waits_is_told_how_far_it_is_and_changes_no_figure(world: World) -> None:
    audience = Audience()
    watched = done(simulate_as_is(world.office, world.builder, Plan(replications=3, seed=7, audience=audience), name=MAILS)).kept
    assert 0.8 * audience.expected < audience.seen <= audience.expected
    assert watched.digest == done(simulate_as_is(world.office, world.builder, PLAN, name=MAILS)).kept.digest
