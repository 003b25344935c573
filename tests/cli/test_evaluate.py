"""What `licet evaluate` says: one verdict, everything about sealed answers hidden until they are opened, exit codes for scripts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from licet.cli.progress import run_in_words
from licet.core.cost import Cost
from licet.core.ids import Fingerprint
from licet.core.run import Run, RunId
from tests.cli.desk import BUILDER, OWNER, POSTED, RISK, Desk, cases, only

TOP = {"use_case", "verdict", "standard", "system", "cases", "looks", "measures", "region", "more", "warnings"}
MEASURE = {"name", "target", "confidence", "verdict", "bound", "n", "estimate", "errors"}
NEVER_BEFORE_OPENING = {"curve", "examples", "errors_in_record"}


def judged(desk: Desk, rows: list[dict[str, object]], *options: str, code: int) -> dict[str, Any]:
    """Imports, locks, countersigns and evaluates."""
    desk("import", "mails", desk.table("past.csv", rows), *POSTED, *options)
    desk("standard", "lock", "mails", "--as", OWNER)
    desk("standard", "countersign", "mails", "--as", RISK)
    return desk("evaluate", "mails", code=code).data


def test_the_contract_of_its_json_holds_before_sealed_cases_are_opened(met: Desk) -> None:
    data = met("evaluate", "mails").data
    assert set(data) >= TOP
    assert (data["use_case"], data["verdict"], data["looks"], data["warnings"]) == ("mails", "met", 1, [])
    assert len(data["standard"]["digest"]) == len(data["system"]["fingerprint"]) == 64
    assert data["cases"]["sealed"] == data["cases"]["labelled"] > 200
    (measure,) = data["measures"]
    assert set(measure) >= MEASURE
    assert (measure["target"], measure["confidence"], measure["verdict"]) == (0.05, 0.95, "met")
    assert measure["bound"] <= 0.05
    assert measure["estimate"] is measure["errors"] is data["more"] is None
    assert set(data["region"]) >= {"threshold", "coverage", "bound"}
    assert 0 < data["region"]["coverage"] < 1
    assert not NEVER_BEFORE_OPENING & set(data)


def test_after_opening_errors_and_estimates_are_there(met: Desk) -> None:
    before = met("evaluate", "mails").data
    assert met("sealed", "open", "mails", "--as", OWNER).data["opened"] == before["cases"]["sealed"]
    after = met("evaluate", "mails").data
    assert (after["verdict"], after["region"], after["looks"]) == (before["verdict"], before["region"], 1)
    (measure,) = after["measures"]
    assert isinstance(measure["errors"], int)
    assert isinstance(measure["estimate"], float)
    assert after["curve"]


def test_only_the_owner_opens_sealed_cases(met: Desk) -> None:
    assert met("sealed", "open", "mails", code=5).refused["code"] == "person_needed"
    assert met("sealed", "open", "mails", "--as", BUILDER, code=5).refused["code"] == "not_permitted"


def test_the_threshold_is_the_confidence_that_was_posted_to_the_last_digit(founded: Desk) -> None:
    rows = [{**row, "sure": 0.1 + 0.2 if float(str(row["sure"])) > 0.5 else 0.1} for row in cases(900)]
    data = judged(founded, rows, code=0)
    assert data["region"]["threshold"] == 0.1 + 0.2


def test_equal_confidences_are_inside_the_region_together(founded: Desk) -> None:
    data = judged(founded, [{**row, "said": row["label"], "sure": 0.75} for row in cases(300)], "--parts", "0:0:100", code=0)
    assert (data["region"]["threshold"], data["region"]["coverage"]) == (0.75, 1.0)


def test_too_few_cases_are_undecided_with_exit_code_three(founded: Desk) -> None:
    data = judged(founded, [{**row, "said": row["label"]} for row in cases(60)], code=3)
    assert (data["verdict"], data["region"]) == ("undecided", None)
    assert founded("gate", "check", "mails", code=3).data["open"] is False
    assert founded("mandate", "propose", "mails", "--as", BUILDER, code=5).refused["code"] == "verdict_not_met"


def test_a_bad_system_is_not_met_with_exit_code_one(founded: Desk) -> None:
    wrong = [{**row, "said": "loan" if row["label"] == "card" else "card"} for row in cases(900)]
    assert judged(founded, wrong, code=1)["verdict"] == "not_met"
    assert founded("gate", "check", "mails", code=1).data["open"] is False


def test_a_changed_system_needs_fresh_cases_once_they_were_opened(met: Desk) -> None:
    met("sealed", "open", "mails", "--as", OWNER)
    other = tuple("vendor@4" if word == "vendor@3" else word for word in POSTED)
    met("import", "mails", met.table("more.csv", cases(100, seed=9, first=3000)), *other, "--parts", "60:40:0")
    said = met("evaluate", "mails", "--system", "vendor@4", code=5)
    assert said.refused["code"] in {"sealed_cases_opened", "no_sealed_cases"}
    assert "fresh" in said.refused["remedy"] + said.refused["why"]


def test_a_revised_standard_needs_fresh_cases_once_they_were_opened(met: Desk) -> None:
    met("sealed", "open", "mails", "--as", OWNER)
    met("standard", "revise", "mails", "--as", OWNER)
    file = met.home / "use_cases" / "mails" / "standard.yaml"
    file.write_text(file.read_text("utf-8").replace("0.05", "0.04"), "utf-8")
    met("standard", "lock", "mails", "--as", OWNER)
    met("standard", "countersign", "mails", "--as", RISK)
    assert met("evaluate", "mails", code=5).refused["code"] == "sealed_cases_opened"
    met("import", "mails", met.table("fresh.csv", cases(700, seed=9, first=3000)), *POSTED, "--parts", "0:0:100")
    assert met("evaluate", "mails").data["verdict"] == "met"


def test_a_standard_edited_after_it_was_locked_judges_nothing(signed: Desk) -> None:
    file = signed.home / "use_cases" / "mails" / "standard.yaml"
    file.write_text(file.read_text("utf-8").replace("0.05", "0.10"), "utf-8")
    said = signed("evaluate", "mails", code=5).refused
    assert said["code"] == "standard_edited"
    assert "standard.yaml" in said["why"]
    assert "revise" in said["remedy"]
    assert signed("standard", "show", "mails").data["edited"] is True


def test_without_a_locked_standard_only_exploring_works_and_opens_no_gate(imported: Desk) -> None:
    assert imported("evaluate", "mails", code=5).refused["code"] == "standard_not_locked"
    explored = imported("evaluate", "mails", "--exploratory").data
    assert explored["verdict"] == "exploratory"
    assert explored["cases"]["calibration"] > 0
    assert "sealed" not in explored["cases"]
    assert imported("gate", "show", "mails").data["open"] is False


def test_a_standard_locked_by_one_alone_judges_nothing(imported: Desk) -> None:
    imported("standard", "lock", "mails", "--as", OWNER)
    assert imported("evaluate", "mails", code=5).refused["code"] == "standard_not_locked"


def test_words_for_people_say_the_verdict_first(met: Desk) -> None:
    assert met.shown("evaluate", "mails").out.startswith("Met. AI may decide")


@pytest.mark.parametrize("name", ["founded_home", "imported_home", "met_home", "granted_home"])
def test_the_gate_shows_who_has_the_ball(at: Callable[[Path], Desk], name: str, request: pytest.FixtureRequest) -> None:
    desk = at(request.getfixturevalue(name))
    gate = desk("gate", "show", "mails").data
    assert {"code", "says", "met", "shows", "pattern", "ball", "people", "since", "closes"} == set(gate["requirements"][0])
    assert all((row["ball"] is None) == row["met"] for row in gate["requirements"])


def test_warnings_say_what_an_unversioned_system_costs(founded: Desk) -> None:
    rows = [{**row, "said": row["label"]} for row in cases(300)]
    unnamed = POSTED[:-2]
    founded("import", "mails", founded.table("past.csv", rows), *unnamed)
    founded("standard", "lock", "mails", "--as", OWNER)
    founded("standard", "countersign", "mails", "--as", RISK)
    data = founded("evaluate", "mails").data
    assert data["system"]["version"] == "unversioned"
    assert data["warnings"]
    founded("mandate", "propose", "mails", "--days", "31", "--as", BUILDER, code=2)
    founded("mandate", "propose", "mails", "--days", "30", "--as", BUILDER)


def test_everything_sealed_is_allowed_and_warned_of(founded: Desk) -> None:
    done = founded("import", "mails", founded.table("past.csv", only(cases(60), "text", "label")), *POSTED[:4], "--parts", "0:0:100").data
    assert done["parts"] == {"build": 0, "calibration": 0, "sealed": 60}
    assert any("no build part" in warning for warning in done["warnings"])


def test_progress_says_how_long_it_takes_and_what_it_has_cost() -> None:
    begun = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
    first = Run(
        id=RunId(1),
        fingerprint=Fingerprint("f"),
        cases=400,
        done=100,
        spent=None,
        budget=None,
        began_at=begun,
        seen_at=begun,
        ended_at=None,
        stopped=None,
    )
    assert run_in_words(first, first) == "asked about 100 of 400 cases"
    spent = Cost(millionths=123_450_000, currency="EUR")
    later = replace(first, done=200, seen_at=begun + timedelta(minutes=2), spent=spent)
    assert run_in_words(first, later) == "asked about 200 of 400 cases, about 0:04:00 left, 123.45 minor units of EUR so far"


ECHO = """
def propose(content):
    return {"answer": "card", "confidence": 0.9}
"""


def test_a_steady_system_is_shown_to_be_steady_and_a_posted_one_cannot_be_asked(imported: Desk) -> None:
    assert imported("check-flakiness", "mails", code=5).refused["code"] == "system_missing"
    folder = imported.home / "use_cases" / "mails"
    (folder / "system.py").write_text(ECHO, "utf-8")
    found = imported("check-flakiness", "mails", "--cases", "50").data
    assert (found["cases"], found["unanswered"], found["answers_differ"], found["flips"]) == (50, 0, 0, None)
    imported("standard", "lock", "mails", "--as", OWNER)
    imported("standard", "countersign", "mails", "--as", RISK)
    words = imported.shown("check-flakiness", "mails", "--cases", "50").out
    assert "0 of 50 answers differ" in words
    assert "with a probability of about 0.0%" in words
