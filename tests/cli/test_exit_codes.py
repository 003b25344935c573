"""Exit codes and failures: what a script can rely on, and what a person reads."""

import os
import re
import subprocess
from pathlib import Path

import click
import pytest

from licet.cli import frame
from licet.cli.frame import plain, run, said, visible
from tests.cli.desk import COMMAND, OWNER, Desk, typed


def test_each_kind_of_end_has_its_code(met: Desk, tmp_path: Path) -> None:
    met("doctor", code=0)
    met("gate", "check", "mails", code=1)
    met("evaluate", "nosuch", code=2)
    met("mandate", "grant", "mails", code=5)
    assert typed("doctor", "--home", str(tmp_path / "nowhere"), "--json").code == 4


def test_help_and_version_end_well() -> None:
    assert typed("--help").code == typed("-h").code == typed("mandate", "--help").code == 0
    assert typed("--version").out.strip()
    assert typed().code == typed("mandate").code == 2


@pytest.mark.parametrize("words", [["nonsense"], ["evaluate"], ["evaluate", "a", "b"], ["evaluate", "a", "--nonsense"]])
def test_bad_usage_says_how_it_goes(words: list[str]) -> None:
    shown = typed(*words)
    assert (shown.code, shown.out) == (2, "")
    assert "--help" in shown.err
    assert typed(*words, "--json").error["code"] == "usage"


def test_a_bug_is_called_one(capsys: pytest.CaptureFixture[str]) -> None:
    @click.group()
    def group() -> None: ...

    @group.command()
    def broken() -> None:
        raise ZeroDivisionError("\x1b[31mred")

    assert run(group, ["broken"]) == 70
    told = capsys.readouterr()
    assert told.out == ""
    assert "This is a bug in Licet: ZeroDivisionError" in told.err
    assert "Traceback" in told.err
    assert "\x1b" not in told.err


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), click.exceptions.Abort()])
def test_stopping_is_no_bug(capsys: pytest.CaptureFixture[str], problem: BaseException) -> None:
    @click.group()
    def group() -> None: ...

    @group.command()
    def long() -> None:
        raise problem

    assert run(group, ["long"]) == 4
    assert "Stopped" in capsys.readouterr().err


def test_every_environment_error_is_a_name_that_exists() -> None:
    source = Path(frame.__file__).parents[1]
    names = {name for file in source.rglob("*.py") for name in re.findall(r"^class (\w+)\b", file.read_text("utf-8"), re.MULTILINE)}
    assert names >= frame.ENVIRONMENT_ERRORS


def test_numbers_that_are_none_are_null_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    said({"a": float("nan"), "b": [float("inf"), 1.5], "c": {"d": -float("inf")}}, (), as_json=True)
    assert capsys.readouterr().out == '{"a": null, "b": [null, 1.5], "c": {"d": null}}\n'


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x1b]0;title\x07", "a\\x1b]0;title\\x07"),
        ("\u202egnirts", "\\u202egnirts"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("\x9b31m", "\\x9b31m"),
        ("\udcff", "\\udcff"),
        ("tab\tend", "tab\\tend"),
    ],
)
def test_what_steers_a_terminal_is_written_out(raw: str, shown: str) -> None:
    assert visible(raw) == shown


@pytest.mark.parametrize(
    "raw", ["[bold]x[/]", "\\[bold]x", "\\\\[link=http://e.org]x[/link]", "[/]", "x\\", ":smile:", "two\nlines", "[red]\\"]
)
def test_what_looks_like_markup_is_shown_as_it_stands(capsys: pytest.CaptureFixture[str], raw: str) -> None:
    said({}, [f"[bold]{plain(raw)}[/] end"], as_json=False)
    assert capsys.readouterr().out == raw.replace("\n", "\\n") + " end\n"


def test_a_reader_that_goes_away_is_no_error(met: Desk) -> None:
    words = [*COMMAND, "gate", "show", "mails", "--home", str(met.home)]
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = subprocess.run(words, stdout=gone, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_without_unicode_shows_the_rest(met: Desk) -> None:
    words = [*COMMAND, "gate", "show", "mails", "--home", str(met.home)]
    shown = subprocess.run(words, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, check=False)
    assert shown.returncode == 0
    assert b"\\u2713" in shown.stdout


def test_words_that_are_not_utf_8_are_bad_usage(founded: Desk) -> None:
    assert founded("person", "add", "x@example.org", "--name", "\udcff", "--role", "owner", code=2).error["code"] == "usage"


def test_the_nearest_installation_upwards_is_found(met: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LICET_HOME", raising=False)
    monkeypatch.chdir(met.home / "use_cases" / "mails")
    assert typed("standard", "show", "mails", "--json").data["state"] == "countersigned"
    monkeypatch.chdir(tmp_path)
    assert "licet init" in typed("doctor", "--json").error["why"]
    monkeypatch.setenv("LICET_HOME", str(met.home))
    assert typed("doctor", "--json").code == 0


def test_a_second_init_changes_nothing(founded: Desk) -> None:
    before = (founded.home / ".licet" / "key").read_text("ascii")
    assert typed("init", str(founded.home), "--json").code == 4
    assert (founded.home / ".licet" / "key").read_text("ascii") == before


def test_an_init_that_was_killed_is_begun_anew(tmp_path: Path) -> None:
    half = tmp_path / ".licet.unfinished" / ".licet"
    half.mkdir(parents=True)
    (half / "key").write_text("half", "ascii")
    assert typed("init", str(tmp_path), "--json").code == 0
    assert not (tmp_path / ".licet.unfinished").exists()


def test_a_use_case_that_is_refused_leaves_no_folder(founded: Desk) -> None:
    founded("use-case", "new", "letters", "--title", "two\nlines", code=2)
    founded("use-case", "new", "letters", "--target", "7", code=2)
    founded("use-case", "new", "letters", "--as", "rev@example.org", code=5)
    assert [path.name for path in (founded.home / "use_cases").iterdir()] == ["mails"]


def test_a_folder_from_the_teams_repository_is_taken_as_it_is(founded: Desk) -> None:
    folder = founded.home / "use_cases" / "letters"
    folder.mkdir()
    (folder / "use_case.yaml").write_text("title: Letters to the bank\nanswer: number\n", "utf-8")
    founded("use-case", "new", "letters", "--answer", "choice", code=2)
    assert founded("use-case", "new", "letters").data["answer"] == "number"
    assert (folder / "use_case.yaml").read_text("utf-8").startswith("title: Letters")
    assert founded("check").data["findings"] == []


def test_check_names_file_line_and_remedy(founded: Desk) -> None:
    file = founded.home / "use_cases" / "mails" / "standard.yaml"
    file.write_text(file.read_text("utf-8").replace("target: 0.05", "target: 5"), "utf-8")
    (finding,) = founded("check", code=2).data["findings"]
    assert finding["file"] == str(file)
    assert isinstance(finding["line"], int)
    assert finding["remedy"]
    assert founded("standard", "lock", "mails", "--as", OWNER, code=2).error["code"] == "BadFolderError"
