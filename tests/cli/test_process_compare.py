"""A redesign at the command line: simulated with the measured system, told with the back-test first, and refused where it cannot be."""

import csv
from datetime import UTC, datetime
from pathlib import Path

from tests.cli.desk import OWNER, REVIEWER, Desk
from tests.flows.redesigning import office_log

REDESIGN = """\
title: AI checks
decides: check
steps:
  check: {by: ai alone, assumed: {coverage: 0.99, latency_seconds: 2}}
reviewers: {people: 3, hours_a_day: 8}
checks: {audits: 0.1, second_looks: 0.05}
service_level: {hours: 30, share: 0.9}
"""


def exported(path: Path) -> Path:
    """The office's log as a table."""
    log = office_log(150)
    with path.open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(["case", "activity", "start", "end", "resource"])
        for at in range(log.events):
            times = (datetime.fromtimestamp(float(when[at]), tz=UTC).isoformat() for when in (log.start, log.end))
            table.writerow([int(log.case[at]), log.activities[int(log.activity[at])], *times, f"person {int(log.resource[at])}"])
    return path


def test_a_redesign_is_simulated_as_measured_and_told_with_the_back_test_first(met: Desk) -> None:
    compare = ("process", "compare", "mails", "--replications", "2", "--as", OWNER)
    folder = met.home / "use_cases" / "mails"
    assert "docs/redesign.md" in met(*compare, code=2).error["why"]
    (folder / "redesign.yaml").write_text(REDESIGN, "utf-8")
    assert met(*compare, code=5).refused["code"] == "no_event_log"
    met("process", "import", "mails", exported(met.files / "log.csv"), "--as", OWNER)
    found = met(*compare).data
    assert found["simulated"] is True
    assert found["measured"] is True
    assert found["inputs"]["behaviours"]["check"]["coverage"]["assumed"] is False
    assert found["inputs"]["behaviours"]["check"]["latency_seconds"] == {"value": 2.0, "basis": "assumed", "assumed": True}
    assert found == {**met(*compare).data, "id": found["id"], "at": found["at"]}, "the same seed gives the same figures"
    told = met.shown(*compare).out
    assert told.index("Back-test:") < told.index("figure")
    assert "simulated" in told
    assert "assumed check: latency seconds: 2" in told
    assert "AI down for a day" in told
    assert met("process", "compare", "mails", "--replications", "2", "--as", REVIEWER, code=5).refused["code"] == "not_permitted"


def test_what_does_not_fit_the_log_is_refused_by_name(met: Desk) -> None:
    (met.home / "use_cases" / "mails" / "redesign.yaml").write_text(REDESIGN.replace("decides: check", "decides: chek"), "utf-8")
    met("process", "import", "mails", exported(met.files / "log.csv"), "--as", OWNER)
    refused = met("process", "compare", "mails", "--as", OWNER, code=5).refused
    assert (refused["code"], refused["remedy"]) == ("redesign_unfit", "Did you mean 'check'?")
