"""The newest simulation by the API and in the words of the page: lead times only where the back-test beat the past."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from licet.core.beside import Given, Stakes, StatedOfStep
from licet.core.canonical import Json
from licet.flows.import_log import import_log
from licet.flows.simulate_as_is import simulate_as_is
from licet.stats.simulated_process import Plan
from licet.testing import done
from licet.web.pages.process_where import where_told
from tests.flows.simulating import long_log
from tests.flows.studying import brought, small_log
from tests.web.serving import AT, MAILS, Served, serving

PLAN = Plan(replications=2, cases=60)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world with one use case."""
    with serving(tmp_path_factory.mktemp("simulation")) as found:
        yield found


def test_a_program_reads_the_newest_simulation_and_nothing_before_one(served: Served) -> None:
    office, owner = served.world.office, served.world.owner
    assert served.client.get(f"{AT}/simulation").json() == {"simulation": None}
    log = done(import_log(office, owner, brought(small_log()), name=MAILS)).kept
    done(simulate_as_is(office, owner, PLAN, name=MAILS))
    short = served.client.get(f"{AT}/simulation").json()["simulation"]
    assert (short["log"], short["back_test"]["verdict"], short["forecasts"]) == (log.id, "too_short", False)
    done(import_log(office, owner, brought(long_log(), "b" * 64), name=MAILS))
    kept = done(simulate_as_is(office, owner, PLAN, name=MAILS)).kept
    found = served.client.get(f"{AT}/simulation").json()["simulation"]
    assert (found["id"], found["digest"], found["plan"]["replications"]) == (kept.id, kept.digest, 2)
    assert found["split"] == kept.body["split"]
    assert {one["label"] for one in found["places"]} == {"simulated"}


def test_the_page_shows_lead_times_only_where_they_are_a_forecast(served: Served) -> None:
    office, owner = served.world.office, served.world.owner
    log = done(import_log(office, owner, brought(long_log(), "c" * 64), name=MAILS)).kept
    kept = done(simulate_as_is(office, owner, PLAN, name=MAILS)).kept
    for forecasts in (True, False):
        found = where_told(replace(kept, body={**kept.body, "forecasts": forecasts}), log.id)
        assert (found.forecasts, found.older, found.tone) == (forecasts, False, "good" if forecasts else "bad")
        assert [one.about for one in found.distances] == ["lead times", "order of steps", "hours of the day", "arrivals"]
        assert sum(one.share for one in found.parts) == pytest.approx(1.0)
        assert found.places
        assert {bool(one.cycle and one.cycle_between and one.at_most) for one in found.places} == {forecasts}
        assert all(forecasts or "lead time" not in one.says for one in found.places if not one.belongs)


def test_a_log_that_is_too_short_is_not_tested_and_an_older_one_is_said_to_be_older(served: Served) -> None:
    office, owner = served.world.office, served.world.owner
    done(import_log(office, owner, brought(small_log(shift=7.0), "d" * 64), name=MAILS))
    kept = done(simulate_as_is(office, owner, PLAN, name=MAILS)).kept
    found = where_told(kept, "another")
    assert (found.older, found.forecasts, found.distances, found.verdict[0]) == (True, False, (), "Not tested:")


def test_each_ranked_step_says_what_is_at_hand_and_at_stake_and_timers_are_told_apart(served: Served) -> None:
    office, owner = served.world.office, served.world.owner
    done(
        import_log(office, owner, brought(replace(long_log(), started=np.zeros(600, np.bool_), start=long_log().end), "e" * 64), name=MAILS)
    )
    kept = done(simulate_as_is(office, owner, PLAN, name=MAILS)).kept
    found = served.client.get(f"{AT}/simulation").json()["simulation"]
    assert found["timers"] == []
    assert all(one["estimated"] for one in found["places"])
    for one in found["places"]:
        assert "import its file again" in one["data_at_hand"]["recorded"]["unknown"]
        assert (one["stakes"]["level"], one["stakes"]["source"]) == (None, None)
    given = Given(stated={"read": StatedOfStep(data="the mail", stakes=Stakes.HIGH, why="it may be a threat")})
    timers: list[Json] = [{"step": "close", "after": 1.0, "share": 0.5, "within": 1.0, "says": "looks like a timer"}]
    told = where_told(replace(kept, body={**kept.body, "timers": timers}), "another", given)
    assert told.timers == (("close", "looks like a timer"),)
    (read,) = [one for one in told.places if one.step == "read"]
    assert (read.estimated, read.level) == (True, "high")
    assert read.data.startswith("the mail (stated in process.yaml)")
    assert "`high_stakes`" in read.stakes
    assert any("Estimated hours" in one for one in told.notes)
