"""Other tools' files at the command line: taken in, shown with the reasons against them; and an evaluation written for other tools."""

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime

from licet.core.outside_evidence import REASONS
from licet.core.outside_rows import count
from licet.edge.evaluation_files import junit
from licet.edge.outside_files import read_outside
from licet.edge.outside_table import OutsideColumns
from licet.edge.tables import Reading
from tests.cli.desk import OWNER, Desk
from tests.edge.tool_files import inspect_eval, promptfoo, sample

AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_inspect_and_promptfoo_are_taken_in_and_refused_as_certificates_for_the_right_reasons(met: Desk) -> None:
    log = inspect_eval(met.files / "a.eval", [sample(k, "I" if k == 2 else "C") for k in range(12)], planned=20)
    found = met("import-evidence", "mails", log, "--as", OWNER).data
    (measure,) = found["measures"]
    assert (found["tool"], measure["passed"], measure["failed"]) == ("Inspect", 11, 1)
    assert [round(end, 4) for end in measure["interval"]] == [0.0021, 0.3848]
    unanswered = {"not_the_sealed_cases", "seen_before", "labels_not_blind", "fingerprint_not_told", "sample_unknown", "looks_unknown"}
    of_inspect = {one["code"] for one in found["reasons"]}
    assert of_inspect == unanswered | {"made_before_lock", "run_incomplete"}, "a rule judged, 8 cases never ran, before any standard"
    file = promptfoo(met.files / "p.json", [0, 0, 2], claimed=(3, 0, 0), kind="llm-rubric")
    other = met("import-evidence", "mails", file, "--as", OWNER).data
    assert {one["code"] for one in other["reasons"]} == unanswered | {"made_before_lock", "run_incomplete", "judged_by_model"}
    assert len(other["findings"]) == 2
    assert met("import-evidence", "mails", file, "--as", OWNER, code=5).refused["code"] == "already_done"
    listed = met("evidence", "outside", "list", "mails").data["evidence"]
    assert {one["id"] for one in listed} == {found["id"], other["id"]}
    told = met.shown("evidence", "outside", "show", "mails", found["id"]).out
    assert "1 of 12 failed (0.2% to 38.5% at 95%)" in told
    assert all(REASONS[code] in told for code in of_inspect)
    met("import-evidence", "mails", met.files / "nowhere", "--as", OWNER, code=2)


def test_an_evaluation_is_written_for_other_tools_without_a_sealed_answer(met: Desk) -> None:
    for name in ("v.xml", "v.json", "v.jsonl"):
        met("evaluate", "mails", "--export", met.files / name)
    (measure,) = met("evaluate", "mails").data["measures"]
    root = ET.fromstring((met.files / "v.xml").read_text("utf-8"))  # noqa: S314 - our own
    assert [case.get("name") for case in root.iter("testcase")] == [measure["name"], "verdict"]
    assert root.get("failures") == root.get("skipped") == "0"
    whole = json.loads((met.files / "v.json").read_text("utf-8"))
    assert whole["verdict"] == "met"
    assert not {"curve", "examples"} & whole.keys()
    assert whole["measures"][0]["errors"] is None
    events = read_outside(met.files / "v.jsonl", "auto", OutsideColumns(), Reading())
    assert [(one.name, one.passed, one.with_score) for one in count(events.rows(), lambda _: None).tallies] == [
        (measure["name"], 1, 0),
        ("verdict", 1, 0),
    ]
    met("evaluate", "mails", "--export", met.files / "v.pdf", code=2)
    met("evaluate", "mails", "--exploratory", "--export", met.files / "v.xml", code=2)


def test_in_junit_undecided_is_skipped_and_not_met_fails_whatever_a_name_holds(met: Desk) -> None:
    data = met("evaluate", "mails").data
    hostile = {**data["measures"][0], "name": '<a>"&\0\x1b]]>', "verdict": "not_met"}
    written = junit({**data, "measures": [hostile], "verdict": "undecided", "why": "too few"}, at=AT)
    root = ET.fromstring(written)  # noqa: S314 - our own
    first, second = root.iter("testcase")
    assert first.get("name") == '<a>"&\ufffd\ufffd]]>'
    assert [child.tag for child in first] == ["failure"]
    assert [(child.tag, child.get("message")) for child in second] == [("skipped", "too few")]


def test_a_build_may_ask_for_one_requirement_alone(met: Desk) -> None:
    assert met("gate", "check", "mails", code=1).data["result"] == "not_met"
    alone = met("gate", "check", "mails", "--only", "verdict_met").data
    assert (alone["result"], alone["open"], alone["only"]) == ("met", False, ["verdict_met"])
    met("gate", "check", "mails", "--only", "nonsense", code=2)
