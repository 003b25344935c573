"""What a use case's folder says of effects: read as it stands now, and whatever is wrong with it is a failed attempt, not a lost effect."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from licet.core.answer import AnswerKind
from licet.core.canonical import Json
from licet.core.effect import Death, Delivered, Failed, Outcome, Undeliverable, Way
from licet.core.ids import UseCaseSlug
from licet.edge.bad_file import BadFolderError
from licet.edge.effect_block import EffectBlock, FunctionBlock, WebhookBlock
from licet.edge.effects import AT_ONCE, FolderEffects
from licet.edge.folder import UseCaseFile, check_folder, load_use_case, write_use_case
from licet.edge.late import LateEffects
from licet.pretend import START
from licet.settings import SecretMissingError
from tests.receiver import receiving

SLIPS = UseCaseSlug("slips")
HEAD = "title: Slips\nanswer: choice\n"
CALLABLE = f"{HEAD}effect: callable\n"
HOOK = f"{HEAD}effect:\n  webhook:\n    url: https://orders.example.org/licet\n    secret: LICET_SECRET_ORDERS\n"
MESSAGE: dict[str, Json] = {"key": "k1", "answer": "Frau Muster"}
KEEPS = "import json, pathlib\ndef effect(decision):\n    pathlib.Path(__file__).with_name('told').write_text(json.dumps(decision))\n"

Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Writes files of the use case's folder; each time is a later one."""
    times = iter(range(1_000_000_000, 2_000_000_000, 10))

    def make(use_case: str | None = None, effect: str | None = None) -> Path:
        path = tmp_path / SLIPS
        path.mkdir(exist_ok=True)
        for name, text in (("use_case.yaml", use_case), ("effect.py", effect)):
            if text is not None:
                (path / name).write_text(text, "utf-8")
                moment = next(times)
                os.utime(path / name, (moment, moment))
        return path

    return make


def no_secrets(name: str) -> str:
    """Nobody has set any."""
    message = f"The secret {name} is not set."
    raise SecretMissingError(message)


def told(folder: Path, effects: FolderEffects | None = None) -> Outcome:
    """Delivers."""
    return (effects or FolderEffects(folder.parent, no_secrets)).deliver(SLIPS, MESSAGE, START)


def failed(outcome: Outcome) -> str:
    """Why it failed, to be tried again."""
    assert isinstance(outcome, Failed)
    assert outcome.retry
    return outcome.why


# --- which way ---------------------------------------------------------------------------------------------------------


def test_the_folder_says_the_way_and_a_change_counts_at_once(folder: Folder) -> None:
    effects = FolderEffects(folder().parent, no_secrets)
    for text, way in ((HEAD, None), (CALLABLE, Way.CALLABLE), (HOOK, Way.WEBHOOK), ("title: [", Way.UNREADABLE), (HEAD, None)):
        folder(text)
        assert effects.way(SLIPS) is way, text


def test_an_effect_that_was_decided_while_the_folder_was_unreadable_is_not_lost(folder: Folder) -> None:
    effects = FolderEffects(folder("title: [").parent, no_secrets)
    assert failed(effects.deliver(SLIPS, MESSAGE, START)) == "use_case.yaml:1 cannot be read. Run `licet check` and correct it."
    folder(CALLABLE, KEEPS)
    assert effects.deliver(SLIPS, MESSAGE, START) == Delivered()
    folder(HEAD)
    gone = effects.deliver(SLIPS, MESSAGE, START)
    assert isinstance(gone, Undeliverable)
    assert gone.death is Death.NOWHERE


def test_an_effect_that_was_decided_while_the_folder_was_away_is_not_lost(folder: Folder, tmp_path: Path) -> None:
    """Breaks when a folder that is being replaced, or was never mounted beside this worker, counts as one that names no effect."""
    effects = FolderEffects(tmp_path, no_secrets)
    assert effects.way(SLIPS) is Way.UNREADABLE
    assert failed(effects.deliver(SLIPS, MESSAGE, START)).startswith("use_case.yaml is not there.")
    folder(CALLABLE, KEEPS)
    assert effects.deliver(SLIPS, MESSAGE, START) == Delivered()
    (tmp_path / SLIPS / "use_case.yaml").unlink()
    assert effects.way(SLIPS) is Way.UNREADABLE


