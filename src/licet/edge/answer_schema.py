"""What an answer may be: the part of JSON schema that is enforced here, word by word, whatever a provider promises to enforce itself."""

import re
from collections.abc import Mapping, Sequence
from typing import cast

from licet.core.answer import AnswerKind
from licet.core.canonical import Json

WORDS = frozenset({
    "$schema", "additionalProperties", "description", "enum", "maxLength", "maximum", "minLength", "minimum", "pattern", "properties",
    "required", "title", "type",
})  # fmt: skip
"""The keywords that are understood; any other is refused, since what is not enforced must not look as if it were."""

TYPES: Mapping[str, tuple[type, ...]] = {"string": (str,), "number": (int, float), "integer": (int,), "object": (dict,)}
LONGEST_PATTERN = 500


class NotASchemaError(ValueError):
    """A schema says what is not enforced here, or what no answer of the use case can be."""


def closed(answers: Sequence[str]) -> dict[str, Json]:
    """The schema of a choice from a closed list; any text where the list is empty."""
    return {"type": "string", "enum": list(answers)} if answers else {"type": "string", "minLength": 1}


def named(fields: Sequence[str]) -> dict[str, Json]:
    """The schema of fields with these names, each a text; any object of texts where there are none."""
    if not fields:
        return {"type": "object"}
    return {
        "type": "object",
        "properties": {name: {"type": "string"} for name in fields},
        "required": list(fields),
        "additionalProperties": False,
    }


def check_schema(kind: AnswerKind, raw: object) -> dict[str, Json]:
    """Refuses a schema that is not wholly enforced here, or that says another kind of answer than the use case has.

    Raises:
        NotASchemaError: names what is wrong.
    """
    schema = _checked(raw, "")
    wanted = {AnswerKind.CHOICE: ("string",), AnswerKind.TEXT: ("string",), AnswerKind.NUMBER: ("number", "integer")}.get(kind, ("object",))
    if schema.get("type") not in wanted:
        message = f"an answer of kind {kind.value!r} has the type {wanted[0]!r}, and the schema says {schema.get('type')!r}."
        raise NotASchemaError(message)
    return schema


def _checked(raw: object, place: str) -> dict[str, Json]:
    if not isinstance(raw, dict):
        message = f"{place or 'it'} is no object."
        raise NotASchemaError(message)
    strange = sorted(set(raw) - WORDS)
    if strange or raw.get("type") not in TYPES:
        why = f"says {strange[0]!r}, which is not enforced here" if strange else f"names no type of {', '.join(TYPES)}"
        message = f"{place or 'it'} {why}."
        raise NotASchemaError(message)
    if raw.get("additionalProperties", False) is not False:
        message = f"{place or 'it'} lets in names that nobody knows; write `additionalProperties: false`."
        raise NotASchemaError(message)
    _check_words(raw, place)
    for name, part in dict(raw.get("properties", {})).items():
        _checked(part, f"{place}.{name}".lstrip("."))
    return cast("dict[str, Json]", raw)


def _check_words(raw: Mapping[str, object], place: str) -> None:
    pattern, listed = raw.get("pattern"), [raw.get(word, []) for word in ("enum", "required")]
    numbers = [raw.get(word, 0) for word in ("minLength", "maxLength", "minimum", "maximum")]
    sound = all(isinstance(one, list) for one in listed) and isinstance(raw.get("properties", {}), dict)
    sound = sound and all(isinstance(one, int | float) and not isinstance(one, bool) for one in numbers)
    try:
        sound = sound and (pattern is None or len(re.compile(cast("str", pattern)).pattern) <= LONGEST_PATTERN)
    except (re.error, TypeError):
        sound = False
    if not sound:
        message = f"{place or 'it'} holds a keyword whose value is of the wrong kind."
        raise NotASchemaError(message)


def fits(schema: Mapping[str, Json], value: object) -> bool:
    """Whether a value is what a schema says."""
    kinds = TYPES[cast("str", schema["type"])]
    if not isinstance(value, kinds) or isinstance(value, bool):
        return False
    listed = cast("list[Json]", schema.get("enum", []))
    if listed and value not in listed:
        return False
    if isinstance(value, str):
        return _fits_text(schema, value)
    return _fits_object(schema, value) if isinstance(value, dict) else _fits_number(schema, cast("float", value))


def _fits_text(schema: Mapping[str, Json], value: str) -> bool:
    least, most = cast("int", schema.get("minLength", 0)), cast("int", schema.get("maxLength", len(value)))
    pattern = cast("str", schema.get("pattern", ""))
    return least <= len(value) <= most and re.search(pattern, value) is not None


def _fits_number(schema: Mapping[str, Json], value: float) -> bool:
    return cast("float", schema.get("minimum", value)) <= value <= cast("float", schema.get("maximum", value))


def _fits_object(schema: Mapping[str, Json], value: Mapping[str, object]) -> bool:
    parts = cast("Mapping[str, Mapping[str, Json]]", schema.get("properties", {}))
    if not parts:
        return all(isinstance(one, str) for one in value.values())
    needed = cast("list[str]", schema.get("required", []))
    return all(name in value for name in needed) and all(name in parts and fits(parts[name], one) for name, one in value.items())
