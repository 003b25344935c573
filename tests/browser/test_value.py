"""Value and process in a browser: measuring anew, and a step that stays where somebody chose it."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from licet.flows.measure_value import newest_value
from tests.browser.installation import REFUNDS, REPLIES, Installation, installed
from tests.browser.seeing import looking, signed_in


def test_the_owner_measures_anew_and_risk_only_reads(browser: Browser, tmp_path: Path) -> None:
    with installed(tmp_path) as mine, looking(browser, mine) as (page, _):
        before = newest_value(mine.world.office, name=REFUNDS)
        signed_in(page, mine, mine.people["rita"]).goto(f"/use-cases/{REFUNDS}/value")
        expect(page.get_by_text("simulated people", exact=True)).to_be_visible()
        expect(page.get_by_role("button", name="Measure anew")).to_have_count(0)
        signed_in(page, mine, mine.people["olga"]).goto(f"/use-cases/{REFUNDS}/value")
        page.get_by_role("button", name="Measure anew").click()
        expect(page.locator(".toast")).to_have_text("Measured, and kept.")
        after = newest_value(mine.world.office, name=REFUNDS)
        assert before is not None
        assert after is not None
        assert (after.at > before.at, after.value.cases) == (True, before.value.cases)


def test_people_that_were_simulated_are_called_so_wherever_their_cases_are_counted(page: Page, there: Installation) -> None:
    signed_in(page, there, there.people["olga"]).goto("/")
    card = page.locator("article.use", has=page.get_by_role("link", name="Marketplace refund decisions"))
    expect(card.get_by_text("simulated people", exact=True)).to_be_visible()
    expect(page.get_by_text("of them with simulated people")).to_be_visible()
    page.goto(f"/use-cases/{REFUNDS}")
    expect(page.get_by_text("Simulated people:")).to_be_visible()


def test_whether_the_promise_is_kept_is_said_before_anything_else(page: Page, there: Installation) -> None:
    signed_in(page, there, there.people["olga"]).goto(f"/use-cases/{REFUNDS}/value")
    expect(page.locator(".notice").first).to_contain_text("Whether the promise is kept is unknown")
    expect(page.get_by_role("heading", name="Is the promise kept?")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    title = page.get_by_role("heading", name="Value", exact=True).bounding_box()
    assert title is not None
    assert title["height"] < 30


def test_a_step_that_was_chosen_stays_when_the_map_is_filtered(page: Page, there: Installation) -> None:
    signed_in(page, there, there.people["olga"]).goto(f"/use-cases/{REPLIES}/process")
    first = page.locator("#step-title").inner_text()
    box = page.locator(".process a.box:not(.here)").last
    box.press("Enter")
    expect(page.locator("#step-title")).not_to_have_text(first)
    chosen = page.locator("#step-title").inner_text()
    expect(page.locator(".process a.box.here")).to_have_attribute("aria-label", re.compile(rf"^{re.escape(chosen)}"))
    page.locator("#map-share").select_option("100")
    expect(page.locator("#map-share")).to_have_value("100")
    expect(page.locator("#step-title")).to_have_text(chosen)
    expect(page.locator(".process a.box.here")).to_have_attribute("aria-label", re.compile(rf"^{re.escape(chosen)}"))