def test_what_is_late_is_the_same(folder: Folder) -> None:
    late = LateEffects(root=folder(CALLABLE, KEEPS).parent, secret=no_secrets, allow="")
    assert (late.way(SLIPS), late.deliver(SLIPS, MESSAGE, START)) == (Way.CALLABLE, Delivered())


# --- functions ---------------------------------------------------------------------------------------------------------


def test_the_function_is_told(folder: Folder) -> None:
    path = folder(CALLABLE, KEEPS)
    assert told(path) == Delivered()
    assert (path / "told").read_text() == '{"key": "k1", "answer": "Frau Muster"}'


def test_what_the_function_raises_is_told_by_its_line_and_not_by_its_words(folder: Folder) -> None:
    raising = "def effect(decision):\n    x = 1\n    raise ValueError(decision['answer'])\n"
    assert failed(told(folder(CALLABLE, raising))) == "effect.py:3 raised ValueError."
    assert failed(told(folder(CALLABLE, "import sys\ndef effect(decision):\n    sys.exit(1)\n"))) == "effect.py:3 raised SystemExit."


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("def effect(decision:\n", "effect.py:1 cannot be loaded."),
        ("x = 1\nimport nobody_has_this\n", "effect.py:2 cannot be loaded."),
        ("def affect(decision):\n    pass\n", "effect.py cannot be loaded."),
        ("async def effect(decision):\n    pass\n", "effect.py cannot be loaded."),
    ],
)
def test_a_function_that_cannot_be_loaded_fails_until_it_is_corrected(folder: Folder, code: str, why: str) -> None:
    path = folder(CALLABLE, code)
    effects = FolderEffects(path.parent, no_secrets)
    assert failed(told(path, effects)).startswith(why)
    folder(effect=KEEPS)
    assert told(path, effects) == Delivered()


def test_a_function_is_loaded_again_when_a_file_of_its_folder_changes(folder: Folder) -> None:
    path = folder(CALLABLE, "from rates import RATE\ndef effect(decision):\n    assert RATE == 2\n")
    (path / "rates.py").write_text("RATE = 1\n")
    effects = FolderEffects(path.parent, no_secrets)
    assert failed(told(path, effects)) == "effect.py:3 raised AssertionError."
    (path / "rates.py").write_text("RATE = 2 # x\n")
    assert told(path, effects) == Delivered()


def test_a_function_that_hangs_costs_its_time_out_and_takes_no_more_than_its_places(folder: Folder) -> None:
    quick = f"{HEAD}effect:\n  callable:\n    timeout_seconds: 0.05\n"
    path = folder(quick, "import time\ndef effect(decision):\n    time.sleep(1.5 if decision['key'] == 'slow' else 0)\n")
    effects = FolderEffects(path.parent, no_secrets)
    began = time.monotonic()
    for _ in range(AT_ONCE):
        assert failed(effects.deliver(SLIPS, {"key": "slow"}, START)) == "effect.py did not end within 0.05 s."
    assert failed(effects.deliver(SLIPS, {"key": "quick"}, START)) == "effect.py did not end within 0.05 s."
    assert time.monotonic() - began < 1.4
    time.sleep(1.6)
    assert effects.deliver(SLIPS, {"key": "quick"}, START) == Delivered()


def test_the_function_gets_a_copy_of_its_own(folder: Folder) -> None:
    path = folder(CALLABLE, "def effect(decision):\n    decision.clear()\n")
    assert told(path) == Delivered()
    assert MESSAGE["key"] == "k1"


# --- webhooks ----------------------------------------------------------------------------------------------------------


def test_a_webhook_is_told_with_the_secret_of_the_environment(folder: Folder) -> None:
    with receiving() as receiver:
        path = folder(HOOK.replace("https://orders.example.org/licet", receiver.url))
        effects = FolderEffects(path.parent, lambda name: f"{name} is long enough", "127.0.0.1")
        assert told(path, effects) == Delivered()
        assert receiver.requests[0].headers["idempotency-key"] == "k1"
        assert "not a public one" in failed(told(path, FolderEffects(path.parent, lambda name: f"{name} is long enough")))
        assert "is not set" in failed(told(path, FolderEffects(path.parent, no_secrets, "127.0.0.1")))
        assert "LICET_WEBHOOK_ALLOW" in failed(told(path, FolderEffects(path.parent, lambda name: name, "10.0.0.0/99")))
        assert len(receiver.requests) == 1


