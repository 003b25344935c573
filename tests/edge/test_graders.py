"""The grader in a use case's folder, whatever its code does."""

import threading
from pathlib import Path

import pytest

from licet.core.answer import Fields, Number, Text
from licet.core.grading_form import NotAGradingError
from licet.core.ids import UseCaseSlug
from licet.core.own_grader import Grade, OwnGrader
from licet.core.refusal import Unknown
from licet.core.standard import Standard, standard_digest, standard_from_json, standard_to_json
from licet.edge.bad_file import BadFolderError
from licet.edge.callable_room import MOST_HANGING
from licet.edge.folder import check_folder, load_standard, write_standard
from licet.edge.graders import FolderGraders

SLUG = UseCaseSlug("mails")
STANDARD = """\
measures:
  - {name: error, kind: error_alone, target: 0.05, confidence: 0.95}
method: anytime
grading: {grader: python}
"""
PAIR = (Text(value="a dog"), Text(value="the dog"))


def of_folder(folder: Path, code: str, standard: str = STANDARD) -> Standard:
    """The standard of a folder with a grader of this code."""
    folder.mkdir(exist_ok=True)
    (folder / "grader.py").write_text(code, "utf-8")
    (folder / "standard.yaml").write_text(standard, "utf-8")
    return load_standard(folder)


def own(standard: Standard) -> OwnGrader:
    assert isinstance(standard.grading, OwnGrader)
    return standard.grading


def grade_by(root: Path, body: str) -> Grade:
    """What a grader says whose body this is."""
    wanted = own(of_folder(root / SLUG, f"def grade(given, right):\n    {body}\n"))
    found = FolderGraders(root=root, within_s=0.2).load(SLUG, wanted)
    assert not isinstance(found, Unknown)
    return found.grades([PAIR])[0]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return len(set(given.split()) ^ set(right.split())) / 4", 0.5),
        ("return 0", 0.0),
        ("import numpy; return numpy.float32(0.25)", 0.25),
        ("return float('nan')", "outside"),
        ("return 1.0000001", "outside"),
        ("return -0.1", "outside"),
        ("return 10**400", "raised OverflowError"),
        ("return True", "bool"),
        ("return None", "NoneType"),
        ("return '0.5'", "str"),
        ("raise ValueError(right)", "grader.py:2 raised ValueError."),
        ("raise SystemExit", "grader.py:2 raised SystemExit."),
        ("raise MemoryError", "grader.py:2 raised MemoryError."),
        ("return grade(given, right)", "raised RecursionError."),
        ("import time; time.sleep(1)", "longer than 0.2 s"),
    ],
)
def test_a_grader_says_a_loss_and_all_else_is_unknown_for_its_pair_alone(tmp_path: Path, body: str, says: float | str) -> None:
    """Breaks when what goes wrong passes for a loss, ends more than its pair, or repeats what an answer says."""
    found = grade_by(tmp_path, body)
    if isinstance(says, str):
        assert isinstance(found, Unknown)
        assert says in found.why
        assert "dog" not in found.why
        return
    assert found == says


def test_a_grader_that_hangs_is_called_no_more_and_never_holds_up_more_threads_than_it_may(tmp_path: Path) -> None:
    wanted = own(of_folder(tmp_path / SLUG, "import time\ndef grade(given, right):\n    time.sleep(3)\n"))
    graders = FolderGraders(root=tmp_path, within_s=0.02)
    before = threading.active_count()
    for _ in range(3):
        found = graders.load(SLUG, wanted)
        assert not isinstance(found, Unknown)
        assert all(isinstance(one, Unknown) for one in found.grades([PAIR] * 20))
    assert threading.active_count() <= before + MOST_HANGING + 2


def test_answers_are_handed_over_as_a_system_gives_them_and_a_grader_cannot_change_them(tmp_path: Path) -> None:
    code = "def grade(given, right):\n    given['a'] = right['a']\n    return 0.5\n"
    code += "def far(given, right):\n    return min(1, abs(given - right))\n"
    graders = FolderGraders(root=tmp_path)
    fields = graders.load(SLUG, own(of_folder(tmp_path / SLUG, code)))
    far = graders.load(SLUG, own(of_folder(tmp_path / SLUG, code, STANDARD.replace("python}", "python, function: far}"))))
    assert not isinstance(fields, Unknown)
    assert not isinstance(far, Unknown)
    given = Fields(values={"a": "1"})
    assert fields.grades([(given, Fields(values={"a": "2"}))]) == [0.5]
    assert given == Fields(values={"a": "1"})
    assert far.grades([(Number(value=1.0), Number(value=1.25))]) == [0.25]


