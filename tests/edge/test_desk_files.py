"""What a folder says of its desk is read strictly, reads back as it was written, and never stops a case from waiting for people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from licet.core.answer import AnswerKind
from licet.core.capacity import Staffing
from licet.core.desk import ORDINARY, DeskRules
from licet.core.ids import UseCaseSlug
from licet.edge.desk_block import DeskBlock, SkillsBlock, StaffingBlock, UrgentBlock
from licet.edge.desk_files import FolderDesks
from licet.edge.folder import BadFolderError, UseCaseFile, check_folder, load_use_case, write_use_case

MAILS = UseCaseSlug("mails")
PLAIN = UseCaseFile(slug=MAILS, title="Mails", answer=AnswerKind.CHOICE, answers=("yes", "no"))
BLOCK = """
desk:
  due_hours: 8
  urgent:
    due_hours: 1.5
    attributes:
      value:
        - no
        - 1.50
  skills:
    attribute: language
    values:
      fr: french
  staffing:
    hours_a_day: 4
    seconds_a_case: 90.5
  question: Which department?
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A use case's folder."""
    write_use_case(tmp_path / MAILS, PLAIN)
    return tmp_path / MAILS


def said(folder: Path, block: str) -> None:
    """Adds a block to the file."""
    file = folder / "use_case.yaml"
    file.write_text(file.read_text("utf-8") + block, "utf-8")


def test_a_folder_says_how_soon_its_cases_are_due_and_for_whom_they_are(folder: Path) -> None:
    said(folder, BLOCK)
    (folder / "guideline.md").write_text("Read *twice*.\n", "utf-8")
    rules = FolderDesks(root=folder.parent).rules(MAILS)
    now = datetime(2030, 1, 1, tzinfo=UTC)
    assert (rules.due({}, now), rules.due({"value": "1.50"}, now)) == (now + timedelta(hours=8), now + timedelta(hours=1.5))
    assert (rules.skill({"language": "fr"}), rules.skill({"language": "de"}), rules.skill({})) == ("french", None, None)
    assert rules.staffing == Staffing(hours_a_day=4.0, seconds_a_case=90.5)
    assert rules.guideline is not None
    assert (rules.guideline.text, rules.answers, rules.form.question) == ("Read *twice*.", ("yes", "no"), "Which department?")


def test_a_changed_file_counts_from_the_next_case_on_and_a_broken_one_changes_nothing(folder: Path) -> None:
    desks = FolderDesks(root=folder.parent)
    assert desks.rules(MAILS) == DeskRules(urgent_within=ORDINARY.due_within, answers=("yes", "no"))
    said(folder, BLOCK)
    assert desks.rules(MAILS).due_within == timedelta(hours=8)
    said(folder, "\nnonsense: [")
    assert desks.rules(MAILS).due_within == timedelta(hours=8)
    assert desks.rules(UseCaseSlug("absent")) == ORDINARY


@pytest.mark.parametrize(
    "block",
    [
        "\ndesk:\n  due_hours: 0\n",
        "\ndesk:\n  due_hours: 1\n  urgent:\n    due_hours: 2\n    attributes:\n      a:\n        - b\n",
        "\ndesk:\n  skills:\n    attribute: a\n    values:\n      x: Not A Skill\n",
        "\ndesk:\n  hours: 3\n",
        "\ndesk:\n  staffing:\n    hours_a_day: 25\n",
        "\ndesk:\n  staffing:\n    cases_a_day: 0\n",
    ],
)
def test_what_cannot_be_meant_is_named_with_its_line(folder: Path, block: str) -> None:
    said(folder, block)
    with pytest.raises(BadFolderError) as refused:
        load_use_case(folder)
    assert all(one.line is not None and one.remedy for one in refused.value.findings)


def test_a_guideline_that_nobody_can_read_is_found_by_check(folder: Path) -> None:
    (folder / "guideline.md").write_bytes(b"\xff")
    assert "not UTF-8" in " ".join(one.why for one in check_folder(folder))


def test_the_block_reads_back_as_it_was_written(tmp_path: Path) -> None:
    block = DeskBlock(
        due_hours=2.5,
        urgent=UrgentBlock(due_hours=1.0, attributes={"no": ["yes", "0", "a: b"]}),
        skills=SkillsBlock(attribute="1.50", values={"null": "french"}),
        question="What: is it? #1",
        rubric=["- polite", "no"],
        unit="€",
        least=0.5,
        longest=300,
        staffing=StaffingBlock(hours_a_day=0.5, cases_a_day=12.5),
    )
    told = replace(PLAIN, desk=block)
    write_use_case(tmp_path / MAILS, told)
    assert load_use_case(tmp_path / MAILS) == told
