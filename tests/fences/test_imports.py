"""The import contracts hold, and each of them bites."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.fences.tools import CONFIG, ROOT, Ran, run

NEEDED = ("core", "stats", "store/tables.py", "flows", "edge", "verify.py", "cli")
MISSING = [path for path in NEEDED if not (ROOT / "src/licet" / path).exists()]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"the contracts name modules that do not exist yet: {MISSING}")

# contract -> a way to break it: the files that somebody might add, each with its lines
MUTANTS: Mapping[str, list[dict[str, str]]] = {
    "1 layers": [
        {"core/mutant.py": "import licet.flows\n"},
        {"stats/mutant.py": "import licet.core\n"},
        {"edge/mutant.py": "import licet.cli\n"},
        {"edge/mutant.py": "import licet.web\n"},
        {"helpers.py": "X = 1\n"},
    ],
    "2 rules": [
        {"core/mutant.py": "from pathlib import Path\n"},
        {"stats/mutant.py": "import time\n"},
        {"core/mutant.py": "from sqlalchemy.engine import Connection\n"},
    ],
    "3 homes": [
        {"flows/mutant.py": "import sqlalchemy as sa\n"},
        {"edge/mutant.py": "from sklearn.linear_model import LogisticRegression\n"},
        {"edge/mutant.py": "from pydantic_ai import Agent\n"},
        {"edge/mutant.py": "import zstandard\n"},
        {"store/mutant.py": "from cryptography.hazmat.primitives import hashes\n"},
    ],
    "4 tables": [{"cli/mutant.py": "from licet.store import tables\n"}],
    "5 cycles": [{"core/mutant.py": "import licet.core.mutant2\n", "core/mutant2.py": "import licet.core.mutant\n"}],
    "6 verifier": [{"flows/mutant.py": "import licet.verify\n"}],
    "7 judges": [{"flows/mutant.py": "import licet.core.judged\n"}, {"core/mutant.py": "import licet.stats.judge\n"}],
}


def lint(source: Path) -> Ran:
    """Checks the contracts of this project on the package in a folder."""
    start = "from importlinter.cli import lint_imports_command as lint; lint()"
    around = {"PYTHONPATH": str(source), "COLUMNS": "200"}
    return run("-c", start, "--no-logo", "--no-cache", "--config", str(CONFIG), cwd=source, environment=around)


def broken(source: Path, mutant: Mapping[str, str]) -> list[str]:
    """The contracts that break once a mutant's files are added to a copy of the package."""
    for path, text in mutant.items():
        (source / "licet" / path).write_text(f'"""A mutant."""\n\n{text}', encoding="utf-8")
    ran = lint(source)
    for path in mutant:
        (source / "licet" / path).unlink()
    return [line for line in ran.said.splitlines() if " BROKEN" in line]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package that a mutant may be added to."""
    source = tmp_path_factory.mktemp("mutants") / "src"
    shutil.copytree(ROOT / "src/licet", source / "licet", ignore=shutil.ignore_patterns("__pycache__"))
    return source


def test_the_package_keeps_its_contracts() -> None:
    ran = lint(ROOT / "src")
    assert ran.code == 0, ran.said


@pytest.mark.parametrize(("contract", "mutant"), [(name, mutant) for name, mutants in MUTANTS.items() for mutant in mutants])
def test_a_mutant_that_breaks_a_contract_is_named(copy: Path, contract: str, mutant: dict[str, str]) -> None:
    assert any(name.startswith(contract) for name in broken(copy, mutant))
