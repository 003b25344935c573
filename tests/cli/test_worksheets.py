"""Blind worksheets: nothing on them tells what AI said or why a case is asked about; the answers take effect once."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

from tests.cli.desk import OWNER, POSTED, REVIEWER, RISK, Desk, cases, read, typed, write


def waiting(desk: Desk) -> Path:
    """Cases that wait for people, decisions and audits alike, on a worksheet."""
    place = POSTED.index("--answer")
    options = (*POSTED[:place], *POSTED[place + 2 :])
    desk("cases", "submit", "mails", desk.table("new.csv", cases(80, seed=7, first=5000)), *options)
    with closing(sqlite3.connect(desk.home / ".licet" / "licet.sqlite")) as raw, raw:
        raw.execute("UPDATE desk_item SET waits_from = (SELECT min(waits_from) FROM desk_item)")  # as if hours had passed: all has come
    sheet = desk.files / "sheet.csv"
    desk("cases", "answer", "mails", "--export", sheet, "--as", REVIEWER)
    return sheet


def test_a_worksheet_says_neither_proposal_nor_reason(granted: Desk) -> None:
    sheet = waiting(granted)
    rows = read(sheet)
    assert list(rows[0]) == ["task", "content", "answer"]
    assert not any(row["answer"] for row in rows)
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600


def test_answers_take_effect_once_and_the_first_one_stays(granted: Desk) -> None:
    sheet = waiting(granted)
    rows = read(sheet)
    truth = {str(row["text"]): str(row["label"]) for row in cases(80, seed=7, first=5000)}
    filled = write(sheet, [{**row, "answer": truth[row["content"]]} for row in rows])
    done = granted("cases", "answer", "mails", "--import", filled, "--as", REVIEWER).data
    assert (done["taken"], done["late"]) == (len(rows), 0)
    changed = write(sheet, [{**row, "answer": "loan"} for row in rows])
    again = granted("cases", "answer", "mails", "--import", changed, "--as", OWNER).data
    assert (again["taken"], again["late"]) == (0, len(rows))
    granted("cases", "export", "mails", "-o", granted.files / "out.csv")
    exported = {row["case_id"]: row for row in read(granted.files / "out.csv")}
    given = {str(row["id"]): row for row in cases(80, seed=7, first=5000)}
    assert all(row["answer"] == given[name]["label"] for name, row in exported.items() if row["route"] == "to_person")
    assert all(row["audit_answer"] in {"", given[name]["label"]} for name, row in exported.items())
    assert granted("audit", "status", "mails").data["waiting"] == 0


def test_blank_answers_wait_on(granted: Desk) -> None:
    sheet = waiting(granted)
    rows = read(sheet)
    done = granted("cases", "answer", "mails", "--import", write(sheet, [{**rows[0], "answer": "loan"}, *rows[1:]]), "--as", REVIEWER).data
    assert done["taken"] == 1
    granted("cases", "answer", "mails", "--export", sheet, "--as", REVIEWER)
    assert len(read(sheet)) == len(rows) - 1


def test_one_task_with_two_answers_is_named(granted: Desk) -> None:
    sheet = waiting(granted)
    rows = read(sheet)
    file = write(sheet, [{**rows[0], "answer": "loan"}, {**rows[0], "answer": "card"}])
    said = granted("cases", "answer", "mails", "--import", file, "--as", REVIEWER, code=2).error
    assert rows[0]["task"] in said["why"]
    assert "sheet.csv:3" in said["why"]


def test_a_worksheet_of_something_else_is_named(granted: Desk) -> None:
    said = granted("cases", "answer", "mails", "--import", granted.table("x.csv", cases(3)), "--as", REVIEWER, code=2).error
    assert "'task'" in said["why"]


def test_both_or_neither_of_export_and_import_is_bad_usage(met: Desk) -> None:
    for command in (("adjudicate",), ("cases", "answer")):
        met(*command, "mails", "--as", REVIEWER, code=2)
        met(*command, "mails", "--export", "a.csv", "--import", "b.csv", "--as", REVIEWER, code=2)


def test_columns_called_as_ours_do_not_clash(founded: Desk) -> None:
    rows = [{"task": row["text"], "content": n, "note": "n", "label": row["label"]} for n, row in enumerate(cases(40))]
    options = ("--content", "task,content", "--attributes", "note")
    founded("cases", "submit", "mails", founded.table("new.csv", rows), *options)
    sheet = founded.files / "sheet.csv"
    founded("cases", "answer", "mails", "--export", sheet, "--as", REVIEWER)
    found = read(sheet)
    assert sorted(found[0]) == ["answer", "content", "note", "task", "task (case)"]
    filled = write(sheet, [{**row, "answer": "loan"} for row in found])
    assert founded("cases", "answer", "mails", "--import", filled, "--as", REVIEWER).data["taken"] == 40


def recorded_with_typos(desk: Desk) -> dict[str, str]:
    """Evaluates on a record with some wrong answers; gives the true answer of each text."""
    rows = cases(900)
    record = [
        {**row, "said": row["label"], "sure": 0.9, "label": swapped(row) if n % 60 == 0 else row["label"]} for n, row in enumerate(rows)
    ]
    desk("import", "mails", desk.table("past.csv", record), *POSTED)
    desk("standard", "lock", "mails", "--as", OWNER)
    desk("standard", "countersign", "mails", "--as", RISK)
    assert typed("evaluate", "mails", "--home", str(desk.home)).code in {0, 1, 3}
    return {str(row["text"]): str(row["label"]) for row in rows}


def swapped(row: dict[str, object]) -> str:
    """A wrong answer."""
    return "loan" if row["label"] == "card" else "card"


def test_adjudication_is_blind_and_finds_errors_in_the_record(founded: Desk) -> None:
    truth = recorded_with_typos(founded)
    sheet = founded.files / "sheet.csv"
    handed = founded("adjudicate", "mails", "--export", sheet, "--as", REVIEWER).data
    found = read(sheet)
    assert len(found) == handed["cases"] > 0
    assert list(found[0]) == ["task", "content", "answer"]
    filled = write(sheet, [{**row, "answer": truth[row["content"]]} for row in found])
    done = founded("adjudicate", "mails", "--import", filled, "--as", REVIEWER).data
    assert done["answered"] == len(found)
    assert done["errors_found_in_your_record"] >= 1
    assert founded("adjudicate", "mails", "--export", sheet, code=5).refused["code"] == "person_needed"


def test_nobody_adjudicates_cases_whose_errors_were_shown(founded: Desk) -> None:
    recorded_with_typos(founded)
    founded("sealed", "open", "mails", "--as", OWNER)
    said = founded("adjudicate", "mails", "--export", founded.files / "sheet.csv", "--as", REVIEWER, code=5)
    assert said.refused["code"] == "sealed_cases_opened"


def test_whoever_imported_does_not_adjudicate(founded: Desk) -> None:
    founded("person", "add", "bo@example.org", "--name", "Bo", "--role", "reviewer")
    founded("import", "mails", founded.table("past.csv", cases(300)), *POSTED, "--as", "bo@example.org")
    founded("standard", "lock", "mails", "--as", OWNER)
    founded("standard", "countersign", "mails", "--as", RISK)
    assert typed("evaluate", "mails", "--home", str(founded.home)).code in {0, 1, 3}
    said = founded("adjudicate", "mails", "--export", founded.files / "sheet.csv", "--as", "bo@example.org", code=5)
    assert said.refused["code"] == "adjudicator_not_independent"
