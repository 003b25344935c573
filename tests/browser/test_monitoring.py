"""Monitoring in a browser: the stop takes a confirmation and a reason, and a trip shows by itself with a way to its incident."""

from pathlib import Path

from playwright.sync_api import Browser

from licet.web.pages.static_files import has_htmx
from tests.browser.installation import REFUNDS, installed
from tests.browser.seeing import looking, signed_in
from tests.flows.examples import always_wrong


def test_the_stop_asks_why_and_a_trip_shows_by_itself_and_leads_to_its_incident(browser: Browser, tmp_path: Path) -> None:
    """Breaks when what audits found is seen only by who loads the page again."""
    with installed(tmp_path) as there, looking(browser, there) as (page, _):
        signed_in(page, there, there.people["olga"])
        page.goto("/monitoring")
        page.wait_for_url(f"**/monitoring/{REFUNDS}")
        page.get_by_role("button", name="Stop AI decisions").press("Enter")
        dialog = page.get_by_role("dialog", name="Stop AI decisions?")
        dialog.get_by_label("Why").fill("<b>looks wrong</b>")
        dialog.get_by_role("button", name="Stop AI decisions").press("Enter")
        page.get_by_text("The stop is pressed.").wait_for()
        assert page.get_by_role("button", name="Stop AI decisions").count() == 0
        there.world.answer(REFUNDS, always_wrong)
        if not has_htmx():
            page.reload()
        page.get_by_role("link", name="Open incident").wait_for(timeout=15_000)
        assert "crossed the trip line" in page.inner_text("main")
