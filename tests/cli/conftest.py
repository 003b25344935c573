"""Installations at each step of the journey, made once; each test gets a copy of its own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from licet.cli import look_files
from tests.cli.clinic import SYSTEM
from tests.cli.desk import OWNER, PEOPLE, POSTED, RISK, Desk, cases, typed


def made(root: Path, before: Path | None = None) -> Desk:
    """A desk on a new folder, or on a copy of an installation."""
    if before is not None:
        shutil.copytree(before, root / "home")
    (root / "files").mkdir(parents=True)
    return Desk(home=root / "home", files=root / "files")


@pytest.fixture(scope="session")
def founded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with people and one use case."""
    desk = made(tmp_path_factory.mktemp("founded"))
    assert typed("init", str(desk.home)).code == 0
    for email, role in PEOPLE.items():
        desk("person", "add", email, "--name", email.partition("@")[0].title(), "--role", role)
    desk("use-case", "new", "mails", "--title", "Mails to the bank")
    return desk.home


@pytest.fixture(scope="session")
def imported_home(founded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with history and a vendor's proposals."""
    desk = made(tmp_path_factory.mktemp("imported"), founded_home)
    desk("import", "mails", desk.table("past.csv", cases(900)), *POSTED)
    return desk.home


@pytest.fixture(scope="session")
def signed_home(imported_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a standard two people signed."""
    desk = made(tmp_path_factory.mktemp("signed"), imported_home)
    desk("standard", "lock", "mails", "--as", OWNER)
    desk("standard", "countersign", "mails", "--as", RISK)
    return desk.home


@pytest.fixture(scope="session")
def met_home(signed_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a met verdict, and with all that the gate asks for beside a mandate and approvals."""
    desk = made(tmp_path_factory.mktemp("met"), signed_home)
    desk("evaluate", "mails")
    desk.ready()
    return desk.home


@pytest.fixture(scope="session")
def granted_home(met_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a mandate in force."""
    desk = made(tmp_path_factory.mktemp("granted"), met_home)
    desk.grant()
    return desk.home


@pytest.fixture
def at(tmp_path: Path) -> Callable[[Path], Desk]:
    """Makes a desk on a copy of an installation."""
    return lambda before: made(tmp_path / "desk", before)


@pytest.fixture
def founded(tmp_path: Path, founded_home: Path) -> Desk:
    """A desk at an installation with people and one use case."""
    return made(tmp_path / "desk", founded_home)


@pytest.fixture
def imported(tmp_path: Path, imported_home: Path) -> Desk:
    """A desk where history is imported."""
    return made(tmp_path / "desk", imported_home)


@pytest.fixture
def signed(tmp_path: Path, signed_home: Path) -> Desk:
    """A desk where the standard is signed."""
    return made(tmp_path / "desk", signed_home)


@pytest.fixture
def met(tmp_path: Path, met_home: Path) -> Desk:
    """A desk where the verdict is met."""
    return made(tmp_path / "desk", met_home)


@pytest.fixture
def granted(tmp_path: Path, granted_home: Path) -> Desk:
    """A desk where a mandate is in force."""
    return made(tmp_path / "desk", granted_home)


@pytest.fixture(scope="session")
def callable_home(founded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation whose system.py has a mandate."""
    desk = made(tmp_path_factory.mktemp("callable"), founded_home)
    (desk.home / "use_cases" / "mails" / "system.py").write_text(SYSTEM, "utf-8")
    columns = ("--content", "text", "--answer", "label", "--id", "id")
    desk("import", "mails", desk.table("past.csv", cases(600)), *columns, "--parts", "0:0:100")
    desk("standard", "lock", "mails", "--as", OWNER)
    desk("standard", "countersign", "mails", "--as", RISK)
    desk("evaluate", "mails")
    desk.grant()
    return desk.home


@pytest.fixture(scope="session")
def graded_home(imported_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with a mandate whose standard is graded by a grader.py."""
    desk = made(tmp_path_factory.mktemp("graded"), imported_home)
    folder = desk.home / "use_cases" / "mails"
    (folder / "grader.py").write_text("def grade(given, right):\n    return 1\n", "utf-8")
    standard = (folder / "standard.yaml").read_text("utf-8")
    lines = [line for line in standard.splitlines() if not line.startswith("method:")]
    own = "\n".join([*lines, "method: anytime", "grading: {grader: python}", ""])
    (folder / "standard.yaml").write_text(own, "utf-8")
    desk("standard", "lock", "mails", "--as", OWNER)
    desk("standard", "countersign", "mails", "--as", RISK)
    desk("evaluate", "mails")
    desk.grant()
    return desk.home


@pytest.fixture
def on_a_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the tests' own folder is in memory, that is no finding of theirs."""
    mounts = look_files.MOUNTS.read_text("utf-8") if look_files.MOUNTS.exists() else ""
    if look_files.mount_kind(tmp_path.resolve(), mounts) in look_files.FLEETING:
        monkeypatch.setattr(look_files, "FLEETING", frozenset())
