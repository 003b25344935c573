"""An LLM step's files: what a block may ask for, given what the use case answers."""

from pathlib import Path

import pytest

from licet.edge.bad_file import BadFolderError
from licet.edge.folder import load_use_case
from licet.edge.llm_block import Way
from licet.edge.llm_folder import load_step

YAML = """title: Mails
answer: {answer}
system: llm
llm:
  url: http://127.0.0.1:9/v1
  model: m
  version: 7
  confidence: precedents
"""


def folder(root: Path, answer: str) -> Path:
    made = root / "mails"
    made.mkdir()
    (made / "use_case.yaml").write_text(YAML.format(answer=answer), "utf-8")
    (made / "prompt.md").write_text("Sort mails.\n", "utf-8")
    return made


def test_past_cases_say_how_sure_a_choice_is(tmp_path: Path) -> None:
    made = folder(tmp_path, "choice")
    step = load_step(made, load_use_case(made))
    assert step is not None
    assert step.way is Way.PRECEDENTS


@pytest.mark.parametrize("answer", ["number", "text", "fields"])
def test_of_answers_that_are_no_choice_past_cases_say_nothing_and_the_folder_is_refused(tmp_path: Path, answer: str) -> None:
    made = folder(tmp_path, answer)
    with pytest.raises(BadFolderError) as refused:
        load_step(made, load_use_case(made))
    (found,) = refused.value.findings
    assert found.file == str(made / "use_case.yaml")
    assert f"the answers here are {answer}" in found.why
    assert "confidence: samples" in found.remedy
