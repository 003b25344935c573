"""An evidence pack to be tampered with: a small ledger in which a mandate was granted, audited and taken back."""

import hashlib
import hmac
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from licet import verify
from licet.core.canonical import Json, canonical_bytes
from licet.core.checkpoint import EarlierCheckpoint
from licet.core.ids import LICET, PersonId, UseCaseSlug
from licet.core.ledger import Event, ProvenEntry, commitment, event_bytes, leaf_hash, root, tree
from licet.edge.pack import DraftPack, draft_pack, pack_bytes
from licet.edge.seal import Seal

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = hashlib.sha256(b"a secret made at grant").digest()
RATE = 0.3
CASES = range(1, 21)
STANDARD = b'{"measures":[]}'
ELSEWHERE = 1
"""The number of the entry that belongs to another use case and stays out of the pack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A pack and what an attacker with the signer's key and the whole ledger would also know."""

    packed: bytes
    seal: Seal
    entries: Sequence[bytes]
    documents: Mapping[str, bytes]

    @property
    def notes(self) -> Mapping[int, str]:
        """A checkpoint of every size."""
        leaves = [leaf_hash(entry) for entry in self.entries]
        return {size: self.seal.sign(size, root(leaves[:size])) for size in range(len(leaves) + 1)}


def due(number: int) -> bool:
    """Whether the secret draws this case for an audit."""
    tagged = hmac.digest(SECRET, str(number).encode(), "sha256")
    return int.from_bytes(tagged[:8], "big") / 2**64 < RATE


def salt_of(name: str) -> bytes:
    """A salt for each commitment."""
    return hashlib.sha256(name.encode()).digest()


PERSON: Mapping[str, str] = {"email": "ada@example.org", "name": "Ada \u00c5kesson"}
DECISION = canonical_bytes({"answer": "7", "content": "a scanned digit"})
CORRECTION = canonical_bytes({"answer": "1"})
PAUSED = 10
"""The case before which the stop is pressed and after which it is lifted; it goes to a person, as every fifth does."""


def story() -> list[tuple[str, Mapping[str, Json]]]:
    """What happened, before anything is exported."""
    person = commitment(salt_of("ada"), canonical_bytes(dict(PERSON)))
    decision = commitment(salt_of("case 1"), DECISION)
    said: list[tuple[str, Mapping[str, Json]]] = [
        ("installation.created", {}),
        ("use_case.created", {"slug": "another"}),
        ("person.added", {"person": "p1", "commitment": person}),
        ("standard.locked", {"documents": {"standard.json": hashlib.sha256(b"an older version").hexdigest()}}),
        ("standard.locked", {"documents": {"standard.json": hashlib.sha256(STANDARD).hexdigest()}}),
        ("mandate.granted", {"mandate": "m1", "audit_rate": RATE, "secret_commitment": hashlib.sha256(SECRET).hexdigest()}),
        ("case.decided", {"case_number": 1, "commitment": decision}),
        ("case.corrected", {"case_number": 1, "number": 1, "commitment": commitment(salt_of("correction 1"), CORRECTION)}),
    ]
    for number in CASES:
        route = "to_person" if number % 5 == 0 else "alone"
        said += [("stop.pressed", {"reach": "use_case"}), ("stop.pressed", {"reach": "installation"})] if number == PAUSED else []
        said.append(("case.routed", {"mandate": "m1", "case_number": number, "audit_rate": RATE, "route": route}))
        if route == "alone" and due(number):
            said.append(("audit.drawn", {"mandate": "m1", "case_number": number}))
        said += [("stop.lifted", {"reach": "installation"}), ("stop.lifted", {"reach": "use_case"})] if number == PAUSED else []
    return [*said, ("mandate.revoked", {"mandate": "m1"}), ("secret.revealed", {"mandate": "m1", "secret": SECRET.hex()})]


@cache
def made(seal: Seal) -> Made:
    """The whole story as a pack signed with a seal."""
    return made_of(seal, story())


def made_of(seal: Seal, said: Sequence[tuple[str, Mapping[str, Json]]], **more: bytes) -> Made:
    """A pack of any story that begins like `story`, exported by whoever has a seal."""
    entries = [as_entry(number, what, facts) for number, (what, facts) in enumerate(said)]
    at = [what for what, _ in said].index("case.decided")
    documents = {
        "standard.json": STANDARD,
        "report.html": b"<h1>Report</h1>",
        "people.json": canonical_bytes([{**PERSON, "person": "p1", "salt": salt_of("ada").hex(), "event_index": 2}]),
        "decisions.json": canonical_bytes([{"case": 1, "event_index": at, "payload": DECISION.decode(), "salt": salt_of("case 1").hex()}]),
        "corrections.json": canonical_bytes(
            [{"case": 1, "event_index": at + 1, "payload": CORRECTION.decode(), "salt": salt_of("correction 1").hex()}]
        ),
    }
    documents |= {name.replace("_", "."): data for name, data in more.items()}
    inside = [(number, entry) for number, entry in enumerate(entries) if number != ELSEWHERE]
    draft = draft_pack(documents, inside)
    entries.append(as_entry(len(entries), "evidence.exported", draft.facts(seal.vkey)))
    return Made(packed=together(seal, draft, entries), seal=seal, entries=entries, documents=documents)


def as_entry(number: int, what: str, facts: Mapping[str, Json]) -> bytes:
    """An entry's bytes."""
    at = NOON + timedelta(minutes=number)
    return event_bytes(Event(what=what, at=at, by=PersonId("p1") if number else LICET, use_case=UseCaseSlug("slips"), facts=facts))


def together(seal: Seal, draft: DraftPack, entries: Sequence[bytes]) -> bytes:
    """The pack's bytes, with two earlier checkpoints."""
    whole = tree([leaf_hash(entry) for entry in entries])
    proven = [ProvenEntry(index=i, entry=entry, proof=whole.inclusion_proof(i)) for i, entry in enumerate(entries) if i != ELSEWHERE]
    earlier = [
        EarlierCheckpoint(note=seal.sign(size, root(whole.levels[0][:size])), proof=whole.consistency_proof(size)) for size in (4, 11)
    ]
    return pack_bytes(draft, entries=proven, checkpoint=seal.sign(whole.size, whole.root()), earlier=earlier)


def files_of(packed: bytes) -> dict[str, bytes]:
    """What an ordinary unzip program finds in a pack."""
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        return {name: file.read(name) for name in file.namelist()}


def rebuilt(packed: bytes, changed: Mapping[str, bytes | None]) -> bytes:
    """A pack with other documents, put together as well as an attacker without the key can; None takes one out."""
    files = {**files_of(packed), **changed}
    return verify.container({name: data for name, data in files.items() if data is not None})
