"""A case schema: what a case of this use case may contain, and which cases a person always decides."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import assert_never

from licet.core.canonical import Json, digest
from licet.core.case import CaseBody, Content, ContentKind, ImageContent, TableContent, TextContent, content_kind
from licet.core.case_rules import NO_RULES, NUMBER_LENGTH, RESERVED, CaseRules, number_in, rules_from_json, rules_to_json

LARGEST: Mapping[ContentKind, int] = {ContentKind.TEXT: 1_000_000, ContentKind.TABLE: 1_000_000, ContentKind.IMAGE: 5_000_000}
"""The most a content may have where the schema names no limit: characters of a text or of a row's cells, bytes of a picture."""
LONGEST = 10_000
"""Characters a field or attribute of text may have where the schema names no limit."""
LONGEST_PATTERNED = 200
"""Characters a text with a pattern may have: a pattern's cost grows with the text."""
MOST_PROBLEMS = 10
"""Problems of one case that are told at once."""
NAME_SHOWN = 60

INTEGER = re.compile(r"[+-]?[0-9]+")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


NAME_LENGTH = 200
"""Characters of a name: of a case, a field, an attribute, a system."""

MOST_CELLS = 10_000
MOST_ANSWERS = 10_000
CELL_LENGTH = 1_000_000
REASON_LENGTH = 10_000
"""What a case that a program sends may hold at most, on whatever way it comes."""


