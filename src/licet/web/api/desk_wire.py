"""The desk's wire: what reviewers send, and how a case reaches them. What is not named here is refused, or never sent."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from licet.core.answer import AnswerKind
from licet.core.answer_form import FormRules
from licet.core.case import content_to_json
from licet.core.desk import AnswerForm, Handed
from licet.web.api.wire import STRICT, Moment, Name

OUT = ConfigDict(extra="forbid")
LONGEST_WORDS = 5_000
"""Characters of a note, a reason, a remark or a question."""


def _not_blank(text: str) -> str:
    if not text.strip():
        message = "say something."
        raise ValueError(message)
    return text


Words = Annotated[str, Field(min_length=1, max_length=LONGEST_WORDS), AfterValidator(_not_blank)]
Email = Annotated[str, Field(min_length=3, max_length=200)]
Slug = Annotated[str, Field(min_length=1, max_length=60, description="The use case.")]
AnswerJson = str | int | float | dict[Name, str]


class LeaseIn(BaseModel):
    """Under which lease somebody has a case in hand."""

    model_config = STRICT

    lease: str = Field(min_length=1, max_length=40, description="Its name, as it came with the case.")


class NextIn(BaseModel):
    """Which case is wanted."""

    model_config = STRICT

    use_case: Slug | None = Field(default=None, description="Of this use case; null: of all in which this person may review.")
    ahead: bool = Field(default=False, description="Fetched while another is being read: kept for 20 seconds, until it is renewed.")


class SkipIn(LeaseIn):
    """Why a case is left to others."""

    reason: Words
    cannot_tell: bool = Field(default=False, description="One cannot tell what is right: an answer of its own. Somebody senior is asked.")


class CommitIn(LeaseIn):
    """One's own first answer."""

    answer: AnswerJson = Field(description="Of the use case's kind: a string, a number, or fields.")
    note: str = Field(default="", max_length=LONGEST_WORDS, description="One's own words beside it; kept with the answer.")
    key: str = Field(min_length=1, max_length=80, pattern=r"^[\x21-\x7e]+$", description="One's own name for this: sent again, taken once.")


class ReconsiderIn(BaseModel):
    """What somebody says after they saw what AI proposes."""

    model_config = STRICT

    answer: AnswerJson | None = Field(description="Null keeps the first answer.")


class HandOverIn(LeaseIn):
    """To whom a case goes."""

    to: Email = Field(description="Their address.")


class ForwardIn(LeaseIn):
    """To those with which skill a case goes."""

    skill: str = Field(min_length=1, max_length=40)


class AsideIn(LeaseIn):
    """Until when a case is put aside."""

    until: Moment


class RemarkIn(LeaseIn):
    """What somebody says about a case."""

    text: Words


class QuestionIn(LeaseIn):
    """What whoever sent the case is asked."""

    question: Words


class AbsenceIn(BaseModel):
    """Who is away, and for how long."""

    model_config = STRICT

    starts_at: Moment
    ends_at: Moment
    deputy: Email | None = Field(default=None, description="Who stands in; null: what was handed over goes back to the queue.")
    of: Email | None = Field(default=None, description="Who is away; null: whoever says so. An admin can say it for others.")


class BackIn(BaseModel):
    """Who is back."""

    model_config = STRICT

    of: Email | None = Field(default=None, description="Null: whoever says so.")


# --- going out ---------------------------------------------------------------------------------------------------------


class TextOut(BaseModel):
    """A text; untrusted."""

    model_config = OUT

    text: str


class CellsOut(BaseModel):
    """A row of named cells; untrusted."""

    model_config = OUT

    cells: dict[str, str]


class ImageOut(BaseModel):
    """A picture, as base64 of the bytes of its file; untrusted."""

    model_config = OUT

    image: str
    media_type: str


class LeaseOut(BaseModel):
    """Until when a case is somebody's."""

    model_config = OUT

    lease: str = Field(description="Its name; every act on the case shows it.")
    until: datetime


class GuidelineOut(BaseModel):
    """How to decide, in the owner's words."""

    model_config = OUT

    text: str
    version: str = Field(description="Changes with the text; kept with each answer.")


