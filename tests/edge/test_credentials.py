"""Passwords and codes: hashed at the cost OWASP asks for, few at once, and by the book of RFC 6238."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from licet.edge import passwords
from licet.edge.passwords import Argon2, quick, usual
from licet.edge.session_file import SessionFileError, drop_session, keep_session, read_session
from licet.edge.totp import TotpCodes

RFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of RFC 6238's appendix B, in base 32."""


def test_the_parameters_are_those_of_owasp() -> None:
    """Breaks when somebody makes guessing cheaper."""
    found = extract_parameters(usual().hashed("a password"))
    assert (found.type, found.memory_cost, found.time_cost, found.parallelism) == (Type.ID, 19 * 1024, 2, 1)
    assert usual().right("a password", usual().hashed("a password"))


def test_a_password_is_right_or_not_and_nobodys_never_is() -> None:
    hasher = quick()
    kept = hasher.hashed("one")
    assert hasher.right("one", kept)
    assert not hasher.right("two", kept)
    assert not hasher.right("nobody has this password", None)
    assert not hasher.right("one", "not a hash")
    assert hasher.hashed("one") != kept


def test_other_parameters_make_a_hash_outdated() -> None:
    kept = quick().hashed("one")
    assert not quick().outdated(kept)
    assert usual().outdated(kept)


def test_no_more_than_two_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks when many guesses at once can fill the machine's memory; the hashing itself waits here until three could be at it."""
    inside, most, count = 0, 0, threading.Lock()
    together = threading.Barrier(3)

    class Watched(PasswordHasher):
        def hash(self, password: str | bytes, **how: Any) -> str:  # noqa: ANN401 - as the library has it
            nonlocal inside, most
            with count:
                inside += 1
                most = max(most, inside)
            try:
                together.wait(timeout=0.2)
            except threading.BrokenBarrierError:
                pass
            with count:
                inside -= 1
            return super().hash(password, **how)

    hasher = Argon2(memory_kib=64, passes=1)
    monkeypatch.setattr(hasher, "_hasher", Watched(time_cost=1, memory_cost=64, parallelism=1))
    with ThreadPoolExecutor(max_workers=6) as pool:
        list(pool.map(hasher.hashed, ["x"] * 6))
    assert most == passwords.AT_ONCE == 2


@pytest.mark.parametrize(("second", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")])
def test_codes_are_those_of_the_rfc(second: int, code: str) -> None:
    now = datetime.fromtimestamp(second, UTC)
    assert TotpCodes().step(RFC, code, now) == second // 30


@pytest.mark.parametrize(("late", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_phones_clock_may_be_one_step_off(late: int, taken: bool) -> None:  # noqa: FBT001 - what is expected
    now = datetime.fromtimestamp(1111111109, UTC) + timedelta(seconds=late)
    assert (TotpCodes().step(RFC, "081 804", now) is not None) is taken


@pytest.mark.parametrize("code", ["", "28708", "2870822", "２８７０８２", "abcdef", "-87082", "287082\x00"])
def test_what_is_no_code_is_none(code: str) -> None:
    assert TotpCodes().step(RFC, code, datetime.fromtimestamp(59, UTC)) is None


def test_the_address_is_what_apps_read() -> None:
    secret = TotpCodes().secret()
    assert len(secret) == 32
    told = TotpCodes().address(secret, "ann@example.org")
    assert told.startswith("otpauth://totp/Licet:ann%40example.org?")
    assert f"secret={secret}" in told


def test_a_session_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "state" / "licet" / "one.session"
    assert read_session(file) is None
    keep_session(file, "first")
    keep_session(file, "second")
    assert read_session(file) == "second"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["one.session"]
    file.chmod(0o640)
    with pytest.raises(SessionFileError, match="may be read by others"):
        read_session(file)
    drop_session(file)
    drop_session(file)
    assert read_session(file) is None
