"""A co-signature: a second key says when it saw a checkpoint, and that everything it saw before is a beginning of it.

The form is C2SP tlog-cosignature, `cosignature/v1`, which other transparency logs and their witnesses read: an Ed25519 signature over a
header, the time and the whole checkpoint, under a key of type 4, preceded by the time in eight bytes. As in `checkpoint`, signatures
come in and go out as bytes.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from licet.core.checkpoint import Checkpoint, MalformedNoteError, NoteSignature, SignedNote, parse_note, signed_note

KEY_TYPE = b"\x04"
"""What a witness's key is marked with, so that no signature of a log's own key is taken for a co-signature."""

TIME_BYTES = 8
LATEST = 253_402_300_799
"""Seconds since 1970 of the last moment a date can name; a time beyond is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a witness says: it saw this checkpoint at this time, and no larger one of the ledger before."""

    checkpoint: Checkpoint
    at: datetime


def cosigned_message(body: bytes, seconds: int) -> bytes:
    """What a witness signs: header, time and the checkpoint's lines (C2SP tlog-cosignature).

    Args:
        body: the checkpoint's lines, line end included.
        seconds: since 1970.

    Raises:
        MalformedNoteError: for a time before 1970 or beyond the year 9999.
    """
    if not 0 <= seconds <= LATEST:
        raise MalformedNoteError(f"{seconds!r} seconds since 1970 are no time that a witness can have signed at.")
    return f"cosignature/v1\ntime {seconds}\n".encode() + body


def cosignature_bytes(seconds: int, signature: bytes) -> bytes:
    """What stands in the signature line after the key's hash: the time in eight bytes, and the signature."""
    return seconds.to_bytes(TIME_BYTES, "big") + signature


def seconds_of(signature: NoteSignature) -> int:
    """The time of a co-signature, in seconds since 1970.

    Raises:
        MalformedNoteError: when the signature is too short to hold one.
    """
    if len(signature.value) <= TIME_BYTES:
        raise MalformedNoteError(f"The signature of {signature.name!r} is no co-signature: it holds no time.")
    return int.from_bytes(signature.value[:TIME_BYTES], "big")


def moment_of(seconds: int) -> datetime:
    """The time of a co-signature as a moment.

    Raises:
        MalformedNoteError: when it is none.
    """
    if not 0 <= seconds <= LATEST:
        raise MalformedNoteError(f"{seconds!r} seconds since 1970 are no time that a witness can have signed at.")
    return datetime.fromtimestamp(seconds, UTC)


def with_signature(note: str, signature: NoteSignature) -> str:
    """A note with one signature more; one by the same key is replaced.

    Raises:
        MalformedNoteError: when the text is no note, or the signature's name none.
    """
    read = parse_note(note)
    others = [one for one in read.signatures if (one.name, one.key_hash) != (signature.name, signature.key_hash)]
    return written(replace(read, signatures=(*others, signature)))


def written(note: SignedNote) -> str:
    """A note as text, as `parse_note` reads it.

    Raises:
        MalformedNoteError: when it has no signature.
    """
    lines = [signed_note(note.body, one.name, one.key_hash, one.value) for one in note.signatures]
    if not lines:
        raise MalformedNoteError("A note without a signature is none.")
    head = len(note.body.decode()) + 1
    return lines[0] + "".join(line[head:] for line in lines[1:])
