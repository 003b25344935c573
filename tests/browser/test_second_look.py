"""The second-look page: two answers without names, one's own by keyboard alone, AI's last; usable by everybody, and safe to read."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from licet.core.answer import Choice
from licet.core.desk import HELD_FOR, LEASE_LASTS
from licet.core.people import Person
from licet.core.second import SecondLooks
from licet.core.standard import Standard
from licet.flows.hold import take_effect
from licet.flows.review import answer_worksheet, worksheet
from licet.store import decisions, use_cases
from licet.testing import done, past_cases, promise
from tests.browser.installation import Installation, installed
from tests.browser.seeing import Watch, audit_each_way, looking, signed_in

MAILS = "supplier-mails"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture(scope="module")
def differing(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation in which two people differ on three cases; what one of them says is hostile."""
    del browser
    with installed(tmp_path_factory.mktemp("second"), seeded=False) as there:
        world = there.world
        world.use_case(MAILS, Standard(measures=promise().measures, second_looks=SecondLooks(share=1.0)))
        world.sign(MAILS)
        world.submit(MAILS, past_cases(3, name="live"))
        _answers(there, there.people["rene"], "yes")
        _answers(there, there.people["otto"], f"no {HOSTILE}")
        yield there


def _answers(there: Installation, person: Person, says: str) -> None:
    waiting = done(worksheet(there.world.office, person, name=MAILS))
    given = {one.token: Choice(value=says) for one in waiting}
    assert done(answer_worksheet(there.world.office, person, name=MAILS, answers=given)).taken == 3


@pytest.fixture
def seen(browser: Browser, differing: Installation) -> Iterator[tuple[Page, Watch]]:
    """Somebody senior at the page, after whatever was in hand before went back."""
    differing.world.clock.pass_time(LEASE_LASTS + timedelta(seconds=1))
    with looking(browser, differing) as (page, watch):
        signed_in(page, differing, differing.people["sven"])
        page.goto("/second-look")
        yield page, watch


def test_both_answers_stand_without_names_and_without_what_ai_proposes(seen: tuple[Page, Watch], differing: Installation) -> None:
    page, _ = seen
    text = page.inner_text("main")
    assert "One says" in text
    assert HOSTILE in text
    assert "AI proposes" not in text.replace("What AI proposes", "")
    assert not any(name in page.content() for name in ("Rene", "Otto", "rene@", "otto@"))
    two = page.locator(".two").inner_text()
    page.reload()
    assert page.locator(".two").inner_text() == two
    audit_each_way(page)
    del differing


def test_a_case_is_settled_by_keyboard_alone_with_ai_last(seen: tuple[Page, Watch], differing: Installation) -> None:
    page, _ = seen
    world = differing.world
    page.keyboard.press("Enter")
    page.keyboard.type("yes")
    page.keyboard.press("Enter")
    expect(page.locator(".compare")).to_contain_text("AI proposes")
    audit_each_way(page)
    page.keyboard.press("k")
    expect(page.locator("#undo-bar")).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator(".compare")).to_be_visible()
    page.keyboard.press("k")
    expect(page.locator("#undo-bar")).to_be_visible()
    world.clock.pass_time(HELD_FOR)
    assert take_effect(world.office) == 1
    with world.office.book.read() as tx:
        assert len(decisions.decided(tx, use_cases.require(tx, MAILS))) == 1


def test_skipping_takes_a_reason_and_the_case_stays_for_others(seen: tuple[Page, Watch]) -> None:
    page, _ = seen
    before = page.locator("#case").get_attribute("data-token")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Skipped")
    assert page.locator("#case").get_attribute("data-token") != before


def test_whoever_answered_first_or_is_not_senior_gets_none(browser: Browser, differing: Installation) -> None:
    with looking(browser, differing) as (page, _):
        signed_in(page, differing, differing.people["rene"])
        page.goto("/second-look")
        assert "No two people differ" in page.inner_text("main")
        assert HOSTILE not in page.content()


def test_an_empty_answer_is_said_to_be_wrong_in_words(seen: tuple[Page, Watch]) -> None:
    page, watch = seen
    watch.expect("status of 422")
    page.locator("#commit").click()
    expect(page.locator("#fault-answer")).to_be_visible()
    audit_each_way(page)


def test_it_works_without_any_script(browser: Browser, differing: Installation) -> None:
    differing.world.clock.pass_time(LEASE_LASTS + timedelta(seconds=1))
    context = browser.new_context(base_url=differing.address, java_script_enabled=False)
    try:
        page = signed_in(context.new_page(), differing, differing.people["sven"])
        page.goto("/second-look")
        page.fill("#answer-field", "no")
        page.click("#commit")
        assert "AI proposes" in page.inner_text(".compare")
    finally:
        context.close()
