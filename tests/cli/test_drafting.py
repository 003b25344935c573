"""The wizard: it asks in plain words, shows what each target would mean, and writes only what was said yes to."""

import io
import json
import sys

import pytest

from licet.edge.folder import check_folder, load_standard
from tests.cli.desk import OWNER, Desk

ANSWERS = ["Which bank a mail is for", "20", "95%", "yes", "-", "-", "-", "not a share", "40%"]


def test_a_draft_is_asked_for_shown_and_written_once_it_may(imported: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = imported.home / "use_cases" / "mails"
    before = (folder / "standard.yaml").read_text("utf-8")
    shown = imported("standard", "draft", "mails", "--one-in", "20", "--worthwhile", "40%", "--as", OWNER).data
    assert (shown["written"], (folder / "standard.yaml").read_text("utf-8")) == (False, before)
    assert shown["changes"] == ["min coverage: 0% → 40% (stricter)"]
    assert [one["target"] for one in shown["targets"]] == [0.1, 0.05, 0.02, 0.01]
    assert shown["sealed_labels"] == shown["past_cases"]["sealed"] > 0
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join([*ANSWERS, "n", ""])))
    no = imported.shown("standard", "draft", "mails", "--as", OWNER)
    assert "Why: A single one among the sealed cases keeps AI from deciding alone there." in no.err
    assert "'not a share' does not answer it: type a share such as 40%." in no.err
    assert "Nothing was written" in no.out
    assert (folder / "standard.yaml").read_text("utf-8") == before
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join([*ANSWERS, "y", ""])))
    imported.shown("standard", "draft", "mails", "--as", OWNER)
    assert "# Decided here: Which bank a mail is for\n" in (folder / "standard.yaml").read_text("utf-8")
    assert load_standard(folder).high_stakes == {"yes"}
    assert check_folder(folder) == ()
    assert imported("standard", "show", "mails").data["state"] == "draft"


def test_answers_come_from_a_file_too_and_a_locked_standard_is_in_the_way(imported: Desk) -> None:
    said = {"one_in": 10, "never": [{"right": ["yes"]}], "groups": {"attribute": "customer", "largest": 3}, "parts": []}
    file = imported.text("answers.json", json.dumps(said))
    found = imported("standard", "draft", "mails", "--answers", file, "--yes", "--as", OWNER).data
    assert (found["written"], len(found["standard"]["measures"])) == (True, 2)
    wrong = imported("standard", "draft", "mails", "--answers", imported.text("x.json", '{"on_in": 3}'), code=2)
    assert "Did you mean 'one_in'?" in wrong.error["why"]
    assert "type RIGHT:GIVEN" in imported("standard", "draft", "mails", "--never", "fraud", code=2).error["why"]
    imported("standard", "lock", "mails", "--as", OWNER)
    assert imported("standard", "draft", "mails", "--one-in", "20", "--as", OWNER, code=5).refused["code"] == "already_done"
    imported("standard", "revise", "mails", "--as", OWNER)
    imported("standard", "draft", "mails", "--one-in", "20", "--yes", "--as", OWNER)
    changed = imported("standard", "diff", "mails").data
    assert (changed["from"], changed["to"], changed["versions"]) == (1, "file", [1])
    assert {one["direction"] for one in changed["differences"]} == {"stricter"}
    assert "target: 10% → 5% (stricter)" in imported.shown("standard", "diff", "mails", "--from", "1").out
    assert imported("standard", "diff", "mails", "--from", "9", code=5).refused["code"] == "not_there"
    assert imported("standard", "diff", "mails", "--to", "0", code=2).error["code"] == "usage"
