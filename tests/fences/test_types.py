"""Types are checked strictly: a union that is not matched in full does not pass."""

import pytest

from tests.fences.tools import CONFIG, run

MUTANT = '''"""A mutant."""

from typing import Any


class Active: ...


class Suspended: ...


class Expired: ...


def word(mandate: Active | Suspended | Expired) -> str:
    match mandate:
        case Active():
            return "active"
        case Suspended():
            return "suspended"
    return ""


def untyped(a):
    return a


def anything(a: Any) -> int:
    return a


def hidden(a: str) -> int:
    return a  # type: ignore
'''


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What mypy, with this project's settings, says of the mutant."""
    folder = tmp_path_factory.mktemp("types")
    (folder / "mutant.py").write_text(MUTANT, encoding="utf-8")
    cache = CONFIG.parent / ".mypy_cache/fences"
    return run("-m", "mypy", "--config-file", str(CONFIG), "--cache-dir", str(cache), str(folder / "mutant.py")).said


@pytest.mark.parametrize("code", ["exhaustive-match", "no-untyped-def", "no-any-return", "ignore-without-code"])
def test_the_type_checker_names_the_mistake(complaints: str, code: str) -> None:
    assert f"[{code}]" in complaints


def test_the_package_says_that_it_is_typed() -> None:
    assert (CONFIG.parent / "src/licet/py.typed").is_file()
