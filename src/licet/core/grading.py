"""Grading: how wrong an answer is, as a loss in [0, 1]; 1 is wrong, and so is what nobody answered."""

from licet.core.answer import Answer, Choice, Fields, Number, Text

GRADER = "exact-1"
"""Name and version of the grader; decisions and verdicts record it."""


def loss(answer: Answer, truth: Answer | None) -> float:
    """Grades an answer against the truth by exact equality.

    Args:
        answer: what the system or a person said.
        truth: what counts as right; None when nobody answered, which counts as an error.

    Returns:
        0.0 when they are equal, else 1.0. Answers of different kinds are never equal. Texts and choices are compared without
        surrounding white space, numbers by value, fields all together.
    """
    if truth is None:
        return 1.0
    return 0.0 if same(answer, truth) else 1.0


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers say the same."""
    match one, other:
        case Choice(value=this), Choice(value=that):
            return this.strip() == that.strip()
        case Text(value=this), Text(value=that):
            return this.strip() == that.strip()
        case Number(), Number():
            return one.value == other.value
        case Fields(), Fields():
            return dict(one.values) == dict(other.values)
        case _:
            return False
