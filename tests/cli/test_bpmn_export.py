"""Processes and workflows in BPMN at the command line: what is written, what it says of itself, and what is refused."""

import pytest

from tests.cli.desk import OWNER, Desk
from tests.cli.test_process_compare import exported
from tests.cli.test_workflows import STEPS

pytest.importorskip("bpmn_io", reason="the extra `bpmn` is not installed")

PROCESS = """\
steps:
  - receive
  - check
  - any_of: [approve, decline]
"""
REDESIGN = "title: AI checks\ndecides: check\nsteps:\n  check: {by: ai alone}\nremove: [receive]\n"


def test_a_registered_workflow_is_written_by_version(met: Desk) -> None:
    folder, file = met.home / "use_cases" / "mails", met.files / "mails.bpmn"
    assert met("workflow", "export", "mails", file, code=5).refused["code"] == "no_workflow"
    (folder / "workflow.yaml").write_text(STEPS, "utf-8")
    met("workflow", "register", "mails", "--as", OWNER)
    written = met("workflow", "export", "mails", file).data
    assert (written["use_case"], written["version"], written["bytes"]) == ("mails", 1, file.stat().st_size)
    assert "amount above 100" in file.read_text("utf-8")
    assert "is no version" in met("workflow", "export", "mails", file, "--version", "2", code=5).refused["why"]
    (folder / "workflow.yaml").write_text(STEPS.replace("100", "200"), "utf-8")
    met("workflow", "register", "mails", "--as", OWNER)
    met("workflow", "export", "mails", file)
    assert "amount above 200" in file.read_text("utf-8")
    met("workflow", "export", "mails", file, "--version", "1")
    assert "amount above 100" in file.read_text("utf-8")


def test_a_process_is_written_as_stated_as_planned_and_as_it_was(met: Desk) -> None:
    folder, file = met.home / "use_cases" / "mails", met.files / "mails.bpmn"
    refused = met("process", "export", "mails", file, code=5).refused
    assert (refused["code"], "process.yaml" in refused["remedy"]) == ("bpmn_cannot_say", True)
    (folder / "process.yaml").write_text(PROCESS, "utf-8")
    assert met("process", "export", "mails", file).data["what"] == "stated"
    assert '<bpmn:task id="n3" name="check">' in file.read_text("utf-8")
    assert "redesign.yaml" in met("process", "export", "mails", file, "--what", "to-be", code=2).error["why"]
    (folder / "redesign.yaml").write_text(REDESIGN, "utf-8")
    told = met.shown("process", "export", "mails", file, "--what", "to-be").out
    assert "nothing in it was measured" in told
    assert 'serviceTask id="n2" name="check"' in file.read_text("utf-8")
    assert met("process", "export", "mails", file, "--what", "as-is", code=5).refused["code"] == "no_event_log"
    met("process", "import", "mails", exported(met.files / "log.csv"), "--as", OWNER)
    told = met.shown("process", "export", "mails", file, "--what", "as-is").out
    assert "no model to be executed" in told
    assert " times" in file.read_text("utf-8")


def test_a_folder_is_no_file_to_write(met: Desk) -> None:
    assert "is a folder" in met("process", "export", "mails", met.files, code=2).error["why"]
