"""An answer form: what a person may answer to a case, beyond its kind: choices, fields with their types, a unit and a range, a rubric."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from licet.core.case_schema import CaseField

LONGEST_TEXT = 20_000
"""Characters of an answer that is a text, where the use case names no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRules:
    """What the owner says of answers in `use_case.yaml`; every part may be left out.

    Attributes:
        question: what the person is asked, in one line; empty: *What is the answer?*
        fields: the fields of an answer of fields, by name, in the owner's order; empty: those the case's own answers have.
        unit: of a number, as it is shown beside it.
        least: lowest number allowed.
        most: highest number allowed.
        step: numbers are multiples of it, counted from `least` or else from 0.
        longest: most characters of a text.
        rubric: what a text must do to be acceptable, line by line.
    """

    question: str = ""
    fields: Mapping[str, CaseField] = field(default_factory=dict)
    unit: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    step: Decimal | None = None
    longest: int | None = None
    rubric: tuple[str, ...] = ()


NO_FORM_RULES = FormRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFault:
    """One thing that is wrong with a form that was filled in.

    Attributes:
        field: its name in the form; empty: the form as a whole.
        says: what is wrong and what to do, in a sentence. What was typed is not repeated.
    """

    field: str
    says: str
