"""Pictures that cases bring are drawn anew within limits, and what cannot be drawn is said in words."""

import io
import time
import zlib

import pytest
from PIL import Image

from licet.core.picture import Drawn, NotDrawn
from licet.edge.drawing import LONGEST_SIDE, Easel

EASEL = Easel()
PDF = "application/pdf"


def picture(size: tuple[int, int], kind: str = "PNG", mode: str = "L") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind)
    return out.getvalue()


def pdf(content: bytes = b"BT /F1 24 Tf 20 50 Td (Order 17) Tj ET", *, box: str = "0 0 300 144", pages: int = 1) -> bytes:
    """A whole PDF, written by hand."""
    kids = " ".join(f"{4 + k} 0 R" for k in range(pages))
    stream = 4 + pages
    leaf = f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents {stream} 0 R/Resources<</Font<</F1 3 0 R>>>>>>".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>",
        f"<</Type/Pages/Kids[{kids}]/Count {pages}>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *[leaf] * pages,
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    ]
    out, starts = b"%PDF-1.4\n", []
    for k, one in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj" % k + one + b"endobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % at for at in starts)
    return out + table + b"trailer<</Size %d/Root 1 0 R>>startxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "PPM"])
def test_each_kind_of_picture_is_drawn_anew(kind: str) -> None:
    drawn = EASEL(picture((8, 8), kind), "image/whatever")
    assert isinstance(drawn, Drawn)
    assert (drawn.width, drawn.height, drawn.media_type) == (8, 8, "image/png")


def test_what_stands_behind_a_picture_in_its_file_does_not_reach_the_browser() -> None:
    drawn = EASEL(picture((8, 8)) + b"<script>alert(1)</script>", "image/png")
    assert isinstance(drawn, Drawn)
    assert b"script" not in drawn.data


def test_a_large_picture_is_made_smaller() -> None:
    drawn = EASEL(picture((3000, 1000), mode="RGB"), "image/png")
    assert isinstance(drawn, Drawn)
    assert (drawn.width, drawn.media_type) == (LONGEST_SIDE, "image/jpeg")


def bomb() -> bytes:
    """A PNG that claims 50,000 by 50,000 pixels."""
    head = (50_000).to_bytes(4) * 2 + bytes([1, 0, 0, 0, 0])
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(len(d).to_bytes(4) + n + d + zlib.crc32(n + d).to_bytes(4) for n, d in chunks)


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n", picture((64, 64))[:60], b"<svg onload='alert(1)'/>", b"GIF89a" + b"\xff" * 40, bomb()]
)
def test_a_picture_that_cannot_be_read_is_said_so(data: bytes) -> None:
    assert isinstance(EASEL(data, "image/png"), NotDrawn)


def test_a_page_of_a_pdf_is_drawn_and_its_script_is_not_run() -> None:
    drawn = EASEL(pdf(pages=3), PDF, page=2)
    assert isinstance(drawn, Drawn)
    assert (drawn.width, drawn.height, drawn.pages) == (1200, 576, 3)
    with Image.open(io.BytesIO(drawn.data)) as seen:
        assert len(seen.convert("L").getcolors() or []) > 1


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7",
        b"%PDF-1.7\n" + b"\xff" * 1000,
        pdf()[:300],
        pdf(box="0 0 -5 nan"),
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\ntrailer<</Root 1 0 R>>",
        b"%PDF-" + b"0" * 5_000_001,
    ],
    ids=["head only", "noise", "cut off", "no size", "its own page", "too large"],
)
def test_a_hostile_pdf_ends_in_words(data: bytes) -> None:
    found = EASEL(data, PDF)
    if isinstance(found, Drawn):
        assert found.width * found.height <= 4_000_000
    else:
        assert "PDF" in found.why


def test_a_page_that_would_be_huge_is_drawn_small() -> None:
    drawn = EASEL(pdf(box="0 0 14400 14400"), PDF)
    assert isinstance(drawn, Drawn)
    assert drawn.width <= 1200


def test_a_pdf_that_takes_for_ever_is_ended() -> None:
    slow = pdf(b"0 0 m " + b"300 144 l 0 100 l 7 3 l " * 190_000 + b" B")
    began = time.perf_counter()
    Easel(seconds=0.3)(slow, PDF)
    assert time.perf_counter() - began < 3.0


def test_a_page_that_is_not_there_is_said_so() -> None:
    assert isinstance(EASEL(pdf(), PDF, page=1), NotDrawn)
    assert isinstance(EASEL(pdf(), PDF, page=-1), NotDrawn)
