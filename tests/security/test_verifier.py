"""The verifier stands alone: its own Ed25519 is right and strict, it runs as a bare file, and it prints nothing a terminal obeys."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from licet import verify
from licet.edge.seal import Seal, create_seal
from licet.verify import main, verify_ed25519
from tests.security.packs import made, rebuilt

L = 2**252 + 27742317777372353535851937790883648493
# RFC 8032, section 7.1, tests 1 to 3 and "SHA(abc)": public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").hexdigest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]
# The eight points of small order (and three of their second spellings), in which anybody can "sign".
SMALL = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_signatures_of_rfc_8032_are_good(public: str, message: str, signature: str) -> None:
    raw = bytes.fromhex(signature)
    assert verify_ed25519(bytes.fromhex(public), bytes.fromhex(message), raw)
    assert not verify_ed25519(bytes.fromhex(public), bytes.fromhex(message) + b"x", raw)
    for place in range(64):
        flipped = bytearray(raw)
        flipped[place] ^= 1
        assert not verify_ed25519(bytes.fromhex(public), bytes.fromhex(message), bytes(flipped))


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_a_second_signature_made_by_adding_the_order_is_refused(public: str, message: str, signature: str) -> None:
    raw = bytes.fromhex(signature)
    more = int.from_bytes(raw[32:], "little") + L
    assert not verify_ed25519(bytes.fromhex(public), bytes.fromhex(message), raw[:32] + more.to_bytes(32, "little"))


@pytest.mark.parametrize("public", SMALL)
@pytest.mark.parametrize("r", SMALL)
def test_a_key_of_small_order_signs_nothing(public: str, r: str) -> None:
    assert not any(verify_ed25519(bytes.fromhex(public), b"m%d" % number, bytes.fromhex(r) + bytes(32)) for number in range(4))


@pytest.mark.parametrize(("public", "signature"), [(b"", b""), (b"x" * 31, b"y" * 64), (b"x" * 32, b"y" * 63), (b"\xff" * 32, b"\0" * 64)])
def test_what_is_no_key_or_no_signature_is_refused(public: bytes, signature: bytes) -> None:
    assert not verify_ed25519(public, b"message", signature)


@pytest.mark.parametrize("raw", [*SMALL[8:], (2).to_bytes(32, "little").hex(), (2**255 - 19 + 3).to_bytes(32, "little").hex(), "ff" * 32])
def test_what_is_no_point_or_a_second_spelling_of_one_is_no_key(raw: str) -> None:
    assert verify._point(bytes.fromhex(raw)) is None
    assert all(verify._point(bytes.fromhex(small)) is not None for small in SMALL[:8])


def other_says(public: bytes, message: bytes, signature: bytes) -> bool:
    """What the cryptography library says of a signature."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@settings(max_examples=40, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200), flip=st.integers(0, 95), bit=st.integers(0, 8))
def test_it_agrees_with_the_cryptography_library(seed: bytes, message: bytes, flip: int, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    whole = bytearray(key.public_key().public_bytes_raw() + key.sign(message))
    whole[flip] ^= 1 << bit & 0xFF  # bit 8: nothing is changed
    public, signature = bytes(whole[:32]), bytes(whole[32:])
    assert verify_ed25519(public, message, signature) == other_says(public, message, signature) == (bit == 8)


@pytest.fixture(scope="module")
def seal() -> Seal:
    with tempfile.TemporaryDirectory() as folder:
        return create_seal(Path(folder) / "key", name="licet/true")


def test_the_bare_file_verifies_a_pack_without_licet(seal: Seal, tmp_path: Path) -> None:
    pack = made(seal)
    (tmp_path / "pack.zip").write_bytes(pack.packed)
    (tmp_path / "kept.txt").write_text(pack.notes[11], encoding="utf-8")
    shutil.copy(verify.__file__, tmp_path / "verify.py")
    command = [sys.executable, "-I", "-S", "verify.py", "pack.zip", "--key", seal.vkey, "--checkpoint", "kept.txt"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("authentic: ")


def test_exit_codes_tell_broken_from_misused(seal: Seal, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(made(seal).packed)
    assert main([str(path)]) == 0
    assert capsys.readouterr().out.startswith("intact, signer not checked: ")
    path.write_bytes(rebuilt(made(seal).packed, {"report.html": b"<h1>Better</h1>"}))
    assert main([str(path)]) == 1
    assert "document report.html differs" in capsys.readouterr().out
    for misused in ([], [str(path), "--key", "none"], [str(tmp_path / "missing.zip")], [str(path), "--checkpoint", str(tmp_path)]):
        with pytest.raises(SystemExit) as ended:
            main(misused)
        assert ended.value.code == 2


def test_what_a_hostile_pack_says_cannot_move_the_cursor(seal: Seal, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pack.zip"
    evil = "\x1b[2Jauthentic\n\u202e\u2014 name"
    note = made(seal).notes[4].replace("licet/true\n4", f"{evil[:5]}\x9b\u202e\n4").encode()
    path.write_bytes(rebuilt(made(seal).packed, {"checkpoint.txt": note, "people.json": b'[{"person":"\\u001b[2J\\u202e"}]'}))
    assert main([str(path), "--key", seal.vkey]) == 1
    out = capsys.readouterr().out
    assert out.isascii()
    assert "\x1b" not in out
    assert out.startswith("broken")
