"""People sign in by keyboard alone, are sent where they wanted to go, and leave nothing behind when they sign out."""

from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from pyotp import TOTP

from tests.browser.installation import FORECAST, Installation, installed
from tests.browser.seeing import Watch, audit, audit_each_way, looking
from tests.flows.signing import link_for


def type_in(page: Page, *words: str) -> None:
    """Types into one field after the other, and sends."""
    for place, word in enumerate(words):
        if place:
            page.keyboard.press("Tab")
        page.keyboard.type(word)
    page.keyboard.press("Enter")


def test_a_password_by_keyboard_opens_the_page_one_wanted(page: Page, there: Installation) -> None:
    olga = there.members["olga"]
    page.goto(f"/use-cases/{FORECAST}?x=1")
    expect(page).to_have_title("Sign in · Licet")
    type_in(page, olga.person.email, olga.password)
    expect(page).to_have_url(f"{there.address}/use-cases/{FORECAST}?x=1")
    cookie = next(one for one in page.context.cookies() if one["name"] == "licet")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"


def test_whoever_has_a_second_factor_needs_the_code_or_a_recovery_code(watched: tuple[Page, Watch], there: Installation) -> None:
    page, watch = watched
    rita = there.members["rita"]
    watch.expect("status of 401")
    page.goto("/sign-in")
    type_in(page, rita.person.email, rita.password)
    expect(page.get_by_role("alert")).to_contain_text("is not right")
    audit(page)
    page.fill("#field-password", rita.password)
    page.fill("#field-code", rita.recovery[0])
    page.keyboard.press("Enter")
    expect(page.locator(".who b")).to_have_text("Rita")


def test_signing_out_ends_the_session_and_the_page_says_so(page: Page, there: Installation) -> None:
    bo = there.members["bo"]
    page.goto("/sign-in")
    type_in(page, bo.person.email, bo.password)
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").press("Enter")
    expect(page.locator(".toast")).to_have_text("You are signed out.")
    assert not [one for one in page.context.cookies() if one["name"] == "licet"]
    page.goto("/")
    expect(page).to_have_title("Sign in · Licet")
    page.go_back()
    expect(page).to_have_title("Sign in · Licet")


def test_a_session_that_was_ended_elsewhere_leads_back_to_the_same_page(page: Page, there: Installation) -> None:
    otto = there.members["otto"]
    page.goto("/ledger")
    type_in(page, otto.person.email, otto.password)
    expect(page.locator(".who b")).to_have_text("Otto")
    page.context.clear_cookies(name="licet")
    page.get_by_role("link", name="Portfolio").click()
    expect(page).to_have_title("Sign in · Licet")
    type_in(page, otto.person.email, otto.password)
    expect(page).to_have_url(f"{there.address}/")


def test_showing_once_more_who_one_is_gives_another_token(page: Page, there: Installation) -> None:
    sven = there.members["sven"]
    page.goto("/confirm?next=/ledger")
    type_in(page, sven.person.email, sven.password)
    expect(page).to_have_url(f"{there.address}/confirm?next=/ledger")
    before = next(one["value"] for one in page.context.cookies() if one["name"] == "licet")
    type_in(page, sven.password)
    expect(page.locator(".toast")).to_have_text("Confirmed for five minutes.")
    expect(page).to_have_url(f"{there.address}/ledger")
    assert before not in {one["value"] for one in page.context.cookies()}


def test_a_link_sets_an_account_up_with_a_second_factor_and_tells_the_recovery_codes_once(browser: Browser, tmp_path: Path) -> None:
    with installed(tmp_path, seeded=False, accounts=False) as there, looking(browser, there) as (page, watch):
        link = link_for(there.world, there.people["rita"]).text
        there.world.clock.pass_time(timedelta(minutes=1))
        watch.expect("status of 422")
        page.goto("/set-up")
        type_in(page, link)
        secret = page.locator(".secret").inner_text()
        audit_each_way(page)
        page.fill("#field-password", "four unlikely words indeed")
        page.fill("#field-repeated", "four unlikely words in need")
        page.fill("#field-code", TOTP(secret).at(there.world.clock.at))
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("not the same")
        page.fill("#field-password", "four unlikely words indeed")
        page.fill("#field-repeated", "four unlikely words indeed")
        page.fill("#field-code", TOTP(secret).at(there.world.clock.at))
        page.keyboard.press("Enter")
        expect(page.locator(".codes li")).to_have_count(10)
        audit(page)
        page.get_by_role("link", name="Sign in").press("Enter")
        expect(page.locator("#field-email")).to_be_visible()
        there.world.clock.pass_time(timedelta(minutes=1))
        type_in(page, "rita@example.org", "four unlikely words indeed", TOTP(secret).at(there.world.clock.at))
        expect(page.locator(".who b")).to_have_text("Rita")


def test_in_a_trial_people_are_taken_at_their_word_and_each_page_says_so(browser: Browser, tmp_path: Path) -> None:
    with installed(tmp_path, seeded=False, accounts=False) as there, looking(browser, there) as (page, _):
        page.goto("/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Who are you?")
        audit_each_way(page)
        page.get_by_role("button", name="Olga").press("Enter")
        expect(page.get_by_role("complementary")).to_contain_text("Asserted")
        expect(page.locator(".empty-title")).to_have_text("No use case yet")
        audit_each_way(page)
        page.locator("summary").press("Enter")
        page.get_by_role("button", name="Be somebody else").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Who are you?")
