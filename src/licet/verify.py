"""The stranger's verifier: checks an evidence pack offline, on Python alone, trusting nobody who made the pack.

    python verify.py PACK.zip [--key VKEY] [--checkpoint FILE] [--earlier FILE] [--witness VKEY]

It reads this one file, the pack, and nothing else. `--key` is the signer's public key, had from the signer by another way than the pack;
`--checkpoint` is a file of signed checkpoints kept outside; `--earlier` an older pack or checkpoint of which it must be shown that nothing
in it was rewritten; `--witness` the public key of somebody who must have co-signed. Exit codes: 0 nothing wrong, 1 broken, 2 usage.
Needs Python 3.10 or later. Sources: RFC 6962 and 9162 (tree), RFC 8032 (Ed25519), C2SP signed-note, tlog-checkpoint, tlog-cosignature.
"""

import argparse
import base64
import hashlib
import hmac
import json
import re
import struct
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

AUTHENTIC, INTACT, BROKEN = "authentic", "intact, signer not checked", "broken"
FRAME = EVENTS, CHECKPOINT, CHECKPOINTS, MANIFEST = "events.jsonl", "checkpoint.txt", "checkpoints.txt", "manifest.json"
COSIGNED, ERASED = "cosigned.txt", "erased.json"
NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)*", re.ASCII)
MAX_BYTES, MAX_FILES, KEY_BYTES, SALT_BYTES, SIGNATURE_BYTES = 1 << 28, 1_000, 32, 32, 64
_HASH, _SIGNATURE = r"[A-Za-z0-9+/]{43}=", r"\u2014 [^\s+]+ [A-Za-z0-9+/=]+\n"
_NOTE = re.compile(rf"(?m)^(([^\n]+)\n(0|[1-9][0-9]{{0,18}})\n({_HASH})\n)\n((?:{_SIGNATURE}){{1,16}})((?:proof {_HASH}\n){{0,64}})")
_HOSTILE = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError, MemoryError, struct.error)


class UsageError(ValueError):
    """What the person who verifies gave cannot be used: no such file, or a key that is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found, and how much was looked at."""

    result: str  # `AUTHENTIC`, `INTACT` (all holds together, but no key was given) or `BROKEN`
    problems: tuple[str, ...]  # all that is wrong
    notes: tuple[str, ...]  # what was not checked
    size: int | None  # of the ledger; None: unread
    entries: int  # in the pack


# --- Ed25519, RFC 8032, section 5.1; points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z ---
_P, _L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_Point = tuple[int, int, int, int]
_ZERO: _Point = (0, 1, 1, 0)


def _add(a: _Point, b: _Point) -> _Point:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % _P, (a[1] + a[0]) * (b[1] + b[0]) % _P
    g, h = 2 * a[3] * b[3] * _D % _P, 2 * a[2] * b[2] % _P
    x, y, z, t = f - e, h - g, h + g, f + e
    return x * y % _P, z * t % _P, y * z % _P, x * t % _P


