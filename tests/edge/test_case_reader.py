"""Cases that programs send are read by what the use case's folder says at that moment, and by nothing else."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from licet.core.answer import AnswerKind
from licet.core.history import SentCase
from licet.core.ids import PersonId, UseCaseSlug
from licet.core.use_case import Stage, UseCase
from licet.edge.case_reader import UNREADABLE, FolderReader
from licet.edge.folder import write_use_case
from licet.edge.forms import UseCaseFile

MAILS = UseCase(
    id=1,
    slug=UseCaseSlug("mails"),
    title="Mails",
    answer_kind=AnswerKind.CHOICE,
    stage=Stage.SHADOW,
    owner=None,
    created_by=PersonId("p_1"),
    created_at=datetime(2030, 1, 1, tzinfo=UTC),
)
TOLD = UseCaseFile(slug=MAILS.slug, title="Mails", answer=AnswerKind.CHOICE, answers=("yes", "no"))
RAW = {"content": {"text": "a"}, "proposal": {"answer": "yes", "confidence": 0.9, "system": "v", "system_version": "1"}}


def test_a_case_is_held_against_the_folder_as_it_is_now(tmp_path: Path) -> None:
    reader = FolderReader(root=tmp_path)
    file = write_use_case(tmp_path / "mails", TOLD)
    assert isinstance(reader(MAILS, RAW, line=1), SentCase)
    write_use_case(tmp_path / "mails", replace(TOLD, answers=("no", "never")), overwrite=True)
    os.utime(file, ns=(1, 1))
    found = reader(MAILS, RAW, line=1)
    assert isinstance(found, tuple)
    assert [problem.field for problem in found] == ["proposal.answer"]


def test_where_the_folder_cannot_be_read_nothing_is_taken_in_unchecked(tmp_path: Path) -> None:
    reader = FolderReader(root=tmp_path)
    assert reader(MAILS, RAW, line=1) == (UNREADABLE,)
    write_use_case(tmp_path / "mails", TOLD).write_text("answer: [", "utf-8")
    assert reader(MAILS, RAW, line=1) == (UNREADABLE,)
