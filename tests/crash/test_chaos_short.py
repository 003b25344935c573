"""A short piece of `make chaos`: whatever is killed, stopped, full or wrong, each accepted case ends once, and soon."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.crash import faults
from tests.crash.campaign import CampaignPlan, run_campaign
from tests.crash.chaos import POSTGRESQL, SQLITE, Room, a_room
from tests.crash.ground import ROOT, command
from tests.crash.outgrown import outgrow
from tests.crash.taking_back import take_back
from tests.crash.truth import late, out_of_order

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    """A room for all of them."""
    with a_room(seed=7, share=1.0) as made:
        yield made


def ran(room: Room, plan: CampaignPlan, database: str) -> dict[str, Any]:
    """A campaign, where its database is installed."""
    if database == POSTGRESQL and room.cluster is None:
        pytest.skip("PostgreSQL is not installed")
    return run_campaign(plan, room.ground(database), room.cluster, seed=room.seed)


def whole(report: dict[str, Any]) -> str:
    """A report, line by line: pytest cuts no message of ours short, as it does a comparison."""
    return json.dumps(report, indent=1, default=str)


HARM = {
    SQLITE: (faults.kill_worker, faults.limit_files),
    POSTGRESQL: (faults.kill_worker, faults.kill_sequencer, faults.stop_database, faults.kill_worker),
}


@pytest.mark.parametrize("database", [SQLITE, POSTGRESQL])
def test_each_accepted_case_ends_once_whatever_happens_to_those_who_decide(room: Room, database: str) -> None:
    some = HARM[database]
    report = ran(room, CampaignPlan(name="short", fault=faults.in_turn(*some), times=len(some), cases=60 * len(some), rest=0.1), database)
    assert not report["wrong"], whole(report)
    assert (report["times"], report["accepted"], report["decided"]) == (len(some), 60 * len(some), 60 * len(some))
    assert report["max_recovery_s"] <= 30


@pytest.mark.parametrize("database", [SQLITE, POSTGRESQL])
def test_nothing_is_decided_alone_once_authority_was_taken_back_from_32_workers(room: Room, database: str) -> None:
    if database == POSTGRESQL and room.cluster is None:
        pytest.skip("PostgreSQL is not installed")
    report = take_back(room.ground(database), times=5 if database == SQLITE else 2, seed=room.seed)
    assert not report["wrong"], whole(report)
    assert report["alone_after_stop"] == 0
    assert report["in_the_middle"] > 0


def test_what_was_under_way_before_an_upgrade_is_decided_after_it(room: Room) -> None:
    report = outgrow(room.ground(SQLITE, calls=True), cases=60, workers=1)
    assert not report["wrong"], whole(report)
    assert (report["queued_by_the_upgrade"], report["decided"]) == (60, 60)


def test_a_worker_on_a_machine_whose_clock_is_an_hour_off_is_refused_by_postgresql(room: Room, tmp_path: Path) -> None:
    if room.cluster is None:
        pytest.skip("PostgreSQL is not installed")
    ground = room.ground(POSTGRESQL)
    (tmp_path / "clock.txt").write_text("3600", "ascii")
    words = command(ground, "worker", bootstrap=("tests.crash.crooked", str(tmp_path / "clock.txt")))
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=ground.environment, cwd=ROOT, timeout=60)
    assert done.returncode == 4, done
    assert "The clock of this machine says" in done.stderr
    assert ground.run("ledger", "verify")["problems"] == []


# --- what the campaigns are judged by ----------------------------------------------------------------------------------

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)


def event(what: str, after: float = 0.0, **facts: object) -> dict[str, object]:
    """A ledger entry."""
    return {"what": what, "at": (NOW + timedelta(seconds=after)).isoformat(), "facts": facts}


def alone(mandate: str = "m_1") -> dict[str, object]:
    """A case that AI decided alone."""
    return event("case.routed", route="alone", mandate=mandate)


@pytest.mark.parametrize("end", ["mandate.suspended", "mandate.revoked", "mandate.expired"])
def test_a_case_decided_alone_after_its_mandate_ended_is_counted(end: str) -> None:
    assert late([alone(), event(end, mandate="m_1"), event("case.routed", route="to_person"), alone("m_2")]) == 0
    assert late([alone(), event(end, mandate="m_1"), alone("m_2"), alone()]) == 1


def test_a_case_decided_alone_while_a_stop_was_on_is_counted() -> None:
    assert late([alone(), event("stop.pressed"), event("stop.lifted"), alone()]) == 0
    assert late([event("stop.pressed"), event("stop.pressed"), event("stop.lifted"), alone()]) == 1


def test_an_entry_that_lies_before_the_one_in_front_of_it_is_counted() -> None:
    assert out_of_order([event("a"), event("b", 1), event("c", 0)]) == []
    assert out_of_order([event("a"), event("b", 10), event("c", 1)]) == ["1 entries lie before the one in front of them"]
