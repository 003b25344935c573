"""The vault: a key file only its owner reads, and payloads that open under their own key only."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.edge.vault import FileVault, KeyFileError, NotReadableError, create_key, open_key

VAULT = FileVault(master=bytes(range(32)))


def test_a_new_key_file_is_for_its_owner_only_and_reads_back(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        made = create_key(tmp_path / "key")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert open_key(tmp_path / "key") == made


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    create_key(tmp_path / "key")
    before = (tmp_path / "key").read_bytes()
    with pytest.raises(KeyFileError, match="never overwritten"):
        create_key(tmp_path / "key")
    assert (tmp_path / "key").read_bytes() == before


@pytest.mark.parametrize("raw", [b"", b"zz" * 32, b"ab" * 31, b"ab" * 33, b"\xff" * 64, b"ab" * 32 + b" extra"])
def test_a_malformed_key_file_is_named_and_not_shown(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(raw)
    file.chmod(0o600)
    with pytest.raises(KeyFileError, match="key") as told:
        open_key(file)
    assert str(file) in str(told.value)
    assert "abab" not in str(told.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o777])
def test_a_key_file_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    create_key(tmp_path / "key")
    (tmp_path / "key").chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        open_key(tmp_path / "key")


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="nowhere"):
        open_key(tmp_path / "nowhere")


@given(st.binary(max_size=200), st.binary(min_size=32, max_size=32))
def test_what_was_encrypted_reads_back_under_its_own_salt_only(plain: bytes, salt: bytes) -> None:
    sealed = VAULT.encrypt(VAULT.key("case", salt), plain)
    assert VAULT.decrypt(VAULT.key("case", salt), sealed) == plain
    for other in (VAULT.key("other", salt), VAULT.key("case", salt[::-1] + b"x"), FileVault(master=b"\x01" * 32).key("case", salt)):
        with pytest.raises(NotReadableError):
            VAULT.decrypt(other, sealed)


@given(st.binary(min_size=1, max_size=50), st.integers(min_value=0))
def test_one_altered_bit_is_noticed(plain: bytes, place: int) -> None:
    key = VAULT.key("case", b"salt")
    sealed = bytearray(VAULT.encrypt(key, plain))
    sealed[place % len(sealed)] ^= 1
    with pytest.raises(NotReadableError, match="altered"):
        VAULT.decrypt(key, bytes(sealed))


@pytest.mark.parametrize("length", [0, 5, 12, 20])
def test_a_payload_cut_short_is_not_readable(length: int) -> None:
    key = VAULT.key("case", b"salt")
    with pytest.raises(NotReadableError):
        VAULT.decrypt(key, VAULT.encrypt(key, b"text")[:length])


def test_the_same_text_never_looks_the_same() -> None:
    key = VAULT.key("case", b"salt")
    assert VAULT.encrypt(key, b"text") != VAULT.encrypt(key, b"text")


def test_the_key_is_not_in_what_is_printed_of_a_vault() -> None:
    assert VAULT.master.hex() not in repr(VAULT)
    assert repr(VAULT.master) not in repr(VAULT)
