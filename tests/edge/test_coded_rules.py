"""The rules in a use case's folder, whatever their code does: an item goes by one of the outcomes listed, or is held."""

import os
import re
import threading
from pathlib import Path

import pytest

from licet.core.coded_rule import Question, Ruling, Unruled
from licet.core.ids import UseCaseSlug
from licet.core.workflow import Coded, StepName
from licet.core.workflow_json import version_of, workflow_from_json, workflow_to_json
from licet.edge.bad_file import BadFolderError
from licet.edge.callable_room import MOST_HANGING
from licet.edge.coded_rules import CodedRule, FolderRules, code_digest
from licet.edge.workflow_file import load_workflow

SLUG = UseCaseSlug("slips")
HEAD = "from licet.rules import rule\n"
SIZE = HEAD + "@rule\ndef size(facts):\n    return 'large' if float(facts['amount']) > 100 else 'small'\n"
STEPS = "begin: a\nsteps:\n  a: {python: size, next: {large: b, small: c}}\n  b: end\n  c: end\n"


def asked(root: Path, code: str, *, function: str = "size", within_s: float = 0.2) -> tuple[FolderRules, Question]:
    """Rules of a folder, and what is asked of them."""
    (root / SLUG).mkdir(exist_ok=True)
    (root / SLUG / "rules.py").write_text(code, "utf-8")
    facts = {"amount": "5", "secret": "tell nobody"}
    return FolderRules(root=root, within_s=within_s), Question(code=code_digest(code.encode()), function=function, facts=facts)


def ruled(root: Path, body: str, top: str = "") -> Ruling:
    """What a rule says whose body this is."""
    rules, question = asked(root, f"{HEAD}{top}\n@rule\ndef size(facts):\n    {body}\n")
    return rules.ask(SLUG, question)


@pytest.mark.parametrize(
    ("body", "reason", "detail"),
    [
        ("return 1", "rule_outcome", "int"),
        ("return None", "rule_outcome", "NoneType"),
        ("return ['small']", "rule_outcome", "list"),
        ("return type('S', (str,), {})('small')", "rule_outcome", "S"),
        ("raise ValueError(facts['secret'])", "rule_failed", "rules.py:5 raised ValueError."),
        ("raise SystemExit(0)", "rule_failed", "SystemExit"),
        ("return facts['missing']", "rule_failed", "KeyError"),
        ("import time; time.sleep(0.6)", "rule_timed_out", "0.2 s"),
    ],
)
def test_what_is_no_word_raises_or_takes_too_long_says_nothing(tmp_path: Path, body: str, reason: str, detail: str) -> None:
    said = ruled(tmp_path, body)
    assert isinstance(said, Unruled)
    assert said.reason == reason
    assert detail in said.detail
    assert "tell nobody" not in said.detail, "an error may quote the item"


def test_a_rule_that_does_not_say_the_same_twice_says_nothing(tmp_path: Path) -> None:
    assert ruled(tmp_path, "return next(TURN)", "TURN = iter(['small', 'large', 'small', 'large'])") == Unruled(reason="rule_differs")
    assert ruled(tmp_path, "facts['amount'] = '0'; return 'small'") == "small", "what it does to its facts stays with it"


def test_rules_that_hang_are_let_go_of_and_called_no_more(tmp_path: Path) -> None:
    rules, question = asked(
        tmp_path, f"{HEAD}import threading\nE = threading.Event()\n@rule\ndef size(facts):\n    E.wait(5)\n", within_s=0.02
    )
    said = [rules.ask(SLUG, question) for _ in range(MOST_HANGING + 1)]
    assert all(isinstance(one, Unruled) and one.reason == "rule_timed_out" for one in said)
    assert "called no more" in str(said[-1])
    assert sum(one.name == "licet-system" for one in threading.enumerate()) <= MOST_HANGING + 1
    (found,) = rules.found.values()
    assert isinstance(found, CodedRule)
    found.function.__globals__["E"].set()


