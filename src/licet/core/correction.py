"""A correction: a person's answer that counts in the place of a wrong decision, which stays as it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from licet.core.answer import Answer, answer_label
from licet.core.grading import same
from licet.core.ids import CaseNumber, PersonId
from licet.core.refusal import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One correction of a case.

    Attributes:
        case: which case.
        number: counted from 1 in the order in which corrections were made; the highest counts.
        answer: what counts from then on.
        why: in words, under the case's own key, gone with it.
        by: the person who corrected.
        at: when.
    """

    case: CaseNumber
    number: int
    answer: Answer
    why: str
    by: PersonId
    at: datetime


class OtherKindError(ValueError):
    """A correction gives an answer of another kind than the use case's."""


def counting(decided: Answer, corrections: Sequence[Correction]) -> Answer:
    """The answer that counts: the newest correction's, or the decision's own while there is none."""
    return corrections[-1].answer if corrections else decided


def next_number(decided: Answer, corrections: Sequence[Correction], answer: Answer) -> int | Refused:
    """Says which correction an answer would be.

    Args:
        decided: the answer of the decision itself.
        corrections: those made before, in order.
        answer: what shall count now.

    Returns:
        Its number, or `Refused` with `already_done` where the answer counts already: a correction changes something.

    Raises:
        OtherKindError: when the answer is of another kind than the decision.
    """
    if type(answer) is not type(decided):
        message = f"{answer_label(answer)!r} is a {type(answer).__name__.lower()}; the decision is a {type(decided).__name__.lower()}."
        raise OtherKindError(message)
    if same(counting(decided, corrections), answer):
        why = f"{answer_label(answer)!r} is the answer that counts already; a correction changes it."
        return Refused(code="already_done", why=why, remedy="Give another answer, or leave it as it is.")
    return len(corrections) + 1
