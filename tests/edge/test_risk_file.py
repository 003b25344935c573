"""A file of risk answers: what is written reads back, `no` stays a word, and what is wrong is named with its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.risk import NO_ANSWERS, risk_answers
from licet.core.risk_questions import QUESTIONS, UNKNOWN
from licet.edge.bad_file import BadFolderError
from licet.edge.risk_file import ANSWER_TEXT, read_risk_file, risk_file
from licet.edge.yaml_tree import tree_of

ANSWERS = st.fixed_dictionaries({question.code: st.sampled_from(question.answers) for question in QUESTIONS})


@given(ANSWERS)
def test_what_is_written_reads_back_equal(answers: dict[str, str]) -> None:
    """Breaks when YAML takes `no` for a truth value."""
    found = tree_of("answers.yaml", risk_file(risk_answers(answers)), ANSWER_TEXT).values
    assert risk_answers({code: str(answer) for code, answer in found.items()}) == risk_answers(answers)


def test_the_empty_form_asks_everything_and_answers_nothing(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text(risk_file(NO_ANSWERS), "utf-8")
    assert read_risk_file(path) == {question.code: UNKNOWN for question in QUESTIONS}
    assert all(f"# {question.asks}\n" in path.read_text("utf-8") for question in QUESTIONS)


def test_what_is_wrong_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text("undo: day\nweather: fine\nharm: maybe\nmoney: [none]\n", "utf-8")
    with pytest.raises(BadFolderError) as wrong:
        read_risk_file(path)
    found = [(finding.line, finding.why.split()[0]) for finding in wrong.value.findings]
    assert found == [(2, "'weather'"), (3, "'maybe'"), (4, "['none']")]
