"""Witnessing: others keep or co-sign checkpoints, so that nobody here can show different histories to different people."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from licet.core.canonical import Json
from licet.core.checkpoint import EarlierCheckpoint, NoteSignature, SignedNote, parse_note
from licet.core.cosignature import Seen, written
from licet.core.effect import LEASE, Delivered, Failed, Outcome, Undeliverable
from licet.core.ids import PersonId
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.flows.office import Office, allowed, entry
from licet.flows.prove import prove_note, root_at, size_since
from licet.ports import FarWitness
from licet.store import ledger, witnesses
from licet.store.book import Tx

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)

ReadCosignature = Callable[[str, str], Seen | None]
"""Says what the co-signature by a public key on a note says; None where there is none, or a wrong one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A co-signature that was taken in; `fresh` says that its witness was not known before."""

    witness: str
    size: int
    at: datetime
    fresh: bool


def note_for_witness(office: Office, since: str | None) -> EarlierCheckpoint | Refused:
    """The newest checkpoint for a witness to co-sign, with the proof that it grew out of the one the witness signed last.

    Raises:
        MalformedNoteError: when `since` is neither a size nor a checkpoint of this ledger.
    """
    size = 0 if since is None else size_since(office, since)
    return size if isinstance(size, Refused) else prove_note(office, size)


def take_cosignature(office: Office, by: Actor, *, note: str, vkey: str | None, read: ReadCosignature) -> Taken | Refused:
    """Takes a co-signed checkpoint in, where it is one of this ledger's and its witness is known or named.

    Args:
        office: the office.
        by: who takes it in.
        note: the co-signed note.
        vkey: the witness's public key; needed for its first co-signature. None: a known one's.
        read: what verifies.

    Raises:
        MalformedNoteError: when the note is none.
    """
    signed = parse_note(note)
    with office.book.write() as tx:
        now = office.clock.now()
        permitted = allowed(office, tx, by, Act.WITNESS, None)
        if isinstance(permitted, Refused):
            return permitted
        own = _own(office, tx, signed)
        if isinstance(own, Refused):
            return own
        known = {one.vkey: one for one in witnesses.every(tx)}
        found = [(key, seen) for key in ([vkey.strip()] if vkey else known) if (seen := read(note, key)) is not None]
        if not found:
            return _no_witness(vkey)
        (key, seen), *_ = found
        there = known.get(key)
        if there is not None and witnesses.has(tx, there.id, seen.checkpoint.size):
            why = f"The co-signature of {there.name!r} on size {seen.checkpoint.size} was taken in before."
            return Refused(code="already_done", why=why, remedy="")
        witness_id = _introduced(tx, key, permitted.id, now) if there is None else there.id
        witnesses.cosign(tx, witness_id, seen.checkpoint.size, _kept(signed, own, key), signed_at=seen.at, taken_at=now)
        facts: dict[str, Json] = {"witness": _digest(key), "size": seen.checkpoint.size, "signed_at": seen.at.isoformat()}
        tx.record(entry("checkpoint.cosigned", by=permitted.id, now=now, use_case=None, **facts))
        return Taken(witness=_name(key), size=seen.checkpoint.size, at=seen.at, fresh=there is None)


def _own(office: Office, tx: Tx, signed: SignedNote) -> NoteSignature | Refused:
    """This installation's signature on a note; the ledger's root at that size is looked up, so that no other history gets in."""
    shown = signed.checkpoint()
    root = root_at(tx, shown.size) if shown.origin == office.seal.name else None
    ours = None if root is None else parse_note(office.seal.sign(shown.size, root))
    if ours is None or ours.body != signed.body or ours.signatures[0] not in signed.signatures:
        why = f"The checkpoint of {shown.origin!r} with {shown.size} entries is none that this installation signed."
        return Refused(code="not_the_logs", why=why, remedy="If its signature is genuine, two histories were shown: `licet ledger verify`.")
    return ours.signatures[0]


def _no_witness(vkey: str | None) -> Refused:
    if vkey is None:
        remedy = "Name its public key with --key, the first time; have it from the witness by another way than the note."
        return Refused(code="witness_unknown", why="No known witness co-signed this note.", remedy=remedy)
    why = f"The note is not co-signed, or wrongly, by {_name(vkey)!r}."
    return Refused(code="witness_unknown", why=why, remedy="Have it co-signed again: `licet witness sign`.")


def _introduced(tx: Tx, vkey: str, by: PersonId, now: datetime) -> int:
    tx.record(entry("witness.added", by=by, now=now, use_case=None, witness=_digest(vkey)))
    return witnesses.add(tx, _name(vkey), vkey, by=by, at=now)


def _kept(signed: SignedNote, own: NoteSignature, vkey: str) -> str:
    """The note with this installation's signature and one witness's; others were not looked at."""
    name, hashed = vkey.split("+")[:2]
    theirs = [one for one in signed.signatures if (one.name, one.key_hash.hex()) == (name, hashed)]
    return written(SignedNote(body=signed.body, signatures=(own, *theirs)))


def _name(vkey: str) -> str:
    return vkey.split("+", 1)[0]


def _digest(vkey: str) -> str:
    return hashlib.sha256(vkey.encode()).hexdigest()


def list_witnesses(office: Office) -> list[witnesses.KnownWitness]:
    """The witnesses whose keys were taken in, each with the largest checkpoint it co-signed."""
    with office.book.read() as tx:
        return witnesses.every(tx)


# --- the witness elsewhere ----------------------------------------------------------------------------------------------


def tell_far_witness(office: Office) -> Outcome | None:
    """Tells the witness elsewhere of the newest checkpoint, where there is a newer one than it took and its time has come.

    The ledger never waits for it: this runs after commit, outside any transaction, and what fails is tried again later.

    Returns:
        What came of it; None where nothing was to be told.
    """
    far = office.far_witness
    if far is None:
        return None
    now = office.clock.now()
    due = _due(office, far, now)
    if due is None:
        return None
    state, note, size = due
    outcome = far.tell(note, size, now)
    after = _after(state, outcome, size, far.every, office.clock.now())
    with office.book.claim() as tx:
        witnesses.write_far(tx, far.address_digest, after)
    return outcome


def _due(office: Office, far: FarWitness, now: datetime) -> tuple[witnesses.FarState, str, int] | None:
    """What is to be told now, held for a while, so that two processes do not tell the same."""
    with office.book.read() as tx:
        if _waits(witnesses.far(tx, far.address_digest), _newest(tx), now):
            return None
    with office.book.claim() as tx:
        state, newest = witnesses.far(tx, far.address_digest), _newest(tx)
        if newest is None or _waits(state, newest, now):
            return None
        state = state or witnesses.FarState(size=0, due_at=now, told_at=None, failed=0, last_error=None)
        witnesses.write_far(tx, far.address_digest, replace(state, due_at=now + LEASE))
    return state, *newest


def _newest(tx: Tx) -> tuple[str, int] | None:
    note = ledger.newest_checkpoint(tx)
    return None if note is None else (note, parse_note(note).checkpoint().size)


def _waits(state: witnesses.FarState | None, newest: tuple[str, int] | None, now: datetime) -> bool:
    return newest is None or (state is not None and (newest[1] <= state.size or now < state.due_at))


def _after(state: witnesses.FarState, outcome: Outcome, size: int, every: timedelta, now: datetime) -> witnesses.FarState:
    match outcome:
        case Delivered():
            return witnesses.FarState(size=size, due_at=now + every, told_at=now, failed=0, last_error=None)
        case Failed(why=why, after=after):
            wait = max(every, min(FIRST_PAUSE * 2 ** min(state.failed, 20), LONGEST_PAUSE), after or timedelta(0))
            return replace(state, due_at=now + wait, failed=state.failed + 1, last_error=why)
        case Undeliverable(why=why):
            return replace(state, due_at=now + LONGEST_PAUSE, failed=state.failed + 1, last_error=why)
        case _:
            assert_never(outcome)


def far_state(office: Office) -> witnesses.FarState | None:
    """What the witness elsewhere was told; None where there is none, or it was never spoken to."""
    if office.far_witness is None:
        return None
    with office.book.read() as tx:
        return witnesses.far(tx, office.far_witness.address_digest)
