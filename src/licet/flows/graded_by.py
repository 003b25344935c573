"""Graded by: how answers are held against each other under a standard that stands in the book."""

from licet.core.grading import EXACT, Grading
from licet.core.ids import Digest, MandateId
from licet.core.use_case import UseCase
from licet.store import mandates, standards
from licet.store.book import Tx


def graded_by(tx: Tx, use_case: UseCase, standard: Digest) -> Grading:
    """The grading of a standard, by its digest; exact where it cannot be found. Asked once in a transaction."""
    return tx.once(("grading", use_case.id, standard), lambda: _read(tx, use_case, standard))


def grading_of(tx: Tx, use_case: UseCase, mandate: MandateId) -> Grading:
    """The grading of the standard that a mandate stands on."""
    return graded_by(tx, use_case, mandates.standard_of(tx, mandate))


def _read(tx: Tx, use_case: UseCase, standard: Digest) -> Grading:
    signed = standards.by_digest(tx, use_case, standard)
    return EXACT if signed is None else signed.standard.grading
