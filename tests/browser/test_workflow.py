"""The workflow page: the owner sends a held item on by keyboard; nobody is led to a step that they did not choose."""

from playwright.sync_api import Browser, expect

from licet.flows.walk import show_item
from licet.testing import done
from tests.browser.installation import REFUNDS, Installation
from tests.browser.seeing import looking, signed_in


def test_the_owner_sends_a_held_item_on_by_keyboard(browser: Browser, there: Installation) -> None:
    with looking(browser, there) as (page, _):
        signed_in(page, there, there.people["olga"])
        page.goto(f"/use-cases/{REFUNDS}/workflow")
        held = page.locator(".held-one").filter(has_text="R-103")
        to = held.get_by_label("Send on to")
        expect(to).to_have_value("")
        to.focus()
        page.keyboard.type("refused")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Sent on to refused.")).to_be_visible()
        expect(page.locator(".held-one").filter(has_text="R-103")).to_have_count(0)
        expect(page.locator(".held-one").filter(has_text="R-102")).to_have_count(1)
    found = done(show_item(there.world.office, name=REFUNDS, item="R-103"))
    assert (found.item.state, found.item.step) == ("ended", "refused")


def test_others_see_how_many_are_held_and_why_and_no_single_item(browser: Browser, there: Installation) -> None:
    with looking(browser, there) as (page, watch):
        signed_in(page, there, there.people["rene"])
        page.goto(f"/use-cases/{REFUNDS}/workflow")
        assert "A rule could not be told" in page.inner_text("body")
        assert "R-10" not in page.content(), "where an item stands can say what AI answered"
        watch.expect("status of 422")
        token = page.locator("input[name=page_token]").first.get_attribute("value") or ""
        sent = page.request.post(
            f"/use-cases/{REFUNDS}/workflow/send",
            form={"page_token": token, "item": "R-102", "to": "paid"},
            headers={"Origin": there.address.rstrip("/")},
        )
        assert sent.status == 422
        assert "R-102" not in sent.text()
    assert done(show_item(there.world.office, name=REFUNDS, item="R-102")).item.state == "held"
