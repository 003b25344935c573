"""Approvals in the browser: what waits for whose yes, and a yes, a no, a question and its answer."""

from pathlib import Path

from playwright.sync_api import Browser, Page

from licet.core.approval import AnyRequest, Subject, state_word
from licet.store import approvals, use_cases
from tests.browser.installation import SUPPLIERS, Installation, installed
from tests.browser.seeing import audit_each_way, looking, signed_in

HOSTILE = "<script>alert(1)</script>\u202e<img src=http://evil.example/x onerror=alert(2)>"


def newest(there: Installation) -> AnyRequest:
    with there.world.office.book.read() as tx:
        found = approvals.newest(tx, use_cases.require(tx, SUPPLIERS), Subject.MANDATE)
    assert found is not None
    return found


def opened(page: Page, there: Installation, who: str) -> None:
    signed_in(page, there, there.people[who])
    page.goto("/approvals")
    page.get_by_role("link", name="Supplier mails: who answers").click()
    page.wait_for_url("**/approvals/*")


def test_a_request_shows_what_a_yes_is_bound_to_and_everybody_can_read_it(browser: Browser, there: Installation) -> None:
    with looking(browser, there) as (page, _):
        opened(page, there, "rita")
        body = page.inner_text("main")
        assert newest(there).request.digest in body
        assert "The locked standard" in body
        assert "0 of 1" in body
        audit_each_way(page)


def test_whoever_proposed_may_not_approve_and_is_told_why(browser: Browser, there: Installation) -> None:
    with looking(browser, there) as (page, _):
        opened(page, there, "bo")
        assert page.get_by_role("button", name="Approve exactly this").count() == 0
        assert "may not approve" in page.inner_text("main")


def test_a_request_is_asked_about_answered_and_passed_by_exactly_what_was_read(browser: Browser, tmp_path: Path) -> None:
    with installed(tmp_path) as fresh:
        with looking(browser, fresh) as (page, _):
            opened(page, fresh, "rita")
            page.get_by_label("Ask whoever proposed").focus()
            page.keyboard.type(HOSTILE)
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            page.get_by_text("They have the ball", exact=False).first.wait_for()
            assert "<script>alert(1)</script>" in page.inner_text("main")
        with looking(browser, fresh) as (page, _):
            opened(page, fresh, "bo")
            page.get_by_label("Your answer").fill("Those of suppliers.")
            page.get_by_role("button", name="Answer").click()
            page.get_by_text("Those of suppliers.").wait_for()
            audit_each_way(page)
        assert newest(fresh).request.questions[0].answer == "Those of suppliers."
        with looking(browser, fresh) as (page, watch):
            watch.expect("status of 4")
            opened(page, fresh, "rita")
            page.eval_on_selector("input[name=digest]", "(field) => { field.value = '0'.repeat(64) }")
            page.get_by_role("button", name="Approve exactly this").click()
            page.get_by_role("alert").wait_for()
            assert state_word(newest(fresh)) == "open"
            page.get_by_role("button", name="Approve exactly this").click()
            page.get_by_text("You said yes to exactly this.").wait_for()
            page.goto("/approvals")
            assert "Nothing waits for you" in page.inner_text("main")
        assert state_word(newest(fresh)) == "passed"


def test_a_no_without_a_reason_is_no_no_and_one_with_a_reason_ends_it(browser: Browser, tmp_path: Path) -> None:
    with installed(tmp_path) as fresh, looking(browser, fresh) as (page, watch):
        watch.expect("status of 4")
        opened(page, fresh, "rita")
        page.locator("summary", has_text="Decline").click()
        page.get_by_label("Reason").fill("   ")
        page.get_by_role("button", name="Decline").click()
        page.get_by_role("alert").wait_for()
        assert state_word(newest(fresh)) == "open"
        page.locator("summary", has_text="Decline").click()
        page.get_by_label("Reason").fill("Not before the summer.")
        page.get_by_role("button", name="Decline").click()
        page.get_by_text("Not before the summer.").first.wait_for()
        assert state_word(newest(fresh)) == "declined"
