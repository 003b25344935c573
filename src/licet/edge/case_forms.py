"""A case as a program sends it: one JSON object, read strictly, with all that is wrong in it told at once."""

import base64
import binascii
import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from licet.core.answer import AnswerKind, NotAnAnswerError, answer_from_json, answer_label
from licet.core.canonical import Json
from licet.core.case import CaseBody, Content, ContentKind, ImageContent, TableContent, TextContent
from licet.core.case_rules import NUMBER_LENGTH
from licet.core.case_schema import (
    CELL_LENGTH,
    LARGEST,
    MOST_ANSWERS,
    MOST_CELLS,
    MOST_PROBLEMS,
    NAME_LENGTH,
    REASON_LENGTH,
    CaseSchema,
    Problem,
    check,
)
from licet.core.history import PastCase, PostedProposal, SentCase
from licet.core.system import SystemCard, SystemKind
from licet.edge.bad_file import SHOWN, BadCellError
from licet.edge.images import media_type_of
from licet.edge.times import moment_reader

"""Characters the outside name of a case, a system's name and its version may have."""
TOO_LARGE = 10**NUMBER_LENGTH
SURE = 1.0 + 1e-6
"""What probabilities may sum to: 1, and what rounding adds."""

Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH)]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]


FormT = TypeVar("FormT", bound="_Form")


