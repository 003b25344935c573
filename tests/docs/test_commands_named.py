"""Whatever we tell somebody to type is there: each command and option named in a message, a remedy, a template or a page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from docs.write_reference import COMMANDS, find
from licet.cli import PLACES

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "licet"
WRITTEN_FROM_THE_CODE = ROOT / "docs/reference/commands.md"
PAGES = sorted(
    {*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(p for p in SOURCE.rglob("*") if p.suffix in {".yaml", ".cedar", ".j2"})}
    - {WRITTEN_FROM_THE_CODE}
)
TYPED = re.compile(r"(?<![\w.%/-])licet ([a-z][a-z-]*(?:(?!;|, |\. |\.$|: |\bor licet\b| [|&>#—] )[^`\n])*)", flags=re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
SOMETHING = "X"
"""Stands where a message puts a name."""

NOT_TYPED = re.compile(r"(?:exposure|agreement) draw\b")
"""What follows our name where it says the purpose of a derived secret, not a command."""


def messages(path: Path) -> Iterator[str]:
    """Every text in a source file, a formatted one in a piece."""
    tree = ast.parse(path.read_text("utf-8"))
    pieces: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            pieces.update(node.values)
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else SOMETHING for part in node.values)
    yield from (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and n not in pieces)


def not_there(text: str) -> list[str]:
    """What a text tells one to type that cannot be typed: a command or an option that does not exist."""
    joined = re.sub(r"\\\n\s*", " ", text)
    return [wrong for call in TYPED.finditer(joined) for wrong in _wrong(call.group(1))]


def _wrong(typed: str) -> Iterator[str]:
    if NOT_TYPED.match(typed):
        return
    words = typed.split()
    here = find(COMMANDS)
    assert isinstance(here, click.Command)
    options = {"--help"}
    while isinstance(here, click.Group) and words:
        name = words[0].strip("().,'\"")
        if name.endswith(SOMETHING):
            return
        try:
            _, found, rest = here.resolve_command(click.Context(here), [name, *words[1:]])
        except click.UsageError:
            if not name.startswith("-"):
                yield f"licet {typed}: no {name!r} there"
                return
            break
        assert found is not None
        here, words = found, rest
    options |= {option for parameter in here.params for option in (*parameter.opts, *parameter.secondary_opts)}
    yield from (f"licet {typed}: no {option}" for option in OPTION.findall(typed) if option not in options)


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_command_named_in_a_message_exists(path: Path) -> None:
    assert not [wrong for text in messages(path) for wrong in not_there(text)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_named_on_a_page_exists_with_its_options(path: Path) -> None:
    assert not not_there(path.read_text("utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "Type `licet fly`.",
        "See `licet use-case liste`.",
        "Sign in: `licet login X --passwort FILE`, and leave --as out.",
        "licet import triage a.csv \\\n  --contents message",
    ],
)
def test_a_command_or_an_option_that_is_not_there_is_found(text: str) -> None:
    assert not_there(text)


def test_most_commands_are_named_somewhere_in_a_message() -> None:
    said = [call.group(1).split()[0] for path in SOURCE.rglob("*.py") for text in messages(path) for call in TYPED.finditer(text)]
    assert len(set(said) & set(PLACES)) > len(PLACES) // 2
