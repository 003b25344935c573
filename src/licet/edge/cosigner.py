"""The co-signer: a second person's or machine's key, which remembers what it signed and signs nothing that does not grow out of it."""

import base64
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from licet.core.checkpoint import Checkpoint, EarlierCheckpoint, MalformedNoteError, NoteSignature, SignedNote, parse_note
from licet.core.cosignature import KEY_TYPE, TIME_BYTES, Seen, cosignature_bytes, cosigned_message, moment_of, seconds_of, with_signature
from licet.core.ledger import verify_consistency
from licet.core.refusal import Refused
from licet.edge.seal import SealError, holds, key_hash, read_secret, read_vkey, secret_text, verify_checkpoint, vkey_text, write_secret

PROOF = "proof "
STATE = ".state"


class WitnessStateError(ValueError):
    """What a witness remembers cannot be read: it signs nothing until somebody puts it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigner:
    """A witness's key and its memory. Make one with `create_cosigner`, read it with `open_cosigner`.

    Attributes:
        name: the witness's name, such as `audit.example.org/w1`.
        state: the file in which it remembers, by ledger, the key that signs it and the last checkpoint it saw.
    """

    name: str
    state: Path
    _key: Ed25519PrivateKey = field(repr=False)

    @property
    def vkey(self) -> str:
        """The public key as text, of type 4: `name+hash+base64`."""
        return vkey_text(self.name, self._key.public_key().public_bytes_raw(), KEY_TYPE)

    def sign(self, shown: EarlierCheckpoint, log: str | None, now: datetime) -> str | Refused:
        """Co-signs a checkpoint, where it grew out of the last one that was signed.

        Args:
            shown: the checkpoint, and the hashes which show that it grew out of the last one.
            log: the ledger's public key; needed once, and remembered. None: the remembered one.
            now: when.

        Returns:
            The note with the co-signature, or `Refused` with `log_unknown`, `not_the_logs`, `tree_shrank` or `tree_inconsistent`.

        Raises:
            MalformedNoteError: when the note is none.
            WitnessStateError: when the memory cannot be read.
        """
        origin = parse_note(shown.note).checkpoint().origin
        with _remembering(self.state) as memory:
            known = memory.get(origin, {})
            trusted = known.get("log", log)
            if trusted is None or (log is not None and log.strip() != trusted.strip()):
                return _unknown(origin, known_before=bool(known))
            found = verify_checkpoint(shown.note, trusted)
            if found is None:
                why = f"The checkpoint of {origin!r} is not signed by {trusted!r}."
                return Refused(code="not_the_logs", why=why, remedy="Have the note again from the ledger itself.")
            last = parse_note(known["note"]).checkpoint() if "note" in known else None
            no = None if last is None else _not_grown(last, found, shown)
            if no is not None:
                return no
            memory[origin] = {"log": trusted.strip(), "note": shown.note}
        return with_signature(shown.note, self._signature(parse_note(shown.note), now))

    def _signature(self, note: SignedNote, now: datetime) -> NoteSignature:
        seconds = int(now.timestamp())
        value = cosignature_bytes(seconds, self._key.sign(cosigned_message(note.body, seconds)))
        return NoteSignature(name=self.name, key_hash=key_hash(self.name, self._key.public_key().public_bytes_raw(), KEY_TYPE), value=value)


def _unknown(origin: str, *, known_before: bool) -> Refused:
    if known_before:
        why = f"{origin!r} was signed by another key when this witness saw it last."
        return Refused(code="not_the_logs", why=why, remedy="Ask its keeper why; a ledger keeps its key. Nothing was signed.")
    remedy = "Name its public key once with --log; have it by another way than the note."
    return Refused(code="log_unknown", why=f"This witness has not seen {origin!r} before.", remedy=remedy)


def _not_grown(last: Checkpoint, found: Checkpoint, shown: EarlierCheckpoint) -> Refused | None:
    if found.size < last.size:
        why = f"The checkpoint has {found.size} entries; this witness signed one of {last.size} before."
        return Refused(code="tree_shrank", why=why, remedy="Keep both notes: if both are genuine, the ledger was cut off.")
    if (last.size, last.root) == (found.size, found.root):
        return None
    if last.size and not verify_consistency(
        first=last.size, first_root=last.root, second=found.size, second_root=found.root, proof=shown.proof
    ):
        why = f"It is not shown that the {found.size} entries begin with the {last.size} this witness signed before."
        remedy = f"Ask for the note with a proof: `licet witness note --since {last.size}`. If that fails too, history was rewritten."
        return Refused(code="tree_inconsistent", why=why, remedy=remedy)
    return None


def read_shown(text: str) -> EarlierCheckpoint:
    """Reads a note as a witness is shown it: the note, and under it its proof, a line a hash.

    Raises:
        MalformedNoteError: when it is none.
    """
    lines = text.splitlines(keepends=True)
    proof = [line for line in lines if line.startswith(PROOF)]
    note = "".join(lines[: len(lines) - len(proof)])
    try:
        hashes = tuple(_hash(line.removeprefix(PROOF).strip()) for line in proof)
    except ValueError as wrong:
        raise MalformedNoteError(f"{text[-80:]!r} is no proof: {wrong}.") from wrong
    parse_note(note).checkpoint()
    return EarlierCheckpoint(note=note, proof=hashes)


def _hash(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def create_cosigner(path: Path, *, name: str) -> Cosigner:
    """Makes a witness's key and writes it to a file that only its owner may read.

    Raises:
        SealError: when there is a file already, it cannot be written, or the name is none.
    """
    if not name or not name.isprintable() or set(name) & set(" +") or len(name.split()) != 1:
        raise SealError(f"{name!r} is no name for a witness; leave out spaces, `+` and control characters: audit.example.org/w1.")
    key = Ed25519PrivateKey.generate()
    write_secret(path, secret_text(name, key, KEY_TYPE))
    return Cosigner(name=name, state=path.with_name(path.name + STATE), _key=key)


def open_cosigner(path: Path) -> Cosigner:
    """Reads a witness's key.

    Raises:
        SealError: when it is missing, malformed, or readable by others than its owner.
    """
    name, key = read_secret(path, KEY_TYPE)
    return Cosigner(name=name, state=path.with_name(path.name + STATE), _key=key)


def verify_cosignature(text: str, vkey: str) -> Seen | None:
    """Says what a witness's co-signature on a note says; None where it did not co-sign, or wrongly.

    Raises:
        MalformedNoteError: when the text is not a signed checkpoint.
        SealError: when the key is none.
    """
    name, public = read_vkey(vkey, KEY_TYPE)
    note, hashed = parse_note(text), key_hash(name, public, KEY_TYPE)
    ours = [one for one in note.signatures if (one.name, one.key_hash) == (name, hashed)]
    if len(ours) != 1:
        return None
    seconds = seconds_of(ours[0])
    if not holds(public, cosigned_message(note.body, seconds), ours[0].value[TIME_BYTES:]):
        return None
    return Seen(checkpoint=note.checkpoint(), at=moment_of(seconds))


@contextmanager
def _remembering(path: Path) -> Iterator[dict[str, dict[str, str]]]:
    """What a witness remembers; written back before it signs, so that what it signed it never forgets. Others wait meanwhile."""
    with path.with_name(path.name + ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = path.read_text("utf-8") if path.exists() else "{}"
        try:
            memory = json.loads(before)
            if not isinstance(memory, dict) or not all(isinstance(one, dict) for one in memory.values()):
                raise ValueError("no table")  # noqa: TRY301 - said in one place
        except ValueError as wrong:
            message = f"{str(path)!r} cannot be read as a witness's memory: {wrong}. Put it back from a copy; without it nothing is signed."
            raise WitnessStateError(message) from wrong
        yield memory
        after = json.dumps(memory, sort_keys=True, indent=1)
        if after != before:
            beside = path.with_name(path.name + ".part")
            with beside.open("w", encoding="utf-8") as file:
                file.write(after)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