class _Form(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class _TextForm(_Form):
    text: str


class _TableForm(_Form):
    cells: Annotated[dict[str, object], Field(max_length=MOST_CELLS)]


class _ImageForm(_Form):
    image: str
    media_type: str


class _ProposalForm(_Form):
    answer: object
    confidence: Probability
    system: Name
    system_version: Name
    probabilities: Annotated[dict[str, Probability], Field(max_length=MOST_ANSWERS)] = {}
    reason: Annotated[str, Field(max_length=REASON_LENGTH)] = ""


class _CaseForm(_Form):
    id: Name | None = None
    content: dict[str, object]
    attributes: Annotated[dict[str, object], Field(max_length=MOST_CELLS)] = {}
    happened_at: str | None = None
    proposal: _ProposalForm | None = None
    requester: Name | None = None


CONTENT: Mapping[str, type[_TextForm | _TableForm | _ImageForm]] = {"text": _TextForm, "cells": _TableForm, "image": _ImageForm}
EXPECTED: Mapping[str, tuple[str, str]] = {
    "missing": ("it is missing.", "Give it."),
    "string_type": ("it is no text.", "Write it as a JSON string."),
    "float_type": ("it is no number.", "Write digits such as 0.93, without quotes."),
    "dict_type": ("it is no object.", "Write a JSON object."),
    "model_type": ("it is no object.", "Write a JSON object."),
    "finite_number": ("it is no finite number.", "Write digits such as 0.93."),
    "greater_than_equal": ("it is below 0.", "Give a number from 0 to 1."),
    "less_than_equal": ("it is above 1.", "Give a number from 0 to 1."),
    "string_too_short": ("it is empty.", "Give it, or leave it out."),
}


DEEPEST = 20
"""Lists and objects inside each other."""


def read_case(
    raw: Mapping[str, object], schema: CaseSchema | None, kind: AnswerKind, *, answers: frozenset[str] = frozenset(), line: int = 0
) -> SentCase | tuple[Problem, ...]:
    """Reads one case from JSON: `id`, `content`, `attributes`, `happened_at`, `proposal`, `requester`; nothing else may be there.

    Args:
        raw: the object, as a JSON reader gives it.
        schema: of the use case; None where it has none.
        kind: what the use case's answers are.
        answers: the closed list of choices; empty: any.
        line: where the case stood in a file; 0 where it came alone.

    Returns:
        The case; or what is wrong with it, up to `MOST_PROBLEMS` problems, none of which repeats a value.
    """
    found = list(_unwritable(raw, ()))
    form = None if found else _filled(_CaseForm, raw, "", found)
    if form is None:
        return tuple(found[:MOST_PROBLEMS])
    content = _content(form.content, found)
    attributes = {name: _scalar(f"attributes.{name}", value, found) for name, value in form.attributes.items()}
    happened_at = _moment(form.happened_at, found)
    posted = None if form.proposal is None else _posted(form.proposal, kind, answers, found)
    for name in ("id", "proposal.system", "proposal.system_version", "requester"):
        _check_name(name, form, found)
    body = None if content is None else check(schema, CaseBody(content=content, attributes=attributes))
    if isinstance(body, tuple):
        found += [problem for problem in body if problem.field not in {one.field for one in found}]
    if found or not isinstance(body, CaseBody):
        return tuple(found[:MOST_PROBLEMS])
    asked_by = form.requester or ""
    past = PastCase(line=line, body=body, answer=None, external_id=form.id, happened_at=happened_at, posted=posted, requester=asked_by)
    return SentCase(past=past, card=None if form.proposal is None else _card(form.proposal))


def is_sent_case(raw: Mapping[str, object]) -> bool:
    """Whether an object has the form `read_case` reads: its `content` is an object that says which kind it is."""
    content = raw.get("content")
    return isinstance(content, Mapping) and any(key in content for key in CONTENT)


def _filled(form: type[FormT], raw: object, around: str, found: list[Problem]) -> FormT | None:
    try:
        return form.model_validate(raw)
    except ValidationError as error:
        found += [_explained(details, form, around) for details in error.errors(include_url=False, include_input=False)]
        return None


def _explained(details: ErrorDetails, form: type[_Form], around: str) -> Problem:
    place = around + ".".join(_visible(str(part)) for part in details["loc"])
    context = details.get("ctx", {})
    match details["type"]:
        case "extra_forbidden":
            known = _ProposalForm if details["loc"][0] == "proposal" else form
            return Problem(field=place, why="there is no such key.", remedy=f"Known are: {', '.join(known.model_fields)}.")
        case "string_too_long" | "too_long":
            return Problem(field=place, why=f"it has more than {context['max_length']:,} characters or entries.", remedy="Shorten it.")
        case kind:
            why, remedy = EXPECTED.get(kind, ("it is not what belongs here.", f"{details['msg']}."))
            return Problem(field=place, why=why, remedy=remedy)


def _content(raw: dict[str, object], found: list[Problem]) -> Content | None:
    kinds = [kind for kind in CONTENT if kind in raw]
    if len(kinds) != 1:
        why = "it must hold exactly one of text, cells and image."
        found.append(Problem(field="content", why=why, remedy='Write for example {"text": "..."} or {"cells": {"amount": 12.5}}.'))
        return None
    form = _filled(CONTENT[kinds[0]], raw, "content.", found)
    match form:
        case _TextForm(text=text):
            return TextContent(text=text)
        case _TableForm(cells=cells):
            return TableContent(cells={name: _scalar(f"content.{name}", value, found) for name, value in cells.items()})
        case _ImageForm(image=image):
            return _picture(image, found)
        case _:
            return None


def _picture(image: str, found: list[Problem]) -> Content | None:
    """A picture from base64; what it is, its first bytes say, as for pictures beside a table."""
    longest = LARGEST[ContentKind.IMAGE]
    if len(image) * 3 > (longest + 3) * 4:
        found.append(Problem(field="content.image", why=f"it has more than {longest:,} bytes.", remedy="Send a smaller picture."))
        return None
    try:
        data = base64.b64decode(image, validate=True)
    except (binascii.Error, ValueError):
        found.append(Problem(field="content.image", why="it is not base64.", remedy="Encode the bytes of the file (RFC 4648)."))
        return None
    media_type = media_type_of(data)
    if media_type is None:
        found.append(Problem(field="content.image", why="it is no picture.", remedy="Send PNG, JPEG, GIF, BMP, WebP, PGM or PDF."))
        return None
    return ImageContent(data=data, media_type=media_type)


def _scalar(place: str, value: object, found: list[Problem]) -> str:
    """A cell or attribute as the text that CSV would have said; blank where it is null, or cannot be one."""
    match value:
        case str() if len(value) <= CELL_LENGTH:
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() if abs(value) < TOO_LARGE:
            return str(value)
        case float() if math.isfinite(value):
            return repr(value)
        case int() | float():
            why, remedy = f"it is not finite, or has more than {NUMBER_LENGTH} digits.", "Send a shorter number."
        case str():
            why, remedy = f"it has more than {CELL_LENGTH:,} characters.", "Shorten it."
        case _:
            why, remedy = "it is a list or an object.", "Send text, a number, true, false or null."
    found.append(Problem(field=_visible(place), why=why, remedy=remedy))
    return ""


def _moment(text: str | None, found: list[Problem]) -> datetime | None:
    if text is None:
        return None
    try:
        return moment_reader("happened_at", None)(text)
    except BadCellError:
        remedy = "Write ISO 8601 with an offset, such as 2026-03-01T09:30:00+01:00."
        found.append(Problem(field="happened_at", why="it is no moment with a time zone.", remedy=remedy))
        return None


def _posted(form: _ProposalForm, kind: AnswerKind, answers: frozenset[str], found: list[Problem]) -> PostedProposal | None:
    if sum(form.probabilities.values()) > SURE:
        found.append(Problem(field="proposal.probabilities", why="they sum to more than 1.", remedy="Send one probability per answer."))
    try:
        answer = answer_from_json(kind, cast("Json", form.answer))
    except (NotAnAnswerError, ValueError, OverflowError):  # a number too long for Python to write or to take
        remedy = "Send one, or leave the proposal out."
        found.append(Problem(field="proposal.answer", why=f"it is no answer of the kind {kind.value!r}.", remedy=remedy))
        return None
    if answers and answer_label(answer) not in answers:
        why = "it is none of the answers that use_case.yaml lists."
        found.append(Problem(field="proposal.answer", why=why, remedy=f"Known are: {', '.join(sorted(answers)[:30])}."))
    return PostedProposal(answer=answer, confidence=form.confidence, probabilities=form.probabilities, reason=form.reason)


def _card(form: _ProposalForm) -> SystemCard:
    return SystemCard(kind=SystemKind.POSTED, name=form.system, version=form.system_version)


def _check_name(place: str, form: _CaseForm, found: list[Problem]) -> None:
    names = {"id": form.id, "requester": form.requester}
    if form.proposal is not None:
        names |= {"proposal.system": form.proposal.system, "proposal.system_version": form.proposal.system_version}
    name = names.get(place)
    if name is not None and (name != name.strip() or not name.isprintable()):
        why = "it has white space around it, or a character that cannot be seen."
        found.append(Problem(field=place, why=why, remedy="Take it out."))


def _unwritable(value: object, place: tuple[str, ...]) -> Iterator[Problem]:
    """What no database and no file could hold: NUL, halves of surrogate pairs, and what is nested beyond `DEEPEST`."""
    where = ".".join(map(_visible, place)) or "case"
    if len(place) > DEEPEST:
        yield Problem(field=_visible(place[0]), why=f"it is nested more than {DEEPEST} deep.", remedy="Flatten it.")
    elif isinstance(value, str):
        if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
            yield Problem(field=where, why="it holds NUL or half a character.", remedy="Send UTF-8 text without it.")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _unwritable(str(name), (*place, str(name)))
            yield from _unwritable(item, (*place, str(name)))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _unwritable(item, (*place, "[]"))


def _visible(name: str) -> str:
    """A name from outside as a message shows it: escaped, and cut."""
    text = ascii(name[: SHOWN + 1])[1:-1]
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
