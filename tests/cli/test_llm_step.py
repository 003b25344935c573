"""An LLM step from its folder to a verdict, by commands: checked, calibrated where it speaks of its certainty, asked within a budget."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.clinic import findings
from tests.cli.clinic import only as only_finding
from tests.cli.desk import OWNER, RISK, WORDS, Desk, cases, only
from tests.edge.asked_model import case_in, completion
from tests.edge.endpoint import Call, Endpoint, serving

CHECKED = 2
"""What `licet check` says of a folder that is not sound."""
TEXT = ("--content", "text", "--answer", "label", "--id", "id", "--parts", "30:30:40")
BLOCK = """title: Mails
answer: choice
answers: [card, loan, refund]
system: {system}
llm:
  url: http://127.0.0.1:{port}/v1
  model: m
  version: 7
  key: LICET_SECRET_MODEL
  confidence: {confidence}
  prices: {{currency: EUR, read: 100, written: 400}}
  budget: {{amount: {amount}, per: day}}
"""


def sorts(call: Call) -> None:
    """Sorts rightly, but for cards, of which it gets every second wrong; always claims nine tenths, or six."""
    assert call.headers["authorization"] == "Bearer s3cret"
    said = case_in(call.said)
    assert isinstance(said, dict)
    label = next(label for label, words in WORDS.items() if any(word in said["text"] for word in words))
    slips = label == "card" and int(said["text"].rpartition(" ")[2]) % 2
    answer = "loan" if slips else label
    call.answer(completion(json.dumps({"answer": answer, "confidence": 0.6 if label == "card" else 0.9})))


def never_wrong(call: Call) -> None:
    """Sorts rightly, and says nothing of how sure it is."""
    said = case_in(call.said)
    assert isinstance(said, dict)
    label = next(label for label, words in WORDS.items() if any(word in said["text"] for word in words))
    call.answer(completion(json.dumps({"answer": label})))


pytestmark = pytest.mark.usefixtures("on_a_disk")


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    monkeypatch.setenv("LICET_SECRET_MODEL", "s3cret")
    with serving() as found:
        found.does = sorts
        yield found


def says(desk: Desk, endpoint: Endpoint, *, amount: int = 100_000, system: str = "llm", confidence: str = "verbal") -> Path:
    """Writes the folder's `use_case.yaml`."""
    folder = desk.home / "use_cases" / "mails"
    block = BLOCK.format(port=endpoint.port, amount=amount, system=system, confidence=confidence)
    (folder / "use_case.yaml").write_text(block, "utf-8")
    return folder


def test_an_llm_step_is_checked_calibrated_judged_and_kept_within_its_budget(founded: Desk, endpoint: Endpoint) -> None:
    folder = says(founded, endpoint)
    founded("import", "mails", founded.table("past.csv", only(cases(420), "id", "text", "label")), *TEXT)
    assert "prompt.md" in founded("check", code=CHECKED).out
    (folder / "prompt.md").write_text("Sort mails.\n", "utf-8")
    assert "calibration.json" in founded("check", code=CHECKED).out
    assert "calibration.json" in founded("evaluate", "mails", "--exploratory", code=2).out
    found = founded("calibrate", "mails").data
    assert found["cases"] == len(endpoint.calls) > 60
    assert [said for said, _ in found["curve"]] == [0.6, 0.9]
    assert found["curve"][0][1] < 0.75 < found["curve"][1][1] == 1.0
    founded("check")
    founded("standard", "lock", "mails", "--as", OWNER)
    founded("standard", "countersign", "mails", "--as", RISK)
    says(founded, endpoint, amount=1)
    refused = founded("evaluate", "mails", code=5).refused
    assert refused["code"] == "system_unavailable"
    assert "budget" in refused["why"]
    says(founded, endpoint, system="builtin")
    endpoint.calls.clear()
    judged = founded("evaluate", "mails", "--system", "llm", code=0).data
    assert judged["system"]["kind"] == "llm"
    assert (judged["system"]["name"], judged["system"]["version"]) == ("m", "7")
    asked = len(endpoint.calls)
    assert asked > 100
    founded("evaluate", "mails", "--system", "llm", code=0)
    assert len(endpoint.calls) == asked, "a case is never asked about twice"
    says(founded, endpoint, amount=1)
    only_finding(founded, "budgets", "warning", "'mails'", "of its budget (day)", "go to people")


def test_the_doctor_knows_a_model_that_past_cases_weigh_by_what_was_judged_and_names_another_one(founded: Desk, endpoint: Endpoint) -> None:
    endpoint.does = never_wrong
    folder = says(founded, endpoint, confidence="precedents")
    (folder / "prompt.md").write_text("Sort mails.\n", "utf-8")
    founded("import", "mails", founded.table("past.csv", only(cases(130), "id", "text", "label")), *TEXT[:-1], "20:15:65")
    founded("standard", "lock", "mails", "--as", OWNER)
    founded("standard", "countersign", "mails", "--as", RISK)
    assert founded("evaluate", "mails").data["verdict"] == "met"
    founded.grant()
    assert findings(founded, code=0) == {}
    (folder / "prompt.md").write_text("Sort letters.\n", "utf-8")
    only_finding(founded, "systems", "error", "Every case of 'mails' goes to people", "is another")


def test_check_and_doctor_name_a_block_whose_answers_past_cases_cannot_weigh(founded: Desk, endpoint: Endpoint) -> None:
    folder = says(founded, endpoint, confidence="precedents")
    (folder / "prompt.md").write_text("Sort mails.\n", "utf-8")
    founded("check")
    told = folder / "use_case.yaml"
    told.write_text(told.read_text("utf-8").replace("answer: choice\nanswers: [card, loan, refund]\n", "answer: text\n"), "utf-8")
    assert "past cases say how sure a choice is" in founded("check", code=CHECKED).out
    only_finding(founded, "use cases", "error", "past cases say how sure a choice is, and the answers here are text", "licet check")