class FieldType(StrEnum):
    """What a field or an attribute holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseField:
    """One field of a table, or one attribute, with its limits.

    Attributes:
        type: what it holds.
        required: whether it must be there and not be blank.
        min: lowest number allowed; integers and numbers only.
        max: highest number allowed; integers and numbers only.
        longest: most characters; texts only.
        pattern: regular expression that the whole of a text must match; empty: none. See `core.pattern`.
        one_of: what a choice may be, in the author's order.
    """

    type: FieldType
    required: bool = False
    min: Decimal | None = None
    max: Decimal | None = None
    longest: int | None = None
    pattern: str = ""
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSchema:
    """What a case may contain.

    Attributes:
        kind: of content.
        fields: the cells of a table, by name; empty for texts and pictures.
        attributes: by name; others are refused.
        rules: which cases a person always decides.
        largest: most characters (text, or all cells of a row) or bytes (picture); None: `LARGEST`.
        digest: SHA-256 over all of this (64 hex characters); the order of fields counts for nothing.
    """

    kind: ContentKind
    fields: Mapping[str, CaseField] = field(default_factory=dict)
    attributes: Mapping[str, CaseField] = field(default_factory=dict)
    rules: CaseRules = NO_RULES
    largest: int | None = None
    digest: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Takes the digest once: every case is marked with it."""
        object.__setattr__(self, "digest", digest(schema_to_json(self)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a case. It never repeats a value: values may be personal.

    Attributes:
        field: which part of the case, such as `content.amount` or `attributes.segment`.
        why: the limit, and how it is broken.
        remedy: what to do.
    """

    field: str
    why: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.field}: {self.why} {self.remedy}"


def schema_to_json(schema: CaseSchema) -> Json:
    """Writes a schema as plain JSON: what is hashed, and kept with each look."""
    return {
        "kind": schema.kind.value,
        "fields": {name: _field_to_json(one) for name, one in schema.fields.items()},
        "attributes": {name: _field_to_json(one) for name, one in schema.attributes.items()},
        "rules": rules_to_json(schema.rules),
        "largest": schema.largest,
    }


def _field_to_json(one: CaseField) -> Json:
    return {
        "type": one.type.value,
        "required": one.required,
        "min": None if one.min is None else str(one.min),
        "max": None if one.max is None else str(one.max),
        "longest": one.longest,
        "pattern": one.pattern,
        "one_of": list(one.one_of),
    }


class NotASchemaError(ValueError):
    """A stored schema cannot be read: the database was written by another version or altered."""


def schema_from_json(raw: Json) -> CaseSchema:
    """Reads a schema that `schema_to_json` wrote.

    Raises:
        NotASchemaError: when it is not one.
    """
    match raw:
        case {"kind": str(kind), "fields": Mapping() as fields, "attributes": Mapping() as attributes, "rules": rules, "largest": largest}:
            return CaseSchema(
                kind=ContentKind(kind),
                fields={name: _field_from_json(one) for name, one in fields.items()},
                attributes={name: _field_from_json(one) for name, one in attributes.items()},
                rules=rules_from_json(rules),
                largest=largest if isinstance(largest, int) else None,
            )
        case _:
            message = f"{raw!r} is not a case schema."
            raise NotASchemaError(message)


def _field_from_json(raw: Json) -> CaseField:
    match raw:
        case {
            "type": str(kind),
            "required": bool(required),
            "min": None | str() as least,
            "max": None | str() as most,
            "longest": None | int() as longest,
            "pattern": str(pattern),
            "one_of": [*one_of],
        }:
            return CaseField(
                type=FieldType(kind),
                required=required,
                min=None if least is None else Decimal(least),
                max=None if most is None else Decimal(most),
                longest=longest,
                pattern=pattern,
                one_of=tuple(map(str, one_of)),
            )
        case _:
            message = f"{raw!r} is not a field of a case schema."
            raise NotASchemaError(message)


def check(schema: CaseSchema | None, body: CaseBody) -> CaseBody | tuple[Problem, ...]:
    """Holds a case against the schema of its use case.

    Args:
        schema: of the use case; None where it has none, and then only reserved names are refused.
        body: as it came in; attributes and cells are text.

    Returns:
        The case as it is to be stored, marked with the schema's digest, white space around attributes taken off and booleans in
        lower case; or up to `MOST_PROBLEMS` problems.
    """
    attributes = {name: value.strip() for name, value in body.attributes.items()}
    found = [_reserved(name) for name in attributes if name.startswith(RESERVED)]
    if schema is not None:
        found += [*_check_content(schema, body.content), *_check_fields("attributes", schema.attributes, attributes)]
    if found:
        return tuple(found[:MOST_PROBLEMS])
    if schema is None:
        return replace(body, attributes=attributes, schema="")
    settled = {name: _settled(schema.attributes[name], value) for name, value in attributes.items()}
    return replace(body, attributes=settled, schema=schema.digest)


def marked(schema: CaseSchema | None, body: CaseBody) -> CaseBody:
    """A stored case as this schema sees it now, whatever it was taken in by: marked where it conforms, unmarked where it does not."""
    seen = None if schema is None else check(schema, body)
    return seen if isinstance(seen, CaseBody) else replace(body, schema="")


def _settled(one: CaseField, value: str) -> str:
    return value.lower() if one.type is FieldType.BOOLEAN else value


def _reserved(name: str) -> Problem:
    return Problem(field=f"attributes.{_short(name)}", why=f"names that begin with {RESERVED!r} are Licet's own.", remedy="Take it out.")


def _check_content(schema: CaseSchema, content: Content) -> Iterator[Problem]:
    kind = content_kind(content)
    if kind is not schema.kind:
        yield Problem(field="content", why=f"this is {kind.value}; the use case decides on {schema.kind.value}.", remedy="Send that.")
        return
    largest = schema.largest or LARGEST[schema.kind]
    size, unit = _size(content)
    if size > largest:
        yield Problem(field="content", why=f"it has {size:,} {unit}; {largest:,} are allowed.", remedy="Send less, or raise `largest`.")
        return
    match content:
        case TextContent(text=text):
            yield from _check_whole_text(text)
        case TableContent(cells=cells):
            yield from _check_fields("content", schema.fields, cells)
        case ImageContent():
            return
        case _:
            assert_never(content)


def _size(content: Content) -> tuple[int, str]:
    match content:
        case TextContent(text=text):
            return len(text), "characters"
        case TableContent(cells=cells):
            return sum(len(name) + len(cell) for name, cell in cells.items()), "characters"
        case ImageContent(data=data):
            return len(data), "bytes"
        case _:
            assert_never(content)


def _check_whole_text(text: str) -> Iterator[Problem]:
    if not text.strip():
        yield Problem(field="content", why="the text is blank.", remedy="Send the text to decide on.")
    elif _unwritable(text):
        yield Problem(field="content", why="it holds NUL or half a character.", remedy="Send UTF-8 text without it.")


def _check_fields(where: str, known: Mapping[str, CaseField], given: Mapping[str, str]) -> Iterator[Problem]:
    for name in given:
        if name not in known and not name.startswith(RESERVED):
            remedy = f"Known are: {', '.join(sorted(known)[:30]) or 'none'}. Or declare it in use_case.yaml."
            yield Problem(field=f"{where}.{_short(name)}", why="the schema does not know it.", remedy=remedy)
    for name, one in known.items():
        value = given.get(name, "")
        if value.strip():
            yield from check_value(f"{where}.{name}", one, value.strip())
        elif one.required:
            yield Problem(field=f"{where}.{name}", why="it is missing; it is required.", remedy=f"Give {_what(one)}.")


def check_value(place: str, one: CaseField, value: str) -> Iterator[Problem]:
    """Holds one value that is not blank against what its field allows."""
    match one.type:
        case FieldType.TEXT:
            why = _why_not_text(one, value)
        case FieldType.INTEGER | FieldType.NUMBER:
            why = _why_not_number(one, value)
        case FieldType.DATE:
            why = "" if _is_day(value) else "it is no date."
        case FieldType.BOOLEAN:
            why = "" if value.lower() in {"true", "false"} else "it is neither true nor false."
        case FieldType.CHOICE:
            why = "" if value in one.one_of else "it is none of the values allowed."
        case _:
            assert_never(one.type)
    if why:
        yield Problem(field=place, why=why, remedy=f"Give {_what(one)}.")


def _why_not_text(one: CaseField, value: str) -> str:
    longest = one.longest or (LONGEST_PATTERNED if one.pattern else LONGEST)
    if len(value) > longest:
        return f"it has {len(value):,} characters; {longest:,} are allowed."
    if _unwritable(value):
        return "it holds NUL or half a character."
    return "it does not match the pattern." if one.pattern and not _compiled(one.pattern).fullmatch(value) else ""


def _why_not_number(one: CaseField, value: str) -> str:
    if len(value) > NUMBER_LENGTH:
        return f"it has {len(value):,} characters; a number has {NUMBER_LENGTH} at most."
    number = number_in(value)
    if number is None or (one.type is FieldType.INTEGER and not INTEGER.fullmatch(value)):
        return "it is no whole number." if one.type is FieldType.INTEGER else "it is no number."
    if one.min is not None and number < one.min:
        return f"it is below {one.min}."
    return f"it is above {one.max}." if one.max is not None and number > one.max else ""


def _is_day(value: str) -> bool:
    if not DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _what(one: CaseField) -> str:
    match one.type:
        case FieldType.TEXT:
            return f"a text that matches {one.pattern!r}" if one.pattern else "a text"
        case FieldType.INTEGER | FieldType.NUMBER:
            floor = "" if one.min is None else f" of at least {one.min}"
            roof = "" if one.max is None else f"{' and' if floor else ' of'} at most {one.max}"
            return ("a whole number" if one.type is FieldType.INTEGER else "a number such as 12.5") + floor + roof
        case FieldType.DATE:
            return "a day such as 2026-03-01"
        case FieldType.BOOLEAN:
            return "true or false"
        case FieldType.CHOICE:
            return f"one of {', '.join(one.one_of[:30])}"
        case _:
            assert_never(one.type)


def _unwritable(text: str) -> bool:
    return "\0" in text or any("\ud800" <= c <= "\udfff" for c in text)


def _short(name: str) -> str:
    """A name from outside as a message shows it: escaped, and cut."""
    text = ascii(name[: NAME_SHOWN + 1])[1:-1]
    return text if len(text) <= NAME_SHOWN else f"{text[:NAME_SHOWN]}..."


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
