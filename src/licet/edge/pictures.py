"""A small picture as numbers: its strokes and greys, on the scale of the past ones."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from licet.edge.exact import ROW_BITS, on_grid
from licet.edge.strokes import strokes

LARGEST_SIDE = 16
"""Pixels; larger pictures are made this small, smaller ones are kept when all have the same size."""

MOST_PIXELS = 16_000_000
"""A picture that claims more is not decoded."""

_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP")
_WHITE = 255.0
_FURTHEST = 10.0
_AT_ONCE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """The size every picture of a use case is brought to, in pixels, and the scale of its build part.

    `mean` and `deviation` are of all numbers that `strokes` gives of the build part, in [0, 1].
    """

    width: int
    height: int
    mean: float = 0.0
    deviation: float = 1.0

    def rows(self, pictures: Sequence[bytes]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Encodes pictures.

        Returns:
            Standardised strokes (see `licet.edge.strokes`), one row per picture, float32, and which of them could be read; the others
            are all 0.
        """
        chunks = [self._some(pictures[start : start + _AT_ONCE]) for start in range(0, max(1, len(pictures)), _AT_ONCE)]
        return np.concatenate([rows for rows, _ in chunks]), np.concatenate([readable for _, readable in chunks])

    def _some(self, pictures: Sequence[bytes]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        blank = np.zeros(self.width * self.height)
        greys = [read_grey(picture, width=self.width, height=self.height) for picture in pictures]
        readable = np.array([grey is not None for grey in greys], dtype=np.bool_)
        seen = np.array([blank if grey is None else grey for grey in greys]).reshape(-1, self.height, self.width)
        scaled = on_grid(np.clip((strokes(seen) - self.mean) / self.deviation, -_FURTHEST, _FURTHEST), ROW_BITS)
        return (scaled * readable[:, np.newaxis]).astype(np.float32), readable


def fit_canvas(pictures: Sequence[bytes]) -> Canvas:
    """Chooses the size: that of the build part where all its pictures share one of at most 16 by 16, else 16 by 16."""
    sizes = {size for picture in pictures if (size := _size(picture)) is not None}
    width, height = sizes.pop() if len(sizes) == 1 else (LARGEST_SIDE, LARGEST_SIDE)
    if max(width, height) > LARGEST_SIDE:
        width = height = LARGEST_SIDE
    rows, readable = Canvas(width=width, height=height).rows(pictures)
    seen = rows[readable].astype(np.float64)
    if not seen.size:
        return Canvas(width=width, height=height)
    deviation = float(seen.std())
    return Canvas(width=width, height=height, mean=float(seen.mean()), deviation=deviation if deviation > 0.0 else 1.0)


def read_grey(picture: bytes, *, width: int, height: int) -> NDArray[np.float64] | None:
    """Decodes a picture to greys in [0, 1], shape (height * width,), row by row; None where it cannot be decoded."""
    try:
        with Image.open(io.BytesIO(picture), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return None
            grey = opened.convert("L")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    if grey.size != (width, height):
        grey = grey.resize((width, height), Image.Resampling.BOX)
    return np.asarray(grey, dtype=np.float64).ravel() / _WHITE


def _size(picture: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(picture), formats=_FORMATS) as opened:
            return opened.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
