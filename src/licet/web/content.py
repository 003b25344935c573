"""A case's content as a page shows it: plain text, cells, or a picture drawn anew; nothing in it is ever markup, a link or a fetch."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from licet.core.case import CaseBody, ImageContent, TableContent, TextContent
from licet.core.case_rules import RESERVED
from licet.core.picture import Drawn, NotDrawn
from licet.ports import Pictures

PDF = "application/pdf"
INSIDE_BYTES = 24 * 1024
"""A drawn picture of no more bytes is sent inside the page, so that it is there when the case is; larger ones have an address."""

LONG_CELL = 60
"""Characters from which a cell takes a whole line."""

TINY = 64
"""Pixels up to which a picture is shown enlarged, pixel by pixel, as scans of single characters are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextShown:
    """A text, in paragraphs; white space inside them stays."""

    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A named value; `long` ones take a whole line."""

    name: str
    value: str
    long: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CellsShown:
    """A row of named cells."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureShown:
    """A picture. `uri` is the picture itself; `tiny` ones are enlarged pixel by pixel."""

    uri: str
    width: int
    height: int
    tiny: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureElsewhere:
    """A picture or a document's page too large for the page: the browser fetches it from this server, by the case's own name."""

    document: bool


ContentShown = TextShown | CellsShown | PictureShown | PictureElsewhere | NotDrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseShown:
    """A case as a page shows it."""

    content: ContentShown
    attributes: tuple[Cell, ...]

    @property
    def kind(self) -> str:
        """What a template draws: `text`, `cells`, `picture`, `elsewhere`, or `none` where it cannot be shown."""
        match self.content:
            case TextShown():
                return "text"
            case CellsShown():
                return "cells"
            case PictureShown():
                return "picture"
            case PictureElsewhere():
                return "elsewhere"
            case NotDrawn():
                return "none"
            case _:
                assert_never(self.content)


def case_shown(body: CaseBody, pictures: Pictures) -> CaseShown:
    """Makes a case ready to be shown. Attributes that are Licet's own are left out: they could say why somebody is asked."""
    own = {name: value for name, value in body.attributes.items() if not name.startswith(RESERVED)}
    return CaseShown(content=_content(body, pictures), attributes=_cells(own))


def _content(body: CaseBody, pictures: Pictures) -> ContentShown:
    match body.content:
        case TextContent(text=text):
            parts = text.replace("\r\n", "\n").split("\n\n")
            return TextShown(paragraphs=tuple(part.strip("\n") for part in parts if part.strip()))
        case TableContent(cells=cells):
            return CellsShown(cells=_cells(cells))
        case ImageContent(media_type=media_type) if media_type == PDF:
            return PictureElsewhere(document=True)
        case ImageContent(data=data, media_type=media_type):
            return _picture(pictures(data, media_type))
        case _:
            assert_never(body.content)


def _picture(found: Drawn | NotDrawn) -> ContentShown:
    if isinstance(found, NotDrawn):
        return found
    if len(found.data) > INSIDE_BYTES:
        return PictureElsewhere(document=False)
    uri = f"data:{found.media_type};base64,{base64.b64encode(found.data).decode('ascii')}"
    return PictureShown(uri=uri, width=found.width, height=found.height, tiny=max(found.width, found.height) <= TINY)


def _cells(cells: Mapping[str, str]) -> tuple[Cell, ...]:
    return tuple(Cell(name=spoken(name), value=value, long=len(value) > LONG_CELL or "\n" in value) for name, value in cells.items())


def spoken(name: str) -> str:
    """A name from a file as people read it: `days_since_delivery` is *Days since delivery*."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:] or name
