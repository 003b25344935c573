"""What `licet judge` says of a judge.py, and what it changes."""

import pytest

from tests.cli.desk import Desk

JUDGE = """
JUDGE = {"name": "last word", "version": "1"}

def judge(case, answer):
    print("this goes to stderr")
    return case["text"].endswith(answer) or len(case["text"]) % 7 == 0
"""


@pytest.mark.filterwarnings("error")
def test_a_judge_is_shown_beside_people_as_an_estimate_and_moves_no_gate(imported: Desk) -> None:
    """Breaks when its JSON lacks an interval, reads as a certificate, or a requirement moves."""
    assert imported("judge", "mails", code=5).refused["code"] == "judge_missing"
    file = imported.home / "use_cases" / "mails" / "judge.py"
    file.write_text("def judge(case, answer:", "utf-8")
    assert "judge.py:1" in imported("judge", "mails", code=2).error["why"]
    file.write_text(JUDGE, "utf-8")
    before = imported("gate", "show", "mails").data["requirements"]
    data = imported("judge", "mails").data
    assert data["certificate"] is False
    assert (data["judge"]["name"], data["failed"], data["human_ceiling"]) == ("last word", 0, None)
    assert data["answers"] == data["labelled"] == sum(one["answers"] for one in data["strata"]) > 50
    assert data["agreement"]["same"]["n"] == data["labelled"]
    low, high = data["estimate"]["interval"]
    assert low <= data["estimate"]["rate"] <= high
    assert {"older", "newer", "p_value", "differs"} == set(data["drift"])
    assert imported("gate", "show", "mails").data["requirements"] == before
    shown = imported.shown("judge", "mails").out
    assert "An estimate, no certificate." in shown
    assert "From people's labels alone" in shown
    file.write_text("def judge(case, answer):\n    return 1 / 0\n", "utf-8")
    assert "says nothing" in imported.shown("judge", "mails").out
