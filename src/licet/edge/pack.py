"""An evidence pack: one file that shows a stranger what happened, with proofs that need nobody's word.

It is made in two steps, because the ledger itself records the export: `draft_pack` fixes the documents and the list of entries
in a manifest; the caller appends the event `evidence.exported` with `DraftPack.facts`, has the ledger sequenced and signed, and
`pack_bytes` puts everything together under that checkpoint. The same inputs give the same bytes. docs/evidence-pack.md has the form.
"""

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from licet import verify
from licet.core.canonical import Json, canonical_bytes
from licet.core.checkpoint import EarlierCheckpoint
from licet.core.ledger import ProvenEntry, leaf_hash

_VERSION = 1
_VERIFIER = "verify.py"
_README = "README.txt"
REPORT = "report.html"
_TAKEN = frozenset({*verify.FRAME, _VERIFIER, _README})

README_TEXT = """\
This is an evidence pack: a part of a ledger, the documents it speaks of, and the proofs that bind them together.

To check it, on any machine with Python 3.10 or later and without a network:

    python verify.py PACK.zip --key VKEY [--checkpoint FILE] [--earlier FILE] [--witness VKEY]

VKEY is the signer's public key. Have it from the signer by another way than this pack. Without it, the verifier can only say
that the pack holds together, not who made it. FILE holds signed checkpoints somebody kept outside; with it the verifier
also sees whether the end of the ledger was cut off. With --earlier, an older pack or checkpoint, it checks that nothing in that one
was rewritten since; with --witness, that somebody else co-signed.

Do not use the verify.py in this pack for a decision that matters: who changes a pack can change the verifier in it. Use your own
copy, from the Licet release you trust; the two are the same if nobody interfered.

Begin reading with report.html, if it is there. events.jsonl has what happened, an entry a line.
"""


class PackError(ValueError):
    """What was given cannot become an evidence pack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPack:
    """A pack whose documents are fixed and whose export the ledger does not know yet. Make one with `draft_pack`.

    Attributes:
        documents: name to bytes, README and verifier included.
        manifest: digests of all documents, and number and leaf hash of all entries, as canonical JSON.
    """

    documents: Mapping[str, bytes]
    manifest: bytes

    def facts(self, vkey: str) -> Mapping[str, Json]:
        """What the event `evidence.exported` must hold, so that every byte of the pack hangs on the signed tree."""
        return {"manifest_sha256": hashlib.sha256(self.manifest).hexdigest(), "signer": vkey}


def contents_digest(documents: Mapping[str, bytes], entries: Sequence[tuple[int, bytes]]) -> str:
    """The digest that printed pages of a pack carry: over its entries and documents but the report itself, in which it stands.

    Returns:
        64 hex characters; the verifier recomputes them from the manifest.
    """
    listed: dict[str, Json] = {name: hashlib.sha256(data).hexdigest() for name, data in documents.items() if name != REPORT}
    leaves: list[Json] = [[number, leaf_hash(entry).hex()] for number, entry in entries]
    return hashlib.sha256(canonical_bytes({"documents": listed, "entries": leaves})).hexdigest()


def draft_pack(documents: Mapping[str, bytes], entries: Sequence[tuple[int, bytes]], **about: Json) -> DraftPack:
    """Fixes what a pack will hold.

    Args:
        documents: name to bytes; names of letters, digits, `_`, `-`, `.`, and `/` for folders.
        entries: number and exact bytes of each entry that goes in, in the ledger's order; not yet the export itself.
        about: what else the manifest says: `scope`, what the pack is about, and `view`, whom it is for and what is left out.

    Raises:
        PackError: for a name no pack can have, or entries out of order.
    """
    lower = {name.lower() for name in documents}
    for name in documents:
        if not verify.NAME.fullmatch(name) or name in _TAKEN or len(lower) != len(documents):
            raise PackError(f"{name!r} is no name for a document: taken, twice but for capitals, or other than letters, digits, _ - . /")
    numbers = [number for number, _ in entries]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise PackError("The entries are not in the ledger's order; sort them by number, each once.")
    whole = {**documents, _README: README_TEXT.encode(), _VERIFIER: Path(verify.__file__).read_bytes()}
    listed: dict[str, Json] = {name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in whole.items()}
    leaves: list[Json] = [[number, leaf_hash(entry).hex()] for number, entry in entries]
    return DraftPack(documents=whole, manifest=canonical_bytes({**about, "v": _VERSION, "documents": listed, "entries": leaves}))


def pack_bytes(draft: DraftPack, *, entries: Sequence[ProvenEntry], checkpoint: str, earlier: Sequence[EarlierCheckpoint] = ()) -> bytes:
    """Puts a pack together.

    Args:
        draft: what `draft_pack` fixed.
        entries: the same entries with their proofs, and last the one that records this export.
        checkpoint: the signed checkpoint the proofs lead to.
        earlier: checkpoints signed before, with proofs of consistency to this one; by them a stranger who kept an old
            checkpoint sees that history was not rewritten.

    Returns:
        The pack: a zip, uncompressed, in one exact form.

    Raises:
        PackError: when the pack would be larger than the verifier reads.
    """
    lines = [_line(entry) for entry in entries]
    frame = {
        verify.EVENTS: b"".join(lines),
        verify.CHECKPOINT: checkpoint.encode(),
        verify.CHECKPOINTS: "".join(_earlier(known) for known in earlier).encode(),
        verify.MANIFEST: draft.manifest,
    }
    files = {**draft.documents, **frame}
    size = sum(map(len, files.values()))
    if size > verify.MAX_BYTES - (1 << 20) or len(files) > verify.MAX_FILES:
        raise PackError(f"{len(files)} files of {size} bytes; a pack has at most {verify.MAX_FILES} and {verify.MAX_BYTES >> 20} MiB.")
    return verify.container(files)


def write_pack(path: Path, packed: bytes) -> None:
    """Writes a pack to disk, whole or not at all.

    Raises:
        OSError: when it cannot be written.
    """
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        file.write(packed)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _line(entry: ProvenEntry) -> bytes:
    proof = [_base64(part) for part in entry.proof]
    return canonical_bytes({"index": entry.index, "event": entry.entry.decode(), "proof": proof}) + b"\n"


def _earlier(known: EarlierCheckpoint) -> str:
    return known.note + "".join(f"proof {_base64(part)}\n" for part in known.proof)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
