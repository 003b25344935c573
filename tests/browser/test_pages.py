"""Every page can be used by everybody, by day and by night, on a desktop and on a phone, and asks nobody but this server."""

import pytest
from playwright.sync_api import Browser

from tests.browser.installation import Installation
from tests.browser.pages import PAGES, Looked
from tests.browser.seeing import audit_each_way, looking, signed_in


@pytest.mark.parametrize("looked", PAGES, ids=lambda one: one.name)
def test_everybody_can_use_it_by_day_and_night_on_desktop_and_phone(browser: Browser, there: Installation, looked: Looked) -> None:
    with looking(browser, there) as (page, watch):
        if looked.by:
            signed_in(page, there, there.people[looked.by])
        if looked.status != 200:
            watch.expect(f"status of {looked.status}")
        answer = page.goto(looked.address)
        assert answer is not None
        assert answer.status == looked.status
        assert looked.says in page.inner_text("body")
        assert "`" not in page.inner_text("body"), "a command in a sentence is drawn as code"
        audit_each_way(page)
