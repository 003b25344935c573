"""Drawing what cases bring as pictures that a browser may show: decoded here, within limits, and written anew."""

import hashlib
import io
import json
import subprocess
import sys
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from PIL import Image, UnidentifiedImageError

from licet.core.picture import Drawn, NotDrawn

MOST_PIXELS: Final = 16_000_000
"""A picture that claims more is not decoded."""

LONGEST_SIDE: Final = 1600
SMALL: Final = 256 * 256
"""Pixels up to which a picture is written without loss."""

FORMATS: Final = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "PPM")
PDF: Final = "application/pdf"
MOST_PDF_BYTES: Final = 5_000_000
SECONDS: Final = 8.0
AT_ONCE: Final = 2
KEPT_BYTES: Final = 32 * 1024 * 1024
"""Drawn pictures are kept up to so many bytes, the one longest not asked for goes first."""

UNREADABLE: Final = NotDrawn(why="This picture cannot be read: its file is damaged, or is not what it says it is.")
TOO_LARGE: Final = NotDrawn(why=f"This picture has more than {MOST_PIXELS:,} pixels and is not shown.")
BAD_PDF: Final = NotDrawn(why="This PDF cannot be shown: it is damaged, locked with a password, or takes more than is allowed to draw.")
LARGE_PDF: Final = NotDrawn(why=f"This PDF has more than {MOST_PDF_BYTES:,} bytes and is not shown.")
BUSY: Final = NotDrawn(why="Other documents are being drawn; look again in a moment.")


@dataclass(slots=True)
class Easel:
    """Draws pictures, and keeps those that it drew; a document's page is drawn in a process of its own, at most `AT_ONCE` at once."""

    seconds: float = SECONDS
    _kept: "OrderedDict[tuple[str, int], Drawn]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _places: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE))

    def __call__(self, data: bytes, media_type: str, *, page: int = 0) -> Drawn | NotDrawn:
        """Draws a picture, or a page of a document, from 0."""
        key = (hashlib.sha256(data).hexdigest(), page)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = self._page(data, page) if media_type == PDF else _picture(data)
        if isinstance(found, Drawn):
            self._keep(key, found)
        return found

    def _keep(self, key: tuple[str, int], drawn: Drawn) -> None:
        with self._lock:
            self._kept[key] = drawn
            while sum(len(one.data) for one in self._kept.values()) > KEPT_BYTES:
                self._kept.popitem(last=False)

    def _page(self, data: bytes, page: int) -> Drawn | NotDrawn:
        if len(data) > MOST_PDF_BYTES:
            return LARGE_PDF
        if not self._places.acquire(timeout=self.seconds):
            return BUSY
        try:
            command = [sys.executable, "-m", "licet.edge.draw_pdf", str(page)]
            ran = subprocess.run(command, input=data, capture_output=True, timeout=self.seconds, check=False)  # noqa: S603 - our own module
        except (subprocess.TimeoutExpired, OSError):
            return BAD_PDF
        finally:
            self._places.release()
        return _told(ran.stdout) if ran.returncode == 0 else BAD_PDF


def _told(said: bytes) -> Drawn | NotDrawn:
    """What the process said; the picture in it is decoded once more, so that what reaches a browser was written here."""
    head, _, png = said.partition(b"\n")
    try:
        pages = int(json.loads(head)["pages"])
    except (ValueError, KeyError, TypeError):
        return BAD_PDF
    found = _picture(png)
    if isinstance(found, NotDrawn):
        return BAD_PDF
    return Drawn(data=found.data, media_type=found.media_type, width=found.width, height=found.height, pages=pages)


def _picture(data: bytes) -> Drawn | NotDrawn:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return TOO_LARGE
            seen = opened.convert("RGBA" if opened.mode in {"P", "LA", "RGBA", "PA"} else "L" if opened.mode in {"1", "L"} else "RGB")
    except Image.DecompressionBombError:
        return TOO_LARGE
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, OverflowError, MemoryError):
        return UNREADABLE
    seen.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    small = seen.width * seen.height <= SMALL
    kind, how = ("PNG", {"optimize": small}) if small or seen.mode == "RGBA" else ("JPEG", {"quality": 88})
    out = io.BytesIO()
    seen.save(out, kind, **how)
    return Drawn(data=out.getvalue(), media_type=f"image/{kind.lower()}", width=seen.width, height=seen.height)
