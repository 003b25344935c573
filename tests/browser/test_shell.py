"""The shell: go anywhere by keyboard, light or dark as one likes, times in one's own zone, and plain forms without a script."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.installation import REFUNDS, Installation
from tests.browser.seeing import audit_each_way, looking, signed_in


def test_the_palette_finds_pages_and_use_cases_by_keyboard_alone(page: Page, there: Installation) -> None:
    signed_in(page, there, there.people["olga"]).goto("/ledger")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Go to a page or a use case")).to_be_focused()
    expect(page.get_by_role("option", name="Marketplace refund decisions Use case")).to_be_visible()
    audit_each_way(page)
    page.keyboard.type("refund")
    expect(page.locator("#palette [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{there.address}/use-cases/{REFUNDS}")
    page.keyboard.press("Control+k")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(f"{there.address}/use-cases/{REFUNDS}")
    page.keyboard.press("Control+k")
    page.keyboard.type("no such thing")
    expect(page.locator("#palette [role=option]")).to_have_text("Nothing of that name.")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_the_first_tab_skips_to_the_content(page: Page, there: Installation) -> None:
    signed_in(page, there, there.people["olga"]).goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_light_or_dark_is_remembered_whatever_the_machine_says(page: Page, there: Installation) -> None:
    signed_in(page, there, there.people["olga"]).goto("/")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.locator("summary").press("Enter")
    page.get_by_role("button", name="Light or dark").press("Enter")
    dark = page.evaluate(background)
    assert dark != light
    page.reload()
    assert page.evaluate(background) == dark


def test_times_are_by_the_viewers_clock_and_utc_for_machines(browser: Browser, there: Installation) -> None:
    shown = {}
    for zone in ("America/New_York", "Asia/Kolkata"):
        with looking(browser, there, zone=zone) as (page, _):
            signed_in(page, there, there.people["rita"]).goto("/ledger/3")
            page.reload()
            moment = page.locator(".facts time").first
            shown[zone] = moment.inner_text()
            assert moment.get_attribute("datetime") == "2030-01-07T09:00:04+00:00"
    assert shown["America/New_York"].endswith("04:00 EST")
    assert shown["Asia/Kolkata"].endswith("14:30 IST")


def test_on_a_phone_the_navigation_opens_and_closes_by_keyboard(browser: Browser, there: Installation) -> None:
    with looking(browser, there, size="phone") as (page, _):
        signed_in(page, there, there.people["olga"]).goto("/")
        opener = page.get_by_role("button", name="Pages")
        expect(page.get_by_role("link", name="Ledger")).to_be_hidden()
        opener.press("Enter")
        expect(page.get_by_role("link", name="Ledger")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("link", name="Ledger")).to_be_hidden()
        expect(opener).to_have_attribute("aria-expanded", "false")


def test_choosing_a_filter_sends_it_and_the_address_can_be_passed_on(page: Page, there: Installation) -> None:
    signed_in(page, there, there.people["olga"]).goto("/")
    page.locator("select[name=risk]").select_option("medium")
    expect(page).to_have_url(f"{there.address}/?risk=medium&ball=")
    expect(page.locator(".use h3")).to_have_text(["Warranty triage by e-mail"])


def test_without_scripts_pages_are_plain_and_whole(browser: Browser, there: Installation) -> None:
    context = browser.new_context(base_url=there.address, java_script_enabled=False)
    page = context.new_page()
    olga = there.members["olga"]
    page.goto("/")
    page.fill("#field-email", olga.person.email)
    page.fill("#field-password", olga.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".use h3")).to_have_count(6)
    page.get_by_role("link", name="Marketplace refund decisions").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Marketplace refund decisions")
    context.close()
