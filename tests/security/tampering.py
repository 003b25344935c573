"""Seven kinds of tampering with a ledger's evidence, each as well done as somebody can who has the pack but not the signer's key.

For whoever tries them by the thousand: `attack(kind, pack, draw)` gives a tampered pack, `seen(pack, tampered)` says whether the verifier
notices, without a file and without starting a process. An attack that changes nothing is none and is never given.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from random import Random

from licet.core.canonical import canonical_bytes
from licet.core.ledger import leaf_hash, tree
from licet.edge.seal import Seal
from licet.verify import AUTHENTIC, CHECKPOINT, EVENTS, MANIFEST, Verification, verify_bytes
from tests.security.packs import Made, files_of, rebuilt

Attack = Callable[[Made, Random, Seal], bytes]


def lines_of(pack: Made) -> list[bytes]:
    """The lines of a pack's entries."""
    return files_of(pack.packed)[EVENTS].splitlines(keepends=True)


def with_lines(pack: Made, lines: list[bytes]) -> bytes:
    """A pack with other entries, listed in the manifest as if they had always been there."""
    said = [json.loads(line) for line in lines]
    manifest = json.loads(files_of(pack.packed)[MANIFEST])
    manifest["entries"] = [[one["index"], leaf_hash(one["event"].encode()).hex()] for one in said[:-1]]
    return rebuilt(pack.packed, {EVENTS: b"".join(lines), MANIFEST: canonical_bytes(manifest)})


def entry_altered(pack: Made, draw: Random, thief: Seal) -> bytes:
    """An entry says something else: a time, a number, a word of its facts."""
    del thief
    lines = lines_of(pack)
    at = draw.randrange(len(lines) - 1)
    said = json.loads(lines[at])
    event = json.loads(said["event"])
    match draw.randrange(3):
        case 0:
            event["at"] = event["at"][:-2] + ("1Z" if event["at"][-2] != "1" else "2Z")
        case 1:
            event["by"] = f"p{draw.randrange(10**6)}x"
        case _:
            event["facts"]["more"] = draw.randrange(10**9)
    said["event"] = canonical_bytes(event).decode()
    lines[at] = canonical_bytes(said) + b"\n"
    return with_lines(pack, lines)


def entry_removed(pack: Made, draw: Random, thief: Seal) -> bytes:
    """Entries are gone, and the manifest never knew them."""
    del thief
    lines = lines_of(pack)
    for _ in range(draw.randint(1, 3)):
        del lines[draw.randrange(len(lines) - 1)]
    return with_lines(pack, lines)


def entry_inserted(pack: Made, draw: Random, thief: Seal) -> bytes:
    """An entry that never happened stands between others, under a number that is free or taken."""
    del thief
    lines = lines_of(pack)
    at = draw.randrange(1, len(lines))
    made = json.loads(lines[draw.randrange(len(lines) - 1)])
    event = json.loads(made["event"])
    event["facts"]["made_up"] = draw.randrange(10**9)
    made |= {"event": canonical_bytes(event).decode(), "index": draw.randrange(len(pack.entries) + 5)}
    return with_lines(pack, [*lines[:at], canonical_bytes(made) + b"\n", *lines[at:]])


def entries_reordered(pack: Made, draw: Random, thief: Seal) -> bytes:
    """Two entries change places, with their numbers or without."""
    del thief
    lines = lines_of(pack)
    one, other = sorted(draw.sample(range(len(lines) - 1), 2))
    first, second = json.loads(lines[one]), json.loads(lines[other])
    if draw.randrange(2):
        first["index"], second["index"] = second["index"], first["index"]
    lines[one], lines[other] = canonical_bytes(second) + b"\n", canonical_bytes(first) + b"\n"
    return with_lines(pack, lines)


def checkpoint_replaced(pack: Made, draw: Random, thief: Seal) -> bytes:
    """The checkpoint is an older one of the same signer, or one that a thief made over a ledger of their own."""
    files = files_of(pack.packed)
    if draw.randrange(2):
        return rebuilt(pack.packed, {CHECKPOINT: pack.notes[draw.randrange(1, len(pack.entries))].encode()})
    entries = list(pack.entries)
    entries[draw.randrange(len(entries) - 1)] += b" "
    whole = tree([leaf_hash(entry) for entry in entries])
    lines = [json.loads(line) for line in files[EVENTS].splitlines()]
    for line in lines:
        line["proof"] = [base64.b64encode(part).decode() for part in whole.inclusion_proof(line["index"])]
    changed = b"".join(canonical_bytes(line) + b"\n" for line in lines)
    return rebuilt(pack.packed, {CHECKPOINT: thief.sign(whole.size, whole.root()).encode(), EVENTS: changed})


def signature_altered(pack: Made, draw: Random, thief: Seal) -> bytes:
    """A bit of the signature is another, or the signature is the thief's under the signer's name."""
    note = pack.notes[len(pack.entries)]
    if draw.randrange(2):
        whole = tree([leaf_hash(entry) for entry in pack.entries])
        return rebuilt(pack.packed, {CHECKPOINT: thief.sign(whole.size, whole.root()).encode()})
    head, _, encoded = note.rstrip("\n").rpartition(" ")
    raw = bytearray(base64.b64decode(encoded))
    raw[draw.randrange(len(raw))] ^= 1 << draw.randrange(8)
    return rebuilt(pack.packed, {CHECKPOINT: f"{head} {base64.b64encode(bytes(raw)).decode()}\n".encode()})


def contents_altered(pack: Made, draw: Random, thief: Seal) -> bytes:
    """A payload or another document says something else, or the manifest does; the manifest is made to fit, or is not."""
    del thief
    files = files_of(pack.packed)
    name = draw.choice(sorted({*pack.documents, MANIFEST}))
    raw = bytearray(files[name])
    raw[draw.randrange(len(raw))] ^= 1 << draw.randrange(8)
    changed: dict[str, bytes | None] = {name: bytes(raw)}
    if name != MANIFEST and draw.randrange(2):
        manifest = json.loads(files[MANIFEST])
        manifest["documents"][name] = {"sha256": hashlib.sha256(bytes(raw)).hexdigest(), "size": len(raw)}
        changed[MANIFEST] = canonical_bytes(manifest)
    return rebuilt(pack.packed, changed)


KINDS: Mapping[str, Attack] = {
    "entry altered": entry_altered,
    "entry removed": entry_removed,
    "entry inserted": entry_inserted,
    "entries reordered": entries_reordered,
    "checkpoint replaced": checkpoint_replaced,
    "signature altered": signature_altered,
    "payload or manifest altered": contents_altered,
}
"""The seven kinds, by what is done."""


def attack(kind: str, pack: Made, draw: Random, thief: Seal) -> bytes:
    """A tampered pack of this kind; never the pack itself.

    Args:
        kind: one of `KINDS`.
        pack: an untouched one, from `tests.security.packs.made`.
        draw: chance.
        thief: a seal of the same name with another key.
    """
    for _ in range(100):
        tampered = KINDS[kind](pack, draw, thief)
        if tampered != pack.packed:
            return tampered
    message = f"{kind!r} never changed anything."
    raise AssertionError(message)


def look(pack: Made, tampered: bytes) -> Verification:
    """What a stranger's verifier says who has the signer's key and kept the newest checkpoint."""
    return verify_bytes(tampered, key=pack.seal.vkey, outside=pack.notes[len(pack.entries)])


def seen(pack: Made, tampered: bytes) -> bool:
    """Whether the tampering is noticed."""
    return look(pack, tampered).result != AUTHENTIC
