"""Sealed answers: what counts as right on sealed cases, for whoever may read it."""

from licet.core.answer import Answer
from licet.core.ids import CaseNumber
from licet.core.use_case import UseCase
from licet.store import looks
from licet.store.book import Tx


def right_answers(tx: Tx, use_case: UseCase, proof: looks.PlannedLook) -> dict[CaseNumber, Answer | None]:
    """The adjudicator's answer, or else the first; None where nobody gave one.

    `proof`: that a look was planned and is in the ledger, or that the set is open.
    """
    first = {number: answer for number, (answer, _) in looks.sealed_answers(tx, use_case, proof).items()}
    second = {row.case: row.answer for row in looks.worksheet(tx, use_case, proof.sealed_set) if row.answer is not None}
    return {**first, **second}