def test_code_that_is_not_what_the_version_pins_is_not_run(tmp_path: Path) -> None:
    rules, question = asked(tmp_path, SIZE)
    assert rules.ask(SLUG, question) == "small"
    ran = tmp_path / "ran"
    path = tmp_path / SLUG / "rules.py"
    path.write_text(f"open({os.fspath(ran)!r}, 'w').close()\n{SIZE}", "utf-8")
    assert rules.ask(SLUG, question) == Unruled(reason="rule_code_changed")
    assert not ran.exists()
    path.write_text(SIZE, "utf-8")
    assert rules.ask(SLUG, question) == "small"
    path.unlink()
    assert rules.ask(SLUG, question) == Unruled(reason="rule_code_changed", detail="rules.py cannot be read: No such file or directory.")


def test_code_that_cannot_be_loaded_says_where(tmp_path: Path) -> None:
    rules, question = asked(tmp_path, f"{HEAD}1 / 0\n")
    assert rules.ask(SLUG, question) == Unruled(reason="rule_failed", detail="rules.py:2 cannot be loaded.")


@pytest.mark.parametrize("raised", ["KeyboardInterrupt", "GeneratorExit", "SystemExit", "type('Own', (BaseException,), {})"])
def test_whatever_code_raises_while_it_is_loaded_ends_no_thread_of_ours(tmp_path: Path, raised: str) -> None:
    rules, question = asked(tmp_path, f"{HEAD}raise {raised}\n{SIZE}")
    said: list[Ruling] = []
    thread = threading.Thread(target=lambda: said.append(rules.ask(SLUG, question)))
    thread.start()
    thread.join(10)
    assert said == [Unruled(reason="rule_failed", detail="rules.py:2 cannot be loaded.")]


def test_code_that_is_never_loaded_to_its_end_holds_up_nobody_elses(tmp_path: Path) -> None:
    endless = f"{HEAD}import threading\nthreading.Event().wait(3)\n{SIZE}"
    rules, question = asked(tmp_path, endless)
    rules.loaded_within_s = 0.1
    late = Unruled(reason="rule_timed_out", detail="rules.py was not loaded within 0.1 s.")
    assert [rules.ask(SLUG, question) for _ in range(3)] == [late] * 3
    assert sum(one.name == "licet-system" for one in threading.enumerate()) <= 2, "it is not begun anew"
    others, theirs = asked(tmp_path, SIZE)
    assert others.ask(SLUG, theirs) == "small"


def test_a_workflow_names_its_rules_by_the_digest_of_their_file(tmp_path: Path) -> None:
    (tmp_path / "workflow.yaml").write_text(STEPS, "utf-8")
    (tmp_path / "rules.py").write_text(SIZE, "utf-8")
    first = load_workflow(tmp_path)
    assert first.code == code_digest(SIZE.encode())
    assert first.steps[StepName("a")] == Coded(function="size", outcomes={"large": StepName("b"), "small": StepName("c")})
    assert workflow_from_json(workflow_to_json(first)) == first
    (tmp_path / "rules.py").write_text(f"{SIZE}# another\n", "utf-8")
    assert version_of(load_workflow(tmp_path)) != version_of(first)


@pytest.mark.parametrize(
    ("steps", "code", "says"),
    [
        (STEPS, None, "workflow.yaml:3: 'a' asks a function of rules.py, which cannot be read"),
        (STEPS, "def size(facts):\n    return 'large'\n", "defines no plain function size(facts) under @rule"),
        (STEPS, f"{HEAD}@rule\nasync def size(facts):\n    return 'large'\n", "no plain function"),
        (STEPS, "import nowhere_to_be_found\n", "rules.py:1: ModuleNotFoundError"),
        (STEPS.replace("python: size", "python: __import__"), SIZE, "is no name of a function"),
        (STEPS.replace("{large: b, small: c}", "b"), SIZE, "here is no block"),
        (STEPS.replace("{large: b, small: c}", "{}"), SIZE, "0 outcomes"),
        (STEPS.replace("small: c", "small: nowhere"), SIZE, "'nowhere', which is no step"),
        (STEPS.replace("small: c", "small: a"), SIZE, "a way back"),
        (STEPS + f"code: {'0' * 64}\n", SIZE, "'code' is not written by hand"),
    ],
)
def test_steps_whose_rules_are_not_there_are_no_workflow(tmp_path: Path, steps: str, code: str | None, says: str) -> None:
    (tmp_path / "workflow.yaml").write_text(steps, "utf-8")
    if code is not None:
        (tmp_path / "rules.py").write_text(code, "utf-8")
    with pytest.raises(BadFolderError, match=re.escape(says)):
        load_workflow(tmp_path)
