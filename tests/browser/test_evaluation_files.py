"""The evaluation page for other tools, and the step that it names."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.installation import FORECAST, REFUNDS, Installation
from tests.browser.seeing import looking, signed_in

AT = f"/use-cases/{REFUNDS}/evaluation"


def downloaded(page: Page, form: str) -> str:
    """What a link for other tools brings."""
    with page.expect_download() as found:
        page.get_by_role("link", name=form, exact=True).click()
    assert found.value.suggested_filename.startswith(f"{REFUNDS}-evaluation.")
    return Path(found.value.path()).read_text("utf-8")


@pytest.mark.parametrize(("name", "sees_cases"), [("bo", True), ("rene", False)])
def test_a_verdict_is_downloaded_with_what_whoever_asks_may_see(
    browser: Browser, there: Installation, name: str, *, sees_cases: bool
) -> None:
    with looking(browser, there) as (page, _):
        signed_in(page, there, there.people[name])
        page.goto(AT)
        assert downloaded(page, "JUnit").startswith('<?xml version="1.0"')
        data = json.loads(downloaded(page, "JSON"))
        assert data["use_case"] == REFUNDS
        assert ("examples" in data) is sees_cases
        assert downloaded(page, "CSV").startswith("measure,verdict,target")


def test_no_verdict_and_no_such_form_are_no_address(browser: Browser, there: Installation) -> None:
    with looking(browser, there) as (page, watch):
        watch.expect("status of 404")
        signed_in(page, there, there.people["bo"])
        for address in (f"/use-cases/{FORECAST}/evaluation/file/json", f"{AT}/file/pdf", f"{AT}/file/..%2Fjson"):
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 404


def test_the_next_step_stands_beside_the_verdict(browser: Browser, there: Installation) -> None:
    with looking(browser, there) as (page, _):
        signed_in(page, there, there.people["bo"])
        page.goto(AT)
        expect(page.locator("section[aria-labelledby=next]")).to_contain_text("licet import refunds FILE")
