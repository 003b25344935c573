"""Questions in the words of the decision protocols: what a program may send, read into cases and the questions about them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, Field, ValidationError
from pydantic_core import ErrorDetails

from licet.core.answer import AnswerKind
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.web.api.wire import STRICT, CaseIn, Cell, Moment, Name
from licet.web.problems import Fault, ProblemError, invalid, problem, refusal

MOST_QUESTIONS = 20
"""Questions in one request: each is a case of its own."""
MOST_OPTIONS = 255
MOST_LEVELS = 255
LONGEST = 100_000
NAMED = 20
"""Options that are named where a question's are not the use case's."""

DATA_URL = "data:"
Label = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class Kind(StrEnum):
    """The three kinds of question, in our own words."""

    CHOICE = "a choice"
    SCORE = "a score"
    YES_NO = "a yes or no"


ANSWERED_BY: Mapping[Kind, AnswerKind] = {Kind.CHOICE: AnswerKind.CHOICE, Kind.SCORE: AnswerKind.NUMBER, Kind.YES_NO: AnswerKind.CHOICE}
WORDS: Sequence[tuple[str, str]] = (("yes", "no"), ("true", "false"))
"""What the answers of a use case are called that a yes-or-no question may be about: what says yes, and what says no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, in no protocol's words.

    Attributes:
        name: what the program calls it; None: nothing.
        kind: which kind it is.
        options: of a choice, as offered; of a score, what each level is called, the lowest first.
        where: a JSON pointer to it, for messages.
    """

    name: str | None
    kind: Kind
    options: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request of a decision protocol, in no protocol's words."""

    model: str
    case: CaseIn
    questions: Sequence[Question]


# --- what both protocols share ------------------------------------------------------------------------------------------


class LicetIn(BaseModel):
    """What Licet takes beside the protocol, as for every case; all of it may be left out."""

    model_config = STRICT

    id: Name | None = Field(default=None, description="What you call the case. Sent again under the same id it is the same case.")
    attributes: dict[Name, Cell] = Field(default_factory=dict, description="Such as segment or amount.")
    happened_at: Moment | None = Field(default=None, description="When it happened (RFC 3339).")
    requester: Name | None = Field(default=None, description="E-mail address of whoever asked for it; they never review it.")


ModelName = Annotated[str, Field(min_length=1, max_length=200, description="The use case; or any model, where the question's name is one.")]


# --- OpenAI's Decisions API ---------------------------------------------------------------------------------------------


class CacheBreakpoint(BaseModel):
    """A mark for a cache of prompts; taken and not needed."""

    model_config = STRICT

    mode: Literal["explicit"]


class TextPart(BaseModel):
    """A text."""

    model_config = STRICT

    type: Literal["input_text"]
    text: str
    prompt_cache_breakpoint: CacheBreakpoint | None = None


class ImagePart(BaseModel):
    """A picture, as a data URL; addresses are never fetched."""

    model_config = STRICT

    type: Literal["input_image"]
    image_url: str
    detail: Literal["low", "high", "auto", "original"] | None = None
    prompt_cache_breakpoint: CacheBreakpoint | None = None


class JsonPart(BaseModel):
    """One row of named cells."""

    model_config = STRICT

    type: Literal["input_json"]
    data: dict[str, Any]


Part = Annotated[TextPart | ImagePart | JsonPart, Discriminator("type")]


class MessageIn(BaseModel):
    """What is to be decided on, as the one message of a user."""

    model_config = STRICT

    role: Literal["user"]
    type: Literal["message"] = "message"
    content: str | list[Part]


class OptionIn(BaseModel):
    """An option of a choice; it is one of the use case's answers."""

    model_config = STRICT

    value: Label
    description: str | None = None


class LevelIn(BaseModel):
    """A level of a score."""

    model_config = STRICT

    label: Label
    description: str | None = None


Instructions = Annotated[Any, Field(description="Not read: what is decided is what the use case is about.")]


class PredicateIn(BaseModel):
    """A yes-or-no question."""

    model_config = STRICT

    type: Literal["predicate"]
    name: str | None = Field(default=None, max_length=200)
    instructions: Instructions


