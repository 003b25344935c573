"""Draws one page of a PDF in a process of its own, which may take so much memory and time and no more, and can be ended.

It reads a PDF on stdin and writes on stdout one line of JSON, then the page as PNG. `licet.edge.drawing` starts it.
"""

import io
import json
import resource
import sys
from typing import Final

import pypdfium2

from licet.core.picture import MOST_PAGES

MEMORY: Final = 1_500_000_000
"""Bytes of address space; a library that reads PDFs maps a lot that it never touches."""

CPU_SECONDS: Final = 5
MOST_PIXELS: Final = 4_000_000
"""Of the drawn page, whatever size the document says it has."""

WIDTH: Final = 1200
LARGEST_SCALE: Final = 4.0


class NoSuchPageError(ValueError):
    """The document has no page of that number."""


def main() -> int:
    """Draws the page whose number, from 0, is the only argument."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    facts, png = drawn(sys.stdin.buffer.read(), int(sys.argv[1]))
    sys.stdout.buffer.write(json.dumps(facts).encode("ascii") + b"\n" + png)
    return 0


def drawn(data: bytes, number: int) -> tuple[dict[str, int], bytes]:
    """Draws a page: at most `WIDTH` wide and `MOST_PIXELS` large, without forms, scripts or links.

    Raises:
        NoSuchPageError: when there is no such page.
    """
    with pypdfium2.PdfDocument(data) as document:
        pages = min(len(document), MOST_PAGES)
        if not 0 <= number < pages:
            message = f"The document has {pages} pages; page {number + 1} was asked for."
            raise NoSuchPageError(message)
        page = document[number]
        width, height = page.get_size()
        scale = min(WIDTH / max(width, 1.0), (MOST_PIXELS / max(width * height, 1.0)) ** 0.5, LARGEST_SCALE)
        picture = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return {"width": picture.width, "height": picture.height, "pages": pages}, out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
