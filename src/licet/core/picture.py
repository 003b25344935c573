"""A picture as a page shows it: drawn anew from what a case brought, so that nothing of the file itself reaches a browser."""

from dataclasses import dataclass, field

MOST_PAGES = 50
"""Pages of a document that can be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A picture that was drawn anew.

    Attributes:
        data: a PNG or JPEG file.
        media_type: `image/png` or `image/jpeg`.
        width: in pixels, at least 1.
        height: in pixels, at least 1.
        pages: how many pages there are to look at; 1 for a picture.
    """

    data: bytes = field(repr=False)
    media_type: str
    width: int
    height: int
    pages: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDrawn:
    """What a case brought cannot be shown; `why` says so to the person who looks."""

    why: str


def undrawn(data: bytes, media_type: str, *, page: int = 0) -> Drawn | NotDrawn:
    """Stands where nobody draws: no picture is shown, rather than one that was not drawn anew."""
    del data, media_type, page
    return NotDrawn(why="This server draws no pictures.")
