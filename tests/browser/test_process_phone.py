"""The process on a phone: the map begins where cases do, a step's numbers come when asked for and go again, and tables hide nothing."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.installation import REPLIES, SUPPLIERS, Installation
from tests.browser.seeing import audit, looking, signed_in

AT = f"/use-cases/{REPLIES}/process"


def test_a_step_comes_when_asked_for_and_goes_by_button_and_by_escape(browser: Browser, there: Installation) -> None:
    with looking(browser, there, size="phone") as (page, _):
        signed_in(page, there, there.people["olga"]).goto(AT)
        expect(page.locator("#step")).to_be_hidden()
        box = page.locator(".process a.box:not(.here)").first
        box.press("Enter")
        expect(page.locator("#step")).to_be_visible()
        audit(page)
        page.locator("[data-closes-step]").click()
        expect(page.locator("#step")).to_be_hidden()
        expect(page.locator(".process a.box.here")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#step")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#step")).to_be_hidden()
        page.locator("#map-share").select_option("100")
        expect(page.locator("#map-share")).to_have_value("100")
        expect(page.locator("#step")).to_be_hidden()


def begin_is_seen(page: Page) -> bool:
    """Whether the place where cases begin lies inside what is seen of the map."""
    found = page.evaluate(
        """() => { const box = document.querySelector(".map-scroll").getBoundingClientRect();
        const at = document.querySelector(".process .end").getBoundingClientRect(); return [box.left, box.right, at.left, at.right]; }"""
    )
    left, right, begins, ends = map(float, found)
    return left <= begins and ends <= right


def test_a_map_opens_where_cases_begin_however_much_of_it_is_drawn(browser: Browser, there: Installation) -> None:
    for size in ("phone", "desktop"):
        with looking(browser, there, size=size) as (page, _):
            signed_in(page, there, there.people["olga"]).goto(f"{AT}?share=100")
            assert begin_is_seen(page)
            page.locator("#map-show").select_option("time")
            expect(page.locator("#map-show")).to_have_value("time")
            assert begin_is_seen(page)


def test_no_table_is_cut_off_on_a_phone_and_none_of_a_redesign_on_a_desktop(browser: Browser, there: Installation) -> None:
    cut = """() => [...document.querySelectorAll("table.thirds")].filter((one) => one.offsetParent)
        .map((one) => one.scrollWidth - one.parentElement.clientWidth)"""
    for size in ("phone", "desktop"):
        with looking(browser, there, size=size) as (page, _):
            signed_in(page, there, there.people["olga"])
            for address in (AT, f"/use-cases/{SUPPLIERS}/redesign"):
                page.goto(address)
                found = page.evaluate(cut)
                assert found
                assert max(found) <= 0, (size, address)


def test_a_use_cases_pages_are_found_by_their_name(page: Page, there: Installation) -> None:
    signed_in(page, there, there.people["olga"]).goto("/ledger")
    page.keyboard.press("Control+k")
    page.keyboard.type("refund redes")
    expect(page.locator("#palette [role=option]")).to_have_text(["Redesign: Marketplace refund decisionsPage"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Redesign", exact=True)).to_be_visible()