def _point(raw: bytes) -> _Point | None:
    sign, y = raw[31] >> 7, int.from_bytes(raw, "little") & ((1 << 255) - 1)
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    x = x if v * x * x % _P == u else x * pow(2, (_P - 1) // 4, _P) % _P
    if y >= _P or v * x * x % _P != u or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little")) or _ZERO


@lru_cache(maxsize=256)
def verify_ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Says whether a signature is good, strictly: s below the group's order, points in their one form, no key of small order."""
    key = _point(public) if len(public) == KEY_BYTES and len(signature) == SIGNATURE_BYTES else None
    s = int.from_bytes(signature[32:], "little")
    if key is None or s >= _L:
        return False
    four = _add(_add(key, key), _add(key, key))
    if _add(four, four)[0] == 0:  # of small order: signatures by such a key mean nothing
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    minus = (_P - key[0], key[1], 1, _P - key[3])
    found, table = _ZERO, (_ZERO, _BASE, minus, _add(_BASE, minus))
    for bit in range(252, -1, -1):
        found = _add(_add(found, found), table[(s >> bit & 1) | (k >> bit & 1) << 1])
    x, y = (part * pow(found[2], -1, _P) % _P for part in found[:2])
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# --- the tree, RFC 9162, sections 2.1.3.2 and 2.1.4.2 ---
def _climb(index: int, size: int, start: bytes, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Follows a path up: the roots of the older tree (left turns only) and of the whole; None when the path has another length."""
    inner = (index ^ (size - 1)).bit_length()
    if len(path) != inner + bin(index >> inner).count("1"):
        return None
    old = new = start
    for height, beside in enumerate(path):
        left = height >= inner or index >> height & 1
        old = hashlib.sha256(b"\x01" + beside + old).digest() if left else old
        new = hashlib.sha256(b"\x01" + (beside + new if left else new + beside)).digest()
    return old, new


def included(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Says whether a leaf hash stands at an index of the tree of that size and root."""
    return 0 <= index < size and (_climb(index, size, leaf, proof) or (b"", b""))[1] == root


def consistent(*, first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Says whether the tree of `second` entries begins with the tree of `first` entries."""
    if not 0 < first < second:
        return 0 <= first <= second and not proof and first_root == (second_root if first else hashlib.sha256(b"").digest())
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    shift = (first & -first).bit_length() - 1
    return bool(path) and _climb((first - 1) >> shift, ((second - 1) >> shift) + 1, path[0], path[1:]) == (first_root, second_root)


# --- keys and notes, C2SP ---
_Key = tuple[str, bytes, bytes]  # name, four bytes of hash, public key


class _Note(NamedTuple):
    body: bytes
    origin: str
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes], ...]
    proof: tuple[bytes, ...]

    def signed_by(self, key: _Key) -> bool:
        values = self.values(key)
        return bool(values) and all(verify_ed25519(key[2], self.body, value) for value in values)

    def values(self, key: _Key) -> list[bytes]:
        return [raw[4:] for name, raw in self.signatures if (name, raw[:4]) == key[:2]]

    def cosigned(self, key: _Key) -> str:
        """When a witness co-signed it; empty where it did not, or wrongly."""
        for value in self.values(key):
            seconds = int.from_bytes(value[:8], "big")
            if verify_ed25519(key[2], f"cosignature/v1\ntime {seconds}\n".encode() + self.body, value[8:]):
                return datetime.fromtimestamp(seconds, timezone.utc).isoformat(" ", "seconds")  # noqa: UP017 - for Python 3.10
        return ""


def _unbase64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return raw if base64.b64encode(raw).decode() == text else b""


def _key(vkey: str, kind: bytes = b"\x01") -> _Key:
    name, hashed, encoded = vkey.strip().split("+", 2)
    raw = _unbase64(encoded)
    found = hashlib.sha256(f"{name}\n".encode() + raw).digest()[:4]
    if not name or raw[:1] != kind or len(raw) != 1 + KEY_BYTES or found.hex() != hashed:
        raise ValueError("the key's parts do not fit each other")
    return name, found, raw[1:]


def _keyed(key: bytes, said: str) -> bytes:
    return hmac.digest(key, said.encode(), "sha256")


def _place(key: bytes, number: int) -> float:
    """A case's place in [0, 1) under a key: the first 53 bits of an HMAC."""
    return (int.from_bytes(_keyed(key, str(number))[:7], "big") >> 3) / 2**53


def _notes(text: str, name: str) -> Iterator[_Note]:
    """Reads signed checkpoints that follow each other, each with the proof lines under it, if any."""
    if _NOTE.sub("", text):
        raise ValueError(f"{name} is not signed checkpoints from end to end")
    for body, origin, size, root, signatures, path in _NOTE.findall(text):
        signed = tuple((name, _unbase64(value)) for _, name, value in (line.split(" ") for line in signatures.splitlines()))
        proof = tuple(_unbase64(line.removeprefix("proof ")) for line in path.splitlines())
        yield _Note(body.encode(), origin, int(size), _unbase64(root), signed, proof)


# --- the zip: one exact form, so that no two programs can read two different packs out of it ---
_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")


def container(files: Mapping[str, bytes]) -> bytes:
    """Writes a zip in the one form a pack has: stored, sorted by name, dated 1980-01-01, nothing beside the files."""
    parts, central, at = [], [], 0
    for name in sorted(files):
        data, written = files[name], name.encode("ascii")
        fields = (20, 0, 0, 0, 33, zlib.crc32(data), len(data), len(data), len(written), 0)
        parts += [_LOCAL.pack(b"PK\x03\x04", *fields), written, data]
        central += [_CENTRAL.pack(b"PK\x01\x02", 0x0314, *fields, 0, 0, 0, 0o100644 << 16, at), written]
        at += _LOCAL.size + len(written) + len(data)
    tail = b"".join(central)
    return b"".join([*parts, tail, _END.pack(b"PK\x05\x06", 0, 0, len(files), len(files), len(tail), at, 0)])


def _unzip(raw: bytes, problems: list[str]) -> dict[str, bytes]:
    files, at = dict[str, bytes](), 0
    while raw[at : at + 4] == b"PK\x03\x04" and len(files) <= MAX_FILES:
        _, _, _, method, _, _, crc, size, _, length, extra = _LOCAL.unpack_from(raw, at)
        start = at + _LOCAL.size + length + extra
        name, data = raw[at + _LOCAL.size : start - extra].decode("ascii", "backslashreplace"), raw[start : start + size]
        at = start + size
        if at > len(raw) or method or not NAME.fullmatch(name):
            raise ValueError(f"zip: {name!r} is compressed, cut off, past the limit, or no name that a pack has; nothing more was read")
        if name.lower() in map(str.lower, files):
            problems.append(f"zip: {name} is in it twice")
        if zlib.crc32(data) != crc:
            problems.append(f"zip: {name} differs from its checksum")
        files.setdefault(name, data)
    if not problems and (len(files) > MAX_FILES or container(files) != raw):
        problems.append("zip: malformed: re-zipped, padded, or bytes around the documents changed; use the file as it was exported")
    return files


_Entry = NamedTuple("_Entry", [("number", int), ("leaf", bytes), ("what", str), ("facts", dict[str, Any]), ("proof", tuple[bytes, ...])])  # noqa: UP014 - a line
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def _entries(raw: bytes, problems: list[str]) -> Iterator[_Entry]:
    *lines, rest = raw.split(b"\n")
    for number, line in enumerate([*lines, *filter(None, [rest])] or [b""], start=1):
        try:
            said = json.loads(line)
            event = json.loads(said["event"])
            same = _canonical(said).encode() == line and _canonical(event) == said["event"] and number <= len(lines)
            if not same or type(said["index"]) is not int:
                raise ValueError("not in canonical form")
            leaf, proof = hashlib.sha256(b"\x00" + said["event"].encode()).digest(), tuple(_unbase64(part) for part in said["proof"])
            yield _Entry(said["index"], leaf, event["what"], dict(event["facts"]), proof)
        except _HOSTILE as wrong:
            problems.append(f"{EVENTS}: line {number} was changed, or is not an entry ({wrong})")


class _Pack(NamedTuple):
    files: Mapping[str, bytes]
    entries: Sequence[_Entry]
    head: _Note
    given: "_Given"
    notes: list[str]

    @property
    def manifest(self) -> Mapping[str, Any]:
        return dict(json.loads(self.files[MANIFEST]))

    @property
    def key(self) -> _Key | None:
        return self.given.key

    @property
    def signer(self) -> _Key:
        return self.key or _key(self.entries[-1].facts["signer"])

    @property
    def known(self) -> dict[int, bytes]:
        """The roots that the pack proves, by size: the checkpoint's own, and those of the checkpoints it grew out of."""
        return {note.size: note.root for note in (*_notes(self.files[CHECKPOINTS].decode(), CHECKPOINTS), self.head)}

    def of(self, *words: str, **facts: str) -> Iterator[_Entry]:
        return (entry for entry in self.entries if entry.what in words and facts.items() <= entry.facts.items())

    def problems(self) -> Iterator[str]:
        trees = (self._entries, self._files, self._checkpoints, self._outside, self._earlier, self._witnesses)
        for check in (*trees, self._made_for, self._commitments, self._erased, self._draws, self._stop, self._once):
            try:
                yield from check()
            except _HOSTILE as wrong:
                yield f"{check.__name__[1:]}: malformed: {type(wrong).__name__}: {wrong}"

    def _entries(self) -> Iterator[str]:
        listed = {index: bytes.fromhex(leaf) for index, leaf in self.manifest["entries"]}
        newest, head, last = -1, self.head, self.entries[-1]
        for entry in self.entries:
            if entry.number <= newest:
                yield f"entry {entry.number} is there twice or out of order: it follows entry {newest}"
            if entry is not last and entry.number not in listed:
                yield f"entry {entry.number} was inserted: {MANIFEST} does not list it"
            elif entry is not last and entry.leaf != listed[entry.number]:
                yield f"entry {entry.number} was changed: its bytes differ from those {MANIFEST} lists"
            elif not included(entry.leaf, index=entry.number, size=head.size, proof=entry.proof, root=head.root):
                yield f"entry {entry.number} is not in the signed tree: its bytes, its number or its path differ"
            newest = max(newest, entry.number)
        here = {entry.number for entry in self.entries}
        yield from (f"entry {index} is missing" for index in listed if index not in here)
        if len(here) < head.size:
            self.notes.append(f"{len(here)} of the ledger's {head.size} entries are in this pack; what the others say is not known")

    def _files(self) -> Iterator[str]:
        last = self.entries[-1]
        if last.what != "evidence.exported":
            yield f"{EVENTS}: the last entry is not evidence.exported: the tail is cut off, or entries were added"
        if hashlib.sha256(self.files[MANIFEST]).hexdigest() != last.facts.get("manifest_sha256"):
            yield f"document {MANIFEST} differs from what the last entry, {last.number}, says of it"
        listed = {name: (row["sha256"], MANIFEST) for name, row in self.manifest["documents"].items()}
        named = {name: (said, f"entry {at}") for at, _, _, facts, _ in self.entries for name, said in facts.get("documents", {}).items()}
        for name, (said, whose) in (*listed.items(), *named.items()):
            if name not in self.files:
                yield f"document {name} is missing: {whose} names it"
            elif hashlib.sha256(self.files[name]).hexdigest() != said:
                yield f"document {name} differs from what {whose} says of it"
        yield from (f"document {name} was added: {MANIFEST} does not list it" for name in self.files if name not in {*listed, *FRAME})

    def _checkpoints(self) -> Iterator[str]:
        named, head = _key(self.entries[-1].facts["signer"]), self.head
        for key, whose in ((named, "the signer the pack names"), (self.key or named, "the key given")):
            if len(head.signatures) != 1 or head.proof or head.origin != key[0] or not head.signed_by(key):
                yield f"{CHECKPOINT}: not signed, or not only, by {whose}: {key[0]!r} ({key[1].hex()})"
        for old in _notes(self.files[CHECKPOINTS].decode(), CHECKPOINTS):
            if len(old.signatures) != 1 or old.origin != head.origin or not old.signed_by(self.signer):
                yield f"{CHECKPOINTS}: the checkpoint of size {old.size} is not signed by the same signer"
            if not consistent(first=old.size, first_root=old.root, second=head.size, second_root=head.root, proof=old.proof):
                yield f"{CHECKPOINTS}: the ledger did not grow out of the checkpoint of size {old.size}: rewritten, or another proof"

    def _outside(self) -> Iterator[str]:
        head, known, outside = self.head, self.known, self.given.outside
        ours = [note for note in outside or () if note.origin == head.origin]
        if outside is None:
            self.notes.append("truncation of the tail was not checked: no outside checkpoint was given (--checkpoint)")
        elif not ours:
            yield f"outside checkpoint: none is of this ledger, {head.origin!r}"
        for note in (note for note in ours if note.size == max(other.size for other in ours)):
            if self.key is not None and not note.signed_by(self.key):
                yield f"outside checkpoint of size {note.size}: not signed by the key given"
            elif note.size > head.size:
                yield f"truncated: the ledger had {note.size} entries when the outside checkpoint was signed; this pack ends at {head.size}"
            elif known.get(note.size, note.root) != note.root:
                yield f"split view: the outside checkpoint of size {note.size} has another root than this pack's"
            elif note.size not in known:
                self.notes.append(f"the outside checkpoint of size {note.size} was not compared: the pack has no proof from it")

    def _earlier(self) -> Iterator[str]:
        head, known = self.head, self.known
        for old, leaves in self.given.earlier:
            if old.origin != head.origin or not old.signed_by(self.signer):
                yield f"earlier checkpoint of size {old.size}: not of this ledger, {head.origin!r}, or not signed by its key"
            elif old.size > head.size:
                yield f"earlier checkpoint of size {old.size}: this pack ends at {head.size}; cut off, or the older of the two"
            elif old.size not in known:
                yield f"earlier checkpoint of size {old.size}: not shown; ask for a pack that was exported with --since {old.size}"
            elif known[old.size] != old.root:
                yield f"rewritten: the first {old.size} entries of the ledger are not those of the earlier checkpoint"
            else:
                self.notes.append(f"nothing in the ledger's first {old.size} entries was rewritten since the earlier checkpoint")
            yield from (f"entry {e.number} is another in the earlier pack" for e in self.entries if leaves.get(e.number, e.leaf) != e.leaf)

    def _witnesses(self) -> Iterator[str]:
        known, shown = self.known, list(_notes(self.files.get(COSIGNED, b"").decode(), COSIGNED))
        for note in shown:
            if known.get(note.size) != note.root or note.origin != self.head.origin or note.proof:
                yield f"{COSIGNED}: the checkpoint of size {note.size} is none that this pack proves"
        for key in self.given.witnesses:
            theirs = [(note.size, note.cosigned(key)) for note in shown if note.values(key)]
            yield from (f"{COSIGNED}: the co-signature by {key[0]!r} on size {size} is wrong" for size, at in theirs if not at)
            if not theirs:
                yield f"witness {key[0]!r} co-signed no checkpoint of this pack"
            self.notes.extend(f"witness {key[0]!r} saw the ledger's first {size} entries at {at}" for size, at in theirs if at)
        if shown and not self.given.witnesses:
            self.notes.append(f"{len(shown)} co-signed checkpoints were not checked: no witness's key was given (--witness)")

    def _made_for(self) -> Iterator[str]:
        scope, view = self.manifest.get("scope", {}), self.manifest.get("view", {})
        if scope.get("of", "use case") != "use case":
            self.notes.append(f"this pack is of one {scope['of']} only: " + ", ".join(f"{k} {v}" for k, v in scope.items() if k != "of"))
        for row in view.get("left_out", ()):
            self.notes.append(f"made for {view['role']}: {row['count']} {row['what']} left out, because {row['why']}")
        if "contents" in self.manifest:
            own = {"report.html", "README.txt", "verify.py"}
            listed = {name: row["sha256"] for name, row in self.manifest["documents"].items() if name not in own}
            said = _canonical({"documents": listed, "entries": self.manifest["entries"]})
            if hashlib.sha256(said.encode()).hexdigest() != self.manifest["contents"]:
                yield f"{MANIFEST}: the digest that printed pages carry is not that of the contents"
            self.notes.append(f"printed pages of this pack carry the digest {self.manifest['contents']}")

    def _erased(self) -> Iterator[str]:
        by_index, rows = {entry.number: entry for entry in self.entries}, json.loads(self.files.get(ERASED, b"[]"))
        for row in rows:
            said, gone = by_index.get(row["event_index"]), by_index.get(row["erased_index"])
            if said is None or gone is None or gone.what != "case.erased" or "commitment" not in said.facts:
                yield f"{ERASED}: case {row['case']!r}: its entry, or the one that says it was erased, is not in the pack"
            elif not said.facts["case_number"] == gone.facts["case_number"] == row["case"]:
                yield f"{ERASED}: case {row['case']!r}: entries {said.number} and {gone.number} are about another"
        if rows:
            self.notes.append(f"erased: of {len(rows)} answers the entry and commitment hold, and what they said can be shown by nobody")

    def _commitments(self) -> Iterator[str]:
        by_index = {entry.number: entry for entry in self.entries}
        tables = {"decision on case": "decisions.json", "correction of case": "corrections.json", "person": "people.json"}
        for noun, row in ((noun, row) for noun, name in tables.items() for row in json.loads(self.files.get(name, b"[]"))):
            who, field = (row["person"], "person") if noun == "person" else (row["case"], "case_number")
            payload = _canonical({"email": row["email"], "name": row["name"]}) if noun == "person" else row["payload"]
            entry, salt = by_index.get(row["event_index"]), bytes.fromhex(row["salt"])
            if entry is None:
                yield f"{noun} {who!r}: entry {row['event_index']!r}, on which it stands, is not in the pack"
            elif len(salt) != SALT_BYTES or hashlib.sha256(salt + payload.encode()).hexdigest() != entry.facts.get("commitment"):
                yield f"{noun} {who!r} differs from the commitment in entry {entry.number}"
            elif entry.facts.get(field, who) != who:
                yield f"{noun} {who!r}: entry {entry.number} is about {entry.facts[field]!r}"

    def _draws(self) -> Iterator[str]:
        for at, _, _, granted, _ in self.of("mandate.granted"):
            mandate = granted["mandate"]
            secrets = [bytes.fromhex(entry.facts["secret"]) for entry in self.of("secret.revealed", mandate=mandate)]
            if not secrets:
                self.notes.append(f"audit draws: secret still sealed, not checked (mandate {mandate!r})")
                continue
            if {hashlib.sha256(secret).hexdigest() for secret in secrets} != {granted["secret_commitment"]}:
                yield f"audit draws of mandate {mandate!r}: the secret revealed is not the one entry {at} commits to"
            yield from self._audits(mandate, granted["audit_rate"], secrets[0])
            yield from self._checks(mandate, granted, secrets[0])

    def _audits(self, mandate: str, rate: float, secret: bytes) -> Iterator[str]:
        overdue, exposure = _keyed(secret, "licet.audit.overdue"), _keyed(secret, "licet exposure draw")
        told = [entry.facts for entry in self.of("audit.drawn", "audit.answered", "audit.overdue", mandate=mandate)]
        due, drawn = set(), {facts["case_number"] for facts in told if "case_number" in facts}
        hidden = {facts["reference"] for facts in told if "case_number" not in facts}  # overdue: named by what the secret makes of the case
        for facts in (entry.facts for entry in self.of("case.routed", mandate=mandate, route="alone")):
            number, said = facts["case_number"], facts.get("audit_rate", rate)
            due |= {number} if _place(secret, number) < said else set()
            drawn |= {number} if (name := _keyed(overdue, str(number)).hex()) in hidden else set()
            hidden.discard(name)
            if _place(exposure, number) >= facts.get("share", 1.0):
                yield f"exposure draws: case {number!r} was decided alone outside the share exposed, {facts['share']!r}"
            if said < rate:
                yield f"audit draws: case {number!r} was drawn at a lower rate, {said!r}, than its mandate's, {rate!r}"
        for number in sorted(due ^ drawn):
            yield f"audit draws: case {number!r} was " + ("due for an audit and not drawn" if number in due else "drawn and not due")
        if hidden and self.manifest.get("scope", {}).get("of", "use case") == "use case":
            yield f"audit draws: {len(hidden)} overdue audits of mandate {mandate!r} are of no case that was decided alone under it"

    def _checks(self, mandate: str, granted: Mapping[str, Any], secret: bytes) -> Iterator[str]:
        planned = ((granted.get("terms") or {}).get("audits") or {}).get("agreements", 0.0)
        draws, share, open_ones = _keyed(secret, "licet.agreement.draw"), planned, set[int]()
        words = ("mandate.suspended", "mandate.expired", "mandate.revoked", "mandate.reinstated", "audit.answered", "agreement.checked")
        for at, _, what, facts, _ in self.of(*words, mandate=mandate):
            if what.startswith("mandate."):
                share = planned if what == "mandate.reinstated" else 0.0  # a mandate that does not run has nothing checked
            elif what == "audit.answered" and facts.get("agreed") and (planned or "check" in facts):
                due = _place(draws, facts["case_number"]) < share
                open_ones |= {facts["case_number"]} if due else set()
                yield from _check_said(at, facts, share, due=due, says=_keyed(secret, "licet.agreement.said"))
            elif what == "agreement.checked" and facts["case_number"] not in open_ones:
                yield f"agreement draws: entry {at} is a check of case {facts['case_number']!r}, which was not drawn for one"
            open_ones -= {facts["case_number"]} if what == "agreement.checked" else set()
        if open_ones:
            self.notes.append(f"agreement draws: {len(open_ones)} checks of mandate {mandate!r} were drawn and are not answered")

    def _stop(self) -> Iterator[str]:
        since = dict[str, int]()  # by reach, the entry that pressed the stop; 0 where it was lifted
        for at, _, what, facts, _ in self.of("stop.pressed", "stop.lifted", "case.routed"):
            if what != "case.routed":
                since[facts["reach"]] = at if what == "stop.pressed" else 0
            elif facts["route"] == "alone" and any(since.values()):
                yield f"stop: case {facts['case_number']!r} went alone at entry {at}, while the stop of entry {max(since.values())} held"

    def _once(self) -> Iterator[str]:
        records = dict[int, int]()  # by case, how many there are: a decision, then its corrections 1, 2, ...
        midway = self.manifest.get("scope", {}).get("of") == "period"  # what came before the period is not in the pack
        for at, _, what, facts, _ in self.of("case.decided", "case.corrected"):
            case, number = facts["case_number"], facts["number"] if what == "case.corrected" else 0
            if number != records.setdefault(case, number if midway else 0):
                yield f"case {case!r}: entry {at}, {what}, does not follow: a case is decided once, then corrected, each time in turn"
            records[case] += 1


def _check_said(at: int, facts: Mapping[str, Any], share: float, *, due: bool, says: bytes) -> Iterator[str]:
    number = facts["case_number"]
    if facts.get("check_share") != share:
        yield f"agreement draws: entry {at} holds the share {facts.get('check_share')!r}, and the mandate's was {share!r}"
    if facts.get("check") != _keyed(says, f"{number} {'drawn' if due else 'left'}").hex():
        yield f"agreement draws: case {number!r} was " + ("due for a check and not drawn" if due else "drawn for a check and not due")


class _Given(NamedTuple):
    """What the person who verifies gave beside the pack."""

    key: _Key | None
    outside: Sequence[_Note] | None
    earlier: Sequence[tuple[_Note, Mapping[int, bytes]]]
    witnesses: Sequence[_Key]


def _older(raw: bytes, key: str | None) -> Iterator[tuple[_Note, Mapping[int, bytes]]]:
    """Reads what must not have been rewritten since: checkpoints, or the checkpoint and the entries of a pack that is itself whole."""
    if not raw.startswith(b"PK"):
        yield from ((note, {}) for note in _notes(raw.decode(), "the earlier file"))
        return
    found = verify_bytes(raw, key=key)
    if found.result == BROKEN:
        raise UsageError(f"the earlier pack is broken itself: {found.problems[0]}")
    files = _unzip(raw, [])
    (head,) = _notes(files[CHECKPOINT].decode(), CHECKPOINT)
    yield head, {entry.number: entry.leaf for entry in _entries(files[EVENTS], [])}


def checkpoint_of(raw: bytes) -> str:
    """The checkpoint of a pack, as text; what is no pack is text with checkpoints in it.

    Raises:
        ValueError: when it is neither.
    """
    return (_unzip(raw, [])[CHECKPOINT] if raw.startswith(b"PK") else raw).decode()


def verify_pack(
    path: str | Path,
    *,
    key: str | None = None,
    checkpoint: str | Path | None = None,
    earlier: str | Path | None = None,
    witnesses: Sequence[str] = (),
) -> Verification:
    """As `verify_bytes`, for files.

    Raises:
        UsageError: when a file cannot be read, or a key, the outside checkpoints or what is earlier are none.
    """
    try:
        outside = None if checkpoint is None else Path(checkpoint).read_text("utf-8")
        older = None if earlier is None else Path(earlier).read_bytes()
        with Path(path).open("rb") as file:
            raw = file.read(MAX_BYTES)
    except (*_HOSTILE, OSError) as wrong:
        raise UsageError(f"a file that cannot be read: {wrong}") from wrong
    return verify_bytes(raw, key=key, outside=outside, earlier=older, witnesses=witnesses)


def verify_bytes(
    raw: bytes, *, key: str | None = None, outside: str | None = None, earlier: bytes | None = None, witnesses: Sequence[str] = ()
) -> Verification:
    """Checks an evidence pack; a hostile pack is reported as broken and raises nothing.

    Args:
        raw: the pack.
        key: the signer's public key, `name+hash+base64`; without it nobody vouches for who signed.
        outside: signed checkpoints kept outside; the newest is compared.
        earlier: an older pack, or signed checkpoints; it must be shown that the ledger grew out of them.
        witnesses: public keys of type 4 by whom a checkpoint of the pack must be co-signed.

    Raises:
        UsageError: when a key, the outside checkpoints or what is earlier are none.
    """
    try:
        given = _Given(
            key=None if key is None else _key(key),
            outside=None if outside is None else list(_notes(outside, "the outside checkpoints")),
            earlier=[] if earlier is None else list(_older(earlier, key)),
            witnesses=[_key(one, b"\x04") for one in witnesses],
        )
    except _HOSTILE as wrong:
        raise UsageError(f"a key that is none, or no signed checkpoints: {wrong}") from wrong
    problems, notes, entries, size = list[str](), list[str](), list[_Entry](), None
    try:
        files = _unzip(raw, problems)
        problems += [f"{name} is missing" for name in FRAME if name not in files]
        entries += _entries(files[EVENTS], problems)
        (head,) = _notes(files[CHECKPOINT].decode("utf-8", "backslashreplace"), CHECKPOINT)
        size = head.size
        problems += _Pack(files=files, entries=entries, head=head, given=given, notes=notes).problems()
    except _HOSTILE as wrong:
        problems.append(f"pack: malformed: {type(wrong).__name__}: {wrong}")
    result = BROKEN if problems else INTACT if given.key is None else AUTHENTIC
    return Verification(result=result, problems=tuple(problems), notes=tuple(notes), size=size, entries=len(entries))


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the verifier as a command and gives its exit code: 0 nothing wrong, 1 broken, 2 usage."""
    parser = argparse.ArgumentParser(description="Checks an evidence pack offline.")
    parser.add_argument("pack", metavar="PACK.zip")
    parser.add_argument("--key", metavar="VKEY", help="the signer's public key, had from the signer: name+hash+base64")
    parser.add_argument("--checkpoint", metavar="FILE", help="signed checkpoints kept outside; the newest is compared")
    parser.add_argument("--earlier", metavar="FILE", help="an older pack or checkpoint: show that nothing in it was rewritten since")
    parser.add_argument("--witness", metavar="VKEY", action="append", default=[], help="who must have co-signed; repeatable")
    given = parser.parse_args(argv)
    try:
        found = verify_pack(given.pack, key=given.key, checkpoint=given.checkpoint, earlier=given.earlier, witnesses=given.witness)
    except UsageError as wrong:
        parser.error(str(wrong))
    for line in (f"{found.result}: {found.entries} entries", *found.problems, *(f"note: {note}" for note in found.notes)):
        sys.stdout.write(line.encode("unicode_escape").decode() + "\n")
    return 1 if found.result == BROKEN else 0


if __name__ == "__main__":
    sys.exit(main())