class FieldOut(BaseModel):
    """One field of an answer of fields."""

    model_config = OUT

    name: str
    type: str
    required: bool
    one_of: list[str]


class FormOut(BaseModel):
    """What an answer looks like."""

    model_config = OUT

    kind: Literal["choice", "fields", "number", "text"]
    choices: list[str] = Field(description="The closed list; empty where there is none.")
    known: list[str] = Field(description="Without a closed list: choices that past cases have; another may be given.")
    question: str
    fields: list[FieldOut]
    unit: str
    least: float | None
    most: float | None
    step: float | None
    longest: int | None
    rubric: list[str]


class RemarkOut(BaseModel):
    """What somebody said about the case."""

    model_config = OUT

    by: str
    text: str
    at: datetime


class InformationOut(BaseModel):
    """What whoever sent the case was asked, and said; `answer` is null where nothing came."""

    model_config = OUT

    question: str
    asked_at: datetime
    answer: str | None


class HandedOut(BaseModel):
    """A case in somebody's hands. Why it is asked about, and what a system thinks of it, is not here."""

    model_config = OUT

    token: str
    lease: LeaseOut
    use_case: str
    title: str
    content: TextOut | CellsOut | ImageOut
    attributes: dict[str, str]
    due_at: datetime
    guideline: GuidelineOut | None
    form: FormOut
    remarks: list[RemarkOut]
    information: list[InformationOut]


class NextOut(BaseModel):
    """The next case; null where nothing waits."""

    model_config = OUT

    case: HandedOut | None


class InHandOut(BaseModel):
    """What somebody has in hand, oldest first."""

    model_config = OUT

    cases: list[HandedOut]


class HeldOut(BaseModel):
    """That an answer was taken, and when it takes effect."""

    model_config = OUT

    held: str = Field(description="Its name: to withdraw it.")
    effect_at: datetime


class RevealedOut(BaseModel):
    """That an answer was taken and stays, and what AI proposes; untrusted."""

    model_config = OUT

    held: str = Field(description="Its name: to keep or change it.")
    proposal: str | float | dict[str, str]
    confidence: float
    until: datetime = Field(description="Kept or changed by then, or the first answer stands.")


class AbsenceOut(BaseModel):
    """That somebody is away."""

    model_config = OUT

    person: str
    deputy: str | None
    starts_at: datetime
    ends_at: datetime


class BackOut(BaseModel):
    """How many absences ended."""

    model_config = OUT

    ended: int


def handed_out(handed: Handed) -> HandedOut:
    """A case as it goes out."""
    body, guideline = handed.body, handed.guideline
    content: Any = content_to_json(body.content)
    return HandedOut(
        token=handed.token,
        lease=LeaseOut(lease=handed.lease.name, until=handed.lease.until),
        use_case=handed.use_case,
        title=handed.title,
        content=content,
        attributes=dict(body.attributes),
        due_at=handed.due_at,
        guideline=None if guideline is None else GuidelineOut(text=guideline.text, version=guideline.version),
        form=form_out(handed.form),
        remarks=[RemarkOut(by=one.by, text=one.text, at=one.at) for one in handed.remarks],
        information=[InformationOut(question=one.question, asked_at=one.asked_at, answer=one.answer) for one in handed.information],
    )


def form_out(form: AnswerForm) -> FormOut:
    """What an answer looks like, as it goes out."""
    rules: FormRules = form.rules
    kind: Any = AnswerKind(form.kind).value
    limits = {"least": rules.least, "most": rules.most, "step": rules.step}
    fields = [
        FieldOut(name=name, type=one.type.value, required=one.required, one_of=list(one.one_of)) for name, one in rules.fields.items()
    ]
    return FormOut(
        kind=kind,
        choices=list(form.choices),
        known=list(form.known),
        question=rules.question,
        fields=fields,
        unit=rules.unit,
        longest=rules.longest,
        rubric=list(rules.rubric),
        **{name: None if value is None else float(value) for name, value in limits.items()},
    )
