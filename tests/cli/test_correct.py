"""Corrections at the command line: typed, exported, reported, packed and verified."""

import json
import re
import zipfile

import pytest

from tests.cli.desk import OTHER, OWNER, POSTED, REVIEWER, RISK, Desk, cases, read, typed

NEW = cases(40, seed=3, first=5_000)


def submitted(desk: Desk) -> dict[str, str]:
    """Cases that AI decided alone, with what it said."""
    desk("cases", "submit", "mails", desk.table("a.csv", NEW), *POSTED)
    desk("cases", "export", "mails", "-o", desk.files / "before.csv")
    return {row["case_id"]: row["answer"] for row in read(desk.files / "before.csv") if row["route"] == "alone"}


def other(answer: str) -> str:
    """Another answer."""
    return "loan" if answer != "loan" else "card"


def test_a_correction_is_in_the_export_in_the_report_and_in_a_pack_that_verifies(granted: Desk) -> None:
    alone = submitted(granted)
    case, said = next(iter(alone.items()))
    made = granted("cases", "correct", "mails", case, other(said), "--why", "paid twice", "--as", REVIEWER).data
    assert (made["before"], made["answer"], made["correction"]) == (said, other(said), 1)
    shown = granted.shown("cases", "correct", "mails", case, "neither", "--why", "after all", "--as", OWNER).out
    assert f"{other(said)} → neither" in shown
    granted("cases", "export", "mails", "-o", granted.files / "after.csv")
    after = {row["case_id"]: row for row in read(granted.files / "after.csv")}
    assert (after[case]["answer"], after[case]["corrected_answer"]) == (said, "neither")
    assert {row["corrected_answer"] for name, row in after.items() if name != case} == {""}
    pack = granted.files / "pack.zip"
    vkey = granted("evidence", "export", "mails", "-o", pack, "--as", RISK).data["vkey"]
    found = typed("evidence", "verify", str(pack), "--key", vkey, "--json").data
    assert (found["status"], found["problems"]) == ("authentic", [])
    with zipfile.ZipFile(pack) as file:
        report = file.read("report.html").decode()
        rows = json.loads(file.read("corrections.json"))
    assert "Corrected: 1 of these cases" in report
    assert "AI alone" in report
    assert "paid twice" not in report
    assert [(row["number"], row["before"]) for row in rows] == [(1, said), (2, other(said))]


@pytest.mark.parametrize(("acting", "code"), [((), "person_needed"), (("--as", RISK), "not_permitted"), (("--as", OTHER), "not_the_owner")])
def test_who_may_not_correct(granted: Desk, acting: tuple[str, ...], code: str) -> None:
    case, said = next(iter(submitted(granted).items()))
    assert granted("cases", "correct", "mails", case, other(said), "--why", "x", *acting, code=5).refused["code"] == code


@pytest.mark.parametrize(
    "words", [("nothing", "card", "--why", "x"), ("c5000", " ", "--why", "x"), ("c5000", "card"), ("c5000", "card", "--why", "")]
)
def test_what_cannot_be_meant_is_bad_usage(granted: Desk, words: tuple[str, ...]) -> None:
    submitted(granted)
    assert granted("cases", "correct", "mails", *words, "--as", REVIEWER, code=2).error["why"]


def test_an_answer_that_the_folder_does_not_declare_is_bad_usage(granted: Desk) -> None:
    case, _ = next(iter(submitted(granted).items()))
    folder = granted.home / "use_cases" / "mails" / "use_case.yaml"
    folder.write_text(re.sub(r"(?m)^answers:.*$", "answers: [refund, card, loan]", folder.read_text("utf-8")), "utf-8")
    said = granted("cases", "correct", "mails", case, "robbery", "--why", "x", "--as", REVIEWER, code=2).error
    assert "'robbery' is not one of the answers" in said["why"]
