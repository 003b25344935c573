"""What the files of a use case explain about answers of each kind, to whoever edits them."""

from collections.abc import Mapping

from licet.core.answer import AnswerKind
from licet.core.grading import FieldWise, Grading

ANSWERS: Mapping[AnswerKind, str] = {
    AnswerKind.CHOICE: "The closed list of choices; leave it empty to take whatever occurs in history.",
    AnswerKind.FIELDS: """Past answers are JSON objects in one column, such as {"total": "12.50"}; only a choice has a list.""",
    AnswerKind.NUMBER: "Past answers are digits with an optional point, such as 12.5; only a choice has a list.",
    AnswerKind.TEXT: "Past answers are texts; only a choice has a list.",
}
"""The comment above `answers:`."""

ALL_TOGETHER = """\
# How an answer is held against the right one, see docs/standards.md. Nothing said: exact, all fields together, so that one wrong field
# makes the whole answer wrong. Field by field it counts how wrong an answer is, and that asks for `method: anytime` above:
# grading:
#   grader: fields
#   fields:
#     total: {weight: 3, grader: number, absolute: 0.01}
#     name: {grader: folded}
#     iban: {}
"""

FIELD_BY_FIELD = """\
# How an answer is held against the right one, see docs/standards.md: field by field, each with a weight and a grader of its own (exact,
# folded, number with absolute or relative, f1, set, json). A field that is not named here does not count. Of more than one field the loss
# is a part, and so labels are looked at by `method: anytime`.
"""

HINTS: Mapping[AnswerKind, str] = {
    AnswerKind.CHOICE: """\
# How an answer is held against the right one, see docs/standards.md. Nothing said: right is the same choice, and every wrong one counts
# the same. Where some errors are worse than others, say what each costs; costs between 0 and 1 ask for `method: anytime` above:
# grading:
#   grader: costs
#   costs:
#     fraud: {card: 0.3}
""",
    AnswerKind.NUMBER: """\
# How an answer is held against the right one, see docs/standards.md: right is a number no further away than the larger of `absolute`,
# in the number's own unit, and `relative`, as a share of the right number. Zero in both: only the same number.
""",
    AnswerKind.TEXT: """\
# How an answer is held against the right one, see docs/standards.md. folded: the same but for case, punctuation and white space.
# json: the same value. f1 and set count which part of the words or items is right, and ask for `method: anytime` above.
""",
}


def grading_hint(kind: AnswerKind, grading: Grading) -> str:
    """The comment above `grading:`, in whole lines; it stands alone where nothing is said."""
    if kind is AnswerKind.FIELDS:
        return FIELD_BY_FIELD if isinstance(grading, FieldWise) else ALL_TOGETHER
    return HINTS[kind]
