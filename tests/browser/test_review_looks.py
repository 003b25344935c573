"""The review page in each of its states: for everybody, by day and by night, on desktop and phone, and light on the wire."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from licet.core.case import TextContent
from licet.core.desk import LEASE_LASTS
from tests.browser.installation import Installation
from tests.browser.reviewing import DIGITS, INTENTS, LOADS, REFUNDS, REPLIES, SLIPS, at_review, bring, reviewing
from tests.browser.seeing import audit_each_way

MOST_BYTES = 30 * 1024
WHY = ("audit", "adjudicat", "known", "planted", "second look", "low_confidence", "threshold")


@pytest.fixture(scope="module")
def there(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One use case of each kind."""
    del browser
    with reviewing(tmp_path_factory.mktemp("looks"), DIGITS, INTENTS, SLIPS, LOADS, REPLIES, REFUNDS, cases=9) as made:
        yield made


STATES: dict[str, tuple[str, tuple[str, ...]]] = {
    "a picture and ten choices, one picked": (DIGITS, ("3",)),
    "a search": (INTENTS, ("c", "a", "ArrowDown", "Enter")),
    "a form with faults": (SLIPS, ("Enter",)),
    "a number": (LOADS, ("x", "Enter")),
    "a text with a rubric": (REPLIES, ("Control+Enter",)),
    "skipping and a note": (DIGITS, ("n", "Escape", "s")),
    "keys": (DIGITS, ("?",)),
    "beside what AI proposes": (REFUNDS, ("2", "Enter")),
}


@pytest.mark.parametrize("state", STATES)
def test_everybody_can_use_it_in_each_state(browser: Browser, there: Installation, state: str) -> None:
    name, keys = STATES[state]
    there.world.clock.pass_time(2 * LEASE_LASTS)
    with at_review(browser, there) as (rene, _):
        rene.open(name).press(*keys)
        rene.page.wait_for_timeout(300)
        audit_each_way(rene.page)


def test_everybody_can_use_it_where_nothing_waits(browser: Browser, there: Installation) -> None:
    with at_review(browser, there, "olga") as (olga, _):
        olga.page.goto("/review")
        audit_each_way(olga.page)


def test_the_page_with_all_it_needs_is_light_on_the_wire(browser: Browser, there: Installation) -> None:
    there.world.clock.pass_time(2 * LEASE_LASTS)
    bring(there.world, LOADS, TextContent(text="A load. " * 120))
    with at_review(browser, there) as (rene, _):
        wire = rene.page.context.new_cdp_session(rene.page)
        wire.send("Network.enable")
        sizes: list[int] = []
        wire.on("Network.loadingFinished", lambda told: sizes.append(_bytes(told)))
        rene.open(REFUNDS)
        rene.page.wait_for_timeout(200)
        assert 5_000 < sum(sizes) <= MOST_BYTES, sizes


def _bytes(told: dict[str, Any]) -> int:
    return int(told["encodedDataLength"])


def test_nothing_on_the_page_tells_why_a_case_came(browser: Browser, there: Installation) -> None:
    there.world.clock.pass_time(2 * LEASE_LASTS)
    with at_review(browser, there) as (rene, _):
        rene.open(REFUNDS)
        whole = rene.page.locator("#main").inner_html().lower()
        assert not [word for word in WHY if word in whole]
