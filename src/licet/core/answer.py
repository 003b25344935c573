"""An answer: what is decided about a case: a choice, fields, a number or a text."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from licet.core.canonical import Json


class AnswerKind(StrEnum):
    """The four kinds of answer a use case can have."""

    CHOICE = "choice"
    FIELDS = "fields"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of a closed list."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Named values read from a case, such as the lines of a form."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number, in the use case's own unit; finite."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text that is acceptable or not."""

    value: str


Answer = Choice | Fields | Number | Text


class NotAnAnswerError(ValueError):
    """A cell or a JSON value does not say an answer of the kind the use case has."""


def answer_to_json(answer: Answer) -> Json:
    """Writes an answer as plain JSON: a string, a number or an object of strings."""
    match answer:
        case Choice(value=value) | Text(value=value):
            return value
        case Number(value=number):
            return number
        case Fields(values=values):
            return dict(values)
        case _:
            assert_never(answer)


def answer_from_json(kind: AnswerKind, raw: Json) -> Answer:
    """Reads an answer of a kind from plain JSON.

    Args:
        kind: what the use case's answers are.
        raw: a non-empty string for `choice` and `text`, a finite number (or its digits) for `number`, an object for `fields`.

    Raises:
        NotAnAnswerError: names the value and what was expected.
    """
    match kind:
        case AnswerKind.CHOICE:
            return Choice(value=_string(raw, kind))
        case AnswerKind.TEXT:
            return Text(value=_string(raw, kind))
        case AnswerKind.NUMBER:
            return Number(value=_number(raw))
        case AnswerKind.FIELDS:
            return Fields(values=_fields(raw))
        case _:
            assert_never(kind)


def kind_of(answer: Answer) -> AnswerKind:
    """Which kind an answer is of."""
    match answer:
        case Choice():
            return AnswerKind.CHOICE
        case Fields():
            return AnswerKind.FIELDS
        case Number():
            return AnswerKind.NUMBER
        case Text():
            return AnswerKind.TEXT
        case _:
            assert_never(answer)


def answer_label(answer: Answer) -> str:
    """An answer in one line, for a table cell; no markup in it is ever interpreted."""
    match answer:
        case Choice(value=value) | Text(value=value):
            return value
        case Number(value=number):
            return f"{number:g}"
        case Fields(values=values):
            return "; ".join(f"{name}={value}" for name, value in sorted(values.items()))
        case _:
            assert_never(answer)


def _string(raw: Json, kind: AnswerKind) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float) or str(raw).strip() == "":
        message = f"{raw!r} is not a {kind}: expected a non-empty string."
        raise NotAnAnswerError(message)
    return str(raw).strip()


def _number(raw: Json) -> float:
    message = f"{raw!r} is not a number: expected digits with an optional point, such as 12.5."
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise NotAnAnswerError(message)
    try:
        value = float(raw)
    except ValueError:
        raise NotAnAnswerError(message) from None
    if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - NaN is the one value unequal to itself
        raise NotAnAnswerError(message)
    return value


def _fields(raw: Json) -> Mapping[str, str]:
    if not isinstance(raw, Mapping) or not raw:
        message = f"{raw!r} is not a set of fields: expected an object of names and values."
        raise NotAnAnswerError(message)
    return {name: "" if value is None else str(value) for name, value in sorted(raw.items())}
