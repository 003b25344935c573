"""Systems' rows: which systems there are, their trained artifacts, and what they proposed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, delete, insert, select, update

from licet.core.answer import Answer, AnswerKind, answer_from_json, answer_to_json
from licet.core.canonical import Json
from licet.core.cost import Cost
from licet.core.ids import CaseNumber, Fingerprint
from licet.core.refusal import Unknown
from licet.core.system import UNVERSIONED, Cause, NoProposal, Precedent, Proposal, Proposed, SystemCard, SystemKind
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Record, Tx
from licet.store.payloads import read_payload, write_json

ARTIFACT = "artifact"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSystem:
    """A registered system. `basis` says what it was trained on; artifact and guardian name stored bytes."""

    card: SystemCard
    basis: str
    artifact: str | None
    guardian: str | None

    @property
    def fingerprint(self) -> Fingerprint:
        """Which system it is."""
        return self.card.fingerprint


def keep_artifact(tx: Tx, raw: bytes) -> str:
    """Stores bytes, encrypted; returns their digest."""
    name = sha256(raw).hexdigest()
    a = tables.artifact
    if tx.run(select(a.c.digest).where(a.c.digest == name)).first() is None:
        salt = tx.draw.secret()
        tx.run(insert(a).values(digest=name, salt=salt, body=tx.vault.encrypt(tx.vault.key(ARTIFACT, salt), raw)))
    return name


def artifact(tx: Tx, name: str) -> bytes:
    """Reads stored bytes.

    Raises:
        LookupError: when there are none of that name.
    """
    a = tables.artifact.c
    row = tx.run(select(a.salt, a.body).where(a.digest == name)).one_or_none()
    if row is None:
        message = f"No stored artifact {name[:12]!r}; evaluate again."
        raise LookupError(message)
    return tx.vault.decrypt(tx.vault.key(ARTIFACT, row.salt), row.body)


def register(tx: Tx, use_case: UseCase, system: StoredSystem, *, at: datetime) -> bool:
    """Writes a system down; says whether it was new."""
    if find(tx, use_case, system.fingerprint) is not None:
        return False
    card = system.card
    tx.run(
        insert(tables.system).values(
            use_case_id=use_case.id,
            fingerprint=system.fingerprint,
            kind=card.kind.value,
            name=card.name,
            version=card.version,
            card=json.dumps(dict(card.parts), sort_keys=True),
            basis=system.basis,
            artifact=system.artifact,
            guardian=system.guardian,
            registered_at=at,
        )
    )
    return True


def find(tx: Tx, use_case: UseCase, fingerprint: str) -> StoredSystem | None:
    """A system by its fingerprint."""
    s = tables.system
    row = tx.run(select(s).where(s.c.use_case_id == use_case.id, s.c.fingerprint == fingerprint)).one_or_none()
    return None if row is None else _system(row)


def called(tx: Tx, use_case: UseCase, named: str) -> list[StoredSystem]:
    """The systems of a NAME@VERSION, the newest first."""
    s = tables.system
    name, _, version = named.partition("@")
    wanted = select(s).where(s.c.use_case_id == use_case.id, s.c.name == name, s.c.version == (version or UNVERSIONED))
    return [_system(row) for row in tx.run(wanted.order_by(s.c.registered_at.desc()))]


def trained_on(tx: Tx, use_case: UseCase, basis: str) -> StoredSystem | None:
    """The built-in system that was trained on exactly this, if there is one."""
    s = tables.system
    wanted = select(s).where(s.c.use_case_id == use_case.id, s.c.kind == SystemKind.BUILTIN.value, s.c.basis == basis)
    row = tx.run(wanted.order_by(s.c.registered_at.desc()).limit(1)).one_or_none()
    return None if row is None else _system(row)


def guardian_on(tx: Tx, use_case: UseCase, basis: str) -> str | None:
    """The stored guardian that was fitted to exactly this, if there is one."""
    s = tables.system
    wanted = select(s.c.guardian).where(
        s.c.use_case_id == use_case.id, s.c.basis == basis, s.c.guardian.is_not(None), s.c.kind != SystemKind.BUILTIN.value
    )
    return tx.conn.execute(wanted.limit(1)).scalar_one_or_none()


def set_guardian(tx: Tx, use_case: UseCase, *, card_of: Fingerprint, guardian: str, basis: str) -> None:
    """Remembers which guardian, fitted to what, stands beside a system from outside."""
    s = tables.system
    tx.run(update(s).where(s.c.use_case_id == use_case.id, s.c.fingerprint == card_of).values(guardian=guardian, basis=basis))


def posted(tx: Tx, use_case: UseCase) -> list[StoredSystem]:
    """The posted systems of a use case, newest first."""
    s = tables.system
    wanted = select(s).where(s.c.use_case_id == use_case.id, s.c.kind == SystemKind.POSTED.value).order_by(s.c.registered_at.desc())
    return [_system(row) for row in tx.run(wanted)]


def _system(row: Record) -> StoredSystem:
    r = row._mapping
    card = SystemCard(kind=SystemKind(r["kind"]), name=r["name"], version=r["version"], parts=json.loads(r["card"]))
    return StoredSystem(card=card, basis=r["basis"], artifact=r["artifact"], guardian=r["guardian"])


# --- proposals ---------------------------------------------------------------------------------------------------------


def keep_proposals(tx: Tx, fingerprint: Fingerprint, proposed: Mapping[CaseNumber, Proposed], salts: Mapping[CaseNumber, bytes]) -> None:
    """Writes what a system proposed, replacing what it proposed for the same cases before."""
    numbers = list(proposed)
    p = tables.proposal
    for start in range(0, len(numbers), 500):
        chunk = numbers[start : start + 500]
        tx.run(delete(p).where(p.c.fingerprint == fingerprint, p.c.case_number.in_(chunk)))
    rows = [_proposal_row(tx, fingerprint, number, one, salts[number]) for number, one in proposed.items() if number in salts]
    tx.insert_many(p, PROPOSAL_COLUMNS, rows)


def add_proposals(tx: Tx, fingerprint: Fingerprint, proposed: Sequence[tuple[CaseNumber, bytes, Proposed]]) -> None:
    """Writes what a system proposed for cases that are new."""
    rows = [_proposal_row(tx, fingerprint, number, one, salt) for number, salt, one in proposed]
    tx.insert_many(tables.proposal, PROPOSAL_COLUMNS, rows)


PROPOSAL_COLUMNS = ("case_number", "fingerprint", "confidence", "familiarity", "failed", "body")


def _proposal_row(tx: Tx, fingerprint: Fingerprint, number: CaseNumber, one: Proposed, salt: bytes) -> tuple[object, ...]:
    if isinstance(one, NoProposal):
        return (number, fingerprint, None, None, _failure(one), None)
    familiarity = None if isinstance(one.familiarity, Unknown) else one.familiarity
    return (number, fingerprint, one.confidence, familiarity, None, write_json(tx, salt, _body(one)))


def _failure(one: NoProposal) -> str:
    """Why there is no proposal, in one column: what was unusable as it always stood, other causes named before a colon."""
    return one.why if one.cause is Cause.UNUSABLE else f"{one.cause.value}: {one.why}"


def _failed(failure: str) -> NoProposal:
    """Reads what `_failure` wrote."""
    word, _, why = failure.partition(": ")
    named = {cause.value: cause for cause in Cause if cause is not Cause.UNUSABLE}.get(word)
    return NoProposal(why=failure) if named is None else NoProposal(why=why, cause=named)


def _body(one: Proposal) -> Json:
    body: dict[str, Json] = {"answer": answer_to_json(one.answer)}
    if one.probabilities:
        body["probabilities"] = dict(one.probabilities)
    if one.precedents:
        body["precedents"] = [[p.case, p.similarity] for p in one.precedents]
    if one.reason:
        body["reason"] = one.reason
    if one.latency_ms:
        body["latency_ms"] = one.latency_ms
    if one.cost is not None:
        body["cost"] = [one.cost.millionths, one.cost.currency]
    return body


def spoken_on(tx: Tx, fingerprint: Fingerprint, numbers: Sequence[CaseNumber]) -> set[CaseNumber]:
    """Of which cases it is kept what a system said, or that it said nothing of use."""
    if not numbers:
        return set()
    p = tables.proposal.c
    kept = select(p.case_number).where(p.fingerprint == fingerprint, p.case_number.between(min(numbers), max(numbers)))
    return set(numbers).intersection(CaseNumber(number) for number in tx.conn.execute(kept).scalars())


def proposals_for(tx: Tx, use_case: UseCase, fingerprint: Fingerprint, numbers: Sequence[CaseNumber]) -> dict[CaseNumber, Proposed]:
    """What a system proposed for cases; those it did not speak about, and erased ones, are left out."""
    if len(numbers) > MANY:
        everything = _read(tx, use_case, _said(fingerprint).where(tables.proposal.c.case_number.between(min(numbers), max(numbers))))
        wanted = set(numbers)
        return {number: one for number, one in everything.items() if number in wanted}
    found: dict[CaseNumber, Proposed] = {}
    for start in range(0, len(numbers), 500):
        found.update(_read(tx, use_case, _said(fingerprint).where(tables.proposal.c.case_number.in_(numbers[start : start + 500]))))
    return found


def asked_lately(tx: Tx, use_case: UseCase, fingerprint: Fingerprint, *, newest: int) -> list[Proposal]:
    """What a system proposed for the newest cases that it was asked about; where it gave no usable answer nothing is among them."""
    p = tables.proposal.c
    last = select(p.case_number).where(p.fingerprint == fingerprint, p.failed.is_(None)).order_by(p.case_number.desc()).limit(newest)
    found = proposals_for(tx, use_case, fingerprint, [CaseNumber(number) for number in tx.conn.execute(last).scalars()])
    return [one for one in found.values() if isinstance(one, Proposal)]


MANY = 2000
"""From so many cases on, one read of the whole range is quicker than naming each."""


def _said(fingerprint: Fingerprint) -> Select[*tuple[Any, ...]]:
    p, k = tables.proposal.c, tables.case_key.c
    return (
        select(p.case_number, p.confidence, p.familiarity, p.failed, p.body, k.salt)
        .join(tables.case_key, k.case_number == p.case_number)
        .where(p.fingerprint == fingerprint)
    )


def _read(tx: Tx, use_case: UseCase, wanted: Select[*tuple[Any, ...]]) -> dict[CaseNumber, Proposed]:
    return {CaseNumber(row[0]): _proposed(tx, row, use_case.answer_kind) for row in tx.run(wanted).all()}


def _proposed(tx: Tx, row: Record, kind: AnswerKind) -> Proposed:
    _, confidence, familiarity, failed, body, salt = tuple(row)
    if failed is not None:
        return _failed(failed)
    said = read_payload(tx, salt, body)
    if not isinstance(said, Mapping) or "answer" not in said:
        return NoProposal(why="the stored proposal cannot be read")
    return _read_proposal(confidence, familiarity, answer_from_json(kind, said["answer"]), said)


_NO_BUILD_PART = Unknown(why="no build part")
_NO_PROBABILITIES: Mapping[str, float] = MappingProxyType({})
"""Shared by all proposals that are read, of which an evaluation holds very many."""


def _read_proposal(confidence: float, familiarity: float | None, answer: Answer, rest: Mapping[str, Json]) -> Proposed:
    if len(rest) == 1:  # an answer and nothing else, as posted proposals are
        known = _NO_BUILD_PART if familiarity is None else familiarity
        return Proposal(answer=answer, confidence=confidence, probabilities=_NO_PROBABILITIES, familiarity=known)
    probabilities, precedents = rest.get("probabilities"), rest.get("precedents")
    latency = rest.get("latency_ms", 0)
    return Proposal(
        answer=answer,
        confidence=confidence,
        probabilities=_probabilities(probabilities),
        familiarity=_NO_BUILD_PART if familiarity is None else familiarity,
        precedents=tuple(_precedent(pair) for pair in precedents) if isinstance(precedents, list) else (),
        reason=str(rest.get("reason", "")),
        latency_ms=latency if isinstance(latency, int) else 0,
        cost=_cost(rest.get("cost")),
    )


def _cost(raw: Json) -> Cost | None:
    match raw:
        case [int(millionths), str(currency)]:
            return Cost(millionths=millionths, currency=currency)
        case _:
            return None


def _probabilities(raw: Json) -> Mapping[str, float]:
    if not isinstance(raw, Mapping):
        return _NO_PROBABILITIES
    return {str(answer): float(p) for answer, p in raw.items() if isinstance(p, int | float)}


def _precedent(pair: Json) -> Precedent:
    match pair:
        case [int(case), int() | float() as similarity]:
            return Precedent(case=CaseNumber(case), similarity=float(similarity))
        case _:
            message = f"{pair!r} is not a precedent; evaluate again."
            raise ValueError(message)
