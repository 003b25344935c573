"""Graded by: how answers are held against each other under a standard that stands in the book."""

from licet.core.grading import EXACT, Grading
from licet.core.ids import Digest, MandateId
from licet.core.use_case import UseCase
from licet.flows.office import Office
from licet.flows.own_grades import at_hand
from licet.store import mandates, standards
from licet.store.book import Tx


def graded_by(office: Office, tx: Tx, use_case: UseCase, standard: Digest) -> Grading:
    """The grading of a standard, by its digest; exact where it cannot be found. Asked once in a transaction.

    A grader of the folder whose code changed since is not at hand any more: what differs counts as wrong by it.
    """
    return tx.once(("grading", use_case.id, standard), lambda: at_hand(office, use_case, grading_in(tx, use_case, standard)))


def grading_of(office: Office, tx: Tx, use_case: UseCase, mandate: MandateId) -> Grading:
    """The grading of the standard that a mandate stands on."""
    return graded_by(office, tx, use_case, mandates.standard_of(tx, mandate))


def grading_in(tx: Tx, use_case: UseCase, standard: Digest) -> Grading:
    """The grading as the standard says it, with nobody to ask."""
    signed = standards.by_digest(tx, use_case, standard)
    return EXACT if signed is None else signed.standard.grading
