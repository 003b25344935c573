"""One server for all tests of pages, and a browser for each file of them; where no browser is installed they are skipped."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.installation import Installation, installed
from tests.browser.seeing import Watch, launched, looking, missing


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium; for one file of tests, since what drives it keeps an event loop running in this thread until it ends."""
    why_not = missing()
    if why_not is not None:
        pytest.skip(why_not)
    with sync_playwright() as play:
        found = launched(play)
        yield found
        found.close()


@pytest.fixture(scope="session")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation with use cases at every stage that all tests look at; one that changes it makes its own with `installed`."""
    why_not = missing()
    if why_not is not None:
        pytest.skip(why_not)
    with installed(tmp_path_factory.mktemp("installation")) as found:
        yield found


@pytest.fixture
def watched(browser: Browser, there: Installation) -> Iterator[tuple[Page, Watch]]:
    """A page on a desktop, by daylight, and the eye on it; nobody has signed in."""
    with looking(browser, there) as found:
        yield found


@pytest.fixture
def page(watched: tuple[Page, Watch]) -> Page:
    """The page alone."""
    return watched[0]
