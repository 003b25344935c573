"""The vault: encrypts payloads, so that the database alone tells nobody what a case said."""

import hmac
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyFileError(ValueError):
    """A key file that is missing, malformed, or readable by others than its owner."""


class NotReadableError(ValueError):
    """A payload that this key does not open: another key file, or altered bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVault:
    """AES-256-GCM under keys derived from a key file (the port `Vault`).

    A case's key is HMAC-SHA256 of purpose and salt under the file's key: whoever has the database but not the file reads nothing,
    and whoever has both cannot read a case whose salt is deleted. Nonces are random, with a few messages under each key.
    """

    master: bytes = field(repr=False)

    def key(self, purpose: str, salt: bytes) -> bytes:
        """The key for a purpose and a salt, 32 bytes."""
        return hmac.digest(self.master, purpose.encode("utf-8") + b"\x00" + salt, "sha256")

    def encrypt(self, key: bytes, plain: bytes) -> bytes:
        """Nonce, ciphertext and tag."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(key).encrypt(nonce, plain, None)

    def decrypt(self, key: bytes, sealed: bytes) -> bytes:
        """Reads what `encrypt` wrote.

        Raises:
            NotReadableError: when the key is another, or the bytes were altered.
        """
        try:
            return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        except (InvalidTag, ValueError) as wrong:  # altered, or cut so short that there is no nonce
            message = (
                "A payload cannot be decrypted: the key file is not the one it was written with, or the database was altered. "
                "Restore both from the same backup."
            )
            raise NotReadableError(message) from wrong


def create_key(path: Path) -> FileVault:
    """Makes a key file that only its owner may read.

    Raises:
        KeyFileError: when there is a file already.
    """
    master = os.urandom(KEY_BYTES)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError as wrong:
        message = f"{str(path)!r} exists; a key is never overwritten. Move it away if nothing was encrypted with it."
        raise KeyFileError(message) from wrong
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(master.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return FileVault(master=master)


def open_key(path: Path) -> FileVault:
    """Reads a key file.

    Raises:
        KeyFileError: names the file, what is wrong, and the remedy.
    """
    try:
        with path.open(encoding="ascii") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read().strip()
        master = bytes.fromhex(text)
    except (OSError, ValueError) as wrong:
        message = f"{str(path)!r} cannot be read as a key file: {wrong}. Restore it from your backup, or set LICET_KEY_FILE."
        raise KeyFileError(message) from wrong
    if mode & _OTHERS:
        message = f"{str(path)!r} may be read by others (mode {mode & 0o777:o}); run `chmod 600` on it."
        raise KeyFileError(message)
    if len(master) != KEY_BYTES:
        message = f"{str(path)!r} holds {len(master)} bytes; a key has {KEY_BYTES}. Restore it from your backup."
        raise KeyFileError(message)
    return FileVault(master=master)
