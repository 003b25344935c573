"""The block `desk:` of `use_case.yaml`: how soon people answer, which cases come first, and what the answer form takes."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from licet.core.answer_form import LONGEST_TEXT, FormRules
from licet.core.capacity import Staffing
from licet.core.desk import DUE_WITHIN, DeskRules, Guideline
from licet.edge.schema_form import FieldForm, Word, field_of
from licet.edge.system_blocks import told

DESK_TEXT = frozenset({"desk.urgent.attributes", "desk.skills", "desk.question", "desk.rubric", "desk.unit"})
"""Keys of the block whose values are text as typed."""

MOST_ASKED = 100
"""Fields that one answer may have."""

HOURS = DUE_WITHIN.total_seconds() / 3600
ONE_LINE = r"^(?:[^\s\x00-\x1f](?:[^\x00-\x1f\x7f-\x9f\u2028\u2029]*[^\s\x00-\x1f])?)?$"
Hours = Annotated[float, Field(gt=0.0, le=24.0 * 365)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=ONE_LINE)]
Skill = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class _Block(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class UrgentBlock(_Block):
    """Which cases come sooner.

    Attributes:
        due_hours: how soon they are to be answered.
        attributes: by attribute, the values that make a case urgent.
    """

    due_hours: Hours
    attributes: dict[Line, list[Line]] = Field(min_length=1)


class SkillsBlock(_Block):
    """Which cases ask for a skill.

    Attributes:
        attribute: the one that says it.
        values: the skill that a value of it asks for.
    """

    attribute: Line
    values: dict[Line, Skill] = Field(min_length=1)


class StaffingBlock(_Block):
    """What the owner states of the work at the desk: assumptions, for capacity.

    Attributes:
        hours_a_day: that each person works on these cases.
        cases_a_day: that come.
        seconds_a_case: that one answer takes.
    """

    hours_a_day: Annotated[float | None, Field(gt=0.0, le=24.0)] = None
    cases_a_day: Annotated[float | None, Field(gt=0.0, le=1e9)] = None
    seconds_a_case: Annotated[float | None, Field(gt=0.0, le=86_400.0)] = None


class DeskBlock(_Block):
    """What the owner sets for the desk; every part may be left out.

    Attributes:
        due_hours: how soon a case is to be answered.
        urgent: which cases come sooner.
        skills: which cases ask for a skill.
        question: what the person is asked, in one line.
        rubric: what a text must do to be acceptable, line by line.
        fields: of an answer of fields, by name, in the order in which they are asked for.
        unit: of a number, as it is shown beside it.
        least: lowest number that may be answered.
        most: highest number that may be answered.
        step: numbers are multiples of it, counted from `least` or else from 0.
        longest: most characters of a text.
        staffing: how many hours people work there, how many cases come, and how long one takes.
    """

    due_hours: Hours = HOURS
    urgent: UrgentBlock | None = None
    skills: SkillsBlock | None = None
    question: Annotated[str, StringConstraints(max_length=200, pattern=ONE_LINE)] = ""
    rubric: list[Line] = []
    fields: Annotated[dict[Word, FieldForm], Field(max_length=MOST_ASKED)] = {}
    unit: Annotated[str, StringConstraints(max_length=40, pattern=ONE_LINE)] = ""
    least: float | None = None
    most: float | None = None
    step: Annotated[float | None, Field(gt=0.0)] = None
    longest: Annotated[int | None, Field(ge=1, le=LONGEST_TEXT)] = None
    staffing: StaffingBlock = StaffingBlock()

    @model_validator(mode="after")
    def _urgent_is_sooner(self) -> Self:
        if self.urgent is not None and self.urgent.due_hours > self.due_hours:
            remedy = "Make `due_hours` under `urgent` the smaller one."
            raise told(f"urgent cases would be due later, after {self.urgent.due_hours:g} hours, than others.", remedy)
        return self


USUAL_DESK = DeskBlock()


def rules_of(block: DeskBlock, answers: tuple[str, ...], guideline: Guideline | None) -> DeskRules:
    """What a use case sets for its desk.

    Args:
        block: of its file.
        answers: its closed list of choices.
        guideline: how to decide; None where its folder has none.
    """
    due = timedelta(hours=block.due_hours)
    urgent = block.urgent
    return DeskRules(
        due_within=due,
        urgent_within=due if urgent is None else timedelta(hours=urgent.due_hours),
        urgent={} if urgent is None else {name: frozenset(values) for name, values in urgent.attributes.items()},
        skill_by=None if block.skills is None else block.skills.attribute,
        skills={} if block.skills is None else dict(block.skills.values),
        guideline=guideline,
        answers=answers,
        form=_form(block),
        staffing=Staffing(**block.staffing.model_dump()),
    )


def _form(block: DeskBlock) -> FormRules:
    least, most, step = (None if one is None else Decimal(repr(one)) for one in (block.least, block.most, block.step))
    fields = {name: field_of(one) for name, one in block.fields.items()}
    return FormRules(
        question=block.question,
        fields=fields,
        unit=block.unit,
        least=least,
        most=most,
        step=step,
        longest=block.longest,
        rubric=tuple(block.rubric),
    )
