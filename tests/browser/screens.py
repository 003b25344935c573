"""Makes the screenshots of the documentation: `python -m tests.browser.screens`, or `make screenshots`.

People and use cases in them are invented, and what AI and people decided is simulated; each picture says so. Time stands still and chance
is seeded, so that the same pages give the same pictures.
"""

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.answering import NAME, differing, labelling
from tests.browser.installation import Installation, installed
from tests.browser.pages import PAGES, Looked
from tests.browser.reviewing import DIGITS, INTENTS, SLIPS, reviewing
from tests.browser.seeing import launched, looking, missing, signed_in

SCREENS = Path(__file__).resolve().parents[2] / "docs/screens"
LABEL = "Simulated: invented people and cases"
COLOURS = 255
"""A page has few colours: with so many a picture is a third of the size and looks the same."""

SHOWN = (
    "sign-in", "account", "portfolio", "use-case", "use-case-waiting", "standard", "evaluation", "evaluation-compared",
    "process", "redesign", "redesign-edit", "value", "workflow",
    "approvals", "monitoring", "incidents", "practice", "people-of-owner", "people-of-use-case", "own-figures", "contests-empty",
    "flags", "ledger", "entry",
)  # fmt: skip
"""Pages that are in the documentation by day; a page of yours is one word here."""

MORE = (
    ("process", "dark", "desktop"),
    ("process", "light", "phone"),
    ("portfolio", "dark", "desktop"),
    ("portfolio", "light", "phone"),
    ("use-case", "dark", "phone"),
)
"""Further ways to see some of them."""


def main() -> int:
    """Writes a picture of each; gives 4 where there is no browser."""
    why_not = missing()
    if why_not is not None:
        sys.stderr.write(f"{why_not}\n")
        return 4
    SCREENS.mkdir(exist_ok=True)
    by_name = {one.name: one for one in PAGES}
    wanted = [(name, "light", "desktop") for name in SHOWN] + list(MORE)
    with tempfile.TemporaryDirectory() as folder, installed(Path(folder)) as there, sync_playwright() as play:
        browser = launched(play)
        for name, look, size in wanted:
            path = SCREENS / f"{name}{'' if (look, size) == ('light', 'desktop') else f'-{look}-{size}'}.png"
            path.write_bytes(picture(browser, there, by_name[name], look=look, size=size))
            sys.stderr.write(f"{path.relative_to(SCREENS.parents[1])} {path.stat().st_size / 1000:.0f} kB\n")
        _desks(browser, Path(folder) / "desks")
        _answers(browser, Path(folder))
        browser.close()
    return 0


def _desks(browser: Browser, folder: Path) -> None:
    """The review page with a case of each kind, in an installation of its own."""
    with reviewing(folder, DIGITS, INTENTS, SLIPS) as there:
        for name in (DIGITS, INTENTS, SLIPS):
            looked = Looked(name=f"review-{name}", address=f"/review?use_case={name}", says="", by="rene")
            (SCREENS / f"review-{name}.png").write_bytes(picture(browser, there, looked, look="light", size="desktop"))


def _answers(browser: Browser, folder: Path) -> None:
    """The pages that give cases beside the desk, each in an installation of its own."""
    with differing(folder / "differing") as there:
        looked = Looked(name="second-look", address="/second-look", says="", by="sven")
        (SCREENS / "second-look.png").write_bytes(picture(browser, there, looked, look="light", size="desktop"))
    with labelling(folder / "labelling") as there:
        looked = Looked(name="label", address=f"/labels/{NAME}", says="", by="rene")
        (SCREENS / "label.png").write_bytes(picture(browser, there, looked, look="light", size="desktop"))


def picture(browser: Browser, there: Installation, looked: Looked, *, look: str, size: str) -> bytes:
    """A page as it looks, labelled, as a PNG of few colours."""
    with looking(browser, there, look=look, size=size) as (page, _):
        if looked.by:
            signed_in(page, there, there.people[looked.by])
        page.goto(looked.address)
        page.reload()
        page.wait_for_load_state("networkidle")
        label(page)
        taken = Image.open(BytesIO(page.screenshot(animations="disabled", caret="hide")))
    written = BytesIO()
    few = taken.convert("RGB").quantize(COLOURS, kmeans=1, dither=Image.Dither.NONE)
    few.save(written, format="PNG", optimize=True)
    return written.getvalue()


def label(page: Page) -> None:
    """Writes on a page that what it shows is simulated."""
    page.evaluate(
        """(words) => { const p = document.createElement("p"); p.className = "badge open"; p.textContent = words;
        Object.assign(p.style, { position: "fixed", right: "12px", bottom: "12px", zIndex: 60 }); document.body.append(p); }""",
        LABEL,
    )


if __name__ == "__main__":
    sys.exit(main())
