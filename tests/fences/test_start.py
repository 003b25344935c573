"""Starting is quick: asking for help loads nothing that only work needs."""

from pathlib import Path

import pytest

import licet.cli
from tests.edge.logs import csv_log
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
COMMAND = """
import sys
from licet.cli import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    assert not ended.code, ended.code
print("loaded:", sorted({name.partition(".")[0] for name in sys.modules} | {name for name in sys.modules if name.startswith("licet.")}))
"""
FAR = (
    *("scipy", "sklearn", "dbos", "alembic", "fastapi", "httpx", "jinja2", "polars", "pydantic", "yaml", "PIL"),
    *("licet.edge.worker", "licet.flows.decide"),
)
"""What a command does not load that asks or writes a little, and neither numbers nor files of people are in it."""
STATS = """
import sys, pkgutil, importlib, licet.stats
for module in pkgutil.iter_modules(licet.stats.__path__, "licet.stats."):
    importlib.import_module(module.name)
print("loaded:", sorted({".".join(name.split(".")[:2]) for name in sys.modules}))
"""


def loaded(code: str, *words: str) -> str:
    """The modules that are loaded when some code has run."""
    ran = run("-c", code, *words)
    assert ran.code == 0, ran.said
    return ran.said.rpartition("loaded:")[2]


@pytest.mark.skipif(not hasattr(licet.cli, "main"), reason="licet.cli.main does not exist yet")
def test_asking_for_help_loads_no_heavy_module() -> None:
    modules = loaded(HELP)
    assert not [name for name in HEAVY if f"'{name}'" in modules]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    where = str(tmp_path_factory.mktemp("start") / "home")
    for words in (("init", where), ("use-case", "new", "mails", "--home", where)):
        loaded(COMMAND, *words)
    return where


@pytest.mark.parametrize(
    "words",
    [
        ("process", "logs", "mails"),
        ("token", "list"),
        ("person", "add", "ann@example.org", "--name", "Ann"),
    ],
    ids=" ".join,
)
def test_an_ordinary_command_loads_neither_the_worker_nor_what_it_stands_on(home: str, words: tuple[str, ...]) -> None:
    modules = loaded(COMMAND, *words, "--home", home)
    assert "'licet.wiring'" in modules
    assert not [name for name in FAR if f"'{name}'" in modules]


def test_a_log_is_imported_and_the_process_shown_without_the_worker_and_without_what_reads_files(home: str, tmp_path: Path) -> None:
    log = csv_log(tmp_path / "log.csv")
    for words, needed in ((("process", "import", "mails", str(log)), ()), (("process", "show", "mails"), ("scipy",))):
        modules = loaded(COMMAND, *words, "--home", home)
        assert "'licet.wiring'" in modules
        assert not [name for name in FAR if f"'{name}'" in modules and name not in needed], "a baseline's levels need scipy"


def test_the_numbers_load_no_slow_part_of_scipy() -> None:
    modules = loaded(STATS)
    assert "'scipy.special'" in modules
    assert not [name for name in ("scipy.stats", "scipy.optimize", "sklearn.base") if f"'{name}'" in modules]


def test_a_heavy_import_would_be_found() -> None:
    assert "'sqlalchemy'" in loaded(HELP.replace("from licet.cli import main", "import sqlalchemy\nmain = lambda words: None"))
