"""The seal: the installation's Ed25519 key, which signs checkpoints, and nothing else.

The private key is a file that only its owner may read, in the form Go's note package writes. The public key is a line of text
(C2SP signed-note: `name+hash+base64`) to be handed to whoever will verify: print it, mail it, put it on a wall.
"""

import base64
import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from licet.core.checkpoint import Checkpoint, MalformedNoteError, NoteSignature, checkpoint_body, parse_note, signed_note

_ED25519 = b"\x01"
_KEY_BYTES = 32
_KEY_HASH_BYTES = 4
_PRIVATE = "PRIVATE+KEY+"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SealError(ValueError):
    """A key file that is missing, malformed, readable by others, or in the way of a new one; or a public key that is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The key that signs checkpoints. Make one with `create_seal`, read it with `open_seal`.

    Attributes:
        name: the signer's name, which is also the origin its checkpoints carry.
    """

    name: str
    _key: Ed25519PrivateKey = field(repr=False)

    @property
    def vkey(self) -> str:
        """The public key as text: `name+hash+base64`."""
        return _text(self.name, self._public())

    def sign(self, size: int, root: bytes) -> str:
        """Signs what the ledger is now.

        Args:
            size: number of entries.
            root: the tree's root, 32 bytes.

        Returns:
            The checkpoint as a signed note.
        """
        body = checkpoint_body(self.name, size, root)
        return signed_note(body, self.name, key_hash(self.name, self._public()), self._key.sign(body))

    def _public(self) -> bytes:
        return self._key.public_key().public_bytes_raw()


def key_hash(name: str, public: bytes) -> bytes:
    """Computes the four bytes by which a note names a key: SHA-256 of name, line end, type and public key, cut off."""
    return hashlib.sha256(f"{name}\n".encode() + _ED25519 + public).digest()[:_KEY_HASH_BYTES]


def create_seal(path: Path, *, name: str | None = None) -> Seal:
    """Makes a new key and writes it to a file that only its owner may read (0600).

    Args:
        path: where; there must be nothing yet.
        name: the signer's name, without spaces and `+`; None: `licet/` and twelve characters of the public key's digest,
            which no other installation has.

    Raises:
        SealError: when there is a file already, it cannot be written, or the name is none.
    """
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    seal = Seal(name=name or f"licet/{hashlib.sha256(public).hexdigest()[:12]}", _key=key)
    try:
        seal.sign(0, hashlib.sha256(b"").digest())
    except MalformedNoteError as wrong:
        raise SealError(f"{name!r} is no name for a signer; leave out spaces, `+` and control characters.") from wrong
    secret = base64.b64encode(_ED25519 + key.private_bytes_raw()).decode()
    text = f"{_PRIVATE}{seal.name}+{key_hash(seal.name, public).hex()}+{secret}\n"
    _write_secret(path, text)
    return seal


def open_seal(path: Path) -> Seal:
    """Reads the key.

    Raises:
        SealError: when it is missing, malformed, or readable by others than its owner.
    """
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read()
    except (OSError, UnicodeDecodeError) as wrong:
        raise SealError(f"{str(path)!r} cannot be read as a signing key: {wrong}.") from wrong
    if mode & _OTHERS:
        raise SealError(
            f"{str(path)!r} may be read by others (mode {mode & 0o777:o}); `chmod 600` it, and make a new key if others had it."
        )
    try:
        name, hashed, encoded = text.removesuffix("\n").removeprefix(_PRIVATE).split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
        key = Ed25519PrivateKey.from_private_bytes(raw[1:])
    except ValueError as wrong:
        raise SealError(f"{str(path)!r} is not a signing key; restore it from your backup.") from wrong
    if not text.startswith(_PRIVATE) or raw[:1] != _ED25519 or key_hash(name, key.public_key().public_bytes_raw()).hex() != hashed:
        raise SealError(f"{str(path)!r} is not a signing key, or was changed; restore it from your backup.")
    return Seal(name=name, _key=key)


def verify_checkpoint(text: str, vkey: str) -> Checkpoint | None:
    """Reads a signed checkpoint and says what it holds, if the key signed it.

    Args:
        text: the signed note; signatures by other keys are passed over.
        vkey: the public key as `name+hash+base64`.

    Returns:
        The checkpoint; None when the key did not sign it, or a signature by it is wrong.

    Raises:
        MalformedNoteError: when the text is not a signed checkpoint.
        SealError: when the key is none.
    """
    name, public = _read_vkey(vkey)
    note = parse_note(text)
    hashed = key_hash(name, public)
    ours = [signature for signature in note.signatures if (signature.name, signature.key_hash) == (name, hashed)]
    if not ours or not all(_holds(public, note.body, signature) for signature in ours):
        return None
    checkpoint = note.checkpoint()
    return checkpoint if checkpoint.origin == name else None


def _write_secret(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), stat.S_IRUSR | stat.S_IWUSR)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as wrong:
        raise SealError(f"{str(path)!r} exists; a key is never overwritten. Move it away if it is not in use.") from wrong
    except OSError as wrong:
        raise SealError(f"{str(path)!r} cannot be written: {wrong.strerror}.") from wrong


def _holds(public: bytes, body: bytes, signature: NoteSignature) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature.value, body)
    except InvalidSignature:
        return False
    return True


def _text(name: str, public: bytes) -> str:
    return f"{name}+{key_hash(name, public).hex()}+{base64.b64encode(_ED25519 + public).decode()}"


def _read_vkey(vkey: str) -> tuple[str, bytes]:
    try:
        name, _, encoded = vkey.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except ValueError as wrong:
        raise SealError(f"{vkey!r} is not a public key; it takes `name+hash+base64`.") from wrong
    if len(raw) != 1 + _KEY_BYTES or _text(name, raw[1:]) != vkey.strip():
        raise SealError(f"{vkey!r} is not a public key: its parts do not fit each other.")
    return name, raw[1:]
