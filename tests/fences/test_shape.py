"""Functions stay short enough to read at once, files short enough to find things in, values cannot be changed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fences.tools import ROOT

FUNCTION_LINES = 30
FILE_LINES = 400
LONGER = {"src/licet/verify.py": 600}
"""The verifier is one file by promise (ADR 0006, 0028): it cannot be cut in two, and must still be read in one sitting."""
FOLDERS = ("src", "bench", "studies", "tests")
VALUES = ("src/licet/core", "src/licet/stats")
FROZEN = {"frozen", "slots", "kw_only"}


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many lines a function takes, its docstring and decorators aside."""
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        whole -= (first.end_lineno or first.lineno) - first.lineno + 1
    return whole


def long_functions(code: str) -> list[str]:
    """The functions of a module that have more lines than are allowed."""
    found = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [f"{function.name}: {lines_of(function)} lines" for function in found if lines_of(function) > FUNCTION_LINES]


def changeable_values(code: str) -> list[str]:
    """The dataclasses of a module that are not frozen, slotted and keyword-only."""
    return [
        node.name
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        if "dataclass" in ast.unparse(decorator) and FROZEN - _switched_on(decorator)
    ]


def _switched_on(decorator: ast.expr) -> set[str]:
    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
    return {str(word.arg) for word in keywords if isinstance(word.value, ast.Constant) and word.value.value is True}


def modules(*folders: str) -> Iterator[Path]:
    """Every Python file in some folders of the repository."""
    for folder in folders:
        yield from sorted(path for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts)


def test_no_function_is_too_long_to_read_at_once() -> None:
    long = {str(path.relative_to(ROOT)): found for path in modules(*FOLDERS) if (found := long_functions(path.read_text("utf-8")))}
    assert not long


def test_no_file_is_too_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in modules(*FOLDERS)}
    assert not {path: length for path, length in lengths.items() if length > LONGER.get(path, FILE_LINES)}


def test_every_module_says_what_it_is() -> None:
    assert not [str(path.relative_to(ROOT)) for path in modules(*FOLDERS) if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]


def test_values_cannot_be_changed() -> None:
    found = {str(path.relative_to(ROOT)): names for path in modules(*VALUES) if (names := changeable_values(path.read_text("utf-8")))}
    assert not found


@pytest.mark.parametrize(("lines", "found"), [(FUNCTION_LINES - 1, []), (FUNCTION_LINES, ["go: 31 lines"])])
def test_a_function_of_one_line_too_many_is_found(lines: int, found: list[str]) -> None:
    assert long_functions("def go():\n" + "    x = 1\n" * lines) == found
    assert long_functions('def go():\n    """Goes.\n\n    Far.\n    """\n' + "    x = 1\n" * lines) == found


@pytest.mark.parametrize("arguments", ["", "(frozen=True, slots=True)", "(frozen=False, slots=True, kw_only=True)"])
def test_a_value_that_can_be_changed_is_found(arguments: str) -> None:
    assert changeable_values(f"@dataclass{arguments}\nclass Mandate:\n    x: int\n") == ["Mandate"]


def test_a_frozen_value_is_let_pass() -> None:
    assert changeable_values("@dataclass(frozen=True, slots=True, kw_only=True)\nclass Mandate:\n    x: int\n") == []
