"""The standard that a new use case begins with, by the kind of its answers, where it begins from no published template (`published`)."""

from collections.abc import Sequence

from licet.core.answer import AnswerKind
from licet.core.grading import EXACT, FieldRule, FieldWise, Folded, Grading, Tolerance, is_partial
from licet.core.measure import Measure, MeasureKind
from licet.core.standard import Method, NotAStandardError, Standard, check_standard

ALONE = "error among cases decided alone"
"""What the one measure is called that every use case begins with."""


def template(kind: AnswerKind, *, target: float, confidence: float, fields: Sequence[str] = ()) -> Standard:
    """Writes the standard of a new use case. Nothing in it is more lenient than it must be: who wants more latitude writes it in.

    Args:
        kind: what its answers are.
        target: highest share of errors among cases decided alone, in (0, 0.5).
        confidence: of that promise, in [0.5, 1).
        fields: names of the fields that count, each of the same weight; of answers in fields only. Without them an answer is right
            where all its fields are.

    Returns:
        A standard that can be locked.

    Raises:
        NotAStandardError: when a number is out of range, or fields are named of another kind of answer.
    """
    if fields and kind is not AnswerKind.FIELDS:
        raise NotAStandardError(("grading",), f"the answer is of the kind {kind.value!r}, which has no fields.", "Write --answer fields.")
    grading = _grading(kind, fields)
    method = Method.ANYTIME if is_partial(grading) else Method.EXACT
    measure = Measure(name=ALONE, kind=MeasureKind.ERROR_ALONE, target=target, confidence=confidence)
    standard = Standard(measures=(measure,), grading=grading, method=method)
    for wrong in check_standard(standard):
        raise wrong
    return standard


def _grading(kind: AnswerKind, fields: Sequence[str]) -> Grading:
    match kind:
        case AnswerKind.FIELDS if fields:
            return FieldWise(fields={name: FieldRule() for name in fields})
        case AnswerKind.NUMBER:
            return Tolerance()
        case AnswerKind.TEXT:
            return Folded()
        case _:
            return EXACT
