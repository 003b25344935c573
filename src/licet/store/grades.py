"""Grades' rows: what a use case's own grader said of a system's answers, so that the same is never graded twice."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select

from licet.core.ids import CaseNumber, Digest, Fingerprint
from licet.store import tables
from licet.store.book import Tx
from licet.store.grade_tables import grade
from licet.store.payloads import read_payload, salts_of, write_json

Kept = tuple[Digest, float]
"""Which answer was held against which right one, and the loss in [0, 1]."""

_MANY = 500


def kept(tx: Tx, fingerprint: Fingerprint, grader: str, numbers: Sequence[CaseNumber]) -> dict[CaseNumber, Kept]:
    """The grades that a version of a grader gave a system's answers, by case; those of erased cases are gone."""
    found: dict[CaseNumber, Kept] = {}
    g, k = grade.c, tables.case_key.c
    said = select(g.case_number, g.body, k.salt).join(tables.case_key, k.case_number == g.case_number)
    said = said.where(g.fingerprint == fingerprint, g.grader == grader)
    for start in range(0, len(numbers), _MANY):
        for row in tx.run(said.where(g.case_number.in_(numbers[start : start + _MANY]))):
            match read_payload(tx, row.salt, row.body):
                case {"pair": str(pair), "loss": int() | float() as loss}:
                    found[CaseNumber(row.case_number)] = (Digest(pair), float(loss))
                case _:
                    message = "A stored grade does not have the form it was written in; restore a backup."
                    raise ValueError(message)
    return found


def keep(tx: Tx, fingerprint: Fingerprint, grader: str, given: Mapping[CaseNumber, Kept]) -> None:
    """Writes grades, in the place of older ones of the same cases; nothing of an erased case."""
    numbers, salts = list(given), salts_of(tx, list(given))
    for start in range(0, len(numbers), _MANY):
        old = delete(grade).where(grade.c.fingerprint == fingerprint, grade.c.grader == grader)
        tx.run(old.where(grade.c.case_number.in_(numbers[start : start + _MANY])))
    rows = [
        (number, fingerprint, grader, write_json(tx, salts[number], {"pair": pair, "loss": loss}))
        for number, (pair, loss) in given.items()
        if number in salts
    ]
    tx.insert_many(grade, ("case_number", "fingerprint", "grader", "body"), rows)
