"""A test run is strict: warnings are errors, what should fail must fail, and nothing leaves this machine."""

import socket
import sys
import warnings
from pathlib import Path

import pytest

from tests.fences.tools import CONFIG, run
from tests.guard.sitecustomize import OutsideWorldError, is_here

REFUSED = (OutsideWorldError, getattr(sys.modules.get("sitecustomize"), "OutsideWorldError", OutsideWorldError))
"""The guard's word, whichever way it came into this process: loaded by the tests, or by Python as it started."""

OUTSIDE = "192.0.2.1"  # an address kept free for documentation, RFC 5737

MUTANT = '''"""A mutant."""

import warnings

import pytest


def test_warns():
    warnings.warn("old", DeprecationWarning, stacklevel=1)


@pytest.mark.xfail(reason="known")
def test_works_after_all():
    assert True


@pytest.mark.slwo
def test_misspelt_marker():
    assert True
'''


def test_a_warning_is_an_error() -> None:
    with pytest.raises(UserWarning, match="careful"):
        warnings.warn("careful", UserWarning, stacklevel=1)


def test_a_run_fails_on_warnings_and_on_what_works_although_it_should_not(tmp_path: Path) -> None:
    (tmp_path / "test_mutant.py").write_text(MUTANT.replace("@pytest.mark.slwo\n", ""), encoding="utf-8")
    ran = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(CONFIG), "--rootdir", str(tmp_path), str(tmp_path))
    assert ran.code == 1
    assert "DeprecationWarning: old" in ran.said
    assert "[XPASS(strict)] known" in ran.said
    assert "2 failed, 1 passed" in ran.said


def test_a_misspelt_marker_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "test_mutant.py").write_text(MUTANT, encoding="utf-8")
    ran = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(CONFIG), "--rootdir", str(tmp_path), str(tmp_path))
    assert ran.code != 0
    assert "'slwo' not found in `markers`" in ran.said


def test_a_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as reach, pytest.raises(REFUSED, match=OUTSIDE):
        reach.connect((OUTSIDE, 80))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reach, pytest.raises(REFUSED, match=OUTSIDE):
        reach.sendto(b"hello", (OUTSIDE, 53))


def test_a_name_is_not_even_looked_up() -> None:
    with pytest.raises(REFUSED, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_a_process_that_a_test_starts_is_guarded_too() -> None:
    ran = run("-c", f"import socket; socket.create_connection(('{OUTSIDE}', 80), timeout=1)")
    assert ran.code != 0
    assert "OutsideWorldError" in ran.said


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), timeout=5) as reach:
        assert reach.getpeername() == server.getsockname()


@pytest.mark.parametrize("host", [None, "", "localhost", b"localhost", "127.0.0.1", "127.3.2.1", "::1"])
def test_loopback_is_here(host: object) -> None:
    assert is_here(host)


@pytest.mark.parametrize("host", ["0.0.0.1", "10.0.0.1", "169.254.169.254", "::2", "fe80::1%eth0", "localhost.example.org", b"example.org"])
def test_everything_else_is_not(host: object) -> None:
    assert not is_here(host)
