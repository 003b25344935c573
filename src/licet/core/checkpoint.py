"""A checkpoint: a signed line in the sand that says what the ledger was at one size, for anybody to keep.

The text has the forms C2SP tlog-checkpoint and signed-note, which other transparency logs and their witnesses read. Signatures
come in and go out as bytes: no key and no cryptography is handled here.
"""

import base64
import binascii
from dataclasses import dataclass

HASH_BYTES = 32
_KEY_HASH_BYTES = 4
_DASH = "\N{EM DASH} "


class MalformedNoteError(ValueError):
    """A text is not a signed note, or its body is not a checkpoint, in exactly the form it is written in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What the ledger was at one size. `origin` says whose ledger; `root` is 32 bytes."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature under a note: the signer's name, the 4-byte hash of its key, and the signature's bytes."""

    name: str
    key_hash: bytes
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNote:
    """A note as read: `body` is exactly what was signed, line end included."""

    body: bytes
    signatures: tuple[NoteSignature, ...]

    def checkpoint(self) -> Checkpoint:
        """As `parse_checkpoint` of the body."""
        return parse_checkpoint(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierCheckpoint:
    """A checkpoint signed before, as text, with the hashes which show that a later one's ledger grew out of it."""

    note: str
    proof: tuple[bytes, ...]


def checkpoint_body(origin: str, size: int, root: bytes) -> bytes:
    """Writes what a checkpoint's signer signs: origin, size and base64 root, a line each (C2SP tlog-checkpoint).

    Raises:
        MalformedNoteError: for an origin that is empty or has control characters, a negative size, a root not of 32 bytes.
    """
    if not origin or not origin.isprintable() or size < 0 or len(root) != HASH_BYTES:
        raise MalformedNoteError(f"No checkpoint of origin {origin!r}, size {size!r} and a root of {len(root)} bytes.")
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()


def parse_checkpoint(body: bytes) -> Checkpoint:
    """Reads what `checkpoint_body` wrote, and nothing else.

    Raises:
        MalformedNoteError: when the bytes differ from what `checkpoint_body` writes for what they say.
    """
    try:
        lines = body.decode().split("\n")
        size = int(lines[1]) if lines[1].isascii() and lines[1].isdigit() else -1
        checkpoint = Checkpoint(origin=lines[0], size=size, root=base64.b64decode(lines[2], validate=True))
        same = checkpoint_body(checkpoint.origin, checkpoint.size, checkpoint.root) == body
    except (ValueError, IndexError) as wrong:
        raise MalformedNoteError(f"{body[:80]!r} is not a checkpoint: {wrong}.") from wrong
    if not same:
        raise MalformedNoteError(f"{body[:80]!r} is not a checkpoint of three lines.")
    return checkpoint


def signed_note(body: bytes, signer_name: str, key_hash: bytes, signature: bytes) -> str:
    """Writes a note with one signature: the body, an empty line, a dash, the signer's name and base64 (C2SP signed-note).

    Raises:
        MalformedNoteError: for a body that does not end a line, a name with spaces or `+`, a key hash not of 4 bytes.
    """
    named = signer_name and signer_name.isprintable() and not set(signer_name) & set(" +") and len(signer_name.split()) == 1
    if not named or len(key_hash) != _KEY_HASH_BYTES or not body.endswith(b"\n"):
        raise MalformedNoteError(f"No note by {signer_name!r} with a key hash of {len(key_hash)} bytes on {body[-20:]!r}.")
    return f"{body.decode()}\n{_DASH}{signer_name} {base64.b64encode(key_hash + signature).decode()}\n"


def parse_note(text: str) -> SignedNote:
    """Reads a signed note; the signatures are not verified.

    Raises:
        MalformedNoteError: names what is not in a note's form.
    """
    head, empty, tail = text.rpartition("\n\n")
    if not empty or not tail.endswith("\n"):
        raise MalformedNoteError(f"{text[:80]!r} is not a signed note: no body, empty line and signatures.")
    return SignedNote(body=f"{head}\n".encode(), signatures=tuple(_signature(line) for line in tail[:-1].split("\n")))


def _signature(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as wrong:
        raise MalformedNoteError(f"{line[:120]!r} is not a signature line: {wrong}.") from wrong
    if line != f"{_DASH}{name} {base64.b64encode(raw).decode()}" or not name or len(raw) <= _KEY_HASH_BYTES:
        raise MalformedNoteError(f"{line[:120]!r} is not a signature line: dash, name, base64 of key hash and signature.")
    return NoteSignature(name=name, key_hash=raw[:_KEY_HASH_BYTES], value=raw[_KEY_HASH_BYTES:])
