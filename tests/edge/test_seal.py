"""The signing key: nobody else can read it, it is never overwritten, and what it signs others can check."""

import base64
import hashlib
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from licet.core.checkpoint import Checkpoint, MalformedNoteError, parse_note
from licet.edge.seal import SealError, create_seal, key_hash, open_seal, verify_checkpoint

ROOT = hashlib.sha256(b"root").digest()


def test_only_its_owner_may_read_a_new_key(tmp_path: Path) -> None:
    create_seal(tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_a_key_reads_back_and_says_the_same(tmp_path: Path) -> None:
    made = create_seal(tmp_path / "key", name="example.org/licet")
    read = open_seal(tmp_path / "key")
    assert (read.name, read.vkey, read.sign(3, ROOT)) == (made.name, made.vkey, made.sign(3, ROOT))


def test_two_installations_have_two_names(tmp_path: Path) -> None:
    assert create_seal(tmp_path / "a").name != create_seal(tmp_path / "b").name


def test_a_public_key_is_the_text_other_programs_read(tmp_path: Path) -> None:
    seal = create_seal(tmp_path / "key", name="example.org/licet")
    name, hashed, encoded = seal.vkey.split("+", 2)
    raw = base64.b64decode(encoded)
    assert (name, raw[0], len(raw)) == ("example.org/licet", 1, 33)
    assert hashed == hashlib.sha256(b"example.org/licet\n" + raw).hexdigest()[:8] == key_hash(name, raw[1:]).hex()
    (signature,) = parse_note(seal.sign(3, ROOT)).signatures
    Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signature.value, parse_note(seal.sign(3, ROOT)).body)


def test_a_public_key_of_the_go_programming_language_fits_its_hash() -> None:
    """The key of Go's checksum database, which this form of text comes from."""
    public = base64.b64decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    assert key_hash("sum.golang.org", public[1:]).hex() == "033de0ae"


def test_a_signed_checkpoint_is_known_by_its_key_only(tmp_path: Path) -> None:
    seal, other = create_seal(tmp_path / "a", name="licet"), create_seal(tmp_path / "b", name="licet")
    note = seal.sign(3, ROOT)
    assert verify_checkpoint(note, seal.vkey) == Checkpoint(origin="licet", size=3, root=ROOT)
    assert verify_checkpoint(note, other.vkey) is None
    assert verify_checkpoint(note.replace("\n3\n", "\n4\n"), seal.vkey) is None
    assert verify_checkpoint(note + other.sign(3, ROOT).split("\n\n")[1], seal.vkey) == Checkpoint(origin="licet", size=3, root=ROOT)


def test_one_bad_signature_by_the_key_spoils_the_note(tmp_path: Path) -> None:
    seal = create_seal(tmp_path / "key", name="licet")
    assert verify_checkpoint(seal.sign(3, ROOT) + seal.sign(4, ROOT).split("\n\n")[1], seal.vkey) is None


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    first = create_seal(tmp_path / "key")
    with pytest.raises(SealError, match="never overwritten"):
        create_seal(tmp_path / "key")
    assert open_seal(tmp_path / "key").vkey == first.vkey


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    create_seal(tmp_path / "key")
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(SealError, match="mode 640"):
        open_seal(tmp_path / "key")


@pytest.mark.parametrize(
    "text", ["", "rubbish", "PRIVATE+KEY+a+b+c", "PRIVATE+KEY+licet+00000000+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"]
)
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_text(text, encoding="utf-8")
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(SealError, match="not a signing key"):
        open_seal(tmp_path / "key")


def test_a_key_under_a_changed_name_is_refused(tmp_path: Path) -> None:
    create_seal(tmp_path / "key", name="licet")
    (tmp_path / "key").write_text((tmp_path / "key").read_text("utf-8").replace("+licet+", "+other+"), encoding="utf-8")
    with pytest.raises(SealError, match="not a signing key"):
        open_seal(tmp_path / "key")


def test_a_missing_key_or_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SealError, match="missing"):
        open_seal(tmp_path / "missing")
    with pytest.raises(SealError, match="cannot be written"):
        create_seal(tmp_path / "missing" / "key")


@pytest.mark.parametrize("name", ["a b", "a+b", "a\nb"])
def test_a_name_that_would_break_the_text_is_refused_and_leaves_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(SealError, match="no name"):
        create_seal(tmp_path / "key", name=name)
    assert not (tmp_path / "key").exists()


def test_the_private_key_is_not_shown(tmp_path: Path) -> None:
    assert "Private" not in repr(create_seal(tmp_path / "key"))


@pytest.mark.parametrize("vkey", ["", "a+b", "licet+00000000+AQ==", "licet+0+!!!!"])
def test_what_is_no_public_key_is_named(tmp_path: Path, vkey: str) -> None:
    note = create_seal(tmp_path / "key").sign(1, ROOT)
    with pytest.raises(SealError, match="not a public key"):
        verify_checkpoint(note, vkey)
    with pytest.raises(MalformedNoteError):
        verify_checkpoint("no note", create_seal(tmp_path / "other").vkey)
