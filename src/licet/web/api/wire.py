"""The wire: cases, answers and proposals as they come in and go out; what is not named here is refused, or never sent."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag

from licet.core.answer import Answer, AnswerKind, NotAnAnswerError, answer_from_json, answer_to_json
from licet.core.canonical import Json
from licet.core.case import CaseState
from licet.core.case_schema import CELL_LENGTH, MOST_ANSWERS, MOST_CELLS, NAME_LENGTH, REASON_LENGTH
from licet.core.history import SentCase
from licet.core.system import UNVERSIONED
from licet.core.use_case import UseCase
from licet.flows.follow import Followed
from licet.store.live import LiveCase
from licet.web.desk import CaseReader
from licet.web.problems import Fault, ProblemError, invalid, problem

STRICT = ConfigDict(extra="forbid", strict=True)
PICTURE_CHARACTERS = 6_000_000
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")


def _printable(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        message = "use printable characters, and no white space at either end."
        raise ValueError(message)
    return text


def _versioned(text: str) -> str:
    if text == UNVERSIONED:
        message = "name the system's version; a proposal of a system without one is not taken."
        raise ValueError(message)
    return text


def _moment(text: str) -> str:
    message = "write a time with its zone as RFC 3339 has it, such as 2026-05-04T09:30:00Z."
    if not MOMENT.fullmatch(text):
        raise ValueError(message)
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError(message) from None
    return text


Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH), AfterValidator(_printable)]
Moment = Annotated[str, AfterValidator(_moment)]
Cell = Annotated[str, Field(max_length=CELL_LENGTH)] | bool | int | float | None


class TextIn(BaseModel):
    """A message, a document, a transcript."""

    model_config = STRICT

    text: str = Field(max_length=CELL_LENGTH)


class CellsIn(BaseModel):
    """One row of named cells, each a text, a number, true or false."""

    model_config = STRICT

    cells: dict[Name, Cell] = Field(min_length=1, max_length=MOST_CELLS)


class ImageIn(BaseModel):
    """A small picture, as base64 of the bytes of its file."""

    model_config = STRICT

    image: str = Field(min_length=4, max_length=PICTURE_CHARACTERS)
    media_type: Literal["image/png", "image/jpeg", "image/gif", "image/bmp", "image/webp", "image/x-portable-graymap"]


def _which(raw: Any) -> str | None:  # noqa: ANN401 - whatever was sent
    there = type(raw).model_fields if isinstance(raw, BaseModel) else raw
    return next((name for name in ("text", "cells", "image") if name in there), None) if isinstance(there, Mapping) else None


ContentIn = Annotated[
    Annotated[TextIn, Tag("text")] | Annotated[CellsIn, Tag("cells")] | Annotated[ImageIn, Tag("image")],
    Discriminator(_which, custom_error_type="content", custom_error_message="content holds `text`, `cells`, or `image` with `media_type`."),
]


class ProposalIn(BaseModel):
    """What an outside system proposes for the case, and exactly which system that is."""

    model_config = STRICT

    answer: str | int | float | dict[Name, str] = Field(description="What the system would decide: a string, a number, or fields.")
    confidence: float = Field(ge=0.0, le=1.0, allow_inf_nan=False, description="The probability that the answer is right.")
    system: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_printable)] = Field(description="The system's name.")
    system_version: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_printable), AfterValidator(_versioned)] = Field(
        description="Its version; whatever changes what it answers must change this."
    )
    probabilities: dict[Name, Annotated[float, Field(ge=0.0, le=1.0)]] = Field(
        default_factory=dict, max_length=MOST_ANSWERS, description="The probability of each answer, where the system gives them."
    )
    reason: str = Field(default="", max_length=REASON_LENGTH, description="The system's own words; untrusted text.")


class CaseIn(BaseModel):
    """A case that is to be decided."""

    model_config = STRICT

    id: Name | None = Field(default=None, description="What you call it. Sent again under the same id it is the same case.")
    content: ContentIn
    attributes: dict[Name, Cell] = Field(default_factory=dict, max_length=MOST_CELLS, description="Such as segment or amount.")
    happened_at: Moment | None = Field(default=None, description="When it happened (RFC 3339).")
    proposal: ProposalIn | None = Field(default=None, description="Without one the mandate's own system proposes.")
    requester: Name | None = Field(default=None, description="E-mail address of whoever asked for it; they never review it.")


class PlainBatch(BaseModel):
    """Cases that come in together. Proposals in one batch are of one system."""

    model_config = STRICT

    cases: list[CaseIn] = Field(min_length=1, max_length=1000)


def read_case(given: CaseIn, use_case: UseCase, reader: CaseReader, *, line: int, where: str) -> SentCase:
    """A case as flows take it.

    Args:
        given: what was sent.
        use_case: whose case it is.
        reader: reads it by the use case's schema.
        line: its place in what was sent, from 1.
        where: a JSON pointer to it, for messages.

    Raises:
        ProblemError: when it does not fit the use case; names each place.
    """
    found = reader(use_case, given.model_dump(exclude_unset=True, exclude_none=True, by_alias=True), line=line)
    if not isinstance(found, Sequence):
        return found
    faults = [Fault(where=f"{where}/{one.field.replace('.', '/')}", says=f"{one.why} {one.remedy}") for one in found]
    more = f" (and {len(faults) - 1:,} more)" if len(faults) > 1 else ""
    raise ProblemError(problem("invalid", f"{faults[0].where}: {faults[0].says}{more}", errors=faults))


def answer_of(raw: Json, kind: AnswerKind, where: str) -> Answer:
    """An answer of the kind the use case has.

    Raises:
        ProblemError: when it is not one; names the place.
    """
    sound = isinstance(raw, {AnswerKind.NUMBER: float | int, AnswerKind.FIELDS: Mapping}.get(kind, str)) and not isinstance(raw, bool)
    if not sound:
        raise invalid(where, f"this use case's answers are of the kind {kind.value!r}.")
    try:
        return answer_from_json(kind, raw)
    except NotAnAnswerError as error:
        raise invalid(where, str(error)) from None


# --- going out ---------------------------------------------------------------------------------------------------------


class DecisionOut(BaseModel):
    """The answer a case got."""

    model_config = ConfigDict(extra="forbid")

    answer: str | float | dict[str, str] | None = Field(description="The answer that counts now; null where the case was erased.")
    by: str = Field(description="Who decided: a person's id, or `mandate:` and the mandate's.")
    simulated: bool = Field(description="Whether no person answered, but the data's own truth in the place of one.")
    at: datetime


class CaseOut(BaseModel):
    """Where a case stands. While it waits for a person, nothing of what a system thinks of it is here."""

    model_config = ConfigDict(extra="forbid")

    number: int = Field(description="Its number here.")
    id: str | None = Field(description="What you call it; null where it was erased.")
    state: Literal["queued", "waiting", "decided"]
    route: Literal["alone", "to_person"] | None = Field(description="Null while it is queued.")
    reason: str | None = Field(default=None, description="Why a person decides; told to whoever sends the proposal, and after the answer.")
    mandate: str | None = Field(default=None, description="The mandate it was decided under, where it was decided alone.")
    received_at: datetime
    decision: DecisionOut | None = None


class Happened(BaseModel):
    """One thing that happened to a case."""

    model_config = ConfigDict(extra="forbid")

    what: Literal["accepted", "routed", "decided", "corrected", "effect"]
    at: datetime
    by: str | None = None
    says: str | None = Field(default=None, description="The route; the effect's way and state.")


class TimelineOut(CaseOut):
    """A case with all that happened to it, in order."""

    question: str | None = Field(default=None, description="What a reviewer asks whoever sent the case; null: nothing.")
    timeline: list[Happened]


def case_out(case: LiveCase, *, answer: Answer | None = None, reason: str | None = None) -> CaseOut:
    """Where a case stands, as it goes out.

    Args:
        case: the case.
        answer: the answer that counts now; None: the one it got first.
        reason: why a person decides, where the caller may know before the answer.
    """
    decided = case.decided
    counts = answer if answer is not None or decided is None else decided.answer
    decision = None
    if decided is not None:
        said: Any = None if counts is None else answer_to_json(counts)
        decision = DecisionOut(answer=said, by=decided.by, simulated=decided.simulated, at=decided.at)
    told = reason if decided is None or case.routed is None else case.routed.reason
    state: Any = case.state.value
    return CaseOut(
        number=case.number,
        id=case.name,
        state=state,
        route=None if case.routed is None else _route(case.routed.route),
        reason=told,
        mandate=None if case.routed is None else case.routed.mandate,
        received_at=case.received_at,
        decision=decision,
    )


def _route(word: str) -> Any:  # noqa: ANN401 - one of two words, which pydantic checks
    return CaseState.ALONE.value if word == CaseState.ALONE else CaseState.TO_PERSON.value


def timeline_out(followed: Followed) -> TimelineOut:
    """A case with its timeline, as it goes out."""
    case = followed.case
    happened = [Happened(what="accepted", at=case.received_at)]
    if case.routed is not None:
        happened.append(Happened(what="routed", at=case.routed.at, says=case.routed.route))
    if case.decided is not None:
        happened.append(Happened(what="decided", at=case.decided.at, by=case.decided.by))
    happened += [Happened(what="corrected", at=one.at, by=one.by) for one in followed.corrections]
    happened += [Happened(what="effect", at=one.at, says=f"{one.way}: {one.state}") for one in followed.effects]
    happened.sort(key=lambda one: one.at)
    return TimelineOut(**dict(case_out(case, answer=followed.answer)), question=followed.question, timeline=happened)