def test_changed_code_is_another_standard_and_a_grader_of_other_code_is_never_run(tmp_path: Path) -> None:
    folder = tmp_path / SLUG
    locked = of_folder(folder, "def grade(given, right):\n    return 1\n")
    graders = FolderGraders(root=tmp_path)
    assert not isinstance(graders.load(SLUG, own(locked)), Unknown)
    touched = tmp_path / "touched"
    lax = of_folder(folder, f"open({str(touched)!r}, 'w')\ndef grade(given, right):\n    return 0\n")
    assert standard_digest(SLUG, 1, lax) != standard_digest(SLUG, 1, locked)
    found = graders.load(SLUG, own(locked))
    assert isinstance(found, Unknown)
    assert "not what the standard was locked with" in found.why
    assert not touched.exists()
    (folder / "system.py").write_text("def propose(content): ...\n", "utf-8")
    assert load_standard(folder) == lax, "another system is no other standard"
    (folder / "grader.py").unlink()
    assert isinstance(graders.load(SLUG, own(locked)), Unknown)


def test_a_grader_stands_alone_so_that_its_digest_speaks_of_all_its_code(tmp_path: Path) -> None:
    folder = tmp_path / SLUG
    wanted = own(of_folder(folder, "import wordlist\ndef grade(given, right): ...\n"))
    (folder / "wordlist.py").write_text("WORDS = ()\n", "utf-8")
    found = FolderGraders(root=tmp_path).load(SLUG, wanted)
    assert isinstance(found, Unknown)
    assert "No module named 'wordlist'" in found.why


def test_a_folder_without_its_grader_is_refused_by_file_and_line_and_nothing_of_one_is_run(tmp_path: Path) -> None:
    folder = tmp_path / SLUG
    for code, why in {
        "x = 1": "does not define `grade`",
        "def grade(given, right: ...": "this is not Python",
        "raise SystemExit\ndef grade(given, right): ...": "",
    }.items():
        of_folder(folder, code)
        found = [one for one in check_folder(folder) if one.file.endswith("grader.py")]
        assert len(found) == bool(why)
        assert not why or why in found[0].why
    (folder / "grader.py").unlink()
    with pytest.raises(BadFolderError, match=r"standard\.yaml:4: .*grader\.py cannot be read"):
        load_standard(folder)
    with pytest.raises(BadFolderError, match="no name of a function"):
        of_folder(folder, "", STANDARD.replace("python}", "python, function: lambda}"))
    with pytest.raises(BadFolderError, match="anytime"):
        of_folder(folder, "", STANDARD.replace("method: anytime\n", ""))
    with pytest.raises(BadFolderError, match="setting of the grader 'python'"):
        of_folder(folder, "", STANDARD.replace("python}", "exact, function: grade}"))


def test_a_standard_with_an_own_grader_reads_back_equal_from_its_file_and_from_what_is_stored(tmp_path: Path) -> None:
    standard = of_folder(tmp_path / SLUG, "def grade(given, right): ...\n")
    assert standard_from_json(standard_to_json(standard)) == standard
    write_standard(tmp_path / SLUG, standard, overwrite=True)
    assert load_standard(tmp_path / SLUG) == standard
    with pytest.raises(NotAGradingError, match="not a grading"):
        standard_from_json({**dict(standard_to_json(standard)), "grading": {"grader": "python"}})  # type: ignore[arg-type]  # it is an object


@pytest.mark.parametrize(
    "body",
    [
        "open(__file__ + '.out', 'w').write(right)",
        "import os; os.close(os.open(__file__ + '.out', os.O_CREAT | os.O_WRONLY))",
        "import os; os.mkdir(__file__ + '.out')",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import sqlite3; sqlite3.connect(':memory:')",
    ],
)
def test_a_grader_that_would_carry_a_right_answer_out_is_stopped_and_grades_nothing(tmp_path: Path, body: str) -> None:
    found = grade_by(tmp_path, f"{body}; return 0.0")
    assert isinstance(found, Unknown)
    assert "raised ReachesOutError" in found.why
    assert [path.name for path in (tmp_path / SLUG).iterdir() if ".out" in path.name] == []


def test_what_a_grader_prints_of_right_answers_reaches_nobody_and_what_others_print_does(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    body = "import sys; print(right); print(right, file=sys.stderr); sys.stdout.writelines([right]); return 0.5"
    assert grade_by(tmp_path, body) == 0.5
    print("others")  # noqa: T201 - what is tested
    heard = capfd.readouterr()
    assert (heard.out, heard.err) == ("others\n", "")


def test_a_grader_may_read_files(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("0.25", "utf-8")
    assert grade_by(tmp_path, f"import pathlib; return float(pathlib.Path({str(tmp_path / 'words')!r}).read_text())") == 0.25
