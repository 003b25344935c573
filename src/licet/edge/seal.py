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

from licet.core.checkpoint import Checkpoint, MalformedNoteError, checkpoint_body, parse_note, signed_note

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
        return vkey_text(self.name, self._public())

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


def key_hash(name: str, public: bytes, kind: bytes = _ED25519) -> bytes:
    """Computes the four bytes by which a note names a key: SHA-256 of name, line end, type and public key, cut off."""
    return hashlib.sha256(f"{name}\n".encode() + kind + public).digest()[:_KEY_HASH_BYTES]


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
    write_secret(path, secret_text(seal.name, key, _ED25519))
    return seal


def secret_text(name: str, key: Ed25519PrivateKey, kind: bytes) -> str:
    """A private key as the line that stands in its file."""
    secret = base64.b64encode(kind + key.private_bytes_raw()).decode()
    return f"{_PRIVATE}{name}+{key_hash(name, key.public_key().public_bytes_raw(), kind).hex()}+{secret}\n"


def open_seal(path: Path) -> Seal:
    """Reads the key.

    Raises:
        SealError: when it is missing, malformed, or readable by others than its owner.
    """
    name, key = read_secret(path, _ED25519)
    return Seal(name=name, _key=key)


def read_secret(path: Path, kind: bytes) -> tuple[str, Ed25519PrivateKey]:
    """Reads a private key of a type, and its name.

    Raises:
        SealError: when it is missing, malformed, of another type, or readable by others than its owner.
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
    fits = raw[:1] == kind and key_hash(name, key.public_key().public_bytes_raw(), kind).hex() == hashed
    if not text.startswith(_PRIVATE) or not fits:
        raise SealError(f"{str(path)!r} is not a signing key, or was changed; restore it from your backup.")
    return name, key


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
    name, public = read_vkey(vkey)
    note = parse_note(text)
    hashed = key_hash(name, public)
    ours = [signature for signature in note.signatures if (signature.name, signature.key_hash) == (name, hashed)]
    if not ours or not all(holds(public, note.body, signature.value) for signature in ours):
        return None
    checkpoint = note.checkpoint()
    return checkpoint if checkpoint.origin == name else None


def write_secret(path: Path, text: str) -> None:
    """Writes a key's file, which only its owner may read and which is not there yet.

    Raises:
        SealError: when there is a file already, or it cannot be written.
    """
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


def holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature is this key's, on this message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def vkey_text(name: str, public: bytes, kind: bytes = _ED25519) -> str:
    """A public key as text: `name+hash+base64`."""
    return f"{name}+{key_hash(name, public, kind).hex()}+{base64.b64encode(kind + public).decode()}"


def read_vkey(vkey: str, kind: bytes = _ED25519) -> tuple[str, bytes]:
    """The name and the 32 bytes of a public key of a type.

    Raises:
        SealError: when the text is none.
    """
    try:
        name, _, encoded = vkey.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except ValueError as wrong:
        raise SealError(f"{vkey!r} is not a public key; it takes `name+hash+base64`.") from wrong
    if len(raw) != 1 + _KEY_BYTES or vkey_text(name, raw[1:], kind) != vkey.strip():
        raise SealError(f"{vkey!r} is not a public key of this kind: its parts do not fit each other.")
    return name, raw[1:]
