"""Concluding a decision: the answer of the person who was asked first decides the case."""

from licet.core.review import Review
from licet.flows.conclude import DECIDING, Concluded, Sitting, decided_by, facts_of, said


def conclude_decision(sitting: Sitting, one: Review, salt: bytes) -> Concluded:
    """Decides the case by the answer."""
    return Concluded(event=said("case.decided", sitting, one, facts_of(sitting, one, salt, DECIDING)), decided=decided_by(one))
