"""The practice page: a round by keyboard alone, one's own answer first, the truth after; usable by everybody, and without any script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from licet.core.history import Shares
from licet.testing import past_cases
from tests.browser.installation import Installation, installed
from tests.browser.seeing import Watch, audit, audit_each_way, looking, no_wider_than_the_screen, signed_in

MAILS = "supplier-mails"
ROUND = f"/practice/{MAILS}/round"


@pytest.fixture(scope="module")
def practised(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation with a history that AI errs on here and there."""
    del browser
    with installed(tmp_path_factory.mktemp("practice"), seeded=False) as there:
        world = there.world
        world.use_case(MAILS)
        world.import_cases(MAILS, past_cases(200, wrong=40, name="past"), shares=Shares(build=30, calibration=30, sealed=40))
        world.sign(MAILS)
        world.evaluate(MAILS)
        yield there


@pytest.fixture
def seen(browser: Browser, practised: Installation) -> Iterator[tuple[Page, Watch]]:
    """Somebody who reviews, at the page."""
    with looking(browser, practised) as (page, watch):
        signed_in(page, practised, practised.people["rene"])
        page.goto(f"/practice/{MAILS}")
        yield page, watch


def truth(page: Page) -> str:
    """What the case's own words give away in this pretend world."""
    return page.locator(".cells dd").first.inner_text()


def test_a_guided_round_is_played_by_keyboard_alone_and_ends_with_what_it_showed(seen: tuple[Page, Watch]) -> None:
    page, _ = seen
    page.get_by_role("button", name="Play a first round, guided").focus()
    page.keyboard.press("Enter")
    for place in range(1, 11):
        expect(page.locator("#banner")).to_contain_text(f"Step {place}.")
        assert page.locator(".compare").count() == 0
        assert "AI proposes" not in page.inner_text("main").replace("What AI proposes", "")
        said = truth(page)
        if place == 1:
            audit_each_way(page)
        page.keyboard.press({"no": "1", "yes": "2"}[said])
        page.keyboard.press("Enter")
        expect(page.locator(".compare")).to_contain_text("AI proposes")
        if place == 1:
            audit_each_way(page)
        page.keyboard.press("Escape")
        page.keyboard.press("k")
        expect(page.locator(".compare")).to_contain_text("The truth")
        expect(page.locator(".compare")).to_contain_text("the record; nobody checked it since")
        if place == 1:
            audit_each_way(page)
        page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("This round")
    expect(page.locator("main")).to_contain_text("Where AI is strong and weak for this work")
    assert "10 of 10" in page.inner_text("main")
    audit_each_way(page)


def test_leaders_play_without_any_script(browser: Browser, practised: Installation) -> None:
    context = browser.new_context(base_url=practised.address, java_script_enabled=False)
    try:
        page = signed_in(context.new_page(), practised, practised.people["rita"])
        page.goto(f"/practice/{MAILS}")
        page.get_by_role("button", name="Play a round of ten").click()
        page.locator("#commit").click()
        expect(page.locator("#fault-answer")).to_contain_text("Pick an answer.")
        page.locator("#answer-other").fill("something else")
        page.locator("#commit").click()
        page.get_by_role("button", name="Change to AI's answer").click()
        expect(page.locator(".compare")).to_contain_text("You, after AI")
        page.go_back()
        page.goto(ROUND)
        expect(page.locator("main")).to_contain_text("Past case 2 of 10")
    finally:
        context.close()


def test_a_case_is_answered_alone_and_the_truth_follows_at_once(browser: Browser, practised: Installation) -> None:
    with looking(browser, practised, size="phone") as (page, _):
        signed_in(page, practised, practised.people["otto"])
        page.goto(f"/practice/{MAILS}/alone")
        page.locator(f'input[name="known"][value="{truth(page)}"]').check()
        page.locator("#commit").click()
        expect(page.locator("main")).to_contain_text("Right, alone.")
        no_wider_than_the_screen(page)
        audit(page)
        page.goto(f"/practice/{MAILS}")
        assert "1 right of 1" in page.inner_text("main")
