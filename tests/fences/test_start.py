"""Starting is quick: asking for help loads nothing that only work needs."""

import pytest

import licet.cli
from tests.fences.tools import run

HEAVY = ("scipy", "sklearn", "sqlalchemy", "alembic", "pandas", "numpy", "PIL", "cryptography", "pydantic", "jinja2", "httpx", "cedarpy")
HELP = """
import sys
from licet.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
print("loaded:", sorted({name.partition(".")[0] for name in sys.modules}))
"""
STATS = """
import sys, pkgutil, importlib, licet.stats
for module in pkgutil.iter_modules(licet.stats.__path__, "licet.stats."):
    importlib.import_module(module.name)
print("loaded:", sorted({".".join(name.split(".")[:2]) for name in sys.modules}))
"""


def loaded(code: str) -> str:
    """The modules that are loaded when some code has run."""
    ran = run("-c", code)
    assert ran.code == 0, ran.said
    return ran.said.rpartition("loaded:")[2]


@pytest.mark.skipif(not hasattr(licet.cli, "main"), reason="licet.cli.main does not exist yet")
def test_asking_for_help_loads_no_heavy_module() -> None:
    modules = loaded(HELP)
    assert not [name for name in HEAVY if f"'{name}'" in modules]


def test_the_numbers_load_no_slow_part_of_scipy() -> None:
    modules = loaded(STATS)
    assert "'scipy.special'" in modules
    assert not [name for name in ("scipy.stats", "scipy.optimize", "sklearn.base") if f"'{name}'" in modules]


def test_a_heavy_import_would_be_found() -> None:
    assert "'sqlalchemy'" in loaded(HELP.replace("from licet.cli import main", "import sqlalchemy\nmain = lambda words: None"))
