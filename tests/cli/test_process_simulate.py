"""Simulating at the command line: the split first, the back-test with both references, then what is simulated, labelled so."""

from pathlib import Path

from licet.core.event_log import EventLog
from tests.cli.desk import BUILDER, REVIEWER, Desk
from tests.edge.logs import csv_log
from tests.flows.simulating import long_log
from tests.stats.known_truth import Known, log_of

BUSY = Known(load=1.6, experts=2, weeks=4)
"""More comes than can be done, so that the simulation is a better forecast than the past."""


def written(desk: Desk, log: EventLog) -> Path:
    """The log as a file."""
    header = ("case", "activity", "start", "end", "resource")
    rows = [
        (f"c{log.case[k]}", log.activities[log.activity[k]], str(log.start[k]), str(log.end[k]), log.resources[log.resource[k]])
        for k in range(log.events)
    ]
    return csv_log(desk.files / "log.csv", header, rows)


def test_a_simulation_says_first_where_time_goes_then_how_good_it_is_then_what_is_simulated(founded: Desk) -> None:
    assert founded("process", "simulate", "mails", "--as", BUILDER, code=5).refused["code"] == "no_event_log"
    founded("process", "import", "mails", written(founded, long_log()), "--as", BUILDER)
    told = founded.shown("process", "simulate", "mails", "--replications", "3", "--as", BUILDER).out
    places = [told.index(title) for title in ("Where time goes", "Is it any good?", "As it is", "Where AI belongs")]
    assert places == sorted(places)
    for words in ("the past as forecast", "halves of what came", "naive forecast", "simulated, 3 replications", "off duty at most"):
        assert words in told
    found = founded("process", "simulate", "mails", "--replications", "3", "--seed", "0", "--as", BUILDER).data
    assert found["as_is"]["label"] == "simulated"
    assert found["back_test"]["cycle"]["naive"] > 0.0
    assert {place["step"] for place in found["places"]} == {"read", "decide"}
    assert founded("process", "simulate", "mails", "--as", REVIEWER, code=5).refused["code"] == "not_permitted"
    founded("process", "simulate", "mails", "--replications", "1", "--as", BUILDER, code=2)
    assert "No further columns" not in told
    assert "Data at hand" in told
    assert "nothing but cases, steps, times and people" in told
    assert "Stakes" in founded.shown("process", "show", "mails").out


def test_a_baseline_of_the_whole_process_says_each_time_once_and_whether_its_log_is_simulated(founded: Desk) -> None:
    founded("process", "import", "mails", written(founded, long_log()), "--as", BUILDER)
    told = founded.shown("process", "baseline", "show", "mails").out
    assert told.count("a case from first to last event, median") == 1
    assert "from arrival at the step" not in told
    assert "simulated" not in told
    assert "at the step" not in told
    (founded.home / "use_cases" / "mails" / "baseline.yaml").write_text("step: decide\n", "utf-8")
    assert "from arrival at the step" in founded.shown("process", "baseline", "show", "mails").out
    rows = written(founded, long_log(250)).read_text("utf-8").splitlines()
    made_up = founded.files / "made_up.csv"
    made_up.write_text("\n".join([f"{rows[0]},simulated", *(f"{row},yes" for row in rows[1:])]), "utf-8")
    founded("process", "import", "mails", made_up, "--as", BUILDER)
    assert founded("process", "baseline", "show", "mails").data["now"]["simulated"] is True
    assert "simulated" in founded.shown("process", "baseline", "show", "mails").out
    assert founded("process", "simulate", "mails", "--replications", "2", "--as", BUILDER).data["log_simulated"] is True


def test_a_service_level_is_told_with_the_people_it_takes(founded: Desk) -> None:
    founded("process", "import", "mails", written(founded, log_of(BUSY, 1)), "--as", BUILDER)
    asked = ("process", "simulate", "mails", "--replications", "4", "--service-level", "24", "--share", "0.8", "--as", BUILDER)
    found = founded(*asked).data
    assert found["forecasts"]
    level = found["service_level"]
    assert (level["seconds"], level["share"], level["kept"]) == (24 * 3600.0, 0.8, False)
    assert level["within"]["low"] <= level["within"]["mean"] < 0.8
    needs = {pool["name"]: pool for pool in level["pools"]}
    assert needs["decide"]["people"] > needs["decide"]["today"] == 2
    assert needs["register"]["people"] is None
    told = founded.shown(*asked).out
    for words in ("80% within 24 hours", "not kept", "decide: it takes", "register: no number of people"):
        assert words in told
    founded("process", "simulate", "mails", "--service-level", "0", "--as", BUILDER, code=2)


def test_without_a_passed_back_test_nothing_is_said_of_a_service_level(founded: Desk) -> None:
    founded("process", "import", "mails", written(founded, long_log(60)), "--as", BUILDER)
    asked = ("process", "simulate", "mails", "--replications", "2", "--service-level", "24", "--as", BUILDER)
    level = founded(*asked).data["service_level"]
    assert (level["within"], level["kept"], level["pools"]) == (None, None, [])
    assert "Not said" in founded.shown(*asked).out
