"""Comparing at the command line: plan, ask, a blind worksheet, its answers, the verdict with what became worse."""

from collections.abc import Mapping

from tests.cli.desk import OWNER, POSTED, REVIEWER, RISK, Desk, cases, read, write

PARTS = ("--parts", "100:0:0", *POSTED[:-1])


def as_said(rows: list[dict[str, object]], slips: int) -> list[Mapping[str, object]]:
    """The cases without people's answers, as a version answers them that slips on the first."""
    slipped = ["loan" if row["label"] == "card" else "card" for row in rows[:slips]] + [row["label"] for row in rows[slips:]]
    return [{**row, "said": said, "sure": 0.9, "label": ""} for row, said in zip(rows, slipped, strict=True)]


def signed_with_a_margin(desk: Desk) -> list[dict[str, object]]:
    """A standard with a margin that two people signed, and cases that the old version answered and nobody else."""
    desk("import", "mails", desk.table("past.csv", cases(600)), *POSTED)
    standard = desk.home / "use_cases" / "mails" / "standard.yaml"
    standard.write_text(standard.read_text("utf-8") + "change:\n  margin: 0.05\n", "utf-8")
    rows = cases(900)[600:]
    desk("import", "mails", desk.table("v3.csv", as_said(rows, 20)), *PARTS, "vendor@3")
    desk("standard", "lock", "mails", "--as", OWNER)
    desk("standard", "countersign", "mails", "--as", RISK)
    return rows


def test_two_versions_are_compared_from_plan_to_verdict(founded: Desk) -> None:
    desk, rows = founded, signed_with_a_margin(founded)
    needed = desk("compare", "plan", "mails", "--needed", "--differing", "0.05").data
    assert (needed["estimated"], needed["cases"], needed["answers"]) == (True, 130, 6)
    desk("compare", "plan", "mails", "--needed", code=5)
    desk("compare", "plan", "mails", code=2)
    assert desk("compare", "show", "mails", code=5).refused["code"] == "no_comparison"
    plan = ("compare", "plan", "mails", "--source", "unlabelled", "--old", "vendor@3", "--system", "vendor@4")
    made = desk(*plan, "--cases", "300").data
    assert (made["state"], made["cases"], made["margin"], made["came_before"]) == ("planned", 300, 0.05, 300)
    desk("import", "mails", desk.table("v4.csv", as_said(rows, 2)), *PARTS, "vendor@4")
    assert desk("compare", "ask", "mails").data["differing"] == 18
    assert desk("compare", "show", "mails", code=3).data["state"] == "labelling"
    sheet = desk.files / "sheet.csv"
    assert desk("compare", "sheet", "mails", sheet, "--as", REVIEWER).data["cases"] == 18
    found = read(sheet)
    assert list(found[0]) == ["task", "content", "answer"]
    truth = {str(row["text"]): str(row["label"]) for row in rows}
    filled = write(sheet, [{**row, "answer": truth[row["content"]]} for row in found])
    judged = desk("compare", "answers", "mails", filled, "--as", REVIEWER).data
    assert (judged["found"]["verdict"], judged["found"]["gained"], judged["found"]["lost"]) == ("met", 18, 0)
    shown = desk.shown("compare", "show", "mails").out
    assert shown.startswith("Met. The new version is not worse by 5.0% of the cases. It is shown to be better.")
    assert "vendor@4 against vendor@3" in shown