# --- the block ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "line", "why"),
    [
        ("effect: mail\n", 3, "effect: 'mail' is not a block of keys."),
        ("effect: {}\n", 3, "effect: it names no way, or two."),
        ("effect: {callable: {}, webhook: {url: https://a.example.org, secret: LICET_SECRET_A}}\n", 3, "effect: it names no way, or two."),
        ("effect:\n  webhook:\n    secret: LICET_SECRET_A\n", 4, "'url' is missing."),
        ("effect:\n  webhook:\n    url: https://a.example.org\n", 4, "'secret' is missing."),
        ("effect:\n  webhook:\n    url: https://a.example.org\n    secret: hunter2hunter2\n", 6, "secret: it is no name of a secret."),
        (
            "effect:\n  webhook:\n    url: ftp://a.example.org\n    secret: LICET_SECRET_A\n",
            5,
            "url: it is no address that starts with https://",
        ),
        ("effect:\n  webhook:\n    url: https://u:p@a.example.org\n    secret: LICET_SECRET_A\n", 5, "url: it holds a user"),
        ("effect:\n  webhook:\n    url: https://a.example.org@127.0.0.1\n    secret: LICET_SECRET_A\n", 5, "url: it holds a user"),
        ("effect:\n  webhook:\n    url: 'https://a.example.org\\@127.0.0.1'\n    secret: LICET_SECRET_A\n", 5, "url: it holds a user"),
        ("effect:\n  webhook:\n    url: https://a.example.org:99999/\n    secret: LICET_SECRET_A\n", 5, "url: it is no address"),
        ("effect:\n  webhook:\n    url: 'https://a.example.org/ x'\n    secret: LICET_SECRET_A\n", 5, "url: it holds white space"),
        ("effect:\n  webhook:\n    url: 'https://a.example.org/#x'\n    secret: LICET_SECRET_A\n", 5, "url: what stands after #"),
        (
            "effect:\n  webhook:\n    url: https://a.example.org\n    secret: LICET_SECRET_A\n    follow: true\n",
            7,
            "'follow' is not a key here.",
        ),
        ("effect:\n  callable:\n    timeout_seconds: 60\n", 5, "timeout_seconds: 60 is not"),
    ],
)
def test_a_mistake_in_the_block_is_shown_with_its_line(folder: Folder, block: str, line: int, why: str) -> None:
    with pytest.raises(BadFolderError) as caught:
        load_use_case(folder(HEAD + block))
    finding = caught.value.findings[0]
    assert (finding.line, finding.why[: len(why)]) == (line, why)
    assert finding.remedy


@pytest.mark.parametrize(
    "effect",
    [
        None,
        EffectBlock(callable=FunctionBlock()),
        EffectBlock(callable=FunctionBlock(timeout_seconds=2.5)),
        EffectBlock(webhook=WebhookBlock(url="https://a.example.org/x?y=1", secret="LICET_SECRET_A", timeout_seconds=3.0)),  # noqa: S106
    ],
)
def test_the_block_is_written_so_that_it_reads_back_equal(tmp_path: Path, effect: EffectBlock | None) -> None:
    path = tmp_path / SLIPS
    said = UseCaseFile(slug=SLIPS, title="Slips", answer=AnswerKind.CHOICE, effect=effect)
    write_use_case(path, said)
    assert load_use_case(path) == said


def test_a_check_looks_for_the_function_without_running_it(folder: Folder) -> None:
    def wrong(path: Path) -> list[str]:
        return [finding.why for finding in check_folder(path) if "effect" in finding.file]

    path = folder(CALLABLE)
    assert wrong(path) == ["there is no such file, and use_case.yaml says `effect: callable`."]
    assert wrong(folder(effect="x = 1/0\n")) == ["it does not define `effect`."]
    assert wrong(folder(effect="def effect(:\n"))[0].startswith("this is not Python")
    assert wrong(folder(effect=KEEPS + "x = 1/0\n")) == []
    assert wrong(folder(HOOK, "x = 1\n")) == []
