"""Payloads: what a case says and what people answered, encrypted under the case's own key; erasing the key erases them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from licet.core.answer import Answer, AnswerKind, answer_from_json, answer_to_json
from licet.core.canonical import Json, canonical_bytes, read_json
from licet.core.case import CaseBody, body_from_json, body_to_json
from licet.core.ids import CaseNumber
from licet.core.ledger import commitment
from licet.store import tables
from licet.store.book import Tx

COMMIT = "commit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """The case's key is gone; nobody can read what it said."""


def write_json(tx: Tx, salt: bytes, value: Json) -> bytes:
    """Encrypts a JSON value under the key of a case."""
    return tx.vault.encrypt(tx.case_key(salt), canonical_bytes(value))


def read_payload(tx: Tx, salt: bytes, sealed: bytes) -> Json:
    """Reads what `write_json` wrote."""
    return read_json(tx.vault.decrypt(tx.case_key(salt), sealed))


def write_body(tx: Tx, salt: bytes, body: CaseBody) -> bytes:
    """Encrypts a case's body."""
    return write_json(tx, salt, body_to_json(body))


def read_body(tx: Tx, salt: bytes, sealed: bytes) -> CaseBody:
    """Reads a case's body."""
    return body_from_json(read_payload(tx, salt, sealed))


def write_answer(tx: Tx, salt: bytes, answer: Answer, *, by: str = "") -> bytes:
    """Encrypts an answer, with who gave it where that is known."""
    return write_json(tx, salt, {"answer": answer_to_json(answer), "by": by})


def read_answer(tx: Tx, salt: bytes, sealed: bytes, kind: AnswerKind) -> tuple[Answer, str]:
    """Reads an answer and who gave it (empty where unknown)."""
    match read_payload(tx, salt, sealed):
        case {"answer": raw, "by": str(by)}:
            return answer_from_json(kind, raw), by
        case _:
            message = "A stored answer does not have the form it was written in; restore a backup."
            raise ValueError(message)


def commitment_salt(tx: Tx, salt: bytes, what: str) -> bytes:
    """The salt under which the ledger commits to one payload of a case: derived from the case's key material, gone with it.

    Args:
        tx: the transaction.
        salt: the case's key material.
        what: which payload (`body`, `answer`, `review`), so that showing one shows nothing of another.
    """
    return tx.vault.key(f"{COMMIT} {what}", salt)


def commit_to(tx: Tx, salt: bytes, what: str, payload: Json) -> str:
    """What the ledger holds of a payload: a commitment that says nothing once the case is erased."""
    return commitment(commitment_salt(tx, salt, what), canonical_bytes(payload))


def salts_of(tx: Tx, numbers: Sequence[CaseNumber]) -> Mapping[CaseNumber, bytes]:
    """The key material of cases; erased ones are absent."""
    keys = tables.case_key.c
    found: dict[CaseNumber, bytes] = {}
    for start in range(0, len(numbers), 500):
        rows = tx.run(select(keys.case_number, keys.salt).where(keys.case_number.in_(numbers[start : start + 500])))
        found.update({CaseNumber(row.case_number): row.salt for row in rows})
    return found


def erase(tx: Tx, number: CaseNumber) -> bool:
    """Deletes a case's key and its outside name; says whether there was one. An erased case waits for no label any more."""
    gone = tx.conn.execute(delete(tables.case_key).where(tables.case_key.c.case_number == number)).rowcount > 0
    tx.conn.execute(tables.case.update().where(tables.case.c.number == number).values(external_id=None, labelled=True))
    return gone
