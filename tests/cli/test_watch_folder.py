"""A watched folder from the command line: each file once, whatever is killed when; a wrong file takes nothing in."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.desk import COMMAND, OWNER, POSTED, Desk, cases, only, write

COLUMNS = tuple(word for word in POSTED if word not in {"--answer", "label"})
SCHEMA = """
case:
  kind: text
  largest: 200
  attributes:
    segment: {type: choice, one_of: [retail, vip], required: true}
  never_alone:
    segment: {one_of: [vip]}
"""


def folder(desk: Desk) -> Path:
    """The folder that is watched."""
    place = desk.files / "in"
    place.mkdir(exist_ok=True)
    return place


def watch(desk: Desk, *words: str, code: int = 0) -> dict[str, list[dict[str, object]]]:
    """Takes in what is complete."""
    return desk("cases", "watch", "mails", folder(desk), "--once", "--every", "0.05", *words, code=code).data


def live(desk: Desk) -> list[str]:
    """The names of all cases that came in, behind Licet's back."""
    with closing(sqlite3.connect(desk.home / ".licet" / "licet.sqlite")) as raw:
        return [name for (name,) in raw.execute("select external_id from case_item where part = 'live'")]


def names(place: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(file.name for file in place.iterdir()) if place.exists() else []


def test_each_complete_file_is_taken_in_and_moved(granted: Desk) -> None:
    place = folder(granted)
    write(place / "one.csv", cases(30, seed=5, first=5000))
    (place / "two.csv.part").write_text("id,text\n", "utf-8")
    (found,) = watch(granted, *COLUMNS)["files"]
    assert (found["file"], found["rows"], found["repeated"]) == ("one.csv", 30, 0)
    assert isinstance(found["alone"], int)
    assert found["alone"] > 0
    assert names(place / "done") == ["one.csv"]
    assert names(place) == [".taking", "done", "refused", "two.csv.part"]


def test_the_same_file_again_brings_no_case_twice(granted: Desk) -> None:
    rows = only(cases(20, first=6000), "text", "said", "sure")
    for _ in range(2):
        write(folder(granted) / "one.csv", rows)
        (found,) = watch(granted, *(word for word in COLUMNS if word not in {"--id", "id"}))["files"]
    assert found["repeated"] == 20
    assert len(live(granted)) == 20
    assert len(names(folder(granted) / "done")) == 2


def test_a_file_with_one_wrong_row_brings_no_case_and_says_why(granted: Desk) -> None:
    rows = cases(60, first=7000)
    rows[57]["sure"] = "very"
    write(folder(granted) / "bad.csv", rows)
    write(folder(granted) / "good.csv", cases(5, first=8000))
    refused, good = sorted(watch(granted, *COLUMNS)["files"], key=lambda one: str(one["file"]))
    assert (refused["line"], good["rows"]) == (59, 5)
    assert len(live(granted)) == 5
    assert names(folder(granted) / "refused") == ["bad.csv", "bad.csv.why.txt"]
    why = (folder(granted) / "refused" / "bad.csv.why.txt").read_text("utf-8")
    assert "line: 59" in why
    assert "Rows taken in: 0" in why


def test_a_schema_holds_for_a_watched_folder_and_for_submit(granted: Desk) -> None:
    told = granted.home / "use_cases" / "mails" / "use_case.yaml"
    told.write_text(told.read_text("utf-8") + SCHEMA, "utf-8")
    lines = [
        {"id": "a", "content": {"text": "refund please"}, "attributes": {"segment": "vip"}},
        {"id": "b", "content": {"text": "refund please"}, "attributes": {"segment": "gold"}},
    ]
    file = granted.text("sent.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    error = granted("cases", "submit", "mails", file, code=2).error
    assert "sent.jsonl:2" in error["why"]
    assert "retail, vip" in error["why"]
    assert "gold" not in error["why"]
    assert live(granted) == []
    proposal = {"answer": "refund", "confidence": 0.99, "system": "vendor", "system_version": "3"}
    (folder(granted) / "sent.jsonl").write_text(json.dumps({**lines[0], "proposal": proposal}) + "\n", "utf-8")
    (found,) = watch(granted)["files"]
    assert (found["rows"], found["alone"], found["reasons"]) == (1, 0, {"schema_changed": 1})


def test_a_retired_use_case_leaves_the_file_where_it_was(signed: Desk) -> None:
    signed("use-case", "retire", "mails", "--as", OWNER)
    write(folder(signed) / "one.csv", cases(5))
    assert watch(signed, *COLUMNS, code=5)["refused"]
    assert "one.csv" in names(folder(signed))


def test_what_cannot_be_watched_is_said(granted: Desk) -> None:
    assert "no folder" in granted("cases", "watch", "mails", granted.files / "nowhere", "--once", code=2).error["why"]


def test_nothing_complete_is_said_in_words(granted: Desk) -> None:
    out = granted.shown("cases", "watch", "mails", folder(granted), "--once", "--every", "0.05").out
    assert "No file is complete" in out


@pytest.mark.slow
def test_a_watch_killed_at_any_moment_loses_no_case_and_takes_none_twice(granted: Desk) -> None:
    place, chance = folder(granted), random.Random(7)  # noqa: S311 - moments of a test
    for number in range(4):
        write(place / f"named-{number}.csv", cases(250, seed=number, first=10_000 * (number + 1)))
    command = [*COMMAND, "cases", "watch", "mails", str(place), *COLUMNS, "--every", "0.05", "--home", str(granted.home), "--json"]
    in_the_middle = 0
    for _ in range(12):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while not names(place / ".taking") and len(names(place / "done")) < 4:
            assert process.poll() is None, process.communicate()
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.3))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        in_the_middle += bool(names(place / ".taking"))
    watch(granted, *COLUMNS)
    found = live(granted)
    assert in_the_middle >= 3
    assert (len(found), len(set(found))) == (1000, 1000)
    assert names(place / "done") == [f"named-{number}.csv" for number in range(4)]
    assert names(place / "refused") == names(place / ".taking") == []
    assert granted("ledger", "verify").code == 0
