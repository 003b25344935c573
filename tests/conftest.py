"""What holds in every test: sockets beyond this machine are closed, in the test and in the processes it starts."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from licet.testing import worlds_on
from tests.cluster import Cluster, missing, running
from tests.guard import sitecustomize

DATABASES = ("sqlite", "postgresql")
TWICE = ("tests/store", "tests/flows")
"""Folders whose every test runs on both databases."""

ROOT = Path(__file__).resolve().parent.parent
GUARD = Path(sitecustomize.__file__).parent
PATHS = [str(GUARD), str(ROOT / "src"), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]

settings.register_profile("licet", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("licet")
"""How busy a machine is says nothing about what is right."""

signal.signal(signal.SIGINT, signal.default_int_handler)
"""Where a run was started in the background SIGINT is ignored, by every process that tests start and interrupt too."""

os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(PATHS))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server; tests that need it are skipped where none is installed."""
    why_not = missing()
    if why_not is not None:
        pytest.skip(why_not)
    with running() as started:
        yield started


@pytest.fixture(autouse=True)
def on_each_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a test's worlds have their databases: in SQLite files, or on PostgreSQL where the test runs on both."""
    name = str(getattr(request, "param", DATABASES[0]))
    if name == DATABASES[0]:
        yield name
        return
    with request.getfixturevalue("cluster").lending() as lend, worlds_on(lend):
        yield name


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs every test of the store and of the journeys on both databases."""
    folder = metafunc.definition.path.relative_to(ROOT).parent.as_posix()
    if folder in TWICE and not metafunc.definition.get_closest_marker("one_database"):
        metafunc.parametrize("on_each_database", DATABASES, indirect=True)