class ChoiceIn(BaseModel):
    """A choice among the use case's answers."""

    model_config = STRICT

    type: Literal["choice"]
    name: str | None = Field(default=None, max_length=200)
    instructions: Instructions
    choices: list[OptionIn] = Field(min_length=2, max_length=MOST_OPTIONS)


class ScoreIn(BaseModel):
    """A score, from 0 for the first level."""

    model_config = STRICT

    type: Literal["score"]
    name: str | None = Field(default=None, max_length=200)
    instructions: Instructions
    levels: list[LevelIn] = Field(min_length=2, max_length=MOST_LEVELS)


class DecisionsIn(BaseModel):
    """A request of OpenAI's Decisions API."""

    model_config = STRICT

    model: ModelName
    input: str | Annotated[list[MessageIn], Field(min_length=1, max_length=1)]
    questions: list[Annotated[PredicateIn | ChoiceIn | ScoreIn, Discriminator("type")]] = Field(min_length=1, max_length=MOST_QUESTIONS)
    prompt_cache_key: str | None = Field(default=None, description="Taken and not needed: no prompt is cached.")
    prompt_cache_options: dict[str, Any] | None = Field(default=None, description="Taken and not needed.")
    safety_identifier: str | None = Field(default=None, description="Taken and not kept.")
    licet: LicetIn | None = None


def read_decisions(given: DecisionsIn) -> Request:
    """A request of OpenAI's Decisions API, in no protocol's words.

    Raises:
        ProblemError: names what no case can be made of.
    """
    asked: list[Question] = []
    for place, one in enumerate(given.questions):
        kind: Kind = Kind.YES_NO
        options: tuple[str, ...] = ()
        if isinstance(one, ChoiceIn):
            kind, options = Kind.CHOICE, tuple(option.value for option in one.choices)
        if isinstance(one, ScoreIn):
            kind, options = Kind.SCORE, tuple(level.label for level in one.levels)
        asked.append(Question(name=one.name, kind=kind, options=options, where=f"/questions/{place}"))
    if given.input and not isinstance(given.input, str):
        content, where = _content(given.input[0].content), "/input/0/content"
    else:
        content, where = {"text": given.input}, "/input"
    return Request(model=given.model, case=_case(content, given.licet, where), questions=asked)


def _content(said: str | Sequence[Part]) -> Mapping[str, Any]:
    if isinstance(said, str):
        return {"text": said}
    match said:
        case [ImagePart(image_url=url)]:
            return _picture(url)
        case [JsonPart(data=data)]:
            return {"cells": data}
        case [TextPart(), *_] if all(isinstance(one, TextPart) for one in said):
            return {"text": "\n\n".join(one.text for one in said if isinstance(one, TextPart))}
        case _:
            raise invalid("/input/0/content", "a case is text, or one picture, or one `input_json`.")


def _picture(url: str) -> Mapping[str, Any]:
    head, comma, data = url.partition(",")
    if not head.startswith(DATA_URL) or not head.endswith(";base64") or not comma:
        raise invalid("/input/0/content/0/image_url", "send the picture itself as a base64 data URL; addresses are never fetched.")
    return {"image": data, "media_type": head.removeprefix(DATA_URL).removesuffix(";base64")}


# --- System One ---------------------------------------------------------------------------------------------------------


class NoulIn(BaseModel):
    """A yes-or-no question."""

    model_config = STRICT

    type: Literal["noul"]
    instructions: Instructions = None
    criteria: dict[Literal["true", "false"], Any] | None = None


class NamedChoiceIn(BaseModel):
    """A choice among the use case's answers."""

    model_config = STRICT

    type: Literal["choice"]
    instructions: Instructions = None
    criteria: dict[Label, Any] = Field(min_length=2, max_length=MOST_OPTIONS)


class NamedScoreIn(BaseModel):
    """A score, from 0 for the first level."""

    model_config = STRICT

    type: Literal["score"]
    instructions: Instructions = None
    criteria: list[Any] = Field(min_length=2, max_length=MOST_LEVELS)


