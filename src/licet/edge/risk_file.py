"""A file of risk answers: one `question: answer` per line, as people fill it in."""

from collections.abc import Iterable
from pathlib import Path

from licet.core.risk import RiskAnswers
from licet.core.risk_questions import BY_CODE, QUESTIONS, UNKNOWN, Question
from licet.edge.bad_file import BadFolderError, Finding, shown
from licet.edge.yaml_tree import Tree, read_tree

ANSWER_TEXT = frozenset(BY_CODE)
"""Answers are text as typed: `no` is the word, not a truth value."""


def read_risk_file(path: Path) -> dict[str, str]:
    """Reads answers; questions that are left out are not answered.

    Raises:
        BadFolderError: with all that is wrong, each with its line.
    """
    tree = read_tree(path, ANSWER_TEXT)
    found = [finding for code, answer in tree.values.items() if (finding := _wrong(tree, code, answer)) is not None]
    if found:
        raise BadFolderError(tuple(found))
    return {code: str(answer) for code, answer in tree.values.items()}


def _wrong(tree: Tree, code: str, answer: object) -> Finding | None:
    if code not in BY_CODE:
        return tree.finding((code,), f"{shown(code)} is not a risk question.", "`licet risk questions` lists them.")
    if answer not in BY_CODE[code].answers:
        takes = ", ".join(BY_CODE[code].answers)
        return tree.finding((code,), f"{shown(answer)} is no answer to {code!r}.", f"Write one of: {takes}.")
    return None


def risk_file(answers: RiskAnswers) -> str:
    """Writes a file to fill in, with each question and what it takes, and the answers that are there; it reads back equal."""
    return "\n".join(line for question in QUESTIONS for line in _lines(question, answers.of(question.code)))


def _lines(question: Question, answer: str) -> Iterable[str]:
    yield f"# {question.asks}"
    if question.helps:
        yield f"# ({question.helps})"
    width = max(len(code) for code in question.answers)
    yield from (f"#   {option.code:{width}}  {option.says}" for option in question.options)
    yield f"{question.code}: {answer if answer in question.answers else UNKNOWN}"
    yield ""
