"""The report prints well: on A4, light, with the digest of its pack on each page; looked at with a real browser."""

import re
import shutil
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from licet.web.report import render_report
from tests.web.test_report import facts

CONTENTS = "ab" * 32
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
A4 = (595, 842)
"""In points of 1/72 inch."""


def test_the_page_says_how_it_is_printed() -> None:
    page = render_report(replace(facts(), contents=CONTENTS, about="pack of case 7 only, made for risk"))
    assert f'content: "contents {CONTENTS}"' in page
    assert "size: A4" in page
    assert "pack of case 7 only, made for risk" in page
    assert f"Digest of its other contents: {CONTENTS}" in page
    dark = page[page.index("prefers-color-scheme: dark") - 30 : page.index("prefers-color-scheme: dark")]
    assert "@media screen and" in dark


def test_a_report_that_is_in_no_pack_claims_no_digest() -> None:
    page = render_report(facts())
    assert "Digest of its other contents" not in page
    assert "no evidence pack" in page


def print_page(folder: Path, html: str) -> bytes:
    """A page as a browser prints it."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        pytest.skip(f"no browser to print with: none of {', '.join(BROWSERS)} is installed")
    page, out = folder / "report.html", folder / "report.pdf"
    page.write_text(html, "utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={folder / 'profile'}"]
    command = [browser, *flags, f"--print-to-pdf={out}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603 - a browser of this machine, on our own page
    return out.read_bytes()


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The report as a browser prints it."""
    return print_page(tmp_path_factory.mktemp("print"), render_report(replace(facts(), contents=CONTENTS)))


def pages(raw: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", raw))


def test_every_page_is_a4(printed: bytes) -> None:
    boxes = {tuple(round(float(n)) for n in box.split()[2:]) for box in re.findall(rb"/MediaBox\s*\[([^\]]*)\]", printed)}
    assert boxes == {A4}
    assert 1 < pages(printed) < 8


def streams(raw: bytes) -> list[bytes]:
    """What is drawn, page by page, unpacked."""
    found = []
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", raw, flags=re.DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            continue
    return found


def test_no_page_has_a_dark_ground(printed: bytes) -> None:
    """Breaks when the dark colours of the screen get onto paper: a page-wide field in them would be painted first."""
    dark = b".06274510 .06666667 .078431375 rg"
    assert not [stream for stream in streams(printed) if dark in stream]


def texts(raw: bytes) -> list[int]:
    """How many stretches of text are drawn on each page."""
    return [count for stream in streams(raw) if (count := stream.count(b" Tf"))]


def test_each_page_carries_lines_above_and_below(printed: bytes, tmp_path: Path) -> None:
    """Breaks when a page of a pack can be printed without the pack's digest on it."""
    whole = render_report(replace(facts(), contents=CONTENTS))
    bare, count = re.subn(r"@media print \{ @page \{.*?\} \}\n", "", whole, flags=re.DOTALL)
    assert count == 1
    without = print_page(tmp_path, bare)
    assert pages(without) == pages(printed) == len(texts(printed))
    assert all(more - less >= 4 for more, less in zip(texts(printed), texts(without), strict=True))
