"""The labels page: cases are answered blind, one by one and by keyboard; nothing says what an answer is for; also without any script."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from licet.core.case import TextContent
from licet.core.history import PastCase
from licet.core.standard import Method
from licet.flows.evaluate import Request
from licet.flows.label import hand_out_labels, label
from licet.testing import done, past_cases, promise
from tests.browser.installation import Installation, installed
from tests.browser.seeing import audit_each_way, looking, signed_in

MAILS = "supplier-mails"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"
TELLING = ("pilot", "sealed", "region", "comparison", "version", "vendor", "confidence")
"""Words that would say what an answer is for, or what a system thinks of the case."""


def _hostile(one: PastCase) -> PastCase:
    said = one.body.content
    assert isinstance(said, TextContent)
    return replace(one, body=replace(one.body, content=TextContent(text=f"{said.text} {HOSTILE}")))


@pytest.fixture(scope="module")
def drawn(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation in which a pilot of a hundred cases waits for answers, of which one is on record."""
    del browser
    with installed(tmp_path_factory.mktemp("labels"), seeded=False) as there:
        world, standard = there.world, replace(promise(), method=Method.ANYTIME)
        world.use_case(MAILS, standard)
        world.import_cases(MAILS, [_hostile(one) for one in past_cases(400, name="past", unlabelled=400)])
        world.sign(MAILS)
        done(label(world.office, world.builder, Request(name=MAILS, on_disk=standard)))
        yield there


def left(there: Installation) -> int:
    """How many cases of the pilot wait."""
    return len(done(hand_out_labels(there.world.office, there.world.reviewer, name=MAILS)))


def seen_by(page: Page, there: Installation, name: str) -> Page:
    """The page of labels, as somebody sees it."""
    signed_in(page, there, there.people[name])
    page.goto("/labels")
    return page


def test_a_reviewer_labels_by_keyboard_alone_and_is_told_nothing(browser: Browser, drawn: Installation) -> None:
    """Breaks when a key answers twice or not at all, or the page says what the answer is for."""
    with looking(browser, drawn) as (page, watch):
        watch.expect("status of 422")
        seen_by(page, drawn, "rene")
        before = left(drawn)
        expect(page.locator('.nav a[href="/labels"] .count')).to_contain_text(str(before))
        audit_each_way(page)
        page.get_by_role("link", name="Label cases of").press("Enter")
        page.wait_for_selector("#case")
        assert HOSTILE in page.inner_text("main")
        assert not [word for word in TELLING if word in page.inner_text("main").lower()]
        audit_each_way(page)
        page.locator("#commit").click()
        expect(page.locator("#fault-answer")).to_be_visible()
        first = page.locator("#case").get_attribute("data-token")
        page.keyboard.press("s")
        page.wait_for_url("**after=*")
        assert page.locator("#case").get_attribute("data-token") != first
        for place in range(3):
            token = page.locator("#case").get_attribute("data-token")
            page.locator("#answer-field").fill("yes")
            page.keyboard.press("Escape")
            page.keyboard.press("Enter")
            page.wait_for_function("(old) => document.getElementById('case').dataset.token !== old", arg=token)
            expect(page.locator(".bar, header").first).to_contain_text(f"{before - place - 1} to label")
        assert left(drawn) == before - 3


def test_two_at_once_answer_different_cases_and_who_is_late_is_told(browser: Browser, drawn: Installation) -> None:
    with looking(browser, drawn) as (page, watch), looking(browser, drawn) as (other, second):
        for one in (watch, second):
            one.expect("status of 409")
        seen_by(page, drawn, "rene").goto(f"/labels/{MAILS}")
        seen_by(other, drawn, "sven").goto(f"/labels/{MAILS}")
        before = left(drawn)
        mine = page.locator("#case").get_attribute("data-token")
        assert mine != other.locator("#case").get_attribute("data-token")
        other.evaluate("(token) => { document.querySelector('#answer-form input[name=token]').value = token; }", mine)
        for tab in (other, page):
            tab.locator("#answer-field, #answer-other").last.fill("yes")
            tab.locator("#commit").click()
        expect(page.locator("#banner")).to_contain_text("somebody else's answer came first")
        expect(page.locator("#case")).to_be_visible()
        assert left(drawn) == before - 1


def test_whoever_builds_is_asked_for_nothing(browser: Browser, drawn: Installation) -> None:
    with looking(browser, drawn) as (page, watch):
        watch.expect("status of 403")
        seen_by(page, drawn, "bo")
        assert "No label waits for you" in page.inner_text("main")
        answer = page.goto(f"/labels/{MAILS}")
        assert answer is not None
        assert answer.status >= 400
        assert "is it so?" not in page.content()
        audit_each_way(page)


def test_it_works_without_any_script(browser: Browser, drawn: Installation) -> None:
    context = browser.new_context(base_url=drawn.address, java_script_enabled=False)
    try:
        page = seen_by(context.new_page(), drawn, "rene")
        before = left(drawn)
        page.get_by_role("link", name="Label cases of").click()
        page.locator("#pass").click()
        page.locator("#answer-field").fill("no")
        page.locator("#commit").click()
        assert f"{before - 1} to label" in page.inner_text("body")
    finally:
        context.close()
