"""The judge in a use case's folder, whatever its code does."""

from pathlib import Path

import pytest

from licet.core.answer import AnswerKind, Fields, Text
from licet.core.case import TextContent
from licet.core.ids import UseCaseSlug
from licet.core.judge import Opinion
from licet.core.refusal import Unknown
from licet.edge.bad_file import BadFolderError
from licet.edge.callables import load_callable
from licet.edge.code_folder import NotLoadableError
from licet.edge.folder import check_folder, load_standard
from licet.edge.judges import FolderJudges, load_judge
from licet.edge.system_blocks import CallableBlock

CASE = TextContent(text="the dog barks")


def opinion(folder: Path, body: str) -> Opinion:
    """What a judge says whose body this is."""
    (folder / "judge.py").write_text(f"def judge(case, answer):\n    {body}\n", "utf-8")
    return load_judge(folder, CallableBlock(timeout_seconds=0.3)).says([CASE], [Text(value="a dog")])[0]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return answer.split()[-1] in case['text']", 1.0),
        ("return False", 0.0),
        ("return 0.25", 0.25),
        ("import numpy; return numpy.bool_(True)", 1.0),
        ("return float('nan')", "outside"),
        ("return 1.5", "outside"),
        ("return None", "NoneType"),
        ("return 'yes'", "str"),
        ("raise ValueError(case['text'])", "judge.py:2 raised ValueError."),
        ("raise SystemExit", "judge.py:2 raised SystemExit."),
        ("import time; time.sleep(2)", "longer than 0.3 s"),
    ],
)
def test_a_judge_says_yes_no_or_a_number_and_all_else_is_unknown_for_its_case_alone(tmp_path: Path, body: str, says: float | str) -> None:
    """Breaks when what goes wrong ends more than its case, or repeats what the case says."""
    found = opinion(tmp_path, body)
    if isinstance(says, str):
        assert isinstance(found, Unknown)
        assert says in found.why
        assert "dog" not in found.why
        return
    assert found == says


def test_a_judge_is_another_once_its_code_its_prompt_or_what_it_says_of_itself_changed(tmp_path: Path) -> None:
    prompt = tmp_path / "prompt.txt"
    prompt.write_text("Is it right?", "utf-8")
    code = "JUDGE = {'name': 'strict', 'version': '1', 'files': ['prompt.txt']}\ndef judge(case, answer):\n    return answer['a'] == '1'\n"
    (tmp_path / "judge.py").write_text(code, "utf-8")
    first = load_judge(tmp_path)
    assert (first.card.name, first.card.version) == ("strict", "1")
    assert first.says([CASE] * 3, [Fields(values={"a": k}) for k in "121"]) == [1.0, 0.0, 1.0]
    prompt.write_text("Is it really right?", "utf-8")
    second = load_judge(tmp_path)
    (tmp_path / "judge.py").write_text(code.replace("'1'}", "'2'}").replace("== '1'", "== '2'"), "utf-8")
    assert len({first.card.digest, second.card.digest, load_judge(tmp_path).card.digest}) == 3


def test_what_is_no_judge_is_named_with_its_file(tmp_path: Path) -> None:
    judges = FolderJudges(root=tmp_path)
    folder = tmp_path / "mails"
    folder.mkdir()
    assert judges.load(UseCaseSlug("mails")) is None
    for code, why in {
        "x = 1": "no plain function judge",
        "async def judge(case, answer): ...": "no plain function judge",
        "def judge(case, answer: ...": "was never closed",
        "JUDGE = {'files': 'x'}\ndef judge(case, answer): ...": "'files' a list",
        "JUDGE = {'files': ['none.txt']}\ndef judge(case, answer): ...": r"JUDGE\['files'\] names 'none.txt'",
        "JUDGE = {'x': {1}}\ndef judge(case, answer): ...": "plain values",
    }.items():
        (folder / "judge.py").write_text(code, "utf-8")
        with pytest.raises(NotLoadableError, match=why):
            judges.load(UseCaseSlug("mails"))
    (folder / "judge.py").write_text("x = 1", "utf-8")
    assert any(Path(one.file).name == "judge.py" and "does not define `judge`" in one.why for one in check_folder(folder))


@pytest.mark.parametrize("grader", ["judge", "llm-judge"])
def test_a_judge_is_refused_as_the_grader_of_a_standard(tmp_path: Path, grader: str) -> None:
    """Breaks when a standard can make a judge's word count as a label, for a whole answer or for a field."""
    for grading in (f"grading:\n  grader: {grader}\n", f"grading:\n  grader: fields\n  fields:\n    a:\n      grader: {grader}\n"):
        (tmp_path / "standard.yaml").write_text(f"measures:\n  - name: e\n    kind: error_alone\n    target: 0.05\n{grading}", "utf-8")
        with pytest.raises(BadFolderError, match="never counts as a label"):
            load_standard(tmp_path)


def test_a_judge_in_the_folder_of_a_system_makes_it_another_system(tmp_path: Path) -> None:
    """What lies in the folder may be read by the system's code: it counts, as every Python file there does."""
    (tmp_path / "system.py").write_text("def propose(content):\n    return {}\n", "utf-8")
    before = load_callable(tmp_path, AnswerKind.TEXT).card.fingerprint
    (tmp_path / "judge.py").write_text("def judge(case, answer):\n    return True\n", "utf-8")
    assert load_callable(tmp_path, AnswerKind.TEXT).card.fingerprint != before
