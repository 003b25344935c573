"""One's own account in a browser: the second factor by keyboard, codes shown once, and what is wrong said beside its form."""

from pathlib import Path

from playwright.sync_api import Browser, Locator, Page
from pyotp import TOTP

from tests.browser.installation import installed
from tests.browser.seeing import audit_each_way, looking, signed_in
from tests.flows.signing import GOOD

OTHER = "another four unlikely words"


def test_a_second_factor_is_added_by_keyboard_and_its_codes_are_shown_once(browser: Browser, tmp_path: Path) -> None:
    with installed(tmp_path, seeded=False) as there, looking(browser, there) as (page, watch):
        signed_in(page, there, there.people["rene"])
        page.goto("/")
        page.locator(".me summary").press("Enter")
        page.get_by_role("link", name="Your account").press("Enter")
        page.wait_for_url("**/account")
        watch.expect("status of 409")
        watch.expect("status of 422")
        form = page.locator('form[action="/account/second-factor"]')
        secret = form.locator(".secret").first.inner_text()
        _shows(form, "000000")
        assert "authenticator app" in form.get_by_role("alert").inner_text()
        audit_each_way(page)
        _shows(form, TOTP(secret).at(there.world.clock.at))
        page.get_by_role("heading", name="Your recovery codes").wait_for()
        codes = page.locator(".codes code").all_inner_texts()
        assert len(codes) == 10
        audit_each_way(page)
        page.get_by_role("link", name="I have kept them").press("Enter")
        page.wait_for_url("**/account")
        assert not any(one in page.content() for one in (*codes, secret)), "what was taken is not shown again"
        _changes_password(page, "something else entirely", "x")
        assert "not the same" in page.get_by_role("alert").inner_text()
        _changes_password(page, OTHER, codes[0])
        page.get_by_text("Your password is changed").wait_for()


def _shows(form: Locator, code: str) -> None:
    form.get_by_label("What the app shows for it").fill(code)
    form.get_by_label("Your password now").fill(GOOD)
    form.get_by_label("Your password now").press("Enter")


def _changes_password(page: Page, repeated: str, code: str) -> None:
    form = page.locator('form[action="/account/password"]')
    form.get_by_label("Your password now").fill(GOOD)
    form.get_by_label("New password").fill(OTHER)
    form.get_by_label("The same again").fill(repeated)
    form.get_by_label("Code").fill(code)
    form.get_by_label("Code").press("Enter")


def test_whoever_is_taken_at_their_word_is_told_how_accounts_come_about(browser: Browser, tmp_path: Path) -> None:
    with installed(tmp_path, seeded=False, accounts=False) as there, looking(browser, there) as (page, _):
        page.goto("/sign-in")
        page.get_by_role("button", name="Rene").press("Enter")
        page.goto("/account")
        assert "You have no account yet" in page.inner_text("main")
        audit_each_way(page)
