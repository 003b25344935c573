"""A case: one item that needs a decision, what it contains, and the part of history it belongs to."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from licet.core.canonical import Json


class Part(StrEnum):
    """What a past case is used for; `live` cases are not history."""

    BUILD = "build"
    CALIBRATION = "calibration"
    SEALED = "sealed"
    LIVE = "live"


class CaseState(StrEnum):
    """Where a live case stands; the last two say how it was routed, whether it is decided or not."""

    QUEUED = "queued"
    WAITING = "waiting"
    DECIDED = "decided"
    ALONE = "alone"
    TO_PERSON = "to_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextContent:
    """A message, a document, a transcript."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableContent:
    """One row of named cells, as they stood in the file."""

    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageContent:
    """A small picture, kept as the bytes of its file."""

    data: bytes
    media_type: str


Content = TextContent | TableContent | ImageContent


class ContentKind(StrEnum):
    """The three kinds of content."""

    TEXT = "text"
    TABLE = "table"
    IMAGE = "image"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseBody:
    """What a person sees of a case: its content, and attributes such as segment or amount.

    Attributes:
        content: what is decided on.
        attributes: by name.
        schema: digest of the schema it was taken in by; empty where it was taken in without one. Set by `case_schema.check` alone.
    """

    content: Content
    attributes: Mapping[str, str] = field(default_factory=dict)
    schema: str = ""


class NotContentError(ValueError):
    """Stored or posted content has no form we know."""


def content_kind(content: Content) -> ContentKind:
    """Says which kind a content is of."""
    match content:
        case TextContent():
            return ContentKind.TEXT
        case TableContent():
            return ContentKind.TABLE
        case ImageContent():
            return ContentKind.IMAGE
        case _:
            assert_never(content)


def content_to_json(content: Content) -> Json:
    """Writes content as plain JSON; pictures as base64."""
    match content:
        case TextContent(text=text):
            return {"text": text}
        case TableContent(cells=cells):
            return {"cells": dict(cells)}
        case ImageContent(data=data, media_type=media_type):
            return {"image": base64.b64encode(data).decode("ascii"), "media_type": media_type}
        case _:
            assert_never(content)


def content_from_json(raw: Json) -> Content:
    """Reads content that `content_to_json` wrote.

    Raises:
        NotContentError: names what is missing.
    """
    match raw:
        case {"text": str(text)}:
            return TextContent(text=text)
        case {"cells": Mapping() as cells}:
            return TableContent(cells={str(name): str(cell) for name, cell in cells.items()})
        case {"image": str(data), "media_type": str(media_type)}:
            return ImageContent(data=base64.b64decode(data), media_type=media_type)
        case _:
            message = f"Content must hold 'text', 'cells' or 'image' with 'media_type'; got {type(raw).__name__}."
            raise NotContentError(message)


def body_to_json(body: CaseBody) -> Json:
    """Writes a case's body as plain JSON."""
    plain: dict[str, Json] = {"content": content_to_json(body.content), "attributes": dict(body.attributes)}
    return plain | {"schema": body.schema} if body.schema else plain


def body_from_json(raw: Json) -> CaseBody:
    """Reads a body that `body_to_json` wrote.

    Raises:
        NotContentError: when it is not one.
    """
    match raw:
        case {"content": content, "attributes": Mapping() as attributes}:
            schema = str(raw.get("schema", "")) if isinstance(raw, Mapping) else ""
            named = {str(k): str(v) for k, v in attributes.items()}
            return CaseBody(content=content_from_json(content), attributes=named, schema=schema)
        case _:
            message = "A case's body must hold 'content' and 'attributes'."
            raise NotContentError(message)
