"""What a test of a page needs: a browser, somebody who signed in, an eye on what must never happen, and whether everybody can use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Playwright, Request

from licet.core.people import Person
from tests.browser.installation import Installation

CHROMIUM = Path("/usr/bin/chromium")
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SIZES = {"desktop": DESKTOP, "phone": PHONE}
LOOKS = ("light", "dark")
NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


def missing() -> str | None:
    """Why there is no browser to test in; None where there is one."""
    return None if CHROMIUM.exists() else f"no {CHROMIUM}: on Debian and Ubuntu `apt install chromium` brings it"


def launched(play: Playwright) -> Browser:
    """A browser that reaches this machine and nothing else."""
    return play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", NOWHERE])


_TELLS_OF_POLICY = "addEventListener('securitypolicyviolation', (e) => console.error(`CSP ${e.violatedDirective} ${e.blockedURI}`))"


@dataclass  # playwright hangs its own names on it
class Watch:
    """Keeps an eye on a browser: on errors in its console, refusals by the content security policy, dialogs, and requests elsewhere.

    Attributes:
        origin: the only one a page may ask.
        seen: what must not happen and did.
        expected: words of console errors that a test makes happen, such as "status of 404".
    """

    origin: str
    seen: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Begins to watch every page of a context."""
        context.on("console", lambda said: self._heard(said.type, said.text))
        context.on("weberror", lambda error: self.seen.append(f"error: {error.error}"))
        context.on("dialog", self._popped)
        context.on("request", self._asked)
        context.add_init_script(_TELLS_OF_POLICY)

    def _heard(self, kind: str, text: str) -> None:
        if kind == "error" and not any(words in text for words in self.expected):
            self.seen.append(f"console: {text}")

    def _popped(self, dialog: Dialog) -> None:
        self.seen.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "about:", "data:,")):
            self.seen.append(f"request elsewhere: {request.url}")

    def expect(self, words: str) -> None:
        """Something that a test makes happen, such as `status of 404`."""
        self.expected.append(words)

    def check(self) -> None:
        """Fails if anything was seen."""
        assert not self.seen, "\n".join(self.seen)


@contextmanager
def looking(
    browser: Browser, there: Installation, *, look: str = "light", size: str = "desktop", zone: str = "Europe/Berlin"
) -> Iterator[tuple[Page, Watch]]:
    """A page of a fresh browser context, watched; what was seen fails the test at the end."""
    context = browser.new_context(
        base_url=there.address,
        viewport=SIZES[size],  # type: ignore[arg-type] # playwright's own TypedDict
        color_scheme=look,  # type: ignore[arg-type] # one of two words
        has_touch=size == "phone",
        is_mobile=size == "phone",
        timezone_id=zone,
        locale="en-GB",
        reduced_motion="reduce",
    )
    watch = Watch(origin=there.address)
    watch.over(context)
    try:
        page = context.new_page()
        page.set_default_timeout(30_000)
        yield page, watch
        watch.check()
    finally:
        context.close()


def signed_in(page: Page, there: Installation, person: Person) -> Page:
    """The same page, after the person signed in."""
    context = page.context
    context.add_cookies([{"name": "licet", "value": there.session_of(person), "url": there.address, "httpOnly": True, "sameSite": "Lax"}])
    return page


AXE = AXE_FILE_PATH.read_text("utf-8")


def audit(page: Page, *rules: str) -> None:
    """Fails if the page, as it is now, breaks a rule by which everybody can use it (axe): all of them, unless some are named."""
    options: dict[str, Any] = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("(options) => axe.run(document, options)", {"resultTypes": ["violations"], **options})["violations"]
    told = [f"{one['id']}: {one['help']}: " + "; ".join(node["html"][:160] for node in one["nodes"][:4]) for one in found]
    assert not told, f"{page.url}\n" + "\n".join(told)


def audit_each_way(page: Page) -> None:
    """Audits the page as it is now by day and by night, on a desktop and on a phone, and sees that it fits; then puts it back."""
    before = page.viewport_size
    for size in SIZES.values():
        page.set_viewport_size(size)  # type: ignore[arg-type] # playwright's own TypedDict
        no_wider_than_the_screen(page)
        audit(page)
        page.emulate_media(color_scheme="dark")
        audit(page, "color-contrast")
        page.emulate_media(color_scheme="light")
    if before is not None:
        page.set_viewport_size(before)


def no_wider_than_the_screen(page: Page) -> None:
    """Fails if a page has to be pushed sideways."""
    wide, screen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= screen, f"{page.url} is {wide} pixels wide on a screen of {screen}"