NamedQuestion = Annotated[NoulIn | NamedChoiceIn | NamedScoreIn, Discriminator("type")]


class SystemOneIn(BaseModel):
    """A request of the System One protocol."""

    model_config = STRICT

    model: ModelName
    state: str | dict[str, Any] = Field(description="A text, or one row of named cells.")
    questions: dict[Annotated[str, Field(max_length=200)], NamedQuestion] = Field(min_length=1, max_length=MOST_QUESTIONS)
    licet: LicetIn | None = None


def read_system_one(given: SystemOneIn) -> Request:
    """A request of the System One protocol, in no protocol's words.

    Raises:
        ProblemError: names what no case can be made of.
    """
    asked: list[Question] = []
    for name, one in given.questions.items():
        kind: Kind = Kind.YES_NO
        options: tuple[str, ...] = ()
        if isinstance(one, NamedChoiceIn):
            kind, options = Kind.CHOICE, tuple(one.criteria)
        if isinstance(one, NamedScoreIn):
            kind = Kind.SCORE
            options = tuple(level if isinstance(level, str) else json.dumps(level, ensure_ascii=False) for level in one.criteria)
        asked.append(Question(name=name, kind=kind, options=options, where=f"/questions/{name}"))
    content = {"text": given.state} if isinstance(given.state, str) else {"cells": given.state}
    return Request(model=given.model, case=_case(content, given.licet, "/state"), questions=asked)


def _case(content: Mapping[str, Any], beside: LicetIn | None, where: str) -> CaseIn:
    try:
        return CaseIn.model_validate({"content": dict(content), **({} if beside is None else beside.model_dump(exclude_unset=True))})
    except ValidationError as error:
        faults = [Fault(where=_at(one, where), says=str(one["msg"])) for one in error.errors(include_url=False)[:NAMED]]
    remedy = "A case is a text, a row of cells or a picture."
    raise ProblemError(problem("invalid", f"{faults[0].where}: {faults[0].says}", remedy, errors=faults))


def _at(one: ErrorDetails, where: str) -> str:
    """A pointer to what is wrong: the last steps only, since a protocol has its own words for those before."""
    steps = [str(step) for step in one["loc"] if step not in {"content", "text", "cells", "image"}]
    return "/".join([where, *steps])


# --- whether a question is the use case's ---------------------------------------------------------------------------------


def check_question(asked: Question, use_case: UseCase, answers: Sequence[str]) -> None:
    """Refuses a question that is not the one the use case answers: an answer must be one that the program offers, and all are offered.

    Args:
        asked: the question.
        use_case: whose it is to be.
        answers: its closed list of answers; empty: it has none.

    Raises:
        ProblemError: names what does not fit.
    """
    if ANSWERED_BY[asked.kind] is not use_case.answer_kind:
        says = f"this is {asked.kind.value}, and the answers of this use case are of the kind {use_case.answer_kind.value!r}."
        raise invalid(asked.where, says)
    if asked.kind is Kind.SCORE:
        return
    if not answers:
        why = "The use case lists no answers, so that nobody knows whether a question offers them all."
        raise refusal(Refused(code="answers_not_listed", why=why, remedy="Its owner writes them under `answers:` in use_case.yaml."))
    if asked.kind is Kind.YES_NO:
        if set(answers) not in [set(pair) for pair in WORDS]:
            raise invalid(asked.where, "a yes or no is for a use case whose answers are `yes` and `no`, or `true` and `false`.")
        return
    if set(asked.options) != set(answers) or len(asked.options) != len(answers):
        raise invalid(asked.where, _differs(asked.options, answers))


def _differs(options: Sequence[str], answers: Sequence[str]) -> str:
    missing = [repr(one) for one in answers if one not in options][:NAMED]
    beside = sum(one not in answers for one in options)
    lacks = f" It lacks {', '.join(missing)}." if missing else ""
    return f"its options are to be this use case's {len(answers):,} answers, each once.{lacks} {beside:,} of them are none of its answers."
